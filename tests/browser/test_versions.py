"""A later version of the standards in a browser: every page about it looked at, and somebody's way from the offer to the report."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.cast import Person
from tests.browser.states import ROUND, State
from tests.browser.test_pages import faults_of
from tests.browser.versions import MAKE

RATE = ROUND + "rate/"


def words_open(page):
    for summary in page.locator(".carried-words > summary").all():
        summary.click()


STATES = [
    State("assessment-list", "/assessments/", "midway", "a later version"),
    State("assessment-detail", ROUND, "midway", "a later version"),
    State("assessment-detail", ROUND, "retired", "brought by the portal"),
    State("assessment-carry-over", ROUND + "carry-over/", "midway"),
    State("assessment-carry-over", ROUND + "carry-over/", "empty", "nothing answered"),
    State("assessment-carried", ROUND + "carried/", "brought"),
    State("rating-edit", RATE + "B1/", "brought", "split and changed"),
    State("rating-edit", RATE + "B4/", "brought", "words compared", words_open),
    State("rating-edit", RATE + "B4/", "following", "after a round of the version before"),
    State("assessment-check", ROUND + "check/", "brought", "given under the version before"),
    State("report-detail", ROUND + "report/", "brought", "answers not asked any more"),
]


@pytest.fixture(scope="module")
def portal(portals):
    """A portal of its own: a second version would be offered to everybody else's people."""
    with portals.serve(plant="cold") as portal:
        yield portal


@pytest.fixture(scope="module")
def people(portal):
    made = json.loads(portal.python(MAKE).splitlines()[-1])
    return {kind: Person(**each) for kind, each in made.items()}


@pytest.mark.parametrize("state", STATES, ids=str)
def test_page_of_another_version(windows, people, state):
    person = people[state.who]
    page = windows.borrow(person, state.path.format(**vars(person)))
    if state.prepare:
        state.prepare(page)
    assert faults_of(page) == {}


def test_from_the_offer_to_the_report(windows, people):
    person = people["journey"]
    page = windows.open(person, "/assessments/")
    page.get_by_role("link", name="See what would come along").click()
    expect(page.get_by_text("53 of your 66 answers")).to_be_visible()
    page.get_by_role("button", name="Bring it to version 3.0").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What came along to version 3.0")

    page.get_by_role("link", name="B4.4 Deciding on change").click()
    row = page.locator("[id='statement-B4.4']")
    expect(row.get_by_text("Under version 2.0 you said: Foundation")).to_be_visible()
    expect(row.locator("ins").first).to_be_hidden()
    row.get_by_text("Compare the words").click()
    expect(row.locator("ins").first).to_be_visible()

    # An answer that came along stands until another one is chosen.
    kept = page.locator("[id='statement-B4.1']")
    expect(kept.get_by_text("Given under version 2.0")).to_be_visible()
    with page.expect_response("**/save/"):
        kept.get_by_role("radio", name=re.compile("^Expert")).check()
    expect(kept.get_by_text("Given under version 2.0")).to_be_hidden()
    with page.expect_response("**/save/"):
        row.get_by_role("radio", name=re.compile("^Practitioner")).check()
    page.get_by_role("button", name="What is proposed for this area is right").click()
    expect(page.get_by_role("alert")).to_contain_text("One answer kept.")
    expect(page.locator("#rating-count")).to_have_text("7")
    expect(kept.get_by_text("Given under version 2.0")).to_have_count(0)

    page.goto(f"/assessments/{person.assessment}/report/")
    expect(page.get_by_text("52 of 55 answers were given under version 2.0 of the standards")).to_be_visible()


def test_a_proposal_is_taken_without_scripts(windows, people):
    person = people["retired"]
    page = windows.open(person, f"/assessments/{person.assessment}/rate/B6/", scripts=False, width=390)
    row = page.locator("[id='statement-B6.10']")
    row.get_by_role("button", name="That is right").click()
    expect(row.get_by_role("button", name="That is right")).to_be_hidden()
    expect(row.get_by_role("radio", name=re.compile("^Practitioner"))).to_be_checked()
    expect(page.locator("[id='statement-B6.1']").get_by_role("button", name="That is right")).to_be_visible()
