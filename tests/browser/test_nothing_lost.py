"""What was typed survives: a sign-in that ended, a second window, a lost connection, a page left too soon."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import end_sign_in, open_note, says_saved, sign_in, stored_note

TYPED = "Łucja’s note, typed while the sign-in ended <b>&{{7*7}}"
HELD_HEADING = "You were signed out before this was saved"


def rating_page(windows, person, area="A1", **options):
    return windows.open(person, f"/assessments/{person.assessment}/rate/{area}/", **options)


def save_and_continue(page):
    page.get_by_role("button", name="Save and continue").click()


def slow_down(page, milliseconds):
    """Make each request of the page take at least this long."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    speed = {"offline": False, "latency": milliseconds, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", speed)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_form_sent_after_the_sign_in_ended_is_saved_after_signing_in_again(windows, cast, portal, scripts):
    person = cast.take("begun")
    page = rating_page(windows, person, scripts=scripts)
    end_sign_in(page)
    open_note(page, "A1.1").fill(TYPED)
    page.locator("[id='statement-A1.2']").get_by_role("radio", name=re.compile("^Expert")).check()
    if scripts:
        expect(page.locator("#rating-saved")).to_contain_text("you are signed out")
    save_and_continue(page)
    expect(page.get_by_text("You were signed out before you saved")).to_be_visible()
    sign_in(page, person.email)
    expect(page.get_by_role("heading", level=1)).to_have_text(HELD_HEADING)
    expect(page.get_by_text(TYPED)).to_be_visible()
    page.get_by_role("button", name="Save it now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A2")
    assert stored_note(portal, person, "A1.1") == TYPED
    page.goto(f"/assessments/{person.assessment}/rate/A1/")
    expect(page.locator("[id='statement-A1.2']").get_by_role("radio", name=re.compile("^Expert"))).to_be_checked()
    page.goto("/assessments/")
    assert page.get_by_text("Something you typed is not saved").count() == 0


def test_a_session_that_the_server_forgot_loses_nothing_either(windows, cast, portal):
    person = cast.take("begun")
    page = rating_page(windows, person)
    cast.python(
        "from django.contrib.sessions.models import Session\n"
        f"Session.objects.filter(session_key={person.session!r}).delete()"
    )
    open_note(page, "A1.3").fill(TYPED)
    save_and_continue(page)
    sign_in(page, person.email)
    page.get_by_role("button", name="Save it now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A2")
    assert stored_note(portal, person, "A1.3") == TYPED


def test_what_is_held_is_offered_to_nobody_else(windows, cast, portal):
    person, other = cast.take("begun"), cast.take("begun")
    page = rating_page(windows, person)
    end_sign_in(page)
    open_note(page, "A1.1").fill(TYPED)
    save_and_continue(page)
    with page.expect_navigation(url=re.compile("/held/")) as arrived:
        sign_in(page, other.email)
    assert arrived.value.status == 404
    assert page.get_by_text(TYPED).count() == 0
    held = page.url
    page.goto("/assessments/")
    assert page.get_by_text("Something you typed is not saved").count() == 0
    assert stored_note(portal, other, "A1.1") is None

    # It still waits for whom it belongs to, who may also throw it away.
    theirs = windows.open(person, "/assessments/")
    theirs.get_by_role("link", name=re.compile("^What you sent at")).click()
    assert theirs.url == held
    theirs.get_by_role("button", name="Throw it away").click()
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Your assessments")
    assert theirs.goto(held).status == 404
    assert stored_note(portal, person, "A1.1") in (None, "")


@pytest.mark.parametrize("kept", ["there", "here"])
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_two_windows_are_shown_both_texts_and_either_can_be_kept(windows, cast, portal, scripts, kept):
    person = cast.take("begun")
    first = rating_page(windows, person, scripts=scripts)
    second = windows.open(path=first.url, beside=first)
    open_note(first, "A1.1").fill("Typed in the first window")
    first.locator("[id='statement-A1.1']").get_by_role("radio", name=re.compile("^Practitioner")).check()
    save_and_continue(first)
    expect(first.get_by_role("heading", level=1)).to_contain_text("A2")

    open_note(second, "A1.1").fill("Typed in the second window")
    if scripts:
        expect(second.locator("#rating-saved")).to_contain_text("changed in another window")
    save_and_continue(second)
    expect(second.get_by_text("There is a problem")).to_be_visible()
    row = second.locator("[id='statement-A1.1']")
    expect(row.get_by_text("Typed in the first window")).to_be_visible()
    expect(row.get_by_text("Practitioner", exact=True).first).to_be_visible()
    expect(row.locator("textarea")).to_have_value("Typed in the second window")
    # What was typed stands in view beside what was saved, or it could not be compared.
    expect(row.locator("textarea")).to_be_visible()
    if kept == "there":
        row.get_by_role("checkbox", name=re.compile("^Keep the answer saved there")).check()
    save_and_continue(second)
    expect(second.get_by_role("heading", level=1)).to_contain_text("A2")
    expected = {"there": "Typed in the first window", "here": "Typed in the second window"}[kept]
    assert stored_note(portal, person, "A1.1") == expected


def test_a_note_is_saved_when_typing_stops_and_when_the_page_is_left(windows, cast, portal):
    person = cast.take("begun")
    page = rating_page(windows, person)
    with page.expect_response("**/save/"):
        open_note(page, "A1.1").fill("Typed, then a pause")
    says_saved(page)
    assert stored_note(portal, person, "A1.1") == "Typed, then a pause"
    page.locator("[id='statement-A1.1'] textarea").press_sequentially(", and more")
    page.goto("/help/")
    page.goto(f"/assessments/{person.assessment}/rate/A1/")
    expect(page.locator("[id='statement-A1.1'] textarea")).to_have_value(re.compile(", and more|Typed, then a pause"))
    assert "and more" in stored_note(portal, person, "A1.1")


def test_a_page_left_while_its_last_answer_is_being_saved_loses_nothing(windows, cast, portal):
    """The second change waits for the first one's save to come back, so the browser asks before the page goes."""
    person = cast.take("begun")
    page = rating_page(windows, person)
    slow_down(page, 2000)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    row = page.locator("[id='statement-A1.1']")
    note = open_note(page, "A1.1")
    with page.expect_request("**/save/"):
        row.get_by_role("radio", name=re.compile("^Practitioner")).check()
    note.fill("Typed while the answer was on its way")
    page.get_by_role("link", name="Help", exact=True).click(no_wait_after=True)
    with page.expect_response("**/save/"):
        pass
    slow_down(page, 0)
    with page.expect_response(lambda response: response.url.endswith("/save/") and response.status == 200):
        pass
    assert asked == ["beforeunload"]
    assert stored_note(portal, person, "A1.1") == "Typed while the answer was on its way"


def test_a_button_pressed_while_an_answer_is_being_saved_does_not_quarrel_with_it(windows, cast, portal):
    person = cast.take("begun")
    page = rating_page(windows, person)
    slow_down(page, 1500)
    note = open_note(page, "A1.1")
    with page.expect_request("**/save/"):
        page.locator("[id='statement-A1.1']").get_by_role("radio", name=re.compile("^Practitioner")).check()
    note.fill("Typed while the answer was on its way")
    save_and_continue(page)
    page.wait_for_url("**/rate/A2/")
    assert stored_note(portal, person, "A1.1") == "Typed while the answer was on its way"


def test_a_lost_connection_is_said_and_the_button_still_saves(windows, cast, portal):
    windows.ignore("net::ERR")
    person = cast.take("begun")
    page = rating_page(windows, person)
    page.context.set_offline(True)
    open_note(page, "A1.1").fill("Typed in a tunnel")
    expect(page.locator("#rating-saved")).to_have_text("Not saved yet – trying again. Keep this page open.")
    page.context.set_offline(False)
    save_and_continue(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("A2")
    assert stored_note(portal, person, "A1.1") == "Typed in a tunnel"


def test_what_could_not_be_saved_is_sent_again_until_it_is(windows, cast, portal):
    """Nobody presses anything; whoever leaves meanwhile is asked first."""
    person = cast.take("begun")
    page = rating_page(windows, person)
    failures = []

    def fail(route):
        failures.append(route.request)
        route.fulfill(status=503, json={"problem": "full", "saved": "no"})

    page.route("**/save/", fail)
    open_note(page, "A1.1").fill("Typed while the disk was full")
    expect(page.locator("#rating-saved")).to_have_text("Not saved yet – trying again. Keep this page open.")
    with page.expect_response("**/save/"):
        pass
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("location.reload()")
    page.wait_for_function("document.getElementById('rating-saved') !== null")
    assert asked == ["beforeunload"]
    page.unroute("**/save/")
    says_saved(page)
    assert stored_note(portal, person, "A1.1") == "Typed while the disk was full"
    assert len(failures) >= 2
    page.goto("/assessments/")
    assert asked == ["beforeunload"]


def test_a_stale_token_of_a_signed_in_person_loses_nothing(windows, cast, portal):
    person = cast.take("begun")
    page = rating_page(windows, person)
    page.evaluate("document.querySelector('#rating [name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    page.locator("[id='statement-A1.1'] textarea").evaluate("(note) => { note.value = 'Typed under a stale token'; }")
    save_and_continue(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(HELD_HEADING)
    page.get_by_role("button", name="Save it now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A2")
    assert stored_note(portal, person, "A1.1") == "Typed under a stale token"


def test_a_bad_answer_says_so_beside_it_and_the_count_follows_what_is_saved(windows, cast):
    person = cast.take("begun")
    page = rating_page(windows, person)
    row = page.locator("[id='statement-A1.1']")
    row.get_by_role("radio", name="Not relevant to my role").check()
    expect(page.locator("#rating-saved")).to_contain_text("Say why")
    expect(page.locator("#rating-count")).to_have_text("0")
    with page.expect_response("**/save/"):
        row.get_by_label(re.compile("^Why is A1.1 not relevant")).fill("Done by the finance team")
        row.get_by_label(re.compile("^Why is A1.1 not relevant")).blur()
    says_saved(page)
    expect(page.locator("#rating-count")).to_have_text("1")
    with page.expect_response("**/save/"):
        open_note(page, "A1.1").fill("x" * 2001)
    expect(row.locator("[id^=note-][id$=-error]")).to_contain_text("2,000 characters or fewer")
    expect(page.locator("#rating-saved")).to_contain_text("Not saved")
    with page.expect_response("**/save/"):
        open_note(page, "A1.1").fill("x" * 2000)
    expect(row.locator("[id^=note-][id$=-error]")).to_be_hidden()
