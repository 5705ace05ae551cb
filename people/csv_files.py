"""Tables as CSV: read by the names of their columns, and written so that a spreadsheet runs nothing of them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

# What a spreadsheet takes for the beginning of a formula. An apostrophe in front keeps it a text, and is taken off in reading.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")


class Unreadable(Exception):
    """The file as a whole cannot be used; the message says why, and what to do."""


def read_rows(
    content: bytes, columns: Sequence[str], *, most_bytes: int, most_rows: int
) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of a file with these columns, in whatever order it has them: the number of each one's line, and its cells.

    Separated by commas or, as Excel does where a comma is in numbers, by semicolons; other columns are left aside. Raises
    ``Unreadable``.
    """
    text = _text(content, most_bytes)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=_delimiter(content))
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as broken:
        raise Unreadable(f"Line {reader.line_num} of the file cannot be read as CSV. Save it as CSV again.") from broken
    header = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    missing = [column for column in columns if header.count(column) != 1]
    if missing:
        raise Unreadable(
            f"The first row must name the columns {_listed(columns)}, each once. Not so: {_listed(missing)}."
        )
    if len(rows) == 1:
        raise Unreadable("The file has no rows under the names of its columns.")
    if len(rows) - 1 > most_rows:
        raise Unreadable(f"The file has {len(rows) - 1:,} rows. Split it into files of {most_rows:,} rows or fewer.")
    places = [header.index(column) for column in columns]
    return [
        (number, tuple(_bare(row[place].strip()) if place < len(row) else "" for place in places))
        for number, row in rows[1:]
    ]


def write_rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A file with these columns and rows, line by line. Excel on Windows knows by its first bytes that it is in UTF-8."""
    line = io.StringIO(newline="")
    writer = csv.writer(line, lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    for row in chain([columns], rows):
        writer.writerow([_inert(cell) for cell in row])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()


def _inert(text):
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def _bare(text):
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text


def _listed(names):
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _text(content, most_bytes):
    if len(content) > most_bytes:
        raise Unreadable(f"The file is larger than {most_bytes // 1024} KB. Split it into smaller files.")
    if content.startswith(_WORKBOOKS):
        raise Unreadable(
            "The file is a workbook, whatever its name says. In Excel, save it as “CSV UTF-8 (Comma delimited)”."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("The file is not in UTF-8. In Excel, save it as “CSV UTF-8 (Comma delimited)”.") from None
    if "\0" in text:
        raise Unreadable("The file holds NUL characters, so it is not a CSV file in UTF-8. Save it as CSV again.")
    return text


def _delimiter(content):
    first = content.partition(b"\n")[0]
    return ";" if b";" in first and b"," not in first else ","
