"""Signing in by way of a provider: who is let in, as whom, what is kept, and every hostile case refused."""

import logging
import re
import time
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from people.models import User
from people.openid import calls
from tests.factories import PASSWORD, make_user
from tests.people.provider import (
    CALLBACK,
    ISSUER,
    OTHER_SETTINGS,
    SETTINGS,
    SUNNIVA,
    Provider,
    address_in,
    come_back,
    jwk_of,
    leave,
    round_trip,
    rsa_key,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings, monkeypatch):
    settings.SIGN_ON_PROVIDERS = (SETTINGS,)
    made = Provider()
    monkeypatch.setattr(
        requests.adapters.HTTPAdapter, "send", lambda self, request, **options: made.send(request, **options)
    )
    return made


@pytest.fixture
def sunniva(provider, client):
    """Somebody who has signed in by way of the provider once."""
    round_trip(Client(), provider)
    return User.objects.get(email=SUNNIVA["email"].lower())


def heading(response):
    return re.search(r"<h1[^>]*>\s*(.*?)\s*</h1>", response.content.decode(), re.DOTALL).group(1)


def reason_in(response):
    """What a refused sign-in is called on its page, which is the portal's own."""
    assert heading(response) == "We could not sign you in"
    found = re.search(r"name this: <strong>([^<]+)</strong>", response.content.decode())
    return found.group(1)


def is_signed_in(browser):
    return "_auth_user_id" in browser.session


# Who is let in, and as whom


def test_a_first_sign_in_makes_an_account(client, provider):
    response = round_trip(client, provider)
    assert response.url == reverse("assessment-list")
    user = User.objects.get()
    assert (user.name, user.email, user.has_usable_password()) == ("Sunniva Ørnfjell", "sunniva@example.gov.uk", False)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert [(each.email, each.verified, each.primary) for each in EmailAddress.objects.all()] == [
        ("sunniva@example.gov.uk", True, True)
    ]
    assert mail.outbox == []


def test_only_the_key_and_the_used_claims_are_kept_and_no_token(client, provider):
    provider.claims = {"groups": ["secret"], "oid": "x"}
    round_trip(client, provider)
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid) == ("work", "s-1")
    assert account.extra_data == SUNNIVA | {"iss": ISSUER}
    assert SocialToken.objects.count() == 0
    kept = str(dict(client.session))
    assert [token for token in provider.tokens if token in kept] == []


def test_who_is_asked_for_a_name_has_no_token_in_the_session(client, provider):
    del provider.person["name"]
    response = round_trip(client, provider)
    assert response.url == reverse("socialaccount_signup")
    kept = str(dict(client.session))
    assert "s-1" in kept
    assert [token for token in provider.tokens if token in kept] == []
    page = client.get(response.url).content.decode()
    assert "sunniva@example.gov.uk" in page
    refused = client.post(response.url, {"name": " "})
    assert 'href="#id_name">Enter your full name' in refused.content.decode()
    # The address is the provider's, whatever is sent.
    assert client.post(response.url, {"name": "Sunniva Ø", "email": "nia@example.gov.uk"}).url == reverse(
        "assessment-list"
    )
    assert (User.objects.get().name, User.objects.get().email) == ("Sunniva Ø", "sunniva@example.gov.uk")
    assert EmailAddress.objects.get().verified


def test_an_address_that_somebody_came_by_meanwhile_makes_no_second_account(client, provider):
    del provider.person["name"]
    page = round_trip(client, provider).url
    make_user(email="sunniva@example.gov.uk")
    assert client.post(page, {"name": "Sunniva"}).url == reverse("account_email_verification_sent")
    assert (User.objects.count(), SocialAccount.objects.count(), is_signed_in(client)) == (1, 0, False)
    assert [message.subject for message in mail.outbox] == ["You already have an account"]


@pytest.mark.parametrize("provider_says", ["a name", "no name"])
def test_two_who_come_at_the_same_moment(client, provider, monkeypatch, provider_says):
    """Neither the look for the address nor the form saw the other one."""
    make_user(email="sunniva@example.gov.uk")
    monkeypatch.setattr("people.openid.adapter.filter_users_by_email", lambda email: [])
    monkeypatch.setattr("people.forms.sign_on.filter_users_by_email", lambda email: [])
    monkeypatch.setattr("allauth.socialaccount.internal.flows.signup.assess_unique_email", lambda email: True)
    if provider_says == "no name":
        del provider.person["name"]
    response = round_trip(client, provider)
    if response.status_code == 302:
        response = client.post(response.url, {"name": "Sunniva"})
    assert (response.status_code, reason_in(response)) == (403, "taken")
    assert (User.objects.count(), SocialAccount.objects.count(), is_signed_in(client)) == (1, 0, False)


def test_an_address_that_somebody_else_wants_to_change_to_is_the_newcomers(client, provider, contract_manager):
    EmailAddress.objects.create(user=contract_manager, email=SUNNIVA["email"].lower(), verified=False)
    assert round_trip(client, provider).url == reverse("assessment-list")
    assert client.session["_auth_user_id"] != str(contract_manager.pk)
    assert not EmailAddress.objects.filter(user=contract_manager, verified=False).exists()


def test_who_comes_without_an_address_gives_one_and_confirms_it(client, provider, settings):
    settings.PORTAL_EMAIL_DOMAINS = frozenset({"example.gov.uk"})
    provider.person.update(email=None, email_verified=None)
    page = round_trip(client, provider).url
    refused = client.post(page, {"name": "Sunniva", "email": "sunniva@elsewhere.example"}).content.decode()
    assert 'href="#id_email">Enter your address at work, which ends in @example.gov.uk' in refused
    response = client.post(page, {"name": "Sunniva", "email": "sunniva@example.gov.uk"})
    assert response.url == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    assert [each.verified for each in EmailAddress.objects.all()] == [False]
    assert [message.subject for message in mail.outbox] == ["Confirm your e-mail address"]


def test_a_second_sign_in_is_the_same_account_also_with_another_address_and_name(client, provider, sunniva):
    provider.person |= {"email": "married@example.gov.uk", "name": "Sunniva Quill"}
    assert round_trip(client, provider).url == reverse("assessment-list")
    assert client.session["_auth_user_id"] == str(sunniva.pk)
    sunniva.refresh_from_db()
    # What the portal calls her stays hers to change.
    assert (sunniva.email, sunniva.name, User.objects.count()) == ("sunniva@example.gov.uk", "Sunniva Ørnfjell", 1)
    assert SocialAccount.objects.get().extra_data["email"] == "married@example.gov.uk"


@pytest.mark.parametrize("verified", [False, None, "true", "false", 1])
def test_an_address_that_the_provider_has_not_confirmed_is_confirmed_by_letter(client, provider, verified):
    provider.person["email_verified"] = verified
    assert round_trip(client, provider).url == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    assert [each.verified for each in EmailAddress.objects.all()] == [False]
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body).group(1)
    client.post(link)
    assert [each.verified for each in EmailAddress.objects.all()] == [True]
    assert round_trip(Client(), provider).url == reverse("assessment-list")


@pytest.mark.parametrize("is_confirmed", [True, False])
@pytest.mark.parametrize("is_ours_verified", [True, False])
def test_an_address_that_has_an_account_lets_nobody_in(client, provider, is_confirmed, is_ours_verified):
    user = make_user(email="sunniva@example.gov.uk", is_verified=is_ours_verified)
    provider.person["email_verified"] = is_confirmed
    response = round_trip(client, provider)
    assert (response.status_code, heading(response)) == (403, "You already have an account")
    assert reverse("account_login") + "?next=" + reverse("socialaccount_connections") in response.content.decode()
    assert not is_signed_in(client)
    assert (User.objects.get(), SocialAccount.objects.count()) == (user, 0)
    user.refresh_from_db()
    assert user.has_usable_password()


def test_an_address_at_another_domain_makes_no_account(client, provider, settings):
    settings.PORTAL_EMAIL_DOMAINS = frozenset({"ours.gov.uk", "hers.gov.uk"})
    response = round_trip(client, provider)
    assert (response.status_code, heading(response)) == (403, "This address cannot be used here")
    assert "end in @hers.gov.uk or @ours.gov.uk can have" in response.content.decode()
    assert (User.objects.count(), is_signed_in(client)) == (0, False)


def test_a_closed_account_is_not_let_in(client, provider, sunniva):
    User.objects.update(is_active=False)
    assert round_trip(client, provider).url == reverse("account_inactive")
    assert not is_signed_in(client)


def test_the_same_key_from_another_issuer_is_somebody_else(client, provider, sunniva, settings):
    provider.issuer = "https://new.example.gov.uk"
    settings.SIGN_ON_PROVIDERS = (type(SETTINGS)("work", "Work", provider.issuer, "portal", SETTINGS.client_secret),)
    assert reason_in(round_trip(client, provider)) == "issuer"
    assert not is_signed_in(client)


@pytest.mark.parametrize("name", ["x" * 151, "half a \ud800 character", "N\0L"])
def test_claims_that_are_no_text_or_too_long_are_left_out(client, provider, name):
    provider.person |= {"name": name, "email": ["sunniva@example.gov.uk"]}
    assert round_trip(client, provider).url == reverse("socialaccount_signup")
    assert client.get(reverse("socialaccount_signup")).status_code == 200


# How somebody is sent there


def test_leaving_takes_a_post_and_says_nothing_but_what_is_needed(client, provider):
    page = client.get(reverse("openid_connect_login", args=["work"]) + "?scope=admin&auth_params=prompt%3Dnone")
    assert heading(page) == "Sign in with Work account"
    address = address_in(
        client.post(reverse("openid_connect_login", args=["work"]) + "?scope=admin&auth_params=acr%3D1")
    )
    assert address.startswith(f"{ISSUER}/authorize?")
    asked = parse_qs(urlsplit(address).query)
    assert set(asked) == {
        *("client_id", "redirect_uri", "response_type", "scope", "state", "nonce"),
        *("code_challenge", "code_challenge_method"),
    }
    assert (asked["scope"], asked["redirect_uri"]) == (["openid profile email"], [f"http://testserver{CALLBACK}"])
    assert Client(enforce_csrf_checks=True).post(reverse("openid_connect_login", args=["work"])).status_code == 403


def test_state_and_nonce_are_new_each_time(client, provider):
    asked = [parse_qs(urlsplit(leave(client)).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        first, second = (each[name][0] for each in asked)
        assert first != second
        assert len(first) >= 32


@pytest.mark.parametrize("name", ["openid_connect_login", "openid_connect_callback"])
def test_a_provider_that_is_not_in_the_settings_is_not_there(client, provider, name):
    SocialApp.objects.create(provider="openid_connect", provider_id="rogue", name="Rogue", client_id="x", settings={})
    assert client.get(reverse(name, args=["rogue"])).status_code == 404
    assert client.get(reverse(name, args=["openid_connect"])).status_code == 404


def test_coming_back_leads_on_to_where_one_was_going_but_never_off_the_portal(provider):
    assert round_trip(Client(), provider, onward="/account/").url == "/account/"
    for onward in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        assert round_trip(Client(), provider, onward=onward).url == reverse("assessment-list")


def test_the_session_before_is_not_the_session_after(client, provider):
    address = provider.sign_in(leave(client))
    planted = client.cookies["session"].value
    come_back(client, address)
    assert is_signed_in(client)
    assert client.cookies["session"].value != planted
    fixed = Client()
    fixed.cookies["session"] = planted
    assert not is_signed_in(fixed)
    assert not Session.objects.filter(session_key=planted).exists()


# Hostile cases: each refused with a page that says so, and nobody signed in


def faulty(**faults):
    def case(client, provider):
        for name, fault in faults.items():
            setattr(provider, name, fault)
        return round_trip(client, provider)

    return case


def unsigned(client, provider):
    provider.algorithm, provider.key = "none", None
    return round_trip(client, provider)


def signed_with_our_secret(client, provider):
    provider.algorithm, provider.key = "HS256", SETTINGS.client_secret + "x" * 32
    return round_trip(client, provider)


def changed_state(client, provider):
    address = provider.sign_in(leave(client))
    return come_back(client, re.sub(r"state=[^&]+", "state=" + "x" * 43, address))


def issuer_of_discovery(client, provider):
    """Discovered before somebody leaves, and again when they come back."""
    address = provider.sign_in(leave(client))
    provider.config = {"issuer": "https://evil.example"}
    assert reason_in(client.post(reverse("openid_connect_login", args=["work"]))) == "issuer"
    return come_back(client, address)


def another_browser(client, provider):
    address = provider.sign_in(leave(Client()))
    return come_back(client, address)


def another_state_of_the_same_browser(client, provider):
    """The code of one sign-in with the state of another: PKCE and nonce do not fit."""
    other = parse_qs(urlsplit(leave(client)).query)["state"][0]
    return come_back(client, re.sub(r"state=[^&]+", f"state={other}", provider.sign_in(leave(client))))


def opened_twice(client, provider):
    address = provider.sign_in(leave(client))
    come_back(client, address)
    client.logout()
    return come_back(client, address)


def replayed_code(client, provider):
    """A code that was used, with a state that was not."""
    used = provider.sign_in(leave(client))
    come_back(client, used)
    client.logout()
    code = parse_qs(urlsplit(used).query)["code"][0]
    return come_back(client, re.sub(r"code=[^&]+", f"code={code}", provider.sign_in(leave(client))))


def issuer_of_the_callback(client, provider):
    address = provider.sign_in(leave(client))
    return come_back(client, re.sub(r"iss=[^&]+", urlencode({"iss": "https://evil.example"}), address))


def issuer_left_out(client, provider):
    provider.config = {"authorization_response_iss_parameter_supported": True}
    address = provider.sign_in(leave(client))
    return come_back(client, re.sub(r"&iss=[^&]+", "", address))


def state_of_long_ago(client, provider):
    address = provider.sign_in(leave(client))
    session = client.session
    for kept in session["socialaccount_states"].values():
        kept[1] -= 601
    session.save()
    return come_back(client, address)


CASES = {
    "changed state": ("state", changed_state),
    "callback in another browser": ("state", another_browser),
    "opened twice": ("state", opened_twice),
    "a state of long ago": ("state", state_of_long_ago),
    "the state of another sign-in": ("refused-by-the-provider", another_state_of_the_same_browser),
    "replayed code": ("refused-by-the-provider", replayed_code),
    "changed nonce": ("nonce", faulty(claims={"nonce": "x" * 43})),
    "no nonce": ("nonce", faulty(claims={"nonce": None})),
    "a nonce that is no text": ("nonce", faulty(claims={"nonce": 7})),
    "a nonce of half a character": ("nonce", faulty(claims={"nonce": "\ud800"})),
    "another issuer in the token": ("issuer", faulty(claims={"iss": "https://evil.example"})),
    "another issuer in discovery": ("issuer", issuer_of_discovery),
    "another issuer in the callback": ("issuer", issuer_of_the_callback),
    "no issuer in the callback": ("issuer", issuer_left_out),
    "token for another audience": ("audience", faulty(claims={"aud": "another"})),
    "token for two audiences": ("audience", faulty(claims={"aud": ["portal", "another"]})),
    "token for two, authorised for the other": ("audience", faulty(claims={"aud": ["portal", "b"], "azp": "b"})),
    "subject mismatch": ("subject", faulty(said={"sub": "s-2"})),
    "userinfo of nobody": ("subject", faulty(said={"sub": None})),
    "an empty subject": ("subject", faulty(claims={"sub": ""}, said={"sub": ""})),
    "a subject that is too long": ("subject", faulty(claims={"sub": "s" * 192}, said={"sub": "s" * 192})),
    "expired": ("expired", faulty(claims={"exp": int(time.time()) - 120})),
    "of tomorrow": ("expired", faulty(claims={"iat": int(time.time()) + 86_400})),
    "made when, in text": ("unreadable-token", faulty(claims={"iat": str(int(time.time()))})),
    "made long ago, still valid": ("expired", faulty(claims={"iat": int(time.time()) - 3600})),
    "alg none": ("algorithm", unsigned),
    "alg HS256 with the client secret": ("algorithm", signed_with_our_secret),
    "signed with another key": ("signature", faulty(key=rsa_key("other"))),
    "a key that is not published": ("key", faulty(header={"kid": "2"})),
    "no key published": ("key", faulty(keys=[])),
    "keys that are none": ("key", faulty(keys=["", None, {"kty": "RSA"}])),
    "a weak key": ("key", faulty(key=rsa_key("weak", 1024), keys=[jwk_of(rsa_key("weak", 1024))])),
    "a key for encryption": ("key", faulty(keys=[jwk_of(rsa_key(), use="enc")])),
    "a header that must be understood": ("unreadable-token", faulty(header={"crit": ["exp"], "exp": 1})),
    "no token": ("no-token", faulty(answers={"token": (200, {"access_token": "x"})})),
    "a token that is none": (
        "unreadable-token",
        faulty(answers={"token": (200, {"id_token": "x.y.z", "access_token": "x"})}),
    ),
    "no time in the token": ("unreadable-token", faulty(claims={"exp": None})),
}


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
@pytest.mark.parametrize("name", CASES)
def test_refused(client, provider, name, caplog):
    reason, case = CASES[name]
    caplog.set_level(logging.INFO)
    response = case(client, provider)
    assert (reason_in(response), response.status_code) == (reason, 401)
    assert not is_signed_in(client)
    assert f"A sign-in by way of work was refused: {reason}" in caplog.text
    assert [text for text in ("unniva", "s-1", "Ørnfjell", "example.gov.uk") if text in caplog.text] == []


# A provider that is not well


BROKEN = {
    "down": requests.ConnectionError("to sunniva@example.gov.uk"),
    "slow": requests.Timeout(),
    "an error": (500, {"error": "sunniva@example.gov.uk"}),
    "a redirection": (302, {}),
    "no JSON": (200, b"<html>"),
    "no object": (200, b"[]"),
    "too deep": (200, b"[" * 100_000),
    "too much": (200, b" " * (calls.MOST_BYTES + 1)),
    "bytes": (200, b"\xff\xfe"),
    "nothing": (200, b""),
    "another shape": (200, {"issuer": ISSUER, "jwks_uri": 7, "keys": {"a": 1}, "access_token": [], "id_token": []}),
}


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        *(("openid-configuration", fault) for fault in BROKEN),
        *((where, fault) for where in ("token", "jwks", "userinfo") for fault in ("down", "an error", "another shape")),
    ],
)
def test_a_provider_that_fails_gets_a_page_of_ours(client, provider, fault, where, caplog):
    answer = BROKEN[fault]
    answers = {where: answer if isinstance(answer, tuple) else (0, answer)}
    if where == "openid-configuration":
        provider.answers = answers
        response = client.post(reverse("openid_connect_login", args=["work"]))
    else:
        address = provider.sign_in(leave(client))
        provider.answers = answers
        response = come_back(client, address)
    assert response.status_code == 401
    assert reason_in(response)
    assert not is_signed_in(client)
    assert "unniva" not in caplog.text + response.content.decode()


def test_a_provider_that_drips_is_given_up(client, provider, monkeypatch):
    clock = iter(range(0, 1000, 11))
    monkeypatch.setattr(calls.time, "monotonic", lambda: next(clock))
    assert reason_in(client.post(reverse("openid_connect_login", args=["work"]))) == "endless-answer"


@pytest.mark.parametrize(
    "endpoint", ["http://id.example.gov.uk/token", "//id.example.gov.uk", "file:///etc/passwd", 7, "https://["]
)
def test_an_address_of_the_provider_is_encrypted_or_not_used(client, provider, endpoint):
    provider.config = {"authorization_endpoint": endpoint}
    assert reason_in(client.post(reverse("openid_connect_login", args=["work"]))) == "unreadable-answer"


def test_a_provider_without_userinfo_says_it_all_in_the_token(client, provider):
    provider.config, provider.claims = {"userinfo_endpoint": None}, {**SUNNIVA}
    assert round_trip(client, provider).url == reverse("assessment-list")
    assert User.objects.get().email == "sunniva@example.gov.uk"


def test_a_confirmation_in_the_token_does_not_confirm_the_address_in_userinfo(client, provider):
    provider.claims = {"email": "sunniva@example.gov.uk", "email_verified": True}
    provider.person = {"sub": "s-1", "name": "Sunniva", "email": "boss@example.gov.uk"}
    assert round_trip(client, provider).url == reverse("account_email_verification_sent")
    assert [(each.email, each.verified) for each in EmailAddress.objects.all()] == [("boss@example.gov.uk", False)]


@pytest.mark.parametrize(("error", "page"), [("access_denied", "Signing in was stopped"), ("server_error", None)])
def test_a_sign_in_that_ended_at_the_provider(client, provider, error, page):
    state = parse_qs(urlsplit(leave(client)).query)["state"][0]
    response = client.get(
        f"{CALLBACK}?{urlencode({'state': state, 'error': error, 'error_description': '<b>x'})}", follow=True
    )
    assert heading(response) == (page or "We could not sign you in")
    assert "<b>x" not in response.content.decode()


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?state=&code=", "?code=%00&state=%00", "?iss=%FF"])
def test_a_callback_out_of_nowhere(client, provider, query):
    assert reason_in(client.get(CALLBACK + query)) == "state"


def test_no_claim_of_the_settings_no_entry(client, provider, settings):
    provider.issuer = ISSUER
    settings.SIGN_ON_PROVIDERS = (
        type(SETTINGS)("work", "Work", ISSUER, "portal", SETTINGS.client_secret, ("hd", "example.gov.uk")),
    )
    assert "hd=example.gov.uk" in leave(client)
    assert reason_in(round_trip(client, provider)) == "not-one-of-yours"
    provider.claims = {"hd": "example.gov.uk"}
    assert round_trip(client, provider).url == reverse("assessment-list")


def test_what_allauth_itself_would_have_let_through():
    """Why the token is verified here: allauth's own reading of it takes any signature, or none, where it fetched it itself."""
    from allauth.socialaccount.internal import jwtkit

    now = int(time.time())
    forged = jwt.encode({"iss": ISSUER, "aud": "portal", "sub": "s-1", "exp": now + 300}, None, "none")
    said = {"keys_url": "", "issuer": ISSUER, "audience": "portal", "lookup_kid": None, "verify_signature": False}
    assert jwtkit.verify_and_decode(credential=forged, **said)["sub"] == "s-1"


# Connecting, disconnecting and proving


@pytest.fixture
def own_client(sign_in):
    """Somebody with a password, who has just signed in with it."""
    make_user(email="own@example.com", name="Own Account")
    browser = Client()
    browser.post(reverse("account_login"), {"login": "own@example.com", "password": PASSWORD})
    return browser


def test_connecting_and_then_signing_in_with_it(own_client, provider):
    page = own_client.get(reverse("socialaccount_connections")).content.decode()
    assert "Nothing is connected to your account yet" in page
    assert "Connect Work account" in page
    response = round_trip(own_client, provider, process="connect")
    assert response.url == reverse("socialaccount_connections")
    page = own_client.get(response.url).content.decode()
    assert "Work account is connected" in page
    assert "Connect Work account" not in page
    assert [message.subject for message in mail.outbox] == ["A sign-in was connected to your account"]
    browser = Client()
    assert round_trip(browser, provider).url == reverse("assessment-list")
    assert browser.session["_auth_user_id"] == own_client.session["_auth_user_id"]


def test_an_account_there_belongs_to_one_account_here(own_client, provider, sunniva):
    round_trip(own_client, provider, process="connect")
    page = own_client.get(reverse("socialaccount_connections")).content.decode()
    assert "connected to somebody else’s account here" in page
    assert SocialAccount.objects.get().user == sunniva


def test_somebody_signed_out_connects_nothing(client, provider):
    assert round_trip(client, provider, process="connect").url == reverse("assessment-list")
    assert SocialAccount.objects.get().user == User.objects.get()


def test_connecting_wants_a_fresh_proof(own_client, provider):
    session = own_client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    response = own_client.post(reverse("openid_connect_login", args=["work"]), {"process": "connect"})
    assert response.url.startswith(reverse("account_reauthenticate"))


def test_the_last_way_in_stays(client, provider, sunniva, settings):
    round_trip(client, provider)
    account = SocialAccount.objects.get()
    page = reverse("socialaccount_connections")
    refused = client.post(page, {"account": account.pk}).content.decode()
    assert "You would have no other way to sign in. Set a password first" in refused
    assert SocialAccount.objects.count() == 1
    sunniva.set_password(PASSWORD)
    sunniva.save()
    client.logout()
    round_trip(client, provider)
    settings.PORTAL_LOCAL_PASSWORDS = False
    assert "Connect another first" in client.post(page, {"account": account.pk}).content.decode()
    settings.PORTAL_LOCAL_PASSWORDS = True
    assert client.post(page, {"account": account.pk}).url == page
    assert SocialAccount.objects.count() == 0
    assert [message.subject for message in mail.outbox] == ["A sign-in was disconnected from your account"]


def test_a_connection_with_a_provider_that_is_gone_counts_as_no_way_in_and_can_go(client, provider, sunniva, settings):
    gone = SocialAccount.objects.create(user=sunniva, provider="gone", uid="g", extra_data={})
    round_trip(client, provider)
    page = reverse("socialaccount_connections")
    assert "A provider that is no longer used here" in client.get(page).content.decode()
    kept = SocialAccount.objects.get(provider="work")
    assert "no other way" in client.post(page, {"account": kept.pk}).content.decode()
    assert client.post(page, {"account": gone.pk}).url == page
    assert SocialAccount.objects.get() == kept


@pytest.mark.parametrize("typed", ["", "0", "x", "9" * 30, "\0"])
def test_disconnecting_nothing(client, provider, sunniva, typed):
    round_trip(client, provider)
    page = client.post(reverse("socialaccount_connections"), {"account": typed}).content.decode()
    assert "Choose a sign-in from the list" in page


def test_disconnecting_somebody_elses(own_client, provider, sunniva):
    response = own_client.post(reverse("socialaccount_connections"), {"account": SocialAccount.objects.get().pk})
    assert "Choose a sign-in from the list" in response.content.decode()
    assert SocialAccount.objects.count() == 1


@pytest.fixture
def proving(client, provider, sunniva):
    """Her browser, whose sign-in is an hour old, sent to prove it; with the address at the provider."""
    round_trip(client, provider)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    asking = client.post(reverse("openid_connect_login", args=["work"]), {"process": "connect"})
    assert asking.url.startswith(reverse("openid_connect_prove", args=["work"]))
    assert heading(client.get(asking.url)) == "Sign in again with Work account"
    address = address_in(client.post(asking.url))
    asked = parse_qs(urlsplit(address).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    return client, provider, address


def test_proving_it_at_the_provider_lets_go_on(proving):
    client, provider, address = proving
    # What was posted goes through now: she is sent there to connect.
    assert "prompt" not in parse_qs(urlsplit(address_in(come_back(client, provider.sign_in(address)))).query)
    records = client.session["account_authentication_methods"]
    assert records[-1]["reauthenticated"] is True


def test_signing_in_again_as_somebody_else_proves_nothing(proving):
    client, provider, address = proving
    provider.person |= {"sub": "s-2", "email": "other@example.gov.uk"}
    response = come_back(client, provider.sign_in(address))
    assert (response.status_code, reason_in(response)) == (403, "somebody-else")
    assert User.objects.count() == 1
    asking = client.post(reverse("openid_connect_login", args=["work"]), {"process": "connect"})
    assert asking.url.startswith(reverse("openid_connect_prove", args=["work"]))


@pytest.mark.parametrize("auth_time", [None, 1, "now", True])
def test_a_provider_that_did_not_ask_again_proves_nothing(proving, auth_time):
    client, provider, address = proving
    provider.claims = {"auth_time": auth_time}
    assert reason_in(come_back(client, provider.sign_in(address))) == "not-proved-again"


def test_two_providers_each_have_their_own_accounts(client, provider, settings):
    settings.SIGN_ON_PROVIDERS = (SETTINGS, OTHER_SETTINGS)
    page = client.get(f"{reverse('account_login')}?next=/account/").content.decode()
    assert re.findall(r"Sign in with (\w+) account", page) == ["Work", "Other"]
    assert page.count('name="next" value="/account/"') >= 2
    address = provider.sign_in(leave(client))
    # The state of one provider is of no use at the callback of another.
    assert reason_in(come_back(client, address.replace("/oidc/work/", "/oidc/other/"))) == "state"
