"""A portal without passwords of its own, the domains at which addresses must be, and the one-time link."""

import logging
import re
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from people.actions import end_sessions, one_time_links
from people.local_passwords import CLOSED
from people.models import User
from tests.factories import PASSWORD
from tests.people.provider import SETTINGS

pytestmark = pytest.mark.django_db
ARGUMENTS = {"account_reset_password_from_key": ["a", "b-c"]}


@pytest.fixture
def no_passwords(settings):
    settings.SIGN_ON_PROVIDERS, settings.PORTAL_LOCAL_PASSWORDS = (SETTINGS,), False


def heading(response):
    return re.search(r"<h1[^>]*>\s*(.*?)\s*</h1>", response.content.decode(), re.DOTALL).group(1)


# Without passwords


@pytest.mark.parametrize("name", sorted(CLOSED))
def test_the_pages_of_passwords_are_closed(client, manager_client, no_passwords, name):
    address = reverse(name, args=ARGUMENTS.get(name))
    for browser in (client, manager_client):
        for method in (browser.get, browser.post):
            response = method(address)
            if browser is client and name in ("account_set_password", "account_change_password"):
                assert response.url.startswith(reverse("account_login"))
            else:
                assert (response.status_code, heading(response)) == (403, "There are no passwords here")


def test_the_sign_in_page_shows_providers_alone(client, no_passwords):
    html = client.get(reverse("account_login")).content.decode()
    assert "Sign in with Work account" in html
    assert [each for each in ("password", "Create an account") if each in html.partition("<main")[2]] == []


def test_nobody_gets_in_with_a_password(client, no_passwords, contract_manager):
    typed = {"login": contract_manager.email, "password": PASSWORD}
    assert client.post(reverse("account_login"), typed).status_code == 403
    assert not client.login(request=None, email=contract_manager.email, password=PASSWORD)
    assert "_auth_user_id" not in client.session


def test_the_account_page_has_no_password(manager_client, no_passwords):
    html = manager_client.get(reverse("account-detail")).content.decode()
    assert "your password" not in html
    assert "Connected sign-ins" in html


def test_a_portal_without_providers_says_nothing_of_them(manager_client, client):
    assert "Connected sign-ins" not in manager_client.get(reverse("account-detail")).content.decode()
    assert "Sign in with" not in client.get(reverse("account_login")).content.decode().replace(
        "Sign in with a passkey", ""
    )


# Domains


@pytest.fixture
def domains(settings):
    settings.PORTAL_EMAIL_DOMAINS = frozenset({"example.gov.uk", "other.example"})


REFUSED = 'href="#id_email">Enter your address at work, which ends in @example.gov.uk or @other.example</a>'


@pytest.mark.parametrize(
    ("email", "people"), [("nia@elsewhere.example", 0), ("nia@sub.example.gov.uk", 0), ("nia@OTHER.example", 1)]
)
def test_an_account_is_made_at_an_allowed_domain(client, domains, email, people):
    response = client.post(
        reverse("account_signup"), {"name": "Nia", "email": email, "password1": "three random words"}
    )
    assert User.objects.count() == people
    assert people or REFUSED in response.content.decode()


def test_an_address_is_changed_to_one_at_an_allowed_domain(client, domains, contract_manager):
    client.post(reverse("account_login"), {"login": contract_manager.email, "password": PASSWORD})
    page = reverse("account_email")
    refused = client.post(page, {"action_add": "1", "email": "nia@elsewhere.example"})
    assert REFUSED in refused.content.decode()
    client.post(page, {"action_add": "1", "email": "nia@example.gov.uk"})
    assert [each.email for each in EmailAddress.objects.filter(verified=False)] == ["nia@example.gov.uk"]


def test_who_has_an_account_elsewhere_keeps_it(client, domains, contract_manager):
    typed = {"login": contract_manager.email, "password": PASSWORD}
    assert client.post(reverse("account_login"), typed).url == reverse("assessment-list")


# The one-time link


def made_link(user):
    out = StringIO()
    call_command("let_in", user.email.upper(), stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def path_of(link):
    return link[link.index("/let-in/") :]


def test_a_one_time_link_lets_its_person_in_once(client, no_passwords, contract_manager, caplog):
    caplog.set_level(logging.INFO)
    link = made_link(contract_manager)
    assert link.startswith("http://127.0.0.1:8000/let-in/?key=")
    page = client.get(path_of(link))
    assert heading(page) == "Sign in with a one-time link"
    key = re.search(r'name="key" value="([^"]+)"', page.content.decode()).group(1)
    planted = client.cookies["csrf"].value
    assert client.post("/let-in/", {"key": key}).url == reverse("account-detail")
    assert client.session["_auth_user_id"] == str(contract_manager.pk)
    assert [message.subject for message in mail.outbox] == ["You signed in with a one-time link"]
    again = Client().post("/let-in/", {"key": key})
    assert (again.status_code, heading(again)) == (403, "This link no longer works")
    assert f"made for person {contract_manager.pk}" in caplog.text
    assert f"Person {contract_manager.pk} was let in" in caplog.text
    assert [text for text in (contract_manager.email, contract_manager.name, key) if text in caplog.text] == []
    assert client.cookies["csrf"].value != planted


def late(monkeypatch, user):
    monkeypatch.setattr(one_time_links, "LINK_LASTS", -1)


def signed_in_otherwise(monkeypatch, user):
    Client().force_login(user)


def sessions_ended(monkeypatch, user):
    end_sessions(user=user)


def closed(monkeypatch, user):
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("since", [late, signed_in_otherwise, sessions_ended, closed])
def test_a_one_time_link_ends(client, contract_manager, monkeypatch, since):
    link = made_link(contract_manager)
    since(monkeypatch, contract_manager)
    assert client.get(path_of(link)).status_code == 403
    assert client.post(path_of(link)).status_code == 403
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("key", ["", "x", "a:b:c", "\0", "é" * 300, "1" * 9000])
def test_a_key_that_is_none(client, key):
    assert client.get("/let-in/", {"key": key}).status_code == 403
    assert client.post("/let-in/", {"key": key}).status_code == 403


def test_a_link_is_made_for_somebody_who_may_sign_in(contract_manager):
    for email in ("nobody@example.com", ""):
        with pytest.raises(CommandError, match="No account that may sign in"):
            call_command("let_in", email)
