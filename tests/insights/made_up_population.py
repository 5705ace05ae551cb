"""Made-up people in a made-up tree, as exact counts: what disclosure control is tried on. The same seed, the same people."""

from collections import Counter
from dataclasses import dataclass
from random import Random

from insights.counts import Counts, VersionCounts

RANKS = 3
VERSION, EARLIER = 20, 10
RANKS_OF = {VERSION: RANKS, EARLIER: RANKS}
CAMPAIGN = 900


@dataclass(frozen=True)
class Shape:
    """How a population is made: a tree of organisations, and people of so many kinds.

    teams       organisations that people are in; ``span`` lie within each one above, up to one at the top
    people      how many people there are in a team, about
    """

    teams: int = 12
    span: int = 4
    people: int = 20
    roles: int = 3
    areas: int = 8
    statements: int = 3
    earlier: float = 0.1
    own: float = 0.2


@dataclass
class Person:
    organisation: int
    stage: str
    campaign: int | None
    reached: str
    version: int | None = None
    role: int = 0
    areas: tuple = ()


def make_tree(shape):
    """Parents by organisation: teams first, then what they lie within."""
    parents, layer, number = {}, list(range(1, shape.teams + 1)), shape.teams
    while len(layer) > 1:
        above = []
        for start in range(0, len(layer), shape.span):
            number += 1
            above.append(number)
            parents.update(dict.fromkeys(layer[start : start + shape.span], number))
        layer = above
    return parents | {layer[0]: None}


def make_people(shape, parents, random):
    teams = set(range(1, shape.teams + 1))
    people = []
    for organisation in parents:
        if organisation in teams or random.random() < shape.own:
            most = shape.people * 2 if organisation in teams else 9
            people += [make_person(shape, organisation, random) for _ in range(random.randint(0, most))]
    return people


def make_person(shape, organisation, random):
    stage = random.choices(("not-started", "started", "shared", "agreed"), (3, 2, 3, 3))[0]
    campaign = CAMPAIGN if random.random() < 0.6 else None
    stages = ("not-started", "started", "shared", "agreed")
    reached = random.choice(stages[: stages.index(stage) + 1]) if campaign else ""
    if stage not in ("shared", "agreed"):
        return Person(organisation, stage, campaign, reached)
    role = random.randint(0, shape.roles - 1)
    version = EARLIER if random.random() < shape.earlier else VERSION
    skill = random.choices((0, 1, 2, 3), (2, 4, 3, 1))[0]
    areas = tuple(make_area(shape, role, skill, area, random) for area in range(shape.areas))
    return Person(organisation, stage, campaign, reached, version, role, areas)


def make_area(shape, role, skill, area, random):
    """(level, target, numbers of the statements missed), or (None, None, ()) where the area is not in the role."""
    if random.random() < 0.05 or (role == 2 and area == 1):
        return None, None, ()
    target = 1 + (role + area) % RANKS if random.random() < 0.8 else random.randint(1, RANKS)
    ranks = [min(RANKS, max(0, skill + random.choices((-1, 0, 1), (2, 6, 2))[0])) for _ in range(shape.statements)]
    return min(ranks), target, tuple(number for number, rank in enumerate(ranks) if rank < target)


def count_people(parents, people):
    """Exact counts of each organisation's own people."""
    exact = {organisation: Counts() for organisation in parents}
    for person in people:
        counts = exact[person.organisation]
        counts.stages[person.stage, person.campaign, person.reached] += 1
        if person.version is None:
            continue
        version = counts.versions.setdefault(person.version, VersionCounts())
        levels = [level for level, _, _ in person.areas if level is not None]
        version.ready[person.role, min(levels, default=0)] += 1
        for area, (level, target, missed) in enumerate(person.areas):
            version.levels[area, person.role, level, target] += 1
            version.missed.update(Counter((area, area * 100 + number) for number in missed))
    return exact


def make_population(shape, seed):
    """(parents, exact counts)"""
    parents = make_tree(shape)
    return parents, count_people(parents, make_people(shape, parents, Random(seed)))


def each_number(value, change):
    """What JSON may hold, with every number in it changed."""
    if isinstance(value, dict):
        return {key: each_number(each, change) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [each_number(each, change) for each in value]
    return change(value)
