"""The gap report as an Excel workbook: what the GapReport says, cell by cell, for those who may read it, and noted."""

import uuid
from datetime import date, datetime, time
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from assessments.actions import close_assessment, save_review, start_next_assessment
from assessments.answers import Answered
from assessments.models import Assessment, Reading, ReportFile
from assessments.reports.source import Reader
from assessments.reports.workbook import make_report_workbook
from people.actions import lines
from people.models import ReportingLine, User
from tests.assessments.rounds import (
    EXPERT,
    FOUNDATION,
    PRACTITIONER,
    answer,
    answer_all,
    as_read,
    make_agreed,
    make_half_way,
    make_reviewed,
    make_round,
    make_shared,
    make_typical,
    report_of,
    source_of,
    target,
)
from tests.factories import changes_to, confirm, converse, make_evidence, make_user, review, share

pytestmark = pytest.mark.django_db

SECRET = "Nobody reads this before the review is finished."
DISAGREEMENT = "I see B1.9 otherwise: the plan was mine."
NAME = 'Zoë <b>&{{7*7}}</b> "Penŵydd"'
# What a spreadsheet may take for a formula, a link, a number or markup; each ends up in a cell as it was typed.
HOSTILE = (
    *('=HYPERLINK("https://beacon.example","x")', "+1+1", "-2+3", "@SUM(1,1)", "=cmd|' /C calc'!A0", "{=1+1}"),
    *("https://beacon.example/", "internal:Sheet2!A1", "007", "1e5", "TRUE", "_x0041_", "<r><t>x</t></r>", "<r>&</r>"),
    *("\t=1+1", "two\nlines & <i>more</i>", "Zażółć 🙂 ŵ", "'=1+1", "#REF!"),
)


@pytest.fixture(scope="module")
def made(kept_for_the_module):
    """A round of each state, each of another person, with one line manager."""
    boss = make_user(name="Tomasz Quillfeather", email="tomasz@example.com", job_title="Head of Facilities")

    def person(name):
        return make_user(name=name, job_title="Contract Manager")

    begun = make_shared(person("Bel Begun"), boss)
    said = changes_to(begun, {"A1.1": Answered(FOUNDATION, note=SECRET)}, view="line_manager")
    save_review(assessment=begun, by=boss, changes=said)
    return SimpleNamespace(
        boss=boss,
        stranger=make_user(name="Zofia Dąbrówka"),
        draft=make_typical(person("Dai Draft")),
        shared=begun,
        blind=make_shared(person("Blodwen First"), boss, rates_first=True),
        reviewed=make_reviewed(person("Rhys Reviewed"), boss),
        agreed=make_agreed(person("Nia Penŵydd"), boss, disagreement=DISAGREEMENT),
    )


@pytest.fixture
def world(made):
    """The same, read anew: an action notes on the round that it is given what it changed."""
    rounds = {name: as_read(each) for name, each in vars(made).items() if isinstance(each, Assessment)}
    people = {name: User.objects.get(pk=each.pk) for name, each in vars(made).items() if isinstance(each, User)}
    return SimpleNamespace(**rounds, **people)


def browser(person):
    client = Client()
    client.force_login(person)
    return client


def fetched(assessment, person, name="report-excel"):
    return browser(person).get(reverse(name, args=[assessment.pk]))


def book_of(assessment, reader=Reader.OWNER):
    return load_workbook(BytesIO(make_report_workbook(source_of(assessment, reader))))


def tables_of(book):
    """The rows of each sheet below its headings, by its name; a day is a date."""
    return {
        sheet.title: [tuple(map(plain, row)) for row in sheet.iter_rows(min_row=2, values_only=True)] for sheet in book
    }


def plain(value):
    return value.date() if isinstance(value, datetime) else value


def headings(book, name):
    return [cell.value for cell in book[name][1]]


def nothing_for_empty(rows):
    """A cell in which nothing stands is read back as None."""
    return [tuple(None if value == "" else value for value in row) for row in rows]


def day_of(moment):
    return timezone.localtime(moment).date()


def noted(assessment):
    return sorted(Reading.objects.filter(assessment=assessment).values_list("reader__name", "what"))


# What it says


def expected_levels(report):
    for area in report.areas:
        at_target = area.at_target.split(" of ") if area.at_target else (None, None)
        per_level = area.chart.at_or_above[1:] if area.is_in_role else (None,) * len(report.levels)
        both = (area.in_both.own, area.in_both.line_manager, area.in_both.agreed) if report.both else ()
        explained = f"{area.reason_in_full}."
        counts = [each and int(each) for each in at_target]
        yield (area.code, area.title, area.level, area.target, area.gap, explained, *counts, *per_level, *both)


def expected_statements(report):
    gaps = {gap.code: gap for gap in report.gaps}
    strengths = {each.code for each in report.strengths}
    for area in report.areas:
        for row in area.statements:
            level, goal, gap, against, place = row.level, area.target, 0, "at target", None
            if row.code in gaps:
                gap, against, place = gaps[row.code].levels, "below target", gaps[row.code].number
            if row.code in strengths:
                against = "above target"
            if row.is_left_out:
                level, goal, gap, against = "Not relevant", None, None, None
            elif not level:
                level, gap, against = "Not answered", None, None
            said = row.said
            views = (said.own.words, said.line_manager.words, said.agreed.words) if said else ()
            notes = "\n".join(f"{label}: {text}" for label, text in row.notes) if report.both else row.note
            examples = ", ".join(map(str, row.evidence))
            if examples:
                examples = f"{'examples' if len(row.evidence) > 1 else 'example'} {examples}"
            yield (row.code, row.topic, area.code, level, goal, gap, against, place, *views, notes, examples)


def expected_gaps(report):
    for gap in report.gaps:
        goals = [str(goal.number) for goal in gap.goals]
        named = f"{'goals' if len(goals) > 1 else 'goal'} {', '.join(goals)}" if goals else None
        yield (
            *(gap.number, gap.code, gap.topic, gap.area, gap.level, gap.target, gap.levels, f"{gap.why}."),
            *(gap.aim.level, gap.aim.text, named),
        )


def says_what_the_report_says(assessment, reader=Reader.OWNER):
    """Compare every table of the workbook but the first; returns the workbook and its report."""
    book, report = book_of(assessment, reader), report_of(assessment, reader)
    expected = {
        "Levels": expected_levels(report),
        "Statements": expected_statements(report),
        "Gaps": expected_gaps(report),
        "Next steps": (
            (each.code, each.title, each.level, len(each.statements), ", ".join(each.statements))
            for each in report.next_steps
        ),
        "Readiness": ((each.level, each.met, each.in_scope, each.with_evidence) for each in report.readiness),
        "Goals": (
            (
                *(each.number, each.what, each.measure, each.way, each.due_on),
                "\n".join(f"{aim.code} {aim.topic}, to {aim.level}" for aim in each.aims),
            )
            for each in report.plan.goals
        ),
        "Work examples": (
            (each.number, each.title, each.text, each.address, each.dated_on, ", ".join(each.statements))
            for each in report.evidence
        ),
        "Left out": ((each.code, each.title, each.reason) for each in report.areas_left_out + report.left_out),
        "Changed targets": (
            (each.code, each.title, each.target, each.proposed, each.chosen, each.reason)
            for each in report.target_reasons
        ),
    }
    expected = {name: nothing_for_empty(rows) for name, rows in expected.items()}
    always = ("Levels", "Statements", "Next steps")
    found = tables_of(book)
    found.pop("About")
    assert found == {name: rows for name, rows in expected.items() if rows or name in always}
    return book, report


def about(book):
    return dict(tables_of(book)["About"])


def test_a_typical_draft(world):
    book, report = says_what_the_report_says(world.draft)
    assert book.sheetnames == [
        *("About", "Levels", "Statements", "Gaps", "Next steps", "Readiness"),
        *("Work examples", "Left out", "Changed targets"),
    ]
    assert (book["Statements"].max_row, book["Gaps"].max_row) == (1 + 66, 1 + len(report.gaps))
    assert headings(book, "Statements") == [
        *("Statement", "Topic", "Area", "Level", "Target", "Gap in levels", "Against target", "Place among the gaps"),
        *("Note", "Work examples"),
    ]
    said = about(book)
    assert said == {
        "Gap report of": "Dai Draft",
        "Post": "Contract Manager",
        "Assessment": report.title,
        "Standards": "Contract Management Professional Standards, version 2.0 (July 2019)",
        "State": "Draft",
        "Whose levels": "A self-assessment: Dai Draft’s own levels, not agreed with a line manager.",
        "Private": "This holds what you wrote. Keep it where only you can open it.",
        "Answers as of": day_of(world.draft.changed_at),
        "In short": report.summary,
        "Role profile": report.role_profile,
        "Level of an area": "The lowest among its statements in the role. There is no overall score and no average.",
        "Gap": "The target less the level, in levels, never below nought.",
        "What it is not": "It is not an accreditation and not a performance rating.",
        "Topics": "The portal’s own labels, not the published words.",
        "Licence of the standards": report.licence,
        "Fingerprint of the published words": report.fingerprint,
    }


@pytest.mark.parametrize("reader", Reader)
def test_an_agreed_round_has_both_views_the_conversation_and_the_plan(world, reader):
    book, report = says_what_the_report_says(world.agreed, reader)
    assert headings(book, "Statements")[8:] == ["Self", "Line manager", "Agreed", "Notes", "Work examples"]
    assert headings(book, "Levels")[-3:] == ["Self", "Line manager", "Agreed"]
    said, agreed_on = about(book), day_of(world.agreed.agreed_at)
    found = {
        "State": "Agreed",
        "Whose levels": "Agreed in a development conversation, with both views beside what was agreed.",
        "Private": "This holds what two people wrote. Keep it where only the two of you can open it.",
        "Agreed on": agreed_on,
        "Shared on": day_of(world.agreed.shared_at),
        "Line manager": "Tomasz Quillfeather, Head of Facilities",
        "Conversation held on": date(2026, 10, 14),
        "Points": report.record.points,
        "We look again on": date(2027, 4, 12),
        "Confirmed by Nia Penŵydd": agreed_on,
        "Confirmed by Tomasz Quillfeather": agreed_on,
        "Nia Penŵydd recorded a disagreement": DISAGREEMENT,
        "Where views differ": "Of 66 statements, 60 have the same answer in both views.",
        "Check code": report.check_code,
    }
    assert {name: said.get(name) for name in found} == found
    assert {row[4] for row in tables_of(book)["Goals"]} == {goal.due_on for goal in report.plan.goals}


def test_a_reviewed_round_has_both_views_and_nothing_agreed(world):
    book, _ = says_what_the_report_says(world.reviewed, Reader.LINE_MANAGER)
    assert headings(book, "Statements")[8:11] == ["Self", "Line manager", "Agreed so far"]
    said = about(book)
    assert said["State"] == "Shared, not agreed"
    assert "on the way to an agreement. Nothing is agreed yet." in said["Whose levels"]
    assert "Agreed on" not in said


def test_a_round_half_way_says_what_is_missing(contract_manager):
    book, report = says_what_the_report_says_but_for_what_is_out(make_half_way(contract_manager))
    assert about(book)["Not finished"] == "17 of the 59 statements that count are answered."
    levels = {row[3] for row in tables_of(book)["Statements"] if row[2] == "B2"}
    assert levels == {"Not in the role"}
    assert all(row[4:] == (None,) * 6 for row in tables_of(book)["Statements"] if row[2] == "B2")
    assert report.areas[3].gap is None


def says_what_the_report_says_but_for_what_is_out(assessment):
    """An area that is out of the role says nothing of its statements, as in the PDF."""
    book, report = book_of(assessment), report_of(assessment)
    inside = {area.code for area in report.areas if area.is_in_role}
    rows = [row for row in tables_of(book)["Statements"] if row[2] in inside]
    assert rows == [row for row in nothing_for_empty(expected_statements(report)) if row[2] in inside]
    assert tables_of(book)["Levels"] == nothing_for_empty(expected_levels(report))
    return book, report


def test_an_empty_round_and_one_with_nothing_in_the_role(contract_manager):
    round_ = make_round(contract_manager)
    book, _ = says_what_the_report_says_but_for_what_is_out(round_)
    assert book.sheetnames == ["About", "Levels", "Statements", "Next steps"]
    assert about(book)["Next steps"] == "No area has a level yet. Answering the rest of an area gives it one."
    assert {row[3] for row in tables_of(book)["Statements"]} == {"Not answered"}
    round_ = target(round_, dict.fromkeys(("B1", "B2", "B3", "B4", "B5", "B6")))
    codes = [*(f"A1.{n}" for n in range(1, 7)), *(f"A2.{n}" for n in range(1, 9))]
    book, _ = says_what_the_report_says_but_for_what_is_out(answer(round_, dict.fromkeys(codes, "-")))
    assert about(book)["In short"] == "No statement is in your role, so there is nothing to report."
    assert {row[3] for row in tables_of(book)["Statements"]} == {"Not in the role"}


def test_everything_at_the_top_has_no_next_step(contract_manager):
    book, _ = says_what_the_report_says(answer_all(make_round(contract_manager), EXPERT))
    assert about(book)["Next steps"] == "Every area is at the highest level."
    # Where the words of the highest level are those of the target, nobody is above it.
    assert {row[6] for row in tables_of(book)["Statements"]} == {"above target", "at target"}


def next_round(agreed, line_manager):
    started = start_next_assessment(owner=agreed.owner, previous=agreed, version=agreed.version)
    answered = answer_all(as_read(started), differing={"A2.3": EXPERT, "B6.7": FOUNDATION, "A1.3": FOUNDATION})
    reviewed = converse(review(share(answered, line_manager)))
    return as_read(confirm(reviewed, reviewed.owner, line_manager))


def test_the_round_before_is_compared_and_the_comparison_noted(world):
    after = next_round(world.agreed, world.boss)
    book, report = book_of(after), report_of(after)
    assert headings(book, "Changes")[2:4] == [report.comparison.then, report.comparison.now]
    areas = [(each.code, each.title, each.then, each.now, each.change) for each in report.comparison.areas]
    statements = [
        (row.code, row.topic, row.then, row.now, group.title)
        for group in report.comparison.groups
        for row in group.rows
    ]
    assert tables_of(book)["Changes"] == nothing_for_empty(areas + statements)
    assert statements
    assert about(book)[f"Since {report.comparison.then}"] == report.comparison.summary
    assert queries_of(after, world.boss) == 8
    assert {what for _, what in noted(world.agreed)} == {Reading.What.COMPARISON}


def test_text_stays_the_text_that_was_typed(contract_manager):
    contract_manager.name, contract_manager.job_title = NAME, "=1+1"
    contract_manager.save()
    codes = [f"{area}.{number}" for area, last in (("A1", 6), ("A2", 8), ("B1", 9)) for number in range(1, last + 1)]
    notes = dict(zip(codes, HOSTILE, strict=False))
    round_ = target(make_round(contract_manager), {"B2": FOUNDATION}, reason="-1")
    round_ = answer_all(round_, differing={"B5.6": "-"}, notes=notes, reason="@SUM(1,1)")
    for text in HOSTILE:
        make_evidence(round_, title=text, text=text, link="https://example.com/?=1+1", statements=("A1.1",))
    book, _ = says_what_the_report_says(as_read(round_))
    assert [row[8] for row in tables_of(book)["Statements"][: len(HOSTILE)]] == list(HOSTILE)
    assert [row[1] for row in tables_of(book)["Work examples"]] == list(HOSTILE)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n", "d"}
    assert [cell for cell in cells if cell.hyperlink] == []
    assert {name: about(book)[name] for name in ("Gap report of", "Post")} == {"Gap report of": NAME, "Post": "=1+1"}


# How it is laid out


def test_headings_are_frozen_columns_wide_and_days_are_days(world):
    book = book_of(world.agreed)
    assert {sheet.freeze_panes for sheet in book} == {"A2"}
    assert book["Statements"].column_dimensions["B"].width > 30
    day = next(row[1] for row in book["About"].iter_rows(min_row=2) if row[0].value == "Agreed on")
    assert (day.is_date, day.number_format) == (True, "d mmmm yyyy")
    assert book["Goals"]["E2"].is_date
    assert book["Statements"]["F2"].data_type == "n"
    assert "Gap report, agreed: Nia Penŵydd" in book["Levels"].oddFooter.left.text


def test_the_same_report_has_the_same_bytes(world):
    first, second = (make_report_workbook(source_of(as_read(world.agreed))) for _ in range(2))
    assert first == second
    created = load_workbook(BytesIO(first)).properties.created
    assert created == datetime.combine(day_of(world.agreed.changed_at), time())


# Who gets it


def test_report_excel_is_a_private_attachment(world):
    response = fetched(world.draft, world.draft.owner)
    assert response.status_code == 200
    assert response.content == make_report_workbook(source_of(world.draft))
    assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert (response["Cache-Control"], response["X-Content-Type-Options"]) == ("no-store, private", "nosniff")
    name = f"gap-report-{day_of(world.draft.changed_at).isoformat()}.xlsx"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert not ReportFile.objects.filter(assessment=world.draft).exists()
    assert browser(world.draft.owner).post(reverse("report-excel", args=[world.draft.pk])).status_code == 405


def test_a_draft_is_its_owners_alone(world, superuser, client):
    for other in (world.boss, world.stranger, superuser):
        assert fetched(world.draft, other).status_code == 404
    assert browser(world.stranger).get(reverse("report-excel", args=[uuid.uuid4()])).status_code == 404
    response = client.get(reverse("report-excel", args=[world.draft.pk]))
    assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("account_login"))
    assert noted(world.draft) == []


def test_each_reader_gets_what_their_report_says_and_the_line_manager_is_noted(world):
    for assessment in (world.shared, world.reviewed, world.agreed):
        owned, read = (fetched(assessment, each).content for each in (assessment.owner, world.boss))
        assert owned == make_report_workbook(source_of(as_read(assessment), Reader.OWNER))
        assert read == make_report_workbook(source_of(as_read(assessment), Reader.LINE_MANAGER))
        assert noted(assessment) == [("Tomasz Quillfeather", Reading.What.REPORT_PDF)]
        assert fetched(assessment, world.stranger).status_code == 404


def test_what_is_rated_before_the_review_is_finished_is_in_nobodys(world):
    for reader in Reader:
        book = book_of(world.shared, reader)
        assert headings(book, "Statements")[8:] == ["Note", "Work examples"]
        texts = [cell for rows in tables_of(book).values() for row in rows for cell in row if isinstance(cell, str)]
        assert not any(SECRET in text for text in texts)


def test_a_line_manager_who_rates_first_gets_none_until_they_have(world):
    response = fetched(world.blind, world.boss)
    assert (response.status_code, response["Content-Type"]) == (403, "text/html; charset=utf-8")
    assert "asked you to rate first" in response.content.decode()
    assert noted(world.blind) == []
    assert fetched(world.blind, world.blind.owner).status_code == 200


def test_a_former_line_manager_gets_none(world):
    owner = world.agreed.owner
    lines.end_line(line=ReportingLine.objects.live().get(person=owner), ended_by=owner)
    assert [fetched(world.agreed, each).status_code for each in (world.boss, owner)] == [404, 200]


def test_a_closed_round_has_it_too(contract_manager):
    round_ = answer_all(make_round(contract_manager))
    close_assessment(assessment=round_, by=round_.owner)
    book, _ = says_what_the_report_says(as_read(round_))
    assert about(book)["Closed on"] == day_of(as_read(round_).closed_at)
    assert fetched(round_, contract_manager).status_code == 200


def test_the_report_page_links_it_beside_the_pdf(world):
    for assessment, person in ((world.draft, world.draft.owner), (world.agreed, world.boss)):
        source = fetched(assessment, person, "report-detail").content.decode()
        link = f'<a class="govuk-link" href="{reverse("report-excel", args=[assessment.pk])}">Download as Excel</a>'
        assert source.count(link) == 2


# What it costs


def queries_of(assessment, person):
    client = browser(person)
    client.get(reverse("report-excel", args=[assessment.pk]))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("report-excel", args=[assessment.pk])).status_code == 200
    return len(queries)


def test_as_many_queries_for_one_answer_as_for_all(contract_manager):
    round_ = answer(make_round(contract_manager), {"A1.1": PRACTITIONER})
    assert queries_of(round_, contract_manager) == 6
    assert queries_of(answer_all(round_, FOUNDATION), contract_manager) == 6


def test_with_everything_in_it_it_takes_no_more_than_ten_queries(world):
    for assessment in (world.reviewed, world.agreed):
        for person in (assessment.owner, world.boss):
            assert queries_of(assessment, person) <= 10
