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


def remind_of_goals(*, today: date) -> int:
    """Tell the owners of open goals that are due within ``AHEAD`` of ``today``, or were due before it; returns how many were told.

    Each goal is told of once before its day and once after it, and again when it is put off.
    """
    told = 0
    for goal in Goal.objects.open().filter(due_on__lte=today + AHEAD, owner__is_active=True).select_related("owner"):
        kind = Notice.Kind.GOAL_OVERDUE if goal.due_on < today else Notice.Kind.GOAL_DUE
        told += _tell(
            goal.owner,
            kind,
            path=reverse("goal-detail", args=[goal.pk]),
            due_on=goal.due_on,
            key=f"{kind}:{goal.pk}:{goal.due_on.isoformat()}",
        )
    return told


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
    told = 0
    for assessment in past.select_related("owner"):
        told += _tell(
            assessment.owner,
            Notice.Kind.YEAR_PASSED,
            path=reverse("assessment-list"),
            due_on=timezone.localtime(assessment.agreed_at).date(),
            key=f"{Notice.Kind.YEAR_PASSED}:{assessment.pk}",
        )
    return told


def _tell(recipient, kind, **said):
    return notify(recipient=recipient, kind=kind, **said) is not None
