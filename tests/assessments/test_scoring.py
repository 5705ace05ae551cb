"""The scoring rule: a table for each part of it, properties that always hold, and faults that the properties find.

Answers are written in short: "3 2 . -" is four statements at rank 3, at rank 2, unanswered, and not relevant.
"""

import ast
import sys
from dataclasses import FrozenInstanceError, astuple, fields, replace
from itertools import pairwise
from pathlib import Path
from statistics import mean

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assessments import scoring
from assessments.scoring import NOT_YET, Answer, AreaAnswers, AreaState, rank_of_words, rank_reached

THREE_LEVELS = (1, 2, 3)
FOUNDATION, PRACTITIONER, EXPERT = THREE_LEVELS
FINISHED, NOT_FINISHED, NOT_IN_ROLE = AreaState.FINISHED, AreaState.NOT_FINISHED, AreaState.NOT_IN_ROLE


def make_area(answers, target=PRACTITIONER, code="B4", joined=None, evidence=None):
    """Make one area from answers in short; `joined` and `evidence` go by the statement's number, from 1."""
    made = []
    for number, mark in enumerate(answers.split(), start=1):
        made.append(
            Answer(
                code=f"{code}.{number}",
                rank=None if mark in ".-" else int(mark),
                relevant=mark != "-",
                joined=(joined or {}).get(number, ()),
                evidence=(evidence or {}).get(number, 0),
            )
        )
    return AreaAnswers(code, target, tuple(made))


def score_area(answers, target=PRACTITIONER, ranks=THREE_LEVELS, **options):
    return scoring.score([make_area(answers, target, **options)], ranks).areas[0]


def score_one(answer, target, joined=(), ranks=THREE_LEVELS):
    """Score an area of one statement and return the statement."""
    return score_area(answer, target, ranks, joined={1: joined}).statements[0]


# The level of an area


@pytest.mark.parametrize(
    ("answers", "state", "level"),
    [
        pytest.param("2 2 2", FINISHED, 2, id="all-alike"),
        pytest.param("3 1 2", FINISHED, 1, id="the-lowest-decides"),
        pytest.param("3 3 3 3 3 0", FINISHED, NOT_YET, id="one-not-yet-among-experts"),
        pytest.param("3", FINISHED, 3, id="one-statement"),
        pytest.param("2 - 3", FINISHED, 2, id="not-relevant-leaves-the-set"),
        pytest.param("- - 1", FINISHED, 1, id="one-left-in-scope"),
        pytest.param("3 . 3", NOT_FINISHED, None, id="unanswered-is-not-zero"),
        pytest.param("0 .", NOT_FINISHED, None, id="unanswered-even-where-the-rest-is-lowest"),
        pytest.param(". .", NOT_FINISHED, None, id="nothing-answered"),
        pytest.param("- .", NOT_FINISHED, None, id="unanswered-beside-not-relevant"),
        pytest.param("- -", NOT_IN_ROLE, None, id="nothing-relevant"),
        pytest.param("", NOT_IN_ROLE, None, id="no-statements"),
    ],
)
def test_area_is_at_the_lowest_level_of_its_statements_in_scope(answers, state, level):
    area = score_area(answers)
    assert (area.state, area.level) == (state, level)


def test_area_without_target_is_not_in_role_and_its_answers_count_nowhere():
    needed = make_area("2 1", code="B1")
    not_needed = make_area("3 0 . -", target=None, code="B2", evidence={1: 2})
    both = scoring.score([needed, not_needed], THREE_LEVELS)
    alone = scoring.score([needed], THREE_LEVELS)

    area = both.areas[1]
    assert (area.state, area.level, area.gap, area.next_level) == (NOT_IN_ROLE, None, None, None)
    assert (area.in_scope, area.answered, area.at_or_above, area.at_target) == (0, 0, (0, 0, 0, 0), 0)
    assert (area.held_by, area.left_out) == ((), ())
    for s in area.statements:
        assert (s.in_scope, s.rank, s.gap, s.is_strength, s.holding) == (False, None, None, False, 0)
    assert replace(both, areas=both.areas[:1]) == alone


def test_rank_of_a_statement_marked_as_not_relevant_does_not_count():
    answers = (Answer("B4.1", 2), Answer("B4.2", 0, relevant=False, evidence=1))
    result = scoring.score([AreaAnswers("B4", PRACTITIONER, answers)], THREE_LEVELS)
    assert (result.areas[0].level, result.gaps, result.readiness[0].with_evidence) == (2, (), 0)
    assert result.areas[0].statements[1].rank is None


# The count that explains the level


@pytest.mark.parametrize(
    ("answers", "at_or_above", "at_target", "held_by"),
    [
        pytest.param("2 2 1 2 1 2 2 3 2", (9, 9, 7, 1), 7, ("B4.3", "B4.5"), id="two-hold-it-at-foundation"),
        pytest.param("2 3 2 0 2 2 1 2 2", (9, 8, 7, 1), 7, ("B4.4",), id="one-not-yet-and-one-between"),
        pytest.param("2 2 - 3", (3, 3, 3, 1), 3, ("B4.1", "B4.2"), id="at-target-and-below-the-top"),
        pytest.param("3 3", (2, 2, 2, 2), 2, (), id="at-the-top-nothing-holds-it"),
        pytest.param("2 . 1", (2, 2, 1, 0), 1, (), id="not-finished-counts-what-is-answered"),
    ],
)
def test_area_counts_what_explains_its_level(answers, at_or_above, at_target, held_by):
    area = score_area(answers)
    assert (area.at_or_above, area.at_target, area.held_by) == (at_or_above, at_target, held_by)


def test_area_lists_what_is_left_out_and_counts_what_is_answered():
    area = score_area("2 - . - 1")
    assert (area.left_out, area.in_scope, area.answered) == (("B4.2", "B4.4"), 3, 2)


# Gaps


@pytest.mark.parametrize(
    ("answers", "target", "gap"),
    [
        pytest.param("2 2", PRACTITIONER, 0, id="at-target"),
        pytest.param("3 2", PRACTITIONER, 0, id="above-in-part"),
        pytest.param("3 3", FOUNDATION, 0, id="above-is-not-negative"),
        pytest.param("3 1", PRACTITIONER, 1, id="one-level"),
        pytest.param("3 0", EXPERT, 3, id="three-levels"),
        pytest.param("0 .", PRACTITIONER, None, id="not-finished"),
        pytest.param("- -", PRACTITIONER, None, id="nothing-relevant"),
        pytest.param("1 1", None, None, id="not-in-role"),
    ],
)
def test_area_gap_is_target_less_level(answers, target, gap):
    assert score_area(answers, target).gap == gap


@pytest.mark.parametrize(
    ("answer", "target", "gap"),
    [
        pytest.param("0", PRACTITIONER, 2, id="not-yet"),
        pytest.param("1", PRACTITIONER, 1, id="below"),
        pytest.param("2", PRACTITIONER, 0, id="at-target"),
        pytest.param("3", PRACTITIONER, 0, id="above"),
        pytest.param(".", PRACTITIONER, None, id="unanswered"),
        pytest.param("-", PRACTITIONER, None, id="not-relevant"),
        pytest.param("1", None, None, id="not-in-role"),
    ],
)
def test_statement_gap_is_target_less_rank(answer, target, gap):
    assert score_one(answer, target).gap == gap


def test_gaps_of_an_area_that_is_not_finished_are_listed_and_hold_nothing_back():
    (gap,) = scoring.score([make_area("1 . 2")], THREE_LEVELS).gaps
    assert (gap.code, gap.gap, gap.holds_back, gap.alone) == ("B4.1", 1, False, False)


def test_gaps_come_bigger_first_then_alone_then_in_the_order_of_the_standards():
    areas = [
        make_area("2 1 2 1", code="A1"),  # two hold it
        make_area("2 1 2", code="A2"),  # one alone holds it
        make_area("1 2 0", code="B1"),  # one alone at "not yet"; the other is not what holds it
        make_area("0 0 2", code="B2"),  # two hold it at "not yet"
        make_area("1 1", target=FOUNDATION, code="B3"),  # at target
        make_area("1", code="B5"),  # one alone, later in the standards
    ]
    gaps = scoring.score(areas, THREE_LEVELS).gaps
    assert [(g.code, g.gap, g.alone) for g in gaps] == [
        ("B1.3", 2, True),
        ("B2.1", 2, False),
        ("B2.2", 2, False),
        ("A2.2", 1, True),
        ("B5.1", 1, True),
        ("A1.2", 1, False),
        ("A1.4", 1, False),
        ("B1.1", 1, False),
    ]


@pytest.mark.parametrize(
    ("answers", "target", "holding"),
    [
        pytest.param("2 1 3", PRACTITIONER, (0, 1, 0), id="alone"),
        pytest.param("1 2 1", PRACTITIONER, (2, 0, 2), id="one-of-two"),
        pytest.param("0 1 2", PRACTITIONER, (1, 0, 0), id="below-target-but-not-the-lowest"),
        pytest.param("1 2 3", FOUNDATION, (0, 0, 0), id="an-area-at-target-is-not-held-back"),
        pytest.param("1 . 3", PRACTITIONER, (0, 0, 0), id="not-finished"),
    ],
)
def test_statement_holds_its_area_back_when_lowest_and_the_area_below_target(answers, target, holding):
    statements = score_area(answers, target).statements
    assert tuple(s.holding for s in statements) == holding
    assert [(s.holds_back, s.alone) for s in statements] == [(n > 0, n == 1) for n in holding]


# Joined levels


@pytest.mark.parametrize(
    ("rank", "joined", "reached", "words"),
    [
        pytest.param(2, (), 2, 2, id="nothing-joined"),
        pytest.param(2, (3,), 3, 2, id="the-lower-of-two"),
        pytest.param(3, (3,), 3, 2, id="the-higher-of-two"),
        pytest.param(1, (3,), 1, 1, id="beneath-the-joined-ones"),
        pytest.param(1, (2, 3), 3, 1, id="three-in-a-row"),
        pytest.param(0, (1,), 1, 0, id="lowest-level-without-words"),
        pytest.param(0, (2,), 0, 0, id="not-yet-stays"),
    ],
)
def test_rank_reached_and_rank_of_words(rank, joined, reached, words):
    assert (rank_reached(rank, joined), rank_of_words(rank, joined)) == (reached, words)


@pytest.mark.parametrize("chosen", ["2", "3"], ids=["chose-practitioner", "chose-expert"])
def test_joined_practitioner_and_expert_are_one_answer(chosen):
    area = score_area(f"3 {chosen} 3", target=EXPERT, joined={2: (3,)})
    assert (area.level, area.gap, area.at_or_above) == (3, 0, (3, 3, 3, 3))


@pytest.mark.parametrize(
    ("answer", "target", "joined", "aim", "target_words", "reaches"),
    [
        pytest.param("0", PRACTITIONER, (), 1, 2, False, id="two-steps-to-target"),
        pytest.param("1", PRACTITIONER, (), 2, 2, True, id="one-step-to-target"),
        pytest.param("1", EXPERT, (3,), 2, 2, True, id="joined-target-is-one-step-away"),
        pytest.param("1", EXPERT, (2,), 3, 3, True, id="a-joined-level-is-skipped"),
        pytest.param("0", PRACTITIONER, (2,), 1, 1, True, id="joined-to-the-lowest"),
        pytest.param("3", EXPERT, (), None, 3, False, id="nothing-above-the-top"),
        pytest.param("2", EXPERT, (3,), None, 2, False, id="joined-to-the-top"),
        pytest.param(".", PRACTITIONER, (), None, 2, False, id="unanswered"),
        pytest.param("-", PRACTITIONER, (), None, None, False, id="not-relevant"),
    ],
)
def test_statement_aims_for_the_next_words_up(answer, target, joined, aim, target_words, reaches):
    statement = score_one(answer, target, joined)
    assert (statement.aim, statement.target_words, statement.aim_reaches_target) == (aim, target_words, reaches)


# Strengths


@pytest.mark.parametrize(
    ("answer", "target", "joined", "is_strength"),
    [
        pytest.param("3", PRACTITIONER, (), True, id="above-target"),
        pytest.param("2", PRACTITIONER, (), False, id="at-target"),
        pytest.param("1", PRACTITIONER, (), False, id="below-target"),
        pytest.param("2", PRACTITIONER, (3,), False, id="above-by-joining-only"),
        pytest.param("3", PRACTITIONER, (3,), False, id="chose-the-joined-level-itself"),
        pytest.param("2", FOUNDATION, (3,), True, id="joined-above-a-lower-target"),
        pytest.param("3", FOUNDATION, (2,), True, id="above-what-the-target-is-joined-to"),
        pytest.param(".", FOUNDATION, (), False, id="unanswered"),
        pytest.param("-", FOUNDATION, (), False, id="not-relevant"),
        pytest.param("3", None, (), False, id="not-in-role"),
    ],
)
def test_strength_is_above_target_in_other_words(answer, target, joined, is_strength):
    assert score_one(answer, target, joined).is_strength is is_strength


def test_strengths_are_listed_in_the_order_of_the_standards():
    areas = [make_area("2 3 1", code="A1"), make_area("3 2", target=FOUNDATION, code="B1")]
    assert [s.code for s in scoring.score(areas, THREE_LEVELS).strengths] == ["A1.2", "B1.1", "B1.2"]


# Next steps


@pytest.mark.parametrize(
    ("answers", "next_level", "next_steps"),
    [
        pytest.param("2 0 1", 1, ("B4.2",), id="to-the-lowest-level"),
        pytest.param("1 2 1", 2, ("B4.1", "B4.3"), id="two-stand-between"),
        pytest.param("2 3 2", 3, ("B4.1", "B4.3"), id="beyond-the-target"),
        pytest.param("3 3", None, (), id="at-the-top"),
        pytest.param("1 .", None, (), id="not-finished"),
        pytest.param("-", None, (), id="not-in-role"),
    ],
)
def test_next_step_is_what_stands_before_the_next_level(answers, next_level, next_steps):
    area = score_area(answers)
    assert (area.next_level, area.next_steps) == (next_level, next_steps)


# Readiness and totals


def test_readiness_counts_statements_in_scope_at_or_above_each_level():
    areas = [
        make_area("2 3 - 1", code="A1", evidence={1: 1, 3: 5}),
        make_area("2 2", target=FOUNDATION, code="B1", evidence={2: 4}),
    ]
    readiness = scoring.score(areas, THREE_LEVELS).readiness
    assert [astuple(r) for r in readiness] == [
        # rank, met, in_scope, unanswered, with_evidence, ready
        (1, 5, 5, 0, 2, True),
        (2, 4, 5, 0, 2, False),
        (3, 1, 5, 0, 0, False),
    ]


@pytest.mark.parametrize(
    ("answers", "ready"),
    [
        pytest.param("2 3", [True, True, False], id="finished"),
        pytest.param("2 .", [False, False, False], id="unanswered-is-never-ready"),
        pytest.param("3 -", [True, True, True], id="not-relevant-leaves-the-set"),
        pytest.param("- -", [False, False, False], id="nothing-in-scope-is-never-ready"),
    ],
)
def test_ready_when_every_statement_in_scope_is_met(answers, ready):
    assert [r.ready for r in scoring.score([make_area(answers)], THREE_LEVELS).readiness] == ready


def test_totals():
    areas = [
        make_area("2 3 -", code="A1"),  # at target
        make_area("2 1", code="A2"),  # below target
        make_area("2 .", code="B1"),  # not finished
        make_area("- -", code="B2"),  # nothing relevant
        make_area("3 3", target=None, code="B3"),  # not in role
        make_area("3", code="B5"),  # above target
    ]
    result = scoring.score(areas, THREE_LEVELS)
    assert (result.in_scope, result.answered) == (7, 6)
    assert (result.areas_in_role, result.areas_finished, result.areas_at_target) == (4, 3, 2)


@pytest.mark.parametrize(
    ("areas", "is_finished"),
    [
        pytest.param(["2", "1 -"], True, id="every-area-has-a-level"),
        pytest.param(["2", "- -"], True, id="one-area-not-in-role"),
        pytest.param(["2", "."], False, id="one-not-finished"),
        pytest.param(["-"], False, id="none-in-role"),
        pytest.param([], False, id="no-areas"),
    ],
)
def test_score_is_finished_when_every_area_in_role_is(areas, is_finished):
    given_areas = [make_area(answers, code=f"B{n}") for n, answers in enumerate(areas)]
    assert scoring.score(given_areas, THREE_LEVELS).is_finished is is_finished


@pytest.mark.parametrize("top", range(1, 7))
def test_a_version_may_have_any_number_of_levels(top):
    area = make_area(f"{top} {top - 1}", target=top)
    result = scoring.score([area], range(1, top + 1))
    (scored,) = result.areas
    assert (scored.level, scored.gap, scored.next_level, scored.held_by) == (top - 1, 1, top, ("B4.2",))
    assert [r.met for r in result.readiness] == [2] * (top - 1) + [1]


def test_worked_example_of_the_documentation():
    area = score_area("2 2 - 1 2 1 3", joined={2: (3,), 7: (3,)})
    assert (area.level, area.target, area.gap) == (FOUNDATION, PRACTITIONER, 1)
    assert (area.at_or_above, area.in_scope, area.held_by) == ((6, 6, 4, 2), 6, ("B4.4", "B4.6"))
    assert area.left_out == ("B4.3",)
    assert not any(s.is_strength for s in area.statements)


def test_answers_and_scores_cannot_be_changed():
    area = make_area("2 1")
    result = scoring.score([area], THREE_LEVELS)
    for value in (area, area.answers[0], result, result.areas[0], result.gaps[0], result.readiness[0]):
        with pytest.raises(FrozenInstanceError):
            setattr(value, fields(value)[0].name, None)
    assert hash(result) == hash(scoring.score([area], THREE_LEVELS))


# What is refused


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        pytest.param(Answer("B4.3", 4), "rank of statement B4.3 is 0 to 3, not 4", id="rank-above-the-top"),
        pytest.param(Answer("B4.3", -1), "rank of statement B4.3 is 0 to 3, not -1", id="rank-below-not-yet"),
        pytest.param(Answer("B4.3", "2"), "rank of statement B4.3 is 0 to 3, not '2'", id="rank-as-text"),
        pytest.param(Answer("B4.3", 1.5), "rank of statement B4.3 is 0 to 3, not 1.5", id="rank-in-between"),
        pytest.param(Answer("B4.3", 9, relevant=False), "rank of statement B4.3", id="rank-of-a-not-relevant-one"),
        pytest.param(Answer("B4.3", 2, joined=(4,)), "joined rank of statement B4.3 is 1 to 3", id="joined-rank"),
        pytest.param(Answer("B4.3", 2, evidence=-1), "evidence of statement B4.3", id="evidence-below-none"),
        pytest.param(Answer("B4.1", 2), "Statement B4.1 is given 2 times", id="statement-twice"),
    ],
)
@pytest.mark.parametrize("target", [PRACTITIONER, None], ids=["in-role", "not-in-role"])
def test_bad_answer_is_refused_by_its_code(answer, named, target):
    with pytest.raises(ValueError, match=named):
        scoring.score([AreaAnswers("B4", target, (Answer("B4.1", 1), answer))], THREE_LEVELS)


@pytest.mark.parametrize("target", [0, 4, "2"])
def test_bad_target_is_refused_by_the_code_of_its_area(target):
    with pytest.raises(ValueError, match="target of area B4 is 1 to 3"):
        scoring.score([make_area("1", target=target)], THREE_LEVELS)


def test_area_given_twice_is_refused_by_its_code():
    with pytest.raises(ValueError, match="Area B4 is given 2 times"):
        scoring.score([make_area("", code="B4"), make_area("1", code="B4")], THREE_LEVELS)


@pytest.mark.parametrize("ranks", [(), (0, 1), (1, 3), (1, 1, 2)], ids=str)
def test_ranks_other_than_one_to_n_are_refused(ranks):
    with pytest.raises(ValueError, match="1 to n"):
        scoring.score([], ranks)


# What always holds. Each property is a function of what hypothesis draws, so that it also runs on a planted fault.


@st.composite
def cases(draw):
    """Draw areas with answers of every kind, and the ranks of a version with one to six levels."""
    top = draw(st.integers(1, 6))
    areas = []
    for code in draw(st.sampled_from([("A1",), ("A1", "B1"), ("A1", "B1", "B2")])):
        answers = tuple(
            Answer(
                code=f"{code}.{number}",
                rank=draw(st.sampled_from([*range(top + 1), *range(top + 1), None])),
                relevant=draw(st.sampled_from([True] * 5 + [False])),
                joined=tuple(sorted(draw(st.sets(st.integers(1, top), max_size=2)))),
                evidence=draw(st.integers(0, 2)),
            )
            for number in range(1, draw(st.integers(1, 5)) + 1)
        )
        areas.append(AreaAnswers(code, draw(st.one_of(st.integers(1, top), st.integers(1, top), st.none())), answers))
    return areas, range(1, top + 1)


def with_answer(areas, area, changed):
    """Return the areas with one answer changed."""
    answers = tuple(changed if answer.code == changed.code else answer for answer in area.answers)
    return [replace(a, answers=answers) if a.code == area.code else a for a in areas]


def draw_answer(data, areas):
    area = data.draw(st.sampled_from(areas))
    return area, data.draw(st.sampled_from(area.answers))


def levels(areas, ranks):
    return {area.code: area.level for area in scoring.score(areas, ranks).areas}


def none_lower(before, after):
    return all(after[code] >= level for code, level in before.items() if level is not None)


def raising_a_rating_never_lowers_an_area(data):
    areas, ranks = data.draw(cases())
    area, answer = draw_answer(data, areas)
    raised = replace(answer, rank=data.draw(st.integers(answer.rank or 0, max(ranks))))
    assert none_lower(levels(areas, ranks), levels(with_answer(areas, area, raised), ranks))


def marking_not_relevant_never_lowers_an_area(data):
    areas, ranks = data.draw(cases())
    area, answer = draw_answer(data, areas)
    changed = with_answer(areas, area, replace(answer, relevant=False))
    before, after = levels(areas, ranks), levels(changed, ranks)
    if all(not a.relevant for a in area.answers if a.code != answer.code):
        assert after.pop(area.code) is None
        before.pop(area.code)
    assert none_lower(before, after)


def no_unfinished_area_has_a_level(data):
    areas, ranks = data.draw(cases())
    for area, scored in zip(areas, scoring.score(areas, ranks).areas, strict=True):
        if area.target is not None and any(a.relevant and a.rank is None for a in area.answers):
            assert (scored.state, scored.level, scored.gap, scored.held_by) == (NOT_FINISHED, None, None, ())
        assert (scored.state == FINISHED) == (scored.level is not None) == (scored.gap is not None)


def order_of_input_does_not_matter(data):
    areas, ranks = data.draw(cases())
    shuffled = [replace(area, answers=tuple(data.draw(st.permutations(area.answers)))) for area in areas]
    one, other = scoring.score(areas, ranks), scoring.score(data.draw(st.permutations(shuffled)), ranks)

    def without_order(score):
        by_area = {
            a.code: replace(a, statements=frozenset(a.statements), held_by=set(a.held_by), left_out=set(a.left_out))
            for a in score.areas
        }
        return replace(score, areas=by_area, gaps=set(score.gaps), strengths=set(score.strengths))

    assert without_order(one) == without_order(other)
    assert [(g.gap, g.alone) for g in one.gaps] == [(g.gap, g.alone) for g in other.gaps]


def gaps_come_in_priority_order(data):
    areas, ranks = data.draw(cases())
    result = scoring.score(areas, ranks)
    statements = [s for area in result.areas for s in area.statements]
    place = {s.code: number for number, s in enumerate(statements)}
    assert {g.code for g in result.gaps} == {s.code for s in statements if s.gap}
    for first, second in pairwise(result.gaps):
        assert (-first.gap, not first.alone, place[first.code]) < (-second.gap, not second.alone, place[second.code])


def no_gap_is_negative(data):
    result = scoring.score(*data.draw(cases()))
    for scored in [*result.areas, *(s for area in result.areas for s in area.statements)]:
        assert scored.gap is None or scored.gap >= 0


def joining_never_lowers_an_area(data):
    areas, ranks = data.draw(cases())
    area, answer = draw_answer(data, areas)
    more = replace(answer, joined=tuple({*answer.joined, data.draw(st.sampled_from(ranks))}))
    assert none_lower(levels(areas, ranks), levels(with_answer(areas, area, more), ranks))


def joined_levels_are_one_answer(data):
    areas, ranks = data.draw(cases())
    area, answer = draw_answer(data, areas)
    rank = data.draw(st.sampled_from(ranks))
    joined = tuple({*answer.joined, rank})
    beneath, above = (replace(answer, rank=r, joined=joined) for r in (rank - 1, rank))
    one = scoring.score(with_answer(areas, area, beneath), ranks)
    assert one == scoring.score(with_answer(areas, area, above), ranks)


def counts_explain_the_level(data):
    areas, ranks = data.draw(cases())
    for area in scoring.score(areas, ranks).areas:
        if area.level is not None:
            assert area.at_or_above[area.level] == area.in_scope
        if area.next_level is not None:
            assert 0 < len(area.held_by) == area.in_scope - area.at_or_above[area.next_level]


def taking_all_next_steps_and_no_fewer_reaches_the_next_level(data):
    areas, ranks = data.draw(cases())
    for area, scored in zip(areas, scoring.score(areas, ranks).areas, strict=True):
        if scored.next_level is None:
            continue
        aims = {s.code: s.aim for s in scored.statements if s.code in scored.next_steps}
        missed = data.draw(st.sampled_from(sorted(aims)))

        def level_after(steps, area=area):
            answers = tuple(replace(a, rank=steps.get(a.code, a.rank)) for a in area.answers)
            return scoring.score([replace(area, answers=answers)], ranks).areas[0].level

        assert level_after(aims) >= scored.next_level
        assert level_after({code: aim for code, aim in aims.items() if code != missed}) == scored.level


def ready_for_a_level_when_every_area_is_at_it(data):
    areas, ranks = data.draw(cases())
    result = scoring.score(areas, ranks)
    in_role = [area.level for area in result.areas if area.state != NOT_IN_ROLE]
    for readiness in result.readiness:
        at_it = all(level is not None and level >= readiness.rank for level in in_role)
        assert readiness.ready == (bool(in_role) and at_it)


def area_not_in_role_changes_nothing_else(data):
    areas, ranks = data.draw(cases())
    dropped = data.draw(st.sampled_from(areas))
    without = scoring.score([area for area in areas if area is not dropped], ranks)
    result = scoring.score([replace(a, target=None) if a is dropped else a for a in areas], ranks)
    assert replace(result, areas=tuple(a for a in result.areas if a.code != dropped.code)) == without


def everything_is_a_whole_number(data):
    def values(value):
        if isinstance(value, tuple):
            for part in value:
                yield from values(part)
        else:
            yield value

    assert not [v for v in values(astuple(scoring.score(*data.draw(cases())))) if isinstance(v, float)]


PROPERTIES = [
    raising_a_rating_never_lowers_an_area,
    marking_not_relevant_never_lowers_an_area,
    no_unfinished_area_has_a_level,
    order_of_input_does_not_matter,
    gaps_come_in_priority_order,
    no_gap_is_negative,
    joining_never_lowers_an_area,
    joined_levels_are_one_answer,
    counts_explain_the_level,
    taking_all_next_steps_and_no_fewer_reaches_the_next_level,
    ready_for_a_level_when_every_area_is_at_it,
    area_not_in_role_changes_nothing_else,
    everything_is_a_whole_number,
]


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda function: function.__name__)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_property(holds, data):
    holds(data)


# The properties can fail: each finds a fault that is planted into one piece of the rule.


readiness_for, score_area_rule = scoring.readiness_for, scoring._score_area


def of_answered(rule):
    """Plant another rule for the level of a finished area."""
    return lambda ranks: rule(ranks) if ranks and None not in ranks else None


def ready_without_the_unanswered(rank, statements):
    found = readiness_for(rank, statements)
    return replace(found, ready=0 < found.met == found.in_scope - found.unanswered)


FAULTS = {
    "one-level-short-forgiven": (
        "area_level",
        of_answered(lambda r: max(r) if max(r) - min(r) == 1 else min(r)),
        raising_a_rating_never_lowers_an_area,
    ),
    "mean-rounded": ("area_level", of_answered(lambda r: round(mean(r))), marking_not_relevant_never_lowers_an_area),
    "mean": ("area_level", of_answered(lambda r: sum(r) / len(r)), everything_is_a_whole_number),
    "unanswered-as-zero": (
        "area_level",
        lambda ranks: min((r or 0 for r in ranks), default=None),
        no_unfinished_area_has_a_level,
    ),
    "unanswered-left-out": (
        "area_level",
        lambda ranks: min((r for r in ranks if r is not None), default=None),
        no_unfinished_area_has_a_level,
    ),
    "the-last-answer": ("area_level", of_answered(lambda r: r[-1]), order_of_input_does_not_matter),
    "the-highest": ("area_level", of_answered(max), counts_explain_the_level),
    "the-first-answer": (
        "area_level",
        of_answered(lambda r: r[0]),
        taking_all_next_steps_and_no_fewer_reaches_the_next_level,
    ),
    "gap-below-zero": (
        "gap_to",
        lambda target, reached: None if None in (target, reached) else target - reached,
        no_gap_is_negative,
    ),
    "smaller-gaps-first": (
        "in_priority_order",
        lambda statements: tuple(sorted((s for s in statements if s.gap), key=lambda s: s.gap)),
        gaps_come_in_priority_order,
    ),
    "alone-does-not-matter": (
        "in_priority_order",
        lambda statements: tuple(sorted((s for s in statements if s.gap), key=lambda s: -s.gap)),
        gaps_come_in_priority_order,
    ),
    "joined-downwards": ("rank_reached", scoring.rank_of_words, joining_never_lowers_an_area),
    "joined-levels-apart": ("rank_reached", lambda chosen, joined: chosen, joined_levels_are_one_answer),
    "ready-with-unanswered": (
        "readiness_for",
        ready_without_the_unanswered,
        ready_for_a_level_when_every_area_is_at_it,
    ),
    "no-target-taken-as-lowest": (
        "_score_area",
        lambda area, top: score_area_rule(replace(area, target=area.target or 1), top),
        area_not_in_role_changes_nothing_else,
    ),
}


@pytest.mark.parametrize(("piece", "fault", "finder"), FAULTS.values(), ids=FAULTS)
def test_property_finds_a_planted_fault(monkeypatch, piece, fault, finder):
    monkeypatch.setattr(scoring, piece, fault)

    @settings(
        max_examples=1000,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(data=st.data())
    def run(data):
        finder(data)

    with pytest.raises(AssertionError):
        run()


def test_every_property_is_shown_to_find_a_fault():
    assert {finder for _, _, finder in FAULTS.values()} == set(PROPERTIES)


# The file itself


def foreign_imports(source):
    """Return the top names of what a module imports from outside the standard library."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add("." if node.level else node.module.partition(".")[0])
    return names - sys.stdlib_module_names


def arithmetic(source):
    """Return the kinds of arithmetic that a module does."""
    return {
        type(node.op).__name__ for node in ast.walk(ast.parse(source)) if isinstance(node, ast.BinOp | ast.AugAssign)
    }


def test_scoring_imports_the_standard_library_only():
    assert foreign_imports(Path(scoring.__file__).read_text()) == set()


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("import django.db", {"django"}),
        ("def f():\n    from assessments.models import Rating", {"assessments"}),
        ("from . import models", {"."}),
        ("from collections import abc\nimport enum", set()),
    ],
)
def test_foreign_imports_are_found(planted, found):
    assert foreign_imports(planted) == found


def test_scoring_neither_multiplies_nor_divides():
    beyond_adding = {"Mult", "Div", "FloorDiv", "Mod", "Pow", "MatMult"}
    assert arithmetic(Path(scoring.__file__).read_text()) & beyond_adding == set()
    assert arithmetic("percentage = met / in_scope * 100") & beyond_adding == {"Div", "Mult"}
