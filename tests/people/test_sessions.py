"""When a session ends: at the next request after what it was opened for has changed, after an idle hour, after half a day."""

from datetime import timedelta
from unittest.mock import ANY

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from people.actions import end_sessions, make_editor
from people.forms import AccountForm
from people.models import User
from people.sessions import SIGNED_IN_AT
from tests.factories import PASSWORD, make_assessment, make_organisation

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/people/user/"
ACCOUNT = "/account/"
EXTEND = "/account/stay-signed-in/"


def is_signed_in(browser):
    """Whether the next page of a browser is drawn for somebody; fails where it answers anything else than a page or the sign-in."""
    response = browser.get(ACCOUNT)
    if response.status_code == 302:
        assert response.url.partition("?")[0] == reverse("account_login")
    return response.status_code == 200


# Ended by a change


def test_every_session_of_a_person_ends_at_once_and_nobody_elses(sign_in, contract_manager, stranger):
    browsers = [sign_in(contract_manager), sign_in(contract_manager), sign_in(stranger)]
    end_sessions(user=contract_manager)
    assert [is_signed_in(each) for each in browsers] == [False, False, True]
    assert is_signed_in(sign_in(contract_manager))


@pytest.mark.parametrize("change", [{"is_staff": True}, {"is_superuser": True}, {"password": "another"}])
def test_a_change_that_goes_past_the_actions_ends_sessions_too(sign_in, contract_manager, change):
    browser = sign_in(contract_manager)
    User.objects.filter(pk=contract_manager.pk).update(**change)
    assert not is_signed_in(browser)


def test_being_made_an_editor_ends_sessions_even_of_staff(sign_in, contract_manager):
    User.objects.filter(pk=contract_manager.pk).update(is_staff=True)
    contract_manager.refresh_from_db()
    browser = sign_in(contract_manager)
    make_editor(user=contract_manager)
    assert not is_signed_in(browser)


def test_a_new_secret_key_keeps_sessions_while_the_old_one_is_named(sign_in, contract_manager, settings):
    browser = sign_in(contract_manager)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n3w" * 20, [settings.SECRET_KEY]
    assert is_signed_in(browser)
    User.objects.filter(pk=contract_manager.pk).update(session_generation=7)
    assert not is_signed_in(browser)


@pytest.mark.parametrize("field", ["is_active", "is_staff", "is_superuser", "groups"])
def test_a_role_changed_in_the_admin_ends_every_session_of_theirs(sign_in, superuser, contract_manager, field):
    browser = sign_in(contract_manager)
    group = Group.objects.create(name="Some group")
    typed = {"name": contract_manager.name, "job_title": contract_manager.job_title, "is_active": "on"}
    typed |= {"is_active": {"is_active": ""}, "groups": {"groups": [group.pk]}}.get(field, {field: "on"})
    assert sign_in(superuser).post(f"{PEOPLE}{contract_manager.pk}/change/", typed).url == PEOPLE
    assert not is_signed_in(browser)
    # An account that is opened again does not bring its old sessions back.
    User.objects.filter(pk=contract_manager.pk).update(is_active=True)
    assert not is_signed_in(browser)


def test_a_name_changed_in_the_admin_ends_nothing(sign_in, superuser, contract_manager):
    browser = sign_in(contract_manager)
    typed = {"name": "Nia P.", "job_title": "", "organisation": make_organisation().pk, "is_active": "on"}
    assert sign_in(superuser).post(f"{PEOPLE}{contract_manager.pk}/change/", typed).url == PEOPLE
    assert is_signed_in(browser)


def test_a_changed_password_ends_the_other_sessions_and_not_this_one(sign_in, contract_manager):
    here, elsewhere = sign_in(contract_manager), sign_in(contract_manager)
    before = here.session.session_key
    typed = {"oldpassword": PASSWORD, "password1": "another three words"}
    assert here.post(reverse("account_change_password"), typed).url == reverse("account-detail")
    assert [is_signed_in(here), is_signed_in(elsewhere)] == [True, False]
    assert here.session.session_key != before


# Ended by time


class Clock:
    """The time that the portal reads, moved by the test."""

    def __init__(self, monkeypatch):
        self.at = timezone.now().replace(microsecond=0)
        monkeypatch.setattr(timezone, "now", lambda: self.at)

    def forward(self, **by):
        self.at += timedelta(**by)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def use(browser, clock, *, minutes, every=10):
    """Open a page every so many minutes for so long; fails where that leads to the sign-in page."""
    for _ in range(minutes // every):
        clock.forward(minutes=every)
        assert is_signed_in(browser)


def test_an_idle_session_is_refused_by_the_server(sign_in, contract_manager, clock):
    browser = sign_in(contract_manager)
    clock.forward(minutes=59, seconds=59)
    assert is_signed_in(browser)
    clock.forward(minutes=60, seconds=1)
    assert browser.cookies["session"].value
    assert not is_signed_in(browser)


def test_an_idle_session_that_the_browser_keeps_sending_stays_refused(sign_in, contract_manager, clock):
    browser = sign_in(contract_manager)
    key = browser.cookies["session"].value
    clock.forward(minutes=61)
    for _ in range(2):
        browser.cookies["session"] = key
        assert not is_signed_in(browser)


def test_the_absolute_end_cannot_be_put_off(sign_in, contract_manager, clock):
    browser = sign_in(contract_manager)
    use(browser, clock, minutes=710)
    assert browser.post(EXTEND).json() == {"left": 600, "more": False, "token": ANY}
    clock.forward(minutes=9)
    browser.post(reverse("account-detail"), {"name": "Nia P.", "job_title": "", "organisation": ""})
    browser.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "another three words"})
    assert is_signed_in(browser)
    clock.forward(minutes=1)
    assert not is_signed_in(browser)


def test_signing_in_again_begins_anew_even_in_the_same_browser(sign_in, contract_manager, clock):
    browser = sign_in(contract_manager)
    use(browser, clock, minutes=660)
    browser.force_login(contract_manager)
    use(browser, clock, minutes=700)


def test_the_end_is_written_at_most_once_a_minute(sign_in, contract_manager, clock):
    browser = sign_in(contract_manager)
    writes = []
    for _ in range(7):
        with CaptureQueriesContext(connection) as captured:
            assert is_signed_in(browser)
        writes.append(sum("UPDATE" in each["sql"] and "django_session" in each["sql"] for each in captured))
        clock.forward(seconds=20)
    assert writes == [0, 0, 0, 1, 0, 0, 1]


def test_a_use_within_the_minute_that_is_not_written_ends_a_session_no_later(sign_in, contract_manager, clock):
    browser = sign_in(contract_manager)
    clock.forward(seconds=59)
    assert is_signed_in(browser)
    clock.forward(minutes=59)
    assert is_signed_in(browser)
    clock.forward(minutes=60)
    assert not is_signed_in(browser)


def test_asking_how_long_is_left_keeps_nothing_alive_and_saying_so_does(sign_in, contract_manager, clock):
    browser = sign_in(contract_manager)
    clock.forward(minutes=58)
    for _ in range(2):
        assert browser.get(EXTEND).json() == {"left": 120, "more": True, "token": ANY}
    assert browser.post(EXTEND).json() == {"left": 3600, "more": True, "token": ANY}
    clock.forward(minutes=59)
    assert browser.get(EXTEND).json() == {"left": 60, "more": True, "token": ANY}
    clock.forward(minutes=1)
    assert browser.get(EXTEND).url.startswith(reverse("account_login"))
    assert browser.post(EXTEND).url.startswith(reverse("account_login"))


def test_staying_signed_in_needs_a_token(sign_in, contract_manager, clock):
    browser = sign_in(contract_manager, enforce_csrf_checks=True)
    clock.forward(minutes=58)
    assert browser.post(EXTEND).status_code == 403
    token = browser.get(EXTEND).json()["token"]
    assert browser.post(EXTEND, {"csrfmiddlewaretoken": token}).json()["left"] == 3600


def test_a_page_says_how_long_is_left_when_it_is_used(sign_in, contract_manager, clock):
    browser = sign_in(contract_manager)
    clock.forward(minutes=30)
    assert 'data-left="3600"' in browser.get(ACCOUNT).content.decode()
    clock.forward(seconds=30)
    assert 'data-left="3570"' in browser.get(ACCOUNT).content.decode()


def test_the_words_of_the_warning_keep_nothing_alive_and_are_there_after_the_end(sign_in, contract_manager, clock):
    browser = sign_in(contract_manager)
    page = browser.get(ACCOUNT).content.decode()
    assert "You are about to be signed out" not in page
    assert f'data-address="{EXTEND}"' in page
    assert reverse("session-warning") == f"{EXTEND}warning/"
    for minutes in (59, 2):
        clock.forward(minutes=minutes)
        words = browser.get(reverse("session-warning")).content.decode()
        assert words.count("You are about to be signed out") == 1
        assert words.count('name="csrfmiddlewaretoken" value=""') == 2
    assert not is_signed_in(browser)


def test_the_admins_pages_warn_too(sign_in, superuser, clock):
    html = sign_in(superuser).get("/admin/").content.decode()
    assert html.count('data-left="3600"') == 1
    assert "session.js" in html


def test_nobody_else_is_warned(client):
    for page in (reverse("account_login"), reverse("help"), reverse("standards-list")):
        html = client.get(page, follow=True).content.decode()
        assert "session.js" not in html
        assert "data-left" not in html


def test_an_answer_saved_by_a_script_is_a_use(sign_in, contract_manager, published_version, clock):
    assessment = make_assessment(contract_manager)
    browser = sign_in(contract_manager)
    clock.forward(minutes=59)
    save = reverse("rating-save", kwargs={"assessment_id": assessment.pk, "area_code": "A1"})
    browser.post(save, {}, headers={"Accept": "application/json"})
    clock.forward(minutes=59)
    assert is_signed_in(browser)


def test_a_session_without_the_time_of_signing_in_ends_with_its_next_request(sign_in, contract_manager, clock):
    browser = sign_in(contract_manager)
    session = browser.session
    del session[SIGNED_IN_AT]
    session.save()
    assert not is_signed_in(browser)


def test_a_shorter_limit_holds_for_sessions_that_have_begun(sign_in, contract_manager, clock, settings):
    browser = sign_in(contract_manager)
    settings.SESSION_IDLE = timedelta(minutes=10)
    assert is_signed_in(browser)
    clock.forward(minutes=10)
    assert not is_signed_in(browser)


def test_a_failed_page_keeps_nothing_alive(sign_in, contract_manager, clock, monkeypatch):
    browser = sign_in(contract_manager, raise_request_exception=False)
    clock.forward(minutes=40)
    monkeypatch.setattr(AccountForm, "__init__", None)
    assert browser.get(ACCOUNT).status_code == 500
    clock.forward(minutes=20)
    assert not is_signed_in(browser)


def test_a_session_that_another_window_ended_is_not_brought_back(sign_in, contract_manager, clock, monkeypatch):
    browser = sign_in(contract_manager)
    clock.forward(minutes=5)
    saved = AccountForm.__init__

    def end_meanwhile(self, *args, **kwargs):
        Session.objects.all().delete()
        saved(self, *args, **kwargs)

    monkeypatch.setattr(AccountForm, "__init__", end_meanwhile)
    assert browser.get(ACCOUNT).status_code == 200
    assert Session.objects.count() == 0


def test_what_somebody_saves_of_themselves_does_not_undo_what_closed_their_account(
    sign_in, contract_manager, monkeypatch
):
    browser = sign_in(contract_manager)
    drawn = AccountForm.__init__

    def close_meanwhile(self, *args, **kwargs):
        drawn(self, *args, **kwargs)
        User.objects.filter(pk=contract_manager.pk).update(is_active=False)
        end_sessions(user=contract_manager)

    monkeypatch.setattr(AccountForm, "__init__", close_meanwhile)
    browser.post(ACCOUNT, {"name": "Nia P.", "job_title": "", "organisation": ""})
    saved = User.objects.get(pk=contract_manager.pk)
    assert (saved.name, saved.is_active, saved.session_generation) == ("Nia P.", False, 1)


# Saying so


@pytest.mark.parametrize("end", [{"minutes": 61}, None], ids=["idle", "changed role"])
@pytest.mark.parametrize("page", ["/account/", "/assessments/?page=2&x=%26ended", "/admin/"])
def test_the_sign_in_page_says_that_the_session_ended_and_leads_back(client, contract_manager, clock, end, page):
    client.force_login(contract_manager)
    if end:
        clock.forward(**end)
    else:
        end_sessions(user=contract_manager)
    response = client.get(page, follow=True)
    assert response.status_code == 200
    html = response.content.decode()
    assert "You were signed out" in html
    assert "60 minutes without use" in html
    signed_in = client.post(response.redirect_chain[-1][0], {"login": contract_manager.email, "password": PASSWORD})
    assert signed_in.url == page
    assert "You were signed out" not in client.get("/help/").content.decode()


def test_the_sign_in_page_says_so_to_somebody_whose_account_was_closed(manager_client, contract_manager):
    User.objects.filter(pk=contract_manager.pk).update(is_active=False)
    assert "You were signed out" in manager_client.get(ACCOUNT, follow=True).content.decode()


def test_the_sign_in_page_says_nothing_of_it_to_others(client, manager_client):
    assert client.get(ACCOUNT).url == f"{reverse('account_login')}?next={ACCOUNT}"
    assert "You were signed out" not in client.get(ACCOUNT, follow=True).content.decode()
    manager_client.post(reverse("account_logout"))
    assert manager_client.get(ACCOUNT).url == f"{reverse('account_login')}?next={ACCOUNT}"


def test_a_link_that_says_so_leads_nowhere_else(client, contract_manager):
    page = f"{reverse('account_login')}?next=https://elsewhere.example/&ended=1"
    assert client.post(page, {"login": contract_manager.email, "password": PASSWORD}).url == reverse("assessment-list")
