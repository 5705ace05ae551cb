"""Every kind of page of the admin that links lead to, with its pickers and fields that search opened: the policy refuses nothing.

The windows notice refusals, errors of scripts, and requests that leave the machine (``tests.browser.windows``).
"""

from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve, reverse

from tests.browser.test_pages import route_names
from tests.conftest import HEAVY

LINKS = "Array.from(document.querySelectorAll('a[href]'), (link) => link.href)"
# What opens something when it is pressed: calendars and clocks beside dates, fields that search, rows to add, parts folded away.
OPENERS = (
    ".datetimeshortcuts a:last-of-type",
    ".select2-selection",
    ".add-row a",
    "details > summary",
    "#toggle-nav-sidebar",
)
# Each leads out of the admin, or ends the sign-in.
LEFT_ALONE = ("/admin/logout/", "/admin/jsi18n/")
# Lists and forms of people and of their rows, before the many of the standards.
STARTS = [
    reverse(name)
    for name in sorted(route_names())
    if name.startswith("admin:") and name.endswith(("_add", "_changelist")) and "standards_" not in name
]
MOST_PAGES = 400 if HEAVY else 60
MOST_OF_A_KIND = 3 if HEAVY else 1


def kind_of(path):
    """The name of the route, which all pages of a kind share; "" for an address that is none."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def pages_of_the_admin(page):
    """Walk along the links from page to page, each kind of page a few times at most; yields each path as its page is open."""
    first, waiting, seen, of_a_kind = ["/admin/", *STARTS], [], {"/admin/", *STARTS}, {}
    while (first or waiting) and len(of_a_kind) < MOST_PAGES:
        path = (first or waiting).pop(0)
        kind = kind_of(urlsplit(path).path)
        if not kind or of_a_kind.get(kind, 0) >= MOST_OF_A_KIND:
            continue
        of_a_kind[kind] = of_a_kind.get(kind, 0) + 1
        answer = page.goto(path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        assert answer.status in (200, 403), path
        yield kind
        for link in page.evaluate(LINKS):
            parts = urlsplit(link)
            found = parts.path + (f"?{parts.query}" if parts.query else "")
            is_ours = parts.path.startswith("/admin/") and parts.path not in LEFT_ALONE
            if is_ours and found not in seen and "download" not in found and not found.endswith((".xlsx", ".csv")):
                seen.add(found)
                # Lists lead to much of the same; what is beneath them comes first.
                waiting.insert(0 if kind_of(parts.path) not in of_a_kind else len(waiting), found)


def open_everything(page):
    """Press what opens something; returns which of them there was."""
    pressed = set()
    for selector in OPENERS:
        for each in page.locator(selector).all()[:2]:
            if each.is_visible():
                each.click()
                page.keyboard.press("Escape")
                pressed.add(selector)
    return pressed


@pytest.mark.parametrize("who", ["superuser", "editor"])
def test_the_policy_refuses_nothing_on_any_kind_of_page(windows, cast, who):
    page = windows.borrow(cast.take(who))
    kinds, pressed = [], set()
    for kind in pages_of_the_admin(page):
        pressed |= open_everything(page)
        kinds.append(kind)
        assert windows.faults == [], kind
    assert len(set(kinds)) > 15
    assert (".select2-selection" in pressed) == (who == "superuser")
    for kind in ("_changelist", "_change", "_history"):
        assert any(each.endswith(kind) for each in kinds), kinds


def test_a_style_of_its_own_is_refused_and_found(windows, cast):
    page = windows.open(cast.take("superuser"), "/admin/")
    page.evaluate("document.querySelector('#content').insertAdjacentHTML('beforeend', '<p style=\"color: red\">a</p>')")
    page.wait_for_timeout(200)
    assert any("style-src" in fault for fault in windows.faults)
    windows.faults.clear()
