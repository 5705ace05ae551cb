"""The statements as a flat table, a row for each statement and level, as CSV (RFC 4180).

The file begins with a byte order mark: without it, Excel on Windows reads UTF-8 as the machine's own code page and garbles dashes
and pound signs. Python reads it with the encoding "utf-8-sig". A text that a spreadsheet would run as a formula gets an
apostrophe in front; no published text has begun with such a character so far. The columns after the words name the version,
its licence and its source in every row, so that they stay with rows that are filtered, sorted or copied.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from .material import Material

COLUMNS = ("Section", "Area", "Area title", "Statement", "Topic", "Rank", "Level", "Text")
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def make_statements_csv(material: Material) -> bytes:
    """Return every statement at every level."""
    names = {level.rank: level.name for level in material.tree.levels}
    rows = [
        (area.section_code, area.code, area.title, statement.code, statement.topic, rank, names[rank], text)
        for area in material.tree.areas
        for statement in area.statements
        for rank, text in material.words.get(statement.pk, {}).items()
    ]
    return csv_with_facts(material, COLUMNS, rows)


def csv_with_facts(material: Material, columns: Sequence[str], rows: Iterable[Sequence]) -> bytes:
    """Return a table for spreadsheets, each row followed by the facts of its version."""
    names, values = zip(*material.facts, strict=True)
    return csv_bytes([(*columns, *names), *((*row, *values) for row in rows)], encoding="utf-8-sig", is_safe=True)


def csv_bytes(rows: Iterable[Sequence], *, encoding: str = "utf-8", is_safe: bool = False) -> bytes:
    """Return rows as CSV; ``is_safe`` keeps spreadsheets from running a text as a formula."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([[_inert(value) for value in row] for row in rows] if is_safe else rows)
    return text.getvalue().encode(encoding)


def _inert(value):
    return f"'{value}" if isinstance(value, str) and value.startswith(STARTS_A_FORMULA) else value
