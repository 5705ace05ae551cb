"""Two levels of a version beside each other."""

from dataclasses import dataclass

from markupsafe import Markup

from .tree import TreeArea, TreeStatement, VersionTree
from .wording import descriptor_html, is_mostly_new


@dataclass(frozen=True)
class Change:
    """A statement whose words differ between the two levels. ``html`` is the upper level's, with what is new marked."""

    statement: TreeStatement
    lower: str
    html: Markup
    is_mostly_kept: bool


@dataclass(frozen=True)
class AreaChanges:
    """An area's statements that change, and those with the same words at both levels."""

    area: TreeArea
    changes: tuple[Change, ...]
    same: tuple[TreeStatement, ...]


def compare_levels(tree: VersionTree, lower: int, upper: int) -> tuple[AreaChanges, ...]:
    """What changes in each area of ``tree`` from the rank ``lower`` to the rank ``upper``, in published order."""
    return tuple(_compare(area, lower, upper, tree.terms) for area in tree.areas)


def _compare(area, lower, upper, terms) -> AreaChanges:
    changes, same = [], []
    for statement in area.statements:
        below, above = (cell.text if (cell := statement.cell(rank)) else "" for rank in (lower, upper))
        if below == above:
            same.append(statement)
        else:
            is_mostly_kept = bool(below) and not is_mostly_new(below, above)
            changes.append(Change(statement, below, descriptor_html(below, above, terms), is_mostly_kept))
    return AreaChanges(area, tuple(changes), tuple(same))
