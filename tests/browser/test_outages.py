"""What people see while something is broken, in a browser: what they typed is on the page, and one press sends it again."""

import re
from contextlib import closing, contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.cast import Cast
from tests.browser.steps import open_note, stored_note
from tests.browser.test_pages import STATUS, faults_of
from tests.browser.windows import Windows
from tests.faults.portals import served
from tests.servers import connect

LONG = "A long note on a contract, \u0141ucja\u2019s <b>&{{7*7}} " + "and on and on " * 130


@pytest.fixture(scope="module")
def broken(portals, tmp_path_factory):
    """A portal that waits for no other writer, and whose mail server is away."""
    environment = portals.served_environment() | {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": "9"}
    with served(environment, tmp_path_factory.mktemp("broken") / "log") as portal:
        yield portal


@pytest.fixture(scope="module")
def cast_of_it(broken):
    cast = Cast(broken)
    yield cast
    cast.close()


@pytest.fixture
def windows_on_it(chromium, broken):
    opened = Windows(chromium, broken)
    yield opened
    opened.close()
    assert opened.faults == []


@contextmanager
def nothing_can_be_saved(portal):
    """Somebody else holds what a save needs to write."""
    with closing(connect(portal.database_url)) as connection, closing(connection.cursor()) as cursor:
        is_sqlite = portal.database_url.startswith("sqlite")
        cursor.execute("BEGIN IMMEDIATE" if is_sqlite else "SELECT id FROM assessments_assessment FOR UPDATE")
        yield
        connection.rollback()


def faults_but_the_footer(page):
    # Pages that are drawn while something is broken have none: it would ask what may be what is broken.
    return {kind: found for kind, found in faults_of(page).items() if found != ["0 footer landmarks"]}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_what_was_typed_is_on_the_page_and_is_sent_again(windows_on_it, broken, cast_of_it, scripts):
    person = cast_of_it.take("begun")
    page = windows_on_it.open(person, f"/assessments/{person.assessment}/rate/A1/", scripts=scripts)
    note = open_note(page, "A1.1")
    with nothing_can_be_saved(broken):
        note.evaluate("(note, text) => { note.value = text; }", LONG[:1990])
        page.get_by_role("button", name="Save and continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Sorry, the service is "))
    expect(page.get_by_role("heading", level=2).first).to_have_text("What you have just sent is not saved yet")
    expect(page.get_by_text(LONG[:1990].strip())).to_be_visible()
    if scripts:
        assert page.evaluate(STATUS) == 503
        assert faults_but_the_footer(page) == {}
        page.set_viewport_size({"width": 1280, "height": 900})
    # By keyboard: past the link that skips to the content.
    page.locator("body").press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send it again")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("A2")
    assert stored_note(broken, person, "A1.1") == LONG[:1990].strip()


def test_the_mail_server_is_away(windows_on_it):
    page = windows_on_it.open(path="/accounts/password/reset/")
    page.get_by_label("E-mail address").fill("nobody@example.com")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We could not send you an e-mail")
    assert page.evaluate(STATUS) == 503
    assert faults_of(page) == {}
    page.get_by_role("link", name="ask for the link again").click()
    expect(page.get_by_label("E-mail address")).to_be_visible()
