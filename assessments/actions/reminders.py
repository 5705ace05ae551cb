"""What time brings about: goals that fall due, and a year since the last round."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from people.actions import notify
from people.models import Notice

from ..models import Assessment, Goal

AHEAD = timedelta(days=14)
YEAR = timedelta(days=365)
_KINDS = (Notice.Kind.GOAL_DUE, Notice.Kind.GOAL_OVERDUE, Notice.Kind.YEAR_PASSED)


def remind_of_goals(*, today: date) -> int:
    """Tell the owners of open goals that are due within ``AHEAD`` of ``today``, or were due before it; returns how many were told.

    Each goal is told of once before its day and once after it, and again when it is put off.
    """
    goals = Goal.objects.open().filter(due_on__lte=today + AHEAD, owner__is_active=True).select_related("owner")
    return _tell_once(
        {
            f"{kind}:{goal.pk}:{goal.due_on.isoformat()}": {
                "recipient": goal.owner,
                "kind": kind,
                "path": reverse("goal-detail", args=[goal.pk]),
                "due_on": goal.due_on,
            }
            for goal in goals
            for kind in [Notice.Kind.GOAL_OVERDUE if goal.due_on < today else Notice.Kind.GOAL_DUE]
        }
    )


def remind_of_years(*, today: date) -> int:
    """Tell people whose last round was agreed a year or longer before ``today``, unless another one is open; returns how many."""
    rounds = Assessment.objects.filter(owner=OuterRef("owner"), framework=OuterRef("framework"))
    later = rounds.filter(state=Assessment.State.AGREED, agreed_at__gt=OuterRef("agreed_at"))
    past = Assessment.objects.filter(
        ~Exists(later),
        ~Exists(rounds.open()),
        state=Assessment.State.AGREED,
        agreed_at__date__lte=today - YEAR,
        owner__is_active=True,
    )
    return _tell_once(
        {
            f"{Notice.Kind.YEAR_PASSED}:{assessment.pk}": {
                "recipient": assessment.owner,
                "kind": Notice.Kind.YEAR_PASSED,
                "path": reverse("assessment-list"),
                "due_on": timezone.localtime(assessment.agreed_at).date(),
            }
            for assessment in past.select_related("owner")
        }
    )


def _tell_once(notices):
    """Make the notices, by their keys, that were not made before; returns how many. Most are old ones, on most days."""
    made = set(Notice.objects.filter(kind__in=_KINDS).values_list("key", flat=True))
    return sum(notify(**said, key=key) is not None for key, said in notices.items() if key not in made)
