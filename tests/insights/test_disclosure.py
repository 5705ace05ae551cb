"""No count of a few people, and no change by a few, can be worked out from the figures that an analyst reaches.

The adversary (``adversary.py``) is first seen to find such counts where each count is rounded by itself, as is often done. Against
rounded populations it is told more than anybody can know: by how much the figures of each family exceed their exact counts at most.
"""

from collections import Counter, defaultdict
from functools import cache
from itertools import combinations
from random import Random

import pytest

from insights.counts import STAGES, Counts
from insights.figures import Figures
from insights.rounding import rounded
from insights.rounding.adding_up import add_up
from tests.conftest import HEAVY
from tests.insights.adversary import Adversary, Standards, changes_pinned, counts_of
from tests.insights.made_up_population import (
    CAMPAIGN,
    RANKS_OF,
    VERSION,
    Shape,
    count_people,
    each_number,
    make_people,
    make_person,
    make_tree,
)

BASE = 5
FIRST = range(2)
SEEDS = range(200) if HEAVY else FIRST
SEEDS_OF_RELEASES = range(60 if HEAVY else 1)
LEAST_CHANGED = 10


SMALL = Shape(teams=2, span=2, people=11, roles=2, areas=1, statements=2, earlier=0, own=1)


def shape_of(seed):
    """Another shape for each seed; a small one while there is little time, and for the first ones."""
    random = Random(seed)
    if seed in FIRST:
        return SMALL
    return Shape(
        teams=random.randint(1, 4),
        span=random.randint(2, 3),
        people=random.randint(3, 20),
        roles=random.randint(1, 3),
        areas=random.randint(1, 2),
        statements=random.randint(1, 3),
        earlier=random.choice((0, 0.2)),
        own=random.choice((0.3, 1)),
    )


def standards_of(shape):
    versions = RANKS_OF if shape.earlier else {VERSION: RANKS_OF[VERSION]}
    statements = tuple(
        (version, area, area * 100 + number)
        for version in versions
        for area in range(shape.areas)
        for number in range(shape.statements)
    )
    return Standards(statements, tuple(range(shape.roles)), versions, (CAMPAIGN,))


@cache
def releases_of(seed, releases):
    """(shape, parents, exact counts of each): at least ten people change from one to the next."""
    shape, random = shape_of(seed), Random(seed)
    parents = make_tree(shape)
    people = make_people(shape, parents, random)
    exact = [count_people(parents, people)]
    while len(exact) < releases:
        for number in random.sample(range(len(people)), k=min(len(people), LEAST_CHANGED)):
            people[number] = make_person(shape, random.choice(list(parents)), random)
        joined = random.choices([None, *parents], k=LEAST_CHANGED + random.randint(0, 5))
        people = people[random.randint(0, 5) :] + [make_person(shape, at, random) for at in joined if at]
        exact.append(count_people(parents, people))
    return shape, parents, exact


def told(standards, exact, figures, base=BASE):
    """What a published number says where populations are rounded, with the greatest excess of each family given away."""
    excess = Counter()
    for pk, real in exact.items():
        for (name, people), (_, number) in zip(
            counts_of(standards, real), counts_of(standards, figures[pk]), strict=True
        ):
            excess[name[0]] = max(excess[name[0]], number - people)
    return lambda family, number: (max(0, number - excess[family]), number + base - 1)


def against_rounded(shape, parents, counts):
    figures = rounded(parents, counts, base=BASE, ranks=RANKS_OF)
    exact = add_up(parents, counts, ranks=RANKS_OF)
    standards = standards_of(shape)
    return Adversary(standards, parents, figures, told(standards, exact, figures), BASE)


def by_itself(number):
    """A count rounded to the nearest 5, 0 to 4 not told apart."""
    return 0 if number < BASE else (number + BASE // 2) // BASE * BASE


def nearest(family, number):
    return {0: (0, 4), 5: (5, 7)}.get(number, (number - 2, number + 2))


def against_counts_by_themselves(shape, parents, counts):
    exact = add_up(parents, counts, ranks=RANKS_OF)
    figures = {pk: Figures.of(each_number(each.as_numbers(), by_itself)) for pk, each in exact.items()}
    return Adversary(standards_of(shape), parents, figures, nearest, BASE)


def small(spans):
    return {name: span for name, span in spans.items() if span[0] >= 1 and span[1] < BASE}


def true_counts(adversary, counts):
    """What the adversary's unknown numbers really are."""
    known = defaultdict(int)
    for at, each in counts.items():
        for (stage, campaign, reached), people in each.stages.items():
            known[at, "stage", stage] += people
            known[at, "reached", campaign, reached] += people
        for version, of in each.versions.items():
            for key, people in of.ready.items():
                known[at, "ready", version, *key] += people
            for (area, role, level, need), people in of.levels.items():
                known[at, "cell", version, area, role, level, need if level is not None else None] += people
            for key, people in of.missed.items():
                known[at, "missed", version, *key] += people
    numbers = {index: known[name] for name, index in adversary.number.items()}
    return numbers, lambda row: sum(times * numbers[unknown] for unknown, times in row.items())


# The adversary can do it


def test_whole_and_part_rounded_by_themselves_tell_of_a_few():
    """10 here and 10 in the only team: at most 4 in no team. At Foundation 10 in all, 5 in the team: 1 to 7 in no team."""
    shape = Shape(roles=1, areas=0)
    parents = {1: None, 2: 1}
    counts = {
        1: Counts(Counter({("started", None, ""): 3})),
        2: Counts(Counter({("started", None, ""): 6, ("not-started", None, ""): 2})),
    }
    found = against_counts_by_themselves(shape, parents, counts).by_subtraction()
    assert found["own people of", 1, "stage", "started"] == (1, 4)


@pytest.mark.parametrize("seed", FIRST if HEAVY else FIRST[1:])
def test_counts_rounded_by_themselves_are_worked_out(seed):
    shape, parents, (counts,) = releases_of(seed, 1)
    adversary = against_counts_by_themselves(shape, parents, counts)
    by_subtraction, by_programming = small(adversary.by_subtraction()), adversary.by_programming()
    assert by_programming
    assert by_subtraction.keys() <= by_programming.keys()
    _, true_count = true_counts(adversary, counts)
    for name, (least, most) in [*by_subtraction.items(), *by_programming.items()]:
        assert least <= true_count(adversary.asked[name]) <= most


def test_changes_between_counts_rounded_by_themselves_are_worked_out():
    shape, parents, releases = releases_of(0, 2)
    earlier, later = (against_counts_by_themselves(shape, parents, counts) for counts in releases)
    found = changes_pinned(earlier, later)
    assert found
    for name, (least, most) in found.items():
        before, now = (
            true_counts(each, counts)[1](each.asked[name])
            for each, counts in zip((earlier, later), releases, strict=True)
        )
        assert least <= now - before <= most


# Rounded populations tell nothing


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_adversary_knows_of_people_is_so(seed):
    shape, parents, (counts,) = releases_of(seed, 1)
    adversary = against_rounded(shape, parents, counts)
    _, true_count = true_counts(adversary, counts)
    assert [row for row in adversary.rows if not row[1] <= true_count(row[0]) <= row[2]] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_no_count_of_a_few_people_can_be_worked_out(seed):
    shape, parents, (counts,) = releases_of(seed, 1)
    adversary = against_rounded(shape, parents, counts)
    assert small(adversary.by_subtraction()) == {}
    assert adversary.by_programming() == {}


@pytest.mark.parametrize("seed", SEEDS_OF_RELEASES)
def test_no_change_by_a_few_people_can_be_worked_out_from_three_releases(seed):
    shape, parents, releases = releases_of(seed, 3)
    adversaries = [against_rounded(shape, parents, counts) for counts in releases]
    assert [changes_pinned(earlier, later) for earlier, later in combinations(adversaries, 2)] == [{}, {}, {}]


def test_a_tree_with_nobody_in_it_tells_nothing():
    figures = rounded({1: None}, {}, ranks={})
    adversary = Adversary(
        Standards((), (0,), {}, ()), {1: None}, figures, lambda family, number: (number, number + 4), BASE
    )
    assert adversary.by_subtraction() == {(1, "people"): (0, 4), **{(1, "stage", stage): (0, 4) for stage in STAGES}}
    assert adversary.by_programming() == {}
