"""What becomes of each answer: the rules as tables, and that nothing is lost along any links whatever."""

from collections import Counter
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.answers import Answered
from assessments.carrying import (
    NOTE_LIMIT,
    REASON_LIMIT,
    Earlier,
    Fate,
    Way,
    carry_targets,
    combined,
    joined,
    moved_on,
    plan,
    proposal,
    proposals,
)
from assessments.models import Rating

CARRIED, PROPOSED, ASKED_AGAIN, ARCHIVED = Fate


@dataclass
class Path:
    """As ``standards.links`` has it."""

    kind: str
    olds: tuple


def way(*links, same_levels=True, choices=(0, 1, 2, 3), olds=()):
    """A way along ``links``: (kind, olds, news). Statements of the earlier version are 1 to 99, of the later one 101 on."""
    back, onward = {}, {old: [] for old in olds}
    for kind, from_, to in links:
        for new in to:
            known = back.setdefault(new, Path(kind, ()))
            known.olds += tuple(from_)
        for old in from_:
            onward.setdefault(old, []).extend(to)
    paths = SimpleNamespace(
        back=back, onward={old: tuple(news) for old, news in onward.items()}, same_levels=same_levels, areas={}
    )
    return Way(paths, dict.fromkeys(back, choices))


def own(**answers):
    """The owner's answers by statement, such as ``s1=2``: a rank, a reason why not relevant, or an ``Answered``."""
    return {(int(name[1:]), "self"): said(value) for name, value in answers.items()}


def said(value):
    if isinstance(value, Answered):
        return value
    return Answered(not_relevant=True, reason=value) if isinstance(value, str) else Answered(value)


NOTED = Answered(2, note="As in May")
ONLY_A_NOTE = Answered(note="As in May")

SAME = way(("same", [1], [101]))
EDITED = way(("editorial", [1], [101]))
CHANGED = way(("changed", [1], [101]))
SPLIT = way(("split", [1], [101, 102]))
MERGED = way(("merged", [1, 2], [101]))
REMOVED = way(("removed", [1], []))
OTHER_LEVELS = way(("same", [1], [101]), same_levels=False)
FEWER_CHOICES = way(("same", [1], [101]), choices=(0, 1, 3))


@pytest.mark.parametrize(
    ("along", "answers", "counts", "carried", "beside", "notes"),
    [
        (SAME, own(s1=2), {CARRIED: 1}, {(1, "self"): 101}, [], {}),
        (SAME, own(s1=0), {CARRIED: 1}, {(1, "self"): 101}, [], {}),
        (SAME, own(s1="Not mine"), {CARRIED: 1}, {(1, "self"): 101}, [], {}),
        (EDITED, own(s1=NOTED), {CARRIED: 1}, {(1, "self"): 101}, [], {}),
        # A note without an answer is no answer, and comes along all the same.
        (SAME, own(s1=ONLY_A_NOTE), {}, {(1, "self"): 101}, [], {}),
        (SAME, own(s1=Answered()), {}, {(1, "self"): 101}, [], {}),
        (CHANGED, own(s1=2), {ASKED_AGAIN: 1}, {}, [(1, 101, ASKED_AGAIN)], {}),
        (CHANGED, own(s1="Not mine"), {ASKED_AGAIN: 1}, {}, [(1, 101, ASKED_AGAIN)], {}),
        (CHANGED, own(s1=NOTED), {ASKED_AGAIN: 1}, {}, [(1, 101, ASKED_AGAIN)], {101: ("As in May", (1,))}),
        (CHANGED, own(s1=ONLY_A_NOTE), {}, {}, [(1, 101, ASKED_AGAIN)], {101: ("As in May", (1,))}),
        (CHANGED, own(s1=Answered()), {}, {}, [], {}),
        (SPLIT, own(s1=NOTED), {PROPOSED: 1}, {}, [(1, 101, PROPOSED), (1, 102, PROPOSED)], {}),
        (SPLIT, own(s1=ONLY_A_NOTE), {}, {}, [(1, 101, ASKED_AGAIN), (1, 102, ASKED_AGAIN)], {
            101: ("As in May", (1,)), 102: ("As in May", (1,)),
        }),
        (MERGED, own(s1=1, s2=3), {PROPOSED: 2}, {}, [(1, 101, PROPOSED), (2, 101, PROPOSED)], {}),
        (MERGED, own(s1=1), {ASKED_AGAIN: 1}, {}, [(1, 101, ASKED_AGAIN)], {}),
        (MERGED, own(s1=NOTED, s2=ONLY_A_NOTE), {ASKED_AGAIN: 1}, {}, [
            (1, 101, ASKED_AGAIN), (2, 101, ASKED_AGAIN),
        ], {101: ("As in May", (1, 2))}),
        (REMOVED, own(s1=NOTED), {ARCHIVED: 1}, {}, [(1, None, ARCHIVED)], {}),
        (REMOVED, own(s1=ONLY_A_NOTE), {}, {}, [(1, None, ARCHIVED)], {}),
        # Ranks of another ladder mean something else, and the statement may not offer a rank any more.
        (OTHER_LEVELS, own(s1=2), {ASKED_AGAIN: 1}, {}, [(1, 101, ASKED_AGAIN)], {}),
        (FEWER_CHOICES, own(s1=2), {ASKED_AGAIN: 1}, {}, [(1, 101, ASKED_AGAIN)], {}),
        (FEWER_CHOICES, own(s1=3), {CARRIED: 1}, {(1, "self"): 101}, [], {}),
        (way(("split", [1], [101, 102]), choices=(0, 1)), own(s1=2), {ASKED_AGAIN: 1}, {}, [
            (1, 101, ASKED_AGAIN), (1, 102, ASKED_AGAIN),
        ], {}),
    ],
)  # fmt: skip
def test_what_becomes_of_an_answer(along, answers, counts, carried, beside, notes):
    made = plan(along, answers)
    assert made.counts == Counter(counts)
    assert made.carried == carried
    assert [(each.statement, each.about, each.outcome) for each in made.earlier] == beside
    assert made.notes == notes


@pytest.mark.parametrize(
    ("along", "answers", "carried"),
    [
        (SAME, {"self": 2, "line_manager": 3}, {"self", "line_manager"}),
        (SAME, {"self": 2, "line_manager": 3, "agreed": 2}, {"self", "line_manager", "agreed"}),
        (SAME, {"line_manager": 3}, {"line_manager"}),
        # What a line manager said was about the owner's answer: where that is asked again, theirs is too.
        (FEWER_CHOICES, {"self": 2, "line_manager": 3}, set()),
        (FEWER_CHOICES, {"self": 3, "line_manager": 2}, {"self"}),
        (CHANGED, {"self": 2, "line_manager": 3}, set()),
        (SPLIT, {"self": 2, "line_manager": 3}, set()),
    ],
)
def test_what_becomes_of_what_a_line_manager_said(along, answers, carried):
    made = plan(along, {(1, view): Answered(rank) for view, rank in answers.items()})
    assert {view for _, view in made.carried} == carried
    assert {each.view for each in made.earlier} == answers.keys() - carried
    assert {each.outcome for each in made.earlier if each.view != "self"} <= {ASKED_AGAIN}
    assert sum(made.counts.values()) == ("self" in answers)


@pytest.mark.parametrize(
    ("answers", "together"),
    [
        ([], None),
        ([2], Answered(2)),
        ([3, 1], Answered(1)),
        ([0, 3], Answered(0)),
        ([2, Answered()], None),
        ([2, ONLY_A_NOTE], None),
        (["Not mine", 3], Answered(3)),
        (["Not mine", "Nor this"], Answered(not_relevant=True, reason="Not mine\n\nNor this")),
        (["Not mine", "Not mine"], Answered(not_relevant=True, reason="Not mine")),
        (["x" * 300, "y" * 300], Answered(not_relevant=True, reason="x" * 300)),
        ([NOTED, Answered(1, note="And in June")], Answered(1, note="As in May\n\nAnd in June")),
        ([NOTED, Answered(1, note="x" * NOTE_LIMIT)], Answered(1)),
    ],
)
def test_what_is_proposed_of_several_answers(answers, together):
    assert combined(said(each) for each in answers) == together


def test_only_what_was_split_or_merged_is_proposed():
    answers = {1: Answered(2), 2: Answered(1)}
    assert [proposal(each, 101, answers) for each in (SAME, EDITED, CHANGED)] == [None] * 3
    assert [proposal(each, 101, answers) for each in (SPLIT, MERGED)] == [Answered(2), Answered(1)]
    assert proposals([(7, Answered(2)), (8, Answered(3)), (7, Answered(1)), (9, Answered())]) == {
        7: Answered(1),
        8: Answered(3),
    }


def test_the_limits_are_those_of_ratings():
    assert (NOTE_LIMIT, REASON_LIMIT) == (Rating.NOTE_LIMIT, Rating.REASON_LIMIT)
    assert joined(["", "a", "", "a", "b"], 10) == "a\n\nb"


PROPOSED_BEFORE = Earlier(50, "self", 1, PROPOSED)
ASKED_BEFORE = Earlier(50, "self", 1, ASKED_AGAIN)


@pytest.mark.parametrize(
    ("along", "answers", "before", "after"),
    [
        (SAME, own(), ASKED_BEFORE, [(101, ASKED_AGAIN)]),
        (SAME, own(), PROPOSED_BEFORE, [(101, PROPOSED)]),
        (SAME, own(s1=3), PROPOSED_BEFORE, [(101, PROPOSED)]),
        (SPLIT, own(), PROPOSED_BEFORE, [(101, PROPOSED), (102, PROPOSED)]),
        # Answered since: what was proposed then must not be mixed with it.
        (SPLIT, own(s1=3), PROPOSED_BEFORE, [(101, ASKED_AGAIN), (102, ASKED_AGAIN)]),
        (FEWER_CHOICES, own(s1=2), PROPOSED_BEFORE, [(101, ASKED_AGAIN)]),
        (FEWER_CHOICES, own(), PROPOSED_BEFORE, [(101, ASKED_AGAIN)]),
        (CHANGED, own(), PROPOSED_BEFORE, [(101, ASKED_AGAIN)]),
        (MERGED, own(), PROPOSED_BEFORE, [(101, ASKED_AGAIN)]),
        (REMOVED, own(), PROPOSED_BEFORE, [(None, ARCHIVED)]),
        (REMOVED, own(), ASKED_BEFORE, [(None, ARCHIVED)]),
    ],
)
def test_where_an_answer_of_a_carry_over_before_goes(along, answers, before, after):
    by_statement = {pk: answer for (pk, _), answer in answers.items()}
    places = moved_on(along, {7: (before, Answered(2))}, plan(along, answers), by_statement)
    assert {key: [(each.about, each.outcome) for each in found] for key, found in places.items()} == {7: after}


def test_an_archived_answer_stays_and_the_second_of_two_alike_has_no_place():
    earlier = {
        1: (Earlier(50, "self", None, ARCHIVED), Answered(2)),
        2: (Earlier(51, "self", 1, ASKED_AGAIN), Answered(2)),
        3: (Earlier(51, "self", 2, ASKED_AGAIN), Answered(2)),
    }
    places = moved_on(MERGED, earlier, plan(MERGED, {}), {})
    assert {key: [each.about for each in found] for key, found in places.items()} == {2: [101], 3: []}


@pytest.mark.parametrize(
    ("areas", "same_levels", "targets", "carried", "left"),
    [
        ({101: 1}, True, {1: (3, "I lead it")}, {101: (3, "I lead it")}, {}),
        ({101: 1}, True, {1: (None, "")}, {101: (None, "")}, {}),
        ({102: 1}, True, {1: (None, "Not mine")}, {102: (2, "")}, {1: (None, "Not mine")}),
        ({101: None}, True, {1: (3, "")}, {101: (2, "")}, {1: (3, "")}),
        ({101: 1, 102: 1}, True, {1: (3, "")}, {101: (3, ""), 102: (3, "")}, {}),
        ({101: 1}, True, {1: (3, ""), 2: (1, "")}, {101: (3, "")}, {2: (1, "")}),
        ({101: 1}, False, {1: (3, "Why")}, {101: (2, "")}, {1: (3, "Why")}),
        ({101: 1}, True, {}, {101: (2, "")}, {}),
    ],
)
def test_where_targets_go(areas, same_levels, targets, carried, left):
    paths = SimpleNamespace(areas=areas, same_levels=same_levels)
    assert carry_targets(paths, targets, dict.fromkeys(areas, 2), [101]) == (carried, left)


# Along any links whatever

OLDS, NEWS = range(1, 9), range(101, 110)


@st.composite
def links(draw):
    """Links of every kind, also those that no editor would make: several from and to the same statements."""
    olds, news = draw(st.permutations(OLDS)), draw(st.permutations(NEWS))
    found = []
    while olds and news:
        kind, most_olds, most_news = draw(
            st.sampled_from(
                [
                    ("same", 1, 1),
                    ("editorial", 1, 1),
                    ("changed", 1, 1),
                    ("split", 1, 3),
                    ("merged", 3, 1),
                    ("merged", 2, 2),
                ]
            )
        )
        taken, olds = olds[:most_olds], olds[most_olds:]
        made, news = news[:most_news], news[most_news:]
        if draw(st.integers(0, 4)):
            found.append((kind, taken, made))
    return found


@st.composite
def ways(draw):
    choices = draw(st.sampled_from([(0, 1, 2, 3), (0, 1, 3), (0, 2)]))
    made = way(*draw(links()), same_levels=draw(st.integers(0, 5)) > 0, choices=choices, olds=OLDS)
    for new in NEWS:
        made.paths.back.setdefault(new, Path("new", ()))
        made.choices.setdefault(new, choices)
    return made


answers_given = st.builds(
    lambda rank, reason, note: Answered(None if reason else rank, bool(reason), reason, note),
    st.sampled_from([None, 0, 1, 2, 3]),
    st.sampled_from(["", "", "Not mine"]),
    st.sampled_from(["", "As in May", "x" * 1500]),
)
rounds = st.dictionaries(
    st.tuples(st.sampled_from(OLDS), st.sampled_from(["self", "self", "line_manager", "agreed"])), answers_given
)


@given(ways(), rounds, st.randoms(use_true_random=False))
def test_nothing_is_lost_along_any_links(along, answers, random):
    made = plan(along, answers)
    given_by_owner = {pk for (pk, view), answer in answers.items() if view == "self" and answer.is_answer}
    assert made.fates.keys() == given_by_owner
    kept = {(each.statement, each.view) for each in made.earlier}
    for key, answer in answers.items():
        assert (key in made.carried) + (key in kept) == (key in made.carried or answer.is_answer or bool(answer.note))
    for (pk, view), new in made.carried.items():
        assert along.paths.back[new].kind in ("same", "editorial")
        assert answers[pk, view].rank in (None, *along.choices[new])
    assert len({(new, view) for (_, view), new in made.carried.items()}) == len(made.carried)
    places = [(each.statement, each.view, each.about) for each in made.earlier]
    assert len(places) == len(set(places))
    assert not made.notes.keys() & {new for (_, view), new in made.carried.items() if view == "self"}

    shuffled = list(answers.items())
    random.shuffle(shuffled)
    again = plan(along, dict(shuffled))
    assert (again.carried, set(again.earlier), again.fates) == (made.carried, set(made.earlier), made.fates)


@given(
    ways(), rounds, st.lists(st.tuples(st.integers(50, 54), st.sampled_from([None, *OLDS]), answers_given), max_size=8)
)
def test_nothing_that_was_kept_before_is_lost(along, answers, kept):
    earlier, seen = {}, set()
    for key, (statement, about, answer) in enumerate(kept):
        if (statement, about) not in seen:
            seen.add((statement, about))
            outcome = ARCHIVED if about is None else PROPOSED if answer.is_answer else ASKED_AGAIN
            earlier[key] = (Earlier(statement, "self", about, outcome), answer)
    own_answers = {pk: answer for (pk, view), answer in answers.items() if view == "self"}
    places = moved_on(along, earlier, plan(along, answers), own_answers)
    standing = [(each.statement, each.about) for each, _ in earlier.values() if each.about is None]
    standing += [(each.statement, each.about) for found in places.values() for each in found]
    assert len(standing) == len(set(standing))
    for each, _ in earlier.values():
        assert any(statement == each.statement for statement, _ in standing)
    for found in places.values():
        for each in found:
            assert (each.about is None) == (each.outcome == ARCHIVED)
