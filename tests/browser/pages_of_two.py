"""The pages of a line manager, of a round that two people are in, and of a development plan, in every state."""

from tests.browser.states import LONG_NOTE, ROUND, State, fill, in_another_window, press

REVIEW = ROUND + "review/"
TALK = ROUND + "conversation/"
LINE = "/line-manager/{line}/"
GOAL = "/goals/{goal}/"
WRONG_DAY = {"due_on_day": "31", "due_on_month": "2", "due_on_year": "2030"}


def send(page):
    """Send the page's form as no button of it does."""
    page.evaluate("document.querySelector('main form').submit()")
    page.wait_for_selector(".govuk-error-summary")


def choose(page, name, value):
    """Choose a radio without what a pointer would need: the page may hide it under its label."""
    page.locator(f"main [name='{name}'][value='{value}']").evaluate("(radio) => { radio.checked = true; }")


def first_pk(page, prefix="drawn-"):
    """The key of the first statement of a form."""
    return page.locator(f"main [name^='{prefix}']").first.get_attribute("name").removeprefix(prefix)


# Sharing


def stale_list(page):
    """What is shared has changed since the page was drawn."""
    page.evaluate("document.querySelector('[name=seen]').value = 'something else'")
    page.get_by_role("main").get_by_role("button").click()


def returned(reason):
    def prepare(page):
        page.fill("main [name=reason]", reason)
        page.get_by_role("main").get_by_role("button").click()

    return prepare


# The review


def wrong_ratings(page):
    """A level that is not offered, "not relevant" without a reason, and a note over the limit."""
    rows = page.locator(".rating-row")
    page.evaluate("document.querySelector('.rating-row input[value=\"1\"]').value = '7'")
    rows.nth(0).locator("input[value='7']").check()
    rows.nth(1).get_by_label("Not relevant to their role", exact=True).check()
    rows.nth(2).locator(".rating-more--note > summary").click()
    rows.nth(2).locator("textarea").fill(LONG_NOTE)
    press("Save and continue")(page)


def rating_changed_elsewhere(page):
    def rate(window, value, note):
        pk = first_pk(window)
        choose(window, f"level-{pk}", value)
        window.locator(f"[name='note-{pk}']").evaluate("(area, note) => { area.value = note; }", note)
        press("Save and continue")(window)

    in_another_window(page, lambda other: rate(other, "0", "Typed in the other window"))
    rate(page, "2", "Typed in this window")


def shared_again(page):
    """The round was returned and shared again since the page was drawn."""
    page.evaluate("document.querySelector('main [name=shared]').value = '2026-01-01T00:00:00+00:00'")
    choose(page, f"level-{first_pk(page)}", "1")
    press("Save and continue")(page)


def agreed_with_the_rest(page):
    page.get_by_role("button", name="Agree with all the rest").click()
    page.get_by_role("alert").wait_for()


def change_one(page):
    page.get_by_role("button", name="Change", exact=False).first.click()
    page.wait_for_selector(".rating-row")


# The conversation


def unsettled(page):
    """Levels and the day are missing, but it is confirmed."""
    press("Confirm levels and goals")(page)


def wrong_levels(page):
    """A level that is not offered, and "not relevant" without a reason."""
    pks = [each.get_attribute("name").removeprefix("drawn-") for each in page.locator("main [name^='drawn-']").all()]
    radio = page.locator(f"[id='agreed-{pks[0]}']")
    radio.evaluate("(radio) => { radio.value = '7'; radio.checked = true; }")
    choose(page, f"agreed-{pks[1]}", "not-relevant")
    page.locator(f"[name='reason-{pks[1]}']").evaluate("(field) => { field.value = ''; }")
    press("Save and go back")(page)


def wrong_record(page):
    """A day that is none, another with a year of two figures, and more points than there is room for."""
    for part, value in (("day", "31"), ("month", "2"), ("year", "2026")):
        page.fill(f"[name=held_on_{part}]", value)
    page.fill("[name=points]", LONG_NOTE * 3)
    for part, value in (("day", "1"), ("month", "2"), ("year", "20")):
        page.fill(f"[name=look_again_on_{part}]", value)
    press("Save and go back")(page)


def record_changed_elsewhere(page):
    in_another_window(page, fill("Save and go back", points="Typed in the other window"))
    fill("Save and go back", points="Typed in this window")(page)


def agreed_elsewhere(page):
    def agree(window, level):
        choose(window, f"agreed-{first_pk(window)}", level)
        press("Save and go back")(window)

    in_another_window(page, lambda other: agree(other, "1"))
    agree(page, "0")


def wrongly_agreed(page):
    pk = first_pk(page)
    choose(page, f"agreed-{pk}", "not-relevant")
    page.locator(f"[name='reason-{pk}']").evaluate("(field) => { field.value = 'x'.repeat(600); }")
    press("Save and go back")(page)


def wrong_agreed_targets(page):
    page.evaluate("document.querySelectorAll('[name=target-A1]').forEach((radio) => { radio.checked = false; })")
    page.check("[name='target-B4'][value='3']")
    page.check("[name='target-B5'][value='not-in-role']")
    page.fill("[name='reason-B5']", LONG_NOTE)
    press("Save and go back")(page)


def agreed_targets_changed_elsewhere(page):
    def agree(window, value, reason):
        window.check(f"[name='target-A1'][value='{value}']")
        window.fill("[name='reason-A1']", reason)
        press("Save and go back")(window)

    in_another_window(page, lambda other: agree(other, "1", "Typed in the other window"))
    agree(page, "3", "Typed in this window")


def record_changed_while_read(page):
    """Between reading what is to be confirmed and confirming it, the points were changed."""
    address = page.url.removesuffix("confirm/") + "record/"
    in_another_window(page, fill("Save and go back", points="Typed in the other window"), address)
    press("Confirm levels and goals")(page)


def one_has_confirmed(page):
    press("Confirm levels and goals")(page)
    page.get_by_role("alert").wait_for()


# Goals


def idea_used(page):
    page.get_by_role("button", name="Use this").first.click()
    page.wait_for_selector("#ideas")


def wrong_goal(page):
    """Nothing said, a day that is none, and a level that its statement does not have."""
    page.fill("main [name=what]", "")
    for name, value in WRONG_DAY.items():
        page.fill(f"main [name={name}]", value)
    page.fill("main [name=measure]", LONG_NOTE)
    select = page.locator("main select[name^='aim-']").first
    select.evaluate("(select) => { select.options[1].value = '7'; select.selectedIndex = 1; }")
    press(page.locator("#save").inner_text())(page)


def goal_changed_elsewhere(page):
    in_another_window(page, fill("Save goal", what="Typed in the other window"))
    fill("Save goal", what="Typed in this window")(page)


def goal_shared_meanwhile(page):
    """Whoever reads it now did not when the page was opened."""
    page.evaluate("document.querySelector('main [name=reader]').value = ''")
    press("Save goal")(page)


def noted(page):
    fill("Save note", text="Sat in on the first of two boards. " + LONG_NOTE[:900])(page)
    page.get_by_role("alert").wait_for()


def done(page):
    fill("Mark as done", outcome="Sat in on both.")(page)
    page.get_by_role("alert").wait_for()


def outcome_forgotten(page):
    press("Mark as done")(page)
    page.get_by_role("alert").wait_for()
    press("Save what came of it")(page)


def dropped(page):
    fill("Drop this goal", outcome="The contract has ended.")(page)
    page.get_by_role("alert").wait_for()


# Reports


def known_code(page):
    code = page.get_by_text("Check code of the report:").inner_text().partition(":")[2].strip()
    page.goto("/assessments/check-code/")
    fill("Check the report", code=code.lower().replace("-", " "))(page)
    page.get_by_role("heading", name="Agreed here").wait_for()


LINES = [
    State("line-detail", "/line-manager/", "new", "nobody"),
    State("line-detail", "/line-manager/", "asking", "waiting"),
    State("line-detail", "/line-manager/", "managed", "somebody"),
    State("line-detail", "/line-manager/", "left", "somebody earlier"),
    State("line-detail", "/line-manager/", "new", "empty", press("Ask them"), True),
    State("line-detail", "/line-manager/", "managed", "no address", fill("Ask somebody else", email="tomasz@"), True),
    State("line-detail", "/line-manager/", "asking", "withdrawn", press("Withdraw the request")),
    State("line-answer", LINE, "pending", "asked"),
    State("line-answer", LINE, "pending", "accepted", press("Accept")),
    State("line-answer", LINE, "pending", "declined", press("Decline")),
    State("line-answer", LINE, "pending", "no answer", send, True),
    State("line-end", LINE + "end/", "managed"),
    State("line-end", LINE + "end/", "reviewing"),
    State("notice-list", "/notices/", "new", "empty"),
    State("notice-list", "/notices/", "leading", "several"),
    State("notice-list", "/notices/", "talking with", "all read", press("Mark all as read")),
    State("notice-choose", "/account/notices/", "new"),
    State("notice-choose", "/account/notices/", "new", "saved", press("Save changes")),
]

SHARING = [
    State("assessment-share", ROUND + "share/", "managed", "ready"),
    State("assessment-share", ROUND + "share/", "finished", "no line manager"),
    State("assessment-share", ROUND + "share/", "half", "not finished"),
    State("assessment-share", ROUND + "share/", "managed", "changed meanwhile", stale_list, True),
    State("assessment-withdraw", ROUND + "withdraw/", "shared"),
    State("assessment-withdraw", ROUND + "withdraw/", "shared", "withdrawn", press("Take it back")),
    State("assessment-return", ROUND + "return/", "reviewing"),
    State("assessment-return", ROUND + "return/", "talking with"),
    State("assessment-return", ROUND + "return/", "reviewing", "no reason", returned(""), True),
    State("assessment-return", ROUND + "return/", "reviewing", "long reason", returned(LONG_NOTE), True),
    State("assessment-hand-over", ROUND + "hand-over/", "handing over"),
    State("assessment-hand-over", ROUND + "hand-over/", "handing over", "changed meanwhile", stale_list, True),
    State("assessment-close", ROUND + "close/", "left", "shared"),
    *(
        State("assessment-detail", ROUND, who, who)
        for who in (
            *("managed", "shared", "reviewing", "rating first", "returned", "talking", "talking with", "ready"),
            *("ready with", "agreed", "agreed with", "again", "left", "handing over"),
        )
    ),
    *(
        State("assessment-list", "/assessments/", who, who)
        for who in (
            *("shared", "returned", "talking", "ready", "agreed", "again", "left", "pending", "leading"),
            *("reviewing",),
        )
    ),
    State("permission_denied", ROUND + "withdraw/", "talking", "too late to withdraw", status=403),
    State("permission_denied", ROUND + "report/", "rating first", "no report before rating", status=403),
]

REVIEWS = [
    State("review-detail", REVIEW, "reviewing", "not begun"),
    State("review-detail", REVIEW, "rating first", "rating first"),
    State("review-detail", REVIEW, "talking with", "finished"),
    State("review-agree", REVIEW, "reviewing", "agreed with the rest", agreed_with_the_rest),
    State("review-finish", REVIEW, "reviewing", "nothing rated", press("Finish the review"), True),
    State("review-edit", REVIEW + "A1/", "reviewing", "not begun"),
    State("review-edit", REVIEW + "B4/", "rating first", "rating first"),
    State("review-edit", REVIEW + "B4/", "talking with", "rated"),
    State("review-edit", REVIEW + "A2/", "talking with", "one to change", change_one),
    State("review-edit", REVIEW + "A1/", "reviewing", "three mistakes", wrong_ratings, True),
    State("review-edit", REVIEW + "A1/", "reviewing", "changed elsewhere", rating_changed_elsewhere, True),
    State("review-edit", REVIEW + "A1/", "reviewing", "shared again", shared_again, True),
    State("assessment-check", ROUND + "check/", "reviewing", "read by the line manager"),
    State("assessment-check", ROUND + "check/", "shared", "shared"),
    State("evidence-list", ROUND + "evidence/", "rating first", "read by the line manager"),
    State("assessment-area", ROUND + "standards/B4/", "reviewing", "read by the line manager"),
    State("rating-edit", ROUND + "rate/B4/", "reviewing", "read by the line manager"),
    State("rating-edit", ROUND + "rate/B4/", "shared", "shared"),
    State("target-edit", ROUND + "targets/", "returned", "returned"),
]

TALKS = [
    State("conversation-detail", TALK, "talking", "begun"),
    State("conversation-detail", TALK, "talking with", "begun"),
    State("conversation-detail", TALK, "ready", "everything there"),
    State("conversation-detail", TALK + "confirm/", "ready", "one has confirmed", one_has_confirmed),
    State("conversation-detail", TALK, "agreed", "the record"),
    State("conversation-detail", TALK, "agreed with", "the record"),
    State("conversation-agenda", TALK + "agenda/", "talking"),
    State("conversation-agenda", TALK + "agenda/", "talking with"),
    State("conversation-agenda", TALK + "agenda/", "ready", "everything there"),
    State("conversation-differences", TALK + "differences/", "talking"),
    State("conversation-differences", TALK + "differences/", "talking with", "two mistakes", wrong_levels, True),
    State("conversation-differences", TALK + "differences/", "talking", "changed elsewhere", agreed_elsewhere, True),
    State("conversation-record", TALK + "record/", "ready"),
    State("conversation-record", TALK + "record/", "talking with", "three mistakes", wrong_record, True),
    State("conversation-record", TALK + "record/", "talking", "changed elsewhere", record_changed_elsewhere, True),
    State("conversation-agree", TALK + "agree/", "talking"),
    State("conversation-agree", TALK + "agree/", "talking with", "long reason", wrongly_agreed, True),
    State("conversation-agree", TALK + "agree/", "talking", "changed elsewhere", agreed_elsewhere, True),
    State("agreed-target-edit", TALK + "targets/", "talking"),
    State("agreed-target-edit", TALK + "targets/", "talking with", "three mistakes", wrong_agreed_targets, True),
    State(
        "agreed-target-edit", TALK + "targets/", "talking", "changed elsewhere", agreed_targets_changed_elsewhere, True
    ),
    State("conversation-confirm", TALK + "confirm/", "ready"),
    State("conversation-confirm", TALK + "confirm/", "ready with"),
    State("conversation-confirm", TALK + "confirm/", "talking", "something missing"),
    State("conversation-confirm", TALK + "confirm/", "talking", "not settled", unsettled, True),
    State(
        "conversation-confirm",
        TALK + "confirm/",
        "ready",
        "long disagreement",
        fill("Confirm levels and goals", disagreement=LONG_NOTE),
        True,
    ),
    State("conversation-confirm", TALK + "confirm/", "ready", "changed meanwhile", record_changed_while_read, True),
]

GOALS = [
    State("goal-list", "/goals/", "new", "empty"),
    State("goal-list", "/goals/", "finished", "gaps and no goal"),
    State("goal-list", "/goals/", "talking", "open and overdue"),
    State("goal-list", "/goals/", "again", "done"),
    State("goal-create", "/goals/new/", "new", "freely"),
    State("goal-create", "/goals/new/?statement=B4.6", "finished", "from a gap"),
    State("goal-create", "/goals/new/?statement=B4.6", "finished", "an idea used", idea_used),
    State("goal-create", "/goals/new/?assessment={assessment}&statement=A2.3", "talking with", "in a conversation"),
    State("goal-create", "/goals/new/", "new", "empty", press("Add goal"), True),
    State("goal-create", "/goals/new/", "new", "ideas for nothing", press("Show ideas"), True),
    State("goal-create", "/goals/new/?statement=B4.6", "finished", "four mistakes", wrong_goal, True),
    State("goal-detail", GOAL, "talking", "open"),
    State("goal-detail", GOAL, "talking with", "read by the line manager"),
    State("goal-detail", GOAL, "agreed with", "agreed"),
    State("goal-edit", GOAL + "edit/", "talking"),
    State("goal-edit", GOAL + "edit/", "talking with"),
    State("goal-edit", GOAL + "edit/", "talking", "four mistakes", wrong_goal, True),
    State("goal-edit", GOAL + "edit/", "talking with", "changed elsewhere", goal_changed_elsewhere, True),
    State("goal-edit", GOAL + "edit/", "talking", "shared meanwhile", goal_shared_meanwhile, True),
    State("goal-note", GOAL + "note/", "talking"),
    State("goal-note", GOAL + "note/", "talking with", "noted", noted),
    State("goal-note", GOAL + "note/", "talking", "empty", press("Save note"), True),
    State("goal-finish", GOAL + "finish/", "talking"),
    State("goal-finish", GOAL + "finish/", "talking", "done", done),
    State("goal-finish", GOAL + "finish/", "talking", "long outcome", fill("Mark as done", outcome=LONG_NOTE), True),
    State("goal-outcome", GOAL + "finish/", "talking", "empty", outcome_forgotten, True),
    State("goal-drop", GOAL + "drop/", "talking"),
    State("goal-drop", GOAL + "drop/", "talking", "dropped", dropped),
    State("goal-drop", GOAL + "drop/", "talking", "no reason", press("Drop this goal"), True),
    State("plan-detail", ROUND + "plan/", "finished", "empty"),
    State("plan-detail", ROUND + "plan/", "talking", "to be agreed"),
    State("plan-detail", ROUND + "plan/", "talking with", "to be agreed"),
    State("plan-detail", ROUND + "plan/", "agreed", "agreed"),
    State("plan-detail", ROUND + "plan/", "agreed with", "agreed"),
]

AGAIN = [
    State("assessment-next", ROUND + "next/", "agreed", "after an agreed round"),
    State("assessment-next", ROUND + "next/", "closed", "after a closed round"),
    State("assessment-next", "/assessments/{earlier}/next/", "again", "under way"),
    State("rating-edit", ROUND + "rate/B4/", "again", "answers of the round before"),
    State("target-edit", ROUND + "targets/", "again", "as agreed"),
    State("assessment-compare", ROUND + "compare/{earlier}/", "again", "nothing answered yet"),
    *(
        State("report-detail", ROUND + "report/", who, who)
        for who in ("shared", "reviewing", "talking", "talking with", "agreed", "agreed with", "again")
    ),
    State("report-verify", "/assessments/check-code/", "new"),
    State("report-verify", "/assessments/check-code/", "new", "empty", press("Check the report"), True),
    State(
        "report-verify",
        "/assessments/check-code/",
        "new",
        "unknown",
        fill("Check the report", code="K7QF-2M9X-0TBC-H4RD"),
        True,
    ),
    State("report-verify", ROUND, "agreed", "known", known_code),
]

STATES = LINES + SHARING + REVIEWS + TALKS + GOALS + AGAIN

# Routes that draw no page of the portal's own.
NO_PAGE = {
    "line-withdraw": "takes a POST and leads on",
    "notice-open": "takes a POST and leads on",
    "goal-reopen": "takes a POST and leads on",
    "goal-calendar": "a download",
    "assessment-carry-over": "needs a later version: test_versions.py looks at it in a portal of its own",
    "assessment-carried": "the same",
}
