"""A sign-in that is about to end says so, can be made longer, and takes nothing along that was typed."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.keys import FOCUS
from tests.browser.steps import open_note, sign_in, stored_note
from tests.servers import connect

TYPED = "Łucja’s note, typed while the warning was shown"


def leave(portal, person, *, seconds):
    """The session of the person ends in so many seconds unless they use it, as if they had used it that much earlier."""
    ends_at = datetime.now(UTC) + timedelta(seconds=seconds)
    is_sqlite = portal.database_url.startswith("sqlite")
    stored = f"{ends_at:%Y-%m-%d %H:%M:%S.%f}{'' if is_sqlite else '+00'}"
    with closing(connect(portal.database_url)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(f"UPDATE django_session SET expire_date = '{stored}' WHERE session_key = '{person.session}'")
        connection.commit()


def left(portal, person):
    """How many seconds their session lasts, unused."""
    ((ends_at,),) = portal.rows(f"SELECT expire_date FROM django_session WHERE session_key = '{person.session}'")
    ends_at = datetime.fromisoformat(ends_at).replace(tzinfo=UTC) if isinstance(ends_at, str) else ends_at
    return (ends_at - datetime.now(UTC)).total_seconds()


def open_with_a_clock(windows, person, path, **options):
    """A window whose page reads a clock that the test moves."""
    page = windows.open(person, **options)
    page.clock.install()
    page.goto(path)
    return page


def wait(portal, person, page, *, seconds=100):
    """Nearly an hour goes by on the page, after which the session has so many seconds left."""
    leave(portal, person, seconds=seconds)
    page.clock.fast_forward("58:10")


def open_late(windows, portal, person, path, *, seconds=100, **options):
    page = open_with_a_clock(windows, person, path, **options)
    wait(portal, person, page, seconds=seconds)
    return page


def warning(page):
    return page.get_by_role("alertdialog")


@pytest.fixture
def person(cast):
    return cast.take("begun")


def test_the_warning_says_what_is_coming_and_can_be_put_off(windows, portal, person):
    page = open_with_a_clock(windows, person, f"/assessments/{person.assessment}/rate/A1/")
    note = open_note(page, "A1.1")
    note.fill(TYPED)
    expect(page.locator("#rating-saved")).to_contain_text("Saved")
    wait(portal, person, page)
    dialog = warning(page)
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("heading", name="You are about to be signed out", exact=True)).to_be_visible()
    expect(dialog).to_contain_text("signed out in less than 2 minutes")
    assert violations(page) == []
    assert page.evaluate(FOCUS)["id"] == "session-title"
    # What is behind it is out of reach, and Tab goes round within it.
    reached = []
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert reached[:2] == ["Stay signed in", "Sign out"]
    page.keyboard.press("Shift+Tab")
    dialog.get_by_role("button", name="Stay signed in").focus()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert left(portal, person) > 3500
    expect(note).to_have_value(TYPED)
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_the_admins_pages_warn_too(windows, portal, cast):
    person = cast.take("superuser")
    page = open_late(windows, portal, person, "/admin/")
    expect(warning(page)).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(warning(page)).to_be_hidden()
    assert left(portal, person) > 3500


def test_escape_says_that_somebody_is_there(windows, portal, person):
    page = open_late(windows, portal, person, "/account/")
    expect(warning(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(warning(page)).to_be_hidden()
    assert left(portal, person) > 3500


def test_signing_out_from_it(windows, portal, person):
    page = open_late(windows, portal, person, "/account/")
    warning(page).get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()


def test_two_windows_agree(windows, portal, person):
    one = open_late(windows, portal, person, "/account/")
    other = windows.open(path="/assessments/", beside=one)
    leave(portal, person, seconds=100)
    one.clock.run_for(16_000)
    expect(warning(one)).to_be_visible()
    # The other window is used, and this one hears of it when it asks again.
    other.reload()
    one.clock.run_for(16_000)
    expect(warning(one)).to_be_hidden()
    assert left(portal, person) > 3500


def test_asking_keeps_nothing_alive(windows, portal, person):
    page = open_late(windows, portal, person, "/account/")
    expect(warning(page)).to_be_visible()
    page.clock.run_for(30_000)
    assert left(portal, person) < 100


def test_it_is_said_in_steps(windows, portal, person):
    page = open_late(windows, portal, person, "/account/", seconds=119)
    said = warning(page).locator("[data-time]")
    heard = []
    for _ in range(24):
        page.clock.run_for(5_000)
        heard.append(said.text_content())
    assert len(set(heard)) <= 4


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_what_was_typed_when_it_ended_is_still_there_and_held_when_it_is_sent(windows, portal, person, scripts):
    path = f"/assessments/{person.assessment}/rate/A1/"
    page = open_with_a_clock(windows, person, path) if scripts else windows.open(person, path, scripts=False)
    open_note(page, "A1.1").fill(TYPED)
    leave(portal, person, seconds=-1)
    if scripts:
        page.clock.fast_forward("58:10")
        dialog = warning(page)
        expect(dialog.get_by_role("heading", name="You have been signed out", exact=True)).to_be_visible()
        expect(dialog).to_contain_text("Your text is still on the page")
        assert violations(page) == []
        dialog.get_by_role("button", name="Back to the page").click()
        expect(dialog).to_be_hidden()
        expect(open_note(page, "A1.1")).to_have_value(TYPED)
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("What you typed is kept for an hour")).to_be_visible()
    sign_in(page, person.email)
    expect(page.get_by_text(TYPED)).to_be_visible()
    page.get_by_role("button", name="Save it now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A2")
    assert stored_note(portal, person, "A1.1") == TYPED


def test_an_answer_given_after_the_end_is_not_lost(windows, portal, person):
    page = windows.open(person, f"/assessments/{person.assessment}/rate/A1/")
    leave(portal, person, seconds=-1)
    open_note(page, "A1.1").fill(TYPED)
    expect(page.locator("#rating-saved")).to_contain_text("you are signed out")
    expect(open_note(page, "A1.1")).to_have_value(TYPED)
    page.get_by_role("button", name="Save and continue").click()
    sign_in(page, person.email)
    page.get_by_role("button", name="Save it now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A2")
    assert stored_note(portal, person, "A1.1") == TYPED


@pytest.mark.parametrize("width", [1280, 320])
def test_it_fits_the_window(windows, portal, person, width):
    page = open_late(windows, portal, person, "/account/", width=width, height=600)
    box = warning(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
