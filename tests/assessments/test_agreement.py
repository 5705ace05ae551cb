"""What two views have in common, by tables and by properties over all of them."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.agreement import (
    agreed_answer,
    agreed_answers,
    asks_again,
    in_scope,
    open_differences,
    same,
    unanswered,
    unreviewed,
)
from assessments.answers import Answered

NOTHING = Answered(note="A note alone is no answer.")
FOUNDATION, PRACTITIONER, LEFT_OUT = Answered(rank=1), Answered(rank=2), Answered(not_relevant=True, reason="Mine")
ANSWERS = st.one_of(
    st.none(),
    st.builds(Answered, rank=st.one_of(st.none(), st.integers(0, 3)), note=st.sampled_from(["", "A note"])),
    st.builds(Answered, not_relevant=st.just(True), reason=st.sampled_from(["Mine", "Theirs"])),
)
# Two areas of two statements each; their pks are 1 to 4, the areas' 10 and 20.
TREE = SimpleNamespace(
    areas=[
        SimpleNamespace(
            pk=pk,
            code=code,
            statements=[SimpleNamespace(pk=pk // 10 * 2 - 1 + n, code=f"{code}.{n + 1}") for n in (0, 1)],
        )
        for pk, code in ((10, "A1"), (20, "B1"))
    ]
)
BOTH, ONE = {10: (2, ""), 20: (1, "")}, {10: (2, ""), 20: (None, "Not mine")}


def standing(answer, revision=1, about=None):
    return SimpleNamespace(answer=answer, revision=revision, about_revision=about)


def views(own, line_manager, agreed, targets):
    sides = [
        {pk: standing(answer, about=1) for pk, answer in side.items() if answer is not None}
        for side in (own, line_manager, agreed)
    ]
    return SimpleNamespace(own=sides[0], line_manager=sides[1], agreed=sides[2], targets_in_force=targets)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (FOUNDATION, Answered(rank=1, note="With a note"), True),
        (FOUNDATION, PRACTITIONER, False),
        (Answered(rank=0), Answered(rank=0), True),
        (Answered(rank=0), LEFT_OUT, False),
        (LEFT_OUT, Answered(not_relevant=True, reason="Theirs"), True),
        (NOTHING, NOTHING, False),
        (None, FOUNDATION, False),
        (None, None, False),
    ],
)
def test_same(one, other, is_same):
    assert same(one, other) == same(other, one) == is_same


@pytest.mark.parametrize(
    ("own", "line_manager", "recorded", "agreed"),
    [
        (FOUNDATION, FOUNDATION, None, FOUNDATION),
        (FOUNDATION, PRACTITIONER, None, None),
        (FOUNDATION, PRACTITIONER, PRACTITIONER, PRACTITIONER),
        (FOUNDATION, FOUNDATION, PRACTITIONER, PRACTITIONER),
        (FOUNDATION, FOUNDATION, NOTHING, FOUNDATION),
        (Answered(rank=1, note="Mine alone"), FOUNDATION, None, FOUNDATION),
        (LEFT_OUT, Answered(not_relevant=True, reason="Theirs"), None, LEFT_OUT),
        (None, None, None, None),
        (None, None, FOUNDATION, FOUNDATION),
    ],
)
def test_agreed_answer(own, line_manager, recorded, agreed):
    assert agreed_answer(own, line_manager, recorded) == agreed


def test_in_scope_leaves_out_areas_that_are_not_in_the_role():
    assert [statement.code for _, statement in in_scope(TREE, ONE)] == ["A1.1", "A1.2"]
    assert [statement.code for _, statement in in_scope(TREE, BOTH)] == ["A1.1", "A1.2", "B1.1", "B1.2"]
    assert list(in_scope(TREE, {})) == []


def test_unanswered_counts_a_note_alone_as_nothing():
    own = {1: standing(FOUNDATION), 2: standing(NOTHING), 3: standing(LEFT_OUT)}
    assert unanswered(TREE, BOTH, own) == ("A1.2", "B1.2")
    assert unanswered(TREE, ONE, own) == ("A1.2",)


@pytest.mark.parametrize(
    ("own", "rated", "again"),
    [
        (standing(FOUNDATION, 3), standing(FOUNDATION, about=3), False),
        (standing(FOUNDATION, 4), standing(FOUNDATION, about=3), True),
        (None, standing(FOUNDATION, about=0), False),
        (None, standing(FOUNDATION, about=1), True),
        (standing(FOUNDATION), None, False),
    ],
)
def test_asks_again(own, rated, again):
    assert asks_again(own, rated) == again


def test_unreviewed_counts_what_the_owner_changed_since():
    own = {pk: standing(FOUNDATION, 2) for pk in (1, 2, 3, 4)}
    rated = {1: standing(PRACTITIONER, about=2), 2: standing(PRACTITIONER, about=1), 3: standing(NOTHING, about=2)}
    assert unreviewed(TREE, BOTH, own, rated) == ("A1.2", "B1.1", "B1.2")
    assert unreviewed(TREE, ONE, own, rated) == ("A1.2",)


SIDES = st.fixed_dictionaries(dict.fromkeys((1, 2, 3, 4), ANSWERS))


@given(own=SIDES, line_manager=SIDES, agreed=SIDES, targets=st.sampled_from([BOTH, ONE]))
def test_every_statement_in_scope_is_either_agreed_or_open(own, line_manager, agreed, targets):
    all_views = views(own, line_manager, agreed, targets)
    codes = {statement.pk: statement.code for _, statement in in_scope(TREE, targets)}
    settled = agreed_answers(TREE, all_views)
    left = open_differences(TREE, all_views)
    assert sorted([*left, *(codes[pk] for pk in settled)]) == sorted(codes.values())
    assert all(answer.is_answer for answer in settled.values())


@given(own=SIDES, line_manager=SIDES)
def test_what_both_say_needs_no_recording(own, line_manager):
    left = open_differences(TREE, views(own, line_manager, {}, BOTH))
    codes = {statement.pk: statement.code for _, statement in in_scope(TREE, BOTH)}
    assert {codes[pk] for pk in own if same(own[pk], line_manager[pk])}.isdisjoint(left)


@given(own=SIDES, line_manager=SIDES, agreed=SIDES)
def test_what_is_recorded_always_counts(own, line_manager, agreed):
    settled = agreed_answers(TREE, views(own, line_manager, agreed, BOTH))
    recorded = {pk: answer for pk, answer in agreed.items() if answer is not None and answer.is_answer}
    assert {pk: settled[pk] for pk in recorded} == recorded
