"""Before something that matters people prove again who they are, unless they have lately; what they typed goes through after."""

import json

import pytest
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as portal_settings
from django.urls import reverse

from people.models import User
from tests.factories import PASSWORD, make_user
from tests.pages import Page
from tests.people.factors import code_of, let_pass, make_app, make_passkey
from tests.people.provider import SETTINGS

pytestmark = pytest.mark.django_db

AGAIN = "/accounts/reauthenticate/"
PEOPLE = "/admin/people/user/"
APP = "/accounts/2fa/totp/activate/"
LONG = 15 * 60 + 1


@pytest.fixture
def late(manager_client):
    """The contract manager's browser, long after they signed in."""
    let_pass(manager_client, LONG)
    return manager_client


@pytest.fixture
def late_superuser(sign_in, superuser):
    browser = sign_in(superuser)
    let_pass(browser, LONG)
    return browser


def typed(**changes):
    return {"name": "Nia P.", "job_title": "", "is_active": "on", **changes}


# Who has proved it


def test_the_setting_is_a_quarter_of_an_hour():
    assert (portal_settings.PROOF_LASTS, portal_settings.ACCOUNT_REAUTHENTICATION_TIMEOUT) == (900, 900)


def test_signing_in_counts(client, contract_manager):
    client.post(reverse("account_login"), {"login": contract_manager.email, "password": PASSWORD})
    assert client.get(APP).status_code == 200
    let_pass(client, LONG - 10)
    assert client.get(APP).status_code == 200
    let_pass(client, 10)
    assert client.get(APP).url == f"{AGAIN}?next={APP.replace('/', '%2F')}"


def test_the_password_again_leads_back(late):
    page = late.get(late.get(APP).url)
    assert "This is to make sure that it is you." in Page(page).text
    response = late.post(f"{AGAIN}?next={APP}", {"password": "another password"})
    assert "Enter your password. This is not it" in Page(response).text
    assert late.get(APP).status_code == 302
    assert late.post(f"{AGAIN}?next={APP}", {"password": PASSWORD}).url == APP
    assert late.get(APP).status_code == 200


def test_it_leads_nowhere_else(late):
    response = late.post(f"{AGAIN}?next=https://evil.example/", {"password": PASSWORD})
    assert response.url == "/assessments/"


def test_the_proof_of_somebody_else_in_the_same_browser_does_not_count(late, stranger):
    late.post(f"{AGAIN}?next={APP}", {"password": PASSWORD})
    session = late.session
    session["account_authentication_methods_user"] = str(stranger.pk)
    session.save()
    assert late.get(APP).status_code == 302


def test_whoever_has_no_means_counts_as_proved(sign_in):
    browser = sign_in(make_user(password=None))
    let_pass(browser, LONG)
    assert browser.get(APP).status_code == 200


def test_a_code_from_the_app_counts(late, contract_manager):
    secret = make_app(contract_manager)
    page = late.get(AGAIN)
    assert "Enter a code from your app, or a recovery code" in Page(page).text
    response = late.post(f"/accounts/2fa/reauthenticate/?next={PEOPLE}", {"code": code_of(secret)})
    assert response.url == PEOPLE
    assert late.get("/accounts/2fa/webauthn/add/").status_code == 200


def test_a_code_that_let_somebody_in_does_not_prove_anything_again(client, contract_manager):
    secret = make_app(contract_manager)
    client.post(reverse("account_login"), {"login": contract_manager.email, "password": PASSWORD})
    assert client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).url == "/assessments/"
    response = client.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret)})
    assert "This is not one" in Page(response).text


def test_whoever_has_a_passkey_may_use_it(late, contract_manager):
    make_passkey(contract_manager)
    assert 'href="/accounts/2fa/webauthn/reauthenticate/?next=' in late.get(f"{AGAIN}?next={APP}").content.decode()


# Whoever signs in elsewhere


@pytest.fixture
def elsewhere(sign_in, settings):
    """The browser of somebody who has nothing but an account at a provider, long after they signed in there."""
    settings.SIGN_ON_PROVIDERS = [SETTINGS]
    user = make_user(password=None)
    SocialAccount.objects.create(user=user, provider=SETTINGS.key, uid="s-1")
    browser = sign_in(user)
    let_pass(browser, LONG)
    return browser


@pytest.mark.parametrize("address", [APP, "/accounts/2fa/webauthn/add/", "/accounts/password/set/"])
def test_they_are_sent_to_the_provider_again(elsewhere, address):
    response = elsewhere.get(address)
    assert response.url == f"/accounts/oidc/work/prove/?next={address.replace('/', '%2F')}"
    assert elsewhere.get(response.url).status_code == 200


def test_a_password_is_not_asked_for_where_there_are_none(late, settings, contract_manager):
    settings.SIGN_ON_PROVIDERS, settings.PORTAL_LOCAL_PASSWORDS = [SETTINGS], False
    SocialAccount.objects.create(user=contract_manager, provider=SETTINGS.key, uid="s-1")
    assert late.get(APP).url.startswith("/accounts/oidc/work/prove/")


# What is asked for it


def test_changing_the_address_asks_and_then_goes_through(late, contract_manager):
    response = late.post("/accounts/email/", {"email": "nia@elsewhere.example", "action_add": "1"})
    assert response.url == f"{AGAIN}?next=%2Faccounts%2Femail%2F"
    assert EmailAddress.objects.filter(user=contract_manager).count() == 1
    late.post(response.url, {"password": PASSWORD})
    assert EmailAddress.objects.filter(user=contract_manager, email="nia@elsewhere.example").exists()


@pytest.mark.parametrize("address", [f"{PEOPLE}%s/change/", f"{PEOPLE}%s/change/?_changelist_filters=q%%3Dnia"])
def test_a_role_changes_after_the_proof_with_what_was_typed(late_superuser, contract_manager, address):
    response = late_superuser.post(address % contract_manager.pk, typed(is_staff="on"))
    assert response.url == f"{AGAIN}?next=%2Fadmin%2Fpeople%2Fuser%2F{contract_manager.pk}%2Fchange%2F"
    assert User.objects.get(pk=contract_manager.pk).is_staff is False
    response = late_superuser.post(response.url, {"password": PASSWORD})
    assert response.url.startswith(PEOPLE)
    found = User.objects.get(pk=contract_manager.pk)
    assert (found.is_staff, found.name) == (True, "Nia P.")


@pytest.mark.parametrize("address", [f"{PEOPLE}add/", "/admin/auth/group/add/", "/admin/people/analystgrant/add/"])
def test_making_people_groups_and_analysts_asks_for_it_and_looking_does_not(late_superuser, address):
    assert late_superuser.get(address).status_code == 200
    assert late_superuser.post(address, {"name": "New"}).url.startswith(AGAIN)


def test_a_confirmation_asks_for_it_and_reading_does_not(late):
    address = "/assessments/00000000-0000-4000-8000-000000000000/conversation/confirm/"
    assert reverse("conversation-confirm", args=["00000000-0000-4000-8000-000000000000"]) == address
    assert late.get(address).status_code == 404
    assert late.post(address, {"disagreement": "Not B4.3"}).url == f"{AGAIN}?next={address.replace('/', '%2F')}"
    assert late.post(f"{AGAIN}?next={address}", {"password": PASSWORD}).status_code == 404


# What is kept until then


def test_only_what_was_typed_is_kept_and_only_in_the_session(late):
    late.post("/accounts/email/", {"email": "nia@elsewhere.example", "action_add": "1"})
    kept = json.loads(late.session[STATE_SESSION_KEY]["request"])
    assert kept["POST"] == "email=nia%40elsewhere.example&action_add=1"
    assert "HTTP_COOKIE" not in kept["META"]
    late.post(reverse("account_logout"))
    assert STATE_SESSION_KEY not in late.session


def test_a_password_is_never_kept(elsewhere):
    response = elsewhere.post("/accounts/password/set/", {"password1": "three random words"})
    assert response.url == "/accounts/oidc/work/prove/?next=%2Faccounts%2Fpassword%2Fset%2F"
    assert STATE_SESSION_KEY not in elsewhere.session


def test_what_somebody_thought_better_of_does_not_go_through_with_a_later_proof(late_superuser, contract_manager):
    address = f"{PEOPLE}{contract_manager.pk}/second-factors/"
    late_superuser.post(address)
    response = late_superuser.get(address)
    assert late_superuser.post(response.url, {"password": PASSWORD}).url == address


def test_somebody_else_who_signs_in_there_sends_nothing_of_it(late_superuser, contract_manager, stranger):
    address = f"{PEOPLE}{contract_manager.pk}/change/"
    late_superuser.post(address, typed(is_staff="on"))
    late_superuser.post(reverse("account_logout"))
    late_superuser.post(reverse("account_login"), {"login": stranger.email, "password": PASSWORD})
    late_superuser.post(f"{AGAIN}?next={address}", {"password": PASSWORD})
    assert User.objects.get(pk=contract_manager.pk).is_staff is False
