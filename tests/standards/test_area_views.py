"""The pages of areas, statements, levels and roles: the published words, all of them, and what is said beside them."""

import re
from html import unescape

import pytest
from django.urls import reverse

from assessments.models import Assessment
from standards import actions
from standards.comparison import compare_levels
from standards.models import GuideSection, Insight, LearningResource
from standards.tree import version_tree
from standards.views import reading
from tests.pages import Page

pytestmark = pytest.mark.django_db

AREAS = ("A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6")


def address(name, version="2.0", **kwargs):
    return reverse(name, kwargs={"framework": "contract-management", "version": version, **kwargs})


@pytest.fixture(autouse=True)
def nothing_remembered():
    reading.forget_pages()


@pytest.fixture
def standards(published_version):
    return version_tree(published_version)


def text(html):
    """The words of a piece of a page, white space as single spaces; what only some see is left out."""
    html = re.sub(r'<span class="(standards-label|standards-table__same|govuk-visually-hidden)".*?</span>', "", html)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


def rows(html):
    """The table of an area: code to the texts of its cells."""
    found = {}
    for code, body in re.findall(r'<tbody role="rowgroup" id="([^"]*)">(.*?)</tbody>', html, re.DOTALL):
        words = re.search(r'<tr role="row" class="standards-table__words">(.*?)</tr>', body, re.DOTALL).group(1)
        found[code] = re.findall(r"<td [^>]*>.*?</td>", words, re.DOTALL)
    return found


@pytest.mark.parametrize("marks", ["", "?marks=off"])
@pytest.mark.parametrize("code", AREAS)
def test_area_prints_every_statement_at_every_level_as_published(client, standards, code, marks):
    html = client.get(address("area-detail", area_code=code) + marks).content.decode()
    area = standards.area(code)
    printed = {code: [text(cell) for cell in cells] for code, cells in rows(html).items()}
    assert printed == {s.code: [s.cell(level.rank).text for level in standards.levels] for s in area.statements}
    assert (area.summary in unescape(html), area.title in unescape(html)) == (True, True)


def test_new_words_are_marked_until_it_is_turned_off(client):
    page = address("area-detail", area_code="B4")
    on, off = (client.get(page + query).content.decode() for query in ("", "?marks=off"))
    cell = rows(on)["B4.1"][1]
    assert "<b>Implements</b> change process" in cell
    assert '<span class="portal-term">stakeholders</span>' in cell
    assert all("<b>" not in cell and "portal-term" not in cell for cells in rows(off).values() for cell in cells)
    assert f'href="{page}?marks=off#statements"' in on
    assert f'href="{page}#statements"' in off


def test_same_words_at_two_levels_are_printed_at_both_and_said_to_be_the_same(client):
    cells = rows(client.get(address("area-detail", area_code="B4")).content.decode())
    for code in ("B4.2", "B4.7"):
        assert text(cells[code][1]) == text(cells[code][2])
        assert "Same words as Practitioner" in cells[code][2]
        assert "<b>" not in cells[code][2]
    assert sum("Same words as" in cell for row in cells.values() for cell in row) == 2


def test_terms_are_explained_under_the_statement_without_a_script(client, standards):
    html = client.get(address("area-detail", area_code="B4")).content.decode()
    body = re.search(r'id="B4.2">(.*?)</tbody>', html, re.DOTALL).group(1)
    assert re.search(r"<details class=\"standards-words\">\s*<summary>Words in this statement", body)
    assert "<dt>Business case</dt><dd>A document providing justification" in body
    statements = standards.area("B4").statements
    assert html.count("<details") == sum(bool(statement.terms) for statement in statements)


def test_area_shows_what_belongs_beside_it(client, published_version):
    b3 = Page(client.get(address("area-detail", area_code="B3"))).check().text
    assert "This area has two parts: B3a Managing Contract Delivery; B3b Exit and Transition." in b3
    b5 = Page(client.get(address("area-detail", area_code="B5"))).check().text
    assert "Also called Stakeholder Engagement" in b5
    assert "Section E: Performance Management" in b5
    assert "Tenacity" in Page(client.get(address("area-detail", area_code="A1"))).text
    b4 = Page(client.get(address("area-detail", area_code="B4"))).check().text
    assert "Section G: Change Control and Benefits Realisation Section K: Client Relationship Management" in b4
    assert "Contract Analyst, for a frontline service" in b4
    assert "Service Development Manager, Legal Aid Agency" in b4


def test_area_shows_insights_and_learning_once_they_are_mapped(client, published_version, django_assert_num_queries):
    b4 = published_version.sections.get(code="B").areas.get(code="B4")
    Insight.objects.get(version=published_version, number=7).areas.add(b4)
    GuideSection.objects.get(version=published_version, code="A").areas.add(b4)
    LearningResource.objects.create(
        version=published_version,
        title="Changing contracts",
        provider="Us",
        link="https://example.com/",
        area=b4,
        order=90,
    )

    actions.touch_version(version_id=published_version.pk)
    shown = Page(client.get(address("area-detail", area_code="B4"))).text
    assert "7. Be an intelligent client" in shown
    assert "Section A: Pre-Procurement Stage" in shown
    assert "Changing contracts" in shown
    assert "Changing contracts" not in Page(client.get(address("area-detail", area_code="B6"))).text
    reading.forget_pages()
    with django_assert_num_queries(1):
        client.get(address("area-detail", area_code="B4"))


def test_areas_lead_to_each_other(client):
    def neighbours(code):
        html = client.get(address("area-detail", area_code=code)).content.decode()
        return [re.findall(rf'rel="{rel}" href="([^"]*)"', html) for rel in ("prev", "next")]

    assert neighbours("A1") == [[], [address("area-detail", area_code="A2")]]
    assert neighbours("B4") == [[address("area-detail", area_code="B3")], [address("area-detail", area_code="B5")]]
    assert neighbours("B6") == [[address("area-detail", area_code="B5")], []]


# Statements


def test_every_statement_has_a_page_with_its_words_and_addresses(client, standards):
    for statement in standards.statements[::7]:
        html = client.get(address("statement-detail", statement_code=statement.code)).content.decode()
        shown = [text(words) for words in re.findall(r'standards-step__words[^"]*">(.*?)</p>', html, re.DOTALL)]
        assert shown == [statement.cell(level.rank).text for level in standards.levels]
        for version in ("2.0", "latest"):
            own = address("statement-detail", version, statement_code=statement.code)
            assert f'href="{own}">http://testserver{own}</a>' in html


def test_address_is_that_of_the_host_that_was_asked(client, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    for host in settings.ALLOWED_HOSTS:
        page = address("statement-detail", statement_code="B4.3")
        assert f"http://{host}{page}" in client.get(page, headers={"host": host}).content.decode()


def test_statement_says_which_levels_have_the_same_words(client):
    shown = Page(client.get(address("statement-detail", statement_code="B4.2"))).check().text
    assert "Same words as Practitioner. Whoever meets them is at Expert in this statement." in shown


# Levels


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_level_by_itself_prints_its_words_only(client, standards, rank):
    html = client.get(address("level-detail", rank=rank)).content.decode()
    printed = [text(words) for words in re.findall(r"<dd>(.*?)</dd>", html, re.DOTALL)]
    assert printed == [statement.cell(rank).text for statement in standards.statements]


@pytest.mark.parametrize(("lower", "upper", "same"), [(1, 2, []), (2, 3, ["B4.2", "B4.7"]), (1, 3, [])])
def test_comparison_shows_what_changes_and_names_what_does_not(client, standards, lower, upper, same):
    html = client.get(address("level-compare", lower=lower, upper=upper)).content.decode()
    compared = compare_levels(standards, lower, upper)
    assert [statement.code for area in compared for statement in area.same] == same
    printed = [
        [text(cell) for cell in cells] for cells in re.findall(r"(<td .*?</td>)\s*(<td .*?</td>)", html, re.DOTALL)
    ]
    assert printed == [
        [statement.cell(lower).text, statement.cell(upper).text]
        for statement in standards.statements
        if statement.code not in same
    ]
    shown = Page(client.get(address("level-compare", lower=lower, upper=upper))).check().text
    if same:
        assert "64 of 66 statements ask for something else at Expert. Two have the same words at both levels." in shown
        assert "Same words at both levels: B4.2 Risk register and records, B4.7 Contract documents." in shown
    else:
        assert "All 66 statements ask for something else" in shown


# Roles


def test_role_prints_the_words_of_its_level_in_each_area(client, standards):
    for profile in standards.role_profiles:
        response = client.get(address("role-detail", slug=profile.slug))
        html = response.content.decode().partition('id="expected"')[2].partition('class="standards-beside"')[0]
        printed = [text(words) for words in re.findall(r"<dd>(.*?)</dd>", html, re.DOTALL)]
        assert printed == [
            statement.cell(profile.targets[area.code]).text for area in standards.areas for statement in area.statements
        ]
        assert profile.description in Page(response).check().text


def test_pathways_rise_from_the_lowest_level_to_the_highest(client):
    html = client.get(address("role-list")).content.decode()
    found = re.findall(r'roles/([a-z-]+)/">', html)
    assert len(found) == 6
    levels = re.findall(r"Relevant accreditation: <b>(\w+)</b>", html)
    assert levels == ["Foundation", "Practitioner", "Expert"] * 2


def test_standards_know_nothing_of_answers(manager_client, contract_manager, django_assert_num_queries):
    page = address("area-detail", area_code="B4")
    manager_client.get(page)
    # The session, the person, the version: no answers.
    with django_assert_num_queries(3) as asked:
        manager_client.get(page)
    assert not any(Assessment._meta.db_table in query["sql"] for query in asked.captured_queries)
