"""A file as it was read: tables of plain text, whichever format they came in."""

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from .problems import Problem, Refused

LONGEST_TEXT = 32_767  # characters in a cell, a limit of Excel's own
MOST_PROBLEMS = 50  # that are told at once
# What no database keeps or no page shows: control characters but tab and line ends, half characters, and not characters at all.
_UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class NumberText(str):
    """The text of a cell that holds a number: its author may have typed 2.0 and the workbook kept 2."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row by the names of its columns; ``number`` is its place in the sheet, from 1. An empty cell is not in ``cells``."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """Everything that was read of a file.

    notes   what its reader had to decide, a sentence each, for the editor to check
    advice  columns by their sheet that count only for rows that are new, as the file does not know what rows of a draft have there
    """

    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()
    advice: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def sheet(self, name) -> Sheet | None:
        """The sheet of that name; None where the file has none."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)

    def packed(self) -> bytes:
        """The whole as bytes, to be kept until an editor has looked at what it would do."""
        sheets = [[sheet.name, sheet.columns, [[row.number, row.cells] for row in sheet.rows]] for sheet in self.sheets]
        return zlib.compress(json.dumps([sheets, self.notes, self.advice]).encode())

    @classmethod
    def unpacked(cls, content: bytes):
        """What ``packed`` made."""
        sheets, notes, advice = json.loads(zlib.decompress(content))
        read = (
            Sheet(name, tuple(columns), tuple(Row(number, cells) for number, cells in rows))
            for name, columns, rows in sheets
        )
        return cls(tuple(read), tuple(notes), {name: tuple(columns) for name, columns in advice.items()})


class SheetMaker:
    """Takes the rows of a sheet as they are read, the names of the columns first, and keeps within the limits.

    ``sizes`` counts the cells and characters of the whole file.
    """

    def __init__(self, name, sizes):
        self.name, self.sizes = name, sizes
        self.columns, self.names, self.rows, self.problems = {}, [], [], []

    def column(self, place) -> str:
        """What to call a column in a message: its name, or its letter."""
        return self.columns.get(place) or f"column {letters(place)}"

    def complain(self, text, row, place=None):
        """Note a fault; the file is refused when it was read, or at once when there are many."""
        self.problems.append(Problem(text, self.name, row, self.column(place) if place is not None else ""))
        if len(self.problems) >= MOST_PROBLEMS:
            raise Refused(*self.problems)

    def add(self, number, values: Mapping[int, str]):
        """Take the row ``number``, its texts by their place from 0; rows without text are passed over."""
        self.sizes.add(self.name, number, values.values())
        values = {place: text for place, text in values.items() if text}
        if not any(text.strip() for text in values.values()):
            return
        if not self.columns:
            self._name_columns(number, values)
            return
        cells = {}
        for place, text in values.items():
            if place not in self.columns:
                if text.strip():
                    self.complain("has text under no name of a column.", number, place)
                continue
            if len(text) > LONGEST_TEXT:
                self.complain(f"has {len(text):,} characters; a cell may have {LONGEST_TEXT:,}.", number, place)
            elif _UNUSABLE.search(text):
                self.complain("holds a control character. Type the text again.", number, place)
            cells[self.columns[place]] = text
        self.rows.append(Row(number, cells))

    def _name_columns(self, number, values):
        for place, text in sorted(values.items()):
            name = " ".join(text.split())
            if name in self.columns.values():
                self.complain(f"The column “{name[:60]}” stands there twice.", number)
            elif name:
                self.columns[place] = name

    def made(self) -> Sheet | None:
        """The sheet; None where nothing is in it."""
        return Sheet(self.name, tuple(self.columns.values()), tuple(self.rows)) if self.columns else None


class Sizes:
    """How much of a file was read so far, and whether it is too much for ``limits``; each method raises ``Refused``."""

    def __init__(self, limits):
        self.limits, self.cells, self.characters = limits, 0, 0

    def refuse_rows(self, sheet, row):
        """``row`` is the place of a row in its sheet."""
        most = self.limits["most_rows"]
        if row > most:
            raise Refused(Problem(f"The sheet goes on here; the most are {most:,} rows.", sheet, row))

    def refuse_columns(self, sheet, row, columns):
        """``columns`` is how far a row reaches."""
        most = self.limits["most_columns"]
        if columns > most:
            raise Refused(Problem(f"The row has {columns:,} columns; the most are {most:,}.", sheet, row))

    def add(self, sheet, row, texts):
        """Count the cells of a row."""
        self.refuse_rows(sheet, row)
        self.cells += len(texts)
        self.characters += sum(map(len, texts))
        most = self.limits["most_cells"], self.limits["most_characters"]
        if self.cells > most[0] or self.characters > most[1]:
            says = f"Up to here the file has {self.cells:,} cells with {self.characters:,} characters"
            raise Refused(Problem(f"{says}, and the most are {most[0]:,} with {most[1]:,}.", sheet, row))


def letters(place: int) -> str:
    """The letters of a spreadsheet's column, by its place from 0: A, B ... Z, AA."""
    name = ""
    place += 1
    while place:
        place, digit = divmod(place - 1, 26)
        name = chr(ord("A") + digit) + name
    return name
