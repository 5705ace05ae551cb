"""Whom a round waits for, what for and since when: one rule for every page that says what comes next."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.utils import timezone

from .models import Assessment, Event

A_YEAR = timedelta(days=365)


class Stage(StrEnum):
    """Where a round stands on its way from draft to agreed. What each waits for is in ``wait_of``."""

    ANSWER = "answer"
    REVIEW = "review"
    TALK = "talk"
    CONFIRM = "confirm"
    OWNER_CONFIRMS = "owner confirms"
    LINE_MANAGER_CONFIRMS = "line manager confirms"
    STRANDED = "stranded"
    AGREED = "agreed"
    CLOSED = "closed"


FOR_OWNER = {Stage.ANSWER, Stage.TALK, Stage.CONFIRM, Stage.OWNER_CONFIRMS, Stage.STRANDED}
FOR_LINE_MANAGER = {Stage.REVIEW, Stage.TALK, Stage.CONFIRM, Stage.LINE_MANAGER_CONFIRMS}


class Wait(NamedTuple):
    """The stage of a round, and the moment from which it has been there."""

    stage: Stage
    since: datetime

    @property
    def for_owner(self) -> bool:
        return self.stage in FOR_OWNER

    @property
    def for_line_manager(self) -> bool:
        return self.stage in FOR_LINE_MANAGER


def wait_of(assessment, *, has_line=True) -> Wait:
    """Whom and what ``assessment`` waits for. Reads its ``conversation``, so select that with the round.

    ``has_line`` says whether the line between its owner and its line manager is live. Without one a shared round is stranded:
    nobody can go on with it until the owner hands it over or closes it.
    """
    if assessment.is_draft:
        return Wait(Stage.ANSWER, assessment.started_at)
    if assessment.is_agreed:
        return Wait(Stage.AGREED, assessment.agreed_at)
    if assessment.state == Assessment.State.CLOSED:
        return Wait(Stage.CLOSED, assessment.closed_at)
    if not has_line:
        return Wait(Stage.STRANDED, assessment.shared_at)
    if not assessment.is_reviewed:
        return Wait(Stage.REVIEW, assessment.shared_at)
    return _after_the_review(assessment)


def _after_the_review(assessment):
    conversation = getattr(assessment, "conversation", None)
    if conversation is None or conversation.held_on is None:
        return Wait(Stage.TALK, assessment.reviewed_at)
    if conversation.owner_confirmed_at:
        return Wait(Stage.LINE_MANAGER_CONFIRMS, conversation.owner_confirmed_at)
    if conversation.line_manager_confirmed_at:
        return Wait(Stage.OWNER_CONFIRMS, conversation.line_manager_confirmed_at)
    return Wait(Stage.CONFIRM, conversation.changed_at or assessment.reviewed_at)


def must_confirm_again(assessment, wait, person) -> bool:
    """Whether ``person`` had confirmed what somebody else changed since. Asks nothing but where both are to confirm."""
    if wait.stage != Stage.CONFIRM:
        return False
    kinds = (Event.Kind.CONFIRMED, Event.Kind.DISAGREED, Event.Kind.UNCONFIRMED)
    events = assessment.events.filter(kind__in=kinds, at__gte=assessment.reviewed_at)
    last = list(events.values_list("kind", "actor_id"))[-2:]
    if len(last) < 2:
        return False
    (confirmed, by), (removed, other) = last
    return (by, removed) == (person.pk, kinds[-1]) and confirmed != removed and other != person.pk


def year_after(assessment) -> date:
    """The day from which the next round is due: a year after this one was agreed or closed."""
    return timezone.localdate(assessment.agreed_at or assessment.closed_at) + A_YEAR
