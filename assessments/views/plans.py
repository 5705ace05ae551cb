"""The development plan of a round, as its owner and its line manager read it."""

from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from standards.tree import version_tree

from .. import permissions
from ..models import AgreedGoal, Assessment, Goal, Reading
from ..plans import agreed_aims_of, aims_of, grouped, in_force, line_of, lineages_of, open_gaps
from ..shown import shows
from ..standing import read_views


@require_safe
def plan_detail(request, assessment_id):
    """The goals as both agreed them, once they did, with how each stands now; before that, the goals as they are."""
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    shows(request, assessment, Reading.What.PLAN)
    user, today = request.user, timezone.localdate()
    shows_level = permissions.can_read_levels(user, assessment)
    agreed = list(AgreedGoal.objects.filter(assessment=assessment))
    goals = list(_goals(assessment, agreed, user).with_aims())
    in_plan = {each.goal_id for each in agreed}
    others = [goal for goal in goals if goal.pk not in in_plan]
    lines = [line_of(goal, aims_of(goal, shows_level=shows_level), today) for goal in others]
    is_own, may_converse = permissions.is_owner(user, assessment), permissions.can_converse(user, assessment)
    may_add = permissions.can_change_goals(user, assessment)
    context = {
        "assessment": assessment,
        "is_own": is_own,
        "agreed": grouped(_agreed_lines(assessment, agreed, goals, today)),
        "groups": grouped(line for line in lines if not line.goal.ended_on),
        "over": [line for line in lines if line.goal.ended_on],
        "is_brought": any(goal.assessment_id not in (None, assessment.pk) for goal in others),
        "may_add": may_add,
        "is_read_by_both": may_converse or not is_own or permissions.line_manager_reading(assessment) is not None,
        "may_converse": may_converse,
        "gaps": gaps_without_a_goal(assessment, _aimed(assessment, agreed, goals))
        if may_add or (assessment.is_agreed and shows_level)
        else (),
    }
    return render(request, "assessments/plan_detail.html", context)


def _goals(assessment, agreed, user):
    """The goals of the round, those that were agreed in it and went on to another, and for a draft those that sharing brings along.

    Only what ``user`` may read: a goal that went on to a round of its owner's alone is no longer there for a line manager.
    """
    found = Q(assessment=assessment) | Q(pk__in=[each.goal_id for each in agreed if each.goal_id])
    if assessment.is_draft:
        found |= Q(owner=assessment.owner_id, framework=assessment.framework_id, state=Goal.State.OPEN)
    return Goal.objects.visible_to(user).filter(found)


def _agreed_lines(assessment, agreed, goals, today):
    tree = version_tree(assessment.version)
    by_pk = {goal.pk: goal for goal in goals}
    return [line_of(each, agreed_aims_of(each, tree), today, now=by_pk.get(each.goal_id)) for each in agreed]


def _aimed(assessment, agreed, goals):
    """The lineages of the statements that a goal is for: one that was agreed, or one that is open."""
    codes = {code for each in agreed for code, _ in each.aims}
    tree = version_tree(assessment.version)
    return lineages_of(goal for goal in goals if not goal.ended_on) | {
        statement.lineage for statement in tree.statements if statement.code in codes
    }


def gaps_without_a_goal(assessment, aimed):
    """The gaps of a round but for those in statements whose lineage is ``aimed`` at: three queries."""
    tree = version_tree(assessment.version)
    return open_gaps(tree, *in_force(assessment, tree, read_views(assessment)), aimed)
