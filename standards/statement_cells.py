"""What a statement asks at each level, as pages and reports take it: its words in cells, and what each answer to it is called."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from markupsafe import Markup

from .wording import Term

NOT_YET = 0


@dataclass(frozen=True)
class Cell:
    """The words of a statement at one level, or at several that are met together.

    ranks      the ranks that share these words, the lowest first
    rank       the highest of them: what an answer stands for
    names      the names of those levels
    text       the published words
    html       the same, with new words and glossary terms marked
    is_first   no level beneath has words, so that nothing in it is marked as new
    is_mostly_new   under a third is kept from the level beneath, so that only opening words are marked
    without    the names of those of its levels that have no words, and are met with the one beneath for that
    """

    ranks: tuple[int, ...]
    names: tuple[str, ...]
    text: str
    html: Markup
    is_first: bool
    is_mostly_new: bool
    without: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        return self.ranks[-1]

    @property
    def is_joined(self) -> bool:
        """Whether several levels share it."""
        return len(self.ranks) > 1

    @property
    def is_mostly_kept(self) -> bool:
        """Whether words that are not marked as new may recede."""
        return not self.is_first and not self.is_mostly_new

    @cached_property
    def name(self) -> str:
        """The levels' names in running text: "Practitioner and Expert"."""
        return _listed(self.names)

    @cached_property
    def why_joined(self) -> str:
        """Why several levels are one answer, as a sentence; empty where it is one level."""
        if not self.is_joined:
            return ""
        if not self.without:
            return f"The published words are the same for {self.name}."
        none = f"There are no words for {_listed(self.without)}"
        worded = tuple(name for name in self.names if name not in self.without)
        if len(worded) > 1:
            return f"{none}; those for {_listed(worded)} are the same."
        return f"{none}: {_they_are(self.without)} met together with {worded[0]}."


@dataclass(frozen=True)
class TreeStatement:
    """A statement. ``joined`` are the ranks met with the one beneath; ``terms`` the glossary terms in its words.

    ``undefined`` are the names of the lowest levels as far as they have no words: they are met by whoever is not yet at the first
    that has any.
    """

    pk: int
    code: str
    topic: str
    lineage: UUID
    area_code: str
    part_code: str
    joined: tuple[int, ...]
    cells: tuple[Cell, ...]
    terms: tuple[Term, ...]
    undefined: tuple[str, ...] = ()

    @cached_property
    def _cells_by_rank(self):
        return {rank: cell for cell in self.cells for rank in cell.ranks}

    @cached_property
    def choices(self) -> tuple[int, ...]:
        """The ranks that an answer may have: "not yet", and the highest of each cell."""
        return (NOT_YET, *(cell.rank for cell in self.cells))

    @cached_property
    def not_yet(self) -> str:
        """What the lowest answer is called: "Not yet at" the first level that has words, and what that counts as."""
        counts = f" (counts as {self.undefined[-1]})" if self.undefined else ""
        return f"Not yet at {self.cells[0].names[0]}{counts}" if self.cells else "Not yet"

    @cached_property
    def why_undefined(self) -> str:
        """Why the lowest levels have no cell, as a sentence; empty where they have words."""
        if not self.undefined or not self.cells:
            return ""
        none = f"There are no words for {_listed(self.undefined)}"
        return f"{none}: {_they_are(self.undefined)} met by whoever is not yet at {self.cells[0].names[0]}."

    def cell(self, rank: int) -> Cell | None:
        """The cell whose words ``rank`` asks for; None for "not yet", and for a rank beneath the first words."""
        return self._cells_by_rank.get(rank)


def _listed(names):
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _they_are(names):
    return "it is" if len(names) == 1 else "they are"
