"""The agenda of a development conversation: a table for each part of it, and what always holds.

Answers are written in short, own then line manager's then agreed: "1 2 ." is Foundation, Practitioner, still open; "-" is not
relevant, "." is no answer.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.agenda import (
    AgendaGap,
    Asked,
    AskedArea,
    Difference,
    Step,
    Strength,
    brought_along,
    difference_size,
    make_agenda,
)
from assessments.answers import Answered
from assessments.scoring import rank_reached

RANKS = (1, 2, 3)
MOST = 4


def answer(mark):
    """An answer from its short form."""
    if mark == ".":
        return None
    return Answered(not_relevant=True, reason="Done elsewhere") if mark == "-" else Answered(rank=int(mark))


def area(code, target, *statements, joined=None):
    """An area from short forms; ``joined`` goes by the statement's number, from 1."""
    asked = []
    for number, marks in enumerate(statements, start=1):
        own, line_manager, agreed = map(answer, marks.split())
        asked.append(Asked(f"{code}.{number}", own, line_manager, agreed, (joined or {}).get(number, ())))
    return AskedArea(code, target, tuple(asked))


def agenda(*areas):
    return make_agenda(areas, RANKS)


def gaps(made):
    return [(gap.code, gap.gap) for gap in made.gaps]


# Where the views differ


@pytest.mark.parametrize(
    ("own", "line_manager", "size"),
    [
        ("2", "2", 0),
        ("0", "0", 0),
        ("-", "-", 0),
        ("1", "2", 1),
        ("2", "1", 1),
        ("0", "3", 3),
        ("-", "0", MOST),
        ("3", "-", MOST),
        (".", "1", MOST),
        ("1", ".", MOST),
        (".", ".", MOST),
    ],
)
def test_size_of_a_difference(own, line_manager, size):
    assert difference_size(answer(own), answer(line_manager), (), MOST) == size


def test_levels_that_are_met_together_are_no_difference():
    assert difference_size(answer("2"), answer("3"), (3,), MOST) == 0
    assert difference_size(answer("1"), answer("2"), (3,), MOST) == 2


def test_a_note_without_an_answer_is_no_answer():
    assert difference_size(Answered(note="We spoke of it"), answer("1"), (), MOST) == MOST


def test_bigger_differences_come_first_then_the_order_of_the_standards():
    made = agenda(
        area("A1", 2, "1 2 .", "2 2 2", "0 3 2"),
        area("B4", 2, "2 1 1", "- 0 .", "1 3 ."),
        area("B5", 2, ". 2 ."),
    )
    assert made.differences == (
        Difference("B4.2", MOST, True),
        Difference("B5.1", MOST, True),
        Difference("A1.3", 3, False),
        Difference("B4.3", 2, True),
        Difference("A1.1", 1, True),
        Difference("B4.1", 1, False),
    )
    assert made.open == ("B4.2", "B5.1", "B4.3", "A1.1")
    assert made.same == ("A1.2",)


def test_what_was_agreed_otherwise_than_both_said_is_told_apart():
    made = agenda(area("A1", 2, "2 2 2", "2 2 1", "- - 2", "- - -"))
    assert (made.differences, made.same, made.changed) == ((), ("A1.1", "A1.2", "A1.3", "A1.4"), ("A1.2", "A1.3"))


def test_an_area_out_of_role_is_not_talked_about():
    made = agenda(area("A1", 2, "2 2 2"), area("B1", None, "0 3 .", "0 0 0", "3 3 3"))
    assert (made.in_scope, made.differences, made.gaps, made.strengths, made.steps) == (
        ("A1.1",),
        (),
        (),
        (),
        (Step("A1", 2, 2, 3, ("A1.1",)),),
    )


# The gaps to target


@pytest.mark.parametrize(
    ("marks", "target", "gap"),
    [
        ("1 1 1", 2, 1),
        ("0 0 0", 2, 2),
        ("2 2 2", 2, 0),
        ("1 1 2", 2, 0),
        ("2 2 1", 2, 1),
        ("1 2 .", 2, 0),
        ("2 1 1", 2, 1),
        ("2 1 2", 2, 0),
        ("0 1 .", 2, 1),
        ("0 1 0", 2, 2),
        ("0 2 .", 3, 1),
        ("- 0 .", 2, 0),
        (". 0 .", 2, 0),
        ("0 - -", 2, 0),
    ],
)
def test_a_gap_is_agreed_or_in_both_views(marks, target, gap):
    assert gaps(agenda(area("B4", target, marks))) == ([("B4.1", gap)] if gap else [])


def test_joined_levels_count_as_reached_in_a_gap_still_open():
    assert gaps(agenda(area("B4", 3, "1 3 .", "1 0 .", joined={1: (2,), 2: (2,)}))) == [("B4.2", 1)]


def test_gaps_come_in_their_order():
    made = agenda(
        area("A1", 2, "1 1 1", "1 1 1"),
        area("A2", 2, "1 1 1", "2 2 2"),
        area("B4", 3, "0 1 .", "1 1 1"),
    )
    assert made.gaps == (
        AgendaGap("B4.1", "B4", 2, 3),
        AgendaGap("B4.2", "B4", 2, 3),
        AgendaGap("A2.1", "A2", 1, 2, alone=True),
        AgendaGap("A1.1", "A1", 1, 2),
        AgendaGap("A1.2", "A1", 1, 2),
    )


def test_what_is_agreed_so_far_makes_the_levels_of_areas():
    made = agenda(area("A1", 2, "1 1 1", "2 2 2"), area("B4", 2, "1 2 .", "2 2 2"), area("B5", None, "1 1 1"))
    assert [(each.code, each.level, each.gap) for each in made.areas] == [
        ("A1", 1, 1),
        ("B4", None, None),
        ("B5", None, None),
    ]


# What stands between the person and the next level; strengths


def test_areas_below_target_come_first_and_open_ones_last():
    made = agenda(
        area("A1", 2, "2 2 2"),
        area("A2", 2, "1 2 1", "2 2 2"),
        area("B4", 2, "1 2 .", "0 0 0"),
        area("B5", 3, "1 1 1", "1 3 .", "1 3 ."),
        area("B6", 3, "1 1 1", "3 3 3"),
    )
    assert made.steps == (
        Step("B6", 1, 3, 2, ("B6.1",)),
        Step("A2", 1, 2, 2, ("A2.1",)),
        Step("B4", None, 2, None, (), ("B4.1",)),
        Step("B5", None, 3, None, (), ("B5.2", "B5.3")),
    )
    assert made.is_below_target


def test_where_no_area_is_below_target_those_that_can_rise_are_told():
    made = agenda(area("A1", 2, "2 2 2", "3 3 3"), area("A2", 2, "3 3 3"), area("B4", 1, "1 1 1"))
    assert made.steps == (Step("A1", 2, 2, 3, ("A1.1",)), Step("B4", 1, 1, 2, ("B4.1",)))
    assert not made.is_below_target


def test_strengths_are_those_agreed():
    made = agenda(area("A1", 2, "3 3 3", "3 3 2", "2 3 .", "2 1 3", "2 2 2"), area("B4", 2, "3 3 3", joined={1: (3,)}))
    assert made.strengths == (Strength("A1.1", 3), Strength("A1.4", 3))


def test_nothing_in_role_is_an_empty_agenda():
    made = agenda(area("B1", None, "1 2 ."))
    assert (made.in_scope, made.open, made.steps, made.is_below_target) == ((), (), (), False)


def test_a_rank_out_of_range_is_refused():
    with pytest.raises(ValueError, match=r"rank of statement B4\.1"):
        agenda(area("B4", 2, "1 2 7"))


def test_goals_that_were_there_before_the_round_began_are_from_last_time():
    began = datetime(2026, 11, 2, 9, tzinfo=UTC)
    goals = [(1, began - timedelta(days=200)), (2, began), (3, began + timedelta(days=1))]
    assert brought_along(goals, began) == {1}


# What always holds

ANSWERS = st.sampled_from(".-0123")
JOINED = st.sampled_from([(), (), (), (3,), (2, 3)])


@st.composite
def rounds(draw):
    """Areas in which two views that say the same are agreed, unless something else was recorded."""
    areas = []
    for code in draw(st.lists(st.sampled_from(["A1", "A2", "B1", "B4"]), unique=True, min_size=1)):
        asked = []
        for number in range(draw(st.integers(0, 4))):
            joined = draw(JOINED)
            own, line_manager, recorded = (_met(answer(draw(ANSWERS)), joined) for _ in range(3))
            common = own if own and not difference_size(own, line_manager, joined, MOST) else None
            asked.append(Asked(f"{code}.{number}", own, line_manager, recorded or common, joined))
        areas.append(AskedArea(code, draw(st.sampled_from([None, 1, 2, 3])), tuple(asked)))
    return areas


def _met(said, joined):
    return replace(said, rank=rank_reached(said.rank, joined)) if said and said.rank is not None else said


def _is_below(said, target, joined):
    return said is not None and said.rank is not None and rank_reached(said.rank, joined) < target


def check(areas, made):
    """What always holds of the agenda of ``areas``."""
    asked = {each.code: (area, each) for area in areas if area.target is not None for each in area.statements}
    views = {code: [each.own, each.line_manager] for code, (_, each) in asked.items()}
    choices = {code: {view.choice if view else "" for view in both} for code, both in views.items()}
    differing = {code for code, both in choices.items() if len(both) > 1 or both == {""}}
    codes = [each.code for each in made.differences]
    assert set(codes) == differing
    assert set(made.same) == set(asked) - differing
    assert set(made.open) == {code for code in differing if asked[code][1].agreed is None}
    places = [(-each.size, made.in_scope.index(each.code)) for each in made.differences]
    assert places == sorted(places)
    below = {
        code
        for code, (area, each) in asked.items()
        if all(_is_below(view, area.target, each.joined) for view in ([each.agreed] if each.agreed else views[code]))
    }
    assert {gap.code for gap in made.gaps} == below
    assert [-gap.gap for gap in made.gaps] == sorted(-gap.gap for gap in made.gaps)
    for step in made.steps:
        assert bool(step.codes) != bool(step.to_agree)
        assert set(step.codes) | set(step.to_agree) <= set(asked)
        assert set(step.to_agree) <= set(made.open)


@given(areas=rounds())
def test_the_agenda_holds_what_it_says(areas):
    check(areas, make_agenda(areas, RANKS))


@given(areas=rounds())
def test_it_makes_no_difference_whose_view_is_whose(areas):
    def swapped(each):
        return replace(each, own=each.line_manager, line_manager=each.own)

    others = [replace(area, statements=tuple(map(swapped, area.statements))) for area in areas]
    assert make_agenda(areas, RANKS) == make_agenda(others, RANKS)


@pytest.mark.parametrize(
    "fault",
    [
        lambda made: replace(made, differences=made.differences[::-1]),
        lambda made: replace(made, differences=made.differences[1:]),
        lambda made: replace(made, gaps=made.gaps[1:]),
        lambda made: replace(made, gaps=made.gaps[::-1]),
        lambda made: replace(made, same=()),
    ],
)
def test_a_planted_fault_is_found(fault):
    areas = [area("A1", 3, "0 3 .", "1 2 .", "2 2 2", "1 1 1"), area("B4", 2, "0 0 0", "- 1 .")]
    made = make_agenda(areas, RANKS)
    check(areas, made)
    with pytest.raises(AssertionError):
        check(areas, fault(made))
