"""A round as each view has it, read in two queries."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Value

from people.written_queries import WrittenQuery

from .answers import Answered
from .models import AgreedTarget, Rating, Target

_RATINGS = WrittenQuery(
    lambda assessment: (
        Rating.objects.filter(assessment=assessment)
        .order_by()
        .values_list(
            *("view", "statement_id", "rank", "not_relevant", "reason", "note"),
            *("revision", "rated_by_id", "about_revision"),
        )
    ),
    UUID,
)


def _targets(model, assessment, is_agreed):
    rows = model.objects.filter(assessment=assessment).order_by().annotate(is_agreed=Value(is_agreed))
    return rows.values_list("area_id", "rank", "reason", "is_agreed")


_CHOSEN_TARGETS = WrittenQuery(lambda assessment: _targets(Target, assessment, 0), UUID)
_TARGETS = WrittenQuery(
    lambda assessment: _targets(Target, assessment, 0).union(_targets(AgreedTarget, assessment, 1), all=True), UUID
)


class Standing(NamedTuple):
    """A rating as it stands. ``rated_by_id`` and ``about_revision`` are those of ``Rating``."""

    answer: Answered
    revision: int
    rated_by_id: int | None = None
    about_revision: int | None = None


@dataclass(frozen=True, slots=True)
class Views:
    """The three views by statement's pk; the targets of the owner and the agreed ones by area's pk, as (rank or None, reason)."""

    own: dict[int, Standing]
    line_manager: dict[int, Standing]
    agreed: dict[int, Standing]
    targets: dict[int, tuple[int | None, str]]
    agreed_targets: dict[int, tuple[int | None, str]]

    def target_in_force(self, area_pk) -> tuple[int | None, str]:
        """The agreed target of an area where one is recorded, else the owner's."""
        return self.agreed_targets.get(area_pk) or self.targets.get(area_pk, (None, ""))

    @property
    def targets_in_force(self) -> dict[int, tuple[int | None, str]]:
        return self.targets | self.agreed_targets


def read_views(assessment) -> Views:
    """Reads what every view says of a round, and its targets. Whoever asks decides what of it may be shown to whom."""
    views = {view.value: {} for view in Rating.View}
    for view, pk, rank, not_relevant, reason, note, *signed in _RATINGS.rows(assessment.pk):
        views[view][pk] = Standing(Answered(rank, not_relevant, reason, note), *signed)
    return Views(
        views[Rating.View.SELF],
        views[Rating.View.LINE_MANAGER],
        views[Rating.View.AGREED],
        *read_targets(assessment),
    )


def read_targets(assessment) -> tuple[dict, dict]:
    """The targets that its owner chose, and those that were agreed, by area's pk as (rank or None, reason): one query."""
    found = {}, {}
    for pk, rank, reason, is_agreed in _TARGETS.rows(assessment.pk):
        found[is_agreed][pk] = (rank, reason)
    return found


def read_chosen_targets(assessment) -> dict[int, tuple[int | None, str]]:
    """The targets that its owner chose, in the same way: one query."""
    return {pk: (rank, reason) for pk, rank, reason, _ in _CHOSEN_TARGETS.rows(assessment.pk)}


def read_agreed(assessment) -> dict[int, Answered]:
    """What both agreed, by statement's pk; empty, and no query, before they have."""
    if not assessment.is_agreed:
        return {}
    rows = Rating.objects.filter(assessment=assessment, view=Rating.View.AGREED).order_by()
    return {
        pk: Answered(rank, not_relevant)
        for pk, rank, not_relevant in rows.values_list("statement_id", "rank", "not_relevant")
    }
