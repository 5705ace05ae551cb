"""Tables in, Excel workbook out: the only module that imports XlsxWriter.

Text is always written as text, so that no cell is ever a formula or a link, whatever it begins with. The same arguments give the
same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

LONGEST_TEXT = 32_767  # characters in a cell, a limit of Excel's own
PAPER_A4 = 9
# Excel counts days from here; that it takes 1900 for a leap year matters before March of it only.
DAY_NOUGHT = date(1899, 12, 30)
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
        _write_sheet(book.add_worksheet(sheet.name, _Page), sheet, head, cell, a_day, title)
    book.close()
    return content.getvalue()


class _Page(Worksheet):
    """A sheet of XlsxWriter's to which rows come whole: cell by cell, it takes three times as long over a table of any length."""

    def __init__(self):
        super().__init__()
        self.rows = []

    def _write_rows(self):
        self.fh.write("".join(self.rows))

    def add_row(self, values, letters, widths, formats):
        """Add the next row. ``formats`` are the numbers of those of a day and of any other cell."""
        a_day, other = formats
        number, cells, lines = len(self.rows) + 1, [], 1
        for value, letter, width in zip(values, letters, widths, strict=True):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                cells.append(f'<c r="{letter}{number}" s="{other}" t="s"><v>{self._text_number(value)}</v></c>')
                if len(value) >= width or "\n" in value:
                    lines = max(lines, sum(1 + len(line) // width for line in value.split("\n")))
            elif isinstance(value, int) and not isinstance(value, bool):
                cells.append(f'<c r="{letter}{number}" s="{other}"><v>{value}</v></c>')
            elif isinstance(value, date) and not isinstance(value, datetime):
                cells.append(f'<c r="{letter}{number}" s="{a_day}"><v>{(value - DAY_NOUGHT).days}</v></c>')
            else:
                raise TypeError(f"A cell is a text, a whole number or a day, not {type(value).__name__}.")
        # Not every reader of workbooks works the height out from the wrapped text.
        height = f' ht="{min(HIGHEST_ROW, lines * LINE_HEIGHT)}" customHeight="1"' if lines > 1 else ""
        self.rows.append(f'<row r="{number}"{height}>{"".join(cells)}</row>')

    def _text_number(self, text):
        """Its place among the texts of the workbook, which XlsxWriter writes, and escapes."""
        if len(text) > LONGEST_TEXT:
            raise TooLongForCell(f"{len(text)} characters are more than a cell holds.")
        if text.startswith("<r>") and text.endswith("</r>"):
            # It would take such a text for its own markup and write it as it is; so it gets markup that says the text.
            text = f'<r><t>&lt;</t></r><r><t xml:space="preserve">{escape(text[1:])}</t></r>'
        return self.str_table._get_shared_string_index(text)


def _write_sheet(page, sheet, head, cell, a_day, title):
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width, cell)
    letters = [xl_col_to_name(number) for number in range(len(sheet.columns))]
    widths = [max(1, column.width - 2) for column in sheet.columns]
    page.add_row([column.title for column in sheet.columns], letters, widths, [head._get_xf_index()] * 2)
    formats = a_day._get_xf_index(), cell._get_xf_index()
    for values in sheet.rows:
        page.add_row(values, letters, widths, formats)
    for row, column in ((0, 0), (len(sheet.rows), len(sheet.columns) - 1)):
        page._check_dimensions(row, column)
    page.freeze_panes(1, 0)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(PAPER_A4)
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{title[:LONGEST_FOOT].replace('&', '&&')}: &A&RPage &P of &N")
