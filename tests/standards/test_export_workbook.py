"""The workbook read back sheet by sheet, and what is common to all workbooks."""

from datetime import UTC, date, datetime
from io import BytesIO

import openpyxl
import pytest

from documents.workbook import LONGEST_TEXT, Column, Sheet, TooLongForCell, make_workbook
from standards.exports import EXPORTS
from standards.models import (
    Area,
    CaseStudyStage,
    GlossaryTerm,
    GuideSection,
    Insight,
    LearningResource,
    Level,
    PeopleProfile,
    ReferencePage,
    RoleProfile,
    RoleTarget,
    Source,
)
from standards.prose import prose_words
from tests.standards.export_readers import sheet_rows

DAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


# The standards


@pytest.fixture
def rows(published_version):
    """``rows(name)`` gives a sheet's rows as tuples, without its heading."""
    content = EXPORTS["xlsx"].content(published_version)
    return lambda name: [tuple(row.values()) for row in sheet_rows(content, name)]


def values(model, *fields, **options):
    order = options.pop("order", "order")
    return list(model.objects.order_by(*([order] if isinstance(order, str) else order)).values_list(*fields))


def test_glossary_levels_and_sources(rows):
    assert rows("Glossary") == values(GlossaryTerm, "term", "definition", "note")
    assert rows("Levels") == values(Level, "rank", "name", "definition", "summary", order="rank")
    assert rows("Sources") == values(Source, "title", "url")


def test_areas(rows):
    found = [(row[0], row[2], row[3], row[4], row[5], row[7]) for row in rows("Areas")]
    fields = ("section__code", "section__summary", "code", "title", "short_title", "summary")
    assert found == values(Area, *fields)
    assert [row[9].count("\n") + 1 for row in rows("Areas")[:2]] == [8, 8]


def test_role_profiles_with_their_levels(rows):
    found = rows("Role profiles")
    assert [row[:4] for row in found] == values(RoleProfile, "pathway", "title", "setting", "description")
    targets = values(RoleTarget, "level__name", order=("profile__order", "area__section__order", "area__order"))
    assert [level for row in found for level in row[4:]] == [level for (level,) in targets]


def test_insights_and_guide_sections(rows):
    assert [row[:3] for row in rows("Insights")] == values(Insight, "number", "group", "text", order="number")
    assert [row[:2] for row in rows("Guide sections")] == values(GuideSection, "code", "title")
    assert {row[0]: row[2] for row in rows("Guide sections")}["E"] == "B2, B3, B5"


def test_texts_people_and_case_studies(rows):
    pages = values(ReferencePage, "group", "title", "body")
    assert rows("Texts") == [(group, title, prose_words(body)) for group, title, body in pages]
    people = values(PeopleProfile, "job_title", "organisation", "level__name", "quote", "body")
    assert rows("People") == [
        (job, organisation, level or "", quote, prose_words(body)) for job, organisation, level, quote, body in people
    ]
    stages = values(CaseStudyStage, "case_study__title", "title", "text", order=("case_study__order", "order"))
    found = [(row[0], row[2], row[3]) for row in rows("Case studies") if row[2] != "Introduction"]
    assert found == [(study, title, prose_words(text)) for study, title, text in stages]


def test_learning_resources(rows):
    found = [(row[0], row[1], row[2], row[4] or None) for row in rows("Learning resources")]
    assert found == values(LearningResource, "title", "provider", "link", "level__name")


# Any workbook


def book_of(*rows, columns=("Name", "Text"), **options):
    sheet = Sheet("Sheet", tuple(Column(title, 20) for title in columns), rows)
    content = make_workbook([sheet], title="A & B", author="Somebody", made_at=DAY, **options)
    return openpyxl.load_workbook(BytesIO(content)), content


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "{=1}",
        "+44",
        "-1",
        "@x",
        "https://example.com",
        "mailto:a@b.c",
        "007",
        "1e5",
        "TRUE",
        "#N/A",
        " x ",
        "_x0041_",
        "a\nb",
        "<r><t>x</t></r>",
        "<r>&</r>",
        "<r></r>",
    ],
)
def test_text_is_a_text_whatever_it_looks_like(text):
    book, _ = book_of(("a", text))
    cell = book["Sheet"]["B2"]
    # openpyxl leaves the escapes of the file format as they are.
    assert cell.value.replace("_x005F_", "_") == text
    assert (cell.data_type, cell.hyperlink) == ("s", None)


def test_numbers_are_numbers_and_nothing_is_nothing():
    book, _ = book_of((3, None), ("", "x"))
    cells = book["Sheet"]
    assert (cells["A2"].value, cells["B2"].value, cells["A3"].value) == (3, None, None)


def test_a_day_is_a_day():
    book, _ = book_of(("a", date(2027, 1, 31)))
    cell = book["Sheet"]["B2"]
    assert (cell.value.date(), cell.is_date, cell.number_format) == (date(2027, 1, 31), True, "d mmmm yyyy")


@pytest.mark.parametrize("value", [1.5, True, DAY, b"x"])
def test_other_values_are_refused(value):
    with pytest.raises(TypeError):
        book_of(("a", value))


def test_text_that_no_cell_holds_is_refused_and_not_cut():
    book_of(("a", "x" * LONGEST_TEXT))
    with pytest.raises(TooLongForCell):
        book_of(("a", "x" * (LONGEST_TEXT + 1)))


def test_sheet_is_ready_to_read():
    book, content = book_of(("a", "long " * 30))
    sheet = book["Sheet"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:B2", "$1:$1")
    assert sheet.column_dimensions["A"].width > 15
    assert sheet["B2"].alignment.wrap_text
    assert sheet.row_dimensions[2].height > 100
    assert book.properties.title == "A & B"
    assert book.properties.created == DAY.replace(tzinfo=None)
    assert book_of(("a", "long " * 30))[1] == content


def test_a_long_title_is_cut_at_the_foot_alone():
    sheets = [Sheet("Sheet", [Column("A")], [("a",)])]
    book = openpyxl.load_workbook(BytesIO(make_workbook(sheets, title="&" * 300, author="", made_at=DAY)))
    assert (len(book.properties.title), book["Sheet"].oddFooter.right.text) == (300, "Page &P of &N")
