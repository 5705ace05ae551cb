"""Reading the standards: without scripts, by keyboard, by search, on paper; and versions beside the published one."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.cast import Cast
from tests.browser.keys import FOCUS, faults_of, tab_to, walk
from tests.browser.pages import DOCUMENT
from tests.browser.test_pages import STATUS
from tests.browser.test_pages import faults_of as page_faults_of
from tests.browser.windows import Windows

WALKED = [
    "",
    "B4/",
    "B4.3/",
    "lifecycle/",
    "roles/contract-manager/",
    "glossary/",
    "insights/",
    "search/?q=contract",
    "download/",
]
LATER = """
from standards import actions
from standards.models import Framework, Version
from tests.standards.versions import make_whole_version

framework = Framework.objects.get(slug="contract-management")
for number in ("3.0", "4.0"):
    version = make_whole_version()
    Version.objects.filter(pk=version.pk).update(framework=framework, number=number)
    if number == "3.0":
        actions.publish_unreviewed(version=Version.objects.get(pk=version.pk))
"""


# The keyboard


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("path", WALKED)
def test_every_control_is_reached(windows, path, width):
    page = windows.borrow(path=DOCUMENT + path, width=width, height=600)
    assert walk(page) == ([], [])


@pytest.mark.parametrize("scripts", [True, False])
def test_words_of_a_statement_open_by_keyboard(windows, scripts):
    page = windows.open(path=DOCUMENT + "B4/", scripts=scripts)
    words = page.locator("[id='B4.1'] .standards-words")
    words.locator("summary").focus()
    for key in ("Enter", "Space"):
        expect(words.locator("dd").first).not_to_be_visible()
        page.keyboard.press(key)
        expect(words.locator("dt").first).to_have_text("Stakeholder")
        expect(words.locator("dd").first).to_be_visible()
        page.keyboard.press(key)
    if scripts:
        assert faults_of(page.evaluate(FOCUS)) == []


# Scripts off


def test_marks_are_switched_off_and_on(windows):
    page = windows.open(path=DOCUMENT + "B4/", scripts=False)
    marked = page.locator(".standards-table b")
    published = page.locator(".standards-table__words").all_inner_texts()
    assert marked.count() > 10
    page.get_by_role("link", name="Show the text without marks").click()
    expect(marked).to_have_count(0)
    expect(page.locator(".standards-table .portal-term")).to_have_count(0)
    assert page.locator(".standards-table__words").all_inner_texts() == published
    page.get_by_role("link", name="Mark the words that are new at a level").click()
    expect(page.get_by_role("link", name="Show the text without marks")).to_be_visible()
    assert marked.count() > 10


def test_the_document_is_read_from_its_contents(windows):
    page = windows.open(path="/", scripts=False)
    page.get_by_role("link", name="Standards", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="B4 Change Control", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("B4 Change Control")
    page.get_by_role("link", name="Address of B4.3 Value for money options").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("B4.3 Value for money options")
    assert page.url.endswith(f"{DOCUMENT}B4.3/")


# Search


def test_search_finds_nothing_then_something_then_a_code(windows):
    page = windows.open(path=DOCUMENT, scripts=False)

    def look_for(words):
        page.get_by_role("searchbox", name="Search the standards").fill(words)
        page.get_by_role("searchbox").press("Enter")
        expect(page.get_by_role("searchbox")).to_have_value(words)
        page.wait_for_load_state()

    look_for("quillwort")
    expect(page.get_by_text("Nothing found for “quillwort”")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="glossary")).to_be_visible()
    look_for("negotiating")
    expect(page.get_by_text(re.compile(r"^\d+ results for “negotiating”$"))).to_be_visible()
    marks = {each.casefold() for each in page.locator("main mark").all_inner_texts()}
    assert len(marks) > 1
    assert all(each.startswith("negotiat") for each in marks)
    look_for("B4.3")
    page.locator(".standards-result a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("B4.3 Value for money options")


def test_search_is_reached_and_sent_by_keyboard(windows):
    page = windows.open(path=DOCUMENT)
    tab_to(page, "Search the standards")
    page.keyboard.type("change control")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("results for “change control”"))).to_be_visible()


# The owner's own answers


def test_answers_stand_in_the_standards_and_lead_to_their_question(windows, cast):
    person = cast.take("finished")
    page = windows.open(person, f"/assessments/{person.assessment}/", scripts=False)
    page.get_by_role("link", name="The standards with your answers: B4").click()
    expect(page.locator("[id='B4.6'] .round-beside")).to_contain_text(
        "Your answer: Foundation. Your target: Practitioner."
    )
    page.get_by_role("link", name="Change B4.6 Acting outside the contract").click()
    assert page.url.endswith("/rate/B4/#statement-B4.6")


# Paper


@pytest.mark.parametrize(
    ("path", "most", "first", "last"),
    [
        ("B4/", 4, "B4 Change Control", "Contract Management Professional Standards 2.0, July 2019"),
        ("roles/contract-manager/", 6, "Contract Manager", "Open Government Licence"),
        ("lifecycle/", 2, "The lifecycle in two diagrams", "Historically, the focus when managing contracts"),
        ("B4.3/", 2, "B4.3 Value for money options", "Open Government Licence"),
    ],
)
def test_page_on_paper(windows, path, most, first, last):
    page = windows.open(path=DOCUMENT + path)
    margins = dict.fromkeys(("top", "right", "bottom", "left"), "15mm")
    sheets = [
        " ".join(sheet.extract_text().split())
        for sheet in PdfReader(BytesIO(page.pdf(format="A4", margin=margins))).pages
    ]
    assert len(sheets) <= most
    assert first in sheets[0]
    assert last in sheets[-1]
    for words in (
        "Sign in",
        "Accessibility statement",
        "Show the text without marks",
        "Assess yourself",
        "Skip to main",
    ):
        assert words not in " ".join(sheets)


# Versions


def test_versions_beside_the_published_one(chromium, portals):
    with portals.serve(workers=1, plant="cold") as portal:
        cast = Cast(portal)
        cast.python(LATER)
        windows = Windows(chromium, portal)
        person = cast.take("editor")
        for who, path, words in (
            (None, "/standards/", "version 3.0"),
            (None, DOCUMENT + "B4/", "There is a later version."),
            (person, "/standards/contract-management/4.0/", "Draft."),
            (person, "/standards/contract-management/4.0/A1/", "Draft."),
        ):
            page = windows.open(who, path)
            expect(page.get_by_role("main")).to_contain_text(words)
            assert page_faults_of(page) == {}
        page = windows.open(path="/standards/contract-management/4.0/")
        assert page.evaluate(STATUS) == 404
        cast.python(
            "from standards.models import Version\nfrom django.utils import timezone\n"
            "Version.objects.filter(number='2.0').update(state='retired', retired_at=timezone.now())"
        )
        page = windows.open(path=DOCUMENT + "B4/")
        expect(page.get_by_role("main")).to_contain_text("Retired. Version 2.0 stays here to be read")
        assert page_faults_of(page) == {}
        windows.close()
        cast.close()
        assert windows.faults == []
