"""What changed since the version before, a row for each statement and level, as CSV.

A statement is followed along the links that editors recorded between the versions, else by its lineage (``standards.links``), and a
level by its rank, so that a new code, place or title is no change of words. Columns:

    Change                same, changed, new or removed; everything is new in a first version
    Area, Statement       the codes in this version; empty for what is removed
    Topic                 the portal's own label of the statement
    Rank, Level           the level, by its number from the lowest and by its name
    Words before, Words now    empty where there were or are none; of several that were merged, a line each
    Compared with         the number of the version before; empty for a first version
    Statement before      its code in that version; of several that were merged, all their codes
    Lineage               what is the same in all versions of a statement
    Kind of change        what became of the statement as a whole, as an editor decided it

The columns after these name the version, its licence and its source, as in the flat table.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..differences import KIND_WORDS
from ..links import Kind
from ..tree import TreeStatement
from .material import Material
from .tables import csv_with_facts

COLUMNS = (
    *("Change", "Area", "Statement", "Topic", "Rank", "Level", "Words before", "Words now"),
    *("Compared with", "Statement before", "Lineage", "Kind of change"),
)


@dataclass(frozen=True)
class WordChange:
    """The words of a statement at a level, before and now; None where it has none there.

    ``before`` are the statements that it was, none where it is new; ``now`` is None where it is removed.
    """

    before: tuple[TreeStatement, ...]
    now: TreeStatement | None
    rank: int
    words_before: str | None
    words_now: str | None
    of_statement: str

    @property
    def kind(self) -> str:
        if self.words_before is None:
            return "new"
        if self.words_now is None:
            return "removed"
        return "same" if self.words_before == self.words_now else "changed"


def word_changes(material: Material) -> Iterator[WordChange]:
    """Every statement at every level, in the order of this version, then what is no longer in it."""
    paths, previous = material.paths, material.previous
    for statement in material.tree.statements:
        path = paths.back[statement.pk] if paths else None
        before = tuple(previous.tree.statement_by_pk(old) for old in path.olds) if path else ()
        yield from _changes_of(material, before, statement, path.kind if path else Kind.NEW)
    for statement in previous.tree.statements if previous else ():
        if not paths.onward[statement.pk]:
            yield from _changes_of(material, (statement,), None, Kind.REMOVED)


def _changes_of(material, before, now, kind):
    olds = [material.previous.words.get(each.pk, {}) for each in before]
    new = material.words.get(now.pk, {}) if now else {}
    for rank in sorted({rank for words in (*olds, new) for rank in words}):
        old = [words[rank] for words in olds if rank in words]
        yield WordChange(before, now, rank, "\n".join(old) if old else None, new.get(rank), KIND_WORDS[kind])


def make_change_notes_csv(material: Material) -> bytes:
    """Return what changed since ``material.previous``."""
    names = {level.rank: level.name for level in material.previous.tree.levels} if material.previous else {}
    names |= {level.rank: level.name for level in material.tree.levels}
    compared_with = material.previous.version.number if material.previous else ""
    return csv_with_facts(material, COLUMNS, [_row(change, names, compared_with) for change in word_changes(material)])


def _row(change, names, compared_with):
    now, before = change.now, change.before
    either = now or before[0]
    return (
        *(change.kind, now.area_code if now else "", now.code if now else "", either.topic),
        *(change.rank, names[change.rank], change.words_before or "", change.words_now or ""),
        *(compared_with, ", ".join(each.code for each in before), str(either.lineage), change.of_statement),
    )
