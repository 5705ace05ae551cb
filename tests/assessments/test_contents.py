"""What the page before sharing lists: everything that the line manager will read, and nothing else."""

from datetime import date

import pytest

from assessments import actions
from assessments.answers import Answered
from assessments.contents import AreaContents, GoalContents, contents_of
from assessments.models import Goal
from standards.tree import version_tree
from tests.factories import agree, make_assessment, make_evidence, make_line, make_user, rate, rate_all

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def owner(kept_for_the_module):
    return make_user(name="Nia Penŵydd")


@pytest.fixture(scope="module")
def reader(kept_for_the_module):
    return make_user(name="Tomasz Quillfeather")


@pytest.fixture(scope="module")
def draft(owner, reader):
    """Finished, with something of everything; B2 is not in the role and has answers all the same. An agreed round came before."""
    earlier = make_assessment(owner)
    rate_all(earlier)
    rate(earlier, {"A1.1": Answered(1, note="An earlier note")})
    make_evidence(earlier, title="Earlier example")
    agree(earlier, reader)
    assessment = make_assessment(owner)
    rate_all(assessment)
    rate(
        assessment,
        {
            "B4.1": Answered(2, note="Weekly."),
            "B4.3": "Decided by the board",
            "B2.1": "Done elsewhere",
            "B2.2": Answered(1, note="Once"),
        },
    )
    actions.set_targets(assessment=assessment, targets={"B2": (None, "Not mine"), "B6": (3, "I lead")})
    make_evidence(assessment, title="Catering contract")
    return assessment


def goal(owner, assessment, what, belongs_to=None):
    made = Goal.objects.create(
        owner=owner,
        framework=assessment.framework,
        assessment=belongs_to,
        what=what,
        kind=Goal.Kind.FORMAL,
        due_on=date(2026, 12, 1),
    )
    return made


def read(assessment):
    return contents_of(assessment, version_tree(assessment.version))


def test_contents_of_counts_levels_in_the_role_and_names_the_rest(draft):
    contents = read(draft)
    assert (contents.levels, contents.not_relevant, contents.notes) == (58, ("B4.3",), ("B2.2", "B4.1"))
    assert contents.outside == (
        AreaContents(
            code="B2",
            title="Procurement and Mobilisation",
            target=None,
            has_reason=True,
            total=7,
            levels=6,
            not_relevant=("B2.1",),
            notes=("B2.2",),
        ),
    )
    assert [(area.code, area.target) for area in contents.in_role][-2:] == [("B5", 2), ("B6", 3)]
    assert contents.explained_targets == ("B2", "B6")
    assert contents.examples == ("Catering contract",)
    assert contents.unfinished == ()


def test_contents_of_says_what_is_left_to_answer_in_the_role(draft):
    rate(draft, {"A1.2": Answered(note="No answer yet"), "B2.3": Answered(note="Nor here")})
    contents = read(draft)
    assert [(area.code, area.left) for area in contents.unfinished] == [("A1", 1)]
    assert contents.notes == ("A1.2", "B2.2", "B2.3", "B4.1")


def test_contents_of_names_the_goals_that_come_along(draft, owner, reader):
    goal(owner, draft, "Open, in no round")
    noted = goal(owner, draft, "Open, noted")
    actions.add_goal_note(goal=noted, by=owner, text="Begun")
    ended = goal(owner, draft, "Ended in this round", draft)
    Goal.objects.filter(pk=ended.pk).update(state="done", ended_on=date(2026, 5, 1))
    elsewhere = goal(owner, draft, "Ended elsewhere")
    Goal.objects.filter(pk=elsewhere.pk).update(state="done", ended_on=date(2026, 5, 1))
    goal(reader, draft, "Somebody else's")
    assert read(draft).goals == (
        GoalContents("Open, in no round", "open", 0),
        GoalContents("Open, noted", "open", 1),
        GoalContents("Ended in this round", "done", 0),
    )


def test_what_comes_along_is_what_the_line_manager_then_reads(draft, owner, reader):
    """The list is held against the rows that become readable, not against the code that lists them."""
    before = set(Goal.objects.visible_to(reader).values_list("what", flat=True))
    goal(owner, draft, "Comes along")
    dropped = goal(owner, draft, "Dropped before")
    Goal.objects.filter(pk=dropped.pk).update(state="dropped", ended_on=date(2026, 5, 1), outcome="Moved on")
    listed = {each.what for each in read(draft).goals}
    make_line(owner, reader) if not owner.reporting_lines.live().exists() else None
    actions.share_assessment(assessment=draft, by=owner)
    assert set(Goal.objects.visible_to(reader).values_list("what", flat=True)) - before == listed == {"Comes along"}


@pytest.mark.parametrize(
    "change",
    [
        lambda draft, owner: rate(draft, {"A1.1": Answered(2, note="New")}),
        lambda draft, owner: rate(draft, {"A1.1": "Not mine"}),
        lambda draft, owner: make_evidence(draft, title="Another"),
        lambda draft, owner: goal(owner, draft, "Another"),
        lambda draft, owner: actions.set_targets(assessment=draft, targets={"A1": (3, "Why")}),
    ],
)
def test_mark_changes_with_the_list(draft, owner, reader, change):
    before = read(draft).mark(reader)
    assert read(draft).mark(reader) == before
    change(draft, owner)
    assert read(draft).mark(reader) != before


def test_mark_changes_with_the_line_manager(draft, owner, reader):
    contents = read(draft)
    assert contents.mark(reader) != contents.mark(owner)


def test_contents_of_takes_four_queries(draft, django_assert_num_queries):
    tree = version_tree(draft.version)
    with django_assert_num_queries(4):
        contents_of(draft, tree)
