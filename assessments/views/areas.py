"""An area of the standards as somebody reads it who has answered it."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from standards.tree import version_tree
from standards.views.reading import Reading

from .. import permissions
from ..answers import Answered
from ..checking import agreed_in_words, area_rows
from ..models import Assessment, Rating, Target
from ..models import Reading as RoundReading
from ..shown import shows
from ..standing import read_agreed


@require_safe
def assessment_area(request, assessment_id, area_code):
    """The document's table of an area with the owner's answers, their target and what was agreed beneath each statement.

    A line manager who rates first is led to the review instead."""
    assessment = Assessment.objects.find_visible(request.user, assessment_id, "version__framework")
    if assessment is None:
        raise Http404
    shows(request, assessment, RoundReading.What.ANSWERS)
    if not permissions.can_read_levels(request.user, assessment):
        return redirect("review-detail", assessment_id=assessment.pk)
    tree = version_tree(assessment.version)
    number, area = next(((n, each) for n, each in enumerate(tree.areas) if each.code == area_code), (None, None))
    if area is None:
        raise Http404
    answers = {
        pk: Answered(rank, not_relevant, reason)
        for pk, rank, not_relevant, reason in Rating.objects.filter(
            assessment=assessment, view=Rating.View.SELF, statement__area=area.pk
        )
        .order_by()
        .values_list("statement_id", "rank", "not_relevant", "reason")
    }
    context = {
        "assessment": assessment,
        "reading": Reading(assessment.version, None, is_latest=False),
        "area": area,
        "rows": {row.statement.code: row for row in area_rows(tree, area, answers, {})},
        "agreed": agreed_in_words(tree, read_agreed(assessment)),
        "answered": sum(answer.is_answer for answer in answers.values()),
        "target": Target.objects.filter(assessment=assessment, area=area.pk).values_list("rank", flat=True).first(),
        "is_own": permissions.is_owner(request.user, assessment),
        "may_rate": permissions.can_rate(request.user, assessment),
        "area_addresses": {
            each.code: reverse("assessment-area", args=[assessment.pk, each.code]) for each in tree.areas
        },
        "previous": tree.areas[number - 1] if number else None,
        "following": tree.areas[number + 1] if number + 1 < len(tree.areas) else None,
    }
    return render(request, "assessments/assessment_area.html", context)
