"""The conversation: what is recorded, how a confirmation comes and goes, and how a round is agreed."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import actions
from assessments.actions import AlreadyConfirmed, ChangedElsewhere, NoDay, NotAskable, NotOpen, Unfinished
from assessments.answers import conversation_mark, target_mark
from assessments.models import AgreedGoal, AgreedTarget, Conversation, Goal, GoalStatement, Rating
from assessments.records import check_code, record_of
from people.actions import lines, notify
from people.models import Notice, ReportingLine, User
from standards.tree import version_tree
from tests.factories import (
    agree,
    changes_to,
    confirm,
    converse,
    make_assessment,
    make_line,
    make_user,
    rate_all,
    reread,
    review,
    share,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 1)


@pytest.fixture(scope="module")
def kept(kept_for_the_module):
    """A round of a contract manager in which the two differ on A1.1 alone, its review finished."""
    owner = make_user(name="Nia Penŵydd", email="nia@example.com")
    line_manager = make_user(name="Tomasz Quillfeather", email="tomasz@example.com")
    reviewed = review(make_shared(owner, line_manager), {"A1.1": 1})
    Notice.objects.all().delete()
    return reviewed


def make_shared(owner, line_manager):
    make_line(owner, line_manager)
    assessment = make_assessment(owner, targets={"B2": (None, "Not mine")})
    rate_all(assessment)
    return share(assessment, line_manager)


@pytest.fixture
def contract_manager(db, kept):
    return User.objects.get(pk=kept.owner_id)


@pytest.fixture
def line_manager(db, kept):
    return User.objects.get(pk=kept.line_manager_id)


@pytest.fixture
def reviewed(db, kept):
    return reread(kept)


@pytest.fixture
def ready(reviewed):
    """One that can be confirmed."""
    return converse(reviewed, {"A1.1": 2}, points="She chairs the next board.")


def record(assessment, by, *, held_on=DAY, points="What was said", look_again_on=None, drawn=None):
    return actions.record_conversation(
        assessment=assessment, by=by, held_on=held_on, points=points, look_again_on=look_again_on, drawn=drawn
    )


def confirmations(assessment):
    held = Conversation.objects.get(assessment=assessment)
    return bool(held.owner_confirmed_at), bool(held.line_manager_confirmed_at)


def end_line(person):
    lines.end_line(line=ReportingLine.objects.live().get(person=person), ended_by=person)


def told():
    return [(notice.recipient, notice.kind) for notice in Notice.objects.order_by("pk")]


EVERY_CHANGE = {
    "record": lambda assessment, by: record(assessment, by),
    "levels": lambda assessment, by: actions.save_agreed(
        assessment=assessment, by=by, changes=changes_to(assessment, {"A1.2": 3}, view="agreed")
    ),
    "targets": lambda assessment, by: actions.set_agreed_targets(
        assessment=assessment, by=by, targets={"B4": (3, "She chairs the board")}
    ),
    "confirmation": lambda assessment, by: actions.confirm_conversation(
        assessment=assessment, by=by, revision=Conversation.objects.get(assessment=assessment).revision
    ),
}
CHANGES = {name: do for name, do in EVERY_CHANGE.items() if name != "confirmation"}


# Recording


def test_record_conversation_keeps_day_points_and_the_day_to_look_again(reviewed, contract_manager, line_manager):
    for person, points in ((line_manager, "First"), (contract_manager, "Then")):
        assert not record(reviewed, person, points=points, look_again_on=date(2027, 3, 1)).unconfirmed
    held = Conversation.objects.get(assessment=reviewed)
    assert (held.held_on, held.points, held.look_again_on, held.changed_by, held.revision) == (
        DAY,
        "Then",
        date(2027, 3, 1),
        contract_manager,
        3,
    )


def test_a_level_agreed_later_leaves_who_recorded_the_conversation(reviewed, contract_manager, line_manager):
    record(reviewed, contract_manager)
    recorded = Conversation.objects.get()
    CHANGES["levels"](reviewed, line_manager)
    held = Conversation.objects.get()
    assert (held.changed_by, held.changed_at) == (contract_manager, recorded.changed_at)
    assert held.revision == recorded.revision + 1


def test_record_conversation_that_says_the_same_changes_nothing(reviewed, line_manager):
    record(reviewed, line_manager)
    before = Conversation.objects.values().get()
    record(reviewed, line_manager)
    assert Conversation.objects.values().get() == before


def test_record_conversation_changed_elsewhere_is_refused_with_what_stands(reviewed, contract_manager, line_manager):
    drawn = conversation_mark(None, "", None)
    record(reviewed, line_manager, points="There", drawn=drawn)
    with pytest.raises(ChangedElsewhere) as refused:
        record(reviewed, contract_manager, points="Here", drawn=drawn)
    assert refused.value.saved.points == "There"
    assert Conversation.objects.get().points == "There"


def test_record_conversation_that_was_not_touched_overwrites_nothing(reviewed, contract_manager, line_manager):
    """A page on which only levels were changed sends the texts that it was drawn with."""
    drawn = conversation_mark(None, "", None)
    record(reviewed, line_manager, points="There", drawn=drawn)
    record(reviewed, contract_manager, held_on=None, points="", drawn=drawn)
    assert Conversation.objects.get().points == "There"


def test_save_agreed_keeps_what_both_agree(reviewed, contract_manager, line_manager):
    changes = changes_to(reviewed, {"A1.1": 2}, view="agreed")
    others = changes_to(reviewed, {"A1.1": 3}, view="agreed")
    saved = actions.save_agreed(assessment=reviewed, by=contract_manager, changes=changes)
    assert (saved.conflicts, saved.unconfirmed) == ((), False)
    late = actions.save_agreed(assessment=reviewed, by=line_manager, changes=others)
    assert [conflict.saved.rank for conflict in late.conflicts] == [2]
    (row,) = Rating.objects.filter(view="agreed")
    assert (row.rank, row.rated_by) == (2, contract_manager)


def test_set_agreed_targets_keeps_what_the_owner_chose(reviewed, line_manager):
    saved = actions.set_agreed_targets(
        assessment=reviewed, by=line_manager, targets={"B4": (3, "She chairs the board"), "A1": (2, "")}
    )
    assert saved.conflicts == ()
    assert list(AgreedTarget.objects.values_list("area__code", "rank", "reason")) == [("B4", 3, "She chairs the board")]
    assert reviewed.targets.get(area__code="B4").rank == 2


def test_set_agreed_targets_changed_elsewhere_are_left(reviewed, contract_manager, line_manager):
    drawn = {"B4": target_mark(2, "")}
    for person, rank, conflicts in ((line_manager, 3, ()), (contract_manager, 1, ("B4",))):
        saved = actions.set_agreed_targets(
            assessment=reviewed, by=person, targets={"B4": (rank, "For a reason")}, drawn=drawn
        )
        assert saved.conflicts == conflicts
    assert AgreedTarget.objects.get().rank == 3


@pytest.mark.parametrize(
    "targets", [{"C1": (2, "")}, {"A1": (None, "Not mine")}, {"B4": (7, "So high")}, {"B4": (3, "")}]
)
def test_set_agreed_targets_that_the_version_does_not_have_are_refused(reviewed, line_manager, targets):
    with pytest.raises(NotAskable):
        actions.set_agreed_targets(assessment=reviewed, by=line_manager, targets=targets)
    assert not AgreedTarget.objects.exists()


@pytest.mark.parametrize("do", EVERY_CHANGE.values(), ids=EVERY_CHANGE)
def test_a_change_by_somebody_else_is_refused(ready, stranger, superuser, do):
    before = Conversation.objects.values().get()
    for person in (stranger, superuser):
        with pytest.raises(NotOpen):
            do(ready, person)
    assert Conversation.objects.values().get() == before


@pytest.mark.parametrize("do", EVERY_CHANGE.values(), ids=EVERY_CHANGE)
def test_a_change_by_a_former_line_manager_is_refused(ready, contract_manager, line_manager, do):
    end_line(contract_manager)
    with pytest.raises(NotOpen):
        do(ready, line_manager)


@pytest.mark.parametrize("do", EVERY_CHANGE.values(), ids=EVERY_CHANGE)
def test_a_change_by_an_owner_whose_line_has_ended_is_refused(ready, contract_manager, do):
    """Nobody agrees alone."""
    end_line(contract_manager)
    Notice.objects.all().delete()
    with pytest.raises(NotOpen):
        do(ready, contract_manager)
    assert told() == []


@pytest.mark.parametrize("do", EVERY_CHANGE.values(), ids=EVERY_CHANGE)
def test_a_change_before_the_review_is_finished_is_refused(stranger, line_manager, do):
    shared = make_shared(stranger, line_manager)
    Conversation.objects.create(assessment=shared)
    for person in (stranger, line_manager):
        with pytest.raises(NotOpen):
            do(shared, person)


@pytest.mark.parametrize("do", EVERY_CHANGE.values(), ids=EVERY_CHANGE)
def test_a_change_after_both_have_confirmed_is_refused(ready, contract_manager, line_manager, do):
    agreed = confirm(ready, contract_manager, line_manager)
    before = record_of(agreed)
    for person in (contract_manager, line_manager):
        with pytest.raises(NotOpen):
            do(ready, person)
    assert record_of(reread(agreed)) == before


# Confirming


def test_confirm_conversation_by_one_tells_the_other(ready, contract_manager, line_manager):
    assert not actions.confirm_conversation(assessment=ready, by=line_manager, revision=ready.conversation.revision)
    assert confirmations(ready) == (False, True)
    assert told() == [(contract_manager, "ready-to-confirm")]
    assert (ready.events.last().kind, ready.events.last().actor) == ("confirmed", line_manager)


def test_confirm_conversation_with_a_disagreement(ready, contract_manager, line_manager):
    agreed = confirm(ready, line_manager, contract_manager, disagreement="I think that A1.1 is Expert.")
    assert agreed.is_agreed
    assert agreed.conversation.disagreement == "I think that A1.1 is Expert."
    assert [event.kind for event in agreed.events.all()][-3:] == ["confirmed", "disagreed", "agreed"]


def test_the_line_manager_is_told_that_a_disagreement_is_recorded(ready, contract_manager, line_manager):
    confirm(ready, line_manager, contract_manager, disagreement="I think that A1.1 is Expert.")
    assert told() == [(contract_manager, "ready-to-confirm"), (line_manager, "disagreed")]


def test_confirm_conversation_with_a_disagreement_of_the_line_managers_is_refused(ready, line_manager):
    with pytest.raises(NotAskable):
        actions.confirm_conversation(
            assessment=ready, by=line_manager, revision=ready.conversation.revision, disagreement="No."
        )
    assert confirmations(ready) == (False, False)


@pytest.mark.parametrize("do", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("who", ["the one who confirmed", "the other"])
def test_a_change_removes_a_confirmation_and_says_so(ready, contract_manager, line_manager, do, who):
    confirm(ready, contract_manager)
    Notice.objects.all().delete()
    saved = do(ready, contract_manager if who == "the one who confirmed" else line_manager)
    assert saved.unconfirmed
    assert confirmations(ready) == (False, False)
    assert told() == ([] if who == "the one who confirmed" else [(contract_manager, "confirmation-removed")])
    assert ready.events.last().kind == "unconfirmed"


def test_whoever_confirms_has_read_what_they_were_told_of_the_round(ready, contract_manager, line_manager):
    confirm(ready, line_manager)
    record(ready, line_manager)
    confirm(ready, line_manager)
    told = Notice.objects.filter(recipient=contract_manager)
    elsewhere = notify(recipient=contract_manager, kind="shared", path="/elsewhere/")
    assert told.unread().count() == 3
    confirm(ready, contract_manager)
    assert list(told.unread()) == [elsewhere]
    assert [each.kind for each in Notice.objects.filter(recipient=line_manager).unread()] == ["agreed"]


def test_confirm_conversation_twice_is_refused(ready, line_manager):
    confirm(ready, line_manager)
    with pytest.raises(AlreadyConfirmed):
        confirm(ready, line_manager)
    assert [event.kind for event in ready.events.all()].count("confirmed") == 1


def test_confirm_conversation_that_was_changed_since_it_was_read_is_refused(ready, contract_manager, line_manager):
    seen = Conversation.objects.get(assessment=ready).revision
    record(ready, line_manager, points="Something else")
    with pytest.raises(ChangedElsewhere) as refused:
        actions.confirm_conversation(assessment=ready, by=contract_manager, revision=seen)
    assert refused.value.saved.points == "Something else"
    assert confirmations(ready) == (False, False)


def test_confirm_conversation_with_a_level_left_to_agree_is_refused(reviewed, line_manager):
    converse(reviewed)
    with pytest.raises(Unfinished) as refused:
        confirm(reviewed, line_manager)
    assert refused.value.codes == ("A1.1",)
    assert confirmations(reviewed) == (False, False)


def test_an_area_brought_into_the_role_leaves_its_levels_to_agree(reviewed, line_manager):
    converse(reviewed, {"A1.1": 2})
    actions.set_agreed_targets(assessment=reviewed, by=line_manager, targets={"B2": (2, "")})
    with pytest.raises(Unfinished) as refused:
        confirm(reviewed, line_manager)
    assert refused.value.codes == tuple(f"B2.{number}" for number in range(1, 8))


@pytest.mark.parametrize("held_on", [None, timezone.localdate() + timedelta(days=1)])
def test_confirm_conversation_that_was_not_held_yet_is_refused(reviewed, line_manager, held_on):
    converse(reviewed, {"A1.1": 2}, held_on=held_on, points="To come")
    with pytest.raises(NoDay):
        confirm(reviewed, line_manager)


# Agreed


def test_both_confirmations_agree_and_freeze_the_round(ready, contract_manager, line_manager):
    actions.set_agreed_targets(assessment=ready, by=line_manager, targets={"B4": (3, "She chairs the board")})
    Notice.objects.all().delete()
    agreed = confirm(ready, line_manager, contract_manager)
    assert (agreed.state, agreed.closed_at) == ("agreed", None)
    assert agreed.check_code == check_code(record_of(agreed))
    in_role = [each.code for each in version_tree(agreed.version).statements if not each.code.startswith("B2")]
    rows = {row.statement.code: row.rank for row in agreed.ratings.filter(view="agreed").select_related("statement")}
    own = {row.statement.code: row.rank for row in agreed.ratings.filter(view="self").select_related("statement")}
    assert rows == {code: own[code] for code in in_role} | {"A1.1": 2}
    targets = dict(agreed.agreed_targets.values_list("area__code", "rank"))
    assert targets == dict.fromkeys(("A1", "A2", "B1", "B3", "B5", "B6"), 2) | {"B2": None, "B4": 3}
    assert told() == [(contract_manager, "ready-to-confirm"), (line_manager, "agreed")]


def test_the_views_of_both_stay_beside_what_was_agreed(ready, contract_manager, line_manager):
    agreed = confirm(ready, contract_manager, line_manager)
    views = agreed.ratings.filter(statement__code="A1.1").values_list("view", "rank")
    assert dict(views) == {"self": 2, "line_manager": 1, "agreed": 2}


def test_the_plan_is_frozen_with_the_round_and_goes_on(ready, contract_manager, line_manager):
    goal = Goal.objects.create(
        owner=contract_manager,
        framework=ready.framework,
        assessment=ready,
        what="Sit in on two boards",
        measure="Two sets of minutes",
        kind="on-the-job",
        due_on=date(2027, 5, 29),
    )
    statement = version_tree(ready.version).statements[0]
    GoalStatement.objects.create(goal=goal, statement_id=statement.pk, rank=3)
    agreed = confirm(ready, line_manager, contract_manager)
    Goal.objects.filter(pk=goal.pk).update(what="Something else")
    (kept,) = AgreedGoal.objects.filter(assessment=agreed)
    assert (kept.order, kept.what, kept.measure, kept.kind, kept.due_on, kept.aims, kept.goal) == (
        1,
        "Sit in on two boards",
        "Two sets of minutes",
        "on-the-job",
        date(2027, 5, 29),
        [["A1.1", 3]],
        goal,
    )


def test_a_level_taken_back_in_the_conversation_gives_way_to_the_common_one(ready, contract_manager, line_manager):
    for level in (3, None):
        converse(ready, {"A1.2": level}, points="She chairs the next board.")
    agreed = confirm(ready, line_manager, contract_manager)
    assert agreed.ratings.get(view="agreed", statement__code="A1.2").rank == 2


def test_the_same_queries_for_one_difference_and_for_all(published_version, stranger, superuser, line_manager):
    nearly_all = {each.code: 1 for each in version_tree(published_version).statements[1:]}
    counts = []
    for owner, ratings in ((stranger, {"A1.1": 1}), (superuser, nearly_all)):
        assessment = make_assessment(owner)
        rate_all(assessment)
        ready = converse(review(share(assessment, line_manager), ratings), dict.fromkeys(ratings, 1))
        confirm(ready, line_manager)
        with CaptureQueriesContext(connection) as queries:
            confirm(ready, owner)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_agree_brings_a_draft_all_the_way(published_version, stranger, line_manager):
    assessment = make_assessment(stranger)
    rate_all(assessment)
    agreed = agree(assessment, line_manager)
    assert [event.kind for event in agreed.events.all()] == [
        *("started", "shared", "reviewed", "confirmed", "confirmed", "agreed")
    ]
