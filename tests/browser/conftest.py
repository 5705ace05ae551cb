"""A real browser on a live portal. Every test here ends by asserting that nothing went wrong in its windows."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.cast import Cast
from tests.browser.windows import ARGUMENTS, CHROMIUM, KeptWindow, Windows

HERE = Path(__file__).parent
# What it asserts is said in full where it fails.
pytest.register_assert_rewrite("tests.browser.summaries")


# Stories that take long and modules with portals of their own. Begun first, no process is left alone with one at the end.
FIRST = (
    "new_version",
    "two_people",
    "journeys",
    "admin_policy",
    "editing",
    "versions",
    "standards",
    "outages",
    "rare_pages",
)


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=_place)


def _place(item):
    name = item.path.stem.removeprefix("test_")
    return FIRST.index(name) if HERE in item.path.parents and name in FIRST else len(FIRST)


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests; each test has contexts, and so cookies, of its own."""
    # Playwright's event loop lives in this thread, and Django would refuse later tests its database for it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def portal(portals):
    """One portal for all browser tests. Tests keep apart by the people they take from the cast."""
    with portals.serve() as portal:
        yield portal


@pytest.fixture(scope="session")
def cast(portal):
    cast = Cast(portal)
    yield cast
    cast.close()


@pytest.fixture(scope="session")
def kept_window(chromium):
    kept = KeptWindow(chromium)
    yield kept
    kept.close()


@pytest.fixture
def windows(chromium, portal, kept_window):
    """``windows.open(person, path)`` gives a page of the browser; ``windows.borrow`` one that goes from test to test."""
    opened = Windows(chromium, portal, kept_window)
    yield opened
    opened.close()
    assert opened.faults == []


@pytest.fixture(scope="session")
def statements(portal):
    """The primary key of each published statement, by its code."""
    rows = portal.rows(
        "SELECT s.code, s.id FROM standards_statement s"
        " JOIN standards_area a ON a.id = s.area_id JOIN standards_section c ON c.id = a.section_id"
        " JOIN standards_version v ON v.id = c.version_id WHERE v.state = 'published'"
    )
    return dict(rows)
