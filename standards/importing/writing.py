"""The files that editors edit: a version as a workbook with a sheet for each table, or one of its tables as CSV.

They hold everything that is frozen when the version is published, so that the same words come of them again. Who only reads has
the files of ``standards.exports``.
"""

import csv
import io

from documents.workbook import Column, Sheet, make_workbook

from ..models import Version
from .about import ABOUT, VALUE, WHAT, facts_sheet
from .book import Book
from .csv_files import inert
from .tables import TABLES

SHEETS = tuple(table.sheet for table in TABLES)
_NUMBERS = {"Order", "Rank", "Number"}


def make_editors_workbook(version: Version) -> bytes:
    """The whole of ``version`` as .xlsx. Raises ``documents.workbook.TooLongForCell``."""
    book = Book(version)
    about = Sheet(ABOUT, (Column(WHAT, 30), Column(VALUE, 100)), tuple(facts_sheet(version, book)))
    sheets = [about]
    for name in SHEETS:
        titles, rows = _written(book, name)
        columns = tuple(Column(column.column_name, column.width) for column in book.by_sheet[name].columns)
        cells = tuple(tuple(_cell(title, row[title]) for title in titles) for row in rows)
        sheets.append(Sheet(name, columns, cells))
    return make_workbook(
        sheets, title=str(version), author=version.framework.owner, made_at=version.published_at or version.edited_at
    )


def make_table_csv(version: Version, sheet: str) -> bytes:
    """One table of ``version`` as CSV in UTF-8 with a byte order mark, which Excel on Windows needs."""
    titles, rows = _written(Book(version), sheet)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(titles)
    writer.writerows([inert(row[title]) for title in titles] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _written(book, name):
    table = book.by_sheet[name]
    table.open_columns()
    return [column.column_name for column in table.columns], [table.written(row) for row in table.found]


def _cell(title, text):
    return int(text) if title in _NUMBERS and text else text
