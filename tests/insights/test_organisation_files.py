"""The files of an organisation: exactly the figures of its page, cell by cell, for its analysts alone."""

import csv
import re
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from documents import pdf
from insights.figures import Figures
from insights.files.organisation_pdf import make_organisation_pdf, organisation_html
from insights.files.organisation_tables import figure_tables
from insights.organisations.reading import read_organisation
from people.models import AnalystGrant
from standards.models import Version
from standards.tree import version_tree
from tests.documents.structure import (
    TaggedPdf,
    broken_rules,
    letters,
    unmarked_furniture,
    unprinted_links,
    unscoped_headers,
)
from tests.factories import make_organisation, make_user
from tests.insights.figures import BASE, BEFORE, MADE_AT, figures_of, make_release

pytestmark = pytest.mark.django_db

KINDS = ("excel", "csv", "pdf")
HOSTILE = '=HYPERLINK("https://beacon.example") <b>&{{7*7}}</b>'
FEWER = f"fewer than {BASE}"


@pytest.fixture(scope="module")
def version(kept_for_the_module):
    return Version.objects.published().get()


@pytest.fixture(scope="module")
def department(version):
    return make_organisation(name="Department of Marchmains")


@pytest.fixture(scope="module")
def directorate(department):
    return make_organisation(name=HOSTILE, kind="directorate", parent=department)


@pytest.fixture(scope="module")
def analyst(department):
    analyst = make_user(name="Ada Thistlewood")
    AnalystGrant.objects.create(analyst=analyst, organisation=department)
    return analyst


@pytest.fixture(scope="module")
def releases(version, department, directorate):
    """Two releases, the newer one first, and an organisation that is in neither."""
    made = []
    for made_at, groups in ((MADE_AT, 43), (BEFORE, 40)):
        figures = {department: figures_of(version, groups, seed=groups), directorate: figures_of(version, 8, seed=2)}
        made.append(make_release(department, version.framework, figures, made_at=made_at))
    make_organisation(name="-Estates", kind="directorate", parent=department)
    return made


@pytest.fixture
def browser(sign_in, analyst, releases):
    return sign_in(analyst)


def path(kind, organisation, query=""):
    return reverse(f"organisation-{kind}", args=[organisation.pk]) + query


def queries(version):
    role = version_tree(version).role_profiles[0]
    return ("", f"?role={role.pk}", "?need=2", "?need=9")


def page_of(analyst, organisation, query=""):
    asked = dict(re.findall(r"(\w+)=(\w+)", query))
    return read_organisation(analyst, organisation.pk, **asked)


def rows_of(sheet):
    return [tuple("" if value is None else value for value in row) for row in sheet.iter_rows(values_only=True)]


def as_written(cell):
    return cell if isinstance(cell, str) else cell.words if cell.number is None else cell.number


# Who gets them


@pytest.mark.parametrize("kind", KINDS)
def test_organisation_file_is_for_its_analysts_alone(kind, sign_in, releases, department, directorate, analyst):
    elsewhere = make_user(name="Ned Farthingale", organisation=department)
    AnalystGrant.objects.create(analyst=elsewhere, organisation=make_organisation())
    below = make_user(name="Bess Underwood")
    AnalystGrant.objects.create(analyst=below, organisation=directorate)
    superuser = make_user(name="Owain Bellweather", is_staff=True, is_superuser=True)
    got = [sign_in(person).get(path(kind, department)).status_code for person in (elsewhere, below, superuser, analyst)]
    assert got == [404, 404, 404, 200]
    assert sign_in(below).get(path(kind, directorate)).status_code == 200
    assert sign_in().get(path(kind, department)).status_code == 302
    assert sign_in(analyst).post(path(kind, department)).status_code == 405


@pytest.mark.parametrize("kind", KINDS)
def test_organisation_file_is_not_there_before_a_release(kind, sign_in):
    analyst, organisation = make_user(), make_organisation()
    AnalystGrant.objects.create(analyst=analyst, organisation=organisation)
    assert sign_in(analyst).get(path(kind, organisation)).status_code == 404


@pytest.mark.parametrize(
    ("kind", "ending", "media"),
    [
        ("excel", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("csv", "csv", "text/csv; charset=utf-8"),
        ("pdf", "pdf", "application/pdf"),
    ],
)
def test_organisation_file_is_sent(browser, department, kind, ending, media):
    response = browser.get(path(kind, department))
    assert response["Content-Type"] == media
    assert response["Content-Disposition"] == f'attachment; filename="organisation-figures-2026-11-03.{ending}"'
    assert (response["Cache-Control"], response["X-Content-Type-Options"]) == ("no-store, private", "nosniff")


# What is in them


def test_organisation_excel_has_the_figures_of_the_page(browser, analyst, department, version):
    for query in queries(version):
        page = page_of(analyst, department, query)
        book = load_workbook(BytesIO(browser.get(path("excel", department, query)).content))
        tables = figure_tables(page)
        assert book.sheetnames == [*(table.name for table in tables), "How figures are made"]
        for table in tables:
            wanted = [table.columns, *(tuple(map(as_written, row)) for row in table.rows)]
            assert rows_of(book[table.name]) == wanted
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert not [cell for cell in cells if cell.hyperlink]


def test_tables_have_every_count_of_the_page(analyst, department, releases):
    page = page_of(analyst, department)
    levels, changes, participation, readiness, missed, parts = figure_tables(page)
    counts = [area.counts for area in page.areas]
    assert [[cell.words for cell in row[2:]] for row in levels.rows] == [[c.words for c in each] for each in counts]
    assert [[cell.number for cell in row[2:]] for row in changes.rows] == [[c.change for c in each] for each in counts]
    assert levels.columns == ("Area", "Title", *page.level_names, "People", "At their own target or above")
    assert [row[0] for row in levels.rows] == [area.code for area in page.areas]
    for table, lines in ((participation, page.participation), (readiness, page.ready)):
        wanted = [(line.name, line.meaning, line.count.words, line.count.change_words) for line in lines]
        assert [(*row[:2], *(cell.words for cell in row[2:])) for row in table.rows] == wanted
    assert [(row[0], row[3].words) for row in missed.rows] == [(line.code, line.below.words) for line in page.missed]
    assert [row[0] for row in parts.rows] == ["-Estates", HOSTILE]
    assert {cell.words for cell in parts.rows[0][1:]} == {"not in these figures yet"}


def test_a_few_people_are_a_text_and_others_a_number(browser, department, analyst):
    page = page_of(analyst, department, "?need=2")
    assert any(count.words == FEWER for area in page.areas for count in area.counts)
    book = load_workbook(BytesIO(browser.get(path("excel", department, "?need=2")).content))
    values = {value for row in rows_of(book["Levels"])[1:] for value in row[2:]}
    assert FEWER in values
    assert all(value == FEWER or (value >= BASE and value % BASE == 0) for value in values)


def counts_on(page):
    """Every count of a page, in its order; those that the release does not have are left out."""
    parts = [count for part in page.parts for count in (part.people, part.counted, part.shared, part.agreed)]
    lines = [line.count for line in (*page.participation, *page.ready)] + [line.below for line in page.missed]
    placed = None if page.narrowing else page.people
    counts = [placed, page.counted, *(count for area in page.areas for count in area.counts), *lines, *parts]
    return [count for count in counts if count is not None]


def test_organisation_csv_is_one_long_table(browser, analyst, department, version):
    change = "Change since the release before"
    for query in queries(version):
        page = page_of(analyst, department, query)
        response = browser.get(path("csv", department, query))
        assert response.content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))
        assert {(row["Release date"], row["Standards"]) for row in rows} == {("2026-11-03", page.standards)}
        assert {row["Narrowed to"] for row in rows} == {page.narrowed}
        assert [(row["Count"], row[change]) for row in rows] == [
            (str(count.people or count.words), "" if count.change is None else str(count.change))
            for count in counts_on(page)
        ]
        of_levels = [(row["Area"], row["Level"]) for row in rows if row["Figure"] == "People at the level"]
        assert of_levels == [(area.code, name) for area in page.areas for name in page.level_names]
        assert {row["Organisation"] for row in rows} == {department.name, f"'{HOSTILE}"}


def stands_on_the_page(element, ancestors):
    """Whether its text stands there as text: not in a bar, which has the same in its title, nor before an item of a list."""
    return not {"/Figure", "/Lbl"} & {each["/S"] for each in (element, *ancestors)}


# What is read for it is seen in the other files on each engine, and that it is sent.
@pytest.mark.drawn
@pytest.mark.parametrize("state", ["everybody", "one role profile", "small"])
def test_organisation_pdf_is_accessible(analyst, department, directorate, version, releases, state, caplog):
    query = f"?role={version_tree(version).role_profiles[0].pk}" if state == "one role profile" else ""
    if state == "small":
        make_release(department, version.framework, {department: Figures(0, dict.fromkeys(("agreed",), 0))})
    page = page_of(analyst, department, query)
    html, tagged = organisation_html(page), TaggedPdf(make_organisation_pdf(page))
    assert broken_rules(tagged.data) == []
    assert unscoped_headers(tagged) == []
    assert unprinted_links(tagged) == []
    assert tagged.font_names() == {"Inter-Portal", "Inter-Portal-Semi-Bold"}
    assert tagged.tags().count("/Table") == html.count("<table")
    assert tagged.text(stands_on_the_page) == letters(html)
    assert unmarked_furniture(tagged, ["LevelsinDepartmentofMarchmains,figuresof3November2026", "Page"]) == []
    assert [record for record in caplog.records if record.levelname != "INFO"] == []


def test_organisation_pdf_says_where_it_cannot_be_made(browser, department, monkeypatch):
    def unavailable(page):
        raise pdf.PdfUnavailable

    monkeypatch.setattr("insights.views.organisation_files.make_organisation_pdf", unavailable)
    response = browser.get(path("pdf", department))
    assert response.status_code == 503
    assert pdf.APT_COMMAND in response.text


@pytest.mark.parametrize("kind", KINDS)
def test_organisation_file_costs_as_many_queries_as_the_page(browser, department, kind):
    browser.get(path(kind, department))
    with CaptureQueriesContext(
        connection,
    ) as of_file:
        browser.get(path(kind, department))
    with CaptureQueriesContext(connection) as of_page:
        browser.get(reverse("organisation-detail", args=[department.pk]))
    assert len(of_file) == len(of_page)


def test_the_same_release_gives_the_same_file(browser, department):
    for kind in KINDS:
        assert browser.get(path(kind, department)).content == browser.get(path(kind, department)).content
