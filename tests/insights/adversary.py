"""Somebody who reads every figure of a release and works out what they can about a few people.

They know the tree, the standards and how the figures are made: what each published number says at least and at most of the count
behind it (``Method``). They write down what must be true of any people whatever (levels add up to the people counted, who is
ready for a rank holds it in each area, who is below the target misses a statement, ...), as rows over the unknown numbers of the
people of each kind directly in each organisation, and look for counts that must be from 1 to below the base: by subtraction, until
nothing moves any more, and by linear programming.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import ceil, floor, inf

import numpy
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from insights.counts import DONE, STAGES
from insights.figures import Figures

NOBODY = Figures(0, dict.fromkeys(STAGES, 0))
EXACT_ENOUGH = 1e-6

# The (least, most) people that there can be where a figure of this family is published.
Method = Callable[[str, int], tuple[float, float]]


@dataclass(frozen=True)
class Standards:
    """What everybody can look up: (version, area, number) of each statement; role profiles, ranks and campaigns."""

    statements: tuple[tuple[int, int, int], ...]
    roles: tuple[int, ...]
    ranks: dict[int, int]
    campaigns: tuple[int, ...]

    def areas(self, version):
        return sorted({area for of, area, _ in self.statements if of == version})


def counts_of(standards: Standards, figures: Figures) -> Iterator[tuple[tuple, int]]:
    """((family, ...), number) of everything that a release publishes of an organisation; what is not listed is 0."""
    yield ("people",), figures.people
    for stage in STAGES:
        yield ("stage", stage), figures.stages[stage]
        for campaign in standards.campaigns:
            yield ("campaign", campaign, stage), figures.campaigns.get(campaign, {}).get(stage, 0)
    for version, ranks in standards.ranks.items():
        yield from _counts_of_version(standards, version, ranks, figures.versions.get(version))


def _counts_of_version(standards, version, ranks, figures):
    yield ("counted", version), figures.counted if figures else 0
    for role in standards.roles:
        yield ("role", version, role), figures.roles.get(role, 0) if figures else 0
    for rank in range(1, ranks + 1):
        yield ("ready", version, rank), figures.ready[rank - 1] if figures else 0
    for of, area, statement in standards.statements:
        if of == version:
            yield ("missed", version, area, statement), figures.missed.get(statement, 0) if figures else 0
    for area in standards.areas(version):
        here = figures.areas.get(area) if figures else None
        yield ("at target", version, area), here.at_target if here else 0
        none = (0,) * (ranks + 1)
        for level in range(ranks + 1):
            yield ("level", version, area, level), here.levels[level] if here else 0
            for need in range(1, ranks + 1):
                yield ("need", version, area, need, level), here.by_need.get(need, none)[level] if here else 0
            for role in standards.roles:
                yield ("by role", version, area, role, level), here.by_role.get(role, none)[level] if here else 0


@dataclass
class Adversary:
    """What is known of one release: ``parents`` of organisations, ``figures`` by organisation, ``method`` and ``base``."""

    standards: Standards
    parents: dict[int, int | None]
    figures: dict[int, Figures]
    method: Method
    base: int
    number: dict[tuple, int] = field(default_factory=dict)
    rows: list[tuple[dict[int, int], float, float]] = field(default_factory=list)
    asked: dict[tuple, dict[int, int]] = field(default_factory=dict)
    said: dict[tuple, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self):
        for organisation in self.parents:
            self._know_of_anybody(organisation)
        for organisation, people in self._within().items():
            published = dict(counts_of(self.standards, self.figures.get(organisation, NOBODY)))
            for name in (*published, *self._implied()):
                row = self._sum([self._part(each, name) for each in people])
                self.asked[organisation, *name] = row
                if name in published:
                    self.said[organisation, *name] = self.method(name[0], published[name])
                    self.rows.append((row, *self.said[organisation, *name]))
                if len(people) > 1:
                    self.asked["own people of", organisation, *name] = self._part(organisation, name)

    def _within(self):
        within = defaultdict(list)
        for organisation in self.parents:
            above = organisation
            while above is not None:
                within[above].append(organisation)
                above = self.parents[above]
        return within

    def _implied(self):
        """Counts that no page has, and that follow from those it has."""
        for version in self.standards.ranks:
            for area in self.standards.areas(version):
                for name in ("not in role", "below target", "in role"):
                    yield name, version, area

    # The unknown numbers: people of one kind directly in one organisation

    def _unknown(self, *kind):
        return self.number.setdefault(kind, len(self.number))

    @staticmethod
    def _sum(rows):
        total = defaultdict(int)
        for row in rows:
            for unknown, times in row.items():
                total[unknown] += times
        return dict(total)

    def _people(self, *kinds, times=1):
        return {self._unknown(*kind): times for kind in kinds}

    def _stages(self, at, stages):
        return self._people(*((at, "stage", stage) for stage in stages))

    def _reached(self, at, campaign, stages):
        return self._people(*((at, "reached", campaign, stage) for stage in stages))

    def _ready(self, at, version, roles, ranks):
        return self._people(*((at, "ready", version, role, rank) for role in roles for rank in ranks))

    def _cells(self, at, version, area, *, roles=None, levels=None, needs=None, keep=lambda level, need: True):
        most = self.standards.ranks[version]
        return self._people(
            *(
                (at, "cell", version, area, role, level, need)
                for role in (roles or self.standards.roles)
                for level in (range(most + 1) if levels is None else levels)
                for need in ((None,) if level is None else needs or range(1, most + 1))
                if keep(level, need)
            )
        )

    def _part(self, at, name):
        """The count of this name, of the people directly in one organisation."""
        family, *key = name
        if family == "people":
            return self._stages(at, STAGES)
        if family == "stage":
            return self._stages(at, key)
        if family == "campaign":
            return self._reached(at, key[0], key[1:])
        version, *key = key
        ranks = self.standards.ranks[version]
        if family == "counted":
            return self._ready(at, version, self.standards.roles, range(ranks + 1))
        if family == "role":
            return self._ready(at, version, key, range(ranks + 1))
        if family == "ready":
            return self._ready(at, version, self.standards.roles, range(key[0], ranks + 1))
        if family == "missed":
            return self._people((at, "missed", version, *key))
        area, *key = key
        options = {
            "level": lambda level: {"levels": [level]},
            "need": lambda need, level: {"needs": [need], "levels": [level]},
            "by role": lambda role, level: {"roles": [role], "levels": [level]},
            "at target": lambda: {"keep": lambda level, need: level >= need},
            "below target": lambda: {"keep": lambda level, need: level < need},
            "in role": dict,
            "not in role": lambda: {"levels": [None]},
        }[family](*key)
        return self._cells(at, version, area, **options)

    # What is true of any people

    def _know(self, *parts, least=0.0, most=0.0):
        """That a sum is from ``least`` to ``most``; parts are (times, row)."""
        row = self._sum([{each: times * sign for each, times in part.items()} for sign, part in parts])
        self.rows.append(({unknown: times for unknown, times in row.items() if times}, least, most))

    def _know_of_anybody(self, at):
        everybody = self._stages(at, STAGES)
        invited = self._sum([self._reached(at, campaign, STAGES) for campaign in self.standards.campaigns])
        self._know((1, everybody), (-1, invited), most=inf)
        for first in range(1, len(STAGES)):
            further = STAGES[first:]
            reached = self._sum([self._reached(at, campaign, further) for campaign in self.standards.campaigns])
            self._know((1, self._stages(at, further)), (-1, reached), most=inf)
        counted = [
            self._ready(at, version, self.standards.roles, range(ranks + 1))
            for version, ranks in self.standards.ranks.items()
        ]
        self._know((1, self._stages(at, DONE)), *((-1, each) for each in counted))
        for version, ranks in self.standards.ranks.items():
            for role in self.standards.roles:
                self._know_of_role(at, version, role, ranks)
            for area in self.standards.areas(version):
                self._know_of_missed(at, version, area)

    def _know_of_role(self, at, version, role, ranks):
        areas = self.standards.areas(version)
        people = self._ready(at, version, [role], range(ranks + 1))
        for area in areas:
            held = self._cells(at, version, area, roles=[role], levels=(None, *range(ranks + 1)))
            self._know((1, people), (-1, held))
        for rank in range(1, ranks + 1):
            ready = self._ready(at, version, [role], range(rank, ranks + 1))
            lower = [self._cells(at, version, area, roles=[role], levels=range(rank)) for area in areas]
            for area, each in zip(areas, lower, strict=True):
                self._know((1, people), (-1, ready), (-1, each), most=inf)
                nothing = self._cells(at, version, area, roles=[role], levels=[None])
                self._know((1, ready), (1, self._sum(lower)), (1, nothing), (-1, people), most=inf)

    def _know_of_missed(self, at, version, area):
        below = self._part(at, ("below target", version, area))
        missed = [
            self._people((at, "missed", *each)) for each in self.standards.statements if each[:2] == (version, area)
        ]
        for each in missed:
            self._know((1, below), (-1, each), most=inf)
        self._know((1, self._sum(missed)), (-1, below), most=inf)

    # What follows

    def by_subtraction(self) -> dict[tuple, tuple[int, int]]:
        """(least, most) of every count asked for: each whole and each part by what the others leave for it, until nothing moves."""
        everybody = max(most for _, _, most in self.rows if most < inf)
        number = {name: index for index, name in enumerate(self.asked)}
        bounds = [[0, everybody] for _ in number]
        rows = [({number[name]: 1}, least, most) for name, (least, most) in self.said.items()]
        rows += [
            ({number[whole]: -1} | {number[part]: 1 for part in parts}, 0, 0)
            for whole, parts in self._wholes()
            if whole in number
        ]
        moved = True
        while moved:
            moved = sum(_narrow(bounds, *row) for row in rows) > 0
        return {name: tuple(bounds[index]) for name, index in number.items()}

    def _wholes(self):
        """(whole, parts) by the names of the counts: what adds up to what."""
        parts_of = defaultdict(list)
        for organisation, above in self.parents.items():
            parts_of[above].append(organisation)
        names = {name[1:] for name in self.asked if name[0] in self.parents}
        for organisation in self.parents:
            if organisation in parts_of:
                for name in names:
                    parts = [(part, *name) for part in parts_of[organisation]]
                    yield (organisation, *name), [*parts, ("own people of", organisation, *name)]
                yield from self._wholes_at("own people of", organisation)
            yield from self._wholes_at(organisation)

    def _wholes_at(self, *at):
        yield (*at, "people"), [(*at, "stage", stage) for stage in STAGES]
        for version, ranks in self.standards.ranks.items():
            roles, levels, needs = self.standards.roles, range(ranks + 1), range(1, ranks + 1)
            yield (*at, "counted", version), [(*at, "role", version, role) for role in roles]
            for area in self.standards.areas(version):
                in_role = (*at, "in role", version, area)
                yield (*at, "counted", version), [in_role, (*at, "not in role", version, area)]
                yield in_role, [(*at, family, version, area) for family in ("at target", "below target")]
                yield in_role, [(*at, "level", version, area, level) for level in levels]
                for level in levels:
                    whole = (*at, "level", version, area, level)
                    yield whole, [(*at, "need", version, area, need, level) for need in needs]
                    yield whole, [(*at, "by role", version, area, role, level) for role in roles]
                # Who is at or below the level needed, by needed level.
                met = [(need, level) for need in needs for level in levels if level >= need]
                yield (*at, "at target", version, area), [(*at, "need", version, area, *each) for each in met]

    def by_programming(self) -> dict[tuple, tuple[int, int]]:
        """(least, most) of each count asked for that must be from 1 to below the base."""
        return pinned(self.rows, len(self.number), self.asked, self.base)


def changes_pinned(earlier: Adversary, later: Adversary) -> dict[tuple, tuple[int, int]]:
    """(least, most) of each change between two releases that must be of 1 to below the base, whichever way."""
    first = len(earlier.number)
    rows = [*earlier.rows, *((_shifted(row, first), least, most) for row, least, most in later.rows)]
    asked = {
        name: {unknown: -times for unknown, times in earlier.asked[name].items()} | _shifted(later.asked[name], first)
        for name in earlier.asked.keys() & later.asked.keys()
    }
    return pinned(rows, first + len(later.number), dict(sorted(asked.items(), key=str)), later.base)


def pinned(rows, unknowns: int, asked: dict[tuple, dict[int, int]], base: int) -> dict[tuple, tuple[int, int]]:
    """The sums that are between 0 and the base in all that the rows leave possible, by linear programming.

    Each solution also shows of all other sums what they can be: one that is 0, or the base or more, is not pinned.
    """
    solver = _Solver(rows, unknowns)
    waiting, found = dict(asked), {}
    while waiting:
        name, row = next(iter(waiting.items()))
        least, some = solver.least(row, 1)
        most, others = solver.least(row, -1)
        waiting = {
            each: row
            for each, row in waiting.items()
            if each != name and _is_small(row, some, base) and _is_small(row, others, base)
        }
        least, most = ceil(least - EXACT_ENOUGH), floor(most + EXACT_ENOUGH)
        if (least >= 1 and most < base) or (most <= -1 and least > -base):
            found[name] = least, most
    return found


def _is_small(row, solution, base):
    value = sum(times * solution[unknown] for unknown, times in row.items())
    return EXACT_ENOUGH < abs(value) < base - EXACT_ENOUGH


def _shifted(row, by):
    return {unknown + by: times for unknown, times in row.items()}


def _span(bounds, row):
    least = sum(times * bounds[unknown][times < 0] for unknown, times in row.items())
    most = sum(times * bounds[unknown][times > 0] for unknown, times in row.items())
    return least, most


def _narrow(bounds, row, least, most):
    """Bound each unknown of a row by what the others leave for it; returns whether any bound moved."""
    low, high = _span(bounds, row)
    moved = False
    for unknown, times in row.items():
        least_here, most_here = bounds[unknown]
        ends = times * least_here, times * most_here
        ends = least - high + max(ends), most - low + min(ends)
        if times < 0:
            ends = ends[::-1]
        new = [least_here, most_here]
        if abs(ends[0]) < inf:
            new[0] = max(least_here, ceil(ends[0] / times - EXACT_ENOUGH))
        if abs(ends[1]) < inf:
            new[1] = min(most_here, floor(ends[1] / times + EXACT_ENOUGH))
        if new != bounds[unknown]:
            bounds[unknown] = new
            low, high = _span(bounds, row)
            moved = True
    return moved


class _Solver:
    def __init__(self, rows, unknowns):
        self.unknowns = unknowns
        signed = []
        for row, least, most in rows:
            if most < inf:
                signed.append((row, 1, most))
            if least > -inf:
                signed.append((row, -1, -least))
        data, across, down = [], [], []
        for index, (row, sign, _) in enumerate(signed):
            for unknown, times in row.items():
                data.append(sign * times)
                across.append(unknown)
                down.append(index)
        self.matrix = csr_matrix((data, (down, across)), shape=(len(signed), unknowns))
        self.limits = numpy.array([limit for _, _, limit in signed])

    def least(self, row, sign):
        """(value, solution): the least that a sum can be, with sign -1 the most."""
        goal = numpy.zeros(self.unknowns)
        for unknown, times in row.items():
            goal[unknown] = sign * times
        result = linprog(goal, A_ub=self.matrix, b_ub=self.limits, bounds=(0, None), method="highs")
        assert result.status == 0, f"the figures contradict one another: {result.message}"
        return sign * result.fun, result.x
