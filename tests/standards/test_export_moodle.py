"""Moodle's CSV, read as its importer reads it (tool_lpimportcsv of Moodle 4 and 5): by column number, the framework first."""

import csv
import json
from io import StringIO

import pytest

from standards.exports import EXPORTS
from standards.models import Area, Section, Statement

pytestmark = pytest.mark.django_db

# The English strings of tool_lpimportcsv, in the order of its list_required_headers().
HEADERS = [
    *("Parent ID number", "ID number", "Short name", "Description", "Description format", "Scale values"),
    *("Scale configuration", "Rule type (optional)", "Rule outcome (optional)", "Rule config (optional)"),
    *("Cross-referenced competency ID numbers", "Exported ID (optional)", "Is framework", "Taxonomy"),
]
TAXONOMIES = {
    *("behaviour", "competency", "concept", "domain", "indicator", "level", "outcome", "practice", "proficiency"),
    *("skill", "value"),
}
MOST_CHARACTERS = 100  # of an ID number and a short name; Moodle cuts the rest off
SCALE_ID, PLACE = "scaleid", "id"


@pytest.fixture
def rows(published_version):
    text = EXPORTS["moodle-csv"].content(published_version).decode()
    assert not text.startswith("\ufeff")
    return list(csv.reader(StringIO(text, newline=""), strict=True))


def test_columns_are_those_of_the_importer(rows):
    assert rows[0] == HEADERS
    assert {len(row) for row in rows} == {len(HEADERS)}


def test_first_row_is_the_framework_with_its_scale(rows):
    framework, *others = rows[1:]
    assert framework[:3] == ["", "contract-management-2.0", "Contract Management Professional Standards, version 2.0"]
    assert framework[12] == "1"
    assert {row[12] for row in others} == {""}
    scale = framework[5].split(",")
    assert scale == ["Not yet", "Foundation", "Practitioner", "Expert"]
    first, *places = json.loads(framework[6])
    assert list(first) == [SCALE_ID]
    # Moodle asks for one default and at least one proficient value; places count from one.
    assert [place for place in places if place["scaledefault"]] == [{PLACE: 2, "scaledefault": 1, "proficient": 1}]
    assert [place[PLACE] for place in places if place["proficient"]] == [2, 3, 4]
    assert len(framework[13].split(",")) == 4
    assert set(framework[13].split(",")) <= TAXONOMIES


def test_tree_is_that_of_the_version(rows):
    found = [(row[0], row[1]) for row in rows[2:]]
    expected = {("", section.code) for section in Section.objects.all()}
    expected |= set(Area.objects.values_list("section__code", "code"))
    expected |= set(Statement.objects.values_list("area__code", "code"))
    assert set(found) == expected
    assert len(found) == len(expected) == 2 + 8 + 66
    # Moodle looks parents up in what it has read.
    seen = {""}
    for parent, code in found:
        assert parent in seen
        seen.add(code)


def test_nothing_is_cut_off(rows):
    assert [row[1] for row in rows[1:] if max(len(row[1]), len(row[2])) > MOST_CHARACTERS] == []
    assert {row[4] for row in rows[1:]} == {"1"}
    short = {row[1]: row[2] for row in rows[2:]}
    assert short["B4"] == "B4 Change Control"
    assert short["B4.3"] == f"B4.3 {Statement.objects.get(code='B4.3').topic}"
