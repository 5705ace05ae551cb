"""Who has seen a round, and opening one as an administrator, in every state; and what brings the pages into it."""

from tests.browser.states import LONG_NOTE, ROUND, State, fill, press

OPENINGS = "/admin/break-glass/"
REASON = "Asked for by its owner, who cannot sign in any more: case 4711."


def opens_the_first(page):
    page.get_by_role("main").locator(".portal-row a").first.click()


def says_whose(page, reason=REASON):
    """Whose round was opened before, which its owner's name tells."""
    number = page.locator(".portal-row__name").first.inner_text().split()[-1]
    page.goto(f"{OPENINGS}new/")
    fill("See which assessments there are", email=f"lucja.{number}@example.com", reason=reason)(page)


def chooses_none(page):
    says_whose(page)
    press("Open it for one hour")(page)


def chooses(page):
    says_whose(page)
    page.get_by_role("radio").first.check()
    press("Open it for one hour")(page)


STATES = [
    State("reading-list", ROUND + "seen/", "begun", "nobody"),
    State("reading-list", ROUND + "seen/", "closed", "nobody, closed"),
    State("reading-list", ROUND + "seen/", "seen", "many, and opened"),
    State("reading-list", ROUND + "seen/?page=2", "seen", "older ones"),
    State("break-glass-list", OPENINGS, "superuser", "nothing opened"),
    State("break-glass-list", OPENINGS, "opening", "something opened"),
    State("break-glass-create", OPENINGS + "new/", "superuser"),
    State(
        "break-glass-create",
        OPENINGS + "new/",
        "superuser",
        "empty",
        press("See which assessments there are"),
        is_refused=True,
    ),
    State(
        "break-glass-create",
        OPENINGS + "new/",
        "superuser",
        "two mistakes",
        fill("See which assessments there are", email="nobody@", reason=LONG_NOTE),
        is_refused=True,
    ),
    State("break-glass-create", OPENINGS, "opening", "which", says_whose),
    State("break-glass-create", OPENINGS, "opening", "none chosen", chooses_none, is_refused=True),
    State("break-glass-detail", OPENINGS, "opening", "opened just now", chooses),
    State("break-glass-detail", OPENINGS, "opening", "opened before", opens_the_first),
]
