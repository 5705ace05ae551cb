"""The whole document as data: what stands beside the areas, proved against the text, and which words of it stand nowhere.

As in ``test_fixtures``, a check is a function from the fixture rows to a list of what is wrong with them, and each is shown to
see faults planted in memory.
"""

import copy
import re
from collections import Counter
from itertools import groupby

import pytest

from standards.models import Area, ReferencePage
from standards.prose import prose_words
from tests.standards.document import (
    FLOWING,
    SOURCE,
    SQUEEZED,
    one,
    ordered,
    pieces,
    read_fixtures,
    running_words,
    select,
    source_between,
    squeeze,
    words_nowhere,
)

FOLDED = SQUEEZED.casefold()
FLOWING_FOLDED = FLOWING.casefold()
# Ours: the extraction lost the heading of Annex A, and a column of Annex B has none.
OURS = ("Annex A: NAO insights and Best Practice Guide", "Expected engagement levels of an SRO")
# Signs that stand in print between two texts and are no part of either.
BETWEEN = re.compile(r"(?:[:•,]|\[name\]|“|”)*")


def lines_of_a_page(page):
    return [page["title"], *prose_words(page["body"]).splitlines()]


def lines_of_a_person(rows, person):
    """A people profile in printed order: the last part of the fourth stands beneath its quotation."""
    body = prose_words(person["body"]).splitlines()
    end = body.index("SRO standards") if "SRO standards" in body else len(body)
    level = [one(rows, "level", rank=person["level"][-1])["name"]] if person["level"] else []
    about = [person["job_title"], *person["organisation"].split(", "), *level, person["quote"]]
    return [*body[:end], *about, *body[end:]]


def lines_of_a_case_study(rows, study):
    lines = [study["title"], study["organisation"], *prose_words(study["introduction"]).splitlines()]
    for stage in ordered(select(rows, "casestudystage", case_study=study["slug"])):
        lines += [stage["title"], *prose_words(stage["text"]).splitlines()]
    return [*lines, f"Case study {study['order']}"]


def texts(rows):
    """The lines of each row that stands beside the areas, by its name and in printed order."""
    found = {page["slug"]: lines_of_a_page(page) for page in select(rows, "referencepage")}
    found |= {person["slug"]: lines_of_a_person(rows, person) for person in select(rows, "peopleprofile")}
    found |= {study["slug"]: lines_of_a_case_study(rows, study) for study in select(rows, "casestudy")}
    for stage in select(rows, "lifecyclestage"):
        found[stage["title"]] = [stage["title"], *prose_words(stage["involvement"]).splitlines()]
    return found | {source["title"]: [source["title"]] for source in select(rows, "source")}


# The checks. Each returns what is wrong.


def texts_unlike_the_source(rows):
    """Lines that do not stand in the source with the same words, spaces, capitals and signs; of titles, the capitals may differ."""
    titles = {row["title"] for model in ("referencepage", "casestudystage") for row in select(rows, model)}
    titles |= {f"Case study {row['order']}" for row in select(rows, "casestudy")}
    of_annex_a = {f"insight {row['number']}": [row["group"], row["text"]] for row in select(rows, "insight")}
    of_annex_a |= {f"guide {row['code']}": [row["title"]] for row in select(rows, "guidesection")}
    return [
        (where, piece)
        for where, lines in (texts(rows) | of_annex_a).items()
        for line in lines
        for piece in pieces(line)
        if not (piece in FLOWING or piece in OURS or (line in titles and piece.casefold() in FLOWING_FOLDED))
    ]


def runs(lines):
    """In how many runs without a gap the lines stand in the source, one after the other."""
    printed = [squeeze(piece).casefold() for line in lines for piece in pieces(line) if piece not in OURS]
    count, position = 0, -1
    for text, following in zip(printed, [*printed[1:], ""], strict=True):
        if position < 0 or not FOLDED.startswith(text, after_signs(position)):
            count += 1
            places = [match.end() for match in re.finditer(re.escape(text), FOLDED)]
            position = next((end for end in places if FOLDED.startswith(following, after_signs(end))), places[0])
        else:
            position = after_signs(position) + len(text)
    return count


def after_signs(position):
    return BETWEEN.match(FOLDED, position).end()


# Where the text layer jumbles a page, a drawing stands between, or texts of several places come together. All else is one run.
RUNS = {
    "foreword": 2,
    "who-they-are-for": 4,
    "structure": 2,
    "links-between-levels": 5,
    "career-pathways": 4,
    "sections": 2,
    "people": 2,
    "insights": 4,
    "sro": 9,
    "definitions": 2,
    "Stakeholder, supplier and market engagement": 2,
}


def texts_out_of_order(rows):
    """Texts whose paragraphs do not follow each other as in the source, or which lost one between two others."""
    found = {where: runs(lines) for where, lines in texts(rows).items()}
    return [(where, count) for where, count in found.items() if count != RUNS.get(where, 1)]


def annex_a_unlike_the_source(rows):
    """Whether insights, their groups and the guide's sections are not the whole of what Annex A lists."""
    expected = squeeze("NAO Commercial and Contract Management: Insights and Emerging Best Practice")
    for group, insights in groupby(select(rows, "insight"), key=lambda row: row["group"]):
        expected += squeeze(group + "".join(f"{row['number']}.{row['text']}" for row in insights))
    expected += squeeze("Cross Government Contract Management Working Group: A Guide to Contract Management")
    for section in ordered(select(rows, "guidesection")):
        expected += squeeze(f"{section['code']}.{section['title']}")
    page, _ = source_between(
        squeeze("NAO Commercial and Contract Management: Insights and Emerging Best Practice Commercial Strategy"),
        squeeze("B4. Change Control G. K."),
    )
    return [] if expected == page else ["Annex A"]


def mapping_unlike_the_source(rows):
    """Areas that are not mapped to the guide's sections that stand beside them in the table of Annex A."""
    table = FLOWING[FLOWING.index("B4. Change Control G.") : FLOWING.index("17 20 3 11")]
    printed = {
        code: sorted(re.findall("[A-M]", sections))
        for code, sections in re.findall(r"(B\d)a?\. (?:[A-Za-z][a-z]+ )+((?:[A-M]\b\.? ?)+)", table)
    }
    mapped = {}
    for section in select(rows, "guidesection"):
        for area in section["areas"]:
            mapped.setdefault(area[-1], []).append(section["code"])
    return [code for code in ("B1", "B2", "B3", "B4", "B5", "B6") if mapped.pop(code, None) != printed[code]] + [
        *mapped
    ]


def sources_unlike_the_source(rows):
    """Whether the sources are not the whole of what Annex C lists, each with the address that speaks of it."""
    page, _ = source_between(
        squeeze("NAO Commercial and Contract Management: insights and emerging best practice NAO Good"),
        squeeze("30https://www.nao.org.uk"),
    )
    annex = SOURCE[SOURCE.index("ANNEX C: Sources") :]
    sources = ordered(select(rows, "source"))
    wrong = [] if squeeze("".join(row["title"] for row in sources)) == page else ["Annex C"]
    if sorted(row["url"] for row in sources) != sorted(re.findall(r"https://\S+", annex)):
        wrong.append("the addresses")
    return wrong + [row["title"] for row in sources if IN_THE_ADDRESS.get(row["title"], "?") not in row["url"]]


IN_THE_ADDRESS = {
    "NAO Commercial and Contract Management: insights and emerging best practice": "/Commercial-and-contract-management-insights",
    "NAO Good Practice Contract Management Framework": "/Good_practice_contract_management_framework",
    "Cross Government Contract Management Best Practice Guide": "/cm-guide/",
    "People Standards for the Commercial Profession": "/People_Standards_for_the_Profession",
    "Success Profiles - Civil Service Behaviours": "/CS_Behaviours",
    "Civil Service Leadership Statement": "/CS_leadership_statement",
    "Civil Service Code": "/the-civil-service-code",
}


def links_to_other_places(rows):
    """Links and addresses that the source does not print."""
    bodies = [row["body"] for model in ("referencepage", "peopleprofile") for row in select(rows, model)]
    addresses = [address for body in bodies for address in re.findall(r"\]\(([^)]*)\)", body)]
    addresses += [row["link"] for row in select(rows, "learningresource") if row["link"]]
    printed = set(re.findall(r"(?:https://|mailto:)\S+", SOURCE))
    return [address for address in addresses if address not in printed]


# Which words of the document stand nowhere


def shown_texts(rows):
    """Every text of the fixtures that pages show."""
    yield from (piece for lines in texts(rows).values() for line in lines for piece in pieces(line))
    for row in select(rows, "insight"):
        yield from (f"{row['number']}. {row['text']}", row["group"])
    for model, names in {
        "version": "source_title",
        "level": "name definition summary",
        "section": "code title summary",
        "area": "code title summary",
        "areavariant": "title",
        "part": "code title",
        "attribute": "name",
        "leveldescriptor": "text",
        "glossaryterm": "term definition",
        "roleprofile": "title pathway description",
        "guidesection": "code title",
    }.items():
        yield from (row[name] for row in select(rows, model) for name in names.split())
    # An area and its summary stand under each other, as in print.
    yield from (f"{row['code']} {row['title']} {row['summary']}" for row in select(rows, "area"))
    yield from Area.Kind.labels
    # The printed document shortens one word of these.
    yield from (row["setting"].replace("department", "dept.") for row in select(rows, "roleprofile"))
    yield from (row["note"].removeprefix("Printed as: ") for row in select(rows, "glossaryterm"))


# Labels of drawings and tables, and a sentence that only points downwards.
NOWHERE = [
    "example career pathway for a contract manager in operational delivery "
    "example career pathway for a contract manager in hr",
    "relevant accreditation foundation",
    "relevant accreditation expert",
    "relevant accreditation practitioner",
    "relevant accreditation foundation",
    "relevant accreditation expert",
    "relevant accreditation practitioner",
    "further detail on these can be found below",
    "further detail on these can be found below",
    "sro expert foundation practitioner sro",
    "sro",
    "attributes",
    "attributes section b",
    "sro",
    "term definition",
]


def words_lost(rows):
    """Words of the source's running text that stand in no text of the fixtures, but for those that are known to."""
    found = Counter(words_nowhere(shown_texts(rows)))
    return sorted((found - Counter(NOWHERE)).elements()) + sorted((Counter(NOWHERE) - found).elements())


CHECKS = [
    texts_unlike_the_source,
    texts_out_of_order,
    annex_a_unlike_the_source,
    mapping_unlike_the_source,
    sources_unlike_the_source,
    links_to_other_places,
    words_lost,
]


@pytest.fixture(scope="module")
def rows():
    return read_fixtures()


# The fixtures as they are


@pytest.mark.parametrize("check", CHECKS)
def test_what_stands_beside_the_areas_is_the_documents(check, rows):
    assert check(rows) == []


def test_at_least_99_of_100_words_of_the_document_are_in_the_fixtures(rows):
    rest = sum(len(run.split()) for run in words_nowhere(shown_texts(rows)))
    whole = sum(1 for _ in running_words())
    assert (rest, whole) == (66, 10_942)
    assert rest * 100 <= whole


def test_pages_stand_in_the_order_of_the_document(rows):
    assert [(row["slug"], row["group"]) for row in select(rows, "referencepage")] == [
        ("how-to-use", "about"),
        ("development", "about"),
        ("foreword", "about"),
        ("what-they-are", "about"),
        ("who-they-are-for", "about"),
        ("how-developed", "about"),
        ("structure", "about"),
        ("links-between-levels", "about"),
        ("career-pathways", "about"),
        ("sections", "about"),
        ("people", "about"),
        ("insights", "annex"),
        ("sro", "annex"),
        ("sources", "annex"),
        ("definitions", "annex"),
    ]
    assert {row["group"] for row in select(rows, "referencepage")} == set(ReferencePage.Group.values)


def test_every_mark_of_markdown_is_drawn(rows):
    drawn = [prose_words(text) for text in markdown_texts(rows)]
    assert [text for text in drawn if re.search(r"\*\*|^#|\]\(|^- |^\d+\. \S+$|<|>", text, re.MULTILINE)] == []


def test_headings_begin_at_the_second_level(rows):
    firsts = [re.findall(r"^(#+) ", text, re.MULTILINE)[:1] for text in markdown_texts(rows)]
    assert {first for found in firsts for first in found} == {"##"}


def markdown_texts(rows):
    for model, name in {
        "referencepage": "body",
        "peopleprofile": "body",
        "casestudy": "introduction",
        "casestudystage": "text",
        "lifecyclestage": "involvement",
    }.items():
        yield from (row[name] for row in select(rows, model))


def test_people_stand_at_the_three_levels_and_above_them(rows):
    assert [(row["slug"], row["level"] and row["level"][-1]) for row in select(rows, "peopleprofile")] == [
        ("service-development-manager", 1),
        ("commercial-systems-analyst", 2),
        ("assistant-employment-account-director", 3),
        ("director-of-investment", None),
    ]


def test_nobody_is_named(rows):
    """Whoever is named in print is a blank in our copy of the source, and the texts around it follow each other."""
    assert SOURCE.count("[name]") == 5
    assert "[name]" not in str(rows)
    about = one(rows, "peopleprofile", slug="director-of-investment")
    assert squeeze(f"[name] {about['job_title']} {about['organisation']}") in SQUEEZED


def test_case_studies_have_the_stages_of_the_commercial_lifecycle(rows):
    stages = [f"{row['title']} stage" for row in ordered(select(rows, "lifecyclestage"))]
    for study in select(rows, "casestudy"):
        assert [row["title"] for row in ordered(select(rows, "casestudystage", case_study=study["slug"]))] == stages


def test_insights_stand_in_seven_groups_and_are_mapped_to_no_area(rows):
    insights = select(rows, "insight")
    assert [row["number"] for row in insights] == list(range(1, 21))
    assert [(group, len(list(found))) for group, found in groupby(insights, key=lambda row: row["group"])] == [
        ("Commercial Strategy", 2),
        ("Commercial Capability", 3),
        ("Maintain Management and Sourcing", 4),
        ("Contract Approach", 3),
        ("Contract Management", 4),
        ("Contract Lifecycle", 2),
        ("Transition and Termination", 2),
    ]
    assert {str(row["areas"]) for row in insights} == {"[]"}


def test_learning_resources_are_what_the_document_names(rows):
    resources = select(rows, "learningresource")
    training, others = resources[:3], resources[3:]
    assert [(row["title"], row["level"][-1], row["link"]) for row in training] == [
        (f"Contract Management training: {row['name']}", row["rank"], "") for row in select(rows, "level")
    ]
    assert {row["provider"] for row in training} == {"Government Commercial College"}
    assert "sign up to the Contract Management training" in FLOWING
    sources = {row["title"]: row["url"] for row in select(rows, "source")}
    assert {row["title"]: row["link"] for row in others} == sources
    assert [row["level"] for row in others] == [None] * 7
    assert [row["area"] for row in resources] == [None] * 10


# The checks see planted faults


def change(model, name, old, new, **wanted):
    """A fault: other words in the one row of a model."""

    def plant(rows):
        row = one(rows, model, **wanted)
        assert row[name].count(old) == 1
        row[name] = row[name].replace(old, new)

    return plant


def lose(model, **wanted):
    def plant(rows):
        row = one(rows, model, **wanted)
        rows[:] = [kept for kept in rows if kept["fields"] is not row]

    return plant


def lose_paragraph(model, name, number, **wanted):
    def plant(rows):
        row = one(rows, model, **wanted)
        paragraphs = row[name].split("\n\n")
        del paragraphs[number]
        row[name] = "\n\n".join(paragraphs)

    return plant


def swap_paragraphs(model, name, first, second, **wanted):
    def plant(rows):
        row = one(rows, model, **wanted)
        paragraphs = row[name].split("\n\n")
        paragraphs[first], paragraphs[second] = paragraphs[second], paragraphs[first]
        row[name] = "\n\n".join(paragraphs)

    return plant


def exchange(model, name, first, second):
    def plant(rows):
        one_row, other = one(rows, model, **first), one(rows, model, **second)
        one_row[name], other[name] = other[name], one_row[name]

    return plant


def map_to(code, *areas):
    def plant(rows):
        one(rows, "guidesection", code=code)["areas"] = [["contract-management", "2.0", area] for area in areas]

    return plant


FOREWORD = {"slug": "foreword"}
FAULTS = {
    "a word dropped": (
        change("referencepage", "body", "real life", "life", **FOREWORD),
        texts_unlike_the_source,
    ),
    "a slip of the document mended": (
        change("referencepage", "body", "encouraged sign up", "encouraged to sign up", slug="how-to-use"),
        texts_unlike_the_source,
    ),
    "another slip of the document mended": (
        change("peopleprofile", "body", "by ability", "my ability", slug="commercial-systems-analyst"),
        texts_unlike_the_source,
    ),
    "a sign straightened": (
        change("casestudystage", "text", "contracts’", "contracts'", order=3, case_study="work-and-health-programme"),
        texts_unlike_the_source,
    ),
    "another title": (
        change("referencepage", "title", "levels", "the levels", slug="links-between-levels"),
        texts_unlike_the_source,
    ),
    "a capital in a text": (
        change("lifecyclestage", "involvement", "Historically", "historically", order=3),
        texts_unlike_the_source,
    ),
    "two words of an insight glued": (
        change("insight", "text", "to develop", "todevelop", number=1),
        texts_unlike_the_source,
    ),
    "two words of a section of the guide glued": (
        change("guidesection", "title", "Risk Management", "RiskManagement", code="L"),
        texts_unlike_the_source,
    ),
    "a job title shortened": (
        change("peopleprofile", "job_title", "Assistant ", "", slug="assistant-employment-account-director"),
        texts_out_of_order,
    ),
    "a person with another's level": (
        exchange("peopleprofile", "level", {"order": 1}, {"order": 2}),
        texts_out_of_order,
    ),
    "a person with another's quotation": (
        exchange("peopleprofile", "quote", {"order": 1}, {"order": 2}),
        texts_out_of_order,
    ),
    "two paragraphs swapped": (swap_paragraphs("referencepage", "body", 1, 2, **FOREWORD), texts_out_of_order),
    "a paragraph lost within a text": (
        lose_paragraph("referencepage", "body", 2, **FOREWORD),
        texts_out_of_order,
    ),
    "a paragraph lost at an end": (lose_paragraph("referencepage", "body", -1, slug="how-to-use"), words_lost),
    "a page lost": (lose("referencepage", slug="structure"), words_lost),
    "a person lost": (lose("peopleprofile", slug="director-of-investment"), words_lost),
    "a stage of a case study lost": (lose("casestudystage", order=2, case_study="healthy-start-vitamins"), words_lost),
    "two stages of a case study swapped": (
        exchange(
            "casestudystage",
            "text",
            {"order": 1, "case_study": "healthy-start-vitamins"},
            {"order": 2, "case_study": "healthy-start-vitamins"},
        ),
        texts_out_of_order,
    ),
    "two case studies in each other's place": (
        exchange("casestudy", "order", {"slug": "healthy-start-vitamins"}, {"slug": "work-and-health-programme"}),
        texts_out_of_order,
    ),
    "who is involved lost": (change("lifecyclestage", "involvement", "involved from", "from", order=1), words_lost),
    "an area's summary lost": (change("area", "summary", "sourced, ", "", code="B2"), words_lost),
    "a term lost": (lose("glossaryterm", term="Ratchet"), words_lost),
    "an insight lost": (lose("insight", number=7), annex_a_unlike_the_source),
    "an insight in another group": (
        change("insight", "group", "Commercial Strategy", "Commercial Capability", number=2),
        annex_a_unlike_the_source,
    ),
    "two insights swapped": (exchange("insight", "text", {"number": 1}, {"number": 2}), annex_a_unlike_the_source),
    "a section of the guide lost": (lose("guidesection", code="M"), annex_a_unlike_the_source),
    "two sections of the guide swapped": (
        exchange("guidesection", "title", {"code": "J"}, {"code": "K"}),
        annex_a_unlike_the_source,
    ),
    "an area not mapped": (map_to("E", "B2", "B3"), mapping_unlike_the_source),
    "an area mapped to one more": (map_to("L", "B6", "B1"), mapping_unlike_the_source),
    "an area of the other section mapped": (map_to("L", "B6", "A1"), mapping_unlike_the_source),
    "a source lost": (lose("source", order=4), sources_unlike_the_source),
    "two addresses swapped": (exchange("source", "url", {"order": 5}, {"order": 6}), sources_unlike_the_source),
    "an address cut short": (change("source", "url", ".pdf", "", order=1), sources_unlike_the_source),
    "a link that is not in the document": (
        change("referencepage", "body", "https://www.gov.uk/", "https://example.com/", slug="career-pathways"),
        links_to_other_places,
    ),
    "a learning resource at another address": (
        change("learningresource", "link", "https://khub.net/", "https://example.com/", order=4),
        links_to_other_places,
    ),
}


@pytest.mark.parametrize(("plant", "check"), FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_is_seen(plant, check, rows):
    faulty = copy.deepcopy(rows)
    plant(faulty)
    assert check(faulty) != []


def test_every_check_is_shown_to_see_a_fault():
    assert {check for _, check in FAULTS.values()} == set(CHECKS)
