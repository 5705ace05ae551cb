"""Opening somebody's round as an administrator: with a reason, for an hour, and with its owner knowing."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import actions
from assessments.answers import Answered
from assessments.models import Assessment, Reading
from people.models import Notice, User
from people.notice_words import headline
from privacy.actions.opening import NotOpenable, open_round
from privacy.models import BreakGlass
from tests.assessments.pages import links_of, summary_of, words_of
from tests.assessments.plans import make_goal
from tests.factories import (
    agree,
    close,
    converse,
    make_assessment,
    make_evidence,
    make_user,
    rate,
    rate_all,
    review,
    share,
)

What = Reading.What
REASON = "Asked for by its owner, case 4711"
LIST, CREATE = "/admin/break-glass/", "/admin/break-glass/new/"


@pytest.fixture(scope="module")
def world(kept_for_the_module):
    """Nia's rounds: one agreed, one closed, one talked about; Ada's draft; a superuser; all as keys."""
    nia, ada, tomasz = make_user(name="Nia Penŵydd"), make_user(name="Ada Rowanberry"), make_user(name="Tomasz Quill")
    agreed = make_assessment(nia)
    rate_all(agreed)
    agreed = agree(agreed, tomasz)
    closed = make_assessment(nia)
    close(closed)
    talked = make_assessment(nia)
    rate_all(talked)
    rate(talked, {"B4.1": Answered(1, note="I have not led one"), "B4.2": "Never asked of the post"})
    actions.set_targets(assessment=talked, targets={"B4": (3, "The next post asks for it")})
    make_evidence(talked, title="Catering contract", text="What I did there", link="https://example.com/it")
    make_goal(nia, ("B4.1", 2), what="Lead a renewal", measure="It is signed")
    talked = review(share(talked, tomasz), {"B4.1": Answered(2, note="You have led one")})
    talked = converse(talked, points="We talked about the catering")
    draft = make_assessment(ada)
    rate(draft, {"A1.1": Answered(2, note="Only mine so far")})
    owain = make_user(name="Owain Bellweather", is_staff=True, is_superuser=True)
    people = {"nia": nia, "ada": ada, "tomasz": tomasz, "owain": owain}
    rounds = {"agreed": agreed, "closed": closed, "talked": talked, "draft": draft}
    return {name: each.pk for name, each in (people | rounds).items()}


@pytest.fixture
def person(db, world):
    return lambda name: User.objects.get(pk=world[name])


@pytest.fixture
def assessment(db, world):
    return lambda name: Assessment.objects.get(pk=world[name])


@pytest.fixture
def client(sign_in, person):
    """A browser in which the superuser is signed in, who has just proved that they are themselves."""
    return sign_in(person("owain"))


@pytest.fixture
def opened(assessment, person):
    return lambda name: open_round(assessment=assessment(name), by=person("owain"), reason=REASON)


def page_of(opening):
    return reverse("break-glass-detail", args=[opening.pk])


def asked(person, **fields):
    return {"email": person.email, "reason": REASON} | fields


# Whose, and why


def test_nothing_is_said_of_anybody_without_a_reason(client, person):
    page = client.post(CREATE, asked(person("ada"), reason=" short "))
    assert page.status_code == 422
    assert summary_of(page) == [("The reason must be 10 characters or more", "#id_reason")]
    nobody = client.post(CREATE, {"email": "nobody@example.com", "reason": ""})
    somebody = client.post(CREATE, {"email": person("ada").email, "reason": ""})
    assert summary_of(nobody) == summary_of(somebody) == [("Enter why you are opening it", "#id_reason")]
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": ""}, "Enter the e-mail address of the person whose assessment it is"),
        ({"email": "x"}, "Enter an e-mail address in the correct format, like name@example.com"),
        ({"email": "nobody@example.com"}, "Nobody has an account with this e-mail address"),
        ({"email": "x" * 250 + "@example.com"}, "The e-mail address must be 254 characters or fewer"),
        ({"reason": "x" * 1001}, "The reason must be 1,000 characters or fewer. It has 1,001."),
        ({"reason": "A reason with \0 in it"}, None),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, person, fields, said):
    page = client.post(CREATE, asked(person("nia"), **fields))
    assert page.status_code == 422
    assert said is None or [text for text, _ in summary_of(page)] == [said]
    assert fields.get("reason", REASON).replace("\0", "") in page.text or "\0" in fields.get("reason", "")
    assert not BreakGlass.objects.exists()


def test_ones_own_and_people_without_a_round_are_refused(client, person):
    page = client.post(CREATE, asked(person("owain")))
    assert "This is your own address." in words_of(page)
    page = client.post(CREATE, asked(person("tomasz")))
    assert summary_of(page) == [("This person has no assessment that could be opened", "#id_email")]


def test_the_rounds_are_named_by_year_and_state_and_listed_for_their_owner(client, person, assessment):
    page = client.post(CREATE, asked(person("nia"), email=person("nia").email.upper()))
    assert page.status_code == 200
    said = words_of(page)
    year = timezone.localdate().year
    for state in ("shared", "closed", "agreed"):
        assert f"{year} assessment, {state}" in said
    assert "Catering" not in page.text
    assert "B4" not in said
    found = Reading.objects.values_list("assessment__owner", "reader", "what")
    assert sorted(found) == [(person("nia").pk, person("owain").pk, What.LOOKED_UP)] * 3
    assert not BreakGlass.objects.exists()
    assert not Notice.objects.filter(kind=Notice.Kind.ROUND_OPENED).exists()


def test_rounds_of_one_year_and_state_are_told_apart(client, person, assessment):
    close(assessment("draft"))
    close(make_assessment(person("ada")))
    said = words_of(client.post(CREATE, asked(person("ada"))))
    assert "closed, number 1 from the newest" in said
    assert "closed, number 2 from the newest" in said


@pytest.mark.parametrize("chosen", ["", "nonsense", "of somebody else"])
def test_no_other_round_can_be_chosen(client, person, world, chosen):
    value = str(world["draft"]) if chosen == "of somebody else" else chosen
    page = client.post(CREATE, asked(person("nia"), round=value, open="yes"))
    assert page.status_code == 422
    assert [link for _, link in summary_of(page)] == ["#id_round"]
    assert REASON in page.text
    assert not BreakGlass.objects.exists()


# Opening


def test_a_round_is_opened_and_its_owner_is_told_at_once(client, person, world, sign_in, caplog):
    with caplog.at_level(logging.INFO):
        answer = client.post(CREATE, asked(person("nia"), round=str(world["talked"]), open="yes"))
    opening = BreakGlass.objects.get()
    assert (answer.status_code, answer.url) == (302, page_of(opening))
    assert (opening.assessment_id, opening.opened_by, opening.reason) == (world["talked"], person("owain"), REASON)
    notice = Notice.objects.get(recipient=person("nia"), kind=Notice.Kind.ROUND_OPENED)
    assert notice.path == reverse("reading-list", args=[world["talked"]])
    assert (
        headline(notice.kind, actor=notice.actor.name)
        == "Owain Bellweather has opened your assessment as an administrator and gave a reason"
    )
    assert REASON in words_of(sign_in(person("nia")).get(notice.path))
    lines = [each.getMessage() for each in caplog.records if each.name.startswith("privacy.")]
    owain, nia = person("owain"), person("nia")
    assert lines == [
        f"An administrator looked up the rounds of user {nia.pk}: user {owain.pk}",
        f"An administrator opened a round: opening {opening.pk} by user {owain.pk}",
    ]


def test_what_is_shown_of_a_round_that_both_see(client, opened, world):
    opening = opened("talked")
    page = client.get(page_of(opening))
    assert page.status_code == 200
    said = words_of(page)
    for text in (
        REASON,
        "I have not led one",
        "You have led one",
        "Not relevant, because: Never asked of the post",
        "We talked about the catering",
        "Lead a renewal",
        "It is signed",
        "Catering contract",
        "What I did there",
        "example.com/it",
        "The next post asks for it",
    ):
        assert text in said
    assert list(Reading.objects.values_list("assessment", "what")) == [(world["talked"], What.BREAK_GLASS)]


def test_no_link_leads_into_the_round_and_no_file_is_there(client, opened, world):
    page = client.get(page_of(opened("talked")))
    assert not any(str(world["talked"]) in link for link in links_of(page).values())
    names = (
        *("assessment-detail", "report-detail", "report-pdf", "report-excel"),
        *("reading-list", "plan-detail", "review-detail"),
    )
    for name in names:
        assert client.get(reverse(name, args=[world["talked"]])).status_code == 404


@pytest.mark.parametrize("name", ["draft", "closed", "agreed"])
def test_rounds_in_each_state_are_shown(client, opened, name):
    page = client.get(page_of(opened(name)))
    assert page.status_code == 200
    assert ("Only mine so far" in page.text) == (name == "draft")


def test_what_the_line_manager_has_not_shown_the_owner_is_not_shown(client, opened, person, assessment):
    shared = make_assessment(make_user(name="Wren Ashgrove"))
    rate_all(shared)
    shared = review(share(shared, person("tomasz")), {"B4.1": Answered(1, note="Not to be seen yet")}, finish=False)
    opening = open_round(assessment=shared, by=person("owain"), reason=REASON)
    page = client.get(page_of(opening))
    assert page.status_code == 200
    assert "Not to be seen yet" not in page.text


def test_goals_of_a_draft_are_shown(client, opened, person):
    make_goal(person("ada"), ("B4.1", 2), what="Ask for a mentor", measure="I have one")
    said = words_of(client.get(page_of(opened("draft"))))
    assert "Ask for a mentor" in said
    assert "I have one" in said


def test_every_read_is_noted_and_takes_as_many_queries(client, opened):
    page = page_of(opened("talked"))
    client.get(page)
    with CaptureQueriesContext(connection) as queries:
        client.get(page)
    assert len(queries) <= 10
    assert Reading.objects.filter(what=What.BREAK_GLASS).count() == 2


def test_it_closes_after_an_hour(client, opened):
    opening = opened("talked")
    BreakGlass.objects.update(opened_at=timezone.now() - timedelta(minutes=59))
    assert client.get(page_of(opening)).status_code == 200
    BreakGlass.objects.update(opened_at=timezone.now() - timedelta(minutes=60))
    page = client.get(page_of(opening))
    assert page.status_code == 403
    assert "This is closed again" in words_of(page)
    assert "Catering" not in page.text
    assert Reading.objects.count() == 1
    said = words_of(client.get(LIST))
    assert REASON in said
    assert "Open until" not in said


def test_it_is_there_for_who_opened_it_alone(opened, person, sign_in):
    page = page_of(opened("talked"))
    other = make_user(is_staff=True, is_superuser=True)
    for somebody in (other, person("nia"), person("tomasz")):
        assert sign_in(somebody).get(page).status_code == 404
    assert sign_in(other).get(LIST).text.count(REASON) == 0


def test_it_ends_with_being_a_superuser(client, opened, person):
    page = page_of(opened("talked"))
    User.objects.filter(pk=person("owain").pk).update(is_superuser=False)
    browser = client
    browser.force_login(person("owain"))
    for path in (page, LIST, CREATE):
        assert browser.get(path).status_code == 403


def test_nobody_else_gets_the_pages(person, sign_in):
    staff = make_user(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(content_type__app_label="privacy"))
    superuser_without_admin = make_user(is_superuser=True)
    for somebody in (staff, superuser_without_admin, person("nia"), person("tomasz")):
        browser = sign_in(somebody)
        assert [browser.get(path).status_code for path in (LIST, CREATE)] == [403, 403]
        assert browser.post(CREATE, asked(person("ada"))).status_code == 403
    assert sign_in().get(LIST).status_code == 302
    assert not Reading.objects.exists()


def test_a_second_factor_is_asked_for(client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    for path in (LIST, CREATE):
        answer = client.get(path)
        assert (answer.status_code, answer.url) == (302, reverse("mfa_index"))


def test_an_erased_round_one_that_is_gone_and_ones_own_cannot_be_opened(client, assessment, person, opened):
    opening = opened("closed")
    erased = assessment("closed")
    Assessment.objects.filter(pk=erased.pk).update(
        state="erased", owner=None, line_manager=None, erased_at=timezone.now()
    )
    assert client.get(page_of(opening)).status_code == 404
    assert "Somebody whose account is erased" in words_of(client.get(LIST))
    own = make_assessment(person("owain"))
    for each in (assessment("closed"), own, Assessment()):
        with pytest.raises(NotOpenable):
            open_round(assessment=each, by=person("owain"), reason=REASON)
    assert "closed" not in words_of(client.post(CREATE, asked(person("nia"))))
    assert BreakGlass.objects.count() == 1


def test_a_round_that_is_erased_between_choosing_and_opening(client, person, world, monkeypatch):
    def open_nothing(**given):
        raise NotOpenable

    monkeypatch.setattr("privacy.views.openings.open_round", open_nothing)
    page = client.post(CREATE, asked(person("nia"), round=str(world["talked"]), open="yes"))
    assert page.status_code == 403
    assert "The assessment was deleted or erased meanwhile." in words_of(page)


def test_the_list_of_what_one_has_opened(client, opened):
    assert "You have not opened any assessment." in words_of(client.get(LIST))
    opening = opened("draft")
    page = client.get(LIST)
    assert links_of(page)["Ada Rowanberry"] == page_of(opening)
    assert "Open until" in words_of(page)


# In the admin


def test_superusers_read_every_opening_in_the_admin_and_change_none(client, opened, sign_in):
    opening = opened("draft")
    changelist = reverse("admin:privacy_breakglass_changelist")
    change = reverse("admin:privacy_breakglass_change", args=[opening.pk])
    assert "Ada Rowanberry" in client.get(changelist).text
    page = client.get(change)
    assert REASON in page.text
    assert str(opening.assessment_id) not in page.text
    assert client.post(change, {"reason": "Another reason"}).status_code == 403
    assert (
        client.post(reverse("admin:privacy_breakglass_delete", args=[opening.pk]), {"post": "yes"}).status_code == 403
    )
    assert client.get(reverse("admin:privacy_breakglass_add")).status_code == 403
    staff = make_user(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(content_type__app_label="privacy"))
    assert sign_in(staff).get(changelist).status_code == 403


def test_the_account_page_leads_a_superuser_there(client, sign_in, editor):
    assert links_of(client.get(reverse("account-detail")))["open an assessment for one hour"] == LIST
    assert LIST not in links_of(sign_in(editor).get(reverse("account-detail"))).values()
