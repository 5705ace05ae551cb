"""A tree of organisations with a place for the people who are directly in each. Plain values; standard library only."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tree:
    """Nodes are numbers, those below before those above, so that counting up is adding up.

    A place, where people are, is a node without nodes below: an organisation without parts, or else one beside its parts.

    places    organisation's pk -> node of the people directly in it
    parent    by node; None at the top
    below     by node: the nodes right below it
    """

    places: dict[int, int] = field(default_factory=dict)
    parent: list[int | None] = field(default_factory=list)
    below: list[list[int]] = field(default_factory=list)

    @classmethod
    def of(cls, parents: dict[int, int | None]) -> "Tree":
        """Raises ValueError where organisations lie within one another in a circle."""
        tree = cls()
        parts = {}
        for pk in sorted(parents):
            parts.setdefault(parents[pk], []).append(pk)
        node_of = {}
        for pk in downwards(parents)[::-1]:
            below = [node_of[part] for part in parts.get(pk, ())]
            place = tree._add([])
            node_of[pk] = tree._add([place, *below]) if below else place
            tree.places[pk] = place
        return tree

    def _add(self, below):
        node = len(self.parent)
        self.parent.append(None)
        self.below.append(below)
        for each in below:
            self.parent[each] = node
        return node

    def upwards(self, node: int | None) -> Iterator[int]:
        """The node and all that it lies within."""
        while node is not None:
            yield node
            node = self.parent[node]


def downwards(parents: dict[int, int | None]) -> list[int]:
    """Every organisation after the one that it lies within; one whose parent is not among them counts as a top.

    Raises ValueError where organisations lie within one another in a circle.
    """
    parts = {}
    for pk in sorted(parents, reverse=True):
        parts.setdefault(parents[pk] if parents[pk] in parents else None, []).append(pk)
    found, waiting = [], list(parts.get(None, ()))
    while waiting:
        pk = waiting.pop()
        found.append(pk)
        waiting.extend(parts.get(pk, ()))
    if len(found) < len(parents):
        raise ValueError("organisations lie within one another in a circle")
    return found
