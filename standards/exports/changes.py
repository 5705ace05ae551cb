"""What changed since the version before, a row for each statement and level, as CSV.

A statement is followed from version to version by its lineage, and a level by its rank, so that a new code, place or title is no
change of words. Columns:

    Change                same, changed, new or removed; everything is new in a first version
    Area, Statement       the codes in this version; empty for what is removed
    Topic                 the portal's own label of the statement
    Rank, Level           the level, by its number from the lowest and by its name
    Words before, Words now    empty where there were or are none
    Compared with         the number of the version before; empty for a first version
    Statement before      its code in that version
    Lineage               what is the same in all versions of a statement

The columns after these name the version, its licence and its source, as in the flat table.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..tree import TreeStatement
from .material import Material
from .tables import csv_with_facts

COLUMNS = (
    *("Change", "Area", "Statement", "Topic", "Rank", "Level", "Words before", "Words now"),
    *("Compared with", "Statement before", "Lineage"),
)


@dataclass(frozen=True)
class WordChange:
    """The words of a statement at a level, before and now; None where it has none there."""

    before: TreeStatement | None
    now: TreeStatement | None
    rank: int
    words_before: str | None
    words_now: str | None

    @property
    def kind(self) -> str:
        if self.words_before is None:
            return "new"
        if self.words_now is None:
            return "removed"
        return "same" if self.words_before == self.words_now else "changed"


def word_changes(material: Material) -> Iterator[WordChange]:
    """Every statement at every level, in the order of this version, then what is no longer in it."""
    before, now = _by_lineage(material.previous), _by_lineage(material)
    for statement in material.tree.statements:
        yield from _changes_of(material, before.get(statement.lineage), statement)
    for lineage, statement in before.items():
        if lineage not in now:
            yield from _changes_of(material, statement, None)


def _by_lineage(material):
    return {statement.lineage: statement for statement in (material.tree.statements if material else ())}


def _changes_of(material, before, now):
    old = material.previous.words.get(before.pk, {}) if before else {}
    new = material.words.get(now.pk, {}) if now else {}
    for rank in sorted(old.keys() | new.keys()):
        yield WordChange(before, now, rank, old.get(rank), new.get(rank))


def make_change_notes_csv(material: Material) -> bytes:
    """Return what changed since ``material.previous``."""
    names = {level.rank: level.name for level in material.previous.tree.levels} if material.previous else {}
    names |= {level.rank: level.name for level in material.tree.levels}
    compared_with = material.previous.version.number if material.previous else ""
    return csv_with_facts(material, COLUMNS, [_row(change, names, compared_with) for change in word_changes(material)])


def _row(change, names, compared_with):
    now, before = change.now, change.before
    either = now or before
    return (
        *(change.kind, now.area_code if now else "", now.code if now else "", either.topic),
        *(change.rank, names[change.rank], change.words_before or "", change.words_now or ""),
        *(compared_with, before.code if before else "", str(either.lineage)),
    )
