"""The levels of a team, as its line manager sees them: every state of a member, what is chosen, and what is noted of it."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Assessment, Reading
from people.actions import end_line, name_line_manager
from people.models import ReportingLine, User
from tests.assessments.pages import fields_of, links_of, words_of
from tests.factories import agree, close, make_assessment, make_line, make_user, rate, rate_all, share
from tests.standards.second_framework import TITLE, publish_second_framework

pytestmark = pytest.mark.django_db

TEAM = reverse("team-list")
HOSTILE = "<b>&{{7*7}}</b> {% debug %} \"'><script>alert(1)</script>"
AREAS = ["A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6"]
NAMES = ["Ada Agreed", "Bo Below", "Cy Closed", "Dan Draft", "Hal Hidden", "Ned Nothing"]
MISSED = "Foundation Target Practitioner"


@pytest.fixture(scope="module")
def manager(kept_for_the_module):
    return make_user(name="Tomasz Quillfeather", email="tomasz@example.com")


@pytest.fixture(scope="module")
def rounds(manager):
    """By first name: agreed, shared and below target in B4, closed, a draft, hidden, and none."""
    found = {}
    for name in NAMES:
        person = make_user(name=name)
        make_line(person, manager)
        if name != "Ned Nothing":
            found[name.split()[0]] = make_assessment(person)
            rate_all(found[name.split()[0]])
    rate(found["Bo"], {"B4.1": 1, "B4.3": 0, "B1.1": 3})
    found["Ada"] = agree(found["Ada"], manager)
    found["Bo"] = share(found["Bo"], manager)
    found["Hal"] = share(found["Hal"], manager, rates_first=True)
    close(found["Cy"])
    return found


@pytest.fixture
def browser(sign_in, manager, rounds):
    return sign_in(manager)


def text_of(html):
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def tables(response):
    """Each table's rows by their header: the texts of its cells."""
    found = []
    for table in re.findall(r"<table class=\"heat-table.*?</table>", response.text, re.DOTALL):
        rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", table, re.DOTALL)
        found.append(
            {text_of(head): [text_of(cell) for cell in re.findall(r"<td.*?</td>", cells)] for head, cells in rows}
        )
    return found


def people(response):
    """Whose rows there are, in their order."""
    bodies = re.findall(r"<tbody>(.*?)</tbody>", response.text, re.DOTALL)
    return [text_of(name) for body in bodies for name in re.findall(r"<th scope=\"row\">(<(?:a|b).*?</(?:a|b)>)", body)]


def cells_of(response, name):
    (table,) = tables(response)
    (found,) = [cells for head, cells in table.items() if head.startswith(name)]
    return found


def test_team_list_asks_to_sign_in(client, db):
    response = client.get(TEAM)
    assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={TEAM}")


def test_team_list_refuses_a_post(browser):
    assert browser.post(TEAM).status_code == 405


def test_team_list_of_somebody_without_a_team_says_how_one_comes_about(sign_in, stranger):
    response = sign_in(stranger).get(TEAM)
    assert f"enter your e-mail address: {stranger.email}." in words_of(response)
    assert links_of(response) == {"Your own assessments": reverse("assessment-list")}


def test_team_list_is_a_table_that_a_screen_reader_can_walk_through(browser):
    html = browser.get(TEAM).text
    assert html.count("<caption") == html.count("<table") == 1
    (table,) = re.findall(r"<table.*?</table>", html, re.DOTALL)
    assert set(re.findall(r"<th ([a-z]+=\"[a-z]+\")", table)) == {'scope="col"', 'scope="row"'}
    head = re.findall(r"<th scope=\"col\".*?</th>", table)
    assert [text_of(each).split()[0] for each in head] == ["Person", *AREAS]
    assert re.search(r'<div class="heat-region" role="region" aria-labelledby="(levels-\d+)" tabindex="0">', html)


def test_team_list_says_each_level_in_words_and_the_target_only_where_it_is_missed(browser):
    response = browser.get(TEAM)
    assert cells_of(response, "Ada Agreed") == ["Practitioner"] * 8
    cells = cells_of(response, "Bo Below")
    assert cells[AREAS.index("B4")] == "Not yet at Foundation Target Practitioner"
    assert [cell for cell in cells if "Target" in cell] == [cells[5]]


def test_team_list_says_whose_levels_they_are(browser, rounds):
    (table,) = tables(browser.get(TEAM))
    heads = {head.split()[0]: head for head in table}
    assert heads["Ada"].startswith("Ada Agreed Contract Manager Agreed ")
    assert heads["Bo"] == f"Bo Below Contract Manager Own levels. Review it : Bo Below’s {rounds['Bo'].title}"
    assert heads["Hal"].startswith("Hal Hidden Contract Manager Shared. Review it")


def test_team_list_shows_a_draft_a_closed_round_and_none_alike(browser):
    response = browser.get(TEAM)
    for name in ("Cy Closed", "Dan Draft", "Ned Nothing"):
        assert cells_of(response, name) == [f"Not shared yet. You see nothing until {name} shares."]
        assert f"<b>{name}</b></th>" in response.text


def test_team_list_hides_levels_until_the_review_is_finished(browser, rounds):
    response = browser.get(TEAM)
    assert cells_of(response, "Hal Hidden") == ["Levels are hidden until you finish your review."]
    assert tables(response)[0]["Below target"][5] == "1 of 2"


def test_team_list_counts_whom_it_shows_levels_of(browser):
    (table,) = tables(browser.get(TEAM))
    assert table["Cover: Practitioner or above"] == [*["2 of 2"] * 5, "Only one", *["2 of 2"] * 2]
    assert table["Cover: Expert"] == ["Nobody"] * 8
    assert table["Below target"] == [*["0 of 2"] * 5, "1 of 2", *["0 of 2"] * 2]


def test_team_list_leads_to_rounds_and_to_what_waits(browser, rounds):
    links = links_of(browser.get(TEAM))
    assert links["Ada Agreed"] == reverse("assessment-detail", args=[rounds["Ada"].pk])
    assert links[f"Review it: Bo Below’s {rounds['Bo'].title}"] == reverse("review-detail", args=[rounds["Bo"].pk])
    assert links["Two of them wait for you"] == links["People"] == reverse("team-people")
    assert "Dan Draft" not in links


def test_team_list_says_what_stands_out(browser):
    words = words_of(browser.get(TEAM))
    assert "Six people report to you here. Three have shared an assessment with you or agreed one." in words
    assert "Only one person holds Practitioner in B4 Change Control: Ada Agreed" in words
    assert "B4 Change Control is the widest need: one of two people is below their target." in words


def test_team_list_forgets_whoever_left_and_shows_a_new_line_manager_nothing(browser, sign_in, rounds):
    end_line(line=ReportingLine.objects.live().get(person=rounds["Bo"].owner), ended_by=rounds["Bo"].owner)
    response = browser.get(TEAM)
    assert "Bo Below" not in response.text
    assert str(rounds["Bo"].pk) not in response.text
    new = make_user(name="Ottoline Sedgemoor")
    make_line(rounds["Bo"].owner, new)
    response = sign_in(new).get(TEAM)
    assert "Not shared yet You see nothing of an assessment until it is shared with you. Bo Below" in words_of(response)
    assert "They have not shared an assessment with you yet." in words_of(response)
    assert tables(response) == []


def test_team_list_says_nothing_to_anybody_else(sign_in, rounds, stranger):
    response = sign_in(rounds["Ada"].owner).get(TEAM)
    assert not [name for name in NAMES[1:] if name in response.text]
    assert not [name for name in NAMES if name in sign_in(stranger).get(TEAM).text]


def test_team_list_of_one_person_counts_and_sorts_nothing(sign_in, rounds):
    line_manager = make_user()
    person = make_user(name="Una Only")
    assessment = make_assessment(person)
    rate_all(assessment)
    share(assessment, line_manager)
    response = sign_in(line_manager).get(TEAM)
    (table,) = tables(response)
    assert len(table) == 1
    assert fields_of(response) == {"csrfmiddlewaretoken": fields_of(response)["csrfmiddlewaretoken"]}
    assert "Business Acumen" not in links_of(response)
    assert "One person reports to you here. They have shared an assessment with you or agreed one." in words_of(
        response
    )


def test_team_list_shows_requests_that_wait(browser, manager):
    asking = make_user(name="Quin Asks")
    name_line_manager(person=asking, email="Tomasz@example.com", asked_by=asking)
    line = ReportingLine.objects.pending().get()
    assert links_of(browser.get(TEAM))["Accept or decline Quin Asks"] == reverse("line-answer", args=[line.pk])


def test_team_list_shows_names_as_text(browser, rounds):
    User.objects.filter(pk__in=[rounds["Bo"].owner_id, rounds["Dan"].owner_id]).update(name=HOSTILE, job_title=HOSTILE)
    text = browser.get(TEAM).text
    assert "<script>alert" not in text
    assert text.count("&lt;b&gt;&amp;{{7*7}}&lt;/b&gt;") > 2


def test_team_list_shows_levels_of_a_round_without_targets(browser, rounds):
    Assessment.objects.filter(pk=rounds["Bo"].pk).update(role_profile=None)
    rounds["Bo"].summaries.filter(area__code="B4").update(level=None, target=None, missed=[])
    cells = cells_of(browser.get(TEAM), "Bo Below")
    assert cells[5] == "Not in role"
    assert tables(browser.get(TEAM))[0]["Below target"][5] == "0 of 1"


# What is chosen


def test_team_list_narrows_by_area(browser):
    response = browser.get(TEAM, {"area": "B4"})
    (table,) = tables(response)
    assert cells_of(response, "Ada Agreed") == ["Practitioner Target met: Practitioner", "None"]
    assert cells_of(response, "Bo Below") == ["Not yet at Foundation Target Practitioner", "2"]
    assert table["Below target"] == ["1 of 2"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"level": "below"}, ["Bo Below"]),
        ({"level": "below", "area": "B1"}, []),
        ({"level": "2"}, ["Ada Agreed", "Bo Below"]),
        ({"level": "0"}, ["Bo Below"]),
        ({"level": "2", "area": "B4"}, ["Ada Agreed"]),
        ({"level": "3"}, []),
        ({"state": "agreed"}, ["Ada Agreed"]),
        ({"state": "shared"}, ["Bo Below", "Hal Hidden"]),
        ({"state": "not-shared"}, ["Cy Closed", "Dan Draft", "Ned Nothing"]),
        ({"state": "agreed", "level": "below"}, []),
        ({"sort": "B4"}, ["Bo Below", "Ada Agreed", "Cy Closed", "Dan Draft", "Hal Hidden", "Ned Nothing"]),
        ({"sort": "B4", "order": "down"}, NAMES),
        ({"sort": "B4", "state": "shared"}, ["Bo Below", "Hal Hidden"]),
        ({"sort": "A1"}, ["Ada Agreed", "Bo Below", "Cy Closed", "Dan Draft", "Hal Hidden", "Ned Nothing"]),
        ({"sort": "name"}, NAMES),
        ({"sort": "total", "order": "down"}, NAMES),
        ({"area": "Z9", "level": "7", "state": "draft", "sort": "'"}, NAMES),
        ({"area": HOSTILE, "level": "٣", "state": "\x00", "order": "\ud7ff" * 500}, NAMES),
    ],
)
def test_team_list_shows_who_is_asked_for(browser, asked, expected):
    response = browser.get(TEAM, asked)
    assert response.status_code == 200
    assert people(response) == expected
    assert ("Nobody in your team matches what you chose." in words_of(response)) == (not expected)
    assert ("Show everybody and all areas" in links_of(response)) == bool(
        {*asked} - {"sort", "order"} and expected != NAMES
    )


def test_team_list_says_how_it_is_sorted_and_keeps_what_is_chosen(browser):
    response = browser.get(TEAM, {"state": "shared", "sort": "B4", "order": "down"})
    assert (
        "Two of six people; the last rows count everybody. Sorted by level in B4 Change Control, highest first."
        in words_of(response)
    )
    assert re.findall(r'aria-sort="(\w+)"', response.text) == ["descending"]
    links = links_of(response)
    assert links["B4 Change Control"] == "?state=shared&sort=B4"
    assert links["A1 Business Acumen"] == "?state=shared&sort=A1&order=down"
    assert links["Sort by name"] == "?state=shared"
    fields = fields_of(response)
    assert [fields[name] for name in ("area", "level", "state", "sort", "order")] == [
        [""],
        [""],
        ["shared"],
        ["B4"],
        ["down"],
    ]
    assert re.findall(r'aria-sort="(\w+)"', browser.get(TEAM).text) == ["ascending"]


# Several frameworks


def test_team_list_has_a_table_for_each_version(browser, rounds, manager):
    version = publish_second_framework()
    other = make_assessment(rounds["Bo"].owner, version=version, role_profile="keeper")
    rate_all(other, 1)
    share(other, manager)
    response = browser.get(TEAM)
    first, second = tables(response)
    assert [head.split()[0] for head in first][:3] == ["Ada", "Bo", "Hal"]
    assert next(iter(second)).startswith("Bo Below Records keeper")
    assert len(second) == 1
    words = words_of(response)
    assert f"{TITLE}, version 1.0" in words
    assert (
        "Not shared yet You see nothing of their assessments until they share them with you. Cy Closed Dan Draft"
        in words
    )
    assert "heat-region--wide" in response.text
    assert people(browser.get(TEAM, {"area": "B4"})) == ["Ada Agreed", "Bo Below", "Hal Hidden"]
    response = browser.get(TEAM, {"state": "not-shared"})
    assert (people(response), "Cy Closed" in response.text) == ([], True)
    assert "Nobody in your team matches what you chose." not in words_of(response)


# What is noted of it


def noted():
    return sorted(Reading.objects.values_list("assessment__owner__name", "reader__name", "what"))


def test_team_list_is_noted_for_each_round_whose_levels_it_shows(browser, manager):
    browser.get(TEAM, {"state": "agreed"})
    seen = [(name, manager.name, "team") for name in ("Ada Agreed", "Bo Below")]
    assert noted() == seen
    browser.get(TEAM)
    assert noted() == seen
    Reading.objects.filter(assessment__owner__name="Bo Below").update(
        at=Reading.objects.first().at - Reading.NOTED_ONCE_IN
    )
    browser.get(TEAM)
    assert noted() == [*seen, seen[-1]]


def test_team_list_noted_is_what_the_owner_reads(browser, sign_in, rounds):
    browser.get(TEAM)
    response = sign_in(rounds["Bo"].owner).get(reverse("reading-list", args=[rounds["Bo"].pk]))
    assert "Tomasz Quillfeather Levels and gaps, among the team’s" in words_of(response)


def test_team_list_that_is_only_looked_for_is_not_noted(browser):
    browser.head(TEAM)
    browser.post(TEAM)
    assert noted() == []


# How often it asks the database


def test_team_list_takes_as_many_queries_for_few_people_as_for_many(sign_in, rounds):
    line_manager = make_user()
    client = sign_in(line_manager)
    counts = []
    for _ in range(2):
        for _ in range(3):
            assessment = make_assessment(make_user())
            rate_all(assessment)
            share(assessment, line_manager)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(TEAM).status_code == 200
        counts.append(len(queries))
    assert counts == [6, 6]
