"""What is kept about somebody, for themselves: in words, and whole as a file."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from people.reauthentication import proof_required

from ..models import Erasure, LegalHold
from ..my_data import as_json, as_workbook, counts, read_sections
from ..retention import KINDS

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAME = "your-data"


@require_safe
def my_data_detail(request):
    """What there is, how long it is kept, the two files, and the way to be erased."""
    context = {
        "counts": counts(request.user),
        "kinds": KINDS,
        "erasure": Erasure.objects.standing_of(request.user),
        "is_held": LegalHold.objects.holds(request.user),
    }
    return render(request, "privacy/my_data_detail.html", context)


@require_safe
@proof_required
def my_data_json(request):
    """Everything as one JSON file."""
    made_at = _today()
    return _file(
        as_json(request.user, read_sections(request.user), made_at=made_at), "application/json", "json", made_at
    )


@require_safe
@proof_required
def my_data_workbook(request):
    """Everything as one Excel workbook."""
    made_at = _today()
    return _file(as_workbook(read_sections(request.user), made_at=made_at), WORKBOOK, "xlsx", made_at)


def _today():
    # To the day, so that the same data give the same file.
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _file(content, kind, ending, made_at):
    headers = {
        "Cache-Control": "no-store, private",
        "Content-Disposition": f'attachment; filename="{NAME}-{timezone.localdate(made_at):%Y-%m-%d}.{ending}"',
    }
    return HttpResponse(content, content_type=kind, headers=headers)
