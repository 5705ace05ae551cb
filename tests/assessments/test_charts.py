"""The chart of a gap report: what is drawn for a row, read back from its SVG."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from assessments.charts import (
    CHANGE_WIDTH,
    HEIGHT,
    HELD,
    REACHED,
    TARGET,
    WIDTH,
    ChangeBlock,
    ChartRow,
    change_chart,
    key_chart,
    level_chart,
)

SVG = "{http://www.w3.org/2000/svg}"


def make_row(at_or_above=(9, 8, 6, 0), in_scope=9, answered=9, level=0, target=2, words="B6"):
    return ChartRow(words, at_or_above, in_scope, answered, level, target)


def paths(row):
    """The drawing's pieces by style: the x of each, in the order drawn."""
    drawn = {}
    for path in ElementTree.fromstring(level_chart(row)).iter(f"{SVG}path"):
        style = path.get("fill") if path.get("fill") != "none" else path.get("stroke")
        pieces = re.findall(r"M([\d.]+) ", path.get("d"))
        drawn.setdefault((style, "z" in path.get("d")), []).extend(float(x) for x in pieces)
    return {style: len(pieces) for style, pieces in drawn.items()}


HELD_BOX, REACHED_BOX, EMPTY_BOX, DASH, TARGET_LINE = (
    (HELD, True),
    (REACHED, True),
    ("#505a5f", True),
    ("#505a5f", False),
    (TARGET, False),
)


@pytest.mark.parametrize(
    ("row", "drawn"),
    [
        pytest.param(make_row(), {REACHED_BOX: 14, EMPTY_BOX: 13, TARGET_LINE: 1}, id="not-yet-at-the-lowest"),
        pytest.param(
            make_row((7, 7, 6, 2), 7, 7, 1),
            {HELD_BOX: 7, REACHED_BOX: 8, EMPTY_BOX: 6, TARGET_LINE: 1},
            id="held-at-the-first-level",
        ),
        pytest.param(make_row((2, 2, 2, 2), 2, 2, 3), {HELD_BOX: 6, TARGET_LINE: 1}, id="everything-held"),
        pytest.param(
            make_row((3, 3, 1, 0), 9, 3, None),
            {REACHED_BOX: 4, EMPTY_BOX: 5, DASH: 18, TARGET_LINE: 1},
            id="not-finished",
        ),
        pytest.param(make_row((0, 0, 0, 0), 0, 0, None, None), {}, id="not-in-the-role"),
        pytest.param(make_row((0, 0, 0, 0), 0, 0, None, 2), {}, id="every-statement-left-out"),
        pytest.param(make_row((4, 4), 4, 4, 1, 1), {HELD_BOX: 4, TARGET_LINE: 1}, id="one-level"),
        pytest.param(
            make_row((4, 4, 4, 4, 2, 0), 4, 4, 3, 5),
            {HELD_BOX: 12, REACHED_BOX: 2, EMPTY_BOX: 6, TARGET_LINE: 1},
            id="five-levels",
        ),
        pytest.param(
            make_row((40, 40, 20, 0), 40, 40, 1),
            {HELD_BOX: 40, REACHED_BOX: 20, EMPTY_BOX: 60, TARGET_LINE: 1},
            id="forty",
        ),
    ],
)
def test_a_row_has_a_box_for_each_statement_at_each_level(row, drawn):
    assert paths(row) == drawn


@pytest.mark.parametrize("count", [1, 6, 12, 13, 40, 300])
@pytest.mark.parametrize("levels", [1, 3, 6])
def test_everything_stays_inside_the_drawing(count, levels):
    at_or_above = (count,) * (levels + 1)
    svg = level_chart(make_row(at_or_above, count, count, levels, levels))
    for x, across in re.findall(r"M([\d.]+) [\d.]+h([\d.]+)", svg):
        assert 0 <= float(x) < float(x) + float(across) <= WIDTH
    (target,) = re.findall(rf"M([\d.]+) 0v{HEIGHT}", svg)
    assert float(target) < WIDTH


def test_the_title_comes_first_and_is_escaped():
    drawing = ElementTree.fromstring(level_chart(make_row(words='<b>&{{7*7}}"')))
    assert drawing[0].tag == f"{SVG}title"
    assert drawing[0].text == '<b>&{{7*7}}"'


def test_a_drawing_has_presentation_attributes_only():
    for svg in (level_chart(make_row()), key_chart("target")):
        attributes = {name for element in ElementTree.fromstring(svg).iter() for name in element.attrib}
        assert attributes <= {"viewBox", "role", "fill", "stroke", "stroke-width", "d"}


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_shades_stay_apart_without_colour():
    shades = sorted(luminance(colour) for colour in (HELD, REACHED, "#ffffff"))
    for darker, lighter in pairwise(shades):
        assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_the_key_has_no_other_marks():
    assert [
        ElementTree.fromstring(key_chart(kind))[0].text for kind in ("held", "reached", "empty", "unanswered", "target")
    ] == [
        "Dark box",
        "Lighter box",
        "Empty box",
        "Dash",
        "Heavy line",
    ]
    with pytest.raises(KeyError):
        key_chart("other")


# Two rounds compared


def pieces(block):
    """How many boxes and strokes a block draws, by style."""
    drawn = {}
    for path in ElementTree.fromstring(change_chart(block)).iter(f"{SVG}path"):
        style = path.get("fill") if path.get("fill") != "none" else path.get("stroke")
        for piece in re.findall(r"M[^M]+", path.get("d")):
            key = (style, "z" in piece)
            drawn[key] = drawn.get(key, 0) + 1
    return drawn


LOST_STROKE = ("#505a5f", False)


@pytest.mark.parametrize(
    ("counts", "drawn"),
    [
        ((3, 2, 1, 1), {REACHED_BOX: 3, HELD_BOX: 2, EMPTY_BOX: 2, LOST_STROKE: 1}),
        ((7, 0, 0, 0), {REACHED_BOX: 7}),
        ((0, 1, 0, 0), {HELD_BOX: 1}),
        ((0, 0, 2, 0), {EMPTY_BOX: 2, LOST_STROKE: 2}),
        ((0, 0, 0, 4), {EMPTY_BOX: 4}),
        ((0, 0, 0, 0), {}),
        ((10, 10, 10, 10), {REACHED_BOX: 10, HELD_BOX: 10, EMPTY_BOX: 20, LOST_STROKE: 10}),
    ],
)
def test_a_block_of_two_rounds_has_a_box_for_each_statement(counts, drawn):
    assert pieces(ChangeBlock("B4", *counts)) == drawn


@pytest.mark.parametrize("count", [1, 7, 12, 40])
def test_a_block_of_two_rounds_stays_inside_the_drawing(count):
    svg = change_chart(ChangeBlock("B4", 0, 0, count, 0))
    boxes = [(float(x), float(x) + float(across)) for x, across in re.findall(r"M([\d.]+) [\d.]+h([\d.]+)", svg)]
    assert len(boxes) == count
    assert all(0 <= left < right <= CHANGE_WIDTH for left, right in boxes)
    assert all(float(x) <= CHANGE_WIDTH for x in re.findall(r"L([\d.]+) ", svg))


def test_a_block_of_two_rounds_begins_with_its_words():
    drawing = ElementTree.fromstring(change_chart(ChangeBlock('<b>&"', 1, 0, 0, 0)))
    assert (drawing[0].tag, drawing[0].text) == (f"{SVG}title", '<b>&"')
    assert ElementTree.fromstring(key_chart("lost"))[0].text == "Crossed box"
