"""The CASE package against the field tables of 1EdTech's "CASE Service 1.1" and against the database.

The package passes the specification's own OpenAPI definition too (imscasev1p1_openapi3_v1p0, tried once with a JSON Schema
validator); that file may not be copied, so that its rules for what we write are here in our words.
"""

import copy
import json
import re
from collections import Counter
from urllib.parse import urlsplit

import pytest

from standards.actions import publish_unreviewed
from standards.exports import EXPORTS
from standards.exports.case import document_id, statement_id
from standards.models import Area, GlossaryTerm, Statement, Version
from standards.tree import version_tree
from tests.standards.test_exports import second_version
from tests.standards.versions import make_version, make_whole_version

pytestmark = pytest.mark.django_db

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
ASSOCIATIONS = {
    *("isChildOf", "isPeerOf", "isPartOf", "exactMatchOf", "precedes", "isRelatedTo", "replacedBy", "exemplar"),
    *("hasSkillLevel", "isTranslationOf"),
}


def text(value):
    return isinstance(value, str) and bool(value.strip())


def uri(value):
    return text(value) and bool(urlsplit(value).scheme)


def texts(value):
    return isinstance(value, list) and all(text(each) for each in value)


def matching(pattern):
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


def link(value):
    return not list(faults_of(value, LINK, "link"))


def node(value):
    return not list(faults_of(value, LINK | {"targetType": (False, lambda target: target == "CASE")}, "node"))


# For each field whether it must be there, and what it may hold. No other field is allowed.
NAMED = {"identifier": (True, matching(GUID)), "uri": (True, uri)}
LINK = {"title": (True, text), **NAMED}
CHANGED = {"lastChangeDateTime": (True, matching(MOMENT))}
DOCUMENT = {
    **NAMED,
    **CHANGED,
    **dict.fromkeys(("creator", "title"), (True, text)),
    **dict.fromkeys(
        ("frameworkType", "publisher", "description", "language", "version", "adoptionStatus", "notes"), (False, text)
    ),
    "caseVersion": (False, lambda value: value == "1.1"),
    "officialSourceURL": (False, uri),
    "subject": (False, texts),
    "statusStartDate": (False, matching(DAY)),
    "statusEndDate": (False, matching(DAY)),
    "licenseURI": (False, link),
}
ITEM = {
    **NAMED,
    **CHANGED,
    "fullStatement": (True, text),
    **dict.fromkeys(("alternativeLabel", "CFItemType", "humanCodingScheme", "listEnumeration"), (False, text)),
    **dict.fromkeys(("abbreviatedStatement", "notes", "language"), (False, text)),
    "conceptKeywords": (False, texts),
    "CFItemTypeURI": (False, link),
    "licenseURI": (False, link),
}
ASSOCIATION = {
    **NAMED,
    **CHANGED,
    "associationType": (True, lambda value: value in ASSOCIATIONS),
    "originNodeURI": (True, node),
    "destinationNodeURI": (True, node),
    "sequenceNumber": (False, lambda value: type(value) is int and value > 0),
}
DEFINED = {**LINK, **CHANGED}
CONCEPT = {**DEFINED, "hierarchyCode": (True, text), "description": (False, text), "keywords": (False, text)}
ITEM_TYPE = {**DEFINED, "hierarchyCode": (True, text), "description": (True, text), "typeCode": (False, text)}
LICENCE = {**DEFINED, "licenseText": (True, text), "description": (False, text)}


def faults_of(record, fields, where):
    for name, (is_needed, allows) in fields.items():
        if name not in record:
            if is_needed:
                yield f"{where} has no {name}"
        elif not allows(record[name]):
            yield f"{where}: {name} is {record[name]!r}"
    yield from (f"{where} has {name}, which is no field of it" for name in record.keys() - fields.keys())


def faults_of_package(package):
    """What the specification does not allow, and links within the package that lead nowhere."""
    if package.keys() != {"CFDocument", "CFItems", "CFAssociations", "CFDefinitions"}:
        yield f"A package with {sorted(package)}"
    yield from faults_of(package["CFDocument"], DOCUMENT, "CFDocument")
    definitions = package["CFDefinitions"]
    kinds = {"CFConcepts": CONCEPT, "CFLicenses": LICENCE, "CFItemTypes": ITEM_TYPE}
    yield from (f"CFDefinitions has {name}" for name in definitions.keys() - kinds.keys())
    records = [(package["CFItems"], ITEM, "CFItem"), (package["CFAssociations"], ASSOCIATION, "CFAssociation")]
    records += [(definitions[name], fields, name) for name, fields in kinds.items()]
    for rows, fields, name in records:
        for row in rows:
            yield from faults_of(row, fields, f"{name} {row.get('identifier')}")
    yield from _lost_links(package, [row for rows, *_ in records for row in rows])


def _lost_links(package, rows):
    known = Counter(row.get("identifier") for row in [package["CFDocument"], *rows])
    yield from (f"{identifier} stands {number} times" for identifier, number in known.items() if number > 1)
    earlier = {"exactMatchOf", "replacedBy"}
    for row in rows:
        for name in ("CFItemTypeURI", "licenseURI", "originNodeURI", "destinationNodeURI"):
            if name == "originNodeURI" and row.get("associationType") in earlier:
                continue
            if name in row and row[name]["identifier"] not in known:
                yield f"{row['identifier']}: its {name} leads nowhere"
    parents = Counter(
        row["originNodeURI"]["identifier"] for row in package["CFAssociations"] if row["associationType"] == "isChildOf"
    )
    for item in package["CFItems"]:
        if parents[item["identifier"]] != 1:
            yield f"{item['identifier']} has {parents[item['identifier']]} parents"


@pytest.fixture
def package(published_version):
    return json.loads(EXPORTS["case-json"].content(published_version))


def test_package_keeps_the_specification(package):
    assert list(faults_of_package(package)) == []


def test_package_of_any_version_keeps_it():
    for version in (make_whole_version(), make_version()):
        version = Version.objects.select_related("framework").get(pk=version.pk)
        assert list(faults_of_package(json.loads(EXPORTS["case-json"].content(version)))) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda p: p["CFItems"][5].pop("fullStatement"),
        lambda p: p["CFItems"][5].update(fullStatement=""),
        lambda p: p["CFItems"][5].update(statement="x"),
        lambda p: p["CFItems"][5].update(identifier="B4.3"),
        lambda p: p["CFItems"].append(p["CFItems"][5]),
        lambda p: p["CFItems"].pop(5),
        lambda p: p["CFDocument"].update(caseVersion="1.0"),
        lambda p: p["CFDocument"].update(lastChangeDateTime="22 November 2026"),
        lambda p: p["CFAssociations"][5].update(associationType="isParentOf"),
        lambda p: p["CFAssociations"][5].update(sequenceNumber="5"),
        lambda p: p["CFAssociations"][5]["originNodeURI"].pop("title"),
        lambda p: p["CFDefinitions"]["CFItemTypes"][0].pop("description"),
        lambda p: p["CFDefinitions"]["CFLicenses"].clear(),
    ],
)
def test_planted_fault_is_found(plant, package):
    faulty = copy.deepcopy(package)
    plant(faulty)
    assert list(faults_of_package(faulty))


def test_tree_of_the_package_is_that_of_the_version(package, published_version):
    items = {item["identifier"]: item for item in package["CFItems"]}
    children = {}
    for each in package["CFAssociations"]:
        if each["associationType"] == "isChildOf":
            place = (each["sequenceNumber"], items[each["originNodeURI"]["identifier"]]["humanCodingScheme"])
            children.setdefault(each["destinationNodeURI"]["identifier"], []).append(place)
    by_code = {item["humanCodingScheme"]: item for item in items.values()}

    def below(identifier):
        places, codes = zip(*sorted(children[identifier]), strict=True)
        assert list(places) == list(range(1, len(places) + 1))
        return list(codes)

    assert below(package["CFDocument"]["identifier"]) == ["A", "B", "1", "2", "3"]
    for section in "AB":
        areas = Area.objects.filter(section__code=section).order_by("order")
        assert below(by_code[section]["identifier"]) == list(areas.values_list("code", flat=True))
    for area in Area.objects.all():
        codes = [*area.parts.order_by("order").values_list("code", flat=True)]
        codes += area.statements.order_by("order").values_list("code", flat=True)
        item = by_code[area.code]
        assert below(item["identifier"]) == codes
        assert (item["fullStatement"], item["abbreviatedStatement"]) == (area.summary, area.title)
    for statement in Statement.objects.all():
        assert below(by_code[statement.code]["identifier"]) == [f"{statement.code}.{rank}" for rank in (1, 2, 3)]
        assert by_code[statement.code]["fullStatement"] == statement.topic


def test_glossary_and_licence_are_defined(package):
    terms = [(concept["title"], concept["description"]) for concept in package["CFDefinitions"]["CFConcepts"]]
    assert terms == list(GlossaryTerm.objects.order_by("order").values_list("term", "definition"))
    (licence,) = package["CFDefinitions"]["CFLicenses"]
    assert "Open Government Licence v3.0" in licence["licenseText"]
    assert "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/" in licence["licenseText"]


def test_identifiers_come_from_lineage_and_never_change(package, published_version):
    """These are in other people's systems: a change here would break their links."""
    assert str(document_id(published_version)) == package["CFDocument"]["identifier"]
    assert package["CFDocument"]["identifier"] == "3112ee07-3722-5478-b396-1436fa1503c0"
    statement = next(each for each in version_tree(published_version).statements if each.code == "B4.3")
    item = next(item for item in package["CFItems"] if item["humanCodingScheme"] == "B4.3")
    assert item["identifier"] == str(statement_id(published_version, statement))
    assert item["uri"] == f"urn:uuid:{item['identifier']}"


def test_later_version_says_what_became_of_each_statement():
    first = publish_unreviewed(version=make_version(("Knows", "Does", "Leads"), ("Reads", "Writes", "Teaches")))
    second = second_version(first)
    package = json.loads(EXPORTS["case-json"].content(second))
    assert list(faults_of_package(package)) == []
    before, now = version_tree(first).statements[0], version_tree(second).statements[0]
    became = {
        each["originNodeURI"]["identifier"]: (each["associationType"], each["destinationNodeURI"]["identifier"])
        for each in package["CFAssociations"]
        if each["associationType"] in ("exactMatchOf", "replacedBy")
    }
    kinds = {None: "replacedBy", 1: "exactMatchOf", 2: "replacedBy", 3: "exactMatchOf"}
    assert became == {
        str(statement_id(first, before, rank)): (kind, str(statement_id(second, now, rank)))
        for rank, kind in kinds.items()
    }
