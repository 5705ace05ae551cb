"""The pages of Django's admin, found from the urlconf: no refused script or style, nothing from another host, and axe."""

import pytest
from django.urls import reverse

from tests.browser.axe import violations
from tests.browser.test_pages import route_names

# What Django's own templates and scripts have and this portal does not mend: axe's rule, the element, and why.
KNOWN = {
    ("aria-prohibited-attr", ".help-tooltip"): "the script for two lists to choose from labels its question mark",
    ("aria-input-field-name", "select2"): "the script for fields that search does not name the box that it draws",
    ("empty-table-header", ".original"): "tables of rows in a row leave the head of their first, narrow column empty",
    ("empty-table-header", "th:nth-child"): "so they do the head of their last, in which boxes to delete would stand",
}
LISTS = sorted({name for name in route_names() if name.endswith("_changelist")})
# The runs that carry drafts over hold counts only: whoever edits the standards follows them.
FOR_EDITORS = ("/admin/standards/", "/admin/assessments/carryoverrun/")
OTHERS = ["/admin/", "/admin/password_change/", "/admin/standards/"]


def problems(page):
    return [found for found in violations(page) if not is_known(found)]


def is_known(found):
    rule, element, _ = found.split(": ", 2)
    return any(rule == known and part in element.rpartition(" ")[2] for known, part in KNOWN)


def test_only_the_named_elements_are_let_pass():
    assert is_known("empty-table-header: thead > tr > .original: Fix this")
    assert not is_known("empty-table-header: thead > tr > .other: Fix this")
    assert not is_known("label: thead > tr > .original: Fix this")


@pytest.mark.parametrize("path", OTHERS)
def test_page(windows, cast, path):
    page = windows.borrow(cast.take("superuser"), path)
    assert page.get_by_role("heading", level=1).count() == 1
    assert problems(page) == []


@pytest.mark.parametrize("who", ["superuser", "editor"])
@pytest.mark.parametrize("name", LISTS)
def test_list_and_its_first_page(windows, cast, name, who):
    path = reverse(name)
    person = cast.take(who)
    page = windows.borrow(person)
    answer = page.goto(path)
    if who == "editor" and not path.startswith(FOR_EDITORS):
        assert answer.status == 403
        return
    assert answer.status == 200
    assert problems(page) == []
    first = page.locator("#result_list tbody th a").first
    if first.count():
        first.click()
        page.wait_for_load_state()
        assert problems(page) == []
    if who == "superuser":
        add = page.goto(f"{path}add/")
        assert add.status in (200, 403)
        assert problems(page) == []


def test_every_page_that_a_version_leads_to(windows, cast):
    page = windows.borrow(cast.take("editor"), reverse("admin:standards_version_changelist"))
    page.locator("#result_list tbody th a").first.click()
    pages = page.get_by_role("navigation", name="Pages of this version")
    page.wait_for_load_state()
    addresses = [link.get_attribute("href") for link in pages.get_by_role("link").all()]
    assert len(addresses) >= 4
    for address in addresses:
        assert page.goto(address).status == 200
        assert page.get_by_role("heading", level=1).count() == 1
        assert problems(page) == []


def test_a_stranger_is_led_to_the_portals_sign_in(windows):
    page = windows.borrow(path="/admin/")
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in"
