"""A plan as pages show it: days in words, goals by kind, what to aim for, gaps that no goal is for."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from assessments.answers import Answered
from assessments.plans import (
    agreed_aims_of,
    aim_for,
    aim_of,
    days_away,
    grouped,
    line_of,
    open_gaps,
    overdue_first,
)
from standards.tree import version_tree

TODAY = date(2026, 11, 22)


@dataclass
class Planned:
    """What a plan reads of a goal."""

    pk: int
    kind: str = "formal"
    due_on: date = TODAY
    state: str = "open"
    aims: tuple = ()


@pytest.fixture
def tree(published_version):
    return version_tree(published_version)


def statement(tree, code):
    return next(each for each in tree.statements if each.code == code)


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (-40, "40 days overdue"),
        (-2, "two days overdue"),
        (-1, "one day overdue"),
        (0, "today"),
        (1, "in one day"),
        (8, "in eight days"),
        (14, "in 14 days"),
        (15, "in two weeks"),
        (56, "in eight weeks"),
        (57, ""),
        (4000, ""),
    ],
)
def test_days_away_says_how_far_off_a_day_is(days, text):
    assert days_away(TODAY + timedelta(days=days), TODAY) == text


def test_line_of_a_goal_that_is_over_is_never_overdue():
    late = TODAY - timedelta(days=1)
    line = line_of(Planned(1, due_on=late), (), TODAY)
    assert (line.due, line.is_overdue) == ("one day overdue", True)
    line = line_of(Planned(1, due_on=late, state="done"), (), TODAY)
    assert (line.due, line.is_overdue) == ("", False)


def test_line_of_a_goal_as_it_was_agreed_follows_how_it_stands():
    @dataclass
    class Agreed:
        due_on: date = TODAY - timedelta(days=3)

    assert line_of(Agreed(), (), TODAY).due == ""
    assert line_of(Agreed(), (), TODAY, now=Planned(1, due_on=TODAY)).due == "today"
    assert not line_of(Agreed(), (), TODAY, now=Planned(1, due_on=TODAY)).is_overdue
    assert line_of(Agreed(), (), TODAY, now=Planned(1, state="dropped")).due == ""


def test_grouped_puts_seventy_first_and_each_kind_by_day():
    soon, later = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
    goals = [
        Planned(1, "formal"),
        Planned(2, "on-the-job", later),
        Planned(4, "on-the-job", soon),
        Planned(3, "on-the-job", soon),
    ]
    groups = grouped(line_of(goal, (), TODAY) for goal in goals)
    assert [(each.label, each.share, [line.goal.pk for line in each.lines]) for each in groups] == [
        ("On the job", 70, [3, 4, 2]),
        ("Formal learning", 10, [1]),
    ]


def test_overdue_first_puts_what_is_late_before_every_kind():
    late, later = TODAY - timedelta(days=2), TODAY - timedelta(days=1)
    goals = [Planned(1, "formal", late), Planned(2, "on-the-job", later), Planned(3, "with-others", TODAY)]
    groups = overdue_first(line_of(goal, (), TODAY) for goal in goals)
    assert [(each.label, [line.goal.pk for line in each.lines]) for each in groups] == [
        ("Overdue", [1, 2]),
        ("With others", [3]),
    ]
    assert overdue_first([]) == ()


@pytest.mark.parametrize(
    ("code", "answer", "target", "rank"),
    [
        ("B4.6", Answered(rank=0), 2, 1),
        ("B4.6", Answered(rank=1), 3, 2),
        ("B4.6", Answered(rank=3), 2, 3),
        ("B4.6", None, 2, 2),
        ("B4.6", None, None, 1),
        ("B4.6", Answered(not_relevant=True, reason="No"), 2, 2),
        # Practitioner and Expert share their words, and so one answer.
        ("B4.2", Answered(rank=1), 2, 3),
        ("B4.2", None, 2, 3),
    ],
)
def test_aim_for_is_the_next_words_up(tree, code, answer, target, rank):
    assert aim_for(statement(tree, code), answer, target) == rank


def test_aim_of_says_no_level_to_whoever_sees_none(tree):
    shown = aim_of(statement(tree, "B4.2"), 3)
    assert (shown.code, shown.topic, shown.area, shown.level) == (
        "B4.2",
        "Risk register and records",
        "B4",
        "Practitioner and Expert",
    )
    assert shown.words.startswith("Ensures implemented changes")
    hidden = aim_of(statement(tree, "B4.2"), 3, shows_level=False)
    assert (hidden.code, hidden.level, hidden.words) == ("B4.2", "", "")


def test_agreed_aims_of_come_in_the_order_of_the_standards(tree):
    aims = agreed_aims_of(Planned(1, aims=[["B3.10", 2], ["B3.9", 1], ["A1.1", 3], ["Z1", 2]]), tree)
    assert [(aim.code, aim.level) for aim in aims] == [
        ("A1.1", "Expert"),
        ("B3.9", "Foundation"),
        ("B3.10", "Practitioner"),
        ("Z1", ""),
    ]


def test_open_gaps_leave_out_what_a_goal_is_for(tree):
    targets = {area.pk: (2, "") for area in tree.areas} | {tree.area("B2").pk: (None, "Not mine")}
    answers = {each.pk: Answered(rank=each.choices[-1]) for each in tree.statements}
    for code, rank in {"A1.1": 1, "B2.1": 0, "B4.6": 1, "B6.7": 0}.items():
        answers[statement(tree, code).pk] = Answered(rank=rank)
    answers[statement(tree, "A1.2").pk] = Answered(not_relevant=True, reason="No")
    del answers[statement(tree, "A1.3").pk]
    gaps = open_gaps(tree, answers, targets, {statement(tree, "B4.6").lineage})
    assert [(gap.code, gap.topic, gap.level, gap.target) for gap in gaps] == [
        ("B6.7", "Strategic risks", "Not yet at Foundation", "Practitioner"),
        ("A1.1", "Risk management approach", "Foundation", "Practitioner"),
    ]
