"""An organisation's page: every number on it is a figure of the latest release, of one thing at a time, for its analysts alone."""

import re
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from insights.figures import NO_PROFILE, Figures, shown
from insights.models import Figure, Release
from insights.organisations.reading import read_organisation
from people.models import AnalystGrant, Organisation
from standards.models import Framework, Version
from standards.tree import version_tree
from tests.factories import make_organisation, make_user
from tests.insights.figures import BASE, BEFORE, MADE_AT, figures_of, figures_of_many, make_release
from tests.pages import Page

pytestmark = pytest.mark.django_db

HOSTILE = "<b>&{{7*7}}</b> {% debug %} \"'><script>alert(1)</script>"
NOBODY = {"stages": {"not-started": 5}, "campaigns": {}}


@pytest.fixture(scope="module")
def version(kept_for_the_module):
    return Version.objects.published().get()


@pytest.fixture(scope="module")
def department(version):
    return make_organisation(name="Department of Marchmains")


@pytest.fixture(scope="module")
def directorate(department):
    return make_organisation(name="Operations", kind="directorate", parent=department)


@pytest.fixture(scope="module")
def team(directorate):
    return make_organisation(name="Prisons", kind="team", parent=directorate)


@pytest.fixture(scope="module")
def analyst(directorate):
    """Analyst of the directorate, not of the department that it lies in."""
    analyst = make_user(name="Ada Thistlewood")
    AnalystGrant.objects.create(analyst=analyst, organisation=directorate)
    return analyst


@pytest.fixture(scope="module")
def releases(version, department, directorate, team):
    """Two releases of the whole department, the newer one first."""
    made = []
    for made_at, groups in ((MADE_AT, 43), (BEFORE, 40)):
        figures = {
            department: figures_of(version, groups + 9, seed=3),
            directorate: figures_of(version, groups, seed=groups),
            team: figures_of(version, 8, seed=2),
        }
        made.append(make_release(department, version.framework, figures, made_at=made_at))
    return made


@pytest.fixture
def browser(sign_in, analyst, releases):
    return sign_in(analyst)


def path(organisation, query=""):
    return reverse("organisation-detail", args=[organisation.pk]) + query


def tables_of(response):
    """Every table by its caption: for each row of its body, what stands in the cells."""
    tables = {}
    for table in re.findall(r"<table.*?</table>", response.content.decode(), re.DOTALL):
        caption = _words(re.search(r"<caption[^>]*>(.*?)</caption>", table, re.DOTALL)[1])
        body = table.split("<tbody>")[1]
        rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
        tables[caption] = [
            [_words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows
        ]
    return tables


def _words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def figures_in(release, organisation):
    return Figures.of(Figure.objects.get(release=release, organisation=organisation).numbers)


def written(*numbers):
    return [shown(number, BASE) for number in numbers]


def changed(now, before):
    number = now - before
    return f"{abs(number)} {'more' if number > 0 else 'fewer'}" if number else "no change"


# What it shows


def test_organisation_detail_every_number_of_the_areas_is_the_figure(browser, directorate, releases, version):
    response = browser.get(path(directorate))
    figures, before = (figures_in(each, directorate).versions[version.pk] for each in releases)
    tables, wanted, moved = tables_of(response), [], []
    for area in version_tree(version).areas:
        now, then = figures.areas[area.pk], before.areas[area.pk]
        numbers, numbers_before = ([*each.levels, sum(each.levels), each.at_target] for each in (now, then))
        wanted.append([f"{area.code} {area.title}", *written(*numbers)])
        moved.append([f"{area.code} {area.title}", *map(changed, numbers, numbers_before)])
    assert tables["The same numbers as a table"] == wanted
    assert tables["More or fewer people than in the figures before"] == moved
    text = Page(response).check().text
    assert (
        f"From the figures of 3 November 2026, of {figures.counted} people who shared or agreed an assessment." in text
    )


def test_organisation_detail_bars_say_what_the_table_says(browser, directorate, releases, version):
    html = browser.get(path(directorate)).content.decode()
    figures = figures_in(releases[0], directorate).versions[version.pk]
    tree = version_tree(version)
    names = [tree.level_name(rank) for rank in range(4)]
    for area in tree.areas:
        numbers = ", ".join(
            f"{number} {name}" for number, name in zip(written(*figures.areas[area.pk].levels), names, strict=True)
        )
        assert f"<title>{area.code} {area.short_title}: {numbers}</title>" in html.replace("&amp;", "&")


def test_organisation_detail_participation_readiness_and_missed_statements(browser, directorate, releases, version):
    tables = tables_of(browser.get(path(directorate)))
    now, before = (figures_in(each, directorate) for each in releases)
    stages = [row[1:] for row in tables["People by how far they have come"]]
    wanted = [(now.people, before.people), (70, 70)]
    wanted += [(now.stages[stage], before.stages[stage]) for stage in ("not-started", "started", "shared", "agreed")]
    assert stages == [[shown(one, BASE), changed(one, other)] for one, other in wanted]
    assert sum(now.stages.values()) == now.people
    found, earlier = now.versions[version.pk], before.versions[version.pk]
    ready = [row[1:] for row in tables["People who meet a level in every statement"]]
    assert ready == [
        [shown(one, BASE), changed(one, other)] for one, other in zip(found.ready, earlier.ready, strict=True)
    ]
    missed = tables["Statements by the number of people who are below the level that they need in it"]
    most = sorted(found.missed.values(), reverse=True)[:10]
    assert [row[1] for row in missed] == written(*most)
    by_code = {each.code: each for each in version_tree(version).statements}
    for name, number, change in missed:
        statement = by_code[name.split()[0]]
        assert name.startswith(f"{statement.code} {statement.topic}")
        assert int(number) == found.missed[statement.pk]
        assert change == changed(found.missed[statement.pk], earlier.missed.get(statement.pk, 0))


def test_organisation_detail_parts_are_alphabetical_with_their_people(browser, version, directorate, team, releases):
    later = make_organisation(name="Courts", parent=directorate)
    rows = tables_of(browser.get(path(directorate)))["Organisations directly below, in alphabetical order"]
    figures = figures_in(releases[0], team)
    shared, agreed = figures.stages["shared"], figures.stages["agreed"]
    assert rows == [
        ["Courts", "Not in these figures yet"],
        ["Prisons", *written(figures.people, shared + agreed, shared, agreed)],
    ]
    assert reverse("organisation-detail", args=[later.pk]) in browser.get(path(directorate)).content.decode()


def test_organisation_detail_breadcrumbs_end_at_what_was_granted(browser, department, directorate, team):
    html = browser.get(path(team)).content.decode()
    crumbs = _words(re.search(r'<nav class="organisation-crumbs".*?</nav>', html, re.DOTALL)[0])
    assert crumbs == "Organisations Operations Prisons"
    assert department.name not in html


# One thing at a time


def test_organisation_detail_by_needed_level(browser, directorate, releases, version):
    response = browser.get(path(directorate, "?need=2"))
    figures = figures_in(releases[0], directorate).versions[version.pk]
    rows = [row[1:] for row in tables_of(response)["The same numbers as a table"]]
    by_need = [figures.areas[area.pk].by_need[2] for area in version_tree(version).areas]
    assert rows == [written(*levels, sum(levels), sum(levels[2:])) for levels in by_need]
    assert "only those who need Practitioner, area by area" in Page(response).check().text


@pytest.mark.parametrize("which", [0, 1])
def test_organisation_detail_by_role_profile(browser, directorate, releases, version, which):
    profile = version_tree(version).role_profiles[0]
    role = (profile.pk, NO_PROFILE)[which]
    response = browser.get(path(directorate, f"?role={role}"))
    figures, before = (figures_in(each, directorate).versions[version.pk] for each in releases)
    tables = tables_of(response)
    wanted = [figures.areas[area.pk].by_role[role] for area in version_tree(version).areas]
    earlier = [before.areas[area.pk].by_role[role] for area in version_tree(version).areas]
    assert [row[1:] for row in tables["The same numbers as a table"]] == [written(*each, sum(each)) for each in wanted]
    assert [row[1:] for row in tables["More or fewer people than in the figures before"]] == [
        [changed(*pair) for pair in zip((*one, sum(one)), (*other, sum(other)), strict=True)]
        for one, other in zip(wanted, earlier, strict=True)
    ]
    said = (f"with the role profile {profile.name}", "with none of the role profiles")[which]
    assert (
        f"of {figures.roles[role]} people who shared or agreed an assessment: only those {said}." in Page(response).text
    )


@pytest.mark.parametrize("query", ["?need=2", "?role={role}"])
def test_organisation_detail_narrowed_leaves_out_what_is_of_everybody(browser, directorate, version, query):
    query = query.format(role=version_tree(version).role_profiles[0].pk)
    captions = set(tables_of(browser.get(path(directorate, query))))
    assert captions == {
        "The same numbers as a table",
        "More or fewer people than in the figures before",
        "Organisations directly below, in alphabetical order",
    }


def test_organisation_detail_both_at_once_shows_the_role_profile_alone_and_says_so(browser, directorate, version):
    role = version_tree(version).role_profiles[0].pk
    response = browser.get(path(directorate, f"?role={role}&need=2"))
    assert tables_of(response) == tables_of(browser.get(path(directorate, f"?role={role}")))
    assert "The level needed was left aside: the page shows one thing at a time." in Page(response).text


def test_organisation_detail_form_has_one_choice_and_leads_to_an_address(browser, directorate, version):
    form = Page(browser.get(path(directorate, "?need=2"))).form("people")
    assert (form.method, form.fields) == ("get", {"people": ["need-2"]})
    role = version_tree(version).role_profiles[1].pk
    for people, query in (
        ("", ""),
        (f"role-{role}", f"?role={role}"),
        ("need-3", "?need=3"),
        ("role-x", ""),
        ("x", ""),
    ):
        response = browser.get(path(directorate), {"people": people})
        assert (response.status_code, response.url) == (302, path(directorate, query))


@pytest.mark.parametrize(
    "query",
    [
        "role=999999",
        "role=x",
        "role=-1",
        "need=4",
        "need=0",
        "need=²",
        "version=9",
        "framework=" + "9" * 30,
        "role=%00",
    ],
)
def test_organisation_detail_what_is_not_there_is_left_aside_in_a_sentence(browser, directorate, query):
    response = browser.get(path(directorate, f"?{query}"))
    assert response.status_code == 200
    assert tables_of(response) == tables_of(browser.get(path(directorate)))
    assert len(re.findall("There are no figures of the .* that the address asks for", response.content.decode())) == 1


# States


def test_organisation_detail_without_figures_says_when_there_will_be_some(sign_in):
    organisation, analyst = make_organisation(name="A new agency"), make_user()
    AnalystGrant.objects.create(analyst=analyst, organisation=organisation)
    page = Page(sign_in(analyst).get(path(organisation))).check()
    assert "There are no figures of A new agency yet." in page.text
    assert "once at least ten of them have done so" in page.text
    assert "Nothing lies below it." in page.text


@pytest.mark.parametrize("groups", [None, 0, 1])
def test_organisation_detail_that_is_too_small_is_a_sentence_without_numbers(sign_in, version, groups):
    organisation, analyst = make_organisation(), make_user()
    AnalystGrant.objects.create(analyst=analyst, organisation=organisation)
    figures = figures_of_many({}, **NOBODY) if groups is None else figures_of(version, groups, **NOBODY)
    make_release(organisation, version.framework, {organisation: figures})
    response = sign_in(analyst).get(path(organisation))
    page = Page(response).check()
    assert "Fewer than 10 people are counted here, too few to show their levels" in page.text
    assert set(tables_of(response)) == {"People by how far they have come"}
    assert "<svg" not in response.content.decode()


@pytest.mark.parametrize(("groups", "is_rough"), [(1, False), (2, True), (3, False), (12, False)])
def test_organisation_detail_of_few_people_says_how_rough_its_numbers_are(sign_in, version, groups, is_rough):
    organisation = make_organisation(name="A team")
    grant = AnalystGrant.objects.create(analyst=make_user(), organisation=organisation)
    make_release(organisation, version.framework, {organisation: figures_of(version, groups)})
    words = Page(sign_in(grant.analyst).get(path(organisation))).check().text
    rough = "Few people are counted here, so rounding changes a lot: where it says 5, it may be nobody, or nearly 10."
    assert (rough in words) == is_rough


def test_organisation_detail_without_a_release_before_says_nothing_of_change(sign_in, version, department, directorate):
    organisation, analyst = make_organisation(), make_user()
    AnalystGrant.objects.create(analyst=analyst, organisation=organisation)
    make_release(organisation, version.framework, {organisation: figures_of(version, 12)})
    response = sign_in(analyst).get(path(organisation))
    assert "More or fewer people than in the figures before" not in tables_of(response)
    assert not re.search("no change|more<|fewer<|Since", response.content.decode())


def test_organisation_detail_of_another_base_says_nothing_of_change(sign_in, version):
    organisation, analyst = make_organisation(), make_user()
    AnalystGrant.objects.create(analyst=analyst, organisation=organisation)
    for made_at, base in ((MADE_AT, 10), (BEFORE, 5)):
        figures = {organisation: figures_of(version, 12)}
        make_release(organisation, version.framework, figures, made_at=made_at, base=base)
    response = sign_in(analyst).get(path(organisation))
    assert "no change" not in response.content.decode()
    assert "“Fewer than 10” has no block" in Page(response).text


def test_organisation_detail_shows_the_latest_release_and_the_one_before_alone(analyst, directorate, releases, version):
    page = read_organisation(analyst, directorate.pk)
    assert [page.issue.pk, page.before.pk] == [each.pk for each in releases]
    older = make_release(
        releases[0].organisation,
        version.framework,
        {directorate: figures_of(version, 3)},
        made_at=BEFORE - timedelta(days=40),
    )
    assert older.pk > releases[0].pk
    assert read_organisation(analyst, directorate.pk) == page
    assert page.next_on == timezone.localdate(MADE_AT) + timedelta(days=30)


def test_organisation_detail_of_several_versions_and_frameworks(sign_in, version):
    """What most people hold is shown first; another version or framework is a link, and keeps the other's filters out."""
    organisation, analyst = make_organisation(), make_user()
    AnalystGrant.objects.create(analyst=analyst, organisation=organisation)
    other = Version.objects.create(framework=version.framework, number="9.9", issued="", source_title="", licence="")
    framework = Framework.objects.create(slug="other", title="Zoology Standards", owner="Nobody")
    figures = figures_of_many({version: 4, other: 9})
    make_release(organisation, version.framework, {organisation: figures})
    make_release(organisation, framework, {organisation: figures_of_many({}, stages={"started": 15})})
    browser = sign_in(analyst)
    html = browser.get(path(organisation)).content.decode()
    assert "of 45 people who shared or agreed an assessment under version 9.9." in html
    links = re.findall(r'href="([^"]*\?[^"]*)"', html)
    assert path(organisation, f"?version={version.pk}") in links
    assert path(organisation, f"?framework={framework.pk}") in links
    second = browser.get(path(organisation, f"?version={version.pk}&need=1"))
    assert (
        "of people who shared or agreed an assessment under version 2.0: only those who need Foundation"
        in Page(second).text
    )
    form = Page(second).form("people")
    assert form.fields["version"] == [str(version.pk)]
    answer = browser.get(path(organisation), form.data(people="need-3"))
    assert answer.url == path(organisation, f"?framework={version.framework_id}&version={version.pk}&need=3").replace(
        f"framework={version.framework_id}&", ""
    )
    third = browser.get(path(organisation, f"?framework={framework.pk}&version={version.pk}"))
    assert "Zoology Standards" in Page(third).text
    assert "Fewer than 10 people are counted here" in Page(third).text


def test_organisation_detail_writes_hostile_names_as_text(sign_in, version):
    top, analyst = make_organisation(name=HOSTILE), make_user()
    part = make_organisation(name=f"x{HOSTILE}", parent=top)
    AnalystGrant.objects.create(analyst=analyst, organisation=top)
    make_release(top, version.framework, {each: figures_of(version, 4) for each in (top, part)})
    browser = sign_in(analyst)
    for address in (path(top), path(part), reverse("organisation-list")):
        response = browser.get(address)
        assert "<script>alert" not in response.content.decode()
        assert HOSTILE in Page(response).text


# Who may


def test_organisation_detail_is_not_there_for_anybody_else(
    sign_in, analyst, version, department, directorate, team, releases
):
    elsewhere = make_user()
    AnalystGrant.objects.create(analyst=elsewhere, organisation=make_organisation())
    below = make_user()
    AnalystGrant.objects.create(analyst=below, organisation=team)
    people = {
        "stranger": make_user(),
        "somebody who works there": make_user(organisation=directorate),
        "staff": make_user(is_staff=True),
        "superuser": make_user(is_staff=True, is_superuser=True),
        "another organisation's analyst": elsewhere,
        "analyst of what lies below": below,
    }
    for who, person in people.items():
        assert sign_in(person).get(path(directorate)).status_code == 404, who
        assert read_organisation(person, directorate.pk) is None, who
    assert sign_in(analyst).get(path(department)).status_code == 404
    assert sign_in(analyst).get(path(team)).status_code == 200
    assert sign_in(below).get(path(team)).status_code == 200
    assert sign_in(analyst).post(path(directorate)).status_code == 405
    for nobody in (0, 10**9, 10**30):
        assert sign_in(analyst).get(reverse("organisation-detail", args=[nobody])).status_code == 404


def test_organisation_detail_is_there_for_what_is_visible_and_nothing_else():
    """In trees and with grants of any kind: what is read from below is what the query set says from above."""
    random = Random(7)
    organisations = []
    for _ in range(14):
        organisations.append(make_organisation(parent=random.choice([None, *organisations])))
    for _ in range(6):
        analyst = make_user()
        for organisation in random.sample(organisations, random.randint(0, 4)):
            AnalystGrant.objects.create(
                analyst=analyst, organisation=organisation, may_invite=random.choice([False, True])
            )
        visible = Organisation.objects.visible_to(analyst)
        for organisation in organisations:
            page = read_organisation(analyst, organisation.pk)
            above = visible.above(organisation) if visible.filter(pk=organisation.pk).exists() else ()
            path = [*page.above, page.organisation] if page else []
            assert [each.pk for each in path] == [each.pk for each in reversed(above)]
            inviting = analyst.analyst_grants.filter(may_invite=True, organisation__lines_down__descendant=organisation)
            assert (page is not None and page.may_invite) == inviting.exists()


def test_organisation_detail_is_not_there_any_more(sign_in, client, analyst, directorate, releases):
    browser = sign_in(analyst)
    AnalystGrant.objects.filter(analyst=analyst).delete()
    assert browser.get(path(directorate)).status_code == 404
    AnalystGrant.objects.create(analyst=analyst, organisation=directorate)
    assert browser.get(path(directorate)).status_code == 200
    type(analyst).objects.filter(pk=analyst.pk).update(is_active=False)
    assert browser.get(path(directorate)).status_code == 302
    analyst.is_active = False
    assert read_organisation(analyst, directorate.pk) is None
    analyst.is_active = True
    assert client.get(path(directorate)).status_code == 302


def test_organisation_detail_says_who_may_invite(analyst, directorate, team, releases):
    assert not read_organisation(analyst, team.pk).may_invite
    AnalystGrant.objects.filter(analyst=analyst).update(may_invite=True)
    assert read_organisation(analyst, team.pk).may_invite
    somebody = make_user()
    AnalystGrant.objects.create(analyst=somebody, organisation=directorate)
    assert not read_organisation(somebody, team.pk).may_invite


# What it costs


def test_organisation_detail_asks_the_same_of_1_and_of_200_parts(browser, version, directorate, releases):
    browser.get(path(directorate))
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(path(directorate))
    parts = Organisation.objects.bulk_create(
        Organisation(code=f"part-{number}", name=f"Part {number}", kind="team", parent=directorate)
        for number in range(200)
    )
    figure = Figure.objects.get(release=releases[0], organisation=directorate)
    figure.numbers["parts"] |= {str(part.pk): figures_of(version, 1).stages for part in parts}
    figure.save()
    with CaptureQueriesContext(connection) as many:
        response = browser.get(path(directorate))
    assert len(tables_of(response)["Organisations directly below, in alphabetical order"]) == 201
    assert len(many) == len(few) <= 6


def test_organisation_detail_reads_no_table_but_those_of_releases(browser, directorate, monkeypatch):
    # So that PostgreSQL too is sent whole queries, which name their tables (people.written_queries).
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    with CaptureQueriesContext(connection) as asked:
        browser.get(path(directorate, "?need=2"))
    tables = {name for query in asked for name in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    assert {each for each in tables if each.startswith(("insights_", "assessments_"))} == {
        Release._meta.db_table,
        Figure._meta.db_table,
    }


# The list, and the way there


def test_organisation_list_has_what_was_given_with_what_lies_below(sign_in, analyst, directorate, team):
    AnalystGrant.objects.create(analyst=analyst, organisation=team)
    AnalystGrant.objects.create(analyst=analyst, organisation=make_organisation(name="Ministry of Magpies"))
    html = sign_in(analyst).get(reverse("organisation-list")).content.decode()
    main = html.split("<main")[1]
    links = re.findall(r'<a class="govuk-link" href="/organisations/\d+/">(.*?)</a>', main)
    assert links == ["Ministry of Magpies", "Operations", "Prisons"]
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", main, re.DOTALL)[1].count("Operations") == 1


def test_organisation_list_without_any_says_how_they_are_opened(sign_in, stranger):
    response = sign_in(stranger).get(reverse("organisation-list"))
    assert (response.status_code, "No organisation’s figures are open to you." in Page(response).check().text) == (
        200,
        True,
    )


def test_organisation_list_stands_in_the_menu_of_analysts_alone(sign_in, analyst, stranger):
    item = f'<a class="govuk-service-navigation__link" href="{reverse("organisation-list")}"'
    for person, is_there in ((analyst, True), (stranger, False)):
        assert (item in sign_in(person).get(reverse("team-list")).content.decode()) is is_there
