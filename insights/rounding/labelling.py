"""Giving blocks of people their attributes so that every published count stays close to the exact one, and never a whole block
below it. Plain values; standard library only.

Nodes are taken from the bottom of the tree upwards. At each, for each published count of it in turn (``groups_of``, the finest
first), blocks without an attribute are given one of the group until less than a block is missing. Which one is chosen so that the
squares of all errors, of every group and every node around, become smallest: the one with the greatest sum of what is missing.
What has no attribute yet at the top is given one in the same way. Nothing is left to chance, and ties are broken by order.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

from .tree import Tree

Blocks = dict[int, Counter]


class Labelling:
    """One partition of all blocks: by stage, or by role profile and readiness, or by level in one area.

    supply       place -> Counter of kind -> blocks: what there is to be given a cell
    exact        place -> Counter of cell -> people
    cells        every cell that may be given, in the order by which ties are broken
    groups_of    cell -> the groups that it counts in, the finest first; each is a published count
    kinds_for    cell -> kinds of blocks that it may be given to, those to be taken first at the beginning

    ``cells_at`` afterwards has place -> Counter of (kind, cell) -> blocks, and ``added`` the (place, kind) of blocks that had to
    be added because no block was left for a group: published counts cross each other, and now and then not all can be kept.
    """

    def __init__(
        self,
        tree: Tree,
        supply: Blocks,
        exact: dict[int, Counter],
        *,
        base: int,
        cells: Sequence[Hashable],
        groups_of: Callable[[Hashable], Iterable[Hashable]],
        kinds_for: Callable[[Hashable], Sequence[Hashable]],
    ):
        self.tree, self.base = tree, base
        self.cells = list(cells)
        self.kinds = [tuple(kinds_for(cell)) for cell in self.cells]
        self.groups = self._numbered([tuple(groups_of(cell)) for cell in self.cells])
        self.cells_at = defaultdict(Counter)
        self.added = []
        self.wild = [dict(supply.get(node, ())) for node in range(len(tree.parent))]
        self.missing = [{} for _ in tree.parent]
        self._count(exact)
        self._label()

    def _numbered(self, groups):
        """Groups as numbers in the order in which they are looked at: all of the finest, then all of the next."""
        depth = max(map(len, groups), default=0)
        found = dict.fromkeys(each[level] for level in range(depth) for each in groups if level < len(each))
        number = {group: index for index, group in enumerate(group for group in found if group is not None)}
        self.members = [[] for _ in number]
        numbered = [tuple(number[group] for group in each if group is not None) for each in groups]
        for cell, each in enumerate(numbered):
            for group in each:
                self.members[group].append(cell)
        return numbered

    def _count(self, exact):
        number = {cell: index for index, cell in enumerate(self.cells)}
        for place, counter in exact.items():
            missing = self.missing[place]
            for cell, people in counter.items():
                for group in self.groups[number[cell]]:
                    missing[group] = missing.get(group, 0) + people

    def _label(self):
        every_cell = range(len(self.cells))
        for node, parent in enumerate(self.tree.parent):
            missing = self.missing[node]
            for group in sorted(group for group, people in missing.items() if people >= self.base):
                while missing[group] >= self.base:
                    self._take(node, self._best(node, self.members[group])) or self._add(node, self.members[group])
            if parent is None:
                while any(self.wild[node].values()):
                    if not self._take(node, self._best(node, every_cell)):
                        raise ValueError("counts contradict one another: there is nothing that these people could be")
            else:
                _add_to(self.missing[parent], missing)
                _add_to(self.wild[parent], self.wild[node])

    def _best(self, node, cells):
        """Of the cells that some block here could be given, the one by which all errors shrink most; None where there is none."""
        wild = self.wild[node]
        possible = [cell for cell in cells if any(wild.get(kind) for kind in self.kinds[cell])]
        if len(possible) < 2:
            return possible[0] if possible else None
        around = [self.missing[each] for each in self.tree.upwards(node)]
        return max(possible, key=lambda cell: self._sum(around, cell))

    def _sum(self, around, cell):
        groups = self.groups[cell]
        return sum(missing.get(group, 0) for missing in around for group in groups)

    def _take(self, node, cell):
        """Give the cell to a block below this node; returns whether there was one."""
        if cell is None:
            return False
        place = node
        while self.tree.below[place]:
            able = [
                each for each in self.tree.below[place] if any(self.wild[each].get(kind) for kind in self.kinds[cell])
            ]
            place = max(able, key=lambda each: self._sum((self.missing[each],), cell))
        kind = next(kind for kind in self.kinds[cell] if self.wild[place].get(kind))
        self._give(place, kind, cell, until=node)
        for each in self._between(place, node):
            self.wild[each][kind] -= 1
        return True

    def _add(self, node, cells):
        """Add a block where most is missing, and give it a cell."""
        around = [self.missing[each] for each in self.tree.upwards(node)]
        cell = max(cells, key=lambda cell: self._sum(around, cell))
        place = node
        while self.tree.below[place]:
            place = max(self.tree.below[place], key=lambda each: self._sum((self.missing[each],), cell))
        kind = self.kinds[cell][-1]
        self._give(place, kind, cell, until=node)
        self.added.append((place, kind))

    def join(self, place: int, kind: Hashable, cells: Iterable[Hashable]) -> Hashable:
        """Take in a block that was added elsewhere, after the whole was labelled, as one of these cells; returns which."""
        number = {cell: index for index, cell in enumerate(self.cells)}
        around = [self.missing[each] for each in self.tree.upwards(place)]
        cell = max((number[cell] for cell in cells), key=lambda cell: self._sum(around, cell))
        self._give(place, kind, cell, until=None)
        return self.cells[cell]

    def _give(self, place, kind, cell, until):
        self.cells_at[place][kind, self.cells[cell]] += 1
        for each in self._between(place, until):
            missing = self.missing[each]
            for group in self.groups[cell]:
                missing[group] = missing.get(group, 0) - self.base

    def _between(self, place, top):
        for each in self.tree.upwards(place):
            yield each
            if each == top:
                return


def _add_to(total, counts):
    for key, count in counts.items():
        total[key] = total.get(key, 0) + count


def placed(tree: Tree, people: dict[int, int], *, base: int, room: dict[int, int] | None = None) -> dict[int, int]:
    """Blocks by place, as many at and below each node as whole blocks are in its people.

    ``people`` and ``room``, how many blocks a place takes at most, are by place. A block goes to where most people are left.
    """
    left = [people.get(node, 0) for node in range(len(tree.parent))]
    free = [room.get(node, 0) if room is not None else None for node in range(len(tree.parent))]
    blocks = Counter()
    for node, parent in enumerate(tree.parent):
        while left[node] >= base:
            place = node
            while tree.below[place]:
                able = [each for each in tree.below[place] if free[each] is None or free[each] > 0]
                place = max(able, key=left.__getitem__)
            blocks[place] += 1
            for each in tree.upwards(place):
                left[each] -= base
                if room is not None:
                    free[each] -= 1
                if each == node:
                    break
        if parent is not None:
            left[parent] += left[node]
            if room is not None:
                free[parent] += free[node]
    return blocks
