"""Goals to plan with, made through the app's own actions."""

from datetime import timedelta

from django.utils import timezone

from assessments import actions
from assessments.models import Goal
from standards.models import Version
from standards.tree import version_tree

WHAT = "Sit in on two supplier-led change boards"
IN_A_YEAR = timezone.localdate() + timedelta(days=365)


def aims(*pairs, version=None):
    """Aims as ``save_goal`` takes them, from pairs of code and rank."""
    by_code = {each.code: each.pk for each in version_tree(version or Version.objects.published().get()).statements}
    return [(by_code[code], rank) for code, rank in pairs]


def make_goal(owner, *pairs, by=None, assessment=None, version=None, **fields):
    """A goal of ``owner`` for statements given as pairs of code and rank; without ``by``, one that they add themselves."""
    version = version or Version.objects.published().get()
    said = {"what": WHAT, "kind": Goal.Kind.ON_THE_JOB, "due_on": IN_A_YEAR} | fields
    goal = Goal(owner=owner, framework_id=version.framework_id, assessment=assessment, **said)
    return actions.save_goal(goal=goal, by=by or owner, version=version, aims=aims(*pairs, version=version)).goal


def aims_of(goal):
    """The aims of a goal as pairs of code and rank."""
    return [(aim.statement.code, aim.rank) for aim in goal.aims.select_related("statement").order_by("statement__code")]


def said(goal):
    """What a goal says, as the database has it."""
    goal = Goal.objects.get(pk=goal.pk)
    return (goal.what, goal.measure, goal.kind, goal.due_on, aims_of(goal))
