"""From signing in to the PDF, as people go: with scripts, without them, and at 320 pixels."""

import re

from playwright.sync_api import expect

from tests.browser.steps import (
    AREAS,
    SAVED,
    download_report,
    mailed_link,
    open_note,
    rate_area,
    rate_from_here,
    says_saved,
    sign_in,
    start_round,
)
from tests.factories import PASSWORD

DEMO_NEWCOMER = "Callum Inverwick"


def test_from_start_to_pdf_with_scripts(windows):
    page = windows.open(path="/")
    page.get_by_role("button", name="Start now").click()
    page.get_by_role("button", name=f"Sign in as {DEMO_NEWCOMER}").click()
    start_round(page)
    page.get_by_role("link", name=re.compile("^A1 ")).click()

    # Answers are saved as they are given: away by a link, and back.
    expect(page.locator("#rating-count")).to_have_text("0")
    with page.expect_response("**/save/"):
        page.locator(".rating-row").first.get_by_role("radio", name=re.compile("^Foundation")).check()
    says_saved(page)
    expect(page.locator("#rating-count")).to_have_text("1")
    expect(page.locator(".rating-areas [aria-current] + .rating-areas__state")).to_have_text("1 of 6")
    page.get_by_role("link", name=re.compile("^Your .*assessment")).click()
    expect(page.get_by_text(re.compile(r"^1 of \d+ answered$"))).to_be_visible()
    page.get_by_role("link", name=re.compile("^A1 ")).click()
    expect(page.locator(".rating-row").first.get_by_role("radio", name=re.compile("^Foundation"))).to_be_checked()
    expect(page.locator("#rating-saved")).to_have_text(SAVED)

    # A note is typed and the page left at once: it is sent as the page goes. A busy machine may draw the next page before it
    # has the note.
    open_note(page, "A1.1").fill("Łódź: typed and left <b>&{{7*7}}")
    page.get_by_role("link", name=re.compile("^Your .*assessment")).click()
    page.get_by_role("link", name=re.compile("^A1 ")).click()
    note = page.locator("[id='statement-A1.1'] textarea")
    for _ in range(10):
        if note.input_value():
            break
        page.reload()
    expect(note).to_have_value("Łódź: typed and left <b>&{{7*7}}")

    rate_from_here(page)
    expect(page.get_by_text("Łódź: typed and left <b>&{{7*7}}")).to_be_visible()
    page.get_by_role("button", name="See your gap report").click()
    text = download_report(page)
    assert DEMO_NEWCOMER in text
    assert "Łódź: typed and left <b>&{{7*7}}" in text


def test_from_start_to_pdf_without_scripts(windows, cast):
    person = cast.take("new")
    page = windows.open(path="/accounts/login/", scripts=False)
    sign_in(page, person.email)
    start_round(page)
    page.get_by_role("link", name=re.compile("^A1 ")).click()
    open_note(page, "A1.2").fill("Without a script")
    rate_from_here(page)
    expect(page.get_by_text("Without a script")).to_be_visible()
    page.get_by_role("button", name="See your gap report").click()
    text = download_report(page)
    assert person.name in text
    assert "Without a script" in text


def test_from_start_to_pdf_on_a_narrow_screen(windows, cast):
    """The whole way at 320 pixels, where no page of it scrolls sideways."""
    person = cast.take("new")
    page = windows.open(person, "/assessments/", width=320, height=568)
    wide = []
    measure = "document.documentElement.scrollWidth"
    page.on("load", lambda: wide.append((page.url, page.evaluate(measure))))
    start_round(page, role="Senior Contract Manager")
    page.get_by_role("link", name=re.compile("^A1 ")).click()
    rate_from_here(page, level="Expert")
    page.get_by_role("button", name="See your gap report").click()
    assert person.name in download_report(page)
    assert len(wide) >= 6 + len(AREAS)
    assert [each for each in wide if each[1] > 320] == []


def test_a_new_person_confirms_their_address_and_signs_in(windows, portal):
    page = windows.open(path="/accounts/signup/")
    page.get_by_label("Full name").fill("Ffion Newydd-Ŵyn")
    page.get_by_label("E-mail address").fill("ffion.newydd@example.com")
    page.get_by_label("Create a password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    page.goto(mailed_link(portal, "confirm-email"))
    page.get_by_role("button", name="Yes, confirm it").click()
    if "login" in page.url:
        sign_in(page, "ffion.newydd@example.com")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your assessments")
    expect(page.get_by_role("link", name="Your account: Ffion Newydd-Ŵyn")).to_be_visible()


def test_a_forgotten_password_is_chosen_anew(windows, cast, portal):
    person = cast.take("new")
    page = windows.open(path="/accounts/login/")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    page.goto(mailed_link(portal, "password/reset/key"))
    page.get_by_role("button", name="Save new password").click()
    expect(page.get_by_text("Enter a new password").first).to_be_visible()
    page.get_by_label("New password").fill("three other words")
    page.get_by_role("button", name="Save new password").click()
    page.goto("/accounts/login/")
    sign_in(page, person.email, "three other words")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your assessments")


def test_account_page(windows, cast, portal):
    person = cast.take("new")
    page = windows.open(path="/accounts/login/")
    sign_in(page, person.email)
    page.get_by_role("link", name=f"Your account: {person.name}").press("Enter")
    page.get_by_label("Full name").fill("Ann Another-Name")
    page.get_by_label("Job title (optional)").fill("Head of Contracts")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Your details are saved")
    expect(page.get_by_role("link", name="Your account: Ann Another-Name")).to_be_visible()

    page.get_by_role("link", name="Change your password").click()
    page.get_by_label("Current password", exact=True).fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("three other words")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")

    page.get_by_role("link", name="Change your e-mail address").click()
    page.get_by_label("New e-mail address").fill(f"new.{person.email}")
    page.get_by_role("button", name="Send a confirmation link").click()
    expect(page.get_by_text(f"We sent it to new.{person.email}")).to_be_visible()
    page.goto(mailed_link(portal, "confirm-email"))
    page.get_by_role("button", name="Yes, confirm it").click()
    page.goto("/account/")
    expect(page.get_by_text(f"new.{person.email}")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    sign_in(page, f"new.{person.email}", "three other words")
    expect(page.get_by_role("link", name="Your account: Ann Another-Name")).to_be_visible()


def test_work_examples(windows, cast):
    person = cast.take("begun")
    page = windows.open(person, f"/assessments/{person.assessment}/evidence/")
    page.get_by_role("button", name="Add a work example").click()
    page.get_by_label("What is the example?").fill("Grounds contract review")
    page.get_by_label("What did you do, and what came of it? (optional)").fill("Wrote it <i>and</i> took it through.")
    page.get_by_label("Link (optional)").fill("https://example.gov.uk/records/7")
    for part, value in (("Day", "27"), ("Month", "3"), ("Year", "2026")):
        page.get_by_label(part, exact=True).fill(value)
    page.locator("summary", has_text="B4 ").click()
    page.get_by_role("checkbox", name=re.compile(r"^B4\.3 ")).check()
    page.get_by_role("button", name="Save work example").click()
    expect(page.get_by_role("alert")).to_contain_text("saved")
    for text in ("Wrote it <i>and</i> took it through.", "27 March 2026", "https://example.gov.uk/records/7"):
        expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Supports B4\.3 "))).to_be_visible()

    page.get_by_role("link", name="Change Grounds contract review").click()
    expect(page.get_by_role("checkbox", name=re.compile(r"^B4\.3 "))).to_be_checked()
    page.get_by_label("What is the example?").fill("Grounds review, second year")
    page.get_by_role("button", name="Save work example").click()
    page.get_by_role("link", name="Delete Grounds review, second year").click()
    page.get_by_role("button", name="Delete work example").click()
    expect(page.get_by_role("alert")).to_contain_text("deleted")
    expect(page.get_by_text("You have added none so far")).to_be_visible()


def test_a_round_is_closed_and_the_next_one_deleted(windows, cast):
    person = cast.take("half")
    page = windows.open(person, f"/assessments/{person.assessment}/")
    page.get_by_role("link", name="Close this assessment").click()
    page.get_by_role("button", name="Close assessment").click()
    expect(page.get_by_role("alert")).to_contain_text("is closed")
    page.get_by_role("link", name=re.compile("^Read your answers")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your answers")
    page.wait_for_load_state()
    assert page.get_by_role("link", name=re.compile("^(Change|Answer) ")).count() == 0

    page.goto("/assessments/")
    start_round(page, role="Contract Analyst")
    page.get_by_role("link", name=re.compile("^B4 ")).click()
    rate_area(page, "Foundation")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/rate/B5/")
    page.get_by_role("link", name=re.compile("^Your .*assessment")).click()
    page.get_by_role("link", name="Delete this assessment").click()
    page.get_by_role("button", name="Delete assessment").click()
    expect(page.get_by_role("alert")).to_contain_text("deleted")
    expect(page.get_by_role("button", name=re.compile("^Start from your"))).to_be_visible()
