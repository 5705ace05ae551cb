"""A line manager's team: who is in it, where each stands, and that a draft looks like nothing at all."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from assessments import actions
from assessments.models import Assessment
from people.actions import end_line, name_line_manager
from people.models import ReportingLine, User
from tests.assessments.pages import links_of, words_of
from tests.factories import (
    confirm,
    converse,
    make_assessment,
    make_line,
    make_user,
    rate_all,
    reread,
    review,
    share,
)

pytestmark = pytest.mark.django_db

TEAM = reverse("team-people")
HOSTILE = "<b>&{{7*7}}</b> {% debug %} \"'><script>alert(1)</script>"


@pytest.fixture(scope="module")
def manager(kept_for_the_module):
    return make_user(name="Tomasz Quillfeather", email="tomasz@example.com")


@pytest.fixture(scope="module")
def member(manager):
    """Somebody in the team with a finished draft."""
    member = make_user(name="Nia Penŵydd", job_title="Contract Manager")
    make_line(member, manager)
    rate_all(make_assessment(member))
    return member


@pytest.fixture
def draft(member):
    return reread(Assessment.objects.get(owner=member))


@pytest.fixture
def browser(sign_in, manager):
    return sign_in(manager)


def path(name, assessment):
    return reverse(name, args=[assessment.pk])


def day(moment):
    return date_format(timezone.localtime(moment), "j F Y")


def rows(response):
    """The words of each member's row."""
    found = re.findall(r'<li class="team-member">(.*?)\n</li>\n(?=<li class="team|</ul>)', response.text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in found]


def test_team_people_asks_to_sign_in(client, db):
    response = client.get(TEAM)
    assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={TEAM}")


def test_team_people_refuses_a_post(browser):
    assert browser.post(TEAM).status_code == 405


def test_team_people_of_somebody_without_a_team_says_how_one_comes_about(sign_in, member):
    response = sign_in(member).get(TEAM)
    words = words_of(response)
    assert "Nobody has named you as their line manager here." in words
    assert f"enter your e-mail address: {member.email}." in words
    assert links_of(response) == {"Your own assessments": reverse("assessment-list")}


def test_team_people_shows_a_draft_and_no_round_alike(browser, draft, manager):
    other = make_user(name="Ned Nothing", job_title="Contract Manager")
    make_line(other, manager)
    without, with_draft = rows(browser.get(TEAM))
    assert with_draft.replace("Nia Penŵydd", "X") == without.replace("Ned Nothing", "X")
    assert "Not shared yet. You see nothing until Nia Penŵydd shares." in with_draft
    assert str(draft.pk) not in browser.get(TEAM).text


def test_team_people_shows_a_round_that_was_taken_back_or_returned_as_not_shared(browser, draft, member, manager):
    before = rows(browser.get(TEAM))
    shared = share(draft, manager)
    actions.withdraw_assessment(assessment=shared, by=member)
    assert rows(browser.get(TEAM)) == before
    shared = share(reread(draft), manager)
    actions.return_assessment(assessment=shared, by=manager, reason="Look again")
    assert rows(browser.get(TEAM)) == before


def test_team_people_of_a_shared_round_waits_for_the_review(browser, draft, manager):
    shared = share(draft, manager)
    response = browser.get(TEAM)
    assert "One person reports to you here. Something waits for you." in words_of(response)
    (row,) = rows(response)
    assert f"{shared.title} Waits for you Shared on {day(shared.shared_at)} Review it" in row
    links = links_of(response)
    assert links[f"Review it: Nia Penŵydd’s {shared.title}"] == path("review-detail", shared)
    assert links[f"All that Nia Penŵydd shared in the {shared.title}"] == path("assessment-detail", shared)
    review(shared, {"A1.1": 1}, finish=False)
    assert "You have begun the review Go on with the review" in rows(browser.get(TEAM))[0]


def test_team_people_says_who_has_yet_to_confirm(browser, draft, member, manager):
    talked = review(share(draft, manager), {"B4.1": 1})
    assert "Waits for you both You finished the review on" in rows(browser.get(TEAM))[0]
    talked = converse(talked, {"B4.1": 1})
    assert "Waits for you both Conversation recorded on" in rows(browser.get(TEAM))[0]
    talked = confirm(talked, manager)
    response = browser.get(TEAM)
    assert "Waits for Nia Penŵydd You confirmed on" in rows(response)[0]
    assert "Nothing waits for you." in words_of(response)
    agreed = confirm(talked, member)
    response = browser.get(TEAM)
    assert f"Agreed on {day(agreed.agreed_at)} See what you agreed" in rows(response)[0]
    assert links_of(response)[f"See what you agreed: Nia Penŵydd’s {agreed.title}"] == path("assessment-detail", agreed)


def test_team_people_waits_for_the_line_manager_when_the_owner_has_confirmed(browser, draft, member, manager):
    talked = confirm(converse(review(share(draft, manager), {"B4.1": 1}), {"B4.1": 1}), member)
    response = browser.get(TEAM)
    assert "Waits for you Nia Penŵydd confirmed on" in rows(response)[0]
    assert links_of(response)[f"Read and confirm: Nia Penŵydd’s {talked.title}"] == path("conversation-detail", talked)


def test_team_people_keeps_agreed_rounds_beside_the_one_that_is_shared(browser, draft, member, manager):
    agreed = confirm(converse(review(share(draft, manager), {"B4.1": 1}), {"B4.1": 1}), manager, member)
    following = make_assessment(member)
    rate_all(following)
    assert "Waits for" not in rows(browser.get(TEAM))[0]
    following = share(following, manager)
    response = browser.get(TEAM)
    assert "Waits for you Shared on" in rows(response)[0]
    by_path = {href: text for text, href in links_of(response).items()}
    assert by_path[path("assessment-detail", agreed)].startswith(f"Agreed on {day(agreed.agreed_at)}")


def test_team_people_is_in_the_order_of_names(browser, draft, manager):
    for name in ("Zofia Dąbrówka", "anwen ap Rhys", "Bo Newcomer"):
        make_line(make_user(name=name), manager)
    shared = share(draft, manager)
    Assessment.objects.filter(pk=shared.pk).update(shared_at=timezone.now() - timedelta(days=300))
    names = [row.partition(" In your team")[0].partition(" Contract")[0] for row in rows(browser.get(TEAM))]
    assert names == ["anwen ap Rhys", "Bo Newcomer", "Nia Penŵydd", "Zofia Dąbrówka"]


def test_team_people_forgets_whoever_left_the_team(browser, draft, member, manager):
    shared = share(draft, manager)
    end_line(line=ReportingLine.objects.live().get(person=member), ended_by=member)
    response = browser.get(TEAM)
    assert "Nia Penŵydd" not in response.text
    assert str(shared.pk) not in response.text


def test_team_people_of_a_new_line_manager_says_nothing_of_a_round_shared_with_the_former_one(
    sign_in, draft, manager, member
):
    shared = share(draft, manager)
    new = make_user(name="Ottoline Sedgemoor")
    make_line(member, new)
    response = sign_in(new).get(TEAM)
    assert "Not shared yet. You see nothing until Nia Penŵydd shares." in rows(response)[0]
    assert str(shared.pk) not in response.text


def test_team_people_shows_requests_that_wait(browser, sign_in, member, manager):
    asking = make_user(name="Quin Asks")
    name_line_manager(person=asking, email="Tomasz@example.com", asked_by=asking)
    line = ReportingLine.objects.pending().get()
    assert links_of(browser.get(TEAM))["Accept or decline Quin Asks"] == reverse("line-answer", args=[line.pk])
    assert "Quin Asks" not in sign_in(member).get(TEAM).text


def test_team_people_leads_to_the_end_of_a_line(browser, member):
    line = ReportingLine.objects.live().get(person=member)
    links = links_of(browser.get(TEAM))
    assert links["End the line between Nia Penŵydd and you"] == reverse("line-end", args=[line.pk])


def test_team_people_shows_names_as_text(browser, member):
    User.objects.filter(pk=member.pk).update(name=HOSTILE, job_title=HOSTILE)
    text = browser.get(TEAM).text
    assert "<b>" not in text
    assert "<script>alert" not in text
    assert "&lt;b&gt;&amp;{{7*7}}" in text


def test_team_people_takes_as_many_queries_for_one_person_as_for_many(browser, draft, manager):
    share(draft, manager)
    with CaptureQueriesContext(connection) as few:
        browser.get(TEAM)
    for number in range(10):
        person = make_user(name=f"Member {number}")
        make_line(person, manager)
        if number < 3:
            assessment = make_assessment(person)
            rate_all(assessment)
            share(assessment, manager)
    with CaptureQueriesContext(connection) as many:
        assert len(rows(browser.get(TEAM))) == 11
    assert len(few) == len(many) <= 5
