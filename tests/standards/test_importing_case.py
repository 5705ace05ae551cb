"""CASE packages of others are read for what they carry, whatever shape their trees have."""

import json
from uuid import UUID

import pytest

from standards.importing import Book, Refused, begun_version, read_upload
from standards.models import LevelDescriptor

pytestmark = pytest.mark.django_db


def node(identifier):
    return {"identifier": identifier, "title": identifier, "uri": identifier}


def item(identifier, text="", *, code="", short=""):
    return {
        "identifier": identifier,
        "fullStatement": text or f"About {identifier}",
        "humanCodingScheme": code,
        "abbreviatedStatement": short,
    }


def link(kind, origin, destination, place=None):
    found = {"associationType": kind, "originNodeURI": node(origin), "destinationNodeURI": node(destination)}
    return found | ({"sequenceNumber": place} if place else {})


def package(items, links, **more):
    document = {"identifier": "doc", "title": "Plumbing Standards", "creator": "Guild of Plumbers", "version": "3"}
    return json.dumps(
        {
            "CFDocument": document | {"lastChangeDateTime": "2026-01-02T00:00:00Z"},
            "CFItems": items,
            "CFAssociations": links,
        }
        | more
    ).encode()


def begun(content):
    """The version that a package begins, saved; and what its reader decided."""
    upload = read_upload(content, "a.json")
    version = begun_version(upload, Book)
    version.framework.save()
    version.save()
    book = Book(version, is_new=True)
    plan = book.plan(upload, is_whole=True)
    assert plan.problems == ()
    book.carry_out()
    return version, plan.notes


def tree(version):
    """Section, area and statement codes, and the words by level name."""
    rows = LevelDescriptor.objects.filter(statement__area__section__version=version).select_related(
        "level", "statement__area__section"
    )
    found = {}
    for row in rows.order_by(
        "statement__area__section__order", "statement__area__order", "statement__order", "level__rank"
    ):
        area = row.statement.area
        found.setdefault((area.section.code, area.code, row.statement.code), {})[row.level.name] = row.text
    return found


THREE_DEEP = [
    link("isChildOf", "S", "doc", 1),
    link("isChildOf", "A", "S", 1),
    link("isChildOf", "one", "A", 2),
    link("isChildOf", "two", "A", 1),
]


def test_a_tree_of_three_with_levels_by_association():
    items = [item(each) for each in ("S", "A", "one", "two")]
    items += [item("L1", "Apprentice"), item("L2", "Master"), item("w1", "Fits a tap"), item("w2", "Designs a tap")]
    links = [
        *THREE_DEEP,
        link("isChildOf", "L1", "doc", 8),
        link("isChildOf", "L2", "doc", 9),
        link("isChildOf", "w1", "one"),
        link("isChildOf", "w2", "one"),
        link("hasSkillLevel", "w1", "L1"),
        link("hasSkillLevel", "w2", "L2"),
    ]
    version, notes = begun(package(items, links))
    assert notes == ()
    assert tree(version) == {("A", "A1", "A1.2"): {"Apprentice": "Fits a tap", "Master": "Designs a tap"}}
    assert (version.framework.slug, version.framework.owner, version.number) == (
        "plumbing-standards",
        "Guild of Plumbers",
        "3",
    )
    assert version.framework.allows_undefined_levels


def test_levels_by_rubric():
    columns = [
        {"quality": "Good", "position": 2, "description": "Tight"},
        {"quality": "Poor", "position": 1, "description": "Drips"},
    ]
    rubrics = [{"CFRubricCriteria": [{"CFItemURI": node("one"), "CFRubricCriterionLevels": columns}]}]
    version, _ = begun(package([item(each) for each in ("S", "A", "one", "two")], THREE_DEEP, CFRubrics=rubrics))
    assert tree(version) == {("A", "A1", "A1.2"): {"Poor": "Drips", "Good": "Tight"}}


def test_a_package_without_levels_gets_one_and_the_editor_is_told():
    version, notes = begun(package([item(each, f"Words of {each}") for each in ("S", "A", "one", "two")], THREE_DEEP))
    assert notes == ("The package has no levels, so each statement has its words at one level, called “Met”.",)
    assert tree(version) == {
        ("A", "A1", "A1.1"): {"Met": "Words of two"},
        ("A", "A1", "A1.2"): {"Met": "Words of one"},
    }


def test_a_flat_list_stands_in_one_area_of_the_document():
    version, _ = begun(package([item("one"), item("two")], []))
    assert [*tree(version)] == [("A", "A1", "A1.1"), ("A", "A1", "A1.2")]


def test_a_deep_tree_leaves_out_what_stands_between():
    links = [link("isChildOf", child, parent) for child, parent in (("S", "doc"), ("x", "S"), ("A", "x"), ("one", "A"))]
    version, notes = begun(package([item(each) for each in ("S", "x", "A", "one")], links))
    assert [*tree(version)] == [("A", "A1", "A1.1")]
    assert notes[1] == "What stands between a section and its areas in the package is left out."


def test_codes_stay_where_they_fit_and_are_told_of_where_not():
    items = [item("S", code="S1"), item("A", code="MATH.CONTENT.HSA"), item("one", code="a"), item("two", code="b")]
    version, notes = begun(package(items, THREE_DEEP))
    assert [*tree(version)] == [("S1", "S11", "b"), ("S1", "S11", "a")]
    assert notes[1] == "Codes such as “MATH.CONTENT.HSA” are too long or not unique, so new ones are given."


def test_a_statement_that_has_a_uuid_keeps_it_as_its_lineage():
    one = "7f0e3f0c-9d0d-5b4e-8c55-6a2f1f5b7d21"
    version, _ = begun(package([item("S"), item("A"), item(one)], [*THREE_DEEP[:2], link("isChildOf", one, "A")]))
    assert version.sections.get().areas.get().statements.get().lineage == UUID(one)


@pytest.mark.parametrize(
    ("items", "links", "says"),
    [
        ([], [], "The file is no CASE package"),
        ([item("one"), item("one")], [], "Item 2 of the CASE package has no identifier of its own."),
        ([{"fullStatement": "a"}], [], "Item 1 of the CASE package has no identifier of its own."),
        (
            [item("one"), item("two")],
            [link("isChildOf", "one", "two"), link("isChildOf", "two", "one")],
            "Item 1 of the CASE package stands beneath itself, or too deep.",
        ),
    ],
)
def test_a_package_that_cannot_be_used_is_refused(items, links, says):
    with pytest.raises(Refused, match=says):
        read_upload(package(items, links), "a.json")
