"""A rounded population: groups ("blocks") of people who are alike, in the place of those there are. Standard library only.

What is published is counted in it, so all figures are multiples of ``base`` and add up in every direction; and as it is itself a
population that would give the same figures, nobody can tell from them that a count, or a change, is of one to four people. The
method, its proof and its sources: docs/decisions/disclosure-control.md.
"""

from collections import Counter, defaultdict

from ..counts import DONE, STAGES, Counts, VersionCounts
from .labelling import Labelling, placed
from .tree import Tree

ANYBODY = ""


def round_population(
    parents: dict[int, int | None], exact: dict[int, Counts], *, base: int, ranks: dict[int, int]
) -> dict[int, Counts]:
    """Each organisation's own people in the rounded population, as ``exact`` has its real ones; every number a multiple of base.

    Where organisations have a whole block of a kind, they have it still (no figure is a block or more below its exact count), and
    their people are as many whole blocks as before. Two wishes can contradict each other; then, rarely, a block is added.
    Raises ValueError where the exact counts contradict one another.
    """
    return _Population(parents, exact, base, ranks).counts()


class _Population:
    def __init__(self, parents, exact, base, ranks):
        self.tree = Tree.of(parents)
        self.exact = {self.tree.places[pk]: counts for pk, counts in exact.items()}
        self.base, self.ranks = base, ranks
        self.stages = self._stages()
        self.versions = self._versions()
        self.areas = {version: self._areas(version) for version in self._ordered_versions()}

    def _partition(self, supply, exact, groups_of, kinds_for, more=()):
        cells = sorted({*more, *(cell for counter in exact.values() for cell in counter)}, key=_order)
        return Labelling(
            self.tree, supply, exact, base=self.base, cells=cells, groups_of=groups_of, kinds_for=kinds_for
        )

    def _ordered_versions(self):
        return sorted({version for counts in self.exact.values() for version in counts.versions})

    # How far they have come

    def _stages(self):
        people = {place: counts.stages.total() for place, counts in self.exact.items()}
        supply = {place: Counter({ANYBODY: each}) for place, each in placed(self.tree, people, base=self.base).items()}
        exact = {place: counts.stages for place, counts in self.exact.items()}
        return self._partition(supply, exact, _groups_of_stage, lambda cell: (ANYBODY,), {(DONE[0], None, "")})

    # Under which version, with which role profile, ready for which rank

    def _versions(self):
        supply = {
            place: Counter({ANYBODY: sum(blocks for (_, (stage, *_)), blocks in cells.items() if stage in DONE)})
            for place, cells in self.stages.blocks().items()
        }
        exact = {place: self._by_version(counts) for place, counts in self.exact.items()}
        ready = {
            (version, role, rank)
            for counter in exact.values()
            for version, role, _ in counter
            for rank in range(self.ranks.get(version, 0) + 1)
        }
        versions = self._partition(supply, exact, self._groups_of_version, lambda cell: (ANYBODY,), ready)
        for place, _ in versions.added:
            self._join_stages(place)
        return versions

    def _by_version(self, counts):
        """Whoever is done and yet counted under no version, while the counts are being brought up to date, is of none."""
        found = Counter(
            {
                (version, *kind): people
                for version, each in counts.versions.items()
                for kind, people in each.ready.items()
            }
        )
        done = sum(people for (stage, *_), people in counts.stages.items() if stage in DONE)
        if done > found.total():
            found[None, 0, 0] = done - found.total()
        return found

    def _groups_of_version(self, cell):
        version, role, ready = cell
        ranks = range(1, self.ranks.get(version, 0) + 1)
        return (
            cell,
            ("role", version, role),
            *(("ready", version, rank) if ready >= rank else None for rank in ranks),
            *(("not ready", version, role, rank) if ready < rank else None for rank in ranks),
            *(("not ready", version, rank) if ready < rank else None for rank in ranks),
            ("version", version),
        )

    def _join_stages(self, place):
        self.stages.join(place, ANYBODY, [cell for cell in self.stages.cells if cell[0] in DONE])

    # At which level in each area

    def _areas(self, version):
        supply = defaultdict(Counter)
        for place, cells in self.versions.blocks().items():
            for (_, (of, role, ready)), blocks in cells.items():
                if of == version:
                    supply[place][role, ready] += blocks
        exact = defaultdict(lambda: defaultdict(Counter))
        for place, counts in self.exact.items():
            for (area, *cell), people in counts.versions.get(version, VersionCounts()).levels.items():
                exact[area][place][tuple(cell)] += people
        # A block may have to be added: only of a kind that there is.
        known = {tuple(kind) for of, *kind in self.versions.cells if of == version}

        def kinds_for(cell):
            return [kind for kind in _kinds_for(cell, self.ranks[version]) if kind in known]

        labelled = {}
        for area in sorted(exact):
            # While counts are being brought up to date, somebody's level may be in none of them.
            unknown = {(role, None, None) for kinds in supply.values() for role, _ in kinds}
            labels = self._partition(supply, exact[area], _groups_of_level, kinds_for, unknown)
            labelled[area] = labels.blocks()
            for place, kind in labels.added:
                self._join(version, place, kind, exact, {of: cells for of, cells in labelled.items() if of != area})
                supply[place][kind] += 1
        return labelled

    def _join(self, version, place, kind, exact, labelled):
        """Make a block that was added in one area a block in all that was labelled before."""
        self._join_stages(place)
        self.versions.join(place, ANYBODY, [(version, *kind)])
        for area, cells_at in labelled.items():
            known = {(kind[0], None, None), *(cell for counter in exact[area].values() for cell in counter)}
            cells = [cell for cell in known if kind in _kinds_for(cell, kind[1])]
            left = Counter(exact[area][place])
            for (_, cell), blocks in cells_at[place].items():
                left[cell] -= blocks * self.base
            cell = max(sorted(cells, key=_order), key=left.__getitem__)
            cells_at[place][kind, cell] += 1

    # What they miss, and all of it as counts

    def counts(self):
        """As ``round_population`` returns it."""
        missed = {version: self._missed(version) for version in self.areas}
        stages, versions = self.stages.blocks(), self.versions.blocks()
        return {
            pk: self._counts_at(place, stages[place], versions[place], missed) for pk, place in self.tree.places.items()
        }

    def _missed(self, version):
        """Statements missed, only by blocks that are below their target in the area, and at least one by each of them."""
        exact = defaultdict(lambda: defaultdict(dict))
        for place, counts in self.exact.items():
            for (area, statement), people in counts.versions.get(version, VersionCounts()).missed.items():
                exact[area][statement][place] = people
        missed = defaultdict(Counter)
        for area, cells_at in self.areas[version].items():
            below = {
                place: sum(blocks for (_, cell), blocks in cells.items() if _is_below(cell))
                for place, cells in cells_at.items()
            }
            for statement in sorted(exact[area]):
                blocks = placed(self.tree, exact[area][statement], base=self.base, room=below)
                for place, each in blocks.items():
                    missed[place][area, statement] = each
            self._miss_something(area, exact[area], below, missed)
        return missed

    def _miss_something(self, area, exact, below, missed):
        statements = sorted(exact)
        for place, blocks in below.items():
            while statements and sum(missed[place][area, each] for each in statements) < blocks:
                able = [each for each in statements if missed[place][area, each] < blocks]
                most = max(able, key=lambda each: exact[each].get(place, 0) - missed[place][area, each] * self.base)
                missed[place][area, most] += 1

    def _counts_at(self, place, stages, versions, missed):
        counts = Counts(self._people(stages))
        for version, areas in self.areas.items():
            ready = Counter()
            for (_, (of, *kind)), blocks in versions.items():
                if of == version:
                    ready[tuple(kind)] += blocks
            if not ready:
                continue
            levels = Counter()
            for area, cells_at in areas.items():
                for (_, cell), blocks in cells_at[place].items():
                    levels[area, *cell] += blocks * self.base
            counts.versions[version] = VersionCounts(
                _times(
                    _ready_in_fact(ready, [cells_at[place] for cells_at in areas.values()], self.ranks[version]),
                    self.base,
                ),
                levels,
                _times(missed[version][place], self.base),
            )
        return counts

    def _people(self, cells):
        people = Counter()
        for (_, cell), blocks in cells.items():
            people[cell] += blocks * self.base
        return people


def _times(blocks, base):
    return Counter({key: each * base for key, each in blocks.items() if each})


def _order(cell):
    """Sorts cells that hold None, low levels first."""
    return tuple((value is None, str(value) if isinstance(value, str) else value or 0) for value in cell)


def _groups_of_stage(cell):
    stage, campaign, reached = cell
    far, near = STAGES.index(stage), STAGES.index(reached) if reached else 0
    return (
        cell,
        (campaign, reached),
        ("stage", stage),
        *(
            ("invited", campaign, least) if campaign is not None and near >= least else None
            for least in range(len(STAGES))
        ),
        "invited" if campaign is not None else None,
        *(("as far as", least) if far >= least else None for least in range(1, len(STAGES))),
    )


def _groups_of_level(cell):
    role, level, target = cell
    in_role = level is not None
    return (
        cell,
        ("role and level", role, level),
        ("need and level", target, level) if in_role else None,
        ("level", level),
        ("below" if _is_below(cell) else "at target") if in_role else None,
        ("role", role) if in_role else None,
        ("need", target) if in_role else None,
        ("need met", target) if in_role and level >= target else None,
        "in role" if in_role else None,
    )


def _kinds_for(cell, ranks):
    """Whoever is ready for a rank holds it, or a higher one, in every area of their role. The readiest are taken first."""
    role, level, _ = cell
    return [(role, ready) for ready in range(ranks if level is None else level, -1, -1)]


def _is_below(cell):
    _, level, target = cell
    return level is not None and level < target


def _ready_in_fact(ready, areas, ranks):
    """Who was to be ready for one rank and, in the end, holds a higher one in all areas is ready for that.

    A block ready for no more than a rank needs an area at that rank: within each kind, blocks are given different areas' lowest
    levels, and those that none is left for move up.
    """
    moved = Counter()
    for role in {role for role, _ in ready}:
        levels = [Counter() for _ in areas]
        for rank in range(ranks + 1):
            for at, cells in zip(levels, areas, strict=True):
                for (kind, (_, level, _)), blocks in cells.items():
                    if kind == (role, rank):
                        at[level] += blocks
            blocks = ready[role, rank] + moved[role, rank]
            if rank < ranks:
                held = sum(min(blocks, at[rank]) for at in levels)
                if rank == 0:  # with nothing in their role, there is nothing that they are ready for
                    held += min((at[None] for at in levels), default=blocks)
                up = max(0, blocks - held)
                moved[role, rank + 1] += up
                moved[role, rank] -= up
    return Counter({kind: ready[kind] + moved[kind] for kind in ready | moved})
