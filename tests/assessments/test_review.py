"""What a review makes of two views: what is rated, what asks again, what differs, and what is hidden."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.answers import Answered
from assessments.review import distance_words, review_of, worth_reading

STATEMENTS = tuple(SimpleNamespace(pk=pk, code=f"B4.{pk}", joined=()) for pk in (1, 2, 3))
AREA = SimpleNamespace(pk=9, code="B4", statements=STATEMENTS)
OTHER = SimpleNamespace(pk=8, code="B5", statements=(SimpleNamespace(pk=4, code="B5.1", joined=()),))
TREE = SimpleNamespace(areas=(AREA, OTHER))
TARGETS = {9: (2, ""), 8: (None, "Done elsewhere.")}


def own(answer, revision=1):
    return SimpleNamespace(answer=answer, revision=revision)


def given_by(answer, about=1, by=7):
    return SimpleNamespace(answer=answer, revision=1, rated_by_id=by, about_revision=about)


def reviewed(own_view, ratings, *, hides_levels=False, targets=TARGETS):
    views = SimpleNamespace(own=own_view, line_manager=ratings)
    return review_of(TREE, views, targets, hides_levels=hides_levels)


@pytest.mark.parametrize(
    ("said", "rated", "is_rated", "asks_again", "differs"),
    [
        (own(Answered(2)), None, False, False, False),
        (own(Answered(2)), given_by(Answered(note="Not yet")), False, False, False),
        (own(Answered(2, note="a")), given_by(Answered(2, note="b")), True, False, False),
        (own(Answered(2)), given_by(Answered(1)), True, False, True),
        (own(Answered(2)), given_by(Answered(not_relevant=True, reason="x")), True, False, True),
        (
            own(Answered(not_relevant=True, reason="y")),
            given_by(Answered(not_relevant=True, reason="x")),
            True,
            False,
            False,
        ),
        (own(Answered(2), revision=2), given_by(Answered(2)), False, True, False),
        (own(Answered(2), revision=2), given_by(Answered(note="Not yet")), False, False, False),
        (None, given_by(Answered(1), about=0), True, False, True),
    ],
)
def test_a_statement_is_rated_or_asks_again_and_differs(said, rated, is_rated, asks_again, differs):
    review = reviewed({1: said} if said else {}, {1: rated} if rated else {})
    row = review.area("B4").rows[0]
    assert (row.is_rated, row.asks_again, row.differs) == (is_rated, asks_again, differs)
    assert (review.rated, review.again, len(review.differing)) == (is_rated, asks_again, differs)
    assert review.total == 3


def test_a_statement_that_asks_again_begins_with_its_note_alone():
    row = reviewed({1: own(Answered(3), 2)}, {1: given_by(Answered(2, note="Seen"))}).area("B4").rows[0]
    assert row.shown == Answered(note="Seen")


def test_counts_are_of_the_areas_in_the_role():
    rating = {pk: given_by(Answered(1)) for pk in (1, 2, 3, 4)}
    review = reviewed({pk: own(Answered(2)) for pk in (1, 2, 3, 4)}, rating)
    assert (review.total, review.rated, review.left, len(review.differing)) == (3, 3, 0, 3)
    assert [area.area.code for area in review.asked] == ["B4"]
    assert review.after("B4") is None
    assert reviewed({}, {}, targets={8: (1, ""), 9: (2, "")}).after("B4").area is OTHER


def test_ratings_are_counted_by_who_gave_them():
    rating = {1: given_by(Answered(1), by=5), 2: given_by(Answered(1)), 3: given_by(Answered(note="Not yet"), by=5)}
    review = reviewed({pk: own(Answered(2)) for pk in (1, 2, 3)}, rating)
    assert review.given_by == review.area("B4").given_by == {5: 1, 7: 1}


def worth(own_view, ratings, examples=(), **options):
    review = reviewed(own_view, ratings, **options)
    return [(each.row.statement.code, each.why) for each in worth_reading(review, dict(examples), by=7, most=2)]


SAID = {1: own(Answered(2, note="a")), 2: own(Answered(1)), 3: own(Answered(0, note="b")), 4: own(Answered(0))}


@pytest.mark.parametrize(
    ("ratings", "examples", "hidden", "found"),
    [
        ({}, {}, False, [("B4.3", "two levels below target, a note"), ("B4.2", "one level below target")]),
        ({3: given_by(Answered(0))}, {}, False, [("B4.2", "one level below target"), ("B4.1", "a note")]),
        ({1: given_by(Answered(2), by=5), 3: given_by(Answered(0))}, {}, True, [("B4.1", "a note")]),
        (
            {3: given_by(Answered(0), about=0)},
            {},
            False,
            [("B4.3", "two levels below target, a note"), ("B4.2", "one level below target")],
        ),
        ({}, {}, True, [("B4.1", "a note"), ("B4.3", "a note")]),
        ({}, {1: 1, 2: 3}, True, [("B4.1", "a note, one work example"), ("B4.2", "three work examples")]),
        ({pk: given_by(Answered(1)) for pk in (1, 2, 3)}, {1: 1}, False, []),
    ],
)
def test_what_is_worth_reading_first(ratings, examples, hidden, found):
    assert worth(SAID, ratings, examples, hides_levels=hidden) == found


ANSWERS = st.builds(Answered, st.integers(0, 3), note=st.sampled_from(["", "note"])) | st.just(
    Answered(not_relevant=True, reason="why", note="note")
)


@given(st.lists(ANSWERS, min_size=3, max_size=3), st.lists(ANSWERS, min_size=3, max_size=3), ANSWERS)
def test_hidden_levels_change_nothing(some, others, rating):
    """Two owners with the same notes look alike to a line manager who may not see levels."""
    ratings = {1: given_by(rating)}
    others = [
        Answered(each.rank, each.not_relevant, each.reason, one.note) for each, one in zip(others, some, strict=True)
    ]
    first, second = (
        reviewed({pk: own(answer) for pk, answer in enumerate(said, start=1)}, ratings, hides_levels=True)
        for said in (some, others)
    )
    assert first == second
    assert first.differing == ()


@pytest.mark.parametrize(
    ("rank", "target", "joined", "words"),
    [
        (0, 2, (), "two levels below target"),
        (1, 2, (), "one level below target"),
        (2, 2, (), "at target"),
        (3, 2, (), "above target"),
        (3, 2, (3,), "at target"),
        (1, 2, (2,), "at target"),
        (2, None, (), ""),
    ],
)
def test_a_rank_is_so_far_from_its_target(rank, target, joined, words):
    assert distance_words(rank, target, joined) == words
