"""What was typed survives on the pages that two people write on: a sign-in that ended, a second window, the other person."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import end_sign_in, sign_in
from tests.browser.test_nothing_lost import HELD_HEADING, TYPED


def type_review(page, text):
    row = page.locator("[id='statement-A1.1']")
    row.get_by_role("radio", name="Not yet at Foundation").check()
    note = row.get_by_label("Your note on A1.1")
    if not note.is_visible():
        row.locator(".rating-more--note > summary").click()
    note.fill(text)


def type_points(page, text):
    page.get_by_label("What did you talk about?").fill(text)


def type_goal(page, text):
    page.locator("main [name=what]").fill(text)


@dataclass(frozen=True)
class Typing:
    """A form that is typed into: who does, on which page, how, with what it is saved, and where the field is read afterwards."""

    who: str
    path: str
    type_into: Callable[[Page, str], None]
    button: str
    read_at: str
    field: str
    keep: str

    def save(self, page):
        page.get_by_role("main").get_by_role("button", name=self.button, exact=True).last.click()

    def saved(self, windows, person):
        """What stands in the field when its page is opened anew."""
        page = windows.open(person, self.read_at.format(**vars(person)))
        return page.locator(self.field).first.input_value()


ROUND = "/assessments/{assessment}/"
REVIEW = Typing(
    "reviewing",
    ROUND + "review/A1/",
    type_review,
    "Save and continue",
    ROUND + "review/A1/?change=A1.1",
    "[id='statement-A1.1'] textarea",
    "Keep the rating saved there",
)
TALK = Typing(
    "talking with",
    ROUND + "conversation/record/",
    type_points,
    "Save and go back",
    ROUND + "conversation/record/",
    "main [name=points]",
    "Keep what was saved",
)
GOAL = Typing(
    "talking",
    "/goals/{goal}/edit/",
    type_goal,
    "Save goal",
    "/goals/{goal}/edit/",
    "main [name=what]",
    "Keep the goal saved there",
)
TYPINGS = pytest.mark.parametrize("typing", [REVIEW, TALK, GOAL], ids=["review", "conversation", "goal"])


@TYPINGS
def test_a_form_sent_after_the_sign_in_ended_is_saved_after_signing_in_again(windows, cast, typing):
    person = cast.take(typing.who)
    page = windows.open(person, typing.path.format(**vars(person)))
    end_sign_in(page)
    typing.type_into(page, TYPED)
    typing.save(page)
    expect(page.get_by_text("You were signed out before you saved")).to_be_visible()
    sign_in(page, person.email)
    expect(page.get_by_role("heading", level=1)).to_have_text(HELD_HEADING)
    expect(page.get_by_text(TYPED)).to_be_visible()
    page.get_by_role("button", name="Save it now").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text(HELD_HEADING)
    # The session of before has ended, so that the page is read in the one of now.
    page.goto(typing.read_at.format(**vars(person)))
    assert page.locator(typing.field).first.input_value() == TYPED


@TYPINGS
@pytest.mark.parametrize("kept", ["there", "here"])
def test_two_windows_are_shown_both_texts_and_either_can_be_kept(windows, cast, typing, kept):
    person = cast.take(typing.who)
    first = windows.open(person, typing.path.format(**vars(person)), scripts=kept == "here")
    second = windows.open(path=first.url, beside=first)
    typing.type_into(first, "Typed in the first window")
    typing.save(first)
    expect(first.get_by_text("There is a problem")).to_have_count(0)

    typing.type_into(second, "Typed in the second window")
    typing.save(second)
    expect(second.get_by_text("There is a problem")).to_be_visible()
    expect(second.get_by_text("Typed in the first window").first).to_be_visible()
    expect(second.locator(typing.field).first).to_have_value("Typed in the second window")
    expect(second.locator(typing.field).first).to_be_visible()
    if kept == "there":
        second.get_by_role("checkbox", name=typing.keep).check()
    typing.save(second)
    expect(second.get_by_text("There is a problem")).to_have_count(0)
    expected = {"there": "Typed in the first window", "here": "Typed in the second window"}[kept]
    assert typing.saved(windows, person) == expected


def test_what_is_chosen_on_the_way_to_other_statements_is_saved(windows, cast):
    """Both buttons of the page on which levels are agreed save, whatever they lead to."""
    person = cast.take("talking")
    address = f"/assessments/{person.assessment}/conversation/differences/"
    for level, name in (("0", "Save, and see them or change one"), ("1", "Save and go back")):
        page = windows.open(person, address)
        row = page.locator(".conversation-row").first
        row.locator(f"input[type='radio'][value='{level}']").check()
        page.get_by_role("main").get_by_role("button", name=name, exact=True).last.click()
        expect(page.get_by_role("heading", level=1)).not_to_contain_text("Where you differ")
        page = windows.open(person, address)
        assert page.locator(".conversation-row").first.locator(f"input[type='radio'][value='{level}']").is_checked()


def test_the_other_person_came_first(windows, cast):
    """The owner's page holds what they typed and what their line manager saved meanwhile, and by whom it is."""
    person = cast.take("talking")
    mine = windows.open(person, TALK.path.format(**vars(person)))
    theirs = windows.open(replace(person, session=person.other), TALK.path.format(**vars(person)))
    type_points(theirs, "Typed by the line manager")
    TALK.save(theirs)
    expect(theirs.get_by_role("alert")).to_contain_text("What you recorded is saved")
    type_points(mine, "Typed by the owner")
    TALK.save(mine)
    expect(mine.get_by_text("Typed by the line manager")).to_be_visible()
    expect(mine.get_by_text("Saved meanwhile by Tomasz Quillfeather-Ŵyn")).to_be_visible()
    expect(mine.get_by_label("What did you talk about?")).to_have_value("Typed by the owner")
