"""A draft beside a file: what the file would add, change and remove, and doing so.

The draft is read whole and the file is read into it in memory, row by row, each table before those that refer to it. Nothing is
written before every row is in order. That the draft is still as it was when an editor looked at this is told by ``state``.
"""

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass

from import_export.results import RowResult

from ..models import Statement, Version
from .about import ABOUT, FRAMEWORK, NUMBER, SLUG, AboutVersion, facts_of, row_of
from .cells import shown
from .problems import Problem, Refused
from .sheets import MOST_PROBLEMS, Row, Upload
from .tables import TABLES

ADDED, CHANGED, REMOVED, UNCHANGED = "added", "changed", "removed", "unchanged"
_KINDS = {
    RowResult.IMPORT_TYPE_NEW: ADDED,
    RowResult.IMPORT_TYPE_UPDATE: CHANGED,
    RowResult.IMPORT_TYPE_SKIP: UNCHANGED,
}
_AT_LEVEL = re.compile("level ([0-9]{1,5})\\b.*")


@dataclass(frozen=True, slots=True)
class Change:
    """A cell whose text becomes another."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What would become of a row. ``row`` is its place in the file; None where it is removed."""

    sheet: str
    name: str
    kind: str
    row: int | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file would do to a draft; nothing at all where there are ``problems``."""

    rows: tuple[Planned, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]

    def of_kind(self, kind) -> tuple[Planned, ...]:
        """The rows that are added, changed, removed or unchanged."""
        return tuple(row for row in self.rows if row.kind == kind)

    @property
    def changes_nothing(self) -> bool:
        """Whether the draft would be as it is."""
        return all(row.kind == UNCHANGED for row in self.rows)

    def counts(self) -> list[tuple[str, Counter]]:
        """How many rows of each sheet are added, changed, removed and unchanged."""
        found = {}
        for row in self.rows:
            found.setdefault(row.sheet, Counter())[row.kind] += 1
        return list(found.items())


class Book:
    """The tables of ``version``, a draft that may not be saved yet. ``is_new``: it is begun with this file."""

    def __init__(self, version: Version, *, is_new=False):
        self.version, self.is_new = version, is_new
        self.upload, self.row_number, self.about_rows = Upload(()), 1, {}
        self.about = AboutVersion(self)
        self.tables = [table(self) for table in TABLES]
        self.by_sheet = {table.sheet: table for table in self.tables}
        self._kept, self._to_store, self._to_remove, self._rows_of = {}, [], [], {}
        for table in (self.about, *self.tables):
            table.read()
        self._keys = {id(row): key for table in self.tables for key, row in table.rows.items()}
        self.state = self._state()

    # What the tables ask

    def find(self, sheet, value):
        """The row of ``sheet`` that is called ``value``; a level by its rank or its name. Raises ``ValueError``."""
        rows = self.by_sheet[sheet].rows
        found = rows.get((value,))
        if found is None and sheet == "Levels":
            same = [level for level in rows.values() if level.name.lower() == value.lower()]
            found = same[0] if len(same) == 1 else None
        if found is None:
            raise ValueError(f"“{shown(value)}” is not in the sheet {sheet}.")
        return found

    def key(self, sheet, instance) -> str:
        """The code by which a row of ``sheet`` is known."""
        return self.by_sheet[sheet].key_of(instance)[0]

    def name(self, sheet, instance) -> str:
        """What a cell of another sheet calls a row: its code, a level its name."""
        return self.level_name(instance.rank) if sheet == "Levels" else self.key(sheet, instance)

    def level_name(self, rank) -> str:
        """The name of a level, where it is told by its name; otherwise its rank."""
        levels = self.by_sheet["Levels"].rows
        level = levels.get((str(rank),))
        if level is None or not level.name.strip() or level.name != level.name.strip() or level.name.isdecimal():
            return str(rank)
        same = [each for each in levels.values() if each.name.lower() == level.name.lower()]
        return level.name if len(same) == 1 else str(rank)

    def in_order(self, sheet, codes) -> tuple[str, ...]:
        """``codes`` of areas in published order; what is not there any more at the end."""
        places = {area.code: place for place, area in enumerate(self.areas())}
        return tuple(sorted(codes, key=lambda code: (places.get(code, len(places)), code)))

    def levels(self):
        """The levels of draft and file, the lowest first."""
        table = self.by_sheet["Levels"]
        every = {level.rank: level for level in (*table.found, *table.rows.values())}
        return [every[rank] for rank in sorted(every)]

    def areas(self):
        """The areas of draft and file in published order."""
        table = self.by_sheet["Areas"]
        every = {area.code: area for area in (*table.found, *table.rows.values())}
        return sorted(every.values(), key=lambda area: (area.section.order, area.section.code, area.order, area.code))

    # What a file would do

    def plan(self, upload: Upload, *, is_whole: bool) -> Plan:
        """What ``upload`` would do. With ``is_whole``, rows that its sheets leave out are removed; sheets that it does not have
        leave their tables as they are. Raises ``Refused`` for a file that is none of ours."""
        self.upload = upload
        self._refuse_clashes()
        planned, problems = [], [*self._unknown_sheets()]
        facts, self.about_rows = facts_of(upload)
        if facts and (self.is_new or ABOUT not in upload.advice):
            self._take(self.about, row_of(facts, self.about.columns), planned, problems)
        for table in self.tables:
            table.open_columns()
            sheet = upload.sheet(table.sheet)
            if sheet is None:
                continue
            seen = self._take_sheet(table, sheet, planned, problems)
            if is_whole:
                self._remove_others(table, seen, planned)
        if not problems:
            problems += self._broken()
        return Plan(tuple(planned), tuple(problems[:MOST_PROBLEMS]), (*upload.notes, *self._notes(facts)))

    def _notes(self, facts):
        """What an editor should know of a file that was taken from another version than the draft."""
        own = self.version.framework.slug, self.version.number
        named = facts.get(SLUG, own[0]).strip(), facts.get(NUMBER, own[1]).strip()
        if named != own and not self.is_new and ABOUT not in self.upload.advice:
            yield (
                f"The file was taken from {facts.get(FRAMEWORK, named[0])}, version {named[1]}. "
                f"It goes into {self.version}, which keeps its name and number."
            )

    def _refuse_clashes(self):
        clashes = [
            Problem(f"The draft has {', '.join(key)} there twice. Mend that first.", table.sheet)
            for table in self.tables
            for key in table.clashes
        ]
        if clashes:
            raise Refused(*clashes)

    def _unknown_sheets(self):
        known = [ABOUT, *self.by_sheet]
        for sheet in self.upload.sheets:
            if sheet.name not in known:
                yield Problem(f"“{shown(sheet.name)}” is the name of no table. They are called {', '.join(known)}.")
        if not any(sheet.name in known for sheet in self.upload.sheets):
            raise Refused(f"The file has none of the tables of a version. They are called {', '.join(known)}.")

    def _take_sheet(self, table, sheet, planned, problems):
        names, wrong = _known_columns(table, sheet)
        problems += wrong
        seen = {}
        for row in () if wrong else sheet.rows:
            self.row_number = row.number
            given = {name: row.cells.get(written, "") for written, name in names.items()}
            instance = self._take(table, Row(row.number, given), planned, problems)
            if instance is not None and id(instance) in seen:
                text = f"{instance} stands in row {seen[id(instance)]:,} too."
                problems.append(Problem(text, sheet.name, row.number))
            elif instance is not None:
                seen[id(instance)] = row.number
                self._rows_of[id(instance)] = row.number
            if len(problems) >= MOST_PROBLEMS:
                raise Refused(*problems)
        return seen

    def _take(self, table, row, planned, problems):
        instance, kind, wrong = table.take(row)
        if instance is None:
            problems += wrong
            return None
        before = instance.written_before or {}
        after = table.written(instance)
        changes = tuple(
            Change(name, before.get(name, ""), text) for name, text in after.items() if text != before.get(name, "")
        )
        kind = ADDED if self.is_new else _KINDS[kind]
        planned.append(
            Planned(table.sheet, str(instance), kind, row.number or None, changes if kind == CHANGED else ())
        )
        if kind != UNCHANGED:
            self._to_store.append((table, instance))
        old, key = self._keys.get(id(instance)), table.key_of(instance)
        if old is not None and table.rows.get(old) is instance:
            del table.rows[old]
        table.rows[key], self._keys[id(instance)] = instance, key
        return instance

    def _remove_others(self, table, seen, planned):
        for instance in table.found:
            if id(instance) not in seen:
                planned.append(Planned(table.sheet, str(instance), REMOVED))
                self._to_remove.append((table, instance))
                key = table.key_of(instance)
                if table.rows.get(key) is instance:
                    del table.rows[key]

    def _broken(self):
        """What the draft would be broken by: rows with one code, and rows that need others that are gone."""
        gone = {id(instance) for _, instance in self._to_remove}
        for table in self.tables:
            added = [instance for each, instance in self._to_store if each is table and not instance.pk]
            keys = {}
            for instance in (*(each for each in table.found if id(each) not in gone), *added):
                place = (table.sheet, self._rows_of.get(id(instance)))
                key = table.key_of(instance)
                if key in keys:
                    yield Problem(f"{', '.join(key)} is the code of another row of the draft too.", *place)
                keys[key] = instance
                for sheet, code, column in table.points_at(instance):
                    if code not in self.by_sheet[sheet].rows:
                        text = f"{instance} needs {', '.join(code)}, which the sheet {sheet} leaves out."
                        yield Problem(text, *place, column)

    # Doing it

    def touched(self):
        """The rows of the draft that would be changed or removed, with those beneath them."""
        for _, instance in (*self._to_store, *self._to_remove):
            if instance.pk:
                yield instance
                yield from getattr(instance, "below", {}).values()

    def carry_out(self):
        """Save what was planned, within the caller's transaction, when the plan has no problems."""
        # A code may pass from a statement that goes to another. What others lead to goes after those.
        self._remove(each for each in self._to_remove if each[0].model is Statement)
        self._clear_codes()
        for table, instance in self._to_store:
            table.store(instance)
        self._remove(each for each in reversed(self._to_remove) if each[0].model is not Statement)

    def _remove(self, rows):
        for _, instance in rows:
            for beneath in getattr(instance, "below", {}).values():
                beneath.delete()
            instance.delete()

    def _clear_codes(self):
        """Let statements exchange their codes: none of those that change keeps the old one while they are saved."""
        for table, instance in self._to_store:
            if table.model is Statement and instance.pk:
                Statement.objects.filter(pk=instance.pk).exclude(code=instance.code, area=instance.area.pk).update(
                    code=f"~{instance.pk % 10**8}"
                )

    def _state(self):
        rows = [[table.sheet, table.written(row)] for table in (self.about, *self.tables) for row in table.found]
        for table in self.tables:
            name = getattr(table, "dictionary", "")
            rows += [[str(row), sorted(map(str, getattr(row, name).items()))] for row in table.found if name]
        return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def _known_columns(table, sheet):
    """The columns of a sheet by what they are called there, and what is wrong with them."""
    titles = {column.column_name.lower(): column.column_name for column in table.columns}
    by_rank = {match[1]: title for name, title in titles.items() if (match := _AT_LEVEL.fullmatch(name))}
    names, problems = {}, []
    for written in sheet.columns:
        match = _AT_LEVEL.fullmatch(written.lower())
        title = titles.get(written.lower()) or (by_rank.get(match[1].lstrip("0")) if match else None)
        if title is None or title in names.values():
            text = "stands there twice" if title else "is not a column of this sheet"
            text = f"“{shown(written)}” {text}. The columns are {', '.join(titles.values())}."
            problems.append(Problem(text, sheet.name, 1))
        else:
            names[written] = title
    missing = [title for title in table.keys if title not in names.values()]
    if missing:
        problems.append(Problem(f"The column {' and '.join(missing)} is missing.", sheet.name, 1))
    return names, problems
