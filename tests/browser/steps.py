"""What people do on the portal's pages, in the words that they read there."""

import re
from datetime import datetime
from io import BytesIO

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.factories import PASSWORD

SAVED = re.compile(r"^Saved \d\d:\d\d$")
AREAS = ("A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6")


def sign_in(page: Page, email, password=PASSWORD):
    """Sign in by e-mail address and password, from the sign-in page."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def start_round(page: Page, role="Contract Manager"):
    """From the list of assessments to the list of areas, with the targets that the role proposes; afresh after an earlier round."""
    first, afresh = (
        page.get_by_role("button", name="Start your assessment"),
        page.get_by_role("link", name="Start afresh"),
    )
    first.or_(afresh).click()
    page.get_by_role("button", name="Start now").click()
    choose_role(page, role)
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("assessment")


def choose_role(page: Page, role):
    page.get_by_role("radio", name=re.compile(rf"^{role}\b")).first.check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which level does your role need in each area?")


def rate_area(page: Page, level="Practitioner"):
    """Give every statement of the area on show one level; where two levels share their words, the joined answer."""
    rows = page.locator(".rating-row")
    for index in range(rows.count()):
        rows.nth(index).get_by_role("radio", name=re.compile(rf"(^|and ){level}")).check()


def rate_from_here(page: Page, level="Practitioner"):
    """Rate the area on show and all that follow it, with the page's one button; ends on the page that checks the answers."""
    for _ in AREAS:
        rate_area(page, level)
        before = page.url
        page.get_by_role("button", name="Save and continue").click()
        page.wait_for_url(lambda url, before=before: url != before)
        if page.url.endswith("/check/"):
            break
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")


def download_report(page: Page) -> str:
    """The text of the PDF that the report page offers, without line breaks."""
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^Download PDF")).first.click()
    with open(download.value.path(), "rb") as file:
        content = file.read()
    assert content.startswith(b"%PDF")
    assert download.value.suggested_filename.endswith(".pdf")
    return " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(content)).pages).split())


def end_sign_in(page: Page):
    """The sign-in ends without the open page hearing of it."""
    page.context.clear_cookies(name="session")


def open_note(page: Page, code):
    """The note on a statement, opened."""
    row = page.locator(f"[id='statement-{code}']")
    if not row.locator("textarea").is_visible():
        row.locator(".rating-more--note > summary").click()
    return row.locator("textarea")


def says_saved(page: Page):
    """Wait for the page to say that it saved, just now."""
    expect(page.locator("#rating-saved")).to_have_text(SAVED, timeout=15_000)
    hour, minute = map(int, page.locator("#rating-saved").inner_text().removeprefix("Saved ").split(":"))
    now = datetime.now().astimezone()
    # The portal's clock is London's and the machine's may be another, so minutes are compared.
    assert (now.minute - minute) % 60 <= 2
    assert hour < 24


def stored_note(portal, person, code) -> str | None:
    """What the database has as the person's note on a statement."""
    found = portal.rows(
        "SELECT r.note FROM assessments_rating r JOIN standards_statement s ON s.id = r.statement_id"
        f" JOIN assessments_assessment a ON a.id = r.assessment_id JOIN people_user u ON u.id = a.owner_id"
        f" WHERE s.code = '{code}' AND u.email = '{person.email}'"
    )
    return found[0][0] if found else None


def mailed_link(portal, words):
    """The newest link with ``words`` in it among the letters that the portal printed."""
    return re.findall(rf"http://127\.0\.0\.1:\d+/accounts/{words}\S+", portal.printed())[-1]
