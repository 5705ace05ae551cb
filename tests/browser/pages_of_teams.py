"""A team's levels and people, what it needs, its goals and its cover, in every state."""

from tests.browser.states import State, in_another_window, press

LEVELS = "/team/"
PEOPLE = "/team/people/"
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


def chosen_from_the_lists(page):
    page.get_by_label("Area", exact=True).select_option("B4")
    page.get_by_label("Level", exact=True).select_option("below")
    press("Show")(page)
    page.get_by_role("link", name="Show everybody and all areas").wait_for()


STATES = [
    State("team-list", LEVELS, "new", "nobody"),
    State("team-list", LEVELS, "pending", "asked"),
    State("team-list", LEVELS, "managed with", "nothing shared"),
    State("team-list", LEVELS, "reviewing", "one"),
    State("team-list", LEVELS, "rating first", "hidden"),
    State("team-list", LEVELS, "leading", "every state"),
    State("team-list", LEVELS, "leading", "one area, below target", chosen_from_the_lists),
    State("team-list", LEVELS + "?sort=B4&order=down", "leading", "sorted"),
    State("team-list", LEVELS + "?level=below&state=not-shared", "leading", "nobody is like that"),
    State("team-people", PEOPLE, "new", "nobody"),
    State("team-people", PEOPLE, "pending", "asked"),
    State("team-people", PEOPLE, "reviewing", "one"),
    State("team-people", PEOPLE, "leading", "every state"),
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
