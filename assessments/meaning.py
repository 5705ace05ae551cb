"""What two versions have in common for somebody who answered under both: statements that keep their meaning, and their areas.

An answer to a statement that keeps its meaning is an answer to the one that it became, as the links between the versions say.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from standards.links import VersionPaths, version_paths
from standards.models import StatementLink, Version


@dataclass(frozen=True, slots=True)
class Kept:
    """By primary key in the newer version, the key in the older one.

    statements   those that keep their meaning; none where the levels have other names, because an answer is a level
    areas        those that mostly come from one of the older version, which stands once
    """

    statements: Mapping[int, int]
    areas: Mapping[int, int]


def kept(newer: Version, older: Version) -> Kept | None:
    """What ``newer`` keeps of ``older``; None where they are one version, which keeps everything.

    Makes no query for versions that are frozen and were asked for before.
    """
    return None if newer.pk == older.pk else _kept_along(version_paths(older, newer))


def _kept_along(paths: VersionPaths):
    areas = {}
    for new, old in paths.areas.items():
        if old is not None and old not in areas.values():
            areas[new] = old
    statements = {
        new: path.olds[0]
        for new, path in paths.back.items()
        if path.kind in StatementLink.KEEPS_MEANING and paths.same_levels
    }
    return Kept(statements, areas)
