"""The page that offers every format, the files as they are sent, and the command that writes them."""

import re
from collections import OrderedDict
from io import BytesIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from documents.pdf import PdfUnavailable
from standards.actions import publish_unreviewed
from standards.exports import EXPORTS, pdf
from standards.management.commands import export_standards
from standards.models import Version
from standards.views import exports as views
from standards.views import reading
from tests.standards.versions import make_version

pytestmark = pytest.mark.django_db
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "change-notes-csv": "text/csv; charset=utf-8",
    "case-json": "application/json",
    "moodle-csv": "text/csv; charset=utf-8",
}


@pytest.fixture(autouse=True)
def no_page_remembered():
    reading.forget_pages()


@pytest.fixture
def no_file_made(monkeypatch):
    """No file is made yet; what others made is remembered again afterwards."""
    for export in EXPORTS.values():
        monkeypatch.setattr(export.made, "_kept", OrderedDict())


def page(version="2.0", framework="contract-management"):
    return reverse("export-detail", args=[framework, version])


def address(name, version="2.0", framework="contract-management"):
    return reverse("version-export", args=[framework, version, name])


# The page


def test_page_offers_every_format_with_its_size(client, published_version):
    EXPORTS["pdf"].content(published_version)
    text = client.get(page()).content.decode()
    for export in EXPORTS.values():
        size = max(1, round(len(export.content(published_version)) / 1024))
        assert f'href="{address(export.name)}">{export.title} ({export.kind}, {size} KB)</a>' in text
    assert "Crown copyright, Open Government Licence v3.0" in text
    assert published_version.fingerprint in text


def test_size_of_the_pdf_is_left_out_until_it_is_made(client, published_version, no_file_made, monkeypatch):
    monkeypatch.setattr(pdf.pdf, "render_pdf", None)
    text = client.get(page()).content.decode()
    assert f'href="{address("pdf")}">The whole document (PDF)</a>' in text


def test_page_costs_a_query(client, published_version, django_assert_num_queries):
    client.get(page())
    with django_assert_num_queries(1):
        response = client.get(page())
    assert response["Cache-Control"] == "public, max-age=300"
    reading.forget_pages()
    with django_assert_num_queries(1):
        client.get(page())


# The files


@pytest.mark.parametrize("name", EXPORTS)
def test_file_is_sent(client, published_version, name, django_assert_num_queries):
    content = EXPORTS[name].content(published_version)
    with django_assert_num_queries(1):
        response = client.get(address(name))
    assert (response.status_code, response.content) == (200, content)
    assert response["Content-Type"] == MEDIA_TYPES[name]
    file_name = EXPORTS[name].file_name(published_version)
    assert response["Content-Disposition"] == f'attachment; filename="{file_name}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=300"
    assert not response.cookies


@pytest.mark.parametrize("name", EXPORTS)
def test_unchanged_file_is_answered_before_it_is_made(client, published_version, name, monkeypatch):
    etag = client.get(address("csv"))["ETag"]
    monkeypatch.setattr(views, "EXPORTS", None)
    response = client.get(address(name), headers={"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")


def test_latest_is_the_latest_published(client, published_version):
    assert client.get(address("csv", "latest")).content == EXPORTS["csv"].content(published_version)


@pytest.mark.parametrize("name", ["docx", "PDF", "csv.", "..", "%00", "<script>", "x" * 2000])
def test_other_formats_are_not_found(client, published_version, name):
    assert client.get(f"{page()}{name}/").status_code == 404


def test_only_reading_is_allowed(client, published_version):
    for each in (page(), address("csv")):
        assert client.post(each).status_code == 405
        assert client.head(each).status_code == 200


def test_somebody_signed_in_gets_the_same_file_and_nothing_is_kept(manager_client, client, published_version):
    response = manager_client.get(address("csv"))
    assert response.content == client.get(address("csv")).content
    assert "no-store" in response["Cache-Control"]


def test_draft_is_for_editors(client, sign_in, editor):
    draft = make_version(("Knows", "Does", "Leads"))
    slug = draft.framework.slug
    for each in (page("1", slug), address("csv", "1", slug)):
        assert client.get(each).status_code == 404
        assert sign_in(editor).get(each).status_code == 200


def unavailable(*args, **options):
    raise PdfUnavailable("apt-get install something")


def test_other_formats_are_offered_where_no_pdf_can_be_made(client, published_version, no_file_made, monkeypatch):
    monkeypatch.setattr(pdf.pdf, "render_pdf", unavailable)
    response = client.get(address("pdf"))
    assert (response.status_code, response["Cache-Control"], "ETag" in response) == (503, "no-store", False)
    text = response.content.decode()
    assert "The PDF cannot be made here" in text
    assert address("xlsx") in text
    assert client.get(address("xlsx")).status_code == 200
    # Nothing of it is remembered.
    monkeypatch.setattr(pdf.pdf, "render_pdf", lambda *args, **options: b"%PDF made")
    assert client.get(address("pdf")).content == b"%PDF made"


# The command


@pytest.mark.parametrize("name", EXPORTS)
def test_command_writes_the_same_bytes(client, published_version, name, tmp_path, capsys):
    path = tmp_path / "out"
    call_command("export_standards", format=name, output=path)
    assert path.read_bytes() == client.get(address(name)).content
    assert re.search(rf"{path}, {path.stat().st_size} bytes", capsys.readouterr().out)


def test_command_names_the_file_and_takes_a_version(published_version, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call_command("export_standards", "--format", "csv", "--framework", "contract-management", "--number", "2.0")
    assert [path.name for path in tmp_path.iterdir()] == ["contract-management-2.0-statements.csv"]


def test_command_writes_to_standard_output(published_version, monkeypatch):
    class Output:
        buffer = BytesIO()

    monkeypatch.setattr(export_standards.sys, "stdout", Output)
    call_command("export_standards", "--format", "moodle-csv", "--output", "-")
    assert Output.buffer.getvalue() == EXPORTS["moodle-csv"].content(published_version)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "docx"], "invalid choice"),
        ([], "required"),
        (["--format", "csv", "--number", "9"], "There is no such version."),
        (["--format", "csv", "--framework", "other"], "There is no such version."),
        (["--format", "csv", "--output", "nowhere/at/all.csv"], "cannot be written"),
    ],
)
def test_command_says_what_is_wrong(published_version, arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=message):
        call_command("export_standards", *arguments)


def test_command_asks_which_framework(published_version, tmp_path):
    other = publish_unreviewed(version=make_version(("Knows", "Does", "Leads")))
    with pytest.raises(CommandError, match="--framework: contract-management, small-"):
        call_command("export_standards", format="csv", output=tmp_path / "out")
    call_command("export_standards", format="csv", framework=other.framework.slug, output=tmp_path / "out")
    assert b"Knows" in (tmp_path / "out").read_bytes()


def test_command_says_where_no_pdf_can_be_made(published_version, no_file_made, monkeypatch, tmp_path):
    monkeypatch.setattr(pdf.pdf, "render_pdf", unavailable)
    with pytest.raises(CommandError, match="apt-get install something"):
        call_command("export_standards", format="pdf", output=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert Version.objects.published().count() == 1
