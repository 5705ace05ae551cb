"""What is kept about somebody, for themselves: in words, and whole as a file."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from people.reauthentication import proof_required

from ..models import Erasure, LegalHold
from ..my_data import as_json, as_workbook, counts, left_out, read_sections
from ..retention import KINDS

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAME = "your-data"


@require_safe
def my_data_detail(request):
    """What there is, how long it is kept, the two files, and the way to be erased."""
    context = {
        "counts": counts(request.user),
        "others": left_out(request.user)["others"],
        "kinds": KINDS,
        "erasure": Erasure.objects.standing_of(request.user),
        "is_held": LegalHold.objects.holds(request.user),
    }
    return render(request, "privacy/my_data_detail.html", context)


@require_safe
@proof_required
def my_data_export(request, format):
    """Everything as one file; no cache may keep it."""
    made_at = timezone.now()
    if format not in ("json", "xlsx"):
        raise Http404
    sections = read_sections(request.user)
    if format == "json":
        content, kind = as_json(request.user, sections, made_at=made_at), "application/json"
    else:
        content, kind = as_workbook(sections, made_at=made_at), WORKBOOK
    headers = {
        "Cache-Control": "no-store, private",
        "Content-Disposition": f'attachment; filename="{NAME}-{timezone.localdate(made_at):%Y-%m-%d}.{format}"',
    }
    return HttpResponse(content, content_type=kind, headers=headers)
