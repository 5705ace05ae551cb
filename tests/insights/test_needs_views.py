"""What a team could learn together, and its open goals: who is shown what, and that the page says so."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import actions
from assessments.models import Goal, Reading
from govuk.environment import day
from people.actions import end_line
from people.models import ReportingLine
from standards.models import Version
from tests.assessments.pages import links_of, words_of
from tests.assessments.plans import make_goal
from tests.factories import agree, make_assessment, make_line, make_user, rate, rate_all, share
from tests.standards.second_framework import TITLE, publish_second_framework

pytestmark = pytest.mark.django_db

NEEDS = reverse("team-needs")
HOSTILE = "<b>&{{7*7}}</b> {% debug %} \"'><script>alert(1)</script>"


@pytest.fixture(scope="module")
def manager(kept_for_the_module):
    return make_user(name="Tomasz Quillfeather", email="tomasz@example.com")


def member(manager, name, *, rates_first=False, shared=True, version=None, rank=2, **ratings):
    """Somebody at ``rank`` in every statement but those given, "B4_2" for B4.2."""
    person = make_user(name=name)
    make_line(person, manager)
    assessment = make_assessment(person, version=version, role_profile="" if version else "contract-manager")
    rate_all(assessment, rank)
    if ratings:
        rate(assessment, {code.replace("_", "."): rank for code, rank in ratings.items()})
    return share(assessment, manager, rates_first=rates_first) if shared else assessment


@pytest.fixture(scope="module")
def team(manager):
    """Three people who have shared, two of them with a need in common; one who has not; and one whose levels are hidden."""
    return {
        "Nia": member(manager, "Nia Penŵydd", B4_6=1, A1_1=1),
        "Ben": member(manager, "Ben Owusu", B4_6=0),
        "Carys": member(manager, "Carys Wynne", B4_6=2),
        "draft": member(manager, "Dora Draft", shared=False, B4_6=0),
        "hidden": member(manager, "Hid Underhill", rates_first=True, B4_6=0),
    }


@pytest.fixture
def browser(sign_in, manager):
    return sign_in(manager)


def goal_of(assessment, *pairs, days=200, **fields):
    return make_goal(
        assessment.owner,
        *pairs,
        assessment=assessment,
        due_on=timezone.localdate() + timedelta(days=days),
        **fields,
    )


def test_team_needs_asks_to_sign_in(client, db):
    response = client.get(NEEDS)
    assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={NEEDS}")


def test_team_needs_refuses_a_post(browser):
    assert browser.post(NEEDS).status_code == 405


def test_team_needs_of_somebody_without_a_team(sign_in, team):
    response = sign_in(team["Nia"].owner).get(NEEDS)
    assert "Nobody is in your team here yet, so there are no needs to show." in words_of(response)
    assert links_of(response) == {"How somebody comes into your team": reverse("team-list")}


def test_team_needs_says_who_shares_a_need_and_who_is_there(browser, team):
    words = words_of(browser.get(NEEDS))
    assert "Statements that at least two of the three people whose levels you see are below their target in" in words
    assert "From six people on, it takes three." in words
    row = words.partition("Open goals for it")[2].partition("Open goals and due dates")[0]
    assert row.split("B4.6")[0].strip() == ""
    assert "2 of 3 Ben Owusu, Nia Penŵydd Foundation:" in row
    assert row.strip().endswith("2 of 3 Carys Wynne, Nia Penŵydd Open goals: None yet")
    assert "A1.1" not in row


def test_team_needs_goes_by_what_was_agreed(sign_in, manager):
    alone = make_user(name="Alma Lone")
    for name in ("Ann", "Bob"):
        person = make_user(name=name)
        assessment = make_assessment(person)
        rate_all(assessment)
        agree(assessment, alone, ratings={"B6.7": 0}, agreed={"B6.7": 1})
    words = words_of(sign_in(alone).get(NEEDS))
    assert "B6.7" in words
    assert "2 of 2 Ann, Bob Practitioner:" in words
    assert "Already there: Nobody" in words


def test_team_needs_tells_nothing_of_drafts_and_hidden_levels(browser, team):
    text = browser.get(NEEDS).text
    assert "Dora Draft" not in text
    assert "Hid Underhill" not in text


def test_team_needs_notes_what_is_shown_of_whose_round(browser, team, manager):
    goal_of(team["Nia"], ("B4.6", 2))
    goal_of(team["hidden"], ("B4.6", 2))
    Reading.objects.all().delete()
    noted = Reading.objects.order_by("what", "assessment__owner__name").values_list("what", "assessment__owner__name")
    browser.get(NEEDS)
    levels = [("team", "Ben Owusu"), ("team", "Carys Wynne"), ("team", "Nia Penŵydd")]
    assert list(noted) == [("plan", "Hid Underhill"), ("plan", "Nia Penŵydd"), *levels]
    browser.get(NEEDS)
    assert Reading.objects.count() == 5


def test_team_needs_lists_open_goals_by_day(browser, team):
    late = goal_of(team["Nia"], ("B4.6", 2), ("A1.1", 2), days=-3, what="Shadow a change board")
    soon = goal_of(team["Ben"], days=5, what="Take a course", kind=Goal.Kind.FORMAL)
    done = goal_of(team["Ben"], what="Was done")
    actions.finish_goal(goal=done, by=team["Ben"].owner, outcome="Good")
    goal_of(team["draft"], what="In a draft")
    response = browser.get(NEEDS)
    words = words_of(response)
    assert "Two open goals of two people, by the day that they are due. One is overdue." in words
    listed = words.partition("Due Person Goal For How")[2]
    assert listed.index("three days overdue") < listed.index("in five days")
    assert "A1.1" in listed
    assert "No statement" in listed
    assert ("Was done" in listed, "In a draft" in listed) == (False, False)
    links = links_of(response)
    assert links[f"Shadow a change board: a goal of Nia Penŵydd, due {day(late.due_on)}"] == reverse(
        "goal-detail", args=[late.pk]
    )
    course = links[f"Take a course: a goal of Ben Owusu, due {day(soon.due_on)}"]
    assert course == reverse("goal-detail", args=[soon.pk])
    assert browser.get(course).status_code == 200
    assert "1 on the job: goals for B4.6" in links


def test_team_needs_chooses_goals_by_person_and_statement(browser, team):
    goal_of(team["Nia"], ("B4.6", 2), what="Shadow a change board")
    goal_of(team["Ben"], ("A1.1", 2), what="Take a course")
    links = links_of(browser.get(NEEDS))
    response = browser.get(NEEDS + links["Ben Owusu: only their goals"].partition("#")[0])
    words = words_of(response)
    assert "Only goals of Ben Owusu. Show all open goals" in words
    assert ("Take a course" in words, "Shadow a change board" in words) == (True, False)
    assert links_of(response)["The plan of Ben Owusu"] == reverse("plan-detail", args=[team["Ben"].pk])
    words = words_of(browser.get(NEEDS + links["B4.6: only goals for it"].partition("#")[0]))
    assert "Only goals for B4.6" in words
    assert ("Take a course" in words, "Shadow a change board" in words) == (False, True)
    nobody = browser.get(NEEDS, {"person": team["Carys"].owner_id})
    assert "There is no open goal of theirs that you see." in words_of(nobody)


@pytest.mark.parametrize(
    "query", ["person=x", "statement=\0", "page=-1", "page=²", "needs=1", "person=9999999999999999999"]
)
def test_team_needs_takes_any_address(browser, team, query):
    assert browser.get(f"{NEEDS}?{query}").status_code == 200


def test_team_needs_shows_what_people_wrote_as_text(browser, team):
    goal_of(team["Nia"], ("B4.6", 2), what=HOSTILE)
    text = browser.get(NEEDS).text
    assert "<script>alert" not in text
    assert "&lt;b&gt;&amp;{{7*7}}" in text


def test_team_needs_forgets_whoever_left_the_team(browser, team):
    goal_of(team["Ben"], ("B4.6", 2), what="Take a course")
    end_line(line=ReportingLine.objects.live().get(person=team["Ben"].owner), ended_by=team["Ben"].owner)
    response = browser.get(NEEDS)
    assert ("Ben Owusu" in response.text, "Take a course" in response.text) == (False, False)
    assert "No statement has two people below their target, of the two whose levels you see." in words_of(response)


def test_team_needs_of_one_person_leads_to_their_gaps(sign_in, manager):
    alone = make_user(name="Alma Lone")
    assessment = member(alone, "Una Sole", B4_6=0)
    response = sign_in(alone).get(NEEDS)
    assert "You see the levels of one person: Una Sole." in words_of(response)
    assert links_of(response)["Una Sole’s own gaps"] == reverse("report-detail", args=[assessment.pk]) + "#gaps"


def test_team_needs_of_people_who_share_nothing_yet(sign_in, manager):
    alone = make_user(name="Alma Lone")
    member(alone, "Hid Underhill", rates_first=True)
    response = sign_in(alone).get(NEEDS)
    assert "You see nobody’s levels yet, so there are no shared needs to show." in words_of(response)
    assert links_of(response)["See who has shared"] == reverse("team-people")


def test_team_needs_has_a_table_for_each_framework(browser, team, manager):
    version = publish_second_framework()
    for name in ("Ann", "Bob"):
        person = make_user(name=name)
        assessment = make_assessment(person, version=version, role_profile="")
        rate_all(assessment, 0)
        share(assessment, manager)
    words = words_of(browser.get(NEEDS))
    assert f"Shared learning needs: {TITLE}, version {version.number}" in words
    assert f"version {Version.objects.published().exclude(pk=version.pk).get().number}" in words


def test_team_needs_shows_more_needs_by_link(sign_in, manager):
    alone = make_user(name="Alma Lone")
    for name in ("Ann", "Bob"):
        member(alone, name, rank=0)
    browser = sign_in(alone)
    response = browser.get(NEEDS)
    (words, address) = next(each for each in links_of(response).items() if "shared needs" in each[0])
    assert words == "Show all 66 shared needs"
    assert response.text.count("people below") == browser.get(NEEDS + address.partition("#")[0]).text.count(
        "people below"
    )
    assert browser.get(NEEDS + address.partition("#")[0]).text.count('<tr role="row">') == 67


def test_team_needs_takes_as_many_queries_for_few_as_for_many(sign_in, manager):
    counts = []
    for people in (2, 4):
        alone = make_user(name="Alma Lone")
        for number in range(people):
            assessment = member(alone, f"Member {number}", B4_6=0)
            goal_of(assessment, ("B4.6", 2), ("A1.1", 2))
        browser = sign_in(alone)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(NEEDS).status_code == 200
        counts.append(len(queries))
    assert counts == [7, 7]


def test_team_needs_goes_on_to_later_goals_and_keeps_what_was_chosen(browser, team, monkeypatch):
    monkeypatch.setattr("insights.views.needs.GOALS_ON_A_PAGE", 1)
    for days, what in ((10, "First"), (20, "Second")):
        goal_of(team["Nia"], ("B4.6", 2), days=days, what=what)
    goal_of(team["Ben"], days=15, what="Between")
    Reading.objects.all().delete()
    response = browser.get(NEEDS, {"person": team["Nia"].owner_id})
    assert ("First" in response.text, "Second" in response.text) == (True, False)
    response = browser.get(NEEDS + links_of(response)["Due later"].partition("#")[0])
    assert ("First" in response.text, "Second" in response.text, "Between" in response.text) == (False, True, False)
    # Whose goals stand on no page that was opened had none of them shown.
    assert {each.assessment_id for each in Reading.objects.filter(what="plan")} == {team["Nia"].pk}
