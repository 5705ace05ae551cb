"""The pages of Django's admin, found from the urlconf: no refused script or style, nothing from another host, and axe."""

import re

import pytest

from tests.browser.axe import violations
from tests.browser.test_pages import route_names

# What Django's own templates have and this portal does not mend, by axe's name for the rule, with the reason.
KNOWN = {
    "aria-prohibited-attr": "SelectFilter2.js puts a label on the question mark beside the heading of two lists to choose from",
}
LISTS = sorted({name for name in route_names() if name.endswith("_changelist")})
OTHERS = ["/admin/", "/admin/password_change/", "/admin/standards/"]


def problems(page):
    return [each for each in violations(page) if each.partition(":")[0] not in KNOWN]


@pytest.mark.parametrize("path", OTHERS)
def test_page(windows, cast, path):
    page = windows.open(cast.take("superuser"), path)
    assert page.get_by_role("heading", level=1).count() == 1
    assert problems(page) == []


@pytest.mark.parametrize("who", ["superuser", "editor"])
@pytest.mark.parametrize("name", LISTS)
def test_list_and_its_first_page(windows, cast, name, who):
    path = re.sub(r"^admin:([a-z]+)_(\w+)_changelist$", r"/admin/\1/\2/", name)
    person = cast.take(who)
    page = windows.open(person)
    answer = page.goto(path)
    if who == "editor" and not path.startswith("/admin/standards/"):
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


def test_a_stranger_is_led_to_the_portals_sign_in(windows):
    page = windows.open(path="/admin/")
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in"
