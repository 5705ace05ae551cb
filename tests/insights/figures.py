"""Releases made up for the tests of what draws them: figures of a population of groups of five, which therefore add up."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from insights.figures import NO_PROFILE, AreaFigures, Figures, VersionFigures
from insights.models import Figure, Release
from standards.tree import version_tree

BASE = 5
MADE_AT = datetime(2026, 11, 3, 2, 10, tzinfo=UTC)
BEFORE = datetime(2026, 10, 3, 2, 10, tzinfo=UTC)


def figures_of(version, groups, *, seed=1, **population) -> Figures:
    """Of so many groups of five people under one version."""
    return figures_of_many({version: groups}, seed=seed, **population)


def figures_of_many(groups, *, seed=1, stages=None, campaigns=None) -> Figures:
    """``groups`` by version; ``stages`` of people besides those, as ``Figures.stages``."""
    counted = BASE * sum(groups.values())
    agreed = counted // 10 * 5
    stages = {"not-started": 60, "started": 25} if stages is None else stages
    stages = {"shared": counted - agreed, "agreed": agreed} | stages
    return Figures(
        people=sum(stages.values()),
        stages=stages,
        campaigns={1: {"not-started": 40, "shared": 30}} if campaigns is None else campaigns,
        versions={version.pk: _version(version, number, Random(seed)) for version, number in groups.items()},
    )


def _version(version, groups, random):
    tree = version_tree(version)
    highest = len(tree.levels)
    profiles = [NO_PROFILE, *(each.pk for each in tree.role_profiles[:3])]
    roles, ready, missed = Counter(), Counter(), Counter()
    areas = {area.pk: (Counter(), Counter(), Counter()) for area in tree.areas}
    for _ in range(groups):
        role, lowest = random.choice(profiles), highest
        roles[role] += BASE
        for area in tree.areas:
            if area.chosen_by_role and random.random() < 0.2:
                continue
            need = random.randint(1, highest)
            level = min(max(need + random.choice((-2, -1, 0, 0, 1)), 0), highest)
            lowest = min(lowest, level)
            at, by_need, by_role = areas[area.pk]
            at[level, level >= need] += BASE
            by_need[need, level] += BASE
            by_role[role, level] += BASE
            if level < need:
                missed[random.choice(area.statements[:4]).pk] += BASE
        for rank in range(1, lowest + 1):
            ready[rank] += BASE
    return VersionFigures(
        counted=groups * BASE,
        roles=dict(roles),
        ready=tuple(ready[rank] for rank in range(1, highest + 1)),
        areas={pk: _area(highest, *found) for pk, found in areas.items()},
        missed=dict(missed),
    )


def _area(highest, at, by_need, by_role):
    ranks = range(highest + 1)
    return AreaFigures(
        levels=tuple(at[rank, True] + at[rank, False] for rank in ranks),
        at_target=sum(people for (_, is_at), people in at.items() if is_at),
        by_need={need: tuple(by_need[need, rank] for rank in ranks) for need in ranks[1:]},
        by_role={role: tuple(by_role[role, rank] for rank in ranks) for role in {key for key, _ in by_role}},
    )


def make_release(top, framework, figures, *, made_at=MADE_AT, base=BASE) -> Release:
    """A release of the tree under ``top``: ``figures`` by organisation, each with those of its parts."""
    release = Release.objects.create(organisation=top, framework=framework, made_at=made_at, base=base)
    for organisation, each in figures.items():
        parts = {part.pk: own.stages for part, own in figures.items() if part.parent_id == organisation.pk}
        numbers = replace(each, parts=parts).as_numbers()
        Figure.objects.create(release=release, organisation=organisation, numbers=numbers)
    return release
