"""The whole document as a PDF: the 104 rules, what they do not see, and everything that the version says."""

import dataclasses
import re
from itertools import pairwise

import pytest

from standards.exports import EXPORTS, pdf
from standards.exports.material import read_material
from standards.library import version_library
from standards.models import Level, ReferencePage, Statement, Version
from standards.tree import version_tree
from tests.documents.structure import (
    TaggedPdf,
    broken_rules,
    letters,
    not_a_marker,
    read_back,
    unmarked_furniture,
    unprinted_links,
    unscoped_headers,
)
from tests.standards.export_readers import table_rows
from tests.standards.versions import WORDS, make_version, make_whole_version

# What is read for the document, and that a file is made of it on each engine, is seen in test_library.py and test_exports.py.
pytestmark = [pytest.mark.django_db, pytest.mark.drawn]
ENTRY = re.compile(r'<a href="#([^"]+)">(.*?)</a></li>', re.S)
FOOT = "ContractManagementProfessionalStandards,version2.0(July2019)"


def folded(text):
    return re.sub(r"\s", "", text)


MARKDOWN = """First.

## Heading

- tight
- list
  - within
    - a list

1. loose

2. list

   with a paragraph

> Quoted
>
> - item

---

    code <b>

`code` **bold** *slanted* [link](https://example.com/a?b=1&c=2) <script>alert(1)</script>

#### Too low
"""


def long_version():
    """A draft whose area runs over several pages, with a word that no column holds and what people may type."""
    words = ["Plans " * 60, "Does <b>&{{7*7}}</b> " * 12, "W" * 90]
    version = make_version(*[words[n % 3 :] + words[: n % 3] for n in range(20)])
    area = version.sections.get().areas.get()
    area.title, area.summary = "Title " * 30, "Summary " * 60
    area.save()
    ReferencePage.objects.create(version=version, slug="any", title="Any", body=MARKDOWN, group="about", order=1)
    return version


VERSIONS = {"published": None, "whole": make_whole_version, "empty": make_version, "long": long_version}
_MADE = {}


def made(name, published_version):
    """A version's PDF read back, the page that it was made from, and the version; made once for all tests."""
    if name not in _MADE:
        version = published_version if name == "published" else VERSIONS[name]()
        material = read_material(Version.objects.select_related("framework").get(pk=version.pk))
        # The published one is what EXPORTS remembers, for the tests of other files too.
        data = EXPORTS["pdf"].content(published_version) if name == "published" else pdf.make_version_pdf(material)
        _MADE[name] = read_back(data), pdf.version_html(material), material
    return _MADE[name]


def pages_of_anchors(tagged):
    destinations = tagged.reader.named_destinations
    return {name: tagged.reader.get_destination_page_number(found) + 1 for name, found in destinations.items()}


@pytest.mark.parametrize("name", VERSIONS)
def test_document_is_accessible(published_version, name, caplog):
    tagged, html, material = made(name, published_version)
    assert [record for record in caplog.records if record.levelname != "INFO"] == []
    assert broken_rules(tagged.data) == []
    assert unscoped_headers(tagged) == []
    assert unprinted_links(tagged) == []
    assert tagged.font_names() == {"Inter-Portal", "Inter-Portal-Semi-Bold"}
    # A table that runs over a page would be tagged as two.
    assert tagged.tags().count("/Table") == html.count("<table")
    # Each entry of the contents ends with the number of the page where its heading is.
    places = pages_of_anchors(tagged)
    numbered = ENTRY.sub(lambda match: f"{match[2]}{places[match[1]]}</li>", html)
    assert tagged.text(not_a_marker) == letters(numbered)
    # Of headings, those of the three highest ranks are bookmarks.
    assert tagged.outline() == [letters(each) for each in re.findall(r"<h[1-3].*?</h[1-3]>", html, flags=re.S)]
    assert material.version.is_frozen == ("DRAFT" not in tagged.text())


def test_no_heading_is_skipped(published_version):
    _, html, _ = made("published", published_version)
    ranks = [int(rank) for rank in re.findall(r"<h([1-6])", html)]
    assert ranks.count(1) == 1
    assert [(upper, lower) for upper, lower in pairwise(ranks) if lower > upper + 1] == []


def test_foot_stands_on_every_page_but_the_title(published_version):
    tagged, _, _ = made("published", published_version)
    assert unmarked_furniture(tagged, [FOOT]) == [f"page 1 lacks {FOOT}"]
    pages = len(tagged.reader.pages)
    assert unmarked_furniture(tagged, [f"of{pages}"]) == [f"page 1 lacks of{pages}"]


def test_draft_says_so_on_every_page(published_version):
    tagged, _, _ = made("whole", published_version)
    assert "DRAFT:notpublished" in tagged.text()
    assert unmarked_furniture(tagged, [",DRAFT"]) == ["page 1 lacks ,DRAFT"]


def test_an_area_stands_on_a_page_of_its_own(published_version):
    tagged, _, material = made("published", published_version)
    assert [len(pdf.area_tables(material, area)) for area in material.tree.areas] == [1, 1, 1, 1, 2, 1, 1, 1]
    places = pages_of_anchors(tagged)
    pages = [places[f"area-{area.code}"] for area in material.tree.areas]
    assert [page - pages[0] for page in pages] == [0, 1, 2, 3, 4, 6, 7, 8]


def test_table_that_is_not_cut_is_noticed(published_version, monkeypatch):
    material = made("long", published_version)[2]
    monkeypatch.setattr(pdf, "PAGE", 100_000)
    tagged = TaggedPdf(pdf.make_version_pdf(material))
    assert tagged.tags().count("/Table") > pdf.version_html(material).count("<table")


def test_everything_that_the_version_says_is_in_it(published_version):
    text = made("published", published_version)[0].text()
    tree, library = version_tree(published_version), version_library(published_version)
    said = [line for page in library.pages for line in (page.title, *page.body.words.splitlines())]
    said += [text for section in tree.sections for text in (section.title, section.summary)]
    said += [text for area in tree.areas for text in (area.title, area.summary, *area.attributes)]
    said += [part.title for area in tree.areas for part in area.parts]
    said += [text for level in tree.levels for text in (level.name, level.definition)]
    said += [text for term in tree.terms for text in (term.term, term.definition)]
    said += [text for role in tree.role_profiles for text in (role.name, role.pathway, role.description)]
    for person in library.people:
        said += [person.job_title, person.organisation, person.quote, *person.body.words.splitlines()]
    for study in library.case_studies:
        said += [study.title, study.organisation, *study.introduction.words.splitlines()]
        said += [line for stage in study.stages for line in (stage.title, *stage.text.words.splitlines())]
    said += [line for stage in library.stages for line in (stage.title, *stage.involvement.words.splitlines())]
    said += [each.text for each in library.insights] + [each.title for each in library.guide_sections]
    said += [text for source in library.sources for text in (source.title, source.url)]
    said += [text for each in library.resources for text in (each.title, each.provider)]
    assert len(said) > 400
    assert [each for each in said if folded(each) not in text] == []


def test_role_profiles_have_their_levels(published_version):
    tagged, _, material = made("published", published_version)
    rows = [row for row in table_rows(tagged) if len(row) == 4 and re.match(r"[AB]\d[A-Z]", row[0])]
    tree = material.tree
    for pathway, part in (("Operational Delivery", rows[:8]), ("HR", rows[8:])):
        roles = [role for role in tree.role_profiles if role.pathway == pathway]
        assert [row[1:] for row in part] == [
            [tree.level_name(role.targets[area.code]) for role in roles] for area in tree.areas
        ]


def test_levels_with_the_same_words_are_named(published_version):
    tree = version_tree(published_version)
    material = read_material(published_version)
    sentences = [sentence for area in tree.areas for sentence in pdf.shared_words(material, area)]
    assert sentences == ["In B4.2 and B4.7 the published words for Practitioner and Expert are the same."]


def test_text_is_never_markup(published_version):
    tagged, html, _ = made("long", published_version)
    assert "<b>&{{7*7}}</b>" in tagged.text()
    assert "49" not in letters(html).replace("A1.", "")


def test_links_lead_within_the_document_or_to_where_it_says(published_version):
    tagged, html, _ = made("published", published_version)
    targets = re.findall(r'href="#([^"]+)"', html)
    assert len(targets) == len(set(targets)) >= 25
    assert set(targets) == set(re.findall(r' id="([^"]+)"', html))
    links = [a for a in tagged.annotations() if a["/Subtype"] == "/Link"]
    outward = {str(a["/A"]["/URI"]) for a in links if "/URI" in a.get("/A", {})}
    assert all(address.startswith(("https://", "http://", "mailto:")) for address in outward)


def test_a_level_without_words_has_a_dash(published_version):
    version = make_version(WORDS, ("Only", None, None))
    tagged = TaggedPdf(EXPORTS["pdf"].content(Version.objects.select_related("framework").get(pk=version.pk)))
    assert Level.objects.filter(version=version).count() == 3
    assert ["A1.2", "Only", "–", "–"] in table_rows(tagged)


def test_the_styles_name_no_address():
    assert not re.search(r"url\(|@import", pdf.CSS_FILE.read_text("utf-8"))


def test_words_kept_for_a_level_that_is_gone_are_not_shown(published_version):
    material = made("published", published_version)[2]
    statement = Statement.objects.first()
    odd = dataclasses.replace(material, words=dict(material.words) | {statement.pk: {9: "Nowhere"}})
    assert "Nowhere" not in pdf.version_html(odd)
