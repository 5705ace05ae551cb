"""The whole document as a tagged PDF (PDF/UA-1), made from ``standards/version_pdf.html``."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

from django.template.loader import render_to_string
from markupsafe import Markup

from documents import measure, pdf

from ..models import Area
from .material import Material

TEMPLATE = "standards/version_pdf.html"
CSS_FILE = Path(pdf.__file__).with_name("standards.css")
# A page's prose stands three headings below the document's title, and its own headings below its title.
LEVELS_DOWN = 2
LOWEST_HEADING = 6

# Where a table is cut, in millimetres: one that runs over a page of itself is tagged as two, without a head in its second half.
# The sizes are those of documents/standards.css.
SMALL, LINE, STATEMENT_LINE = 8.25, 3.93, 3.79
PROSE, PROSE_LINE, PROSE_WIDTH = 9, 4.45, 142
SUMMARY, SUMMARY_LINE, SUMMARY_WIDTH = 11, 5.43, 174
TITLE, TITLE_LINE = 19, 8.4
CELL_MARGIN = 2.25
CELL_SPACE = 4
CODE_WIDTH = 12
TEXT_WIDTH = 174
TABLE_HEAD = 9.3
PAGE = 254.5
HEAD = 11
AREA_HEAD = 13.5
ASIDE_MARGIN = 1.5
CONTINUED_HEAD = 10


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
        "kinds": {"": "", **dict(Area.Kind.choices)},
        "pages": {page.slug: page for page in library.pages},
        "pathways": [(title, list(roles)) for title, roles in groupby(tree.role_profiles, key=lambda r: r.pathway)],
        "glossary_rows": [
            {"term": term.term, "definition": term.definition, "note": material.notes[term.term]} for term in tree.terms
        ],
        "definitions_head": HEAD
        + _prose_height(next((p.body for p in library.pages if p.slug == "definitions"), None)),
        "area_tables": area_tables,
        "area_notes": area_notes,
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
    """Cut the statements of an area into runs that each fit on a page as one table, the last one with what is said below it."""
    each = (TEXT_WIDTH - CODE_WIDTH) / max(1, len(material.tree.levels))
    widths = {level.rank: each - CELL_SPACE for level in material.tree.levels[:-1]}

    def height(statement):
        texts = material.words.get(statement.pk, {}).items()
        return CELL_MARGIN + STATEMENT_LINE * max(
            (_lines(text, widths.get(rank, each)) for rank, text in texts), default=1
        )

    above = AREA_HEAD + TITLE_LINE * measure.lines(f"{area.code} {area.title}", width=TEXT_WIDTH - 8, points=TITLE)
    above += SUMMARY_LINE * measure.lines(area.summary, width=SUMMARY_WIDTH, points=SUMMARY) + 5.5 * bool(area.parts)
    after = 2 + sum(
        LINE * _lines(f"{name} {text}", TEXT_WIDTH) + ASIDE_MARGIN for name, text in area_notes(material, area)
    )
    return _cut(area.statements, height, above, after)


def area_notes(material: Material, area) -> list[tuple[str, str]]:
    """What is said below the table of an area, each with its name or ""."""
    library = material.library
    notes = [("", sentence) for sentence in shared_words(material, area)]
    for name, texts in (
        ("Attributes:", area.attributes),
        ("Best practice guide:", [f"{each.code} {each.title}" for each in library.guide_sections_of(area.code)]),
        ("Insights:", [f"{each.number} {each.text}" for each in library.insights_of(area.code)]),
    ):
        if texts:
            notes.append((name, f"{'; '.join(texts)}."))
    return notes


def in_tables(rows: Iterable, *texts: str, width: float, above: float) -> list[list]:
    """Cut rows into runs that each fit on a page as one table.

    ``texts`` name what is long in a row, one beneath the other in a column of ``width`` millimetres. ``above`` is the height of
    what stands before the first run on its page.
    """

    def height(row):
        parts = [_lines(text, width) for name in texts if (text := _text(row, name))]
        return CELL_MARGIN + LINE * max(1, sum(parts)) + ASIDE_MARGIN * (len(parts) - 1)

    return _cut(rows, height, above)


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
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _cut(rows, height, above, after=0.0):
    tables, room = [], 0.0
    for row in rows:
        needed = height(row)
        if needed > room:
            room = PAGE - TABLE_HEAD - (CONTINUED_HEAD if tables else above)
            tables.append([])
        tables[-1].append(row)
        room -= needed
    # Nothing but an aside would stand on the next page.
    if room < after and tables and len(tables[-1]) > 1:
        tables.append([tables[-1].pop()])
    return tables


def _lines(text, width):
    return measure.lines(text, width=width, points=SMALL)


def _prose_height(prose):
    if not prose:
        return 0
    paragraphs = prose.words.splitlines()
    return sum(ASIDE_MARGIN + PROSE_LINE * measure.lines(p, width=PROSE_WIDTH, points=PROSE) for p in paragraphs)
