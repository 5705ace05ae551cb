"""Telling the editors of the standards what is wrong with a statement."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from standards.actions import remove_readers_note, write_readers_note
from standards.models import ReadersNote
from standards.tree import version_tree

from ..forms import ReadersNoteForm
from ..models import Assessment


@require_http_methods(["GET", "HEAD", "POST"])
def readers_note_edit(request, assessment_id, area_code):
    """What the owner of a round says of a statement of it: the one that ``?statement=`` names, else one that they choose."""
    assessment = get_object_or_404(Assessment.objects.owned_by(request.user).for_answering(), pk=assessment_id)
    area, statement = _asked(assessment, area_code, request.GET.get("statement"))
    standing = {note.statement_id: note for note in _own(request.user, area)}
    page = reverse("rating-edit", args=[assessment.pk, area.code])
    leave = f"{page}#statement-{statement.code}" if statement else page
    form = ReadersNoteForm(
        request.POST if request.method == "POST" else None,
        area=area,
        standing=standing,
        leave=leave,
        statement=statement,
    )
    if statement and "remove" in request.POST:
        remove_readers_note(statement_id=statement.pk, reader=request.user)
        messages.success(request, f"What you said of {statement.code} is removed.")
        return redirect(leave)
    if form.is_valid():
        said = form.cleaned_data
        write_readers_note(
            statement_id=int(said["statement"]), reader=request.user, kind=said["kind"], text=said["text"]
        )
        messages.success(request, "The editors of the standards will see what you said, without your name.")
        return redirect(leave)
    said_of = [(each, standing[each.pk]) for each in area.statements if each.pk in standing and each != statement]
    context = {"form": form, "assessment": assessment, "area": area, "statement": statement, "said_of": said_of}
    return render(request, "assessments/readers_note_edit.html", context, status=422 if form.errors else 200)


def _asked(assessment, area_code, statement_code):
    """The area, and the statement of it that is named; None without a name. Raises ``Http404`` for what there is not."""
    try:
        area = version_tree(assessment.version).area(area_code)
        if statement_code is None:
            return area, None
        return area, next(each for each in area.statements if each.code == statement_code)
    except (KeyError, StopIteration):
        raise Http404 from None


def _own(reader, area):
    return ReadersNote.objects.filter(reader=reader, statement__in=[each.pk for each in area.statements])
