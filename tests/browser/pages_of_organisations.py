"""An analyst's pages in every state, and what brings them into it."""

from tests.browser.states import State, press

OF_ONE = "/organisations/{organisation}/"


def choose(group, name=None):
    """Choose from the page's list the first of a group, or the one with this name, and show it."""

    def prepare(page):
        options = page.locator(f"#people optgroup[label='{group}'] option")
        page.select_option("#people", (options.filter(has_text=name) if name else options).first.get_attribute("value"))
        press("Show")(page)
        page.get_by_role("link", name="Show everybody").wait_for()

    return prepare


def open_words(page):
    page.get_by_text("What these statements ask").click()


def follow(name):
    def prepare(page):
        page.get_by_role("main").get_by_role("link", name=name, exact=True).click()
        page.get_by_role("heading", name=f"Levels in {name}").wait_for()

    return prepare


STATES = [
    State("organisation-list", "/organisations/", "new", "none"),
    State("organisation-list", "/organisations/", "analysing", "two, one with many parts"),
    State("organisation-detail", OF_ONE, "analysing", "everybody, many parts, long names"),
    State("organisation-detail", OF_ONE, "analysing", "words open", open_words),
    State("organisation-detail", OF_ONE, "analysing", "one role profile", choose("People with the role profile")),
    State(
        "organisation-detail",
        OF_ONE,
        "analysing",
        "one level needed",
        choose("People who need, in each area", "Practitioner"),
    ),
    State("organisation-detail", OF_ONE + "?role=x&need=9&version=7", "analysing", "an address that asks in vain"),
    State("organisation-detail", "/organisations/{free}/", "analysing", "no figures yet"),
    State("organisation-detail", OF_ONE, "analysing", "too small", follow("A small part")),
    State("organisation-detail", OF_ONE, "analysing", "not in the figures yet", follow("Added since")),
]
