"""Signing in by way of a real provider, in a browser: npm's oidc-provider on loopback, and the hostile cases of a browser's side.

Whoever runs the suite for the first time has no such provider; ``script/test --heavy`` fetches it, and from then on this runs.
"""

import itertools
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.real_provider import RealProvider, is_installed
from tests.browser.steps import mailed_link
from tests.browser.test_pages import faults_of
from tests.conftest import HEAVY

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not HEAVY and not is_installed(), reason="fetches a provider once: script/test --heavy"),
]
CALLBACK = "/accounts/oidc/real/login/callback/"
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def provider():
    started = RealProvider.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def joined(portals, provider):
    """A portal whose people may sign in at the provider."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TESTS_ISSUER", provider.issuer)
        with portals.serve(plant="cold") as portal:
            provider.redirect = portal.address + CALLBACK
            yield portal


@pytest.fixture
def browser(chromium, joined):
    """``browser()`` is a window of a browser of its own."""
    opened = []

    def window(**options):
        opened.append(chromium.new_context(base_url=joined.address, **options))
        opened[-1].set_default_timeout(15_000)
        return opened[-1].new_page()

    yield window
    for context in opened:
        context.close()


@pytest.fixture
def sub(provider, joined):
    """The key of somebody new, whom the provider knows."""
    key = f"s-{next(numbers)}-{time.time_ns()}"
    provider.people = {key: {"email": f"{key}@example.gov.uk", "email_verified": True, "name": "Sunniva Ørnfjell"}}
    provider.tell(provider.people)
    return key


def at_the_provider(page, path="/accounts/login/"):
    page.goto(path)
    page.get_by_role("button", name="Sign in with Real account").click()
    page.get_by_role("heading", name="The provider").wait_for()


def go_on(page, sub):
    page.get_by_label("Who are you?").fill(sub)
    page.get_by_role("button", name="Go on").click()


def sign_in(page, sub, path="/accounts/login/"):
    at_the_provider(page, path)
    go_on(page, sub)
    page.wait_for_url(re.compile(r"^http://127"))


def heading(page):
    return page.get_by_role("heading", level=1).inner_text()


def is_signed_in(page):
    page.goto("/account/")
    return urlsplit(page.url).path == "/account/"


def caught(provider, page, sub):
    """The address by which somebody would have come back, which the browser has not opened yet."""
    provider.tell(provider.people, hold=True)
    at_the_provider(page)
    go_on(page, sub)
    address = page.get_by_role("link", name="Back").get_attribute("href")
    provider.tell(provider.people)
    return address


def people_of(joined, sub):
    return joined.rows(
        "SELECT u.id, u.email FROM people_user u JOIN socialaccount_socialaccount s ON s.user_id = u.id"
        f" WHERE s.uid = '{sub}'"
    )


@pytest.mark.parametrize("scripts", [True, False])
def test_the_same_account_each_time_also_with_another_address(browser, provider, joined, sub, scripts):
    page = browser(java_script_enabled=scripts)
    sign_in(page, sub)
    assert urlsplit(page.url).path == "/assessments/"
    ((user, email),) = people_of(joined, sub)
    assert email == f"{sub}@example.gov.uk"
    provider.people[sub] |= {"email": f"married-{sub}@example.gov.uk", "name": "Sunniva Quill"}
    provider.tell(provider.people)
    for _ in range(2):
        page = browser(java_script_enabled=scripts)
        sign_in(page, sub, "/accounts/login/?next=/account/")
        assert urlsplit(page.url).path == "/account/"
        expect(page.get_by_label("Full name")).to_have_value("Sunniva Ørnfjell")
        assert people_of(joined, sub) == [(user, email)]


def test_the_session_before_is_not_the_session_after(browser, sub):
    page = browser()
    at_the_provider(page)
    before = {each["name"]: each["value"] for each in page.context.cookies(page.url.replace("localhost", "127.0.0.1"))}
    go_on(page, sub)
    page.wait_for_url("**/assessments/")
    after = {each["name"]: each["value"] for each in page.context.cookies(page.url)}
    assert before["session"] != after["session"]
    thief = browser()
    thief.context.add_cookies([{"name": "session", "value": before["session"], "url": page.url}])
    assert not is_signed_in(thief)


def test_the_pages_on_the_way(browser, provider, joined, sub):
    page = browser()
    for path in ("/accounts/login/", "/accounts/oidc/real/login/", "/accounts/oidc/real/login/?process=connect"):
        page.goto(path)
        assert faults_of(page) == {}
    provider.people[sub] |= {"name": None, "email": None}
    provider.tell(provider.people)
    sign_in(page, sub)
    assert heading(page) == "Finish your account"
    assert faults_of(page) == {}
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter your e-mail address")
    assert faults_of(page) == {}
    link = joined.python(
        "from people.actions import make_one_time_link; from people.models import User;"
        "print(make_one_time_link(user=User.objects.filter(is_active=True).first()))"
    )
    page.goto(f"/let-in/?key={link.split()[-1]}")
    assert heading(page) == "Sign in with a one-time link"
    assert faults_of(page) == {}


FAULTS = {
    "nonce": {"claims": {"nonce": "x" * 43}},
    "issuer": {"claims": {"iss": "https://evil.example"}},
    "audience": {"claims": {"aud": "another"}},
    "expired": {"claims": {"exp": 1}},
    "subject": {"userinfo": {"sub": "somebody-else"}},
    "algorithm": {"algorithm": "none"},
    "signature": {"key": "another"},
}


@pytest.mark.parametrize("reason", FAULTS)
def test_what_the_provider_says_wrongly_lets_nobody_in(browser, provider, joined, sub, reason):
    provider.tell(provider.people, **FAULTS[reason])
    page = browser()
    sign_in(page, sub)
    assert heading(page) == "We could not sign you in"
    expect(page.get_by_text(f"name this: {reason}.")).to_be_visible()
    assert faults_of(page) == {}
    assert not is_signed_in(page)
    assert people_of(joined, sub) == []


def changed_state(address):
    return re.sub(r"state=[^&]+", "state=" + "x" * 43, address)


def changed_issuer(address):
    return re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", address)


@pytest.mark.parametrize(("change", "reason"), [(changed_state, "state"), (changed_issuer, "issuer")])
def test_a_changed_way_back_lets_nobody_in(browser, provider, joined, sub, change, reason):
    page = browser()
    page.goto(change(caught(provider, page, sub)))
    expect(page.get_by_text(f"name this: {reason}.")).to_be_visible()
    assert not is_signed_in(page)
    assert people_of(joined, sub) == []


def test_the_way_back_is_of_no_use_in_another_browser(browser, provider, sub):
    address = caught(provider, browser(), sub)
    other = browser()
    other.goto(address)
    expect(other.get_by_text("name this: state.")).to_be_visible()
    assert not is_signed_in(other)


def test_a_code_works_once(browser, provider, sub):
    page = browser()
    used = caught(provider, page, sub)
    page.goto(used)
    assert is_signed_in(page)
    other = browser()
    fresh = caught(provider, other, sub)
    code = parse_qs(urlsplit(used).query)["code"][0]
    other.goto(re.sub(r"code=[^&]+", f"code={code}", fresh))
    expect(other.get_by_text("name this: refused-by-the-provider.")).to_be_visible()
    assert not is_signed_in(other)
    page.goto(used)
    expect(page.get_by_text("name this: state.")).to_be_visible()


def test_an_address_that_somebody_else_has_lets_nobody_in(browser, provider, joined, sub):
    provider.people["thief"] = provider.people[sub] | {"email_verified": False}
    provider.tell(provider.people)
    sign_in(browser(), sub)
    page = browser()
    sign_in(page, "thief")
    assert heading(page) == "You already have an account"
    assert faults_of(page) == {}
    assert not is_signed_in(page)
    assert people_of(joined, "thief") == []


def test_an_address_that_is_not_confirmed_is_confirmed_by_letter_first(browser, provider, joined, sub):
    provider.people[sub]["email_verified"] = False
    provider.tell(provider.people)
    page = browser()
    sign_in(page, sub)
    assert heading(page) == "Check your e-mail"
    assert not is_signed_in(page)
    page.goto(mailed_link(joined, "confirm-email/"))
    page.get_by_role("button").filter(has_text="onfirm").click()
    sign_in(browser(), sub)


def test_coming_back_leads_nowhere_else(browser, sub):
    page = browser()
    sign_in(page, sub, "/accounts/login/?next=https://evil.example/")
    assert urlsplit(page.url).path == "/assessments/"


def test_somebody_who_stops_at_the_provider(browser, sub):
    page = browser()
    sign_in(page, "")
    assert heading(page) == "Signing in was stopped"
    assert faults_of(page) == {}


def test_connecting_and_proving(browser, provider, sub):
    """Somebody who signs in by way of the provider finds it among their connected sign-ins, and cannot remove the last."""
    page = browser()
    sign_in(page, sub)
    page.goto("/account/")
    page.get_by_role("link", name="Change a sign-in from elsewhere").click()
    assert heading(page) == "Connected sign-ins"
    assert faults_of(page) == {}
    page.get_by_role("radio").check()
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("alert")).to_contain_text("You would have no other way to sign in")
    page.goto("/accounts/oidc/real/prove/?next=/account/")
    page.get_by_role("button", name="Continue to Real account").click()
    # The provider, where she is still signed in, asks again.
    page.get_by_role("heading", name="The provider").wait_for()
    go_on(page, sub)
    page.wait_for_url("**/account/")
    page.goto("/accounts/logout/")
    expect(page.get_by_text("This signs you out of the portal alone")).to_be_visible()
