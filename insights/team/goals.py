"""The open goals of a team, as far as its line manager reads the rounds that they belong to."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from assessments.models import Assessment, Goal, Reading
from assessments.plans import days_away

from .levels import Person


@dataclass(frozen=True, slots=True)
class TeamAim:
    """A statement that a goal is for, in the version that it was chosen in."""

    statement_id: int
    lineage: UUID
    code: str
    topic: str


class PlannedIn(NamedTuple):
    """The round that a goal belongs to."""

    pk: UUID
    owner_id: int


@dataclass(frozen=True, slots=True)
class TeamGoal:
    """An open goal of somebody in a team.

    round           what notes readings of the round that it belongs to
    due             how far off the day is, in words; empty when it is more than eight weeks away
    noted_lately    whether its owner can already read that this line manager saw the plan a short time ago
    """

    pk: int
    person_id: int
    person: str
    what: str
    kind: str
    due_on: date
    framework: str
    round: PlannedIn
    noted_lately: bool
    aims: tuple[TeamAim, ...]
    due: str
    is_overdue: bool

    @property
    def kind_label(self) -> str:
        return Goal.Kind(self.kind).label


def read_goals(line_manager) -> tuple[TeamGoal, ...]:
    """The open goals of the rounds that ``line_manager`` reads, the first that is due first: one query."""
    today = timezone.localdate()
    since = timezone.now() - Reading.NOTED_ONCE_IN
    noted = Reading.objects.lately(line_manager, Reading.What.PLAN, since)
    rows = (
        Goal.objects.open()
        .filter(assessment__in=Assessment.objects.read_by(line_manager).order_by())
        .annotate(noted_lately=Exists(noted.filter(assessment=OuterRef("assessment"))))
        .order_by("due_on", "pk", "aims__statement_id")
        .values_list(
            *("pk", "owner_id", "owner__name", "owner__email", "what", "kind", "due_on", "framework__title"),
            *("assessment_id", "noted_lately", "aims__statement_id", "aims__statement__lineage"),
            *("aims__statement__code", "aims__statement__topic"),
        )
    )
    found = []
    for fields, aims in groupby(rows, key=lambda row: row[:10]):
        pk, owner, name, email, what, kind, due_on, framework, assessment, noted_lately = fields
        found.append(
            TeamGoal(
                pk=pk,
                person_id=owner,
                person=name or email,
                what=what,
                kind=kind,
                due_on=due_on,
                framework=framework,
                round=PlannedIn(assessment, owner),
                noted_lately=noted_lately,
                aims=tuple(TeamAim(*row[10:]) for row in aims if row[10] is not None),
                due=days_away(due_on, today),
                is_overdue=due_on < today,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class ChosenGoals:
    """The goals that a page lists: all, or those of one ``person`` or for one ``statement`` (a ``TeamAim``), by link."""

    goals: tuple[TeamGoal, ...]
    person: Person | None
    statement: TeamAim | None

    @property
    def overdue(self) -> int:
        return sum(goal.is_overdue for goal in self.goals)

    @property
    def people(self) -> int:
        return len({goal.person_id for goal in self.goals})


def choose_goals(team, goals, *, person="", statement="") -> ChosenGoals:
    """The goals of the person with this key, and for the statement with this key in whatever version: keys as a link has them.

    A key that names nobody in the team, or no statement of theirs, chooses nothing out.
    """
    who = next((each for each in team.people if str(each.pk) == person), None)
    what = _aim_named(team, goals, statement)
    found = tuple(
        goal
        for goal in goals
        if (who is None or goal.person_id == who.pk)
        and (what is None or what.lineage in {aim.lineage for aim in goal.aims})
    )
    return ChosenGoals(found, who, what)


def _aim_named(team, goals, key):
    for table in team.tables:
        for statement in table.tree.statements:
            if str(statement.pk) == key:
                return TeamAim(statement.pk, statement.lineage, statement.code, statement.topic)
    return next((aim for goal in goals for aim in goal.aims if str(aim.statement_id) == key), None)
