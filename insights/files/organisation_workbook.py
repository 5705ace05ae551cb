"""An organisation's figures as an Excel workbook and as one long CSV table."""

from documents.workbook import Column, Sheet, make_workbook
from standards.exports.tables import csv_bytes

from ..organisations.page import OrganisationPage
from .organisation_tables import TIDY_COLUMNS, FigureCell, FigureTable, figure_tables, tidy_rows
from .organisation_words import facts_of, how_they_are_made

NAME, TEXT, FIGURE = 30, 60, 16


def make_organisation_workbook(page: OrganisationPage) -> bytes:
    """Return the figures of a page with a release, a sheet for each table, and how they are made.

    A figure is a number, and "fewer than 5" a text.
    """
    sheets = [_sheet(table) for table in figure_tables(page)]
    title = f"Figures of {page.organisation.name}"
    return make_workbook(
        [*sheets, _about(page)], title=title, author=page.organisation.name, made_at=page.issue.made_at
    )


def make_organisation_csv(page: OrganisationPage) -> bytes:
    """Return every figure of a page in a row of its own, with what it is of; the same marks as every CSV of the portal."""
    return csv_bytes([TIDY_COLUMNS, *tidy_rows(page)], encoding="utf-8-sig", is_safe=True)


def _sheet(table: FigureTable):
    columns = [Column(title, _width(place, table)) for place, title in enumerate(table.columns)]
    return Sheet(table.name, columns, [tuple(map(_cell, row)) for row in table.rows])


def _width(place, table):
    if place >= table.texts:
        return FIGURE
    longest = max(len(row[place]) for row in table.rows)
    return NAME if longest > FIGURE and longest <= NAME else TEXT if longest > NAME else FIGURE


def _cell(value: str | FigureCell):
    if isinstance(value, str):
        return value
    return value.words if value.number is None else value.number


def _about(page):
    rows = [*facts_of(page), *(("How these figures are made", text) for text in how_they_are_made(page))]
    return Sheet("How figures are made", (Column("About", NAME), Column("", 100)), rows)
