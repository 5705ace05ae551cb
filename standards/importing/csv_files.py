"""Reading one table as CSV."""

import csv
import io

from .problems import Problem, Refused
from .sheets import MOST_PROBLEMS, SheetMaker, Sizes, Upload

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def read_csv(content: bytes, name: str, limits) -> Upload:
    """The file as the sheet ``name``. Raises ``Refused``.

    An apostrophe that keeps a spreadsheet from running a text as a formula, as ``inert`` puts it there, is taken off again.
    """
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True, delimiter=_delimiter(content))
    sheet = SheetMaker(name, Sizes(limits))
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            sheet.sizes.refuse_columns(name, number, len(cells))
            for place, text in enumerate(cells):
                if text.startswith("="):
                    sheet.complain("holds a formula. Copy the cell and paste it as a value.", number, place)
            sheet.add(number, {place: _bare(text) for place, text in enumerate(cells)})
    except csv.Error:
        raise Refused(
            Problem("cannot be read: a quotation mark is missing or too much. Save it as CSV again.", name, number + 1)
        ) from None
    if sheet.problems:
        raise Refused(*sheet.problems[:MOST_PROBLEMS])
    made = sheet.made()
    if made is None:
        raise Refused("The file has no rows.")
    return Upload((made,))


def inert(text: str) -> str:
    """``text`` with an apostrophe in front where a spreadsheet would run it; ``read_csv`` undoes it."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def _bare(text):
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text


def _text(content):
    if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise Refused("The file is a workbook, whatever its name says. Save it as .xlsx, or as CSV.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise Refused(
            Problem("is not in UTF-8. In Excel, save the file as “CSV UTF-8 (Comma delimited)”.", row=row)
        ) from None
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise Refused(Problem("holds a NUL character, so the file is no CSV in UTF-8. Save it as CSV again.", row=row))
    return text


def _delimiter(content):
    first = content.partition(b"\n")[0]
    return ";" if b";" in first and b"," not in first else ","
