"""An organisation's figures as PDF/UA-1, A4 portrait: the page's bars, tables and words."""

from functools import cache
from html import escape
from pathlib import Path

from django.template.loader import render_to_string

from documents import pdf

from ..organisations.bars import bars_of, key_of
from ..organisations.page import OrganisationPage
from .cutting import cut, text_height
from .organisation_tables import NOT_RELEASED, figure_tables
from .organisation_words import facts_of, how_they_are_made

TEMPLATE = "insights/organisation_pdf.html"
CSS_FILE = Path(pdf.__file__).with_name("organisation.css")
# Units of a bar that is as wide as documents/organisation.css sets it.
BAR_WIDTH = 640
# Millimetres and points of that sheet.
PAGE_HEIGHT, PAGE_WIDTH = 250, 174
POINTS, PADDING, HEAD, GAP = 8.5, 2.4, 12, 2
FIGURE_WIDTH, WIDTHS = 20, {"code": 10, "name": 44}
ABOVE = 30


def make_organisation_pdf(page: OrganisationPage) -> bytes:
    """Return the PDF of a page with a release. Raises ``documents.pdf.PdfUnavailable``."""
    return pdf.render_pdf(organisation_html(page), stylesheets=[_css()], made_at=page.issue.made_at)


def organisation_html(page: OrganisationPage) -> str:
    """Return the figures as the page that their PDF is made from."""
    context = {
        "page": page,
        "facts": facts_of(page),
        "bars": bars_of(page, BAR_WIDTH),
        "key": [(_titled(mark, name), name) for mark, name in key_of(page)],
        "tables": [(table, _runs(table)) for table in figure_tables(page)],
        "made": how_they_are_made(page),
        "not_released": NOT_RELEASED,
    }
    return render_to_string(TEMPLATE, context)


@cache
def _css():
    return CSS_FILE.read_text(encoding="utf-8")


def _titled(mark, name):
    """A mark of the key with words for whoever does not see it: on paper nothing can be hidden from a screen reader."""
    start, rest = mark.split(">", 1)
    return f"{start}><title>Shade of {escape(name)}</title>{rest}"


def _runs(table):
    """The rows of a table in runs that each fit on a page."""
    room = PAGE_WIDTH - (len(table.columns) - table.texts) * FIGURE_WIDTH
    if table.first_width:
        room -= WIDTHS[table.first_width]
    width = room / (table.texts - bool(table.first_width)) - GAP

    def height(row):
        long = row[bool(table.first_width) : table.texts]
        return PADDING + max(text_height(text, width=width, points=POINTS) for text in long)

    return cut(table.rows, height, PAGE_HEIGHT - HEAD - ABOVE, PAGE_HEIGHT - HEAD)
