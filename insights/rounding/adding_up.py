"""Counts of each organisation's own people in, figures of it and all below it out. Plain values; standard library only."""

from collections import Counter, defaultdict

from ..counts import STAGES, Counts, VersionCounts
from ..figures import AreaFigures, Figures, VersionFigures
from .tree import downwards


def add_up(parents: dict[int, int | None], counts: dict[int, Counts], *, ranks: dict[int, int]) -> dict[int, Figures]:
    """Figures by organisation's pk. What nobody is counted in is not listed: no role profile, version, statement or campaign."""
    totals = {}
    for pk in downwards(parents)[::-1]:
        total = totals.setdefault(pk, Counts())
        _add(total, counts.get(pk, Counts()))
        if parents[pk] in parents:
            _add(totals.setdefault(parents[pk], Counts()), total)
    figures = {pk: _figures(totals[pk], ranks) for pk in parents}
    for pk, parent in parents.items():
        if parent in figures:
            figures[parent].parts[pk] = figures[pk].stages
    return figures


def _add(total, more):
    total.stages.update(more.stages)
    for version, counts in more.versions.items():
        sums = total.versions.setdefault(version, VersionCounts())
        sums.ready.update(counts.ready)
        sums.levels.update(counts.levels)
        sums.missed.update(counts.missed)


def _figures(total, ranks):
    stages, campaigns = Counter(), defaultdict(Counter)
    for (stage, campaign, reached), people in total.stages.items():
        stages[stage] += people
        if campaign is not None and people:
            campaigns[campaign][reached] += people
    return Figures(
        stages.total(),
        {stage: stages[stage] for stage in STAGES},
        {pk: {stage: reached[stage] for stage in STAGES} for pk, reached in sorted(campaigns.items())},
        {pk: _version(each, ranks[pk]) for pk, each in sorted(total.versions.items()) if each.ready.total()},
    )


def _version(counts, ranks):
    roles, reached, by_area, missed = Counter(), Counter(), defaultdict(list), Counter()
    for (role, rank), people in counts.ready.items():
        roles[role] += people
        reached[rank] += people
    for (area, *cell), people in counts.levels.items():
        by_area[area].append((*cell, people))
    for (_, statement), people in counts.missed.items():
        missed[statement] += people
    return VersionFigures(
        reached.total(),
        {pk: people for pk, people in sorted(roles.items()) if people},
        tuple(sum(reached[more] for more in range(rank, ranks + 1)) for rank in range(1, ranks + 1)),
        {pk: _area(cells, ranks) for pk, cells in sorted(by_area.items())},
        {pk: people for pk, people in sorted(missed.items()) if people},
    )


def _area(cells, ranks):
    levels, by_need, by_role = [0] * (ranks + 1), {rank: [0] * (ranks + 1) for rank in range(1, ranks + 1)}, {}
    at_target = 0
    for role, level, target, people in cells:
        if level is None or not people:
            continue
        levels[level] += people
        by_need.setdefault(target, [0] * (ranks + 1))[level] += people
        by_role.setdefault(role, [0] * (ranks + 1))[level] += people
        at_target += people if level >= target else 0
    return AreaFigures(tuple(levels), at_target, _tuples(by_need), _tuples(by_role))


def _tuples(rows):
    return {key: tuple(levels) for key, levels in sorted(rows.items())}
