"""Organisations as CSV: reading a file of them, saying of each row what it would do, and writing all as such a file."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from .csv_files import read_rows, write_rows
from .models import Organisation

COLUMNS = ("code", "name", "kind", "parent_code")
MOST_BYTES = 900 * 1024
MOST_ROWS = 5000
# What lies deeper is somebody's mistake; each step more is one more line for each organisation below.
MOST_DEEP = 20

_KINDS = {word.lower(): value for value, label in Organisation.Kind.choices for word in (value, label)}
_LONGEST = {name: Organisation._meta.get_field(name).max_length for name in ("code", "name")}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, with the number of its line in it. ``parent_code`` is "" for what lies at the top."""

    number: int
    code: str
    name: str
    kind: str
    parent_code: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What a row would do: ``does`` says it in words. With an ``error`` it does nothing, and none of the others would.

    kind      the value of ``Organisation.Kind``
    is_new    it would add an organisation
    is_moved  it would put one that is there within another
    """

    number: int
    code: str
    name: str
    kind: str
    parent_code: str
    does: str = ""
    error: str = ""
    changes: bool = False
    is_new: bool = False
    is_moved: bool = False

    @property
    def cells(self):
        return self.code, self.name, self.kind, self.parent_code


def read_organisations(content: bytes) -> list[Row]:
    """The rows of a file with the columns ``code``, ``name``, ``kind`` and ``parent_code``. Raises ``Unreadable``."""
    rows = read_rows(content, COLUMNS, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)
    return [Row(number, *cells) for number, cells in rows]


def write_organisations() -> Iterator[bytes]:
    """All organisations as a file that ``read_organisations`` reads: what lies within another stands below it."""
    rows = {pk: row for pk, *row in Organisation.objects.values_list("pk", "code", "name", "kind", "parent__code")}
    return write_rows(COLUMNS, ([cell or "" for cell in rows[pk]] for pk in Organisation.objects.tree() if pk in rows))


def plan_organisations(rows: list[Row]) -> list[Planned]:
    """What each row would do; one query. Where one has an error, nothing of the file may be done."""
    there = {
        code: Row(0, code, *rest)
        for code, *rest in Organisation.objects.order_by().values_list("code", "name", "kind", "parent__code")
    }
    return _Plan(there, rows).planned()


class _Plan:
    """The tree as it is (``there``) and as it would be (``then``), each by code."""

    def __init__(self, there, rows):
        self.there, self.rows = there, rows
        self.then = dict(there)
        self.first = {}
        for row in rows:
            if row.code and self.first.setdefault(row.code, row) is row:
                self.then[row.code] = row
        self.parents = {
            code: row.parent_code if row.parent_code in self.then else None for code, row in self.then.items()
        }
        self.depths, self.circular = _depths(self.parents)
        self.namesakes = {}
        for code, row in self.then.items():
            self.namesakes.setdefault((self.parents[code], row.name), []).append(code)

    def planned(self):
        return [self._plan(row) for row in self.rows]

    def _plan(self, row):
        kind = _KINDS.get(row.kind.lower(), "")
        error = self._error(row, kind)
        if error:
            return Planned(row.number, row.code, row.name, row.kind, row.parent_code, error=error)
        before = self.there.get(row.code)
        does = self._does(row, kind, before)
        return Planned(
            row.number,
            row.code,
            row.name,
            kind,
            row.parent_code,
            does=". ".join(does) or "Changes nothing",
            changes=bool(does),
            is_new=before is None,
            is_moved=before is not None and (before.parent_code or "") != row.parent_code,
        )

    def _error(self, row, kind):
        return self._error_of_cells(row, kind) or self._error_of_place(row)

    def _error_of_cells(self, row, kind):
        if not row.code:
            return "code is missing"
        try:
            validate_slug(row.code)
        except ValidationError:
            return "code may hold letters without accents, digits, hyphens and underscores only"
        for name, cell in (("code", row.code), ("name", row.name)):
            if len(cell) > _LONGEST[name]:
                return f"{name} is longer than {_LONGEST[name]} characters"
        if self.first[row.code] is not row:
            return f"Line {self.first[row.code].number} has the same code"
        if not row.name:
            return "name is missing"
        return "" if kind else "kind must be department, directorate or team"

    def _error_of_place(self, row):
        if row.parent_code and row.parent_code not in self.then:
            return "No organisation has the code in parent_code, neither here nor in the file"
        if row.code in self.circular:
            return "It would lie within itself"
        if (self.depths[row.code] or 0) >= MOST_DEEP:
            return f"It would lie within {MOST_DEEP} others or more"
        others = [code for code in self.namesakes[self.parents[row.code], row.name][:2] if code != row.code]
        return f"Another one in the same place has this name: {others[0]}" if others else ""

    def _does(self, row, kind, before):
        if before is None:
            within = f" within {self.then[row.parent_code].name}" if row.parent_code else " at the top"
            return [f"Adds it{within}"]
        does = []
        if before.name != row.name:
            does.append(f"Renames it, from “{before.name}”")
        if before.kind != kind:
            does.append(f"Makes it a {kind}, from a {before.kind}")
        old, new = before.parent_code or "", row.parent_code
        if old != new:
            names = [self.there[old].name if old else "the top", self.then[new].name if new else "the top"]
            does.append("Moves it, with all within it, from {} to {}".format(*names))
        return does


def _depths(parents):
    """How many each code lies within, None where it never ends; and the codes that lie within themselves. Each is walked once."""
    depths, circular = {}, set()
    for code in parents:
        walked = {}
        while code is not None and code not in depths and code not in walked:
            walked[code] = len(walked)
            code = parents[code]
        if code in walked:
            circular.update(each for each, place in walked.items() if place >= walked[code])
            depths.update(dict.fromkeys(walked))
            continue
        depth = depths[code] if code is not None else -1
        for each in reversed(walked):
            depth = None if depth is None else depth + 1
            depths[each] = depth
    return depths, circular
