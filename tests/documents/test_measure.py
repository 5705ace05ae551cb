"""Lines as they are counted before a page is laid out, against the lines that WeasyPrint makes of the same text."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from documents.measure import lines
from documents.pdf import render_pdf

TEXTS = (
    "Understands and inputs into the change process, seeking advice on whether an adjustment is a change or a variation.",
    "Prepares for and/or re-negotiates supplier-led, customer-led and third-party-led change in a best-practice way.",
    "Ŵŵ Ŷŷ £500m – 15% ‘quoted’ and “double”, e.g. KPIs; VfM (SRM)",
    "Short",
    "One line\nand another\n\nafter an empty one",
)
CSS = "p { width: %smm; font-size: %spt; white-space: pre-line; overflow-wrap: anywhere; margin: 0 }"


def drawn_lines(text, width, points):
    page = PdfReader(
        BytesIO(
            render_pdf(f'<html lang="en"><title>Lines</title><p>{text}</p></html>', stylesheets=[CSS % (width, points)])
        )
    ).pages[0]
    places = set()
    page.extract_text(visitor_text=lambda text, cm, tm, font, size: places.add(round(tm[5])) if text.strip() else None)
    # The foot of the page stands on one line of its own.
    return len(places) - 1


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("width", [30, 50, 128])
def test_lines_are_those_that_are_drawn(text, width):
    counted = lines(text, width=width, points=8.25)
    empty = sum(not line for line in text.split("\n"))
    assert counted - empty in (drawn_lines(text, width, 8.25), drawn_lines(text, width, 8.25) + 1)


def test_a_word_wider_than_its_column_is_broken():
    assert lines("W" * 100, width=20, points=10) > 10
    assert lines("a " + "W" * 100, width=20, points=10) >= lines("W" * 100, width=20, points=10)


def test_no_text_takes_a_line():
    assert lines("", width=20, points=10) == 1
    assert lines("   ", width=20, points=10) == 1
