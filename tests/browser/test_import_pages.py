"""An editor takes a version away as a workbook, edits it, and begins another framework with it: looked at on each page."""

import io

import openpyxl
import pytest
from django.urls import reverse

from tests.browser.axe import violations

NEW = reverse("admin:standards_version_import_new")


@pytest.fixture
def files(windows, cast, tmp_path):
    """A window of an editor, and the workbook of the published version with another name: once with a fault, once without."""
    page = windows.borrow(cast.take("superuser"), "/admin/standards/version/")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Import and export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="to edit (Excel)").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    facts = {row[0].value: row[1] for row in book["About"].iter_rows()}
    facts["Name in addresses"].value, facts["Version"].value = f"tried-{tmp_path.name.lower()[:30]}", "1.0"
    good, bad = tmp_path / "good.xlsx", tmp_path / "bad.xlsx"
    book.save(good)
    book["Statements"]["A3"].value = "=1+1"
    book["Areas"].merge_cells("B3:C3")
    book.save(bad)
    return page, good, bad


@pytest.mark.parametrize("width", [1280, 320])
def test_standards_version_import_new(files, width):
    page, good, bad = files
    page.set_viewport_size({"width": width, "height": 800})
    assert violations(page) == []
    page.goto(NEW)
    for path, heading in ((bad, "New framework or version from a file"), (good, "What good.xlsx would do")):
        page.locator("#id_file").set_input_files(path)
        page.get_by_role("button", name="Show what it would do").click()
        page.wait_for_load_state()
        assert (
            page.get_by_role("heading", level=1, name=heading, exact=True).count()
            or page.locator("h2", has_text=heading).count()
        )
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Import nothing").click()
    page.wait_for_load_state()
    assert page.get_by_text("Nothing was imported.").count() == 1
