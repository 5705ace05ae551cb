"""An app, passkeys and recovery codes beside the password: for everybody who likes, and for whoever may enter the admin."""

import json
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from fido2.webauthn import AuthenticatorData

from people.models import User
from people.sealing import seal, unseal
from tests.factories import PASSWORD, make_user
from tests.pages import Page
from tests.people.factors import (
    Phone,
    add_passkey,
    code_of,
    let_pass,
    make_app,
    make_passkey,
    options_of,
    recovery_codes_of,
    use_recovery_code,
)
from tests.people.test_sign_up import link_in

pytestmark = pytest.mark.django_db

MINE = "/accounts/2fa/"
APP = f"{MINE}totp/activate/"
CODES = f"{MINE}recovery-codes/"
CODE = f"{MINE}authenticate/"
PEOPLE = "/admin/people/user/"
SECRET = "mfa.totp.secret"
AJAX = {"accept": "application/json"}


@pytest.fixture
def required(settings):
    """As in production: whoever may enter the admin needs a second factor."""
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def at_once(monkeypatch):
    """What is done on commit is done within the request, as it is outside of tests."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda done, **options: done())


@pytest.fixture
def two_steps(client, contract_manager):
    """A browser in which the password was right, and the secret of the app that is asked for next."""
    secret = make_app(contract_manager)
    response = client.post(reverse("account_login"), {"login": contract_manager.email, "password": PASSWORD})
    assert response.url == CODE
    return client, secret


def has_got_in(client):
    return client.get("/account/").status_code == 200


# Setting one up


def test_an_app_is_set_up_by_picture_or_by_key(manager_client, contract_manager, at_once):
    html = manager_client.get(APP).content.decode()
    secret = manager_client.session[SECRET]
    assert 'src="data:image/svg+xml;base64,' in html
    assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in html
    response = manager_client.post(APP, {"code": code_of(secret)})
    assert response.url == CODES
    assert {each.type for each in Authenticator.objects.filter(user=contract_manager)} == {"totp", "recovery_codes"}
    assert mail.outbox[0].subject == "An app now shows codes for your account"
    assert mail.outbox[0].to == [contract_manager.email]
    assert "If it was not you" in mail.outbox[0].body


def test_a_wrong_first_code_keeps_the_key_that_was_scanned(manager_client, contract_manager):
    manager_client.get(APP)
    secret = manager_client.session[SECRET]
    page = Page(manager_client.post(APP, {"code": "12 34"})).check()
    assert page.errors == {"id_code": "Enter the code that the app shows now. This is not it"}
    assert manager_client.session[SECRET] == secret
    assert Authenticator.objects.count() == 0


def test_the_secrets_are_sealed_in_the_database(contract_manager, settings):
    secret = make_app(contract_manager)
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in recovery_codes_of(contract_manager))


def test_what_is_sealed_opens_with_this_key_or_one_of_before(settings):
    sealed = seal("a secret")
    assert unseal(sealed) == "a secret"
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another key" * 9
    assert "a secret" != unseal(sealed) != unseal(sealed)
    settings.SECRET_KEY_FALLBACKS = [before]
    assert unseal(sealed) == "a secret"


def test_recovery_codes_are_shown_once_and_can_be_kept(manager_client, contract_manager):
    make_app(contract_manager)
    codes = recovery_codes_of(contract_manager)
    html = manager_client.get(CODES).content.decode()
    assert all(f"{code[:4]} {code[4:]}" in html for code in codes)
    assert 'download="recovery-codes.txt" href="data:text/plain;charset=utf-8,' in html
    again = manager_client.get(CODES).content.decode()
    assert "You have 10 of 10 left." in again
    assert not any(code in again or f"{code[:4]} {code[4:]}" in again for code in codes)
    assert manager_client.get(f"{CODES}download/").status_code == 403


def test_few_recovery_codes_are_said(manager_client, contract_manager):
    make_app(contract_manager)
    for code in recovery_codes_of(contract_manager)[:7]:
        use_recovery_code(contract_manager, code)
    assert "You have only 3 recovery codes left. Make new ones." in Page(manager_client.get(MINE)).text
    assert "3 left. Make new ones" in Page(manager_client.get("/account/")).text


def test_whoever_has_a_second_step_changes_their_address_too(manager_client, contract_manager):
    make_app(contract_manager)
    manager_client.post("/accounts/email/", {"action_add": "1", "email": "nia.new@example.com"})
    (message,) = mail.outbox
    assert message.to == ["nia.new@example.com"]
    manager_client.post(link_in(message))
    contract_manager.refresh_from_db()
    assert contract_manager.email == "nia.new@example.com"


def test_new_recovery_codes_end_the_old(manager_client, contract_manager):
    make_app(contract_manager)
    old = recovery_codes_of(contract_manager)
    assert manager_client.post(f"{CODES}generate/").url == CODES
    assert not set(old) & set(recovery_codes_of(contract_manager))


@pytest.mark.parametrize("address", [APP, f"{MINE}webauthn/add/", f"{CODES}generate/"])
def test_changing_them_asks_for_a_proof(manager_client, contract_manager, address):
    make_passkey(contract_manager)
    let_pass(manager_client, 16 * 60)
    assert manager_client.get(address).url.startswith("/accounts/reauthenticate/")


def test_nobody_sees_or_changes_a_passkey_of_somebody_else(manager_client, stranger):
    theirs = make_passkey(stranger, "Zofia's phone")
    assert "Zofia" not in manager_client.get(f"{MINE}webauthn/").content.decode()
    for what in ("edit", "remove"):
        address = f"{MINE}webauthn/keys/{theirs.pk}/{what}/"
        assert [manager_client.get(address).status_code, manager_client.post(address, {"name": "x"}).status_code] == [
            404,
            404,
        ]
    assert Authenticator.objects.get().data["name"] == "Zofia's phone"


def test_a_passkey_is_renamed_and_removed(manager_client, contract_manager):
    passkey = make_passkey(contract_manager)
    address = f"{MINE}webauthn/keys/{passkey.pk}/"
    assert manager_client.post(f"{address}edit/", {"name": "<b>Old phone"}).status_code == 302
    assert "&lt;b&gt;Old phone" in manager_client.get(f"{MINE}webauthn/").content.decode()
    assert "will no longer let you in" in Page(manager_client.get(f"{address}remove/")).text
    assert manager_client.post(f"{address}remove/").url == MINE
    assert Authenticator.objects.count() == 0


def test_the_page_for_a_passkey_says_what_to_do_without_scripts(manager_client):
    page = Page(manager_client.get(f"{MINE}webauthn/add/"))
    assert "Passkeys need JavaScript" in page.text
    assert f'href="{APP}"' in page.html


def test_a_passkey_is_added_and_only_what_is_used_of_it_is_kept(manager_client, contract_manager, at_once):
    assert add_passkey(manager_client, Phone()).url == CODES
    passkey = Authenticator.objects.get(user=contract_manager, type="webauthn")
    assert passkey.data["name"] == "Work phone"
    kept = passkey.data["credential"]
    assert {*kept} == {"id", "rawId", "type", "response", "clientExtensionResults"}
    assert kept["clientExtensionResults"] == {"credProps": {"rk": True}}
    assert [each.subject for each in mail.outbox] == ["A passkey was added to your account"]


def test_one_that_does_not_ask_who_uses_it_is_refused(manager_client):
    response = add_passkey(manager_client, Phone(is_asked_who=False))
    assert response.status_code == 200
    assert Authenticator.objects.count() == 0


def test_what_was_made_for_another_page_is_refused(manager_client):
    phone = Phone()
    made = phone.create(options_of(manager_client.get(f"{MINE}webauthn/add/")))
    manager_client.get(f"{MINE}webauthn/add/")
    assert manager_client.post(f"{MINE}webauthn/add/", {"name": "", "credential": made}).status_code == 200
    assert Authenticator.objects.count() == 0


HOSTILE = (
    *(
        "",
        "{",
        "null",
        "5",
        "[]",
        '"a"',
        "{}",
        '{"id": 1}',
        '{"id": "\\ud800"}',
        "[" * 9000,
        "9" * 30_000,
        '{"a":' * 9000,
    ),
    '{"id": "a", "rawId": "a", "type": "public-key", "response": {}, "clientExtensionResults": {}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "oA",'
    ' "signature": "AA", "authenticatorData": "AA", "userHandle": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"},'
    ' "clientExtensionResults": {"credProps": {"rk": true}}}',
)


@pytest.mark.parametrize("address", ["add/", "reauthenticate/", "login/"])
def test_what_no_browser_sends_is_refused(sign_in, contract_manager, address, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False
    browser = sign_in(contract_manager)
    add_passkey(browser, Phone())
    sender = sign_in() if address == "login/" else browser
    for credential in HOSTILE:
        sender.get(f"{MINE}webauthn/{address}", headers=AJAX)
        response = sender.post(f"{MINE}webauthn/{address}", {"credential": credential, "name": "x"})
        assert response.status_code in (200, 302), credential
    assert Authenticator.objects.filter(type="webauthn").count() == 1
    assert has_got_in(sender) == (address != "login/")


# Signing in with one


def test_the_password_alone_lets_nobody_in_who_has_an_app(two_steps):
    client, secret = two_steps
    assert not has_got_in(client)
    assert client.post(CODE, {"code": code_of(secret)}).url == "/assessments/"
    assert has_got_in(client)


def test_a_code_works_once(two_steps, contract_manager, sign_in):
    client, secret = two_steps
    code = code_of(secret)
    other = sign_in()
    other.post(reverse("account_login"), {"login": contract_manager.email, "password": PASSWORD})
    assert client.post(CODE, {"code": code}).status_code == 302
    page = Page(other.post(CODE, {"code": f"{code[:3]} {code[3:]}"})).check()
    assert page.errors == {
        "id_code": "Enter the code that your app shows now, or a recovery code you have not used. This is not one"
    }
    assert not has_got_in(other)


@pytest.mark.parametrize("steps", [-20, -2, 2, 20])
def test_a_code_of_another_time_does_not_work(two_steps, steps):
    client, secret = two_steps
    assert client.post(CODE, {"code": code_of(secret, steps=steps)}).status_code == 200
    assert not has_got_in(client)


def test_a_recovery_code_works_once_and_is_counted(two_steps, contract_manager, sign_in):
    client, _ = two_steps
    code = recovery_codes_of(contract_manager)[4]
    assert client.post(CODE, {"code": f"{code[:4]} {code[4:]}"}).status_code == 302
    assert code not in recovery_codes_of(contract_manager)
    other = sign_in()
    other.post(reverse("account_login"), {"login": contract_manager.email, "password": PASSWORD})
    assert other.post(CODE, {"code": code}).status_code == 200
    assert not has_got_in(other)


def test_at_most_ten_codes_are_tried_in_five_minutes_wherever_they_come_from(two_steps, contract_manager, monkeypatch):
    client, secret = two_steps
    looked_at = []
    monkeypatch.setattr(
        "allauth.mfa.totp.internal.auth.TOTP.validate_code", lambda self, code: looked_at.append(code) or False
    )
    for number in range(13):
        client.post(CODE, {"code": f"{number:06}"}, REMOTE_ADDR=f"192.0.2.{number}")
    assert 0 < len(looked_at) <= 10
    monkeypatch.undo()
    page = Page(client.post(CODE, {"code": code_of(secret)}, REMOTE_ADDR="192.0.2.99"))
    assert page.errors == {"id_code": "You have tried too often. Wait five minutes, then try again"}
    assert not has_got_in(client)


def test_the_tries_are_counted_together_with_those_before_something_that_matters(
    manager_client, client, contract_manager, monkeypatch
):
    make_app(contract_manager)
    looked_at = []
    monkeypatch.setattr(
        "allauth.mfa.totp.internal.auth.TOTP.validate_code", lambda self, code: looked_at.append(code) or False
    )
    client.post(reverse("account_login"), {"login": contract_manager.email, "password": PASSWORD})
    for number in range(7):
        manager_client.post(f"{MINE}reauthenticate/", {"code": f"{number:06}"}, REMOTE_ADDR=f"192.0.2.{number}")
        client.post(CODE, {"code": f"{number:06}"}, REMOTE_ADDR=f"192.0.3.{number}")
    assert 0 < len(looked_at) <= 10


@pytest.fixture
def phone(sign_in, contract_manager):
    """With a passkey of the contract manager's."""
    phone = Phone()
    add_passkey(sign_in(contract_manager), phone)
    return phone


def signing_in_options(client):
    return client.get(f"{MINE}webauthn/login/", headers=AJAX).json()["request_options"]


def test_a_passkey_is_enough_to_sign_in(client, phone, required, contract_manager):
    User.objects.filter(pk=contract_manager.pk).update(is_staff=True)
    credential = phone.get(signing_in_options(client))
    response = client.post(f"{MINE}webauthn/login/", {"credential": credential, "next": "/account/"})
    assert response.url == "/account/"
    assert has_got_in(client)
    assert client.get("/admin/").status_code == 200


def test_a_passkey_is_a_second_step(client, phone, contract_manager):
    client.post(reverse("account_login"), {"login": contract_manager.email, "password": PASSWORD})
    page = client.get(CODE)
    assert client.post(CODE, {"credential": phone.get(options_of(page))}).url == "/assessments/"
    assert has_got_in(client)


def test_a_passkey_proves_it_again(sign_in, phone, contract_manager):
    browser = sign_in(contract_manager)
    let_pass(browser, 16 * 60)
    page = browser.get(f"{MINE}webauthn/reauthenticate/?next={APP}")
    sent = {"credential": phone.get(options_of(page)), "next": APP}
    assert browser.post(f"{MINE}webauthn/reauthenticate/", sent).url == APP
    assert browser.get(APP).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": b"0" * 70},
        {"signature": b""},
        {"userHandle": b"999999"},
        {"authenticatorData": b"0" * 37},
        {"clientDataJSON": b"{}"},
    ],
)
def test_a_passkey_that_does_not_fit_lets_nobody_in(client, phone, changes):
    credential = phone.get(signing_in_options(client), **changes)
    response = client.post(f"{MINE}webauthn/login/", {"credential": credential}, follow=True)
    assert "The browser gave no passkey" in Page(response).text
    assert not has_got_in(client)


def test_a_passkey_that_nobody_was_asked_for_lets_nobody_in(client, phone):
    phone.flags = AuthenticatorData.FLAG.UP
    client.post(f"{MINE}webauthn/login/", {"credential": phone.get(signing_in_options(client))})
    assert not has_got_in(client)


def test_what_a_passkey_said_works_once(client, phone, sign_in):
    credential = phone.get(signing_in_options(client))
    client.post(f"{MINE}webauthn/login/", {"credential": credential})
    client.post(reverse("account_logout"))
    client.post(f"{MINE}webauthn/login/", {"credential": credential})
    other = sign_in()
    signing_in_options(other)
    other.post(f"{MINE}webauthn/login/", {"credential": credential})
    assert [has_got_in(client), has_got_in(other)] == [False, False]


def test_a_passkey_of_a_closed_account_lets_nobody_in(client, phone, contract_manager):
    User.objects.filter(pk=contract_manager.pk).update(is_active=False)
    response = client.post(f"{MINE}webauthn/login/", {"credential": phone.get(signing_in_options(client))})
    assert response.url == reverse("account_inactive")
    assert not has_got_in(client)


def test_a_passkey_signs_nobody_in_where_people_sign_in_elsewhere(client, settings):
    settings.PORTAL_LOCAL_PASSWORDS = False
    response = client.post(f"{MINE}webauthn/login/", {"credential": '{"id": 1}'}, follow=True)
    assert "A passkey is not enough here" in Page(response).text


# Who must have one


def test_staff_without_one_are_led_to_set_one_up(required, sign_in, editor):
    browser = sign_in(editor)
    for address in ("/admin/", "/admin/standards/version/", "/admin/nothing/", "/admin/jsi18n/"):
        assert browser.get(address).url == MINE, address
    assert browser.post("/admin/standards/version/add/", {"number": "9"}).url == MINE
    assert "The administration pages need a second step when you sign in." in Page(browser.get(MINE)).text
    assert browser.get("/account/").status_code == 200
    assert browser.post("/admin/logout/").status_code == 302


def test_staff_who_came_without_theirs_are_asked_for_it(required, sign_in, editor):
    secret = make_app(editor)
    browser = sign_in(editor)
    response = browser.get("/admin/standards/version/?q=2")
    assert response.url == f"{MINE}reauthenticate/?next=%2Fadmin%2Fstandards%2Fversion%2F%3Fq%3D2"
    assert browser.post(response.url, {"code": code_of(secret)}).url == "/admin/standards/version/?q=2"
    assert browser.get("/admin/standards/version/?q=2").status_code == 200


def test_their_password_again_is_not_enough(required, sign_in, editor):
    make_app(editor)
    browser = sign_in(editor)
    assert "/accounts/reauthenticate/" not in Page(browser.get(f"{MINE}reauthenticate/?next=/admin/")).html
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert browser.get("/admin/").url.startswith(f"{MINE}reauthenticate/")


def test_what_asks_for_more_than_a_password_does_not_go_through_with_one(
    required, sign_in, superuser, contract_manager
):
    make_app(superuser)
    browser, address = sign_in(superuser), f"{PEOPLE}{contract_manager.pk}/change/"
    response = browser.post(address, {"name": "Nia", "is_active": "on", "is_staff": "on"})
    assert response.url.startswith(f"{MINE}reauthenticate/")
    again = browser.post(f"/accounts/reauthenticate/?next={address}", {"password": PASSWORD})
    assert again.url.startswith(f"{MINE}reauthenticate/")
    assert User.objects.get(pk=contract_manager.pk).is_staff is False


def test_staff_who_signed_in_with_theirs_go_in(required, client, editor):
    secret = make_app(editor)
    client.post(reverse("account_login"), {"login": editor.email, "password": PASSWORD})
    client.post(CODE, {"code": code_of(secret)})
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("record", "counts"),
    [
        ({"method": "mfa", "type": "webauthn", "id": 1, "passwordless": True}, True),
        ({"method": "mfa", "type": "recovery_codes", "id": 1}, True),
        ({"method": "socialaccount", "provider": "entra", "uid": "1"}, True),
        ({"method": "socialaccount", "provider": "work", "uid": "1"}, False),
        ({"method": "password", "email": "mfa"}, False),
    ],
)
def test_what_counts_as_more_than_a_password(required, settings, sign_in, editor, record, counts):
    settings.SECOND_FACTOR_PROVIDERS = ["entra"]
    browser = sign_in(editor)
    session = browser.session
    session["account_authentication_methods"] = [record | {"at": time.time()}]
    session.save()
    assert browser.get("/admin/").status_code == (200 if counts else 302)


def test_others_are_asked_for_nothing(required, manager_client, client):
    assert manager_client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert manager_client.get("/admin/login/").status_code == 403
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"


def test_it_costs_no_query_outside_the_admin_nor_of_whoever_used_theirs(required, client, editor, settings):
    secret = make_app(editor)
    client.post(reverse("account_login"), {"login": editor.email, "password": PASSWORD})
    client.post(CODE, {"code": code_of(secret)})
    for address in ("/account/", "/admin/"):
        queries = count(client, address)
        settings.SECOND_FACTOR_REQUIRED = False
        assert count(client, address) == queries
        settings.SECOND_FACTOR_REQUIRED = True


def count(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_staff_keep_their_last_one(required, sign_in, editor):
    make_app(editor)
    browser = sign_in(editor)
    response = browser.post(f"{MINE}totp/deactivate/")
    refusal = "Add another app or passkey first. The administration pages need a second step"
    assert refusal in Page(response).text
    passkey = make_passkey(editor)
    assert browser.post(f"{MINE}totp/deactivate/").url == MINE
    response = browser.post(f"{MINE}webauthn/keys/{passkey.pk}/remove/")
    assert (response.status_code, refusal in Page(response).text) == (422, True)
    assert Authenticator.objects.filter(user=editor, type="webauthn").count() == 1


def test_others_may_do_without(required, manager_client, contract_manager):
    make_app(contract_manager)
    assert manager_client.post(f"{MINE}totp/deactivate/").url == MINE
    assert Authenticator.objects.count() == 0


def test_neither_entrance_of_the_admin_tries_a_password(required, client, sign_in, superuser, monkeypatch):
    tried = []
    monkeypatch.setattr(User, "check_password", lambda self, raw: tried.append(raw) or False)
    browser = sign_in(superuser)
    guess = {"username": superuser.email, "password": PASSWORD, "next": "/admin/"}
    change = {"old_password": PASSWORD, "new_password1": "three random words", "new_password2": "three random words"}
    assert client.post("/admin/login/", guess).url == "/accounts/login/?next=/admin/"
    assert browser.post("/admin/login/", guess).url == "/admin/"
    assert client.post("/admin/password_change/", change).url.startswith("/admin/login/")
    monkeypatch.setattr("people.middleware.used_second_factor", lambda request: True)
    assert browser.post("/admin/password_change/", change).url == "/accounts/password/change/"
    assert tried == []
    assert client.post("/admin/login/?next=https://evil.example/", guess).url == "/accounts/login/?next=/admin/"


# When they are lost


def test_a_superuser_takes_away_what_somebody_lost(sign_in, superuser, contract_manager, at_once):
    make_app(contract_manager)
    theirs, browser = sign_in(contract_manager), sign_in(superuser)
    address = f"{PEOPLE}{contract_manager.pk}/second-factors/"
    assert address in browser.get(f"{PEOPLE}{contract_manager.pk}/change/").content.decode()
    assert "is signed out everywhere" in " ".join(browser.get(address).content.decode().split())
    assert browser.post(address).url == f"{PEOPLE}{contract_manager.pk}/change/"
    assert Authenticator.objects.count() == 0
    assert not has_got_in(theirs)
    assert [(each.to, each.subject) for each in mail.outbox] == [
        ([contract_manager.email], "The second step of your account was removed")
    ]
    assert address not in browser.get(f"{PEOPLE}{contract_manager.pk}/change/").content.decode()


def test_nobody_takes_away_their_own_and_no_other_staff_anybodys(sign_in, superuser, contract_manager):
    helper = make_user(is_staff=True)
    for each in (superuser, contract_manager):
        make_app(each)
    for browser, whose in ((sign_in(superuser), superuser), (sign_in(helper), contract_manager)):
        address = f"{PEOPLE}{whose.pk}/second-factors/"
        assert [browser.get(address).status_code, browser.post(address).status_code] == [403, 403]
    assert "second-factors/" not in sign_in(superuser).get(f"{PEOPLE}{superuser.pk}/change/").content.decode()
    assert Authenticator.objects.count() == 4
