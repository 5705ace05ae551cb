"""Every page of allauth's stands in the portal's own look, also with errors."""

import re

import pytest
from allauth.account.urls import urlpatterns
from allauth.socialaccount.urls import urlpatterns as social_urlpatterns
from django.urls import reverse

pytestmark = pytest.mark.django_db

# What a person who is signed out, or signed in, gets from each page: a status, and where it leads or its heading.
PAGES = {
    "account_login": ("Sign in", "/assessments/"),
    "account_logout": ("/", "Sign out"),
    "account_signup": ("Create an account", "/assessments/"),
    "account_inactive": ("Your account is closed", "Your account is closed"),
    "account_reauthenticate": ("/accounts/login/?next=/accounts/reauthenticate/", "Enter your password again"),
    "account_email": ("/accounts/login/?next=/accounts/email/", "Change your e-mail address"),
    "account_email_verification_sent": ("Check your e-mail", "Check your e-mail"),
    "account_change_password": ("/accounts/login/?next=/accounts/password/change/", "Change your password"),
    "account_set_password": ("/accounts/login/?next=/accounts/password/set/", "/accounts/password/change/"),
    "account_reset_password": ("Choose a new password", "Choose a new password"),
    "account_reset_password_done": ("Check your e-mail", "Check your e-mail"),
    "account_reset_password_from_key_done": ("Your password is changed", "Your password is changed"),
    "account_reset_password_from_key": ("This link no longer works", "This link no longer works"),
    "account_confirm_email": ("This link no longer works", "This link no longer works"),
    "account_confirm_login_code": ("/accounts/login/", "/assessments/"),
    "socialaccount_login_cancelled": ("Signing in was stopped", "Signing in was stopped"),
    "socialaccount_login_error": ("/accounts/login/?next=/accounts/3rdparty/login/error/", "We could not sign you in"),
    "socialaccount_signup": ("/accounts/login/", "/accounts/login/"),
    "socialaccount_connections": ("/accounts/login/?next=/accounts/3rdparty/", "Connected sign-ins"),
}
ARGUMENTS = {"account_reset_password_from_key": ["a", "b-c"], "account_confirm_email": ["stale"]}


def heading(response):
    """The page's h1, which is also its title; fails for a page that is not in the portal's look."""
    html = response.content.decode()
    assert "portal-organisation" in html
    found = re.findall(r"<h1[^>]*>\s*(.*?)\s*</h1>", html, re.DOTALL)
    assert len(found) == 1
    assert f"{found[0]} – " in re.search(r"<title>(.*?)</title>", html).group(1)
    return found[0]


def answer(response):
    return response.url if response.status_code == 302 else heading(response)


def test_every_route_of_allauth_has_a_row_here():
    assert {route.name for route in [*urlpatterns, *social_urlpatterns]} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_page_for_somebody_signed_out(client, name):
    assert answer(client.get(reverse(name, args=ARGUMENTS.get(name)))) == PAGES[name][0]


@pytest.mark.parametrize("name", PAGES)
def test_page_for_somebody_signed_in(manager_client, name):
    assert answer(manager_client.get(reverse(name, args=ARGUMENTS.get(name)))) == PAGES[name][1]
