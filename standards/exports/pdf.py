"""The whole document as a tagged PDF (PDF/UA-1), made from ``standards/version_pdf.html``."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from textwrap import wrap

from django.template.loader import render_to_string
from markupsafe import Markup

from documents import pdf

from ..models import Area
from .material import Material

TEMPLATE = "standards/version_pdf.html"
CSS_FILE = Path(pdf.__file__).with_name("standards.css")
# A page's prose stands three headings below the document's title, and its own headings below its title.
LEVELS_DOWN = 2
LOWEST_HEADING = 6

# Where a table is cut, in millimetres: a table that runs over a page of itself is tagged as two, without a head in its second half.
LINE = 3.95
ROW_MARGIN = 3.4
TABLE_HEAD = 10
PAGE = 252
AREA_HEAD = 30
CONTINUED_HEAD = 14
COLUMNS_WIDTH = 162


def make_version_pdf(material: Material) -> bytes:
    """Return the PDF. Raises ``documents.pdf.PdfUnavailable``."""
    return pdf.render_pdf(version_html(material), stylesheets=[_css()], made_at=material.fixed_at)


def version_html(material: Material) -> str:
    """Return the document as the page that its PDF is made from."""
    tree, library = material.tree, material.library
    context = {
        "material": material,
        "version": material.version,
        "framework": material.framework,
        "tree": tree,
        "library": library,
        "level_names": {level.rank: level.name for level in tree.levels},
        "kinds": dict(Area.Kind.choices),
        "pages": {page.slug: page for page in library.pages},
        "pathways": [(title, list(roles)) for title, roles in groupby(tree.role_profiles, key=lambda r: r.pathway)],
        "area_tables": area_tables,
        "shared_words": shared_words,
        "in_tables": in_tables,
        "below": below,
    }
    return render_to_string(TEMPLATE, context)


@cache
def _css():
    return CSS_FILE.read_text(encoding="utf-8")


def below(html: Markup) -> Markup:
    """Prose with its headings moved down, to hang below the heading that the document gives it."""

    def moved(match):
        return f"<{match[1]}h{min(int(match[2]) + LEVELS_DOWN, LOWEST_HEADING)}"

    # Only the digits of headings change in what is safe already.
    return Markup(re.sub(r"<(/?)h([1-6])", moved, html))  # noqa: S704


def area_tables(material: Material, area) -> list[list]:
    """Cut the statements of an area into runs that each fit on a page as one table."""
    across = _characters(COLUMNS_WIDTH / max(1, len(material.tree.levels)) - 4)

    def height(statement):
        return _height((material.words.get(statement.pk, {}).values()), across)

    head = AREA_HEAD + 5.5 * _lines(area.summary, 85) + 5 * bool(area.parts)
    return _cut(area.statements, height, PAGE - head - TABLE_HEAD, PAGE - CONTINUED_HEAD - TABLE_HEAD)


def in_tables(rows: Iterable, *texts: str, width: float, first: float = 0) -> list[list]:
    """Cut rows into runs that each fit on a page as one table.

    ``texts`` name what is long in a row, and ``width`` is that column's, in millimetres. ``first`` is what stands above the first
    run on its page.
    """
    across = _characters(width)

    def height(row):
        return ROW_MARGIN + LINE * sum(_lines(_text(row, name), across) for name in texts)

    return _cut(list(rows), height, PAGE - first - TABLE_HEAD, PAGE - CONTINUED_HEAD - TABLE_HEAD)


def shared_words(material: Material, area) -> list[str]:
    """A sentence for each set of levels whose published words are the same, naming the statements."""
    found = {}
    for statement in area.statements:
        for cell in statement.cells:
            if cell.is_joined and all(material.words.get(statement.pk, {}).get(rank) for rank in cell.ranks):
                found.setdefault(cell.name, []).append(statement.code)
    return [f"In {_listed(codes)} the published words for {name} are the same." for name, codes in found.items()]


def _listed(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def _text(row, name):
    for part in name.split("."):
        row = row[part] if isinstance(row, dict) else getattr(row, part)
    return row or ""


def _cut(rows, height, first, later):
    tables, room = [], 0
    for row in rows:
        needed = height(row)
        if needed > room:
            room = later if tables else first
            tables.append([])
        tables[-1].append(row)
        room -= needed
    return tables


def _height(texts, across):
    return ROW_MARGIN + LINE * max((_lines(text, across) for text in texts), default=1)


def _characters(width):
    """How many characters of the small type stand in a line of ``width`` millimetres, on the safe side."""
    return max(8, int(width * 0.64))


def _lines(text, across):
    return sum(len(wrap(line, across)) or 1 for line in text.splitlines()) or 1
