"""An editor makes the next version in a browser without scripts: begun, edited, moved, taken back; then each page is looked at."""

import pytest
from playwright.sync_api import expect

from tests.browser.cast import Cast
from tests.browser.test_admin import problems

REMARK = "Łódź and <b>Ŵyn</b> would both ask what “every” means here. " * 6


@pytest.fixture(scope="module")
def portal(portals):
    """A portal of its own: lists of the admin would hold two versions for everybody else."""
    with portals.serve(plant="cold") as portal:
        yield portal


@pytest.fixture(scope="module")
def editor(portal):
    return Cast(portal).take("editor")


def open_row(page, rows, code):
    """The page of a row of the draft, found as an editor finds it."""
    page.goto("/admin/standards/version/")
    page.get_by_role("link", name="3.0", exact=True).click()
    page.get_by_label("What this version holds").get_by_role("link", name=rows, exact=True).click()
    page.get_by_role("link", name=code, exact=True).click()


def test_editor_makes_the_next_version_without_scripts(windows, editor):
    page = windows.open(editor, "/admin/standards/version/", scripts=False)
    page.get_by_role("link", name="2.0", exact=True).click()
    page.get_by_role("link", name="Start the next version").click()
    page.get_by_label("Number of the next version").fill("1.0")
    page.get_by_label("Issued").fill("May 2027")
    page.get_by_role("button", name="Start the next version").click()
    page.get_by_role("link", name="Choose a number that is higher than 2.0").click()
    expect(page.get_by_label("Issued")).to_have_value("May 2027")
    page.get_by_label("Number of the next version").fill("3.0")
    page.get_by_role("button", name="Start the next version").click()
    expect(page.get_by_text("Version 3.0 is begun as a copy of version 2.0.")).to_be_visible()

    open_row(page, "Statements", "B4.3")
    words = page.locator("[name=descriptors-0-text]")
    before = words.input_value()
    words.fill(before.replace("the", "every", 1))
    # Enter saves, though buttons that move rows come first on other pages.
    page.get_by_label("Topic:").fill("Best value")
    page.get_by_label("Topic:").press("Enter")
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    page.get_by_label("Your comment:").fill(REMARK)
    page.get_by_role("button", name="Add comment").click()
    expect(page.get_by_text("Comments of editors (1 open)")).to_be_visible()
    page.get_by_role("link", name="See as readers will").click()
    expect(page.get_by_text("every").first).to_be_visible()

    open_row(page, "Statements", "B4.3")
    page.get_by_role("link", name="Who changed what").click()
    expect(page.locator("ins")).to_have_count(2)
    page.get_by_role("link", name="Go back to this").click()
    page.get_by_role("button", name="Go back to this").click()
    expect(page.get_by_text("B4.3 Value for money options is as it was then.")).to_be_visible()
    open_row(page, "Statements", "B4.3")
    expect(words).to_have_value(before)

    open_row(page, "Areas", "B4")
    page.get_by_label("Title:").first.fill("Control of change")
    page.get_by_role("button", name="Move down: B4.1").click()
    expect(page.get_by_text("was moved down")).to_be_visible()
    expect(page.get_by_label("Title:").first).to_have_value("Control of change")
    expect(page.locator("[name=statements-1-code]")).to_have_value("B4.1")


@pytest.mark.parametrize("width", [1280, 320])
def test_pages_of_the_draft(windows, editor, width):
    """After the journey above, which made what they show."""
    page = windows.open(editor, width=width)
    open_row(page, "Statements", "B4.3")
    paths = [page.url]
    paths.append(page.get_by_role("link", name="Who changed what").get_attribute("href"))
    page.goto(paths[-1])
    back = page.get_by_role("link", name="Go back to this")
    paths += [each.get_attribute("href") for each in back.all()]
    page.goto("/admin/standards/version/")
    paths.append(page.get_by_role("link", name="2.0", exact=True).get_attribute("href").replace("change/", "next/"))
    page.get_by_role("link", name="3.0", exact=True).click()
    paths += [page.url, page.get_by_role("link", name="Who changed what").get_attribute("href")]
    page.get_by_label("What this version holds").get_by_role("link", name="Areas", exact=True).click()
    paths.append(page.url)
    page.get_by_role("link", name="B4", exact=True).click()
    paths.append(page.url)
    for path in paths:
        page.goto(path)
        assert problems(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
