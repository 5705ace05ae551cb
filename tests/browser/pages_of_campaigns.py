"""Campaigns in every state, and what brings their pages into it."""

from datetime import date, timedelta

from tests.browser.states import State, fill, press

OF_ONE = "/organisations/{organisation}/campaigns/"
START = "/organisations/{free}/campaigns/start/"
DUE = date.today() + timedelta(days=60)  # noqa: DTZ011 a day in two months, wherever it is
DAY = {"due_on_day": str(DUE.day), "due_on_month": str(DUE.month), "due_on_year": str(DUE.year)}


def checked(page):
    fill("Continue", **DAY)(page)
    page.get_by_role("heading", name="Check before you start").wait_for()


def changed(page):
    checked(page)
    press("Change it")(page)
    page.get_by_role("heading", name="Start a campaign").wait_for()


def started(page):
    checked(page)
    press("Start the campaign")(page)
    page.get_by_role("alert").wait_for()


def ended(page):
    press("End the campaign")(page)
    page.get_by_role("alert").wait_for()


def too_early(page):
    page.get_by_label("28 days before").check()
    soon = date.today() + timedelta(days=8)  # noqa: DTZ011 as above
    fill("Continue", due_on_day=str(soon.day), due_on_month=str(soon.month), due_on_year=str(soon.year))(page)


STATES = [
    State("campaign-list", OF_ONE, "inviting", "under way and over"),
    State("campaign-list", "/organisations/{free}/campaigns/", "inviting", "none"),
    State("campaign-start", START, "inviting"),
    State("campaign-start", START, "inviting", "empty", press("Continue"), True),
    State(
        "campaign-start", START, "inviting", "a year too far", fill("Continue", **DAY | {"due_on_year": "2199"}), True
    ),
    State("campaign-start", START, "inviting", "reminders too early", too_early, True),
    State("campaign-start", START, "inviting", "checked", checked),
    State("campaign-start", START, "inviting", "changed", changed),
    State("campaign-start", START, "inviting", "started", started),
    State("campaign-start", OF_ONE + "start/", "inviting", "another in the way"),
    State("campaign-detail", "/campaigns/{campaign}/", "inviting", "figures"),
    State("campaign-detail", "/campaigns/{begun}/", "inviting", "no figures yet"),
    State("campaign-end", "/campaigns/{campaign}/end/", "inviting"),
    State("campaign-end", "/campaigns/{campaign}/end/", "inviting", "ended", ended),
    State("assessment-list", "/assessments/", "invited", "invited"),
]
