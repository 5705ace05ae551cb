"""Making an account, signing in, and the ways to another password or address: through the forms, with their errors."""

import re

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import mail
from django.test import Client
from django.urls import reverse

from people.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

SIGN_UP = {"name": "Sunniva Ørnfjell", "email": "Sunniva@Example.com", "password1": "three random words"}


def errors(response):
    """What the error summary says, with the id that each line leads to; fails when one leads nowhere."""
    html = response.content.decode()
    assert "<title>Error: " in html
    found = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', html.partition("There is a problem")[2].partition("</ul>")[0])
    assert [field for field, _ in found if f'id="{field}"' not in html] == []
    return found


def link_in(message):
    """The path of the one link in an e-mail."""
    (path,) = re.findall(r"http://testserver(\S+)", message.body)
    return path


def sign_in_with(client, email, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


# Signing up


def test_signing_up_sends_a_link_and_opening_it_signs_in(client):
    response = client.post(reverse("account_signup"), SIGN_UP)
    assert response.url == reverse("account_email_verification_sent")
    user = User.objects.get()
    assert (user.name, user.email, user.is_staff) == ("Sunniva Ørnfjell", "sunniva@example.com", False)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["sunniva@example.com"], "Confirm your e-mail address")
    page = client.get(link_in(message))
    assert "sunniva@example.com" in page.content.decode()
    assert client.post(link_in(message)).url == reverse("assessment-list")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.filter(user=user, verified=True, primary=True).count() == 1


def test_an_address_that_is_not_confirmed_cannot_sign_in_and_gets_a_new_link(client):
    make_user(email="new@example.com", is_verified=False)
    response = sign_in_with(client, "new@example.com")
    assert response.url == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session
    assert [message.subject for message in mail.outbox] == ["Confirm your e-mail address"]


def test_signing_up_with_a_known_address_says_the_same_and_makes_nobody(client, contract_manager):
    response = client.post(reverse("account_signup"), SIGN_UP | {"email": "NIA@example.com"})
    assert response.url == reverse("account_email_verification_sent")
    assert User.objects.count() == 1
    assert [message.subject for message in mail.outbox] == ["You already have an account"]


def test_an_address_that_somebody_wants_to_change_to_leads_nobody_into_their_account(client, contract_manager):
    sign_in_with(client, contract_manager.email)
    client.post(reverse("account_email"), {"action_add": "1", "email": "sunniva@example.com"})
    mail.outbox.clear()
    other = Client()
    other.post(reverse("account_reset_password"), {"email": "sunniva@example.com"})
    assert [message.subject for message in mail.outbox] == ["There is no account with this address"]
    other.post(reverse("account_signup"), SIGN_UP)
    assert list(EmailAddress.objects.values_list("user__name", "email", "verified").order_by("pk")) == [
        (contract_manager.name, contract_manager.email, True),
        ("Sunniva Ørnfjell", "sunniva@example.com", False),
    ]
    assert User.objects.get(email="sunniva@example.com").pk != contract_manager.pk


def test_signing_up_without_anything(client):
    assert errors(client.post(reverse("account_signup"), {})) == [
        ("id_name", "Enter your full name"),
        ("id_email", "Enter your e-mail address"),
        ("id_password1", "Enter a password"),
    ]


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("name", "   ", "Enter your full name"),
        ("name", "x" * 151, "Full name must be 150 characters or fewer"),
        ("name", "Nia\0", "Full name must not contain a NUL character"),
        ("email", "nia", "Enter an e-mail address in the correct format, like name@example.com"),
        (
            "email",
            f"{'a' * 60}@{'b' * 63}.{'c' * 63}.{'d' * 63}.example",
            "E-mail address must be 254 characters or fewer",
        ),
        ("email", "nia\0@example.com", "Enter an e-mail address in the correct format, like name@example.com"),
        (
            "email",
            "nia@example.com\nBcc: all@example.com",
            "Enter an e-mail address in the correct format, like name@example.com",
        ),
        ("password1", "short", "Password must be 12 characters or more"),
        (
            "password1",
            "password1234",
            "Choose a password that is harder to guess. This one is on a list of common passwords",
        ),
        ("password1", "sunniva@example.com", "Choose a password that is less like your name or e-mail address"),
    ],
)
def test_signing_up_with_one_bad_field_keeps_the_others(client, field, typed, error):
    response = client.post(reverse("account_signup"), SIGN_UP | {field: typed})
    assert errors(response)[0] == (f"id_{field}", error.replace("'", "&#x27;"))
    assert User.objects.count() == 0
    for other in {"name", "email"} - {field}:
        assert f'value="{SIGN_UP[other]}"' in response.content.decode()
    assert SIGN_UP["password1"] not in response.content.decode()


def test_a_name_is_one_line_and_comes_out_as_text(client):
    client.post(reverse("account_signup"), SIGN_UP | {"name": " <b>&{{7*7}}\r\n  ŵ "})
    user = User.objects.get()
    assert user.name == "<b>&{{7*7}} ŵ"
    client.force_login(user)
    html = client.get(reverse("account-detail")).content.decode()
    assert "&lt;b&gt;&amp;{{7*7}} ŵ" in html
    assert "<b>" not in html


# Signing in


def test_signing_in_leads_to_the_assessments(client, contract_manager):
    response = sign_in_with(client, "Nia@Example.com")
    assert response.url == reverse("assessment-list")
    assert client.session["_auth_user_id"] == str(contract_manager.pk)


def test_signing_in_leads_on_to_where_one_was_going_but_never_off_the_portal(client, contract_manager):
    fields = {"login": contract_manager.email, "password": PASSWORD}
    assert client.post(f"{reverse('account_login')}?next=/account/", fields).url == "/account/"
    client.logout()
    assert client.post(f"{reverse('account_login')}?next=https://elsewhere.example/", fields).url == reverse(
        "assessment-list"
    )


@pytest.mark.parametrize("email", ["nia@example.com", "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_address_say_the_same(client, contract_manager, email):
    response = sign_in_with(client, email, "not the password")
    message = "Enter an e-mail address and a password that belong together. One of them is wrong"
    assert errors(response) == [("id_login", message)]


def test_signing_in_with_nothing_typed(client):
    expected = [("id_login", "Enter your e-mail address"), ("id_password", "Enter your password")]
    assert errors(client.post(reverse("account_login"), {})) == expected


@pytest.mark.parametrize(
    ("login", "password"), [("nia\0@example.com", "x"), ("nia@example.com", "\0"), ("x" * 5000, "y" * 5000)]
)
def test_hostile_text_in_the_sign_in_form_is_refused_at_its_field(client, contract_manager, login, password):
    assert len(errors(client.post(reverse("account_login"), {"login": login, "password": password}))) >= 1


def test_a_closed_account_cannot_sign_in(client, contract_manager):
    contract_manager.is_active = False
    contract_manager.save()
    assert sign_in_with(client, contract_manager.email).url == reverse("account_inactive")
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_down(client, contract_manager):
    for _ in range(10):
        sign_in_with(client, contract_manager.email, "a guess")
    response = sign_in_with(client, contract_manager.email)
    assert errors(response) == [("id_login", "You have tried too often. Wait five minutes, then try again")]


def test_too_many_tries_from_one_place_get_the_portals_own_page(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "3/m/ip"}
    for _ in range(4):
        response = client.post(reverse("account_signup"), {})
    assert response.status_code == 429
    assert "<title>You have tried too often – " in response.content.decode()


def test_signing_out_takes_a_post(manager_client):
    manager_client.get(reverse("account_logout"))
    assert "_auth_user_id" in manager_client.session
    assert manager_client.post(reverse("account_logout")).url == reverse("home")
    assert "_auth_user_id" not in manager_client.session
    assert "You are signed out" in manager_client.get(reverse("home")).content.decode()


# Another password


def test_a_forgotten_password_is_replaced_by_link(client, contract_manager):
    assert client.post(reverse("account_reset_password"), {"email": "Nia@example.com"}).url == reverse(
        "account_reset_password_done"
    )
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["nia@example.com"], "Choose a new password")
    form = client.get(link_in(message)).url
    assert errors(client.post(form, {"password1": "short"})) == [
        ("id_password1", "Password must be 12 characters or more")
    ]
    assert client.post(form, {"password1": "another three words"}).url == reverse(
        "account_reset_password_from_key_done"
    )
    assert [each.subject for each in mail.outbox] == ["Choose a new password", "Your password was changed"]
    assert sign_in_with(client, contract_manager.email, "another three words").url == reverse("assessment-list")
    assert "This link no longer works" in client.get(link_in(message)).content.decode()


def test_a_forgotten_password_of_nobody_says_the_same(client):
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert response.url == reverse("account_reset_password_done")
    assert [message.subject for message in mail.outbox] == ["There is no account with this address"]


def test_changing_the_password(manager_client, contract_manager):
    page = reverse("account_change_password")
    expected = [("id_oldpassword", "Enter your current password"), ("id_password1", "Enter a new password")]
    assert errors(manager_client.post(page, {})) == expected
    wrong = manager_client.post(page, {"oldpassword": "wrong", "password1": "another three words"})
    assert errors(wrong) == [("id_oldpassword", "Enter your current password. This is not it")]
    response = manager_client.post(page, {"oldpassword": PASSWORD, "password1": "another three words"})
    assert response.url == reverse("account-detail")
    assert "Your password is changed" in manager_client.get(response.url).content.decode()
    contract_manager.refresh_from_db()
    assert contract_manager.check_password("another three words")
    assert [message.subject for message in mail.outbox] == ["Your password was changed"]


def test_somebody_without_a_password_sets_one(sign_in):
    user = make_user(password=None)
    browser = sign_in(user)
    page = browser.get(reverse("account_change_password")).url
    assert page == reverse("account_set_password")
    assert errors(browser.post(page, {"password1": ""})) == [("id_password1", "Enter a new password")]
    assert browser.post(page, {"password1": "another three words"}).url == reverse("account-detail")
    user.refresh_from_db()
    assert user.check_password("another three words")


def test_giving_the_password_again(manager_client, contract_manager):
    page = reverse("account_reauthenticate")
    assert errors(manager_client.post(page, {"password": "wrong"})) == [
        ("id_password", "Enter your password. This is not it")
    ]
    assert manager_client.post(f"{page}?next=/account/", {"password": PASSWORD}).url == "/account/"


# Another address


def test_a_new_address_counts_once_its_link_was_opened(manager_client, contract_manager):
    page = reverse("account_email")
    manager_client.post(page, {"action_add": "1", "email": "nia.new@example.com"})
    contract_manager.refresh_from_db()
    assert contract_manager.email == "nia@example.com"
    assert "Waiting for you to open the link" in manager_client.get(page).content.decode()
    manager_client.post(link_in(mail.outbox[0]))
    contract_manager.refresh_from_db()
    assert contract_manager.email == "nia.new@example.com"
    assert {(each.subject, *each.to) for each in mail.outbox} == {
        ("Confirm your e-mail address", "nia.new@example.com"),
        ("Your e-mail address was changed", "nia@example.com"),
    }


def test_a_new_address_can_be_given_up(manager_client, contract_manager):
    page = reverse("account_email")
    manager_client.post(page, {"action_add": "1", "email": "nia.new@example.com"})
    manager_client.post(page, {"action_remove": "1", "email": "nia.new@example.com"})
    assert [each.email for each in EmailAddress.objects.filter(user=contract_manager)] == ["nia@example.com"]


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Enter your e-mail address"),
        ("nia", "Enter an e-mail address in the correct format, like name@example.com"),
        ("nia@example.com", "Enter an address that is different from the one you use now"),
    ],
)
def test_a_bad_new_address_is_refused_at_its_field(manager_client, typed, error):
    response = manager_client.post(reverse("account_email"), {"action_add": "1", "email": typed})
    assert errors(response) == [("id_email", error)]


def test_somebody_elses_link_says_what_is_wrong(client, contract_manager, stranger):
    address = EmailAddress.objects.create(user=contract_manager, email=stranger.email)
    page = client.get(reverse("account_confirm_email", args=[EmailConfirmationHMAC.create(address).key]))
    assert "Another account has confirmed" in page.content.decode()


def test_letters_carry_no_name_and_are_plain_text(client, contract_manager):
    client.post(reverse("account_signup"), SIGN_UP | {"email": "o'neill&sons@example.com"})
    client.post(reverse("account_signup"), SIGN_UP | {"email": contract_manager.email})
    client.post(reverse("account_reset_password"), {"email": contract_manager.email})
    client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert len(mail.outbox) == 4
    for message in mail.outbox:
        assert message.body.endswith("Contract management self-assessment\nExample Department")
        assert not re.search(r"Nia|Sunniva|&#|&amp;|<|\{|\n\n\n\n", message.body)
        assert message.alternatives == []
