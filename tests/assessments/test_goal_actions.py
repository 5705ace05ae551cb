"""Goals: adding, changing, noting, ending and opening again, and what each refuses."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import actions
from assessments.actions import ChangedElsewhere, NotAskable, NotOpen
from assessments.models import AgreedGoal, Conversation, Event, Goal, GoalNote
from people.actions import lines
from people.models import Notice, ReportingLine, User
from standards.models import Version
from tests.assessments.plans import IN_A_YEAR, WHAT, aims, aims_of, make_goal, said
from tests.factories import confirm, converse, make_assessment, make_line, make_user, rate_all, reread, review, share

State = Goal.State


@pytest.fixture(scope="module")
def round_talked_about(kept_for_the_module):
    """A round whose conversation is on; the owner's one goal is for B4.6."""
    owner, line_manager = make_user(name="Nia Penŵydd"), make_user(name="Tomasz Quillfeather")
    make_line(owner, line_manager)
    draft = make_assessment(owner)
    rate_all(draft)
    goal = make_goal(owner, ("B4.6", 3))
    return converse(review(share(draft, line_manager))), goal.pk


@pytest.fixture
def talked(db, round_talked_about):
    return reread(round_talked_about[0])


@pytest.fixture
def owner(talked):
    return User.objects.get(pk=talked.owner_id)


@pytest.fixture
def boss(talked):
    """The line manager of the round."""
    return User.objects.get(pk=talked.line_manager_id)


@pytest.fixture
def goal(db, round_talked_about):
    return Goal.objects.get(pk=round_talked_about[1])


@pytest.fixture
def version(published_version):
    return published_version


def change(goal, by, *, what="Write a guide", pairs=(("B4.6", 3),), revision=None):
    goal = Goal.objects.get(pk=goal.pk)
    goal.what = what
    version = Version.objects.published().get()
    return actions.save_goal(goal=goal, by=by, version=version, aims=aims(*pairs), revision=revision)


def end_line(owner):
    lines.end_line(line=ReportingLine.objects.live().get(person=owner), ended_by=owner)


def agree(talked):
    return confirm(talked, talked.line_manager, talked.owner)


DOINGS = {
    "change": lambda goal, by: change(goal, by),
    "finish": lambda goal, by: actions.finish_goal(goal=goal, by=by, outcome="I sat in on three."),
    "drop": lambda goal, by: actions.drop_goal(goal=goal, by=by, reason="The contract ended."),
    "add": lambda goal, by: make_goal(goal.owner, by=by, assessment=goal.assessment, what="Another one"),
}
doing = pytest.mark.parametrize("do", DOINGS.values(), ids=DOINGS)


# Where a new goal belongs


def test_save_goal_without_a_round_is_its_owners_alone(contract_manager, version):
    goal = make_goal(contract_manager, ("B4.6", 2), ("A1.1", 3), measure="I chair one.")
    assert (goal.assessment, goal.owner, goal.revision) == (None, contract_manager, 1)
    assert said(goal) == (WHAT, "I chair one.", "on-the-job", IN_A_YEAR, [("A1.1", 3), ("B4.6", 2)])


def test_save_goal_belongs_to_the_open_round(contract_manager, version):
    draft = make_assessment(contract_manager)
    changed_at = draft.changed_at
    assert make_goal(contract_manager).assessment == draft
    assert reread(draft).changed_at > changed_at


def test_save_goal_without_an_open_round_belongs_to_the_one_agreed_last(talked, owner):
    agreed = agree(talked)
    assert make_goal(owner).assessment == agreed
    draft = make_assessment(owner)
    assert make_goal(owner, what="Next year").assessment == draft
    actions.close_assessment(assessment=draft, by=owner)
    assert make_goal(owner, what="After all").assessment == agreed


def test_save_goal_of_a_line_manager_belongs_to_the_round_they_talk_about(talked, owner, boss):
    goal = make_goal(owner, ("B6.7", 3), by=boss, assessment=talked)
    assert (goal.owner, goal.assessment) == (owner, talked)


def test_save_goal_the_same_twice_is_one(talked, owner, goal):
    again = make_goal(owner, ("B4.6", 3))
    other = make_goal(owner, ("B4.6", 2))
    assert again == goal
    assert other != goal
    assert Goal.objects.filter(owner=owner).count() == 2


@pytest.mark.parametrize("pairs", [[("B4.6", 0)], [("B4.6", 4)], [("B4.2", 2)], [("B4.6", 1), ("B4.6", 2)]], ids=str)
def test_save_goal_with_an_aim_that_is_not_offered_is_refused(contract_manager, version, pairs):
    with pytest.raises(NotAskable):
        make_goal(contract_manager, *pairs)
    assert not Goal.objects.filter(owner=contract_manager).exists()


def test_save_goal_with_a_statement_that_is_not_there_is_refused(contract_manager, version):
    goal = Goal(owner=contract_manager, framework=version.framework, what=WHAT, kind="formal", due_on=IN_A_YEAR)
    with pytest.raises(NotAskable):
        actions.save_goal(goal=goal, by=contract_manager, version=version, aims=[(0, 1)])


# Changing one


def test_save_goal_changes_what_it_says(contract_manager, version):
    goal = make_goal(contract_manager, ("B4.6", 2))
    planned = change(goal, contract_manager, pairs=[("A1.1", 3), ("B4.6", 3)])
    assert (planned.goal.revision, planned.unconfirmed) == (2, False)
    assert said(goal) == ("Write a guide", "", "on-the-job", IN_A_YEAR, [("A1.1", 3), ("B4.6", 3)])


def test_save_goal_changed_elsewhere_keeps_what_stands(contract_manager, version):
    goal = make_goal(contract_manager, ("B4.6", 2))
    change(goal, contract_manager, what="Saved there")
    with pytest.raises(ChangedElsewhere) as refused:
        change(goal, contract_manager, what="Typed here", revision=1)
    assert refused.value.saved.what == "Saved there"
    assert said(goal)[0] == "Saved there"


def test_save_goal_changed_under_the_hand_keeps_what_stands(contract_manager, version, monkeypatch):
    goal = make_goal(contract_manager, ("B4.6", 2))

    def meanwhile(*args):
        Goal.objects.filter(pk=goal.pk).update(what="Saved there", revision=2)
        return False

    monkeypatch.setattr("assessments.actions.goals._claim_plan", meanwhile)
    with pytest.raises(ChangedElsewhere) as refused:
        change(goal, contract_manager, what="Typed here", revision=1)
    assert refused.value.saved.what == "Saved there"


def test_save_goal_that_says_the_same_in_two_windows_is_no_conflict(contract_manager, version):
    goal = make_goal(contract_manager, ("B4.6", 3))
    change(goal, contract_manager)
    assert change(goal, contract_manager, revision=1).goal.revision == 2


# Who may


@doing
def test_a_goal_in_the_conversation_is_changed_by_both(talked, owner, boss, goal, do):
    for person in (owner, boss):
        Goal.objects.filter(pk=goal.pk).update(what=WHAT, state=State.OPEN, ended_on=None, outcome="")
        Goal.objects.filter(what="Another one").delete()
        do(goal, person)
    assert Conversation.objects.get(assessment=talked).changed_by == boss


@doing
@pytest.mark.parametrize("confirmed", ["owner", "boss"])
def test_a_change_of_the_plan_removes_a_confirmation(talked, owner, boss, goal, do, confirmed):
    person, other = (owner, boss) if confirmed == "owner" else (boss, owner)
    confirm(talked, person)
    Notice.objects.all().delete()
    revision = Conversation.objects.get(assessment=talked).revision
    do(goal, other)
    conversation = Conversation.objects.get(assessment=talked)
    assert (conversation.owner_confirmed_at, conversation.line_manager_confirmed_at) == (None, None)
    assert conversation.revision == revision + 1
    assert Event.objects.filter(assessment=talked, kind=Event.Kind.UNCONFIRMED, actor=other).count() == 1
    assert [(each.recipient, each.kind) for each in Notice.objects.all()] == [
        (person, Notice.Kind.CONFIRMATION_REMOVED)
    ]


def test_a_change_of_the_plan_says_that_it_removed_a_confirmation(talked, owner, boss, goal):
    assert not change(goal, owner, what="First").unconfirmed
    confirm(talked, boss)
    assert change(goal, owner, what="Second").unconfirmed
    confirm(talked, boss)
    assert not change(goal, owner, what="Second").unconfirmed
    assert Conversation.objects.get(assessment=talked).line_manager_confirmed_at


@doing
def test_a_goal_is_not_changed_by_somebody_else(talked, stranger, superuser, goal, do):
    for person in (stranger, superuser):
        with pytest.raises(NotOpen):
            do(goal, person)
    assert said(goal)[0] == WHAT


@doing
def test_a_goal_is_not_changed_by_a_former_line_manager(talked, owner, boss, goal, do):
    end_line(owner)
    with pytest.raises(NotOpen):
        do(goal, boss)
    do(goal, owner)


@doing
def test_a_goal_is_not_changed_by_the_line_manager_of_another_round(talked, owner, goal, do, stranger):
    draft = make_assessment(stranger)
    rate_all(draft)
    other = make_user(name="Bram")
    share(draft, other)
    with pytest.raises(NotOpen):
        do(goal, other)


@doing
def test_a_goal_of_an_agreed_round_is_its_owners_to_change(talked, owner, boss, goal, do):
    agreed = agree(talked)
    goal.refresh_from_db()
    with pytest.raises(NotOpen):
        do(goal, boss)
    do(goal, owner)
    kept = AgreedGoal.objects.get(assessment=agreed)
    assert (kept.what, kept.aims) == (WHAT, [["B4.6", 3]])


@doing
def test_a_goal_of_a_round_given_back_is_its_owners_to_change(talked, owner, boss, goal, do):
    actions.return_assessment(assessment=talked, by=boss, reason="B2 is missing.")
    goal.refresh_from_db()
    with pytest.raises(NotOpen):
        do(goal, boss)
    do(goal, owner)


@doing
def test_a_goal_of_a_round_that_is_not_reviewed_is_its_owners_to_change(contract_manager, line_manager, version, do):
    draft = make_assessment(contract_manager)
    rate_all(draft)
    goal = make_goal(contract_manager, ("B4.6", 3))
    share(draft, line_manager)
    goal.refresh_from_db()
    with pytest.raises(NotOpen):
        do(goal, line_manager)
    do(goal, contract_manager)
    assert reread(draft).acted_at is None


@doing
def test_a_goal_of_a_closed_round_is_its_owners_to_change(contract_manager, line_manager, version, do):
    draft = make_assessment(contract_manager)
    goal = make_goal(contract_manager, ("B4.6", 3))
    actions.close_assessment(assessment=draft, by=contract_manager)
    goal.refresh_from_db()
    with pytest.raises(NotOpen):
        do(goal, line_manager)
    do(goal, contract_manager)


@doing
def test_a_goal_without_a_round_is_nobody_elses(contract_manager, line_manager, version, do):
    goal = make_goal(contract_manager, ("B4.6", 3))
    make_line(contract_manager, line_manager)
    with pytest.raises(NotOpen):
        do(goal, line_manager)
    do(goal, contract_manager)


def test_a_change_by_the_line_manager_counts_as_acting(talked, owner, boss, goal):
    before = reread(talked).acted_at
    change(goal, boss)
    assert reread(talked).acted_at > before


# How one ends


def test_finish_goal_says_what_came_of_it(contract_manager, version):
    goal = make_goal(contract_manager)
    actions.finish_goal(goal=goal, by=contract_manager, outcome="I chaired one.")
    goal.refresh_from_db()
    today = timezone.localdate()
    assert (goal.state, goal.ended_on, goal.outcome, goal.revision) == (State.DONE, today, "I chaired one.", 2)
    assert list(Goal.objects.finished_since(today)) == [goal]
    assert list(Goal.objects.finished_since(today + timedelta(days=1))) == []


def test_finish_goal_needs_no_words(contract_manager, version):
    goal = make_goal(contract_manager)
    actions.finish_goal(goal=goal, by=contract_manager)
    assert Goal.objects.get(pk=goal.pk).state == State.DONE


def test_drop_goal_says_why(contract_manager, version):
    goal = make_goal(contract_manager)
    with pytest.raises(NotAskable):
        actions.drop_goal(goal=goal, by=contract_manager, reason="")
    actions.drop_goal(goal=goal, by=contract_manager, reason="I changed posts.")
    goal.refresh_from_db()
    assert (goal.state, goal.ended_on, goal.outcome) == (State.DROPPED, timezone.localdate(), "I changed posts.")
    assert list(Goal.objects.finished_since(goal.ended_on)) == []


@pytest.mark.parametrize(
    "do", [DOINGS[name] for name in ("change", "finish", "drop")], ids=["change", "finish", "drop"]
)
@pytest.mark.parametrize("ended", [DOINGS["finish"], DOINGS["drop"]], ids=["done", "dropped"])
def test_a_goal_that_is_over_is_not_changed(contract_manager, version, do, ended):
    goal = make_goal(contract_manager)
    ended(goal, contract_manager)
    before = Goal.objects.filter(pk=goal.pk).values().get()
    with pytest.raises(NotOpen):
        do(goal, contract_manager)
    assert Goal.objects.filter(pk=goal.pk).values().get() == before


def test_finish_goal_of_one_ended_under_the_hand_is_refused(contract_manager, version, monkeypatch):
    goal = make_goal(contract_manager)

    def meanwhile(*args):
        Goal.objects.filter(pk=goal.pk).update(state=State.DONE, ended_on=timezone.localdate(), outcome="There")
        return False

    monkeypatch.setattr("assessments.actions.goals._claim_plan", meanwhile)
    with pytest.raises(NotOpen):
        actions.finish_goal(goal=goal, by=contract_manager, outcome="Here")
    with pytest.raises(NotOpen):
        actions.drop_goal(goal=goal, by=contract_manager, reason="Here")


@pytest.mark.parametrize("ended", [DOINGS["finish"], DOINGS["drop"]], ids=["done", "dropped"])
def test_reopen_goal_keeps_what_was_said_as_a_note(contract_manager, version, ended):
    goal = make_goal(contract_manager)
    ended(goal, contract_manager)
    outcome = Goal.objects.get(pk=goal.pk).outcome
    actions.reopen_goal(goal=goal, by=contract_manager)
    goal.refresh_from_db()
    assert (goal.state, goal.ended_on, goal.outcome, goal.revision) == (State.OPEN, None, "", 3)
    assert [(note.by, note.text) for note in goal.notes.all()] == [(contract_manager, outcome)]


def test_reopen_goal_of_one_that_is_open_is_refused(contract_manager, version):
    with pytest.raises(NotOpen):
        actions.reopen_goal(goal=make_goal(contract_manager), by=contract_manager)


def test_reopen_goal_by_anybody_but_its_owner_is_refused(talked, owner, boss, stranger, goal):
    actions.finish_goal(goal=goal, by=boss)
    for person in (boss, stranger):
        with pytest.raises(NotOpen):
            actions.reopen_goal(goal=goal, by=person)
    confirm(talked, boss)
    assert actions.reopen_goal(goal=goal, by=owner).unconfirmed


def test_add_goal_outcome_of_one_that_is_done_without(talked, owner, boss, goal):
    actions.finish_goal(goal=goal, by=owner)
    confirm(talked, boss)
    assert actions.add_goal_outcome(goal=goal, by=owner, outcome="I sat in on three.").unconfirmed
    goal.refresh_from_db()
    assert (goal.state, goal.outcome, goal.revision) == (State.DONE, "I sat in on three.", 3)


def test_add_goal_outcome_needs_words(contract_manager, version):
    goal = make_goal(contract_manager)
    actions.finish_goal(goal=goal, by=contract_manager)
    with pytest.raises(NotAskable):
        actions.add_goal_outcome(goal=goal, by=contract_manager, outcome="")


def test_add_goal_outcome_of_one_that_is_open_or_has_one_is_refused(contract_manager, version):
    for do in (None, DOINGS["finish"], DOINGS["drop"]):
        goal = make_goal(contract_manager, what=f"Goal {do}")
        if do:
            do(goal, contract_manager)
        before = Goal.objects.filter(pk=goal.pk).values().get()
        with pytest.raises(NotOpen):
            actions.add_goal_outcome(goal=goal, by=contract_manager, outcome="Another")
        assert Goal.objects.filter(pk=goal.pk).values().get() == before


def test_add_goal_outcome_by_anybody_but_its_owner_is_refused(talked, owner, boss, stranger, superuser, goal):
    actions.finish_goal(goal=goal, by=owner)
    for person in (boss, stranger, superuser):
        with pytest.raises(NotOpen):
            actions.add_goal_outcome(goal=goal, by=person, outcome="Mine")
    assert Goal.objects.get(pk=goal.pk).outcome == ""


def test_add_goal_outcome_twice_at_once_keeps_the_first(contract_manager, version, monkeypatch):
    goal = make_goal(contract_manager)
    actions.finish_goal(goal=goal, by=contract_manager)

    def meanwhile(*args):
        Goal.objects.filter(pk=goal.pk).update(outcome="There", revision=3)
        return False

    monkeypatch.setattr("assessments.actions.goals._claim_plan", meanwhile)
    with pytest.raises(NotOpen):
        actions.add_goal_outcome(goal=goal, by=contract_manager, outcome="Here")


# Notes


def test_add_goal_note_of_both_leaves_a_confirmation(talked, owner, boss, goal):
    confirm(talked, boss)
    actions.add_goal_note(goal=goal, by=owner, text="One done.")
    actions.add_goal_note(goal=goal, by=boss, text="Well done.")
    assert [(note.by, note.text) for note in goal.notes.all()] == [(owner, "One done."), (boss, "Well done.")]
    assert Conversation.objects.get(assessment=talked).line_manager_confirmed_at
    assert Goal.objects.get(pk=goal.pk).revision == goal.revision


def test_add_goal_note_the_same_twice_in_a_row_is_one(contract_manager, version):
    goal = make_goal(contract_manager)
    for text in ("One", "One", "Two", "One"):
        actions.add_goal_note(goal=goal, by=contract_manager, text=text)
    assert [note.text for note in goal.notes.all()] == ["One", "Two", "One"]


def test_add_goal_note_needs_words(contract_manager, version):
    with pytest.raises(NotAskable):
        actions.add_goal_note(goal=make_goal(contract_manager), by=contract_manager, text="")


def test_add_goal_note_by_somebody_who_does_not_see_it_is_refused(talked, owner, boss, stranger, superuser, goal):
    end_line(owner)
    for person in (boss, stranger, superuser):
        with pytest.raises(NotOpen):
            actions.add_goal_note(goal=goal, by=person, text="Hello")
    assert not GoalNote.objects.exists()


def test_add_goal_note_goes_on_after_the_round_is_agreed(talked, owner, boss, goal):
    agree(talked)
    actions.add_goal_note(goal=goal, by=boss, text="Well done.")
    assert goal.notes.get().by == boss


# Who sees one


def test_goals_visible_to_follow_their_round(talked, owner, boss, stranger, superuser, goal):
    def seen(person):
        return Goal.objects.visible_to(person).filter(pk=goal.pk).exists()

    assert [seen(person) for person in (owner, boss, stranger, superuser)] == [True, True, False, False]
    actions.return_assessment(assessment=talked, by=boss, reason="Again")
    assert [seen(person) for person in (owner, boss)] == [True, False]
    share(reread(talked), boss)
    assert seen(boss)
    end_line(owner)
    assert [seen(person) for person in (owner, boss)] == [True, False]
    owner.is_active = False
    assert not seen(owner)


def test_sharing_brings_open_goals_along(talked, owner, boss, goal):
    agree(talked)
    done = make_goal(owner, what="Done before")
    actions.finish_goal(goal=done, by=owner)
    draft = make_assessment(owner)
    rate_all(draft)
    assert Goal.objects.get(pk=goal.pk).assessment == talked
    share(draft, boss)
    assert set(Goal.objects.filter(assessment=draft)) == {goal}


def test_save_goal_takes_as_many_queries_for_one_statement_as_for_many(talked, owner, goal):
    counts = []
    for pairs in ([("A1.1", 1)], [("A1.1", 2), ("A1.2", 2), ("B4.3", 2), ("B6.1", 3)]):
        with CaptureQueriesContext(connection) as queries:
            change(goal, owner, what=f"{len(pairs)} statements", pairs=pairs)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16
    assert len(aims_of(goal)) == 4
