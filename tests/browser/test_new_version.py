"""A new version of the standards, from its beginning to everybody's answers under it, on the portal's own pages."""

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.cast import Cast, Person
from tests.browser.new_version import fates, lost
from tests.browser.steps import download_report
from tests.browser.test_admin import problems
from tests.browser.test_pages import TOO_WIDE
from tests.standards.made_up import EDITS

HERE = "from tests.browser import new_version as story; story."
WORDS = {each.get("code", each.get("was")): each.get("words", {}) for each in EDITS["statements"]}
NOTICE = 30


@pytest.fixture(scope="module")
def portal(portals):
    """A portal of its own: a second version would be offered to everybody else's people."""
    with portals.serve() as portal:
        yield portal


@pytest.fixture(scope="module")
def cast(portal):
    cast = Cast(portal)
    yield cast
    cast.close()


@pytest.fixture(scope="module")
def people(cast):
    made = json.loads(cast.python(f"{HERE}make()").splitlines()[-1])
    return {kind: Person(**each) for kind, each in made.items()}


def answers(cast):
    return json.loads(cast.python(f"{HERE}print_answers()").splitlines()[-1])


def worker(cast):
    """The worker does what waits, as it does at any time."""
    cast.python("from django.core.management import call_command\ncall_command('run_worker', batch=True, verbosity=0)")


def test_from_the_next_version_to_everybodys_answers(windows, people, cast):
    def owner_of(kind, scripts=True):
        window = windows.open(people[kind], "/notices/", scripts=scripts, width=390, height=844)
        return Owner(window, people[kind].assessment, scripts)

    before = answers(cast)
    editor = Editor(windows.open(people["editor"], "/admin/standards/version/"), people["reviewer"].name)
    editor.starts_the_next_version()
    editor.edits_one_of_every_kind()
    cast.python(f"{HERE}make_the_rest('edits')")
    editor.reads_it_as_readers_will()
    editor.decides_what_became_of_statements()
    cast.python(f"{HERE}make_the_rest('links')")
    editor.asks_for_review()

    reviewer = Reviewer(windows.open(people["reviewer"], "/notices/"))
    reviewer.wants_changes("A1.7 says “carbon” and not whose.")
    editor.mends_what_the_reviewer_named()
    editor.asks_for_review()
    reviewer.signs()
    drafts = {key: each for key, each in before.items() if each["state"] == "draft"}
    shared = sum(each["state"] == "shared" for each in before.values())
    editor.publishes([sum(each) for each in zip(*map(fates, drafts.values()), strict=True)], len(drafts), shared)
    worker(cast)

    for kind, scripts in (("rated", True), ("typed", False)):
        owner = owner_of(kind, scripts=scripts)
        owner.brings_it_over(before[owner.assessment])
        owner.answers_what_is_asked()
        owner.reports_and_shares()
    reads_what_was_shared(windows.open(people["line manager"], "/assessments/"), people["rated"])

    editor.plans_the_end_of_the_old_version()
    worker(cast)
    told = owner_of("half")
    told.is_told_that_it_retires()
    cast.python(f"{HERE}a_month_later({NOTICE + 2})")
    told.finds_it_brought_over()
    editor.sees_that_all_drafts_are_brought_over(len(drafts) - 2)

    after = answers(cast)
    brought = {people[kind].assessment for kind in ("rated", "typed")}
    for key, each in before.items():
        if key in drafts:
            assert lost(each, after[key]) == []
            assert (after[key]["version"], after[key]["state"]) == ("3.0", "shared" if key in brought else "draft")
        else:
            assert after[key] == each
    assert after.keys() == before.keys()
    assert {before[people[kind].assessment]["state"] for kind in ("shared", "agreed")} == {"shared", "agreed"}


SAID = {code: [None, [2, False, "", f"Note on {code}"]] for code in ("A2.1", "B4.4", "B6.1", "A2.7")}
BEFORE = {"stands": SAID, "examples": [["A2.1", "Minutes"], ["B6.1", "Minutes"], ["A2.7", "Minutes"]]}
AFTER = {
    "stands": {"A2.1": ["2.0", SAID["A2.1"][1]], "B4.4": ["2.0", [None, False, "", "Note on B4.4"]]},
    "kept": [
        ["B4.4", "B4.4", "asked-again", SAID["B4.4"][1], []],
        ["B6.1", "B6.1", "proposed", SAID["B6.1"][1], ["Minutes"]],
        ["B6.1", "B6.10", "proposed", SAID["B6.1"][1], ["Minutes"]],
        ["A2.7", None, "archived", SAID["A2.7"][1], ["Minutes"]],
    ],
    "examples": [["A2.1", "Minutes"], ["B6.1", "Minutes"], ["B6.10", "Minutes"]],
    "counts": [1, 1, 1, 1],
}


def test_whatever_is_lost_of_planted_answers_is_found():
    assert lost(BEFORE, AFTER) == []
    planted = [{"counts": [0, 1, 1, 1]}]
    planted += [{"stands": {code: AFTER["stands"][code]}} for code in AFTER["stands"]]
    for part in ("kept", "examples"):
        planted += [{part: [other for other in AFTER[part] if other is not each]} for each in AFTER[part]]
    other = ["2.0", [1, False, "", "Note on A2.1"]]
    planted.append({"stands": AFTER["stands"] | {"A2.1": other}})
    assert [len(lost(BEFORE, AFTER | fault)) for fault in planted] == [1] * 11


# Looking


def looks_right(page):
    """Nothing for axe to find on a page of people's, and nothing that scrolls sideways."""
    assert violations(page) == [], page.url
    assert page.evaluate(TOO_WIDE) == [], page.url


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


# Those who make the version


@dataclass
class Editor:
    """Who edits the standards, in their window, and the name of who is to sign the version off."""

    page: object
    reviewer: str

    def looks_right(self):
        assert problems(self.page) == [], self.page.url

    def opens_page_of_version(self, link, number="3.0"):
        self.page.goto("/admin/standards/version/")
        self.page.get_by_role("link", name=number, exact=True).click()
        self.page.get_by_role("navigation", name="Pages of this version").get_by_role("link", name=link).click()

    def opens_row(self, rows, code):
        """From the list that saving leads back to, or from the version's page."""
        if f"/{rows[:-1].lower()}/?version=" not in self.page.url:
            self.page.goto("/admin/standards/version/")
            self.page.get_by_role("link", name="3.0", exact=True).click()
            self.page.get_by_label("What this version holds").get_by_role("link", name=rows, exact=True).click()
        self.page.get_by_role("link", name=code, exact=True).click()

    def saves(self, button="Save"):
        self.page.get_by_role("button", name=button, exact=True).click()
        expect(self.page.locator(".messagelist .success")).to_be_visible()

    def starts_the_next_version(self):
        self.looks_right()
        self.opens_page_of_version("Start the next version", "2.0")
        self.looks_right()
        self.page.get_by_label("Number of the next version").fill("3.0")
        self.page.get_by_label("Issued").fill("Made up")
        self.page.get_by_role("button", name="Start the next version").click()
        expect(self.page.get_by_text("Version 3.0 is begun as a copy of version 2.0.")).to_be_visible()
        self.looks_right()

    def edits_one_of_every_kind(self):
        for code in ("A1.1", "B1.8", "B6.1", "B4.2"):
            self.writes(code)
        for area, code in (("A1", "A1.7"), ("B6", "B6.10")):
            self.adds(area, code)
        for code in ("A2.7", "B4.7"):
            self.removes(code)

    def writes(self, code, words=None):
        self.opens_row("Statements", code)
        for rank, text in (words or WORDS[code]).items():
            self.page.locator(f"[name=descriptors-{int(rank) - 1}-text]").fill(text)
        self.saves()

    def adds(self, area, code):
        """A statement to an area, and then its words."""
        topic = next(each["topic"] for each in EDITS["statements"] if each.get("code") == code)
        self.opens_row("Areas", area)
        self.looks_right()
        last = self.page.locator("[name=statements-TOTAL_FORMS]").input_value()
        self.page.locator(f"[name=statements-{int(last) - 1}-code]").fill(code)
        self.page.locator(f"[name=statements-{int(last) - 1}-topic]").fill(topic)
        self.saves()
        self.writes(code)

    def removes(self, code):
        self.opens_row("Statements", code)
        self.page.get_by_role("link", name="Delete", exact=True).click()
        self.looks_right()
        self.saves("Yes, I’m sure")

    def comments(self, code, text):
        self.opens_row("Statements", code)
        self.page.get_by_label("Your comment:").fill(text)
        self.page.get_by_role("button", name="Add comment").click()
        expect(self.page.get_by_text("Comments of editors (1 open)")).to_be_visible()
        self.looks_right()

    def reads_it_as_readers_will(self):
        self.comments("B6.1", "Is this still one thing to be able to do?")
        self.page.get_by_role("link", name="See as readers will").click()
        expect(self.page.get_by_text(WORDS["B6.1"]["2"]).first).to_be_visible()
        looks_right(self.page)

    def decides_what_became_of_statements(self):
        self.opens_page_of_version("What became of each statement")
        self.looks_right()
        self.decides("A1.1", "Edited, same meaning")
        self.decides("B1.8", "Changed meaning")
        self.decides("B6.1", "Split", "B6.1", "B6.1, B6.10")
        self.decides("B4.2", "Merged", "B4.2, B4.7", "B4.2")
        self.decides("A1.7", "New")
        self.decides("A2.7", "Removed")
        self.page.get_by_role("button", name="Save what I chose").last.click()
        expect(self.page.get_by_text("6 decisions are saved.")).to_be_visible()
        self.looks_right()

    def decides(self, code, kind, olds=None, news=None):
        ending = ", only in the version before$" if kind == "Removed" else ""
        card = self.page.get_by_role("region", name=re.compile(rf"^{re.escape(code)} .*{ending}"))
        card.get_by_role("radio", name=kind).check()
        for label, codes in (("Comes from, in 2.0", olds), ("Became, in 3.0", news)):
            if codes is not None:
                card.get_by_label(label).fill(codes)

    def asks_for_review(self):
        self.opens_page_of_version("Review")
        self.looks_right()
        expect(self.page.get_by_text("The check found nothing to mend.")).to_be_visible()
        self.page.get_by_label(self.reviewer).check()
        self.page.get_by_role("button", name="Ask for review").click()
        expect(self.page.get_by_text("The reviewers are told.")).to_be_visible()

    def mends_what_the_reviewer_named(self):
        self.opens_page_of_version("Review")
        expect(self.page.get_by_text("A1.7 says “carbon” and not whose.")).to_be_visible()
        self.looks_right()
        self.page.get_by_role("button", name="Back to draft").click()
        expect(self.page.get_by_text("The version is a draft again and can be edited.")).to_be_visible()
        self.writes("A1.7", {"1": "Knows what carbon is and where the supplier makes it (made up)."})
        self.opens_page_of_version("What became of each statement")
        expect(self.page.get_by_text("The words of this one were edited after it was decided")).to_be_visible()

    def publishes(self, expected, drafts, shared):
        self.opens_page_of_version("Check and publish")
        self.looks_right()
        expect(self.page.get_by_text("The check found nothing to mend.")).to_be_visible()
        expect(self.page.get_by_text("Everybody who was asked has signed the words as they stand.")).to_be_visible()
        expect(self.page.get_by_text(f"{drafts + shared} assessments are under way")).to_be_visible()
        expect(self.page.get_by_text(f"{drafts} drafts and {shared} shared")).to_be_visible()
        carried, again, proposed, archived = expected
        cells = self.page.get_by_role("table", name="Answers in drafts").get_by_role("cell")
        expect(cells).to_have_text([str(each) for each in (carried, proposed, again, archived)])
        self.page.get_by_role("button", name="Publish version 3.0").click()
        expect(self.page.get_by_text("Version 3.0 is published.")).to_be_visible()
        self.looks_right()

    def plans_the_end_of_the_old_version(self):
        self.opens_page_of_version("Retire it", "2.0")
        self.looks_right()
        today = date.today()  # noqa: DTZ011 as the machine of the browser has it
        self.page.get_by_label("Last day for new assessments").fill((today + timedelta(days=2)).isoformat())
        self.page.get_by_label("Day on which it retires").fill((today + timedelta(days=NOTICE + 1)).isoformat())
        self.page.get_by_role("button", name="Save the days").click()
        expect(self.page.get_by_text("The days are saved.")).to_be_visible()
        self.looks_right()

    def sees_that_all_drafts_are_brought_over(self, count):
        self.page.goto("/admin/")
        self.page.get_by_role("link", name="Carry over runs").first.click()
        self.looks_right()
        expect(self.page.get_by_role("row", name=re.compile(f"2.0 to 3.0 Ended {count} {count} 0"))).to_be_visible()
        self.page.locator("#result_list tbody th a").click()
        expect(self.page.get_by_text("All drafts were brought to the other version")).to_be_visible()
        expect(self.page.get_by_text("+00:00")).to_have_count(0)
        self.looks_right()


@dataclass
class Reviewer:
    """Somebody else, who may look at the standards in the admin and no more."""

    page: object

    def opens_what_they_are_asked(self):
        self.page.goto("/notices/")
        self.page.get_by_role("button", name=re.compile("^Read it and answer")).first.click()
        heading(self.page, "Sign off version 3.0")
        assert problems(self.page) == []

    def wants_changes(self, remark):
        self.opens_what_they_are_asked()
        self.page.get_by_role("link", name="See what changed since version 2.0").click()
        heading(self.page, "What changed in 3.0")
        looks_right(self.page)
        self.page.go_back()
        self.page.get_by_label("Changes are wanted before it is published").check()
        self.page.get_by_label("Remark").fill(remark)
        self.records()

    def signs(self):
        self.opens_what_they_are_asked()
        self.page.get_by_label("I sign off the words as they stand").check()
        self.records()

    def records(self):
        self.page.get_by_role("button", name="Record my answer").click()
        expect(self.page.get_by_text("Your answer is recorded.")).to_be_visible()


# Those whose answers they are

CHANGED, NEW = ("B1.8", "B1.15", "B4.4", "B6.9"), ("A1.7", "B7.1", "B7.2")
ANSWERED = (*CHANGED, *NEW)


@dataclass
class Owner:
    """Who has a draft under version 2.0, in their window. Where it has no scripts, axe cannot look."""

    page: object
    assessment: str
    has_scripts: bool = True

    def looks_right(self):
        if self.has_scripts:
            looks_right(self.page)

    def opens(self, part=""):
        self.page.goto(f"/assessments/{self.assessment}/{part}")

    def opens_area(self, code):
        self.opens()
        self.page.get_by_role("main").get_by_role("link", name=re.compile(f"^{code} ")).click()
        self.page.wait_for_load_state()

    def row(self, code):
        return self.page.locator(f"[id='statement-{code}']")

    def is_told_that_it_retires(self):
        expect(self.page.get_by_text("that your assessment is under retires on").first).to_be_visible()
        self.looks_right()

    def brings_it_over(self, before):
        """From the notice to the page that says what came along."""
        carried, again, proposed, archived = fates(before)
        self.looks_right()
        self.page.get_by_role("button", name=re.compile("^See what would come along")).click()
        heading(self.page, "to version 3.0")
        expect(self.page.get_by_text(f"{carried} of your 66 answers")).to_be_visible()
        self.looks_right()
        self.page.get_by_role("link", name="What changed in version 3.0").click()
        heading(self.page, "What changed in 3.0")
        self.looks_right()
        self.page.go_back()
        self.page.get_by_role("button", name="Bring it to version 3.0").click()
        heading(self.page, "What came along to version 3.0")
        facts = [f"{carried} answers", str(proposed), str(again), str(archived)]
        expect(self.page.locator(".portal-facts dd")).to_have_text(facts)
        expect(self.page.locator(".carried-row").filter(has_text="B3.7")).to_contain_text("Proposed: Foundation")
        for code in ("A2.7", "B2.7"):
            expect(self.page.locator(".carried-row").filter(has_text=f"Version 2.0, {code}: ")).to_be_visible()
        self.looks_right()

    def answers_what_is_asked(self):
        """A changed statement is found from there, with the old answer and both words beside it; then all areas that wait."""
        self.page.get_by_role("link", name=re.compile(r"^B4\.4 ")).click()
        row = self.row("B4.4")
        expect(row.get_by_text("Under version 2.0 you said: Foundation")).to_be_visible()
        row.get_by_text("Compare the words").click()
        expect(row.locator("del").first).to_be_visible()
        expect(row.locator("textarea")).to_have_value("I ask the site teams <b>first</b>.")
        expect(self.row("B4.2").get_by_text("Proposed: Foundation")).to_be_visible()
        expect(self.row("B4.1").get_by_text("Given under version 2.0")).to_be_visible()
        self.looks_right()
        for area in ("A1", "B1", "B3", "B4", "B6", "B7"):
            self.answers_area(area)

    def answers_area(self, area):
        self.opens_area(area)
        for code in (each for each in ANSWERED if each.startswith(area)):
            self.row(code).get_by_role("radio", name=re.compile("(^|and )Practitioner")).check()
        confirm = self.page.get_by_role("button", name="What is proposed for this area is right")
        if confirm.count():
            confirm.click()
            expect(self.page.get_by_role("alert")).to_contain_text("kept")
        else:
            self.page.get_by_role("button", name="Save and continue").click()

    def reports_and_shares(self):
        self.opens("check/")
        self.looks_right()
        self.page.get_by_role("button", name="See your gap report").click()
        said = "53 of 67 answers were given under version 2.0 of the standards"
        expect(self.page.get_by_text(said)).to_be_visible()
        self.looks_right()
        text = download_report(self.page)
        assert said in text
        assert "They were given under an earlier version of the standards and do not count." in text
        self.opens()
        self.looks_right()
        self.page.get_by_role("main").get_by_role("link", name=re.compile("^Share it with")).first.click()
        expect(self.page.get_by_role("button", name="Share with Tomasz Quillfeather-Ŵyn")).to_be_visible()
        self.looks_right()
        self.page.get_by_role("button", name="Share with Tomasz Quillfeather-Ŵyn").click()
        expect(self.page.get_by_role("alert")).to_contain_text("is shared with Tomasz Quillfeather-Ŵyn")

    def finds_it_brought_over(self):
        self.page.goto("/notices/")
        self.page.get_by_role("button", name=re.compile("^See what came along")).click()
        heading(self.page, "What came along to version 3.0")
        self.looks_right()
        self.opens_area("A1")
        expect(self.row("A1.2").get_by_text("Given under version 2.0")).to_be_visible()
        self.looks_right()


def reads_what_was_shared(page, owner):
    """The line manager finds which answers are from the version before."""
    page.get_by_role("link", name=re.compile(f"^Review it ?: {re.escape(owner.name)}")).click()
    page.get_by_role("main").get_by_role("link", name=re.compile("^B4 ")).click()
    row = page.locator("[id='statement-B4.1']")
    expect(row.get_by_text("(given under version 2.0)")).to_be_visible()
    expect(page.locator("[id='statement-B4.4']").get_by_text("given under version 2.0")).to_have_count(0)
    looks_right(page)
