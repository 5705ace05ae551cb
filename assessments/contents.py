"""What a line manager gets to see of a round: counts and names, for the pages that ask before it is shared or handed over."""

import hashlib
from dataclasses import dataclass

from django.db.models import Count, Q

from .models import Evidence, Goal, Rating, Target


@dataclass(frozen=True, slots=True)
class AreaContents:
    """What an area holds: how many of its ``total`` statements have a level, and which have a note or are marked as not relevant.

    ``target`` is the rank needed, None where the area is not in the role; ``has_reason`` says that a reason stands with it.
    """

    code: str
    title: str
    target: int | None
    has_reason: bool
    total: int
    levels: int
    not_relevant: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def in_role(self):
        return self.target is not None

    @property
    def answered(self):
        return self.levels + len(self.not_relevant)

    @property
    def left(self):
        return self.total - self.answered


@dataclass(frozen=True, slots=True)
class GoalContents:
    """A goal that goes along, and how many progress notes it has."""

    what: str
    state: str
    notes: int


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything in a round that its line manager can read, by name."""

    areas: tuple[AreaContents, ...]
    examples: tuple[str, ...]
    goals: tuple[GoalContents, ...]

    @property
    def in_role(self):
        return tuple(area for area in self.areas if area.in_role)

    @property
    def levels(self):
        """How many statements of the role have a level."""
        return sum(area.levels for area in self.in_role)

    @property
    def not_relevant(self):
        """The codes of the role's statements that were marked as not relevant."""
        return tuple(code for area in self.in_role for code in area.not_relevant)

    @property
    def notes(self):
        """The codes of the statements with a note, wherever they are."""
        return tuple(code for area in self.areas for code in area.notes)

    @property
    def unfinished(self):
        """The areas of the role with a statement that has no answer."""
        return tuple(area for area in self.in_role if area.left)

    @property
    def outside(self):
        """The areas that are not in the role and have answers all the same."""
        return tuple(area for area in self.areas if not area.in_role and area.answered)

    @property
    def explained_targets(self):
        """The codes of the areas whose target has a reason beside it."""
        return tuple(area.code for area in self.areas if area.has_reason)

    def mark(self, line_manager) -> str:
        """Stands for this list as somebody is asked to share it with ``line_manager``: another list or person has another mark."""
        return hashlib.sha256(repr((line_manager.pk, self)).encode()).hexdigest()[:24]


def contents_of(assessment, tree) -> Contents:
    """Reads what ``assessment`` holds, in four queries."""
    targets = {
        pk: (rank, bool(reason))
        for pk, rank, reason in Target.objects.filter(assessment=assessment).values_list("area_id", "rank", "reason")
    }
    rows = Rating.objects.filter(assessment=assessment, view=Rating.View.SELF)
    answers = {row[0]: row[1:] for row in rows.values_list("statement_id", "rank", "not_relevant", "note")}
    return Contents(
        areas=tuple(_area(area, *targets.get(area.pk, (None, False)), answers) for area in tree.areas),
        examples=tuple(Evidence.objects.filter(assessment=assessment).values_list("title", flat=True)),
        goals=_goals(assessment),
    )


def _area(area, target, has_reason, answers):
    given = {each.code: answers[each.pk] for each in area.statements if each.pk in answers}
    return AreaContents(
        code=area.code,
        title=area.title,
        target=target,
        has_reason=has_reason,
        total=len(area.statements),
        levels=sum(rank is not None for rank, _, _ in given.values()),
        not_relevant=tuple(code for code, (_, not_relevant, _) in given.items() if not_relevant),
        notes=tuple(code for code, (_, _, note) in given.items() if note),
    )


def _goals(assessment):
    """The goals that belong to the round, and the open ones that sharing brings to it."""
    own = Goal.objects.filter(owner=assessment.owner_id, framework=assessment.framework_id)
    seen = own.filter(Q(assessment=assessment) | Q(state=Goal.State.OPEN)).annotate(noted=Count("notes"))
    # Said again: Django leaves the order of a model out where it groups.
    return tuple(GoalContents(*row) for row in seen.order_by("due_on", "pk").values_list("what", "state", "noted"))
