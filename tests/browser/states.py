"""What a state of a page is, and what brings pages into states: buttons pressed, fields filled, a second window."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

LONG_NOTE = "word " * 401
ROUND = "/assessments/{assessment}/"


@dataclass(frozen=True)
class State:
    """A page as somebody of the cast (None: nobody signed in) finds it at ``path``, after ``prepare`` has brought it there.

    ``path`` may name the person's ``assessment``, ``evidence`` and so on. ``is_refused`` marks the state that follows a form which
    was refused: it must say so.
    """

    route: str
    path: str
    who: str | None = None
    name: str = "as it opens"
    prepare: Callable[[Page], None] | None = None
    is_refused: bool = False
    status: int = 200

    def __str__(self):
        return f"{self.route}: {self.name}" + (f" ({self.who})" if self.who else "")


def press(name):
    """Press a button, with whatever stands in the form."""

    def prepare(page):
        page.get_by_role("main").get_by_role("button", name=name, exact=True).click()

    return prepare


def fill(button, **values):
    """Fill fields by their name attribute and press a button."""

    def prepare(page):
        for name, value in values.items():
            page.locator(f"main [name='{name}']").fill(value)
        press(button)(page)

    return prepare


def in_another_window(page, change, address=None):
    """Do ``change`` in a second window on the same page, or on the one at ``address``; it is closed then."""
    other = page.context.new_page()
    other.goto(address or page.url)
    with other.expect_navigation():
        change(other)
    other.close()
