"""Whom a round waits for, and since when."""

from datetime import UTC, date, datetime

import pytest

from assessments.models import Assessment, Conversation
from assessments.waiting import Stage, Wait, wait_of, year_after

STARTED, SHARED, REVIEWED, TALKED, CONFIRMED, OVER = (datetime(2026, 3, day, 12, tzinfo=UTC) for day in range(1, 7))
DAY = date(2026, 3, 4)


def a_round(state, *, talk=None, **dates):
    """A round in memory; ``talk`` holds the fields of its conversation."""
    assessment = Assessment(state=state, started_at=STARTED, **dates)
    if talk is not None:
        assessment.conversation = Conversation(assessment=assessment, **talk)
    return assessment


def reviewed(**talk):
    return a_round("shared", shared_at=SHARED, reviewed_at=REVIEWED, acted_at=REVIEWED, talk=talk)


@pytest.mark.parametrize(
    ("assessment", "stage", "since", "owner", "line_manager"),
    [
        (a_round("draft"), Stage.ANSWER, STARTED, True, False),
        (a_round("shared", shared_at=SHARED), Stage.REVIEW, SHARED, False, True),
        (a_round("shared", shared_at=SHARED, acted_at=REVIEWED), Stage.REVIEW, SHARED, False, True),
        (reviewed(), Stage.TALK, REVIEWED, True, True),
        (reviewed(points="Only points", changed_at=TALKED), Stage.TALK, REVIEWED, True, True),
        (reviewed(held_on=DAY, changed_at=TALKED), Stage.CONFIRM, TALKED, True, True),
        (
            reviewed(held_on=DAY, changed_at=TALKED, owner_confirmed_at=CONFIRMED),
            Stage.LINE_MANAGER_CONFIRMS,
            CONFIRMED,
            False,
            True,
        ),
        (
            reviewed(held_on=DAY, changed_at=TALKED, line_manager_confirmed_at=CONFIRMED),
            Stage.OWNER_CONFIRMS,
            CONFIRMED,
            True,
            False,
        ),
        (a_round("agreed", shared_at=SHARED, reviewed_at=REVIEWED, agreed_at=OVER), Stage.AGREED, OVER, False, False),
        (a_round("closed", closed_at=OVER), Stage.CLOSED, OVER, False, False),
    ],
)
def test_wait_of(assessment, stage, since, owner, line_manager):
    wait = wait_of(assessment)
    assert wait == Wait(stage, since)
    assert (wait.for_owner, wait.for_line_manager) == (owner, line_manager)


@pytest.mark.parametrize("assessment", [a_round("shared", shared_at=SHARED), reviewed(held_on=DAY)])
def test_wait_of_a_shared_round_without_a_line_is_for_its_owner_alone(assessment):
    wait = wait_of(assessment, has_line=False)
    assert wait == Wait(Stage.STRANDED, SHARED)
    assert (wait.for_owner, wait.for_line_manager) == (True, False)


@pytest.mark.parametrize("state", ["draft", "agreed", "closed"])
def test_wait_of_a_round_that_is_not_shared_asks_for_no_line(state):
    assessment = a_round(state, agreed_at=OVER, closed_at=OVER)
    assert wait_of(assessment, has_line=False) == wait_of(assessment)


def test_year_after_the_round_was_over():
    assert year_after(a_round("agreed", agreed_at=OVER)) == date(2027, 3, 6)
    assert year_after(a_round("closed", closed_at=OVER)) == date(2027, 3, 6)
