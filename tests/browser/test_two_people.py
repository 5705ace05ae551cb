"""A round that two people are in, from naming the line manager to the next one, each in a browser of their own."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import AREAS, download_report, rate_area

POINTS = "We talked about Łódź and the exit plan <b>&{{7*7}}"
NOTE = "I saw you do less of this <i>than you say</i>."
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])


@pytest.fixture
def pair(windows, cast):
    """``pair(scripts=..., width=...)``: the windows of somebody with a finished draft and of who is to be their line manager."""

    def opened(**options):
        owner, line_manager = cast.take("finished"), cast.take("new")
        return owner, line_manager, *(windows.open(each, "/assessments/", **options) for each in (owner, line_manager))

    return opened


def main(page):
    return page.get_by_role("main")


def link(page, name):
    main(page).get_by_role("link", name=name).first.click()


def button(page, name):
    main(page).get_by_role("button", name=name).first.click()


def said(page, words):
    """Wait for the page to say something at its head."""
    expect(page.get_by_role("alert").or_(page.locator(".govuk-notification-banner")).first).to_contain_text(words)


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def name_line_manager(owner_page, line_page, owner, line_manager):
    """The owner names them by address; they accept from what waits for them."""
    owner_page.goto("/account/")
    link(owner_page, "Your line manager")
    owner_page.get_by_label("Your line manager’s e-mail address").fill(line_manager.email.upper())
    button(owner_page, "Ask them")
    said(owner_page, f"We have asked {line_manager.email}")
    line_page.goto("/notices/")
    button(line_page, re.compile(re.escape(owner.name)))
    button(line_page, "Accept")
    heading(line_page, f"You are the line manager of {owner.name}")


def share(page, owner, line_manager, *, rates_first=False):
    """From the list of assessments to the shared round."""
    page.goto(f"/assessments/{owner.assessment}/")
    link(page, re.compile("^Share it with"))
    heading(page, f"with {line_manager.name}")
    if rates_first:
        page.get_by_label(f"Let {line_manager.name} rate first").check()
    button(page, f"Share with {line_manager.name}")
    said(page, f"is shared with {line_manager.name}")


def rate(page, code, level, note=""):
    """Rate one statement of the area on show as its line manager."""
    row = page.locator(f"[id='statement-{code}']")
    row.get_by_role("radio", name=re.compile(f"^{level}")).check()
    if note:
        row.locator(".rating-more--note > summary").click()
        row.get_by_label(f"Your note on {code}").fill(note)


def review(page, owner):
    """Two statements seen otherwise, the rest agreed with, and finished."""
    page.goto("/assessments/")
    link(page, re.compile(f"^Review it ?: {re.escape(owner.name)}"))
    link(page, re.compile("^A1 "))
    rate(page, "A1.1", "Foundation", NOTE)
    rate(page, "A1.2", "Expert")
    button(page, "Agree with all the rest of A1")
    heading(page, "A2")
    page.goto(page.url.partition("/review/")[0] + "/review/")
    expect(page.get_by_text("differ on two so far")).to_be_visible()
    button(page, "Finish the review")
    expect(page.get_by_text("There is a problem")).to_be_visible()
    page.goto(page.url.partition("/review/")[0] + "/review/")
    button(page, re.compile("^Agree with all the rest"))
    button(page, "Finish the review")
    said(page, "Your review is finished")


def settle(page, code, level):
    """From the conversation's page to the agreed level of a statement, and back."""
    link(page, "Where you differ")
    page.locator(f"[id='statement-{code}']").get_by_role("radio", name=level, exact=True).check()
    button(page, "Save and go back")


def add_goal(page):
    """A goal for a gap, from the agenda and back to it, with one of the ideas."""
    link(page, "Agenda")
    link(page, re.compile("^Add a goal for A2.3"))
    heading(page, "Add a goal")
    button(page, "Use this")
    expect(
        page.get_by_label("What will you do?").or_(page.get_by_label(re.compile("^What will .* do"))).first
    ).not_to_have_value("")
    for part, value in (("Day", "30"), ("Month", "6"), ("Year", "2027")):
        page.get_by_label(part, exact=True).fill(value)
    button(page, "Add goal")
    heading(page, "Agenda of the conversation")
    expect(page.get_by_role("cell", name=re.compile("^A2.3 "))).to_be_visible()
    page.get_by_role("link", name="Go back to the conversation").click()


def record(page, points):
    """From the conversation's page to what is recorded, and back."""
    link(page, "What you record")
    group = page.get_by_role("group", name="When did you talk?")
    for part, value in (("Day", "1"), ("Month", "9"), ("Year", "2026")):
        group.get_by_label(part, exact=True).fill(value)
    page.get_by_label("What did you talk about?").fill(points)
    button(page, "Save and go back")


def confirm(page):
    """From the conversation's page to the confirmation."""
    button(page, "Go on to confirm")
    heading(page, "Confirm what you agreed")
    button(page, "Confirm levels and goals")


@SCRIPTS
def test_from_naming_a_line_manager_to_the_next_round(windows, pair, scripts):
    owner, line_manager, mine, theirs = pair(scripts=scripts)
    name_line_manager(mine, theirs, owner, line_manager)
    share(mine, owner, line_manager)
    review(theirs, owner)

    # Both views, and what was typed as it was typed.
    mine.goto("/assessments/")
    button(mine, "Prepare the conversation")
    expect(mine.get_by_text("0 of 2 differences")).to_be_visible()
    link(mine, "Where you differ")
    mine.locator("[id='statement-A1.1'] summary").click()
    expect(mine.get_by_text(NOTE)).to_be_visible()
    link(mine, "Cancel")

    settle(mine, "A1.1", "Foundation")
    add_goal(mine)
    expect(mine.get_by_text("1 of 2 differences")).to_be_visible()
    confirm(mine)
    expect(mine.get_by_role("link", name="Choose the level that you agree for A1.2")).to_be_visible()
    expect(mine.get_by_role("link", name="Enter the day that you talked")).to_be_visible()

    talk = f"/assessments/{owner.assessment}/conversation/"
    theirs.goto(talk)
    settle(theirs, "A1.2", "Expert")
    record(theirs, POINTS)
    confirm(theirs)
    said(theirs, f"{owner.name} is asked to confirm too")

    # The other one changes something, so the confirmation goes, and both read that.
    mine.goto(talk)
    expect(mine.get_by_text(f"{line_manager.name} confirmed on").first).to_be_visible()
    settle(mine, "A1.2", "Practitioner")
    said(mine, f"{line_manager.name} had confirmed. After your change, that no longer counts")
    theirs.goto("/notices/")
    expect(main(theirs)).to_contain_text(owner.name)
    theirs.goto(talk)
    expect(theirs.get_by_text("You confirmed on")).to_have_count(0)

    mine.goto(talk)
    confirm(mine)
    said(mine, f"{line_manager.name} is asked to confirm too")
    theirs.goto(talk)
    confirm(theirs)
    said(theirs, "The assessment is agreed and frozen")

    # The report, for both, and the check of its code.
    code = theirs.locator(".portal-facts dt:text-is('Check code') + dd").inner_text()
    for page in (mine, theirs):
        page.goto(f"/assessments/{owner.assessment}/report/")
        text = download_report(page)
        assert owner.name in text
        assert line_manager.name in text
        assert POINTS in text
        assert code in text
    theirs.goto("/assessments/check-code/")
    theirs.get_by_label("Check code").fill(code.lower().replace("-", " "))
    button(theirs, "Check the report")
    expect(theirs.get_by_text(f"{owner.name} and {line_manager.name}, line manager, agreed a report")).to_be_visible()

    # The next round, and how it compares.
    mine.goto("/assessments/")
    link(mine, "Start your next assessment now")
    button(mine, "Start your next assessment")
    heading(mine, "Which level does your role need in each area?")
    button(mine, "Save and continue")
    link(mine, re.compile("^A1 "))
    row = mine.locator("[id='statement-A1.1']")
    expect(row).to_contain_text("Foundation")
    row.get_by_role("button", name=re.compile("^Still true")).click()
    expect(mine.locator("[id='statement-A1.1']").get_by_role("radio", name=re.compile("^Foundation"))).to_be_checked()
    mine.locator("[id='statement-A1.2']").get_by_role("radio", name=re.compile("(^|and )Expert")).check()
    button(mine, "The rest of this area is still true")
    mine.get_by_role("link", name=re.compile("^Your .*assessment")).first.click()
    link(mine, "Compare it with the one before")
    heading(mine, "Compare your")
    expect(main(mine)).to_contain_text("A1.2")


def test_rated_first_on_a_narrow_screen(windows, pair):
    """At 320 pixels: taken back, shared again for the line manager to rate first, returned with a reason, and reviewed."""
    owner, line_manager, mine, theirs = pair(width=320, height=568)
    wide = []
    for page in (mine, theirs):
        page.on("load", lambda page: wide.append((page.url, page.evaluate("document.documentElement.scrollWidth"))))
    name_line_manager(mine, theirs, owner, line_manager)
    review_page = f"/assessments/{owner.assessment}/review/"

    # Taken back before anything was added: the open page of the line manager changes nothing any more.
    share(mine, owner, line_manager)
    theirs.goto(review_page + "A1/")
    expect(theirs.locator("[id='statement-A1.1']")).to_contain_text(f"{owner.name} says Practitioner")
    mine.goto(f"/assessments/{owner.assessment}/")
    link(mine, "Take it back")
    button(mine, "Take it back")
    said(mine, f"{line_manager.name} cannot see it any more")
    rate(theirs, "A1.1", "Foundation", "Typed while it was taken back")
    button(theirs, "Save and continue")
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Page not found")
    expect(theirs.get_by_text("Typed while it was taken back")).to_be_visible()
    assert theirs.goto(review_page).status == 404

    # Shared again, with the levels hidden: notes and examples are there, and no level of the owner's.
    share(mine, owner, line_manager, rates_first=True)
    assert theirs.goto(f"/assessments/{owner.assessment}/report/").status == 403
    theirs.goto(review_page)
    expect(theirs.get_by_text(f"{owner.name} asked you to rate first").first).to_be_visible()
    expect(theirs.get_by_role("button", name=re.compile("^Agree with"))).to_have_count(0)
    for area in AREAS:
        theirs.goto(f"{review_page}{area}/")
        expect(theirs.get_by_text(f"{owner.name} says")).to_have_count(0)
        expect(theirs.get_by_text("Their answer")).to_have_count(0)
        if area == "A1":
            expect(theirs.get_by_text("Supplier forum and the union meetings.")).to_be_visible()
            rate_area(theirs)
            button(theirs, "Save and continue")
            theirs.wait_for_url("**/review/A2/")

    # Returned: the reason is read, what was rated stays out of sight and is there again afterwards.
    theirs.goto(review_page)
    link(theirs, "Return the assessment instead")
    theirs.get_by_label("Why do you return it?").fill(POINTS)
    button(theirs, f"Return it to {owner.name}")
    said(theirs, f"is returned to {owner.name}")
    assert theirs.goto(review_page).status == 404
    mine.goto("/assessments/")
    expect(mine.get_by_text(POINTS)).to_be_visible()
    mine.goto(f"/assessments/{owner.assessment}/rate/A1/")
    mine.locator("[id='statement-A1.1']").get_by_role("radio", name=re.compile("^Expert")).check()
    button(mine, "Save and continue")
    mine.wait_for_url("**/rate/A2/")
    share(mine, owner, line_manager, rates_first=True)
    theirs.goto(review_page)
    expect(theirs.get_by_text(f"{owner.name} changed one statement since you rated it")).to_be_visible()
    rate_review_from_here(theirs, review_page)
    button(theirs, "Finish the review")
    said(theirs, "can now see each other’s ratings")
    expect(theirs.get_by_role("row", name=re.compile("A1.1 .*Expert.*Practitioner"))).to_be_visible()
    assert len(wide) > 40
    assert [each for each in wide if each[1] > 320] == []


def rate_review_from_here(page, review_page):
    """Rate whatever is left, area by area, and come back to the list."""
    for area in AREAS:
        page.goto(f"{review_page}{area}/")
        if page.locator(".rating-row").count():
            rate_area(page)
            button(page, "Save and continue")
            page.wait_for_url(lambda url, area=area: not url.endswith(f"/{area}/"))
    page.goto(review_page)
