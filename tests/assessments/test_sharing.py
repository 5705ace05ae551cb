"""Sharing a round, taking it back, giving it back, handing it over and closing it: what it does, whom it tells, what it refuses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments import actions
from assessments.actions import NoLineManager, NotAskable, NotOpen, Unfinished
from assessments.models import Assessment, Goal, Rating
from people.actions import lines
from people.models import Notice, ReportingLine
from tests.factories import (
    agree,
    close,
    confirm,
    converse,
    make_assessment,
    make_line,
    make_user,
    rate,
    rate_all,
    reread,
    review,
    share,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(published_version, contract_manager, line_manager):
    """A finished draft of somebody who has a line manager."""
    make_line(contract_manager, line_manager)
    assessment = make_assessment(contract_manager)
    rate_all(assessment)
    Notice.objects.all().delete()
    return reread(assessment)


@pytest.fixture
def shared(draft, line_manager):
    shared = share(draft, line_manager)
    Notice.objects.all().delete()
    return shared


@pytest.fixture
def new_line_manager(db):
    return make_user(name="Ottoline Sedgemoor")


def end_line(person):
    lines.end_line(line=ReportingLine.objects.live().get(person=person), ended_by=person)


def events_of(assessment):
    return [(event.kind, event.actor) for event in assessment.events.all()]


def told():
    """Who was told what, by whom, since the fixtures were made."""
    return [(notice.recipient, notice.kind, notice.actor) for notice in Notice.objects.order_by("pk")]


def row_of(assessment):
    return Assessment.objects.filter(pk=assessment.pk).values().get()


def readers(assessment, *people):
    return [Assessment.objects.visible_to(person).filter(pk=assessment.pk).exists() for person in people]


# Sharing


def test_share_assessment_lets_the_line_manager_read_it(draft, contract_manager, line_manager, stranger):
    assert readers(draft, contract_manager, line_manager, stranger) == [True, False, False]
    actions.share_assessment(assessment=draft, by=contract_manager)
    shared = reread(draft)
    assert (shared.state, shared.line_manager, shared.rates_first, shared.reviewed_at) == (
        Assessment.State.SHARED,
        line_manager,
        False,
        None,
    )
    assert readers(draft, contract_manager, line_manager, stranger) == [True, True, False]
    assert events_of(shared) == [("started", contract_manager), ("shared", contract_manager)]
    assert told() == [(line_manager, "shared", contract_manager)]


def test_share_assessment_locks_the_owners_ratings(shared):
    with pytest.raises(NotOpen):
        rate(shared, {"A1.1": 3})


def test_share_assessment_takes_the_open_goals_along(draft, contract_manager, stranger, line_manager):
    said = {"framework": draft.framework, "kind": "formal", "due_on": timezone.localdate()}
    mine = Goal.objects.create(owner=contract_manager, what="Open", **said)
    done = Goal.objects.create(owner=contract_manager, what="Done", state="done", ended_on=timezone.localdate(), **said)
    theirs = Goal.objects.create(owner=stranger, what="Another's", **said)
    actions.share_assessment(assessment=draft, by=contract_manager)
    assert [Goal.objects.get(pk=goal.pk).assessment_id for goal in (mine, done, theirs)] == [draft.pk, None, None]
    assert list(Goal.objects.visible_to(line_manager)) == [mine]


def test_share_assessment_of_somebody_else_is_refused(draft, line_manager, stranger):
    before = row_of(draft)
    for person in (line_manager, stranger):
        with pytest.raises(NotOpen):
            actions.share_assessment(assessment=draft, by=person)
    assert row_of(draft) == before


def test_share_assessment_twice_is_refused(shared, contract_manager):
    before = row_of(shared)
    with pytest.raises(NotOpen):
        actions.share_assessment(assessment=shared, by=contract_manager)
    assert row_of(shared) == before
    assert told() == []


def test_share_assessment_without_a_line_manager_is_refused(published_version, contract_manager):
    assessment = make_assessment(contract_manager)
    rate_all(assessment)
    with pytest.raises(NoLineManager):
        actions.share_assessment(assessment=assessment, by=contract_manager)
    assert reread(assessment).is_draft


def test_share_assessment_with_somebody_who_has_not_accepted_is_refused(
    published_version, contract_manager, line_manager
):
    assessment = make_assessment(contract_manager)
    rate_all(assessment)
    lines.name_line_manager(person=contract_manager, email=line_manager.email, asked_by=contract_manager)
    with pytest.raises(NoLineManager):
        actions.share_assessment(assessment=assessment, by=contract_manager)


def test_share_assessment_after_the_line_has_ended_is_refused(draft, contract_manager):
    end_line(contract_manager)
    with pytest.raises(NoLineManager):
        actions.share_assessment(assessment=draft, by=contract_manager)


def test_share_assessment_that_is_not_finished_is_refused_with_what_is_left(
    published_version, contract_manager, line_manager
):
    make_line(contract_manager, line_manager)
    assessment = make_assessment(contract_manager, targets={"B2": (None, "Not mine")}, ratings={"A1.1": 2})
    rate_all(assessment)
    Rating.objects.filter(statement__code__in=["B4.3", "A1.2", "B2.1"]).delete()
    before = row_of(assessment)
    with pytest.raises(Unfinished) as refused:
        actions.share_assessment(assessment=assessment, by=contract_manager)
    assert refused.value.codes == ("A1.2", "B4.3")
    assert row_of(assessment) == before


# Taking it back


def test_withdraw_assessment_makes_it_a_draft_that_only_its_owner_reads(shared, contract_manager, line_manager):
    actions.withdraw_assessment(assessment=shared, by=contract_manager)
    draft = reread(shared)
    assert (draft.state, draft.line_manager, draft.shared_at) == (Assessment.State.DRAFT, None, None)
    assert readers(draft, contract_manager, line_manager) == [True, False]
    assert events_of(draft)[-1] == ("withdrawn", contract_manager)
    assert told() == [(line_manager, "withdrawn", contract_manager)]


def test_withdraw_assessment_after_the_line_manager_added_something_is_refused(shared, contract_manager):
    review(shared, {"A1.1": 1}, finish=False)
    with pytest.raises(NotOpen):
        actions.withdraw_assessment(assessment=shared, by=contract_manager)
    assert reread(shared).is_shared


def test_withdraw_assessment_after_the_line_has_ended_tells_nobody(shared, contract_manager):
    end_line(contract_manager)
    Notice.objects.all().delete()
    actions.withdraw_assessment(assessment=shared, by=contract_manager)
    assert told() == []


def test_withdraw_assessment_by_another_is_refused(shared, line_manager, stranger):
    for person in (line_manager, stranger):
        with pytest.raises(NotOpen):
            actions.withdraw_assessment(assessment=shared, by=person)
    assert reread(shared).is_shared


def test_withdraw_assessment_twice_is_refused(shared, contract_manager):
    actions.withdraw_assessment(assessment=shared, by=contract_manager)
    with pytest.raises(NotOpen):
        actions.withdraw_assessment(assessment=shared, by=contract_manager)


# Giving it back


def test_return_assessment_says_why_and_hides_what_was_rated(shared, contract_manager, line_manager):
    review(shared, {"A1.1": 1})
    Notice.objects.all().delete()
    actions.return_assessment(assessment=shared, by=line_manager, reason="Please look at B4 again.")
    draft = reread(shared)
    assert (draft.state, draft.return_reason, draft.reviewed_at, draft.line_manager) == (
        Assessment.State.DRAFT,
        "Please look at B4 again.",
        None,
        None,
    )
    assert draft.ratings.filter(view="line_manager").count() == 66
    assert readers(draft, contract_manager, line_manager) == [True, False]
    assert events_of(draft)[-1] == ("returned", line_manager)
    assert told() == [(contract_manager, "returned", line_manager)]


def test_return_assessment_removes_confirmations(shared, contract_manager, line_manager):
    confirm(converse(review(shared)), contract_manager)
    actions.return_assessment(assessment=shared, by=line_manager, reason="Once more.")
    assert shared.conversation.owner_confirmed_at is None


def test_a_returned_round_that_is_shared_again_forgets_the_reason(shared, contract_manager, line_manager):
    actions.return_assessment(assessment=shared, by=line_manager, reason="Once more.")
    assert share(reread(shared), line_manager).return_reason == ""


def test_return_assessment_without_a_reason_is_refused(shared, line_manager):
    with pytest.raises(NotAskable):
        actions.return_assessment(assessment=shared, by=line_manager, reason="")
    assert reread(shared).is_shared


def test_return_assessment_by_another_is_refused(shared, contract_manager, stranger):
    for person in (contract_manager, stranger):
        with pytest.raises(NotOpen):
            actions.return_assessment(assessment=shared, by=person, reason="No.")
    assert reread(shared).is_shared


def test_return_assessment_twice_is_refused(shared, line_manager):
    actions.return_assessment(assessment=shared, by=line_manager, reason="Once.")
    with pytest.raises(NotOpen):
        actions.return_assessment(assessment=shared, by=line_manager, reason="Twice.")
    assert reread(shared).return_reason == "Once."


def test_return_assessment_after_the_line_has_ended_is_refused(shared, contract_manager, line_manager):
    end_line(contract_manager)
    with pytest.raises(NotOpen):
        actions.return_assessment(assessment=shared, by=line_manager, reason="Late.")
    assert reread(shared).is_shared


# Handing it over


def test_hand_over_assessment_gives_it_to_the_new_line_manager(
    shared, contract_manager, line_manager, new_line_manager
):
    review(shared, {"A1.1": 1})
    make_line(contract_manager, new_line_manager)
    Notice.objects.all().delete()
    assert readers(shared, line_manager, new_line_manager) == [False, False]
    actions.hand_over_assessment(assessment=shared, by=contract_manager)
    handed = reread(shared)
    assert (handed.line_manager, handed.reviewed_at, handed.acted_at) == (new_line_manager, None, None)
    assert readers(handed, contract_manager, line_manager, new_line_manager) == [True, False, True]
    assert set(handed.ratings.filter(view="line_manager").values_list("rated_by", flat=True)) == {line_manager.pk}
    assert events_of(handed)[-1] == ("handed-over", contract_manager)
    assert told() == [(new_line_manager, "handed-over", contract_manager)]


def test_hand_over_assessment_keeps_what_was_recorded_but_the_day(shared, contract_manager, new_line_manager):
    talked = converse(review(shared, {"A1.1": 1}), {"A1.1": 2}, points="What was said")
    before = confirm(talked, contract_manager).conversation.revision
    make_line(contract_manager, new_line_manager)
    actions.hand_over_assessment(assessment=talked, by=contract_manager)
    held = reread(shared).conversation
    assert (held.held_on, held.points, held.owner_confirmed_at) == (None, "What was said", None)
    assert held.revision == before + 1
    assert shared.ratings.get(view="agreed").rank == 2


def test_hand_over_assessment_without_another_line_manager_is_refused(shared, contract_manager):
    with pytest.raises(NoLineManager):
        actions.hand_over_assessment(assessment=shared, by=contract_manager)
    end_line(contract_manager)
    with pytest.raises(NoLineManager):
        actions.hand_over_assessment(assessment=shared, by=contract_manager)


def test_hand_over_assessment_by_another_is_refused(shared, contract_manager, line_manager, new_line_manager, stranger):
    make_line(contract_manager, new_line_manager)
    for person in (line_manager, new_line_manager, stranger):
        with pytest.raises(NotOpen):
            actions.hand_over_assessment(assessment=shared, by=person)
    assert reread(shared).line_manager == line_manager


def test_hand_over_assessment_that_is_a_draft_is_refused(draft, contract_manager, new_line_manager):
    make_line(contract_manager, new_line_manager)
    with pytest.raises(NotOpen):
        actions.hand_over_assessment(assessment=draft, by=contract_manager)


# Closing it


def months_ago(assessment, *, acted=False):
    """As if it had been shared, and perhaps reviewed, 31 days ago."""
    then = timezone.now() - timedelta(days=31)
    Assessment.objects.filter(pk=assessment.pk).update(shared_at=then, acted_at=then if acted else None)
    return reread(assessment)


@pytest.mark.parametrize("acted", [False, True])
def test_close_assessment_that_hangs(shared, contract_manager, line_manager, acted):
    hanging = months_ago(shared, acted=acted)
    actions.close_assessment(assessment=hanging, by=contract_manager)
    closed = reread(shared)
    assert closed.state == Assessment.State.CLOSED
    assert readers(closed, contract_manager, line_manager) == [True, False]
    assert events_of(closed)[-1] == ("closed", contract_manager)
    assert told() == [(line_manager, "closed", contract_manager)]


def test_close_assessment_whose_line_has_ended_tells_nobody(shared, contract_manager):
    end_line(contract_manager)
    Notice.objects.all().delete()
    close(shared)
    assert reread(shared).state == Assessment.State.CLOSED
    assert told() == []


def test_close_assessment_whose_line_manager_has_left(shared, line_manager):
    line_manager.is_active = False
    line_manager.save()
    close(shared)
    assert reread(shared).state == Assessment.State.CLOSED


def test_close_assessment_that_waits_for_its_line_manager_is_refused(shared, contract_manager):
    before = row_of(shared)
    with pytest.raises(NotOpen):
        actions.close_assessment(assessment=shared, by=contract_manager)
    assert row_of(shared) == before


def test_close_assessment_shared_long_ago_that_was_acted_on_since_is_refused(shared, contract_manager):
    hanging = months_ago(shared)
    Assessment.objects.filter(pk=shared.pk).update(acted_at=timezone.now())
    with pytest.raises(NotOpen):
        actions.close_assessment(assessment=hanging, by=contract_manager)


def test_close_assessment_by_another_is_refused(shared, line_manager, stranger):
    for person in (line_manager, stranger):
        with pytest.raises(NotOpen):
            actions.close_assessment(assessment=months_ago(shared), by=person)


def test_close_assessment_twice_is_refused(draft, contract_manager):
    close(draft)
    with pytest.raises(NotOpen):
        actions.close_assessment(assessment=draft, by=contract_manager)


# Who reads what afterwards


def test_an_ended_line_ends_access_in_every_state(draft, contract_manager, line_manager):
    agreed = agree(draft, line_manager)
    assert readers(agreed, line_manager) == [True]
    end_line(contract_manager)
    assert readers(agreed, contract_manager, line_manager) == [True, False]


def test_a_line_to_somebody_who_is_not_named_gives_nothing(shared, contract_manager, new_line_manager):
    make_line(contract_manager, new_line_manager)
    assert readers(shared, new_line_manager) == [False]


@pytest.mark.parametrize("powers", [{"is_staff": True}, {"is_staff": True, "is_superuser": True}])
def test_being_staff_gives_nothing(shared, powers):
    assert readers(shared, make_user(**powers)) == [False]


def test_a_closed_account_reads_nothing(shared, contract_manager, line_manager):
    for person in (contract_manager, line_manager):
        person.is_active = False
    assert readers(shared, contract_manager, line_manager) == [False, False]
