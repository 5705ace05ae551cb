"""The states of a round as the database holds to them, on either engine and whichever way a change comes."""

from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from assessments.guards import STEPS
from assessments.models import Assessment, Conversation
from tests.factories import agree, close, converse, make_assessment, make_line, rate_all, review, share
from tests.standards.test_guards import run, triggers_missing

pytestmark = pytest.mark.django_db

STATES = ("draft", "shared", "agreed", "closed")
# Every change of state that DESIGN section 5 has.
MAY_BECOME = {"draft": ("shared", "closed"), "shared": ("draft", "agreed", "closed"), "agreed": (), "closed": ()}
IMPOSSIBLE = [(one, other) for one, other in product(STATES, STATES) if one != other and other not in MAY_BECOME[one]]


@pytest.fixture
def finished(published_version, contract_manager, line_manager):
    make_line(contract_manager, line_manager)
    assessment = make_assessment(contract_manager)
    rate_all(assessment)
    return assessment


def brought_to(state, assessment, line_manager):
    """The round, brought to a state by the actions."""
    if state == "shared":
        review(share(assessment, line_manager))
    elif state == "agreed":
        agree(assessment, line_manager)
    elif state == "closed":
        close(assessment)
    return Assessment.objects.filter(pk=assessment.pk)


def said_of(state, line_manager):
    """What a round in that state needs, so that no CHECK is what refuses it."""
    now = timezone.now()
    is_with = state in ("shared", "agreed")
    return {
        "state": state,
        "line_manager": line_manager if is_with else None,
        "shared_at": now if is_with else None,
        "acted_at": now if is_with else None,
        "reviewed_at": now if is_with else None,
        "agreed_at": now if state == "agreed" else None,
        "closed_at": now if state == "closed" else None,
        "check_code": "0000-0000-0000-0000" if state == "agreed" else None,
    }


def test_the_steps_stand_in_the_database():
    assert triggers_missing(STEPS) == []


@pytest.mark.parametrize("event", ["INSERT", "UPDATE"])
def test_a_missing_step_is_noticed(event):
    (steps,) = STEPS
    name = steps.trigger(event)
    run(f"DROP TRIGGER {name}" + (f" ON {steps.table}" if connection.vendor == "postgresql" else ""))
    assert triggers_missing(STEPS) == [name]


@pytest.mark.parametrize(("one", "other"), IMPOSSIBLE)
def test_a_round_does_not_become_what_it_may_not(finished, line_manager, one, other):
    found = brought_to(one, finished, line_manager)
    before = found.values().get()
    with pytest.raises(IntegrityError), transaction.atomic():
        found.update(**said_of(other, line_manager))
    assert found.values().get() == before


@pytest.mark.parametrize("state", ["shared", "agreed", "closed"])
def test_a_round_does_not_begin_in_another_state(finished, stranger, line_manager, state):
    with pytest.raises(IntegrityError, match="cannot come into that state"), transaction.atomic():
        Assessment.objects.create(
            owner=stranger,
            version=finished.version,
            framework=finished.framework,
            **said_of(state, line_manager),
        )


@pytest.mark.parametrize("confirmed_by", [(), ("owner_confirmed_at",), ("line_manager_confirmed_at",)])
def test_a_round_is_not_agreed_before_both_have_confirmed(finished, line_manager, confirmed_by):
    found = brought_to("shared", finished, line_manager)
    converse(found.get())
    Conversation.objects.filter(assessment=finished).update(**dict.fromkeys(confirmed_by, timezone.now()))
    with pytest.raises(IntegrityError, match="cannot come into that state"), transaction.atomic():
        found.update(**said_of("agreed", line_manager))


@pytest.mark.parametrize(
    "change",
    [
        {"line_manager": None},
        {"shared_at": None},
        {"agreed_at": timezone.now()},
        {"closed_at": timezone.now()},
        {"check_code": "0000-0000-0000-0000"},
        {"return_reason": "Not while it is shared."},
        {"acted_at": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_shared_and_reviewed_round_keeps_what_belongs_to_that(finished, line_manager, change):
    found = brought_to("shared", finished, line_manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        found.update(**change)


@pytest.mark.parametrize("name", ["line_manager", "shared_at", "reviewed_at", "agreed_at", "closed_at", "check_code"])
def test_a_draft_has_nothing_of_a_later_state(finished, line_manager, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=finished.pk).update(
            **{name: said_of("agreed", line_manager).get(name) or timezone.now()}
        )


def test_nobody_is_the_line_manager_of_their_own_round(finished, line_manager):
    found = brought_to("shared", finished, line_manager)
    with pytest.raises(IntegrityError, match="never_reviewed_by_its_owner"), transaction.atomic():
        found.update(line_manager=finished.owner)


def test_a_conversation_is_not_confirmed_without_its_day(finished, line_manager):
    brought_to("shared", finished, line_manager)
    with pytest.raises(IntegrityError, match="confirmed_only_with_its_day"), transaction.atomic():
        Conversation.objects.filter(assessment=finished).update(owner_confirmed_at=timezone.now())


def test_a_line_managers_rating_is_signed(finished, line_manager):
    brought_to("shared", finished, line_manager)
    with pytest.raises(IntegrityError, match="is_signed"), transaction.atomic():
        finished.ratings.filter(view="line_manager").update(rated_by=None)
