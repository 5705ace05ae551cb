"""How far somebody has come, and which of their rounds is counted (docs/decisions/rollup.md). No query."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from assessments.models import Assessment

from .models.rollup import Stage

State = Assessment.State
# The furthest first.
_STAGES = {State.AGREED: Stage.AGREED, State.SHARED: Stage.SHARED, State.DRAFT: Stage.STARTED}


class Round(NamedTuple):
    """A draft, shared or agreed round of somebody, with what of it decides where it is counted."""

    pk: UUID
    owner_id: int
    framework_id: int
    version_id: int
    role_profile_id: int | None
    state: str
    shared_at: datetime | None
    agreed_at: datetime | None


def stage_of(rounds: Iterable[Round]) -> Stage:
    """How far somebody has come under a framework: the furthest of their rounds, whatever was begun after it."""
    states = {each.state for each in rounds}
    return next((stage for state, stage in _STAGES.items() if state in states), Stage.NOT_STARTED)


def reached_since(rounds: Iterable[Round], opened_on: date) -> Stage:
    """The same of the rounds that were open on a day or have begun since."""
    return stage_of(each for each in rounds if each.agreed_at is None or _day(each.agreed_at) >= opened_on)


def current_of(rounds: Iterable[Round]) -> Round | None:
    """The round whose levels are counted: the one shared last, agreed or not."""
    return max((each for each in rounds if each.shared_at), key=lambda each: (each.shared_at, each.pk), default=None)


def _day(moment):
    return timezone.localtime(moment).date()
