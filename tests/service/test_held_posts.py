"""What was typed when the sign-in had ended is kept for the person it was typed by, and offered to nobody else."""

import logging
import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from govuk.environment import time_of_day
from people.actions import end_sessions
from people.sessions import SIGNED_IN_AT
from service.held_posts import DRAWN_FOR, HELD, sign_for
from service.models import HeldPost
from tests.factories import PASSWORD, close, make_assessment

pytestmark = pytest.mark.django_db

ACCOUNT = "/account/"
TYPED = "Contract Manager for nine sites"


def hidden_fields(html):
    """The hidden fields of a page, by name; of several with one name, the last."""
    inputs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', html)
    return {unescape(name): unescape(value) for name, value in inputs}


def drawn_form(browser):
    """What the account page gives to send back, with a job title typed into it."""
    html = browser.get(ACCOUNT).content.decode()
    fields = {name: hidden_fields(html)[name] for name in ("csrfmiddlewaretoken", DRAWN_FOR)}
    return fields | {"name": "Nia Penŵydd", "job_title": TYPED, "organisation": ""}


@pytest.fixture
def held(sign_in, manager_client, contract_manager):
    """A form of the contract manager's, sent by a browser in which nobody is signed in."""
    sign_in().post(ACCOUNT, drawn_form(manager_client))
    return HeldPost.objects.get()


def test_a_form_sent_while_signed_out_is_held_and_leads_to_the_sign_in_page(sign_in, manager_client, contract_manager):
    response = sign_in().post(ACCOUNT, drawn_form(manager_client))
    held = HeldPost.objects.get()
    page = reverse("heldpost-detail", args=[held.pk])
    assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={page}")
    assert held.user == contract_manager
    assert held.path == ACCOUNT
    assert held.fields == {"name": ["Nia Penŵydd"], "job_title": [TYPED], "organisation": [""]}
    contract_manager.refresh_from_db()
    assert contract_manager.job_title == "Contract Manager"


def idle(browser, person):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def twelve_hours(browser, person):
    session = browser.session
    session[SIGNED_IN_AT] -= settings.SESSION_LASTS.total_seconds()
    session.save()


def other_password(browser, person):
    elsewhere = Client()
    elsewhere.force_login(person)
    typed = {"oldpassword": PASSWORD, "password1": "another three words"}
    assert elsewhere.post(reverse("account_change_password"), typed).url == ACCOUNT


def other_role(browser, person):
    end_sessions(user=person)


def signed_out_in_another_tab(browser, person):
    browser.post(reverse("account_logout"))


ENDS = [idle, twelve_hours, other_password, other_role, signed_out_in_another_tab]


@pytest.mark.parametrize("end", ENDS)
def test_whatever_ended_the_sign_in_what_was_typed_is_there_after_signing_in_again(
    client, sign_in, contract_manager, stranger, end
):
    client.force_login(contract_manager)
    form = drawn_form(client)
    end(client, contract_manager)
    answer = client.post(ACCOUNT, form)
    page = reverse("heldpost-detail", args=[HeldPost.objects.get().pk])
    assert answer.url.partition("?")[0] == reverse("account_login")
    assert parse_qs(answer.url.partition("?")[2])["next"] == [page]
    assert TYPED not in client.get(answer.url).content.decode()
    assert sign_in(stranger).get(page).status_code == 404
    password = "another three words" if end is other_password else PASSWORD
    signed_in = client.post(answer.url, {"login": contract_manager.email, "password": password})
    assert signed_in.url == page
    client.post(ACCOUNT, hidden_fields(client.get(page).content.decode()))
    contract_manager.refresh_from_db()
    assert (contract_manager.job_title, HeldPost.objects.count()) == (TYPED, 0)


@pytest.mark.parametrize("end", ENDS)
def test_whatever_ended_the_sign_in_a_script_is_led_to_the_sign_in_page_and_nothing_is_held(
    client, contract_manager, end
):
    """Which the rating page says beside the answer; its button then sends the form, which is held."""
    client.force_login(contract_manager)
    form = drawn_form(client)
    end(client, contract_manager)
    answer = client.post(ACCOUNT, form, headers={"Accept": "application/json"})
    assert answer.url.partition("?")[0] == reverse("account_login")
    assert HeldPost.objects.count() == 0


def test_what_a_closed_account_sends_is_neither_held_nor_offered(client, superuser, sign_in, contract_manager):
    client.force_login(contract_manager)
    form = drawn_form(client)
    sign_in().post(ACCOUNT, form)
    held = HeldPost.objects.get()
    contract_manager.is_active = False
    contract_manager.save()
    assert client.post(ACCOUNT, form).url.partition("?")[0] == reverse("account_login")
    assert HeldPost.objects.get() == held
    assert client.get(reverse("heldpost-detail", args=[held.pk])).status_code == 302


def test_the_sign_in_page_says_what_became_of_the_form(client, held):
    page = client.get(reverse("account_login"), {"next": reverse("heldpost-detail", args=[held.pk])})
    assert "What you typed is kept for an hour" in page.content.decode()


def test_what_is_held_is_offered_to_its_person(manager_client, held):
    html = manager_client.get(reverse("heldpost-detail", args=[held.pk])).content.decode()
    assert TYPED in html
    fields = hidden_fields(html)
    assert fields.pop("csrfmiddlewaretoken")
    assert fields == {
        DRAWN_FOR: sign_for(held.user),
        HELD: str(held.pk),
        "name": "Nia Penŵydd",
        "job_title": TYPED,
        "organisation": "",
    }


def test_sending_it_again_saves_it_and_forgets_it(manager_client, contract_manager, held):
    html = manager_client.get(reverse("heldpost-detail", args=[held.pk])).content.decode()
    response = manager_client.post(held.path, hidden_fields(html))
    assert response.status_code == 302
    contract_manager.refresh_from_db()
    assert contract_manager.job_title == TYPED
    assert HeldPost.objects.count() == 0


def test_sending_it_again_with_an_error_keeps_it(manager_client, held):
    response = manager_client.post(ACCOUNT, {"name": "", HELD: str(held.pk)})
    assert response.status_code == 200
    assert HeldPost.objects.get() == held


def test_throwing_it_away_forgets_it(manager_client, contract_manager, held):
    response = manager_client.post(reverse("heldpost-detail", args=[held.pk]))
    assert (response.status_code, response.url) == (302, reverse("assessment-list"))
    assert HeldPost.objects.count() == 0
    contract_manager.refresh_from_db()
    assert contract_manager.job_title == "Contract Manager"


@pytest.mark.parametrize("who", ["stranger", "line_manager", "editor", "superuser"])
def test_nobody_else_sees_it_or_throws_it_away(request, sign_in, held, who):
    browser = sign_in(request.getfixturevalue(who))
    page = reverse("heldpost-detail", args=[held.pk])
    assert [browser.get(page).status_code, browser.post(page).status_code] == [404, 404]
    assert page not in browser.get(reverse("assessment-list")).content.decode()
    assert HeldPost.objects.get() == held


def test_nobody_else_can_forget_it_by_naming_it_in_a_form_of_their_own(sign_in, stranger, held):
    response = sign_in(stranger).post(ACCOUNT, {"name": "Zofia Dąbrówka", HELD: str(held.pk)})
    assert response.status_code == 302
    assert HeldPost.objects.get() == held


@pytest.mark.parametrize("name", ["nonsense", "", "\0", "00000000-0000-0000-0000-000000000000"])
def test_a_held_post_that_is_not_there_is_no_hindrance(manager_client, name):
    response = manager_client.post(ACCOUNT, {"name": "Nia Penŵydd", HELD: name})
    assert (response.status_code, response.url) == (302, ACCOUNT)


def test_signed_out_the_held_page_asks_to_sign_in(client, held):
    page = reverse("heldpost-detail", args=[held.pk])
    assert client.get(page).url == f"{reverse('account_login')}?next={page}"


@pytest.mark.parametrize("forged", ["{}x", "999:{}", "\0", ""])
def test_a_form_whose_signed_field_was_tampered_with_is_not_held(sign_in, manager_client, forged):
    form = drawn_form(manager_client)
    form[DRAWN_FOR] = forged.format(form[DRAWN_FOR].partition(":")[2] if ":" in forged else form[DRAWN_FOR])
    response = sign_in().post(ACCOUNT, form)
    assert response.url == f"{reverse('account_login')}?next={ACCOUNT}"
    assert HeldPost.objects.count() == 0


def test_a_form_of_a_closed_account_is_not_held(sign_in, manager_client, contract_manager):
    form = drawn_form(manager_client)
    contract_manager.is_active = False
    contract_manager.save()
    sign_in().post(ACCOUNT, form)
    assert HeldPost.objects.count() == 0


def test_a_form_drawn_before_a_second_window_signed_in_as_somebody_else_is_held_for_the_first(
    sign_in, contract_manager, stranger
):
    browser = sign_in(contract_manager, enforce_csrf_checks=True)
    form = drawn_form(browser)
    browser.post(reverse("account_logout"), form)
    browser.force_login(stranger)
    response = browser.post(ACCOUNT, form | {"csrfmiddlewaretoken": "stale"})
    assert response.status_code == 403
    assert TYPED not in response.content.decode()
    assert HeldPost.objects.get().user == contract_manager
    stranger.refresh_from_db()
    assert stranger.name == "Zofia Dąbrówka"


def test_a_stale_token_while_signed_in_leads_to_what_was_held(sign_in, contract_manager):
    browser = sign_in(contract_manager, enforce_csrf_checks=True)
    response = browser.post(ACCOUNT, drawn_form(browser) | {"csrfmiddlewaretoken": "stale"})
    held = HeldPost.objects.get()
    assert (response.status_code, response.url) == (302, reverse("heldpost-detail", args=[held.pk]))
    html = browser.get(response.url).content.decode()
    assert browser.post(held.path, hidden_fields(html)).url == ACCOUNT
    contract_manager.refresh_from_db()
    assert contract_manager.job_title == TYPED


def test_a_stale_token_without_a_signed_field_says_what_to_do(sign_in, contract_manager):
    response = sign_in(contract_manager, enforce_csrf_checks=True).post(ACCOUNT, {"name": "Nia"})
    assert response.status_code == 403
    assert "This form is out of date" in response.content.decode()
    assert HeldPost.objects.count() == 0


def test_a_stale_token_while_signed_out_is_held_and_not_shown(sign_in, manager_client, contract_manager):
    response = sign_in(enforce_csrf_checks=True).post(ACCOUNT, drawn_form(manager_client))
    assert response.status_code == 403
    assert TYPED not in response.content.decode()
    assert HeldPost.objects.get().user == contract_manager


def test_an_answer_saved_by_a_script_is_not_held(sign_in, manager_client):
    sign_in().post(ACCOUNT, drawn_form(manager_client), headers={"Accept": "application/json"})
    assert HeldPost.objects.count() == 0


def test_a_form_with_a_password_is_not_held(sign_in, contract_manager):
    fields = {DRAWN_FOR: sign_for(contract_manager), "oldpassword": "correct horse", "password1": "battery staple"}
    response = sign_in().post(reverse("account_change_password"), fields)
    assert response.url == f"{reverse('account_login')}?next={reverse('account_change_password')}"
    assert HeldPost.objects.count() == 0


def test_after_an_hour_it_is_offered_to_nobody_and_deleted_with_the_next(sign_in, manager_client, held):
    HeldPost.objects.update(held_at=timezone.now() - timedelta(minutes=61))
    page = reverse("heldpost-detail", args=[held.pk])
    assert manager_client.get(page).status_code == 404
    assert page not in manager_client.get(reverse("assessment-list")).content.decode()
    sign_in().post(ACCOUNT, drawn_form(manager_client))
    assert HeldPost.objects.filter(pk=held.pk).count() == 0
    assert HeldPost.objects.count() == 1


def test_just_within_the_hour_it_is_still_offered(manager_client, held):
    HeldPost.objects.update(held_at=timezone.now() - timedelta(minutes=59))
    assert manager_client.get(reverse("heldpost-detail", args=[held.pk])).status_code == 200


def test_at_most_twenty_are_held_for_one_person(sign_in, manager_client, contract_manager, stranger):
    form = drawn_form(manager_client)
    for _ in range(HeldPost.MOST_PER_PERSON + 2):
        response = sign_in().post(ACCOUNT, form)
    assert response.url == f"{reverse('account_login')}?next={ACCOUNT}"
    assert HeldPost.objects.filter(user=contract_manager).count() == 20
    sign_in().post(ACCOUNT, drawn_form(sign_in(stranger)))
    assert HeldPost.objects.filter(user=stranger).count() == 1


def test_a_nul_and_hostile_text_are_held_and_shown_as_text(sign_in, manager_client):
    form = drawn_form(manager_client) | {"job_title": "one \0 two <b>&{{7*7}}"}
    sign_in().post(ACCOUNT, form)
    held = HeldPost.objects.get()
    assert held.fields["job_title"] == ["one \N{REPLACEMENT CHARACTER} two <b>&{{7*7}}"]
    html = manager_client.get(reverse("heldpost-detail", args=[held.pk])).content.decode()
    assert "two &lt;b&gt;&amp;{{7*7}}" in html
    assert "<b>" not in html


def test_each_value_of_a_field_with_several_is_held(sign_in, contract_manager, manager_client):
    sign_in().post(ACCOUNT, {DRAWN_FOR: sign_for(contract_manager), "statements": ["3", "5"]})
    held = HeldPost.objects.get()
    assert held.fields == {"statements": ["3", "5"]}
    html = manager_client.get(reverse("heldpost-detail", args=[held.pk])).content.decode()
    assert re.findall(r'name="statements" value="(\d)"', html) == ["3", "5"]
    assert "There was no text in it" in html


def test_the_dashboard_offers_it(manager_client, held):
    html = manager_client.get(reverse("assessment-list")).content.decode()
    assert "Something you typed is not saved" in html
    link = re.search(rf'href="{reverse("heldpost-detail", args=[held.pk])}">([^<]*)</a>', html).group(1)
    assert link == f"What you sent at {time_of_day(held.held_at)}: {TYPED}"


@pytest.mark.parametrize(
    ("fields", "opening"),
    [
        ({"a": ["3"], "b": [""]}, ""),
        ({"a": ["two words"], "b": ["three words\r\nthere"]}, "three words there"),
        ({"a": ["word " * 30]}, ("word " * 12).rstrip() + "…"),
    ],
)
def test_what_is_held_is_told_apart_by_how_its_longest_text_begins(fields, opening):
    assert HeldPost(fields=fields).opening == opening


@pytest.mark.parametrize("enforce_csrf_checks", [False, True])
def test_nothing_typed_is_logged(sign_in, manager_client, caplog, enforce_csrf_checks):
    form = drawn_form(manager_client)
    with caplog.at_level(logging.DEBUG):
        sign_in(enforce_csrf_checks=enforce_csrf_checks).post(ACCOUNT, form)
    assert HeldPost.objects.count() == 1
    logged = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    assert [line for line in logged if TYPED in line or "Nia" in line] == []


@pytest.mark.parametrize("status", [403, 404])
def test_what_was_refused_can_be_copied_by_whoever_it_was_drawn_for(
    sign_in, contract_manager, stranger, published_version, status
):
    """Somebody who comes too late reads what they typed once more, and nobody reads what somebody else typed."""
    owner = contract_manager if status == 403 else stranger
    assessment = make_assessment(owner)
    close(assessment)
    path = reverse("assessment-close", args=[assessment.pk])
    form = drawn_form(sign_in(contract_manager)) | {"seen": "not typed by anybody", "kind": "choice"}
    response = sign_in(contract_manager).post(path, form)
    html = response.content.decode()
    assert response.status_code == status
    assert html.count(TYPED) == 1
    assert "not typed by anybody" not in html
    for fields in (form | {DRAWN_FOR: sign_for(stranger)}, form | {DRAWN_FOR: ""}, form | {"password": "x"}):
        html = sign_in(contract_manager).post(path, fields).content.decode()
        assert "What you typed" not in html
        assert TYPED not in html
