"""The bars of an organisation's page: lengths, shades and numbers, for a page and for paper."""

import re
from xml.etree import ElementTree

import pytest

from insights.organisations.charts import Bar, key_mark, level_bar, shade

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("Not yet at Foundation", "Foundation", "Practitioner", "Expert")


def bar(*people, longest=0, names=NAMES):
    return Bar("B4 Change Control", people, names, longest or sum(people))


def blocks(svg):
    return [(each.get("x"), each.get("width")) for each in ElementTree.fromstring(svg).iter(f"{SVG}rect")]


def texts(svg):
    return ["".join(each.itertext()) for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_bar_has_a_block_for_each_level_with_people_on_the_scale_of_the_longest():
    svg = level_bar(bar(25, 0, 50, 25, longest=200))
    assert blocks(svg) == [("0%", "12.5%"), ("12.5%", "25%"), ("37.5%", "12.5%")]
    assert texts(svg) == ["25", "50 Practitioner", "25"]


def test_a_bar_of_a_width_is_the_same_in_units():
    svg = level_bar(bar(25, 0, 50, 25, longest=200), 400)
    assert blocks(svg) == [("0", "50"), ("50", "100"), ("150", "50")]
    assert ElementTree.fromstring(svg).get("viewBox") == "0 0 400 32"
    assert "%" not in svg


def test_a_bar_begins_with_its_title_and_has_presentation_attributes_alone():
    svg = level_bar(Bar('A & <B> "C"', (5, 5), ("None", "Some"), 10))
    assert re.match(r'<svg [^>]*role="img"><title>A &amp; &lt;B&gt; &quot;C&quot;</title>', svg)
    assert not re.search(r"style|url\(|<script|\son\w+=", svg)


def test_a_bar_of_nobody_is_a_dashed_line_and_divides_by_nothing():
    svg = level_bar(bar(0, 0, 0, 0))
    assert blocks(svg) == []
    assert 'stroke-dasharray="3 3"' in svg


def test_a_number_without_room_is_left_away_and_one_without_room_on_a_phone_is_marked():
    svg = level_bar(bar(5, 40, 955, 12345))
    assert texts(svg) == ["955", "12,345 Expert"]
    marked = [each.get("class") for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert marked == ["organisation-wide", None]


def test_the_blocks_of_a_bar_fill_its_share():
    shares = [float(width.rstrip("%")) for _, width in blocks(level_bar(bar(35, 70, 95, 15)))]
    assert sum(shares) == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("levels", range(1, 7))
def test_shades_grow_darker_and_their_text_is_readable(levels):
    greys = [_luminance(shade(rank, levels)[0]) for rank in range(levels + 1)]
    assert greys == sorted(greys, reverse=True)
    assert len(set(greys)) == levels + 1
    for rank in range(levels + 1):
        fill, text = (_luminance(each) for each in shade(rank, levels))
        assert (max(fill, text) + 0.05) / (min(fill, text) + 0.05) >= 4.5


def test_the_key_has_the_shade_of_the_block():
    assert [f'fill="{shade(rank, 3)[0]}"' in key_mark(rank, 3) for rank in range(4)] == [True] * 4


def _luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
