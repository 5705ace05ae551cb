"""What a team needs, its goals and its cover, in every state."""

from tests.browser.states import State, in_another_window, press

NEEDS = "/team/needs/"
COVER = "/team/cover/"
SAVE = "Save what the team needs"


def want(page, **areas):
    """Choose a level and type a number for areas by code: ``B4=("2", "1")``."""
    for code, (level, people) in areas.items():
        page.locator(f"main [name^='level-'][name$='-{code}']").select_option(level)
        page.locator(f"main [name^='people-'][name$='-{code}']").fill(people)


def saved(page):
    want(page, A1=("3", "2"), B4=("2", "5"))
    press(SAVE)(page)
    page.get_by_role("alert").wait_for()


def wrong_numbers(page):
    want(page, A1=("3", ""), B4=("2", "several"), B5=("", "2"))
    press(SAVE)(page)


def changed_elsewhere(page):
    def elsewhere(other):
        want(other, B4=("3", "2"))
        press(SAVE)(other)

    in_another_window(page, elsewhere)
    want(page, B4=("1", "1"))
    press(SAVE)(page)


def goals_of_one(page):
    page.get_by_role("link", name="only their goals").first.click()
    page.get_by_role("link", name="Show all open goals").wait_for()


STATES = [
    State("team-needs", NEEDS, "new", "nobody"),
    State("team-needs", NEEDS, "rating first", "hidden"),
    State("team-needs", NEEDS, "reviewing", "one"),
    State("team-needs", NEEDS, "talking with", "a goal"),
    State("team-needs", NEEDS, "leading", "several"),
    State("team-needs", NEEDS + "?needs=all", "leading", "all needs"),
    State("team-needs", NEEDS, "leading", "goals of one", goals_of_one),
    State("cover-edit", COVER, "new", "nobody"),
    State("cover-edit", COVER, "rating first", "hidden"),
    State("cover-edit", COVER, "reviewing", "one"),
    State("cover-edit", COVER, "leading", "several"),
    State("cover-edit", COVER, "leading", "saved", saved),
    State("cover-edit", COVER, "leading", "wrong", wrong_numbers, True),
    State("cover-edit", COVER, "leading", "changed elsewhere", changed_elsewhere, True),
]
