"""The pages on which an editor takes a version away as a file and brings one in."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from standards.actions import start_next_version
from standards.importing import SHEETS, make_editors_workbook, read_upload
from standards.models import Framework, HeldImport, Version
from tests.factories import make_user
from tests.standards.import_files import bomb, cell, edited, workbook

pytestmark = pytest.mark.django_db
NEW_BOOK = {"Sources": [["Title", "Address"], ["A new book", "https://example.com/book"]]}


@pytest.fixture(scope="module")
def draft(kept_for_the_module):
    return start_next_version(version=Version.objects.published().get(), number="2.1", by=make_user())


@pytest.fixture(scope="module")
def editor_person(kept_for_the_module):
    editor = make_user(is_staff=True)
    editor.user_permissions.set(Permission.objects.filter(content_type__app_label="standards"))
    return editor


@pytest.fixture
def browser(editor_person):
    browser = Client()
    browser.force_login(editor_person)
    return browser


def import_url(version):
    return reverse("admin:standards_version_import", args=[version.pk])


NEW_URL = reverse("admin:standards_version_import_new")


def upload(browser, url, content, name="a.xlsx", **fields):
    return browser.post(url, {"file": SimpleUploadedFile(name, content)} | fields)


def held_page(browser, draft, sheets=NEW_BOOK):
    """Upload a file for the draft; returns the page that says what it would do."""
    answer = upload(browser, import_url(draft), workbook(sheets))
    held = HeldImport.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("admin:standards_import_check", args=[held.pk]))
    return answer.url


def confirm(browser, url):
    state = browser.get(url).context["state"]
    return browser.post(url, {"state": state}, follow=True)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_standards_version_import_goes_from_choosing_to_looking_to_importing(browser, draft):
    url = held_page(browser, draft)
    page = browser.get(url)
    assert page.context["touched"] == [("Sources", 1, 0, 0, 0)]
    assert not draft.sources.filter(title="A new book").exists()
    answer = confirm(browser, url)
    assert answer.redirect_chain == [(reverse("admin:standards_version_change", args=[draft.pk]), 302)]
    assert said(answer) == ["Imported from a.xlsx: 1 added, 0 changed, 0 removed."]
    assert draft.sources.get(title="A new book").url == "https://example.com/book"
    assert browser.get(url).status_code == 404


def test_standards_import_check_marks_the_words_that_change(browser, draft):
    def edit(book):
        cell(book["Areas"], "B6", "Title").value += " & <more>"

    upload(browser, import_url(draft), edited(draft, edit), is_whole="on")
    text = browser.get(reverse("admin:standards_import_check", args=[HeldImport.objects.get().pk])).content.decode()
    assert "<ins>" in text
    assert "&amp; &lt;more&gt;" in text
    assert "<more>" not in text


def test_standards_import_check_imports_nothing_when_asked_to(browser, draft):
    url = held_page(browser, draft)
    answer = browser.post(url, {"drop": "1"}, follow=True)
    assert said(answer) == ["Nothing was imported."]
    assert (HeldImport.objects.count(), draft.sources.filter(title="A new book").count()) == (0, 0)


def test_standards_import_check_refuses_what_was_shown_before_the_draft_changed(browser, draft):
    url = held_page(browser, draft)
    state = browser.get(url).context["state"]
    draft.glossary_terms.first().delete()
    answer = browser.post(url, {"state": state})
    assert answer.status_code == 422
    assert answer.context["refused"].startswith("Nothing was imported. The draft was changed after")
    assert not draft.sources.filter(title="A new book").exists()
    confirm(browser, url)
    assert draft.sources.filter(title="A new book").exists()


def test_standards_import_check_refuses_a_version_that_is_in_review_by_now(browser, draft):
    url = held_page(browser, draft)
    state = browser.get(url).context["state"]
    Version.objects.filter(pk=draft.pk).update(state="in_review")
    answer = browser.post(url, {"state": state})
    assert (answer.status_code, draft.sources.filter(title="A new book").count()) == (422, 0)


def test_standards_import_check_is_not_there_for_another_editor_nor_after_an_hour(browser, draft):
    url = held_page(browser, draft)
    other = Client()
    other.force_login(make_user(is_staff=True, is_superuser=True))
    assert [other.get(url).status_code, other.post(url).status_code] == [404, 404]
    HeldImport.objects.update(held_at=timezone.now() - timedelta(minutes=61))
    assert [browser.get(url).status_code, browser.post(url).status_code] == [404, 404]
    assert not draft.sources.filter(title="A new book").exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose a file."),
        ({"file": SimpleUploadedFile("a.xlsx", b"")}, "The file is empty. Choose another one."),
        ({"file": SimpleUploadedFile("a.csv", b"Title\nA\n")}, "Choose which table the CSV file holds."),
        (
            {"file": SimpleUploadedFile("a.txt", b"Title\nA\n")},
            "The file must be an Excel workbook (.xlsx), CSV (.csv)",
        ),
    ],
)
def test_standards_version_import_says_what_is_wrong_and_keeps_what_was_chosen(browser, draft, fields, said):
    answer = browser.post(import_url(draft), {"sheet": "", "is_whole": "on"} | fields)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Error: " in answer.content.decode().partition("</title>")[0]
    assert 'id="id_is_whole" checked' in answer.content.decode()
    assert HeldImport.objects.count() == 0


def test_standards_version_import_lists_what_is_wrong_in_a_file(browser, draft):
    answer = upload(browser, import_url(draft), workbook({"Sources": [["Title", "Order"], ["A", "x"], ["B", "y"]]}))
    assert answer.status_code == 422
    assert [str(problem) for problem in answer.context["problems"]] == [
        "Sources, row 2, Order: is not a whole number from 0 to 32,767: “x”.",
        "Sources, row 3, Order: is not a whole number from 0 to 32,767: “y”.",
    ]
    assert HeldImport.objects.count() == 0


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_standards_version_import_takes_no_more_of_a_file_than_a_byte_too_much(browser, draft, name, settings):
    settings.IMPORT_LIMITS = settings.IMPORT_LIMITS | {"most_bytes": 1000}
    answer = upload(browser, import_url(draft), b"PK" + bytes(3_000_000), name, sheet="Sources")
    assert (answer.status_code, [str(each) for each in answer.context["problems"]]) == (
        422,
        ["The file is larger than 0 MB."],
    )


def test_standards_version_import_refuses_a_bomb(browser, draft):
    answer = upload(browser, import_url(draft), bomb())
    assert (answer.status_code, HeldImport.objects.count()) == (422, 0)


def test_standards_version_import_of_a_published_version_only_takes_away(browser, published_version):
    answer = browser.get(import_url(published_version))
    assert answer.status_code == 200
    assert answer.context["closed"] == "Version 2.0 is published, and files are imported into drafts only."
    assert 'type="file"' not in answer.content.decode()
    answer = browser.post(
        import_url(published_version), {"file": SimpleUploadedFile("a.xlsx", workbook(NEW_BOOK))}, follow=True
    )
    assert said(answer) == ["Version 2.0 is published, and files are imported into drafts only. Nothing was imported."]
    assert HeldImport.objects.count() == 0


@pytest.mark.parametrize("state", ["draft", "published"])
def test_standards_version_export_is_a_workbook_or_a_table(browser, draft, published_version, state):
    version = {"draft": draft, "published": published_version}[state]
    url = reverse("admin:standards_version_export", args=[version.pk])
    answer = browser.get(url)
    assert answer.content == make_editors_workbook(version)
    assert answer["Content-Disposition"] == f'attachment; filename="contract-management-{version.number}-to-edit.xlsx"'
    for sheet in SHEETS[:2]:
        table = browser.get(url, {"table": sheet})
        assert table["Content-Type"] == "text/csv; charset=utf-8"
        assert [each.name for each in read_upload(table.content, "a.csv", sheet=sheet).sheets] == [sheet]
    assert browser.get(url, {"table": "Sauces"}).status_code == 404
    assert browser.post(url).status_code == 405


# Who may


def test_whoever_may_not_edit_versions_may_not_import_or_export(sign_in, contract_manager, draft, published_version):
    reader = make_user(is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_version"))
    urls = [import_url(draft), NEW_URL, reverse("admin:standards_version_export", args=[draft.pk])]
    assert [sign_in(reader).get(url).status_code for url in urls] == [403, 403, 403]
    assert [sign_in(reader).post(url).status_code for url in urls] == [403, 403, 403]
    assert [sign_in(contract_manager).get(url).status_code for url in urls] == [302, 302, 302]
    assert [sign_in().get(url).status_code for url in urls] == [302, 302, 302]


def test_who_may_no_longer_edit_may_not_carry_out_what_they_were_shown(browser, editor_person, draft):
    url = held_page(browser, draft)
    editor_person.user_permissions.set(Permission.objects.filter(codename="view_version"))
    assert [browser.get(url).status_code, browser.post(url).status_code] == [403, 403]
    assert not draft.sources.filter(title="A new book").exists()


# A new framework


def a_framework(published_version):
    def edit(book):
        page = book["About"]
        cell(page, "Name in addresses", "Value").value = "baking"
        cell(page, "Framework", "Value").value = "Baking Standards"
        cell(page, "Version", "Value").value = "1.0"

    return edited(published_version, edit)


def test_standards_version_import_new_begins_a_framework(browser, published_version):
    answer = upload(browser, NEW_URL, a_framework(published_version))
    url = answer.url
    page = browser.get(url)
    assert (page.status_code, Framework.objects.count()) == (200, 1)
    assert "Baking Standards, version 1.0" in page.content.decode()
    answer = confirm(browser, url)
    version = Version.objects.get(framework__slug="baking")
    assert answer.redirect_chain == [(reverse("admin:standards_version_change", args=[version.pk]), 302)]
    assert (version.state, version.follows, version.framework.title) == ("draft", None, "Baking Standards")
    assert version.sections.count() == 2


def test_standards_version_import_new_says_what_is_wrong(browser, published_version):
    answer = upload(browser, NEW_URL, make_editors_workbook(published_version))
    assert answer.status_code == 422
    [problem] = answer.context["problems"]
    assert str(problem).startswith("About, row 7, Version: There is a version 2.0 of")


def test_standards_import_check_of_a_framework_that_came_meanwhile_is_refused(browser, published_version):
    url = upload(browser, NEW_URL, a_framework(published_version)).url
    browser.get(url)
    framework = Framework.objects.create(slug="baking", title="Baking", owner="Others")
    Version.objects.create(framework=framework, number="1.0", issued="Now", source_title="A", licence="B")
    answer = browser.post(url, {"state": ""})
    assert (answer.status_code, Version.objects.filter(framework__slug="baking").count()) == (422, 1)


def test_the_lists_lead_to_a_version_from_a_file(browser):
    for name in ("framework", "version"):
        answer = browser.get(reverse(f"admin:standards_{name}_changelist"))
        assert f'href="{NEW_URL}"' in answer.content.decode()
