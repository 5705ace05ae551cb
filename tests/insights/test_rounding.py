"""Rounded figures: what holds for every population and tree, whatever they are, and a population that would give the same.

Each property is a list of what contradicts it, and is seen to find something where each count is rounded by itself.
"""

from collections import Counter
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.counts import DONE, STAGES, Counts, VersionCounts
from insights.figures import Figures, shown
from insights.rounding import rounded
from insights.rounding.adding_up import add_up
from insights.rounding.population import round_population
from tests.conftest import HEAVY
from tests.insights.made_up_population import EARLIER, RANKS_OF, VERSION, Shape, each_number, make_population

MOST = 1000 if HEAVY else 12
populations = st.integers(0, MOST)
BASES = (5, 7, 10)


@cache
def made(seed):
    """(parents, exact counts, base) of a small population, each of another shape."""
    random = Random(seed)
    shape = Shape(
        teams=random.randint(1, 8),
        span=random.randint(2, 4),
        people=random.randint(0, 20),
        roles=random.randint(1, 4),
        areas=random.randint(0, 3),
        statements=random.randint(1, 4),
        earlier=random.choice((0, 0.1, 0.5)),
    )
    return *make_population(shape, seed), BASES[seed % len(BASES)]


@cache
def figures_of(seed):
    parents, exact, base = made(seed)
    return rounded(parents, exact, base=base, ranks=RANKS_OF)


@cache
def exact_figures_of(seed):
    parents, exact, _ = made(seed)
    return add_up(parents, exact, ranks=RANKS_OF)


def numbers_in(value):
    if isinstance(value, int):
        yield value
    else:
        for each in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(each)


def named(figures):
    """Every number of one organisation by a name; what is not listed is 0."""
    named = Counter({"people": figures.people, **{("stage", stage): each for stage, each in figures.stages.items()}})
    for campaign, stages in figures.campaigns.items():
        named.update({("campaign", campaign, stage): each for stage, each in stages.items()})
        named["campaign", campaign] = sum(stages.values())
    for pk, version in figures.versions.items():
        named["counted", pk] = version.counted
        named.update({("role", pk, role): each for role, each in version.roles.items()})
        named.update({("ready", pk, rank): each for rank, each in enumerate(version.ready, 1)})
        named.update({("missed", pk, statement): each for statement, each in version.missed.items()})
        for area, each in version.areas.items():
            named.update(named_in_area(pk, area, each, version.counted))
    return named


def named_in_area(version, area, figures, counted):
    at = version, area
    levels = {("level", *at, level): each for level, each in enumerate(figures.levels)}
    in_role = sum(figures.levels)
    shares = {"at target": figures.at_target, "below": in_role - figures.at_target, "not in role": counted - in_role}
    by_need = {
        ("need", *at, need, level): each for need, row in figures.by_need.items() for level, each in enumerate(row)
    }
    met = {("need met", *at, need): sum(row[need:]) for need, row in figures.by_need.items()}
    needs = {("need", *at, need): sum(row) for need, row in figures.by_need.items()}
    by_role = {
        ("by role", *at, role, level): each for role, row in figures.by_role.items() for level, each in enumerate(row)
    }
    roles = {("by role", *at, role): sum(row) for role, row in figures.by_role.items()}
    shares = {(name, *at): each for name, each in {**shares, "in role": in_role}.items()}
    return levels | shares | by_need | needs | met | by_role | roles


# What holds of the figures of every organisation


def not_whole_blocks(figures, base):
    return [pk for pk, each in figures.items() if any(number % base for number in numbers_in(each.as_numbers()))]


def not_adding_up(parents, figures):
    for pk, each in figures.items():
        if sum(each.stages.values()) != each.people or tuple(each.stages) != STAGES:
            yield pk, "stages"
        if sum(each.stages[stage] for stage in DONE) != sum(version.counted for version in each.versions.values()):
            yield pk, "versions"
        if sum(sum(stages.values()) for stages in each.campaigns.values()) > each.people:
            yield pk, "campaigns"
        for version, of in each.versions.items():
            if sum(of.roles.values()) != of.counted:
                yield pk, version, "roles"
            if list(of.ready) != sorted(of.ready, reverse=True) or max(of.ready) > of.counted:
                yield pk, version, "ready"
            yield from (
                (pk, version, area, what) for area, in_area in of.areas.items() for what in wrong_in(in_area, of)
            )
    yield from more_below_than_above(parents, figures)


def wrong_in(area, version):
    if sum(area.levels) > version.counted:
        yield "in role"
    for rows in (area.by_need, area.by_role):
        if rows and tuple(map(sum, zip(*rows.values(), strict=True))) != area.levels:
            yield "rows"
    if area.at_target != sum(sum(row[need:]) for need, row in area.by_need.items()):
        yield "at target"
    if any(sum(row) > version.roles[role] for role, row in area.by_role.items()):
        yield "by role"
    if any(ready > version.counted - sum(area.levels[:rank]) for rank, ready in enumerate(version.ready, 1)):
        yield "ready"


def more_below_than_above(parents, figures):
    below = {}
    for pk, parent in parents.items():
        if parent is not None:
            below.setdefault(parent, Counter()).update(named(figures[pk]))
    for pk, parts in below.items():
        whole = named(figures[pk])
        yield from ((pk, name, "parts") for name, number in parts.items() if number > whole[name])


def whole_blocks_lost(exact, figures, base):
    """Figures that say "fewer than" the base, or less than there are by a block, where that is not so."""
    for pk in exact:
        published = named(figures[pk])
        yield from ((pk, name) for name, number in named(exact[pk]).items() if published[name] <= number - base)


@given(populations)
def test_every_figure_is_a_multiple_of_the_base(seed):
    assert not_whole_blocks(figures_of(seed), made(seed)[2]) == []


@given(populations)
def test_figures_add_up_in_every_direction(seed):
    assert list(not_adding_up(made(seed)[0], figures_of(seed))) == []


@given(populations)
def test_no_figure_is_a_block_or_more_below_its_exact_count(seed):
    assert list(whole_blocks_lost(exact_figures_of(seed), figures_of(seed), made(seed)[2])) == []


@given(populations)
def test_nobody_is_made_up_where_nobody_is(seed):
    exact, figures = exact_figures_of(seed), figures_of(seed)
    assert {pk for pk in figures if figures[pk].people and not exact[pk].people} == set()


def test_a_count_by_itself_keeps_none_of_it():
    """Counts that are each rounded down do not add up; to the nearest, they do not either, and some gain half a block."""
    parents, counts = make_population(Shape(teams=4, span=2, areas=2), 1)
    exact = add_up(parents, counts, ranks=RANKS_OF)
    down = {
        pk: Figures.of(each_number(each.as_numbers(), lambda number: number // 5 * 5)) for pk, each in exact.items()
    }
    assert not_whole_blocks(exact, 5) == [pk for pk, each in exact.items() if each.people]
    assert {what for *_, what in not_adding_up(parents, down)} >= {"stages", "versions", "rows", "at target"}
    fewer = {
        pk: Figures.of(each_number(each.as_numbers(), lambda number: number // 5 * 5 - 5)) for pk, each in exact.items()
    }
    assert next(whole_blocks_lost(exact, fewer, 5))


# The rounded population itself


def populated(counts):
    """Counts without what is zero, to be compared."""
    return {
        pk: (+each.stages, {version: (+of.ready, +of.levels, +of.missed) for version, of in each.versions.items()})
        for pk, each in counts.items()
    }


def impossible_people(counts):
    """Counts of an organisation's own people that no people could have."""
    for pk, each in counts.items():
        for version, of in each.versions.items():
            below = Counter()
            by_role = {}
            for (area, role, level, target), people in of.levels.items():
                by_role.setdefault(role, {}).setdefault(area, Counter())[level] += people
                below[area] += people if level is not None and level < target else 0
            missed = Counter()
            for (area, _), people in of.missed.items():
                missed[area] += people
                if people > below[area]:
                    yield pk, version, "missed by more than are below the target"
            if any(missed[area] < people for area, people in below.items()):
                yield pk, version, "below the target without anything missed"
            for role, areas in by_role.items():
                yield from ((pk, version, what) for what in impossible_readiness(of.ready, role, areas.values()))


def impossible_readiness(ready, role, areas):
    everybody = sum(people for (of, _), people in ready.items() if of == role)
    if any(area.total() != everybody for area in areas):
        yield "an area of more or fewer than there are"
    nothing = min(area[None] for area in areas)
    for rank in range(1, RANKS_OF[VERSION] + 1):
        are = sum(people for (of, highest), people in ready.items() if of == role and highest >= rank)
        lower = [sum(people for level, people in area.items() if level is not None and level < rank) for area in areas]
        if are > everybody - max(lower):
            yield "ready below the rank"
        if are < everybody - sum(lower) - nothing:
            yield "at the rank in all areas and not ready"


@given(populations)
def test_the_rounded_population_is_one_that_there_could_be(seed):
    parents, exact, base = made(seed)
    assert list(impossible_people(exact)) == []
    assert list(impossible_people(round_population(parents, exact, base=base, ranks=RANKS_OF))) == []


def test_impossible_people_are_found():
    ready = VersionCounts(Counter({(0, 2): 5}), Counter({(1, 0, 1, 2): 5}), Counter({(1, 100): 10}))
    unready = VersionCounts(Counter({(0, 0): 5}), Counter({(1, 0, 2, 3): 5}), Counter())
    found = list(impossible_people({7: Counts(Counter(), {VERSION: ready}), 8: Counts(Counter(), {EARLIER: unready})}))
    assert found == [
        (7, VERSION, "missed by more than are below the target"),
        (7, VERSION, "ready below the rank"),
        (8, EARLIER, "below the target without anything missed"),
        *2 * [(8, EARLIER, "at the rank in all areas and not ready")],
    ]


@given(populations)
def test_the_rounded_population_gives_the_same_figures(seed):
    """So nobody who knows the figures, and this program, can tell it from the real one; and in it no count is small."""
    parents, exact, base = made(seed)
    population = round_population(parents, exact, base=base, ranks=RANKS_OF)
    assert populated(round_population(parents, population, base=base, ranks=RANKS_OF)) == populated(population)
    assert rounded(parents, population, base=base, ranks=RANKS_OF) == figures_of(seed)


@given(populations)
def test_the_same_counts_in_another_order_give_the_same_figures(seed):
    parents, exact, base = made(seed)
    backwards = {
        pk: Counts(
            turned(counts.stages),
            {
                version: VersionCounts(turned(of.ready), turned(of.levels), turned(of.missed))
                for version, of in reversed(counts.versions.items())
            },
        )
        for pk, counts in reversed(exact.items())
    }
    again = rounded(dict(reversed(parents.items())), backwards, base=base, ranks=RANKS_OF)
    assert again == figures_of(seed)


def turned(counter):
    return Counter(dict(reversed(counter.items())))


def of_stages(*people):
    """A department of teams with so many people in them, of whom each is at another stage; nobody in the department itself."""
    exact = {
        number: Counts(Counter({(STAGES[each % 2], None, ""): (count + 1 - each) // 2 for each in range(2)}))
        for number, count in enumerate(people, 1)
    }
    return {0: None, **dict.fromkeys(exact, 0)}, {0: Counts(), **exact}


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.sampled_from(BASES))
def test_people_are_as_many_whole_blocks_as_there_are_and_nowhere_a_block_off(people, base):
    parents, exact = of_stages(*people)
    figures = rounded(parents, exact, base=base, ranks={})
    assert figures[0].people == sum(people) // base * base
    assert [pk for pk, number in enumerate(people, 1) if abs(figures[pk].people - number) >= base] == []


@settings(max_examples=200 if HEAVY else 5)
@given(populations)
def test_hardly_a_block_is_added(seed):
    """Wishes that cross can contradict each other; then a figure is a little higher than the whole blocks that there are."""
    parents, _, base = made(seed)
    top = next(pk for pk, parent in parents.items() if parent is None)
    added = figures_of(seed)[top].people - exact_figures_of(seed)[top].people // base * base
    assert 0 <= added <= base * (1 + exact_figures_of(seed)[top].people // 40)


# What there may be beside what one hopes for


def test_no_organisation_and_no_people():
    assert rounded({}, {}, ranks={}) == {}
    assert rounded({1: None}, {}, ranks={}) == {1: Figures(0, dict.fromkeys(STAGES, 0))}


def test_organisations_in_a_circle_are_refused():
    with pytest.raises(ValueError, match="circle"):
        rounded({1: 2, 2: 1}, {}, ranks={})


def test_several_tops_are_rounded_each_by_itself():
    parents, exact = {1: None, 2: None}, {pk: Counts(Counter({("started", None, ""): 4})) for pk in (1, 2)}
    assert [each.people for each in rounded(parents, exact, ranks={}).values()] == [0, 0]


def test_whoever_is_done_and_counted_under_no_version_yet_is_of_none():
    """The rollup is brought up to date organisation by organisation."""
    exact = {1: Counts(Counter({("agreed", None, ""): 12}), {VERSION: VersionCounts(Counter({(3, 1): 6}))})}
    figures = rounded({1: None}, exact, ranks=RANKS_OF)[1]
    assert (figures.people, figures.stages["agreed"], figures.versions[VERSION].counted) == (10, 10, 5)


def test_more_counted_than_are_done_break_nothing():
    exact = {1: Counts(Counter(), {VERSION: VersionCounts(Counter({(3, 1): 6}), Counter({(9, 3, 1, 2): 6}))})}
    figures = rounded({1: None}, exact, ranks=RANKS_OF)[1]
    assert (figures.people, figures.stages["shared"], figures.versions[VERSION].areas[9].levels) == (5, 5, (0, 5, 0, 0))


@given(populations)
def test_counts_that_contradict_one_another_break_nothing(seed):
    """As they may for a moment, while somebody's new level is in some of them: all else adds up even then."""
    parents, exact, base = made(seed)
    random = Random(seed)
    torn = {
        pk: Counts(
            partly(counts.stages, random),
            {
                version: VersionCounts(*(partly(each, random) for each in (of.ready, of.levels, of.missed)))
                for version, of in counts.versions.items()
            },
        )
        for pk, counts in exact.items()
    }
    figures = rounded(parents, torn, base=base, ranks=RANKS_OF)
    assert not_whole_blocks(figures, base) == []
    assert [each for each in not_adding_up(parents, figures) if each[-1] not in ("ready", "versions")] == []


def partly(counter, random):
    return Counter({key: people + random.choice((-people, 0, 0, 0, 4)) for key, people in counter.items()})


def test_whoever_has_nothing_in_their_role_is_ready_for_nothing():
    exact = {1: Counts(Counter({("agreed", None, ""): 5}), {VERSION: VersionCounts(Counter({(3, 0): 5}))})}
    exact[1].versions[VERSION].levels[9, 3, None, None] = 5
    assert rounded({1: None}, exact, ranks=RANKS_OF)[1].versions[VERSION].ready == (0, 0, 0)


def test_a_figure_is_written_with_the_base_in_mind():
    assert [shown(number, 7) for number in (0, 7, 1400)] == ["fewer than 7", "7", "1,400"]
