"""Exact counts of the people directly in one organisation: what is rounded for a release. Plain values; standard library only."""

from collections import Counter
from dataclasses import dataclass, field

# As models.rollup.Stage names them, in the order in which people come to them; whoever is done is counted under a version.
STAGES = ("not-started", "started", "shared", "agreed")
DONE = ("shared", "agreed")


@dataclass(frozen=True, slots=True)
class VersionCounts:
    """The people with a shared or agreed round under one version, the latest under its framework.

    ready     Counter of (role profile's pk or 0, highest rank for which they are ready): a partition of these people
    levels    Counter of (area's pk, role profile's pk or 0, level or None, target or None): for each area a partition of them;
              None is an area that is not in the role
    missed    Counter of (area's pk, statement's pk): people below their target in it
    """

    ready: Counter = field(default_factory=Counter)
    levels: Counter = field(default_factory=Counter)
    missed: Counter = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Counts:
    """One organisation's own people, none of those below it, under one framework.

    stages      Counter of (stage, campaign's pk or None, stage reached since it opened or ""): a partition of everybody who is
                placed there
    versions    by version's pk; who is counted there is in the stage shared or agreed
    """

    stages: Counter = field(default_factory=Counter)
    versions: dict[int, VersionCounts] = field(default_factory=dict)
