"""Answering: the rating page of one area, and one answer at a time while scripts run."""

from collections import Counter
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.written_queries import WrittenQuery
from standards.tree import version_tree

from .. import permissions
from ..actions import NotOpen, save_ratings, still_true, take_proposals
from ..answers import Answered
from ..checking import agreed_in_words, check_rows
from ..earlier import NOTHING, make_earlier, read_own
from ..forms import RatingForm
from ..forms.rating import drawn
from ..models import Assessment, Evidence, Reading
from ..previous import read_previous
from ..progress import progress_from
from ..reports.sentences import counted, sentence
from ..shown import shows
from ..standing import read_agreed, read_chosen_targets
from ..wording import person_in_words
from .refused import refuse_earlier_page

STILL_TRUE = "still_true"
THE_REST = "rest"
_SUPPORTED = WrittenQuery(
    lambda assessment: Evidence.statements.through.objects.filter(evidence__assessment=assessment).values_list(
        "statement_id"
    ),
    UUID,
)


@require_http_methods(["GET", "HEAD", "POST"])
def rating_edit(request, assessment_id, area_code):
    assessment = _round_or_404(request, assessment_id, "previous")
    refuse_earlier_page(assessment, request.POST)
    area = _area_or_404(assessment, area_code)
    may_rate = permissions.can_rate(request.user, assessment)
    if not (may_rate if request.method == "POST" else permissions.can_read_levels(request.user, assessment)):
        raise PermissionDenied
    tree = version_tree(assessment.version)
    if request.method == "POST":
        form = RatingForm(area, {}, request.POST)
        conflicts = _save(assessment, form).conflicts
        taken = _take_over(request, assessment, area, form, conflicts)
        if not form.problems and not conflicts:
            return _onward(request, assessment, tree) if taken is None else _back(request, assessment, area, taken)
    standing, progress, earlier = _standing(assessment, tree, area, may_rate)
    if request.method == "POST":
        form.redraw(standing, conflicts)
    else:
        form = RatingForm(area, standing)
    has_errors = bool(form.summary)
    context = {
        "assessment": assessment,
        "tree": tree,
        "area": area,
        "rating_form": form,
        "progress": progress,
        "may_rate": may_rate,
        "agreed": agreed_in_words(tree, read_agreed(assessment)),
        "owner_name": "" if permissions.is_owner(request.user, assessment) else person_in_words(assessment.owner),
        "given_under": earlier.given_under,
        "page_has_errors": has_errors,
        "evidence_counts": _evidence_counts(assessment),
        **_before(assessment, area, earlier, may_rate),
    }
    return render(request, "assessments/rating_edit.html", context, status=422 if has_errors else 200)


def _before(assessment, area, earlier, may_rate):
    """What was said before of the area's statements: in this round under an earlier version, else in the round before."""
    previous = read_previous(assessment, area.statements) if may_rate else None
    befores = {**previous.answers, **earlier.answers} if previous else earlier.answers
    offered = {pk: before.is_proposed for pk, before in befores.items() if before.is_offered}
    return {
        "previous": previous,
        "befores": befores,
        "offered": offered,
        "has_still_true": False in offered.values(),
        "has_proposals": True in offered.values(),
        "has_other_versions": any(before.words for before in befores.values()) or bool(earlier.given_under),
    }


def _round_or_404(request, pk, *related):
    assessment = Assessment.objects.find_visible(request.user, pk, "version", *related)
    if assessment is None:
        raise Http404
    shows(request, assessment, Reading.What.ANSWERS)
    return assessment


def _take_over(request, assessment, area, form, conflicts):
    """Take over what the page was asked to, and say how many; None where it was not asked.

    What was typed was saved first and stays; where something is wrong with it, the answer waits.
    """
    wanted = request.POST.get(STILL_TRUE)
    if wanted is None:
        return None
    pks = {str(each.pk): each.pk for each in area.statements}
    if wanted not in (*pks, THE_REST):
        raise SuspiciousOperation("The form names a statement that this area does not have.")
    unsettled = {conflict.statement_id for conflict in conflicts} | {r.statement.pk for r in form.rows if r.problems}
    asked = [pk for value, pk in pks.items() if wanted in (value, THE_REST) and pk not in unsettled]
    taken = ()
    try:
        if assessment.carried_from_id:
            taken = take_proposals(assessment=assessment, by=request.user, statement_ids=asked)
        return len({*taken, *still_true(assessment=assessment, by=request.user, statement_ids=asked)})
    except NotOpen:
        raise PermissionDenied from None


def _back(request, assessment, area, taken):
    """To the same page, where what was taken over can be read; to the statement where it was one."""
    path = reverse("rating-edit", args=[assessment.pk, area.code])
    wanted = request.POST[STILL_TRUE]
    if wanted == THE_REST:
        count = counted(taken, "answer")
        source = f" from your {assessment.previous.title}" if assessment.previous_id else ""
        said = f"{sentence(count)} kept{source}." if taken else "No answer was left to keep."
        messages.success(request, f"{said} Read them through, and change what is not true any more." if taken else said)
        return redirect(path)
    code = next(each.code for each in area.statements if str(each.pk) == wanted)
    return redirect(f"{path}#statement-{code}")


@require_POST
def rating_save(request, assessment_id, area_code):
    """Save the answers posted, usually one; answers in JSON, in the same words as the page."""
    assessment = Assessment.objects.find_owned(request.user, assessment_id, "version")
    if assessment is None:
        raise Http404
    refuse_earlier_page(assessment, request.POST)
    area = _area_or_404(assessment, area_code)
    if not permissions.can_rate(request.user, assessment):
        raise PermissionDenied
    form = RatingForm(area, {}, request.POST)
    saved = _save(assessment, form)
    answers = {change.statement_id: change.answer for change in form.changes}
    reply = {
        "saved": timezone.localtime(saved.at).strftime("%H:%M"),
        "drawn": {pk: drawn(answers[pk], revision) for pk, revision in saved.revisions.items()},
        "problems": {row.statement.pk: row.problems for row in form.rows if row.problems},
        "conflicts": [conflict.statement_id for conflict in saved.conflicts],
    }
    return JsonResponse(reply, status=422 if reply["problems"] else 409 if reply["conflicts"] else 200)


@require_safe
def assessment_check(request, assessment_id):
    """Every statement with the answer given, before the report. A line manager who rates first is led to the review."""
    assessment = _round_or_404(request, assessment_id)
    if not permissions.can_read_levels(request.user, assessment):
        return redirect("review-detail", assessment_id=assessment.pk)
    tree = version_tree(assessment.version)
    rated, _ = read_own(assessment)
    answers = {pk: Answered(*said) for pk, *said, _, _, _ in rated}
    targets = read_chosen_targets(assessment)
    context = {
        "assessment": assessment,
        "tree": tree,
        "progress": progress_from(
            tree,
            {pk: rank for pk, (rank, _) in targets.items()},
            {pk for pk, answer in answers.items() if answer.is_answer},
        ),
        "target_reasons": {pk: reason for pk, (_, reason) in targets.items()},
        "rows": check_rows(tree, answers, _evidence_counts(assessment)),
        "given_under": make_earlier(assessment, (), rated, ()).given_under,
        "agreed": agreed_in_words(tree, read_agreed(assessment)),
        "is_own": permissions.is_owner(request.user, assessment),
        "may_rate": permissions.can_rate(request.user, assessment),
    }
    return render(request, "assessments/assessment_check.html", context)


def _area_or_404(assessment, code):
    try:
        return version_tree(assessment.version).area(code)
    except KeyError:
        raise Http404 from None


def _standing(assessment, tree, area, may_rate):
    """The answers of ``area`` as (``Answered``, revision) by the statement's pk, how far the whole round is, and what is said of
    earlier versions to whom may rate: two queries, and one more for a round that was carried over."""
    asked = {statement.pk for statement in area.statements}
    standing, answered, saved_at = {}, set(), None
    rows, not_along = read_own(assessment)
    for pk, rank, not_relevant, reason, note, revision, rated_at, _ in rows:
        if pk in asked:
            standing[pk] = (Answered(rank, not_relevant, reason, note), revision)
        if not_relevant or rank is not None:
            answered.add(pk)
        if saved_at is None or rated_at > saved_at:
            saved_at = rated_at
    targets = {pk: rank for pk, (rank, _) in read_chosen_targets(assessment).items()}
    progress = progress_from(tree, targets, answered, saved_at)
    if assessment.carried_from_id is None:
        return standing, progress, NOTHING
    earlier = make_earlier(assessment, area.statements, rows, not_along if may_rate else ())
    return standing, progress, earlier


def _save(assessment, form):
    try:
        return save_ratings(assessment=assessment, changes=form.changes)
    except NotOpen:
        raise PermissionDenied from None


def _onward(request, assessment, tree):
    """To where the page said that it leads: it names the next area of the role, or nothing after the last."""
    try:
        following = tree.area(request.POST.get("next_area", ""))
    except KeyError:
        return redirect("assessment-check", assessment_id=assessment.pk)
    return redirect("rating-edit", assessment_id=assessment.pk, area_code=following.code)


def _evidence_counts(assessment):
    """How many work examples support each statement, by the statement's pk."""
    return Counter(pk for (pk,) in _SUPPORTED.rows(assessment.pk))
