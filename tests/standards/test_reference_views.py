"""Contents, texts, people, case studies, annexes, the glossary and the diagrams: all there, linked, and well formed."""

import re
from html import unescape
from xml.etree import ElementTree

import pytest
from django.urls import resolve, reverse

from standards.diagrams import area_diagram, stage_diagram
from standards.library import version_library
from standards.tree import version_tree
from standards.views import reading
from tests.pages import Page

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"
START = "/standards/contract-management/2.0/"


def address(name, **kwargs):
    return reverse(name, kwargs={"framework": "contract-management", "version": "2.0", **kwargs})


def links(html):
    return [unescape(href) for href in re.findall(r'<a [^>]*href="([^"]*)"', html)]


@pytest.fixture(autouse=True)
def nothing_remembered():
    reading.forget_pages()


@pytest.fixture
def holdings(published_version):
    return version_library(published_version)


def test_every_link_of_every_page_leads_to_a_page(client):
    """From the contents everything is reached, every address answers, and every fragment is there."""
    waiting, pages = [START], {}
    while waiting:
        path = waiting.pop()
        if path in pages or not path.startswith(START):
            continue
        if resolve(path).url_name == "version-export":
            continue
        response = client.get(path)
        assert response.status_code == 200, path
        pages[path] = Page(response).check()
        waiting += [href.partition("#")[0].partition("?")[0] for href in links(pages[path].html)]
    kinds = {resolve(path).url_name for path in pages}
    assert kinds == {
        *("version-detail", "area-detail", "statement-detail", "level-detail", "level-compare", "lifecycle-detail"),
        *(
            "role-list",
            "role-detail",
            "page-detail",
            "people-list",
            "people-detail",
            "casestudy-detail",
            "insight-list",
        ),
        *("learning-list", "source-list", "glossary-list", "export-detail"),
    }
    for path, page in pages.items():
        for href in links(page.html):
            target, _, fragment = href.partition("#")
            target = target.partition("?")[0] or path
            if fragment and target in pages:
                assert fragment in pages[target].ids, (path, href)


def test_contents_name_everything(client, published_version, holdings):
    shown = Page(client.get(START)).check().text
    tree = version_tree(published_version)
    for words in (
        *(area.title for area in tree.areas),
        *(section.summary for section in tree.sections),
        *(level.definition for level in tree.levels),
        *(profile.name for profile in tree.role_profiles),
        *(person.job_title for person in holdings.people),
        *(study.title for study in holdings.case_studies),
        *(page.title for page in holdings.pages),
        *(
            "Version 2.0, July 2019",
            "Open Government Licence v3.0",
            published_version.fingerprint[:12],
            "Search the standards",
        ),
    ):
        assert words in shown
    assert address("export-detail") in links(client.get(START).content.decode())


def test_texts_are_shown_whole_and_introductions_with_what_they_introduce(client, holdings):
    for page in holdings.pages:
        response = client.get(address("page-detail", slug=page.slug), follow=True)
        shown = Page(response).check().text
        assert page.title in shown
        assert all(" ".join(line.split()) in shown for line in page.body.words.splitlines()), page.slug
    assert client.get(address("page-detail", slug="sources")).url == address("source-list")


def test_people_tell_of_their_work_without_a_name(client, holdings):
    every = Page(client.get(address("people-list"))).check().text
    for person in holdings.people:
        shown = Page(client.get(address("people-detail", slug=person.slug))).check().text
        for words in (person.job_title, person.organisation, person.quote, *person.body.words.splitlines()):
            assert words in shown
        assert (person.level or "Senior Responsible Owner") in shown
        assert person.job_title in every


def test_case_studies_have_their_stages(client, holdings):
    for study in holdings.case_studies:
        shown = Page(client.get(address("casestudy-detail", slug=study.slug))).check().text
        texts = [study.introduction, *(stage.text for stage in study.stages)]
        assert all(line in shown for prose in texts for line in prose.words.splitlines())
        assert all(stage.title in shown for stage in study.stages)


def test_annex_a_lists_insights_and_guide_sections_with_their_areas(client, holdings):
    shown = Page(client.get(address("insight-list"))).check().text
    assert all(f"{each.number}. {each.text}" in shown for each in holdings.insights)
    assert all(f"{each.code}. {each.title}" in shown for each in holdings.guide_sections)
    assert "B4 Change Control G. Change Control and Benefits Realisation; K. Client Relationship Management" in re.sub(
        "Guide sections(?=[A-Z]\\.)", "", shown
    )


def test_sources_are_linked(client, holdings):
    found = links(client.get(address("source-list")).content.decode())
    assert all(source.url in found for source in holdings.sources)


def test_glossary_has_every_term_under_its_letter(client, published_version):
    page = Page(client.get(address("glossary-list"))).check()
    terms = version_tree(published_version).terms
    assert page.html.count('class="standards-line"') == len(terms) == 47
    assert all(" ".join(term.definition.split()) in page.text for term in terms)
    assert {"letter-A", "letter-U", "business-case", "tupe"} <= set(page.ids)
    note = published_version.glossary_terms.get(term="Options appraisal").note
    assert note
    assert note in page.text


# Diagrams


def drawn(markup):
    return ElementTree.fromstring(str(markup))


def test_area_diagram_links_every_part_to_its_area(published_version):
    tree = version_tree(published_version)
    svg = drawn(area_diagram(tree.areas, {area.code: f"/{area.code}/" for area in tree.areas}))
    assert (svg[0].tag, svg[0].text) == (f"{SVG}title", "How the areas apply to the lifecycle")
    assert svg.get("aria-labelledby") == svg[0].get("id")
    found = [(link.get("href"), "".join(link.itertext())) for link in svg.iter(f"{SVG}a")]
    assert found == [
        ("/B4/", "B4 Change Control"),
        ("/B5/", "B5 Stakeholder and Supplier Engagement"),
        ("/B6/", "B6 Risk Management"),
        ("/B1/", "B1 Design and Ongoing Development"),
        ("/B2/", "B2 Procurement and Mobilisation"),
        ("/B3/", "B3a Managing Contract Delivery"),
        ("/B3/", "B3b Exit and Transition"),
        ("/A1/", "A1 Business Acumen"),
        ("/A2/", "A2 Relationships and Leadership Capability"),
    ]


def test_diagrams_hold_no_style_and_escape_words():
    markup = stage_diagram([("<b>Plan & buy</b>", "/?a=1&b=2"), ("Manage", None)])
    svg = drawn(markup)
    assert "".join(svg.itertext()).replace(" ", "").endswith("<b>Plan&buy</b>Manage")
    assert [link.get("href") for link in svg.iter(f"{SVG}a")] == ["/?a=1&b=2"]
    assert not any(name in ("style", "class") or name.startswith("on") for each in svg.iter() for name in each.attrib)
    assert drawn(stage_diagram([])) is not None


def test_lifecycle_says_the_same_in_words(client, holdings):
    page = Page(client.get(address("lifecycle-detail"))).check()
    words = re.sub(r"<svg.*?</svg>", "", page.html, flags=re.DOTALL)
    for stage in holdings.stages:
        assert stage.title in words
        assert all(line in page.text for line in stage.involvement.words.splitlines())
    assert [href for href in links(words) if href.startswith(f"{START}B4")] == [address("area-detail", area_code="B4")]
