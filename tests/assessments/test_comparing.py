"""Two rounds side by side: each case is two small rounds and what must be said of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.comparing import NOT_ASKED, Change, ComparedRound, Kind, Standing, compare
from assessments.scoring import Answer, AreaAnswers

RANKS = (1, 2, 3)
LEFT_OUT = "-"
UNANSWERED = Standing(Kind.UNANSWERED)
NOT_RELEVANT = Standing(Kind.LEFT_OUT)


def level(rank):
    return Standing(Kind.LEVEL, rank)


def round_of(areas, targets=None, words=None, joined=None):
    """A round from {area: {statement: rank, None for unanswered, "-" for not relevant}}.

    A statement is the same in another round unless `words` give it others.
    """
    targets, words, joined = targets or {}, words or {}, joined or {}
    return ComparedRound(
        areas=tuple(
            AreaAnswers(
                area,
                targets.get(area, 2),
                tuple(
                    Answer(code, None if rank == LEFT_OUT else rank, rank != LEFT_OUT, joined.get(code, ()))
                    for code, rank in answers.items()
                ),
            )
            for area, answers in areas.items()
        ),
        ranks=RANKS,
        identities={code: words.get(code, code) for answers in areas.values() for code in answers},
    )


def only(then, now, **options):
    (area,) = compare(round_of({"A": then}, **options), round_of({"A": now}, **options))
    return area


@pytest.mark.parametrize(
    ("then", "now", "change", "levels"),
    [
        (1, 2, Change.ROSE, 1),
        (0, 3, Change.ROSE, 3),
        (3, 1, Change.FELL, -2),
        (2, 2, Change.SAME, 0),
        (0, 0, Change.SAME, 0),
        (None, None, Change.SAME, 0),
        (LEFT_OUT, LEFT_OUT, Change.SAME, 0),
        (None, 1, Change.NEW, 0),
        (LEFT_OUT, 0, Change.NEW, 0),
        (1, None, Change.UNANSWERED, 0),
        (LEFT_OUT, None, Change.UNANSWERED, 0),
        (1, LEFT_OUT, Change.LEFT_OUT, 0),
        (None, LEFT_OUT, Change.LEFT_OUT, 0),
    ],
)
def test_what_became_of_a_statement(then, now, change, levels):
    (statement,) = only({"A.1": then}, {"A.1": now}).statements
    assert (statement.change, statement.levels) == (change, levels)


@pytest.mark.parametrize(
    ("then", "now", "change"),
    [
        ((1, 2), (2, 2), Change.ROSE),
        ((2, 2), (2, 0), Change.FELL),
        ((1, 2), (1, 3), Change.SAME),
        ((1, 2), (1, None), Change.UNANSWERED),
        ((1, None), (1, 1), Change.NEW),
        ((None, 1), (2, None), Change.SAME),
        ((1, 2), (LEFT_OUT, 2), Change.ROSE),
        ((LEFT_OUT, LEFT_OUT), (1, 1), Change.NEW),
        ((1, 1), (LEFT_OUT, LEFT_OUT), Change.LEFT_OUT),
    ],
)
def test_what_became_of_an_area_follows_from_the_level_that_it_holds(then, now, change):
    codes = ("A.1", "A.2")
    assert only(dict(zip(codes, then, strict=True)), dict(zip(codes, now, strict=True))).change == change


def test_an_area_says_its_level_then_and_now():
    area = only({"A.1": 1, "A.2": 3}, {"A.1": 3, "A.2": 3})
    assert (area.then, area.now, area.levels) == (level(1), level(3), 2)


def test_an_area_that_is_not_in_the_role_has_no_level():
    (area,) = compare(round_of({"A": {"A.1": 2}}), round_of({"A": {"A.1": 2}}, targets={"A": None}))
    assert (area.then, area.now, area.change) == (level(2), NOT_RELEVANT, Change.LEFT_OUT)
    assert [each.change for each in area.statements] == [Change.LEFT_OUT]


def test_levels_that_share_their_words_are_one():
    (statement,) = only({"A.1": 2}, {"A.1": 3}, joined={"A.1": (3,)}).statements
    assert (statement.then, statement.now, statement.change) == (level(3), level(3), Change.SAME)


def test_each_level_counts_the_statements_with_a_level_in_both_rounds():
    area = only(
        {"A.1": 1, "A.2": 2, "A.3": 3, "A.4": None, "A.5": LEFT_OUT, "A.6": 0},
        {"A.1": 2, "A.2": 2, "A.3": 1, "A.4": 3, "A.5": 3, "A.6": 0},
    )
    assert [(b.rank, b.kept, b.gained, b.lost, b.empty, b.then, b.now) for b in area.blocks] == [
        (1, 3, 0, 0, 1, 3, 3),
        (2, 1, 1, 1, 1, 2, 2),
        (3, 0, 0, 1, 3, 1, 0),
    ]


# Another version


def test_a_statement_whose_words_changed_is_another_one():
    (area,) = compare(round_of({"A": {"A.1": 1}}), round_of({"A": {"A.1": 2}}, words={"A.1": "in other words"}))
    assert [(each.code, each.then, each.now, each.change) for each in area.statements] == [
        ("A.1", NOT_ASKED, level(2), Change.NEW),
        ("A.1", level(1), NOT_ASKED, Change.GONE),
    ]


@pytest.mark.parametrize(("then", "now"), [(1, 2), (2, 1), (2, 2)])
def test_the_level_of_an_area_of_other_statements_is_not_compared(then, now):
    (area,) = compare(round_of({"A": {"A.1": then}}), round_of({"A": {"A.1": now, "A.2": 3}}))
    assert (area.then, area.now, area.change, area.levels) == (level(then), level(now), Change.REWORDED, 0)


def test_a_statement_keeps_its_identity_under_another_code_and_in_another_area():
    then = round_of({"A": {"A.1": 1, "A.2": 2}, "B": {"B.1": 2}})
    now = round_of({"A": {"A.1": 1}, "B": {"B.1": 2, "B.2": 3}}, words={"B.2": "A.2"})
    first, second = compare(then, now)
    assert [(each.code, each.change) for each in first.statements] == [("A.1", Change.SAME)]
    assert [(each.code, each.then, each.change) for each in second.statements] == [
        ("B.1", level(2), Change.SAME),
        ("B.2", level(2), Change.ROSE),
    ]


def test_areas_that_came_and_went_are_said_so():
    first, second = compare(round_of({"A": {"A.1": 1}}), round_of({"B": {"B.1": 2}}))
    assert (first.code, first.then, first.now, first.change) == ("B", NOT_ASKED, level(2), Change.NEW)
    assert (second.code, second.then, second.now, second.change) == ("A", level(1), NOT_ASKED, Change.GONE)
    assert [each.change for each in first.statements + second.statements] == [Change.NEW, Change.GONE]


def test_a_round_whose_answers_are_out_of_range_is_refused():
    with pytest.raises(ValueError, match=r"A\.1"):
        compare(round_of({"A": {"A.1": 4}}), round_of({"A": {"A.1": 1}}))


# What always holds

ANSWERS = st.one_of(st.none(), st.just(LEFT_OUT), st.integers(0, 3))
AREAS = st.dictionaries(
    st.sampled_from("ABC"), st.dictionaries(st.integers(1, 4), ANSWERS, min_size=1), min_size=1
).map(lambda areas: {area: {f"{area}.{n}": each for n, each in rows.items()} for area, rows in areas.items()})


@given(AREAS)
def test_a_round_compared_with_itself_is_the_same_throughout(areas):
    for area in compare(round_of(areas), round_of(areas)):
        assert {area.change, *(each.change for each in area.statements)} == {Change.SAME}
        assert sum(block.gained + block.lost for block in area.blocks) == 0


@given(AREAS, AREAS)
def test_every_statement_of_both_rounds_is_there_once(then, now):
    found = [each.code for area in compare(round_of(then), round_of(now)) for each in area.statements]
    asked = {code for areas in (then, now) for rows in areas.values() for code in rows}
    assert sorted(found) == sorted(asked)


@given(AREAS, AREAS)
def test_the_other_way_round_what_rose_fell(then, now):
    opposite = {Change.ROSE: Change.FELL, Change.FELL: Change.ROSE}

    def changes(first, second):
        return {
            each.code: each.change
            for area in compare(round_of(first), round_of(second))
            for each in area.statements
            if each.change in opposite
        }

    assert changes(now, then) == {code: opposite[change] for code, change in changes(then, now).items()}
