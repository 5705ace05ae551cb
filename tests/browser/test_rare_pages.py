"""Pages that people seldom see: a fault of the portal's, too many tries, nothing published, and what letters link to."""

import re
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.browser.cast import Cast
from tests.browser.steps import mailed_link
from tests.browser.test_pages import STATUS, faults_of
from tests.browser.windows import Windows
from tests.servers import connect


@pytest.fixture(scope="module")
def strict_portal(portals):
    """A portal that allows one forgotten password an hour, for tests that break it."""
    with portals.serve(workers=1, plant="strict cold") as portal:
        yield portal


@pytest.fixture(scope="module")
def strict_cast(strict_portal):
    cast = Cast(strict_portal)
    yield cast
    cast.close()


@pytest.fixture
def strict_windows(chromium, strict_portal):
    opened = Windows(chromium, strict_portal)
    yield opened
    opened.close()
    assert opened.faults == []


def change(portal, sql):
    with closing(connect(portal.database_url)) as connection:
        connection.cursor().execute(sql)
        connection.commit()


def test_too_many_tries(strict_windows):
    for _ in range(2):
        page = strict_windows.open(path="/accounts/password/reset/")
        page.get_by_label("E-mail address").fill("nobody@example.com")
        page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have tried too often")
    assert page.evaluate(STATUS) == 429
    assert faults_of(page) == {}


def test_a_fault_of_the_portals_own(strict_windows, strict_portal, strict_cast):
    person = strict_cast.take("new")
    change(strict_portal, "ALTER TABLE service_heldpost RENAME TO service_heldpost_gone")
    try:
        page = strict_windows.open(person, "/assessments/")
    finally:
        change(strict_portal, "ALTER TABLE service_heldpost_gone RENAME TO service_heldpost")
    assert page.evaluate(STATUS) == 500
    expect(page.get_by_role("heading", level=1)).to_have_text("Sorry, something went wrong")
    faults = faults_of(page)
    # This page is drawn without anything that may have failed, the footer's addresses included.
    assert {kind: found for kind, found in faults.items() if found != ["0 footer landmarks"]} == {}


def test_nothing_published(strict_windows, strict_portal, strict_cast):
    person = strict_cast.take("new")
    change(strict_portal, "UPDATE standards_version SET state = 'retired', retired_at = CURRENT_TIMESTAMP")
    for path, heading in (("/assessments/", "Your assessments"), ("/assessments/start/", None)):
        page = strict_windows.open(person, path)
        assert page.evaluate(STATUS) == 200
        if heading:
            expect(page.get_by_role("heading", name="There is nothing to assess yet")).to_be_visible()
        assert faults_of(page) == {}


def test_what_letters_link_to(windows, cast, portal):
    person = cast.take("new")
    page = windows.open(path="/accounts/password/reset/")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_role("button", name="Send the link").click()
    page.goto(mailed_link(portal, "password/reset/key"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a new password")
    assert faults_of(page) == {}
    page.get_by_role("button", name="Save new password").click()
    expect(page).to_have_title(re.compile("^Error: "))
    assert faults_of(page) == {}
    page.locator(".govuk-error-summary__list a").click()
    assert page.evaluate("document.activeElement.name") == "password1"

    page = windows.open(path="/accounts/signup/")
    page.get_by_label("Full name").fill("Ann Newcomer")
    page.get_by_label("E-mail address").fill(f"new.{person.email}")
    page.get_by_label("Create a password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    page.goto(mailed_link(portal, "confirm-email"))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Confirm your e-mail address"))
    assert faults_of(page) == {}
