"""The standards as data, proved against the document itself.

Works on the JSON files and the text alone, without a database. A check is a function from the fixture rows to a list of
what is wrong with them; each is shown to see faults planted in memory.
"""

import copy
import hashlib
import re
import uuid
from collections import Counter

import pytest

from tests.standards.document import (
    DATA,
    FLOWING,
    LINE_STARTS,
    PARAGRAPH_STARTS,
    SOURCE,
    SQUEEZED,
    VERSION,
    flow,
    one,
    ordered,
    read_fixtures,
    select,
    source_between,
    squeeze,
)

SOURCE_SHA256 = "00bfe5b2b333d81e9fd08581bc05f760203a977a13667c5c60ab3e72cd0209ec"
LINEAGES = uuid.UUID("150130db-a2d8-5c3e-bd72-ed3b5cf94092")
ROWS_PER_AREA = {"A1": 6, "A2": 8, "B1": 9, "B2": 7, "B3": 12, "B4": 7, "B5": 8, "B6": 9}

# Two places where the text layer runs two cells of a row together; split by sense.
RUN_TOGETHER = [("A2.7", 2), ("B5.3", 3)]
# Page furniture between the end of an area's table and the next area's heading.
PAGE_NUMBER_AFTER = {"A1": "18", "B5": "26"}
AFTER_THE_LAST_AREA = "The NAO Commercial and contract management: insights and emerging best practice document"


def cells(rows, area_code):
    """(statement code, rank, text) of an area, row by row and left to right."""
    return [
        (statement["code"], descriptor["level"][-1], descriptor["text"])
        for statement in ordered(select(rows, "statement", area=area_code))
        for descriptor in sorted(
            select(rows, "leveldescriptor", statement=statement["code"]), key=lambda row: row["level"][-1]
        )
    ]


def heading(rows, area):
    """How an area's table begins in the squeezed source; where the area has parts, with the first of them."""
    first = next(iter(ordered(select(rows, "part", area=area["code"]))), area)
    return squeeze(first["code"] + first["title"].upper() + "Foundation Practitioner Expert")


def after_the_cells(rows, area):
    """What the squeezed source prints between an area's last cell and the next heading."""
    code = area["code"]
    text = "".join(part["code"] + part["title"].upper() for part in ordered(select(rows, "part", area=code))[1:])
    attributes = [row for row in ordered(select(rows, "attribute")) if [*VERSION, code] in row["areas"]]
    if attributes:
        text += "•".join(row["name"] for row in attributes) + "Attributes"
    if code == "A2":
        text += "SECTION B:" + one(rows, "section", code="B")["title"]
    return squeeze(text + PAGE_NUMBER_AFTER.get(code, ""))


def area_pages(rows):
    """(area, the source from its heading to the next, where in the source its first cell begins)."""
    areas = ordered(select(rows, "area"))
    ends = [heading(rows, area) for area in areas[1:]] + [squeeze(AFTER_THE_LAST_AREA)]
    for area, end in zip(areas, ends, strict=True):
        start = heading(rows, area)
        page, begin = source_between(start, end)
        yield area, page.removeprefix(start), begin + len(start)


def published_texts(rows):
    """(where, text) of everything that is copied word for word from running text."""
    for model, name in [
        ("level", "definition"),
        ("level", "summary"),
        ("section", "summary"),
        ("area", "summary"),
        ("attribute", "name"),
        ("leveldescriptor", "text"),
        ("glossaryterm", "definition"),
        ("roleprofile", "description"),
    ]:
        for number, row in enumerate(select(rows, model), start=1):
            yield f"{model} {number} {name}", row[name]
    for row in select(rows, "glossaryterm"):
        yield f"glossaryterm {row['term']}", printed_term(row)
    for row in select(rows, "roleprofile"):
        yield f"roleprofile {row['slug']} title", row["title"]


def printed_term(row):
    """A glossary term as the document prints it."""
    return row["note"].removeprefix("Printed as: ") or row["term"]


# The checks. Each returns what is wrong.


def texts_unlike_the_source(rows):
    """Texts that do not stand in the source with the same words, spaces, capitals and signs."""
    return [where for where, text in published_texts(rows) if text not in FLOWING]


def areas_unlike_the_source(rows):
    """Areas whose cells, one after the other, are not exactly what the source prints between heading and heading."""
    return [
        area["code"]
        for area, page, _ in area_pages(rows)
        if "".join(squeeze(text) for _, _, text in cells(rows, area["code"])) + after_the_cells(rows, area) != page
    ]


def cells_inside_a_paragraph(rows):
    """Cells that do not begin where the source begins a paragraph: a sentence may have slipped into a neighbour."""
    wrong = []
    for area, _, position in area_pages(rows):
        for code, rank, text in cells(rows, area["code"]):
            if position not in PARAGRAPH_STARTS:
                wrong.append((code, rank))
            position += len(squeeze(text))
    return [place for place in wrong if place not in RUN_TOGETHER]


def statements_out_of_shape(rows):
    """Areas whose statements are not A1.1, A1.2, ... in file order, each followed by its three levels."""
    wrong = []
    for area, count in ROWS_PER_AREA.items():
        found = [
            (row["fields"].get("code") or row["fields"]["statement"][-1], row["fields"].get("level", [0])[-1])
            for row in rows
            if row["model"] in ("standards.statement", "standards.leveldescriptor")
            and (row["fields"].get("code") or row["fields"]["statement"][-1]).startswith(f"{area}.")
        ]
        expected = [(f"{area}.{number}", rank) for number in range(1, count + 1) for rank in (0, 1, 2, 3)]
        orders = [row["order"] for row in select(rows, "statement", area=area)]
        if found != expected or orders != list(range(1, count + 1)):
            wrong.append(area)
    return wrong


def overview_unlike_the_source(rows):
    """Whether sections and areas, their titles and summaries are not the whole of "What do they include?"."""
    further = "Further detail on these can be found below:"
    section_a, section_b = ordered(select(rows, "section"))
    expected = "".join(f"{row['code']}.{row['title']}{row['summary']}{further}" for row in (section_a, section_b))
    for area in ordered(select(rows, "area")):
        parts = ordered(select(rows, "part", area=area["code"]))
        # This page calls B5 by its variant and leaves out the code of B6.
        title = one(rows, "areavariant", area="B5")["title"] if area["code"] == "B5" else area["title"]
        code = "" if area["code"] == "B6" else area["code"]
        expected += "".join(part["code"] + part["title"] for part in parts) or code + title
        expected += area["summary"]
    page, _ = source_between(
        squeeze("A. Acumen, Relationships and Leadership Section A describes"),
        squeeze("The activities contained within Section B are grouped"),
    )
    return [] if squeeze(expected).casefold() == page.casefold() else ["What do they include?"]


def levels_unlike_the_source(rows):
    """Levels whose boxes are not the whole of "Links between levels", or whose definition is not the glossary's."""
    levels = sorted(select(rows, "level"), key=lambda row: row["rank"])
    boxes, _ = source_between(
        squeeze("Foundation: Uses understanding"), squeeze("Standards apply to these capability levels")
    )
    wrong = [] if squeeze("".join(f"{row['name']}:{row['summary']}" for row in levels)) == boxes else ["the boxes"]
    definitions = {row["term"]: row["definition"] for row in select(rows, "glossaryterm")}
    return wrong + [row["name"] for row in levels if definitions.get(f"{row['name']} level") != row["definition"]]


def glossary_unlike_the_source(rows):
    """Whether terms and definitions are not the whole of Annex D's list, or a term does not begin a line of it."""
    terms = ordered(select(rows, "glossaryterm"))
    start = squeeze("Term Definition The Authority")
    page, position = source_between(start, squeeze("For more information on contractual definitions"))
    header = squeeze("Term Definition")
    position += len(header)
    wrong = []
    if "".join(squeeze(printed_term(row) + row["definition"]) for row in terms) != page.removeprefix(header):
        wrong.append("Annex D")
    for row in terms:
        if position not in LINE_STARTS:
            wrong.append(row["term"])
        position += len(squeeze(printed_term(row) + row["definition"]))
    return wrong


def profile_rank(rows, profile):
    """The one rank that a role profile needs in all eight areas, or None where it is not one, or not all eight."""
    targets = select(rows, "roletarget", profile=profile["slug"])
    ranks = {row["level"][-1] for row in targets}
    if [row["area"][-1] for row in targets] != list(ROWS_PER_AREA) or len(ranks) != 1:
        return None
    return ranks.pop()


def pathways_unlike_the_source(rows):
    """Whether pathways, roles, settings and levels are not the whole of the two example career pathways.

    The document prints the descriptions of a pathway in the order Foundation, Expert, Practitioner, and after both the
    boxes with the titles, human resources first, in the order of their levels.
    """
    names = {row["rank"]: row["name"] for row in select(rows, "level")}
    profiles = ordered(select(rows, "roleprofile"))
    rank = {profile["slug"]: profile_rank(rows, profile) for profile in profiles}
    pathways = list(dict.fromkeys(profile["pathway"] for profile in profiles))
    expected = "".join(f"Example Career Pathway for a Contract Manager in {pathway}" for pathway in pathways)
    for pathway in pathways:
        in_pathway = {rank[row["slug"]]: row["description"] for row in profiles if row["pathway"] == pathway}
        for level in (1, 3, 2):
            expected += f"{in_pathway.get(level)} Relevant accreditation: {names[level]}"
    for pathway in reversed(pathways):
        for profile in [row for row in profiles if row["pathway"] == pathway]:
            setting = profile["setting"].replace("department", "dept.")
            expected += f"{profile['title']} ({setting})"
    page, _ = source_between(
        squeeze("Example Career Pathway for a Contract Manager in Operational Delivery"),
        squeeze("Operational Delivery Legal/Finance"),
    )
    wrong = [slug for slug, level in rank.items() if level is None]
    in_order = [rank[profile["slug"]] for profile in profiles] == [1, 2, 3, 1, 2, 3]
    return wrong + ([] if squeeze(expected) == page and in_order else ["Example career pathways"])


def references_to_nothing(rows):
    """Natural keys that name no row above the one that uses them, and rows that bring a primary key."""
    natural = {
        "framework": lambda row: [row["slug"]],
        "version": lambda row: [*row["framework"], row["number"]],
        "level": lambda row: [*row["version"], row["rank"]],
        "section": lambda row: [*row["version"], row["code"]],
        "area": lambda row: [*VERSION, row["code"]],
        "part": lambda row: [*VERSION, row["code"]],
        "statement": lambda row: [*VERSION, row["code"]],
        "profile": lambda row: [*row["version"], row["slug"]],
        "case_study": lambda row: [*row["version"], row["slug"]],
    }
    known = {name: [] for name in natural}
    wrong = []
    for number, row in enumerate(rows):
        fields = row["fields"]
        references = [(name, fields[name]) for name in natural if isinstance(fields.get(name), list)]
        references += [("area", key) for key in fields.get("areas", [])]
        wrong += [(number, name, key) for name, key in references if key not in known[name]]
        wrong += [(number, "pk", row["pk"])] if "pk" in row else []
        name = row["model"].removeprefix("standards.")
        name = {"roleprofile": "profile", "casestudy": "case_study"}.get(name, name)
        if name in natural:
            known[name].append(natural[name](fields))
    return wrong


CHECKS = [
    texts_unlike_the_source,
    areas_unlike_the_source,
    cells_inside_a_paragraph,
    statements_out_of_shape,
    overview_unlike_the_source,
    levels_unlike_the_source,
    glossary_unlike_the_source,
    pathways_unlike_the_source,
    references_to_nothing,
]


@pytest.fixture(scope="module")
def rows():
    return read_fixtures()


# The source


def test_source_copy_is_the_known_one_with_five_names_blanked():
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(SOURCE.encode()).hexdigest() == SOURCE_SHA256
    assert readme.count(SOURCE_SHA256) == 1
    assert SOURCE.count("[name]") == 5


# The fixtures as they are


@pytest.mark.parametrize("check", CHECKS)
def test_published_words_are_the_documents(check, rows):
    assert check(rows) == []


def test_counts_are_exact(rows):
    assert Counter(row["model"].removeprefix("standards.") for row in rows) == {
        "framework": 1,
        "version": 1,
        "level": 3,
        "section": 2,
        "area": 8,
        "areavariant": 2,
        "part": 2,
        "attribute": 8,
        "statement": 66,
        "leveldescriptor": 198,
        "glossaryterm": 47,
        "roleprofile": 6,
        "roletarget": 48,
        "referencepage": 15,
        "peopleprofile": 4,
        "casestudy": 2,
        "casestudystage": 6,
        "lifecyclestage": 3,
        "insight": 20,
        "guidesection": 13,
        "source": 7,
        "learningresource": 10,
    }
    assert Counter(row["area"][-1] for row in select(rows, "statement")) == ROWS_PER_AREA


def test_only_two_statements_say_the_same_at_two_levels(rows):
    repeated = [
        text for text, count in Counter(row["text"] for row in select(rows, "leveldescriptor")).items() if count > 1
    ]
    assert [
        (row["statement"][-1], row["level"][-1]) for row in select(rows, "leveldescriptor") if row["text"] in repeated
    ] == [("B4.2", 2), ("B4.2", 3), ("B4.7", 2), ("B4.7", 3)]


def test_front_page_gives_title_number_and_month(rows):
    framework, version = one(rows, "framework"), one(rows, "version")
    front = f"{framework['title']} Version {version['number']} {version['issued']}"
    assert SQUEEZED[: len(squeeze(front))].casefold() == squeeze(front).casefold()
    assert version["source_title"] == f"{framework['title']}, Version {version['number']}, {version['issued']}"
    assert (version["licence"], version["state"]) == ("Crown copyright, Open Government Licence v3.0", "draft")


def test_areas_stand_in_their_sections_with_their_kinds(rows):
    assert [(row["section"][-1], row["code"], row["kind"]) for row in select(rows, "area")] == [
        ("A", "A1", "behaviour"),
        ("A", "A2", "behaviour"),
        ("B", "B1", "lifecycle"),
        ("B", "B2", "lifecycle"),
        ("B", "B3", "lifecycle"),
        ("B", "B4", "enabling"),
        ("B", "B5", "enabling"),
        ("B", "B6", "enabling"),
    ]
    assert [(row["code"], row["chosen_by_role"]) for row in select(rows, "section")] == [("A", False), ("B", True)]


def test_the_third_technical_area_is_named_after_its_two_parts_and_no_row_is_in_one(rows):
    parts = select(rows, "part")
    assert [(row["area"][-1], row["code"]) for row in parts] == [("B3", "B3a"), ("B3", "B3b")]
    assert one(rows, "area", code="B3")["title"] == "; ".join(row["title"] for row in parts)
    assert {row["part"] for row in select(rows, "statement")} == {None}


def test_other_titles_of_an_area_stand_in_the_document_beside_its_code(rows):
    variants = [(row["area"][-1], row["title"]) for row in select(rows, "areavariant")]
    assert variants == [("B1", "Design and Development"), ("B5", "Stakeholder Engagement")]
    assert FLOWING.count("B1. Design and Development") == 1
    assert FLOWING.count("B5 STAKEHOLDER ENGAGEMENT") == 2


def test_attributes_are_one_list_shared_by_both_behaviours(rows):
    assert [row["areas"] for row in select(rows, "attribute")] == [[[*VERSION, "A1"], [*VERSION, "A2"]]] * 8


@pytest.mark.parametrize(
    "model",
    [
        *("section", "area", "attribute", "glossaryterm", "roleprofile", "referencepage", "peopleprofile"),
        *("casestudy", "lifecyclestage", "guidesection", "source", "learningresource"),
    ],
)
def test_rows_are_written_in_the_order_that_they_state(model, rows):
    assert [row["order"] for row in select(rows, model)] == list(range(1, len(select(rows, model)) + 1))


def test_the_stray_note_in_the_glossary_is_shown_as_a_note(rows):
    assert [(row["term"], row["note"]) for row in select(rows, "glossaryterm") if row["note"]] == [
        ("Options appraisal", "Printed as: Options appraisal – is down as ‘operations appraisal in online training")
    ]


# What is ours


def test_topics_are_two_to_four_words_in_sentence_case_and_distinct_within_an_area(rows):
    topics = [(row["area"][-1], row["topic"]) for row in select(rows, "statement")]
    assert len(set(topics)) == 66
    assert [topic for _, topic in topics if not re.fullmatch(r"([A-Z][a-z-]+|KPIs)( [a-z-]+){1,3}", topic)] == []


def test_lineages_are_made_from_the_first_code_and_never_change(rows):
    assert [row["lineage"] for row in select(rows, "statement")] == [
        str(uuid.uuid5(LINEAGES, f"contract-management/{area}.{number}"))
        for area, count in ROWS_PER_AREA.items()
        for number in range(1, count + 1)
    ]


def test_no_wording_is_recognised_as_two_glossary_terms(rows):
    wordings = [
        wording.casefold()
        for row in select(rows, "glossaryterm")
        for wording in [row["term"], *row["other_forms"].splitlines()]
    ]
    assert [wording for wording, count in Counter(wordings).items() if count > 1] == []
    assert [wording for wording in wordings if wording != flow(wording) or not wording] == []


def test_breaches_of_standards_are_not_taken_for_breaches_of_contract(rows):
    assert one(rows, "glossaryterm", term="Breach")["other_forms"] == ""


# The checks see planted faults


def descriptor(rows, code, rank):
    (row,) = [row for row in select(rows, "leveldescriptor", statement=code) if row["level"][-1] == rank]
    return row


def replace(model, name, old, new, **wanted):
    """A fault: other words in the one row of a model."""

    def plant(rows):
        row = one(rows, model, **wanted)
        assert row[name].count(old) == 1
        row[name] = row[name].replace(old, new)

    return plant


def rewrite(code, rank, old, new):
    """A fault: other words in a cell."""

    def plant(rows):
        row = descriptor(rows, code, rank)
        assert row["text"].count(old) == 1
        row["text"] = row["text"].replace(old, new)

    return plant


def exchange(model, name, first, second):
    """A fault: two rows of a model, each given as a filter, with their values of one field exchanged."""

    def plant(rows):
        one_row, other = one(rows, model, **first), one(rows, model, **second)
        one_row[name], other[name] = other[name], one_row[name]

    return plant


def swap_cells(first, second):
    def plant(rows):
        one_row, other = descriptor(rows, *first), descriptor(rows, *second)
        one_row["text"], other["text"] = other["text"], one_row["text"]

    return plant


def move_last_sentence_on(code, rank):
    """A fault: the end of a cell at the beginning of its right-hand neighbour."""

    def plant(rows):
        left, right = descriptor(rows, code, rank), descriptor(rows, code, rank + 1)
        kept, sentence = left["text"].rsplit(". ", 1)
        left["text"], right["text"] = f"{kept}.", f"{sentence} {right['text']}"

    return plant


def lose(model, **wanted):
    def plant(rows):
        row = one(rows, model, **wanted)
        rows[:] = [kept for kept in rows if kept["fields"] is not row]

    return plant


def lose_statement(code):
    def plant(rows):
        rows[:] = [
            row for row in rows if code not in (row["fields"].get("code"), row["fields"].get("statement", [""])[-1])
        ]

    return plant


def double_statement(code):
    """A fault: a row of a table once more at the end of its area."""

    def plant(rows):
        area = code.split(".")[0]
        new_code = f"{area}.{ROWS_PER_AREA[area] + 1}"
        statement = copy.deepcopy(one(rows, "statement", code=code))
        statement.update(code=new_code, order=ROWS_PER_AREA[area] + 1)
        rows.append({"model": "standards.statement", "fields": statement})
        for rank in (1, 2, 3):
            again = copy.deepcopy(descriptor(rows, code, rank))
            again["statement"][-1] = new_code
            rows.append({"model": "standards.leveldescriptor", "fields": again})

    return plant


def lower_one_target(rows):
    select(rows, "roletarget", profile="contract-manager")[0]["level"][-1] = 1


def lower_all_targets(rows):
    for row in select(rows, "roletarget", profile="contract-manager"):
        row["level"][-1] = 1


def name_an_unknown_area(rows):
    select(rows, "roletarget")[0]["area"][-1] = "B7"


def bring_a_primary_key(rows):
    rows[0]["pk"] = 1


FAULTS = {
    "a word dropped in a cell": (rewrite("B3.5", 2, "so the", "the"), areas_unlike_the_source),
    "a cell cut short": (rewrite("A1.2", 1, " to recognise trends.", ""), areas_unlike_the_source),
    "a cell emptied": (
        rewrite("B5.8", 1, "Communicates underperformance and impacts to stakeholders.", ""),
        areas_unlike_the_source,
    ),
    "two cells of a row swapped": (swap_cells(("B1.4", 1), ("B1.4", 2)), areas_unlike_the_source),
    "two cells of a level swapped": (swap_cells(("B2.1", 3), ("B2.2", 3)), areas_unlike_the_source),
    "a row doubled": (double_statement("B6.2"), areas_unlike_the_source),
    "a row doubled, by its shape": (double_statement("B6.2"), statements_out_of_shape),
    "a row lost": (lose_statement("A2.8"), areas_unlike_the_source),
    "a row lost, by its shape": (lose_statement("A2.8"), statements_out_of_shape),
    "two rows in each other's place": (
        exchange("statement", "order", {"code": "B4.3"}, {"code": "B4.4"}),
        areas_unlike_the_source,
    ),
    "two rows in each other's place, by their shape": (
        exchange("statement", "order", {"code": "B4.3"}, {"code": "B4.4"}),
        statements_out_of_shape,
    ),
    "a sentence in its neighbour's cell": (move_last_sentence_on("A2.1", 2), cells_inside_a_paragraph),
    "a sentence of one line in its neighbour's cell": (move_last_sentence_on("A2.2", 2), cells_inside_a_paragraph),
    "two words glued": (rewrite("A2.7", 3, "skills and", "skillsand"), texts_unlike_the_source),
    "a word cut at its hyphen": (rewrite("A1.1", 3, "trade-offs", "trade- offs"), texts_unlike_the_source),
    "a hyphen lost": (rewrite("B3.1", 1, "supplier-provided", "supplierprovided"), texts_unlike_the_source),
    "two spaces": (rewrite("B5.2", 3, "effectively to", "effectively  to"), texts_unlike_the_source),
    "a slip of the document mended": (rewrite("A2.8", 3, "opportunies", "opportunities"), texts_unlike_the_source),
    "a sign straightened": (rewrite("B5.6", 2, "’", "'"), texts_unlike_the_source),
    "a capital lowered": (rewrite("B2.7", 1, "Authority", "authority"), texts_unlike_the_source),
    "a slip of the glossary mended": (
        replace("glossaryterm", "definition", "favors", "favours", term="Unethical behaviour"),
        texts_unlike_the_source,
    ),
    "an attribute lost": (lose("attribute", name="Tenacity"), areas_unlike_the_source),
    "another title of an area": (replace("area", "title", "Ongoing ", "", code="B1"), overview_unlike_the_source),
    "a summary cut short": (
        replace(
            "area",
            "summary",
            " This also includes taking steps to improve contract management capability.",
            "",
            code="A2",
        ),
        overview_unlike_the_source,
    ),
    "two summaries swapped": (exchange("area", "summary", {"code": "B4"}, {"code": "B6"}), overview_unlike_the_source),
    "a part lost": (lose("part", code="B3b"), overview_unlike_the_source),
    "two definitions of levels swapped": (
        exchange("level", "definition", {"rank": 1}, {"rank": 2}),
        levels_unlike_the_source,
    ),
    "two boxes of levels swapped": (exchange("level", "summary", {"rank": 2}, {"rank": 3}), levels_unlike_the_source),
    "a definition cut short": (
        replace(
            "glossaryterm",
            "definition",
            " Includes options appraisal, ongoing assurance",
            "",
            term="Benefit realisation",
        ),
        glossary_unlike_the_source,
    ),
    "a term lost": (lose("glossaryterm", term="Ratchet"), glossary_unlike_the_source),
    "two definitions swapped": (
        exchange("glossaryterm", "definition", {"term": "Default"}, {"term": "Damages"}),
        glossary_unlike_the_source,
    ),
    "two descriptions of roles swapped": (
        exchange("roleprofile", "description", {"slug": "contract-manager"}, {"slug": "senior-contract-manager"}),
        pathways_unlike_the_source,
    ),
    "two settings swapped": (
        exchange(
            "roleprofile",
            "setting",
            {"slug": "head-of-recruitment-department"},
            {"slug": "head-of-recruitment-pan-government"},
        ),
        pathways_unlike_the_source,
    ),
    "a target lowered": (lower_one_target, pathways_unlike_the_source),
    "a role's level lowered": (lower_all_targets, pathways_unlike_the_source),
    "a target for no area": (name_an_unknown_area, references_to_nothing),
    "a primary key": (bring_a_primary_key, references_to_nothing),
}


@pytest.mark.parametrize(("plant", "check"), FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_is_seen(plant, check, rows):
    faulty = copy.deepcopy(rows)
    plant(faulty)
    assert check(faulty) != []


def test_every_check_is_shown_to_see_a_fault():
    assert {check for _, check in FAULTS.values()} == set(CHECKS)
