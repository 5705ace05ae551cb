"""The files of a team: what its pages say, cell by cell, for its line manager alone, and noted of whomever they show."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from assessments.models import Goal, Reading
from documents import pdf
from insights.files import team_pages
from insights.files.team_pages import heat_maps, shares
from insights.files.team_pdf import boxes, make_team_pdf, team_html
from insights.files.team_report import TeamReport, read_team_report
from insights.files.team_workbook import make_team_workbook
from insights.team.choosing import choice_of, chosen_of
from insights.team.cover import cover_of
from insights.team.levels import Person, Row, Standing, Team
from insights.team.needs import shared_needs
from people import reauthentication
from people.actions import end_line
from people.models import ReportingLine
from tests.assessments.pages import links_of
from tests.assessments.rounds import plan_goal
from tests.conftest import HEAVY
from tests.documents.structure import (
    TaggedPdf,
    broken_rules,
    letters,
    not_a_marker,
    unmarked_furniture,
    unprinted_links,
    unscoped_headers,
)
from tests.factories import agree, make_assessment, make_line, make_user, rate, rate_all, share

from .made_teams import NOW, make_goal, make_row, make_table, make_tree

pytestmark = pytest.mark.django_db

PDF, EXCEL = reverse("team-pdf"), reverse("team-excel")
FILES = (PDF, EXCEL)
HOSTILE = '=HYPERLINK("https://beacon.example") <b>&{{7*7}}</b>'
LONG = f"{HOSTILE} {'Penŵydd-' * 20}"[:150]
NAMES = ["Ada Agreed", "Bo Below", "Dan Draft", "Hal Hidden", HOSTILE]
SHEETS = ["Levels", "Statements below target", "Cover", "Needs", "Goals", "About"]


@pytest.fixture(scope="module")
def manager(kept_for_the_module):
    return make_user(name="Tomasz Quillfeather", email="tomasz@example.com")


@pytest.fixture(scope="module")
def rounds(manager):
    """By first name: agreed, shared and below target, a draft, and hidden; the last of ``NAMES`` has none."""
    found = {}
    for name in NAMES:
        person = make_user(name=name)
        make_line(person, manager)
        if name != HOSTILE:
            found[name.split()[0]] = make_assessment(person)
            rate_all(found[name.split()[0]])
    rate(found["Ada"], {"B4.1": 1})
    rate(found["Bo"], {"B4.1": 1, "B4.3": 0, "B1.1": "Not in my team"})
    found["Ada"] = agree(found["Ada"], manager)
    found["Bo"] = share(found["Bo"], manager)
    found["Hal"] = share(found["Hal"], manager, rates_first=True)
    goal = {"what": "=1+1", "kind": Goal.Kind.FORMAL, "due_on": date(2027, 1, 31), "aims": {"B4.1": 2, "A1.1": 3}}
    plan_goal(found["Bo"], found["Bo"].owner, **goal)
    return found


@pytest.fixture
def browser(sign_in, manager, rounds):
    return sign_in(manager)


def book_of(response):
    book = load_workbook(BytesIO(response.content))
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def noted(manager):
    return sorted(Reading.objects.filter(reader=manager).values_list("assessment_id", "what"))


# Who gets them


@pytest.mark.parametrize("address", FILES)
def test_team_file_asks_to_sign_in_and_takes_no_post(client, browser, address):
    response = client.get(address)
    assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={address}")
    assert browser.post(address).status_code == 405


@pytest.mark.parametrize("address", FILES)
def test_team_file_asks_who_it_is_once_more(browser, monkeypatch, manager, address):
    monkeypatch.setattr(reauthentication, "proved_recently", lambda request: False)
    response = browser.get(f"{address}?area=B4")
    assert response.status_code == 302
    assert "reauthenticate" in response.url
    assert noted(manager) == []


def test_team_excel_of_somebody_without_a_team_names_nobody(sign_in, stranger, rounds):
    book = book_of(sign_in(stranger).get(EXCEL))
    assert list(book) == SHEETS[1:]
    assert [len(rows) for rows in book.values()][:4] == [1, 1, 1, 1]
    assert ("Made from", "Nobody has named you as their line manager here.") in book["About"]
    assert not [row for rows in book.values() for row in rows for name in NAMES if name in row]


def test_team_file_ends_with_the_line(sign_in, manager, rounds):
    line = ReportingLine.objects.live().get(person=rounds["Ada"].owner)
    end_line(line=line, ended_by=rounds["Ada"].owner)
    response = sign_in(manager).get(EXCEL)
    assert "Ada Agreed" not in [row[0] for row in book_of(response)["Levels"]]
    assert noted(manager) == [(rounds["Bo"].pk, Reading.What.TEAM_FILE)]


def test_team_file_that_is_only_asked_about_is_not_noted(browser, manager):
    assert browser.head(EXCEL).status_code == 200
    assert noted(manager) == []


def test_team_file_is_noted_each_time(browser, manager):
    for _ in range(2):
        browser.get(EXCEL)
    assert len(noted(manager)) == 4


@pytest.mark.parametrize("address", FILES)
def test_team_file_is_noted_of_everybody_whose_levels_are_in_it(browser, manager, rounds, address):
    with CaptureQueriesContext(connection) as queries:
        response = browser.get(address)
    inserts = [query for query in queries if query["sql"].startswith('INSERT INTO "assessments_reading"')]
    assert (response.status_code, len(inserts)) == (200, 1)
    assert noted(manager) == sorted((rounds[name].pk, Reading.What.TEAM_FILE) for name in ("Ada", "Bo"))


@pytest.mark.parametrize(
    ("address", "ending", "media"),
    [
        (PDF, "pdf", "application/pdf"),
        (EXCEL, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_team_file_is_sent(browser, monkeypatch, address, ending, media):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: date(2026, 11, 22))
    response = browser.get(address)
    assert response["Content-Type"] == media
    assert response["Content-Disposition"] == f'attachment; filename="team-levels-2026-11-22.{ending}"'
    assert (response["Cache-Control"], response["X-Content-Type-Options"]) == ("no-store, private", "nosniff")


def test_team_pdf_says_where_it_cannot_be_made(browser, manager, monkeypatch):
    def unavailable(report):
        raise pdf.PdfUnavailable

    monkeypatch.setattr("insights.views.team_files.make_team_pdf", unavailable)
    response = browser.get(PDF)
    assert response.status_code == 503
    assert pdf.APT_COMMAND in response.text
    assert noted(manager) == []


def test_team_pdf_of_too_many_leads_to_the_workbook(browser, manager, monkeypatch):
    monkeypatch.setattr("insights.views.team_files.MOST_PEOPLE_ON_PAPER", 4)
    response = browser.get(PDF)
    assert response.status_code == 406
    assert "A PDF is made of a team of 4 people at most." in response.text
    assert links_of(response) == {"The Excel workbook has everybody": EXCEL, "the page": reverse("team-list")}
    assert noted(manager) == []


@pytest.mark.parametrize("address", FILES)
def test_team_file_costs_the_same_queries_for_any_team(sign_in, manager, rounds, address):
    other = make_user()
    for _ in range(2):
        member = make_user()
        make_line(member, other)
        theirs = make_assessment(member)
        rate_all(theirs, 1)
        share(theirs, other)
    found = []
    for person in (other, manager):
        browser = sign_in(person)
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        found.append(len(queries))
    assert found == [8, 8]


# What is in them


def levels_of(row, table):
    """A row's levels and targets, as they are read from the objects of the page."""
    for cell in row.cells:
        if cell.level is None:
            yield from ("Not in role", None)
        else:
            yield from (table.tree.level_name(cell.level), table.tree.level_name(cell.target))


def test_team_excel_has_the_levels_of_the_page(browser, manager, rounds):
    report = read_team_report(manager, {})
    (table,) = report.team.tables
    book = book_of(browser.get(EXCEL))
    assert list(book) == SHEETS
    head, *rows = book["Levels"]
    titles = [text for area in table.areas for text in (f"{area.code} {area.title}", f"{area.code} target")]
    assert head == ("Person", "Role profile", "Assessment", "Whose levels", *titles)
    assert [row[0] for row in rows] == sorted(NAMES, key=str.casefold)
    by_name = {row[0]: row for row in rows}
    for row in table.rows:
        wanted = tuple(levels_of(row, table)) or (None,) * 16
        assert by_name[row.name][4:] == wanted
    assert [by_name[name][3] for name in NAMES] == ["agreed", "own levels", *["not shown"] * 3]
    assert by_name["Dan Draft"][1:3] == by_name[HOSTILE][1:3] == (None, "Not shared yet")
    assert by_name["Hal Hidden"][2].endswith("; you rate first")


def test_team_excel_has_the_statements_below_target(browser):
    head, *rows = book_of(browser.get(EXCEL))["Statements below target"]
    assert head == ("Person", "Standards", "Area", "Statement", "Topic", "Level", "Target")
    assert [(row[0], row[3], row[5], row[6]) for row in rows] == [
        ("Ada Agreed", "B4.1", "Foundation", "Practitioner"),
        ("Bo Below", "B4.1", "Foundation", "Practitioner"),
        ("Bo Below", "B4.3", "Not yet at Foundation", "Practitioner"),
    ]


def test_team_excel_has_cover_needs_and_goals(browser, manager, rounds):
    report = read_team_report(manager, {})
    book = book_of(browser.get(EXCEL))
    head, *cover = book["Cover"]
    assert head[-3:] == ("Foundation or above", "Practitioner or above", "Expert")
    assert [(row[1], *row[3:5], row[7]) for row in cover] == [
        (area.code, area.needed.people, area.needed_level, len(area.holders)) for area in report.cover
    ]
    assert [row[-3:] for row in cover] == [tuple(len(held.people) for held in area.held) for area in report.cover]
    (need,) = report.needs
    assert book["Needs"][1] == (
        *("Contract Management Professional Standards, version 2.0", "B4.1", need.topic, 2, need.of),
        *("Ada Agreed\nBo Below", need.level, need.words, len(need.there), 0, 0, 1),
    )
    (goal,) = book["Goals"][1:]
    assert (goal[0], goal[1], goal[3], goal[4]) == ("Bo Below", "=1+1", "Formal learning", "2027-01-31")
    assert [aim.split()[0] for aim in goal[2].split("\n")] == ["A1.1", "B4.1"]
    assert ("For", "Tomasz Quillfeather") in book["About"]
    assert ("Not shared yet", "Dan Draft") in book["About"]


def test_team_excel_has_neither_formula_nor_link(browser):
    book = load_workbook(BytesIO(browser.get(EXCEL).content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not [cell for cell in cells if cell.hyperlink]


def test_team_file_is_narrowed_as_its_page_and_says_so(browser, manager):
    query = {"area": "B4", "level": "below", "sort": "B4", "order": "down"}
    book = book_of(browser.get(EXCEL, query))
    head, *rows = book["Levels"]
    assert [title.split()[0] for title in head[4:]] == ["B4", "B4"]
    assert [row[0] for row in rows] == ["Ada Agreed", "Bo Below"]
    said = [text for name, text in book["About"] if name == "Narrowed"]
    assert said == [
        "The table of levels has area B4 alone.",
        "It has only people who are below their target in B4.",
        "It is sorted by the level in B4, the highest first.",
        "Everything else is of the whole team.",
    ]
    html = team_html(read_team_report(manager, query))
    assert [text for text in said if f"<p><b>{text}</b></p>" not in html] == []
    assert "alphabetical" not in html


def test_team_pdf_has_the_cells_of_the_page(browser, manager, rounds):
    report = read_team_report(manager, {})
    tagged = TaggedPdf(browser.get(PDF).content)
    rows = [folded(text) for text in tagged.text_below("/TR")]
    (table,) = report.team.tables
    for row in table.with_levels:
        words = "".join(drawn(cell, table.tree) for cell in row.cells)
        own = "" if row.round.is_agreed else ", own levels"
        assert folded(f"{row.name}{row.role}{own}{words}") in rows
    assert (
        folded(f"Hal Hidden{_role(table, 'Hal Hidden')}Shared. You rate first, so the levels are not shown yet.")
        in rows
    )
    assert folded("Dan DraftNot shared yet.") in rows
    assert folded("People below target" + "".join(f"{each.below} of {each.of}" for each in table.counts)) in rows
    assert len(tagged.reader.pages) == 5


def _role(table, name):
    return next(row.role for row in table.rows if row.name == name)


def drawn(cell, tree):
    if cell.level is None:
        return "Not in role"
    level = tree.level_name(cell.level) if cell.level else "Not yet"
    return f"{level}{cell.gap} below target" if cell.gap else level


def folded(text):
    return "".join(text.split())


# Of teams of every size, by plain values


def report_of(*tables, not_shared=(), goals=(), asked=None):
    people = {row.person.pk: row.person for table in tables for row in table.rows}
    people |= {person.pk: person for person in not_shared}
    team = Team(tuple(sorted(people.values(), key=lambda person: person.name)), tables, tuple(not_shared))
    choice = choice_of(asked or {}, team)
    return TeamReport(
        line_manager="Tomasz Quillfeather",
        organisation="Department for Examples",
        made_at=datetime(2026, 11, 11, 12, tzinfo=UTC),
        team=team,
        choice=choice,
        chosen=chosen_of(team, choice),
        cover=cover_of(team, {}),
        needs=shared_needs(team, {}, goals),
        goals=tuple(goals),
    )


def crowd(tree, number, *, first=1, name="Person {:03}"):
    """So many people's rows, in each state by turns."""
    rows = []
    for place in range(number):
        row = make_row(tree, f"Row {place}", rank=1 + place % 3, targets={"B4": None if place % 7 == 3 else 3})
        person = Person(first + place, name.format(first + place), "", 0, NOW)
        standing = Standing.SHARED if place % 3 else Standing.AGREED
        rows.append(row._replace(person=person, standing=standing, role="Contract Manager, for a frontline service"))
        if place % 9 == 8:
            rows[-1] = Row(person, Standing.HIDDEN, row.round)
    return rows


WIDE = make_tree([f"{letter}{number}" for letter in "ABC" for number in range(1, 8)], pk=3, statements=1)
TREE = make_tree(("A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6"), statements=1)
TEAMS = {
    "nobody": lambda: report_of(),
    "nobody has shared": lambda: report_of(not_shared=[Person(1, HOSTILE, "", 1, NOW)]),
    "one person": lambda: report_of(make_table(TREE, crowd(TREE, 1))),
    "fifty": lambda: report_of(make_table(TREE, crowd(TREE, 50)), goals=goals(20)),
    "two hundred": lambda: report_of(make_table(TREE, crowd(TREE, 200)), goals=goals(60)),
    "long names": lambda: report_of(make_table(TREE, crowd(TREE, 6, name=LONG[:140] + " {}")), goals=goals(3, LONG)),
    "two frameworks": lambda: report_of(
        make_table(TREE, crowd(TREE, 4)),
        make_table(WIDE, crowd(WIDE, 8, first=3), framework=2, title="Commercial Standards"),
    ),
    "narrowed to nobody": lambda: report_of(make_table(TREE, crowd(TREE, 4)), asked={"state": "not-shared"}),
}
MOST_TELLING = ("nobody has shared", "one person", "long names", "two frameworks")


def goals(number, what="Something"):
    return [replace(make_goal(f"Person {place:03}", "B4.1", "A1.2", pk=place), what=what) for place in range(number)]


# Of reports that are made up, without any database.
@pytest.mark.drawn
@pytest.mark.parametrize("state", TEAMS if HEAVY else MOST_TELLING)
def test_team_pdf_of_any_team_is_accessible(state, caplog):
    report = TEAMS[state]()
    html, tagged = team_html(report), TaggedPdf(make_team_pdf(report))
    assert broken_rules(tagged.data) == []
    assert unscoped_headers(tagged) == []
    assert unprinted_links(tagged) == []
    assert tagged.font_names() == {"Inter-Portal", "Inter-Portal-Semi-Bold"}
    # A table that runs over a page would be tagged as two.
    assert tagged.tags().count("/Table") == html.count("<table")
    assert tagged.text(not_a_marker) == letters(html)
    foot = "Teamreport,11November2026.ForTomaszQuillfeather;donotpasson."
    assert unmarked_furniture(tagged, [foot, "Page"]) == []
    assert [record for record in caplog.records if record.levelname != "INFO"] == []


@pytest.mark.drawn
def test_the_check_notices_a_table_of_levels_that_runs_over_a_page(monkeypatch):
    monkeypatch.setattr(team_pages, "PAGE_HEIGHT", 1000)
    report = replace(report_of(make_table(TREE, crowd(TREE, 16))), needs=(), cover=())
    assert TaggedPdf(make_team_pdf(report)).tags().count("/Table") > team_html(report).count("<table")


@pytest.mark.parametrize("number", [0, 1, 9, 50, 200])
def test_every_person_stands_once_in_the_table_of_levels(number):
    rows = crowd(TREE, number)
    report = report_of(make_table(TREE, rows))
    maps = heat_maps(report.chosen[0])
    assert [row.name for each in maps for row in each.rows] == [row.name for row in rows]
    assert [bool(each.foot) for each in maps] == [False] * (len(maps) - 1) + [True] * bool(maps)


def test_many_areas_stand_in_tables_beside_each_other():
    assert [len(range(24)[each]) for each in shares(24, 10)] == [8, 8, 8]
    assert [len(range(8)[each]) for each in shares(8, 10)] == [8]
    maps = heat_maps(report_of(make_table(WIDE, crowd(WIDE, 2))).chosen[0])
    assert [area.code for each in maps for area in each.areas] == [area.code for area in WIDE.areas]
    assert [len(each.rows) for each in maps] == [2, 2, 2]


def test_team_excel_of_several_versions_has_a_sheet_of_levels_for_each():
    book = load_workbook(BytesIO(make_team_workbook(TEAMS["two frameworks"]())))
    assert book.sheetnames == ["Levels 1", "Levels 2", *SHEETS[1:]]
    assert (book["Levels 1"].max_row, book["Levels 2"].max_row) == (5, 9)


def test_the_same_report_gives_the_same_workbook():
    assert make_team_workbook(TEAMS["one person"]()) == make_team_workbook(TEAMS["one person"]())


@pytest.mark.parametrize(("filled", "of", "dark"), [(3, 8, 3), (0, 5, 0), (16, 16, 16), (20, 50, 1), (50, 50, 1)])
def test_boxes_are_as_many_as_people(filled, of, dark):
    svg = boxes(filled, of)
    assert svg.count('fill="#1d3d63"') == dark
    assert f"<title>{filled} of {of}</title>" in svg
