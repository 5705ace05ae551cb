"""Tables in, Excel workbook out: the only module that imports XlsxWriter.

Text is always written as text, so that no cell is ever a formula or a link, whatever it begins with. The same arguments give the
same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO

import xlsxwriter

LONGEST_TEXT = 32_767  # characters in a cell, a limit of Excel's own
PAPER_A4 = 9
# Excel draws a row no higher than this many points.
HIGHEST_ROW = 409
LINE_HEIGHT = 15
DAY = "d mmmm yyyy"
# Excel takes 255 characters below a sheet, and an ampersand is written as two.
LONGEST_FOOT = 100


class TooLongForCell(ValueError):
    """A text has more characters than a cell of Excel holds."""


@dataclass(frozen=True)
class Column:
    """A column with its heading; ``width`` is in characters."""

    title: str
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    """One table. ``name`` has at most 31 characters. A cell is a text, a whole number, a day, or None where there is nothing."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str | int | date | None]]


def make_workbook(sheets: Sequence[Sheet], *, title: str, author: str, made_at: datetime) -> bytes:
    """Return the sheets as an .xlsx file: headings frozen and filterable, texts wrapped, ready to print.

    ``made_at``, an aware time, becomes the file's creation date. Raises ``TooLongForCell`` rather than cut a text short.
    """
    content = BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"title": title, "author": author, "created": made_at.astimezone(UTC).replace(tzinfo=None)})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 2})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    a_day = book.add_format({"num_format": DAY, "align": "left", "valign": "top"})
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name), sheet, head, cell, a_day, title)
    book.close()
    return content.getvalue()


def _write_sheet(page, sheet, head, cell, a_day, title):
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width, cell)
        page.write_string(0, number, column.title, head)
    for number, values in enumerate(sheet.rows, start=1):
        page.set_row(number, _height(values, sheet.columns))
        for place, (value, _) in enumerate(zip(values, sheet.columns, strict=True)):
            _write_cell(page, number, place, value, cell, a_day)
    page.freeze_panes(1, 0)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(PAPER_A4)
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{title[:LONGEST_FOOT].replace('&', '&&')}: &A&RPage &P of &N")


def _write_cell(page, row, place, value, cell, a_day):
    if value is None or value == "":
        return
    if isinstance(value, str):
        _write_text(page, row, place, value, cell)
    elif isinstance(value, int) and not isinstance(value, bool):
        page.write_number(row, place, value, cell)
    elif isinstance(value, date) and not isinstance(value, datetime):
        page.write_datetime(row, place, value, a_day)
    else:
        raise TypeError(f"A cell is a text, a whole number or a day, not {type(value).__name__}.")


def _write_text(page, row, place, text, cell):
    if len(text) > LONGEST_TEXT:
        raise TooLongForCell(f"{len(text)} characters are more than a cell holds.")
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter takes such a text for its own markup and would write it as it is.
        page.write_rich_string(row, place, text[:1], cell, text[1:], cell)
    else:
        page.write_string(row, place, text, cell)


def _height(values, columns):
    """Enough for the longest text of a row: not every reader of workbooks works it out from the wrapped text."""
    lines = 1
    for value, column in zip(values, columns, strict=True):
        if isinstance(value, str):
            lines = max(lines, sum(1 + len(line) // max(1, column.width - 2) for line in value.split("\n")))
    return min(HIGHEST_ROW, lines * LINE_HEIGHT)
