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

# How many changes to blocks that have a cell already may follow one another, and how many are tried at each, before one is added.
CHANGES, WIDTH, LOOKED_AT = 3, 8, 400


class Labelling:
    """One partition of all blocks: by stage, or by role profile and readiness, or by level in one area.

    supply       place -> Counter of kind -> blocks: what there is to be given a cell
    exact        place -> Counter of cell -> people
    cells        every cell that may be given, in the order by which ties are broken
    groups_of    cell -> the groups that it counts in, the finest first; each is a published count
    kinds_for    cell -> kinds of blocks that it may be given to, those to be taken first at the beginning

    ``added`` afterwards has the (place, kind) of blocks that had to be added because no block was left for a group: published
    counts cross each other, and now and then not all can be kept.
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
        self.labels, self.added, self.given, self.lost = defaultdict(Counter), [], [], {}
        self.wild = [dict(supply.get(node, ())) for node in range(len(tree.parent))]
        self.missing = [{} for _ in tree.parent]
        self._count(exact)
        self._label()

    def blocks(self) -> Blocks:
        """Place -> Counter of (kind, cell) -> blocks."""
        blocks = defaultdict(Counter)
        for place, labels in self.labels.items():
            blocks[place].update({(kind, self.cells[cell]): each for (kind, cell), each in labels.items() if each})
        return blocks

    def _numbered(self, groups):
        """Groups as numbers in the order in which they are looked at: all of the finest, then all of the next."""
        depth = max(map(len, groups), default=0)
        found = dict.fromkeys(each[level] for level in range(depth) for each in groups if level < len(each))
        number = {group: index for index, group in enumerate(group for group in found if group is not None)}
        self.members = [[] for _ in number]
        self.finest = len(groups)
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
        for node, parent in enumerate(self.tree.parent):
            self.top = node
            missing = self.missing[node]
            # The finest groups are published nowhere: they only make places keep what is whole blocks already.
            first = self.finest if self.tree.below[node] else 0
            for group in sorted(group for group, people in missing.items() if group >= first and people >= self.base):
                while missing[group] >= self.base:
                    self.given = []
                    if not self._mend(node, group, CHANGES):
                        self._add(node, self.members[group])
            if parent is None:
                while any(self.wild[node].values()):
                    if not self._take(node, range(len(self.cells))):
                        raise ValueError("counts contradict one another: there is nothing that these people could be")
            else:
                _add_to(self.missing[parent], missing)
                _add_to(self.wild[parent], self.wild[node])

    def _sum(self, nodes, cell):
        """What is missing of a cell: the more it is, the smaller the squares of all errors become by one block of it."""
        groups, missing = self.groups[cell], 0
        for node in nodes:
            get = self.missing[node].get
            for group in groups:
                missing += get(group, 0)
        return 2 * missing - len(nodes) * len(groups) * self.base

    def _mend(self, node, group, changes):
        """Give a cell of the group to one more block within the node, and leave no other group short by that.

        A block without a cell is taken if there is one. Otherwise another cell's, and what then falls short is mended in the same
        way, in at most so many steps. Returns whether that could be done; if not, all is as before.
        """
        if self._take(node, self.members[group]):
            return True
        if not changes:
            return False
        enough = self.missing[node][group] - self.base
        for _, place, kind, old, new in self._changes(node, group):
            given, self.given = self.given, []
            self._give(place, kind, old, -1)
            self._give(place, kind, new)
            broken = self._broken(place, old, new)
            for each, lost in broken:
                if self.missing[each][lost] >= self.base and not self._mend(each, lost, changes - 1):
                    break
            kept = all(self.missing[each][lost] < self.base for each, lost in broken)
            if kept and self.missing[node][group] <= enough:
                self.given = given + self.given
                return True
            self._undo()
            self.given = given
        return False

    def _changes(self, node, group):
        """Blocks that could have another cell instead, those first that break least: the first only, where one breaks nothing."""
        found = []
        for place in self._places(node):
            path = list(self._path(place))
            for (kind, old), blocks in self.labels[place].items():
                if not blocks or group in self.groups[old]:
                    continue
                for new in self.members[group]:
                    if kind in self.kinds[new]:
                        found.append((self._breaks(path, old, new), place, kind, old, new))
                        if not found[-1][0]:
                            return found[-1:]
            if len(found) > LOOKED_AT:
                break
        return sorted(found, key=lambda each: each[0])[:WIDTH]

    def _lost(self, old, new):
        lost = self.lost.get((old, new))
        if lost is None:
            kept = self.groups[new]
            lost = [group for group in self.groups[old] if group >= self.finest and group not in kept]
            self.lost[old, new] = lost
        return lost

    def _breaks(self, path, old, new):
        """How many groups a change from one cell to another would leave short of a block."""
        lost, base, breaks = self._lost(old, new), self.base, 0
        for node in path:
            get = self.missing[node].get
            for group in lost:
                if 0 <= get(group, 0) < base:
                    breaks += 1
        return breaks

    def _broken(self, place, old, new):
        """The same, once it has been made: (node, group) of each."""
        lost, least = self._lost(old, new), self.base
        return [
            (node, group)
            for node in self._path(place)
            for group in lost
            if least <= self.missing[node][group] < 2 * least
        ]

    def _take(self, node, cells):
        """Give one of the cells to a block within the node that has none; returns whether there was one."""
        wild = self.wild[node]
        possible = [cell for cell in cells if any(wild.get(kind) for kind in self.kinds[cell])]
        if not possible:
            return False
        around = list(self.tree.upwards(node))
        cell = max(possible, key=lambda cell: (self._mends(node, cell), self._sum(around, cell)))
        place = node
        while self.tree.below[place]:
            able = [
                each for each in self.tree.below[place] if any(self.wild[each].get(kind) for kind in self.kinds[cell])
            ]
            place = max(able, key=lambda each: self._sum((each,), cell))
        kind = next(kind for kind in self.kinds[cell] if self.wild[place].get(kind))
        self._give(place, kind, cell, from_wild=True)
        return True

    def _mends(self, node, cell):
        missing = self.missing[node]
        return sum(missing.get(group, 0) >= self.base for group in self.groups[cell])

    def _add(self, node, cells):
        """Add a block where most is missing, and give it one of the cells."""
        around = list(self.tree.upwards(node))
        cell = max(cells, key=lambda cell: (self._mends(node, cell), self._sum(around, cell)))
        place = node
        while self.tree.below[place]:
            place = max(self.tree.below[place], key=lambda each: self._sum((each,), cell))
        kind = self.kinds[cell][-1]
        self._give(place, kind, cell)
        self.added.append((place, kind))

    def join(self, place: int, kind: Hashable, cells: Iterable[Hashable]):
        """Take in a block that was added elsewhere, after the whole was labelled, as one of these cells."""
        number = {cell: index for index, cell in enumerate(self.cells)}
        around = list(self.tree.upwards(place))
        self._give(place, kind, max((number[cell] for cell in cells), key=lambda cell: self._sum(around, cell)))

    def _give(self, place, kind, cell, blocks=1, from_wild=False):
        self.given.append((place, kind, cell, blocks, from_wild))
        self.labels[place][kind, cell] += blocks
        for node in self._path(place):
            missing = self.missing[node]
            for group in self.groups[cell]:
                missing[group] = missing.get(group, 0) - self.base * blocks
            if from_wild:
                self.wild[node][kind] -= blocks

    def _undo(self):
        for place, kind, cell, blocks, from_wild in self.given[::-1]:
            self._give(place, kind, cell, -blocks, from_wild)

    def _path(self, place):
        """From a place up to the node that is looked at: what lies above has not been counted yet."""
        for node in self.tree.upwards(place):
            yield node
            if node == self.top:
                return

    def _places(self, node):
        if not self.tree.below[node]:
            yield node
        for each in self.tree.below[node]:
            yield from self._places(each)


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
        while left[node] >= base and free[node] != 0:
            place = node
            while tree.below[place]:
                able = [each for each in tree.below[place] if free[each] != 0]
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
