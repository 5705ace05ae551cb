"""An administrator brings in organisations and says who works where, from the front page of the admin: looked at on each page."""

import pytest

from tests.browser.axe import violations


def send(page, name, content):
    page.locator("#id_file").set_input_files([{"name": name, "mimeType": "text/csv", "buffer": content.encode()}])
    page.get_by_role("button", name="Show what it would do").click()
    page.wait_for_load_state()


def looked_at(page, width):
    assert violations(page) == []
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 320])
def test_an_administrator_sets_up_organisations_and_places_people(windows, cast, width):
    page = windows.borrow(cast.take("superuser"), "/admin/")
    page.set_viewport_size({"width": width, "height": 800})
    looked_at(page, width)
    page.get_by_role("link", name="import organisations from CSV").click()
    looked_at(page, width)
    header = "code,name,kind,parent_code\n"
    bad = f"{header}tried-{width}-team,A team,tribe,nowhere\n"
    send(page, "organisations.csv", bad)
    assert page.get_by_role("link", name="1 row has an error. Nothing was done").count() == 1
    looked_at(page, width)
    page.get_by_role("link", name="Choose another file").click()
    name = "A department with a name as long as departments like to have them"
    send(
        page,
        "organisations.csv",
        f"{header}tried-{width}-team,A team,team,tried-{width}\ntried-{width},{name} {width},department,\n",
    )
    looked_at(page, width)
    page.get_by_role("button", name="Apply all of it (2 rows)").click()
    page.get_by_text("2 organisations added, 0 changed.").wait_for()
    page.goto("/admin/people/organisation/?q=tried")
    assert violations(page) == []
    page.goto("/admin/people/user/place/")
    looked_at(page, width)
    send(page, "people.csv", f"email;organisation_code\nnobody.at.all@example.com;tried-{width}\n")
    assert page.get_by_text("Error: Nobody has an account with this address").count() == 1
    looked_at(page, width)
