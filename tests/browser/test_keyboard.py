"""Everything by keyboard alone: each control is reached, the focus is seen, and there is a way on."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.keys import FOCUS, faults_of, focus, follow, tab_to, walk
from tests.browser.steps import download_report, says_saved, stored_note

ROUND = "/assessments/{assessment}/"
WALKED = [
    (None, "/"),
    (None, "/accounts/login/"),
    (None, "/accounts/signup/"),
    (None, "/how-scoring-works/"),
    ("new", "/assessments/"),
    ("new", "/assessments/new/"),
    ("new", "/account/"),
    ("begun", ROUND),
    ("begun", ROUND + "targets/"),
    ("begun", ROUND + "rate/B4/"),
    ("finished", ROUND + "rate/B1/"),
    ("finished", ROUND + "check/"),
    ("finished", ROUND + "evidence/"),
    ("begun", ROUND + "evidence/new/?statement=B4.3"),
    ("finished", ROUND + "report/"),
    ("leading", "/team/"),
    ("leading", "/team/?area=B4"),
    ("leading", "/team/people/"),
    ("leading", "/team/needs/"),
    ("leading", "/team/cover/"),
    ("managed", ROUND + "share/"),
    ("reviewing", ROUND + "review/A1/"),
    ("talking", ROUND + "conversation/"),
    ("talking", ROUND + "conversation/agenda/"),
    ("talking", ROUND + "conversation/differences/"),
    ("talking", ROUND + "conversation/record/"),
    ("ready", ROUND + "conversation/confirm/"),
    ("finished", "/goals/new/?statement=B4.6"),
    ("talking with", "/goals/{goal}/"),
    ("inviting", "/organisations/{free}/campaigns/start/"),
    ("analysing", "/organisations/{organisation}/"),
]


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize(("who", "path"), WALKED, ids=[path for _, path in WALKED])
def test_every_control_is_reached_both_ways(windows, cast, who, path, width):
    person = cast.look_at(who) if who else None
    page = windows.borrow(person, path.format(**vars(person)) if person else path, width=width, height=600)
    assert walk(page) == ([], [])
    if width == 1280:
        # Backwards, the sticky heading of the rating page comes to lie over what scrolls up beneath it.
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        assert walk(page, "Shift+Tab") == ([], [])


def test_an_unreachable_a_hidden_and_an_unmarked_control_are_found(windows):
    page = windows.borrow(path="/help/")
    page.evaluate(
        """() => {
          const main = document.querySelector("main");
          main.insertAdjacentHTML("afterbegin", "<button id='plain'>Plain</button><button id='under'>Under</button>");
          document.getElementById("plain").addEventListener("focus", (event) => {
            for (const name of ["outline", "box-shadow", "background"]) event.target.style.setProperty(name, "none");
          });
          const lid = document.createElement("div");
          lid.id = "lid";
          const style = {position: "fixed", inset: "0", "z-index": "9"};
          for (const [name, value] of Object.entries(style)) lid.style.setProperty(name, value);
          main.append(lid);
        }"""
    )
    page.focus("#plain")
    assert faults_of(page.evaluate(FOCUS)) == ["isMarked of button “Plain”", "isCovered of button “Plain”"]
    page.evaluate("document.getElementById('lid').remove()")
    page.focus("#under")
    assert faults_of(focus(page)) == []
    page.evaluate("document.getElementById('under').addEventListener('focus', (event) => event.target.blur())")
    missing, _ = walk(page)
    assert any("Under" in each for each in missing)


def test_the_skip_link_leads_past_the_navigation(windows, cast):
    person = cast.take("half")
    page = windows.borrow(person, "/assessments/")
    page.keyboard.press("Tab")
    assert focus(page)["name"] == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"
    page.keyboard.press("Tab")
    assert focus(page)["name"] == "Continue your assessment"


def test_an_area_from_start_to_report_by_keyboard(windows, cast, portal):
    person = cast.take("new")
    page = windows.open(person, "/assessments/")
    tab_to(page, "Start your assessment")
    follow(page)
    tab_to(page, "Start now")
    follow(page, "Space")  # a link that looks like a button answers to the space bar too
    tab_to(page, "Contract Analyst")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert focus(page)["name"].startswith("Contract Manager")
    tab_to(page, "Continue", tag="button")
    follow(page)

    # The targets: B6 is not in the role, and the reason for that opens for the keyboard too.
    expect(page.get_by_role("heading", level=1)).to_have_text("Which level does your role need in each area?")
    while not (found := focus(page)) or "target-B6" not in found["id"]:
        page.keyboard.press("Tab")
    for _ in range(3):
        if focus(page)["name"] == "Not in my role":
            break
        page.keyboard.press("ArrowDown")
    assert focus(page)["name"] == "Not in my role"
    page.keyboard.press("Tab")
    assert focus(page)["id"] == "reason-B6"
    page.keyboard.type("Finance does it.")
    tab_to(page, "Save and continue")
    follow(page)

    tab_to(page, "A1 ")
    follow(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("A1")
    rows = page.locator(".rating-row").count()
    for index in range(1, rows + 1):
        _answer_by_keyboard(page, f"A1.{index}")
    says_saved(page)
    assert stored_note(portal, person, "A1.2") == "Typed by keyboard."
    tab_to(page, "Save and continue")
    follow(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("A2")

    page.goto(page.url.split("/rate/")[0] + "/check/")
    tab_to(page, "Change A1.3 ")
    follow(page)
    page.wait_for_url("**/rate/A1/#statement-A1.3")
    page.keyboard.press("Tab")
    assert "A1.3" in page.evaluate("document.activeElement.closest('fieldset').id")
    page.go_back()
    tab_to(page, "See your gap report")
    follow(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gap report")
    tab_to(page, "Download PDF")
    assert person.name in download_report(page)


def _answer_by_keyboard(page, code):
    """Practitioner throughout; A1.1 is not relevant, A1.2 has a note, A1.3 has its words explained."""
    while not (found := focus(page)) or found["type"] != "radio" or not _in_row(page, code):
        page.keyboard.press("Tab")
        assert focus(page) is not None, code
    assert focus(page)["name"] == "Not yet at Foundation"
    if code == "A1.1":
        page.keyboard.press("ArrowUp")  # from the first to the last
        assert focus(page)["name"] == "Not relevant to my role"
        page.keyboard.press("Tab")
        assert focus(page)["name"] == "Why is A1.1 not relevant to your role?"
        page.keyboard.type("My post has no part in it.")
        return
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focus(page)["name"].startswith("Practitioner")
    assert page.evaluate("document.activeElement.checked")
    if code == "A1.2":
        page.keyboard.press("Tab")
        assert focus(page)["tag"] == "summary"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert focus(page)["name"].startswith("Your note on A1.2")
        page.keyboard.type("Typed by keyboard.")
        tab_to(page, "Hide note", key="Shift+Tab", limit=2)
        page.keyboard.press("Space")
        assert page.locator("[id='statement-A1.2'] textarea").is_hidden()


def _in_row(page, code):
    return page.evaluate(f"document.activeElement.closest('fieldset')?.id === 'statement-{code}'")


def test_a_review_and_a_conversation_by_keyboard(windows, cast):
    """A rating and a note, the rest agreed with, finished; then a level agreed, the day and the points, and the way to confirm."""
    person = cast.take("reviewing")
    page = windows.open(person, f"/assessments/{person.assessment}/review/")
    tab_to(page, "A1 ")
    follow(page)
    tab_to(page, "Not yet at Foundation")
    page.keyboard.press("ArrowDown")
    assert focus(page)["name"].startswith("Foundation")
    page.keyboard.press("Tab")
    assert focus(page)["tag"] == "summary"
    page.keyboard.press("Enter")
    tab_to(page, "Your note on A1.1", limit=1)
    page.keyboard.type("Typed by keyboard.")
    tab_to(page, "Agree with all the rest of A1")
    follow(page)
    page.goto(f"/assessments/{person.assessment}/review/")
    tab_to(page, "Agree with all the rest")
    follow(page)
    tab_to(page, "Finish the review")
    follow(page)
    tab_to(page, "Go to the conversation")
    follow(page)

    tab_to(page, "Where you differ")
    follow(page)
    row = page.locator("[id='statement-A1.1']")
    tab_to(page, "Not yet")
    page.keyboard.press("ArrowDown")
    assert focus(page)["name"] == "Foundation"
    assert page.evaluate("document.activeElement.checked")
    page.keyboard.press("Tab")
    assert focus(page)["tag"] == "summary"
    page.keyboard.press("Space")
    expect(row.get_by_text("Typed by keyboard.")).to_be_visible()
    tab_to(page, "Save and go back")
    follow(page)
    tab_to(page, "What you record")
    follow(page)
    for part, value in (("Day", "1"), ("Month", "9"), ("Year", "2026")):
        tab_to(page, part)
        page.keyboard.type(value)
    tab_to(page, "What did you talk about?")
    page.keyboard.type("Typed by keyboard.")
    tab_to(page, "Save and go back")
    follow(page)
    tab_to(page, "Go on to confirm")
    follow(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Confirm what you agreed")
    tab_to(page, "Confirm levels and goals")
    follow(page)
    expect(page.get_by_role("alert")).to_contain_text("is asked to confirm too")


def test_the_menu_on_a_phone_opens_and_closes_by_keyboard(windows, cast):
    page = windows.borrow(cast.take("new"), "/assessments/", width=390, height=844)
    tab_to(page, "Menu", limit=5)
    menu = page.get_by_role("button", name="Menu")
    expect(menu).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    tab_to(page, "Assessments", limit=1)
    tab_to(page, "Goals", limit=1)
    tab_to(page, "Team", limit=1)
    tab_to(page, "Standards", limit=1)
    tab_to(page, "Your account: ", limit=1)
    tab_to(page, "Sign out", limit=1)
    tab_to(page, "Menu", key="Shift+Tab", limit=6)
    page.keyboard.press("Space")
    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("link", name=re.compile("^Your account"))).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(320, 256), (640, 512), (1280, 256)])
def test_zoomed_in_the_heading_of_the_levels_leaves_room_for_a_statement(windows, cast, width, height):
    """At 400 % a window of 1280 by 1024 is 320 by 256."""
    person = cast.take("finished")
    page = windows.borrow(person, f"/assessments/{person.assessment}/rate/B4/", width=width, height=height)
    page.locator(".rating-row").nth(4).scroll_into_view_if_needed()
    page.evaluate("window.scrollBy(0, 200)")
    covered = page.evaluate(
        """() => {
          const box = document.querySelector(".rating-head").getBoundingClientRect();
          return Math.max(0, Math.min(box.bottom, innerHeight) - Math.max(box.top, 0));
        }"""
    )
    assert covered <= height / 3
    if width <= 640:
        assert covered == 0
