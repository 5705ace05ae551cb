"""A version goes out as a file and comes in again: what it would do to a draft is told before, and then done, all or nothing."""

import io
import json
import uuid

import openpyxl
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standards.actions import NotEditable, carry_out_import, hold_import, start_next_version
from standards.exports import EXPORTS
from standards.fingerprint import fingerprint, version_entries
from standards.importing import (
    ADDED,
    CHANGED,
    REMOVED,
    SHEETS,
    UNCHANGED,
    Book,
    Refused,
    Upload,
    begun_version,
    make_editors_workbook,
    make_table_csv,
    read_upload,
)
from standards.importing.sheets import Row, Sheet
from standards.models import (
    Area,
    Framework,
    GlossaryTerm,
    HeldImport,
    Level,
    LevelDescriptor,
    Section,
    Statement,
    StatementLink,
    Version,
)
from tests.conftest import HEAVY
from tests.factories import make_user
from tests.standards.import_files import cell, edited, workbook
from tests.standards.versions import make_whole_version

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def begun(kept_for_the_module):
    return start_next_version(version=Version.objects.published().get(), number="2.1", by=make_user())


@pytest.fixture
def draft(db, begun):
    """Version 2.1, begun as a copy of version 2.0."""
    return Version.objects.select_related("framework", "follows").get(pk=begun.pk)


@pytest.fixture(scope="module")
def by(kept_for_the_module):
    return make_user()


def planned(version, content, name="a.xlsx", *, sheet="", is_whole=False):
    return Book(version).plan(read_upload(content, name, sheet=sheet), is_whole=is_whole)


def counts(plan):
    """How many rows are added, changed and removed."""
    return tuple(len(plan.of_kind(kind)) for kind in (ADDED, CHANGED, REMOVED))


def import_file(version, content, by, name="a.xlsx", *, sheet="", is_whole=False):
    """What the pages do: look, hold, carry out."""
    upload = read_upload(content, name, sheet=sheet)
    book = Book(version) if version else None
    held = hold_import(upload=upload, version=version, file_name=name, is_whole=is_whole, by=by)
    return carry_out_import(held=held, state=book.state if book else "", by=by)


def everything(version):
    """Every field of every row of a version, but for its state and dates."""
    entries = []
    for entry in version_entries(version):
        fields = {key: value for key, value in entry["fields"].items() if key not in ("state", "follows")}
        for name in ("published_at", "edited_at", "fingerprint", "closes_on", "retires_on", "retired_at"):
            fields.pop(name, None)
        fields = {key: sorted(value) if key == "areas" else value for key, value in fields.items()}
        entries.append(json.dumps([entry["model"], fields], sort_keys=True, default=str))
    return sorted(entries)


# There and back


def test_the_workbook_of_a_version_begins_one_with_the_same_fingerprint(published_version, by):
    content, before = make_editors_workbook(published_version), everything(published_version)
    Framework.objects.update(slug="elsewhere")
    version, plan = import_file(None, content, by)
    assert counts(plan) == (len(plan.rows), 0, 0)
    assert (version.state, fingerprint(version_entries(version))) == ("draft", published_version.fingerprint)
    assert everything(version) == before


def test_the_workbook_of_a_version_goes_into_an_empty_draft(published_version, by):
    content = make_editors_workbook(published_version)
    Framework.objects.update(slug="elsewhere")
    framework = Framework.objects.create(slug="contract-management", title="Empty", owner="Nobody")
    empty = Version.objects.create(framework=framework, number="2.0", issued="Now", source_title="None", licence="None")
    import_file(empty, content, by, is_whole=True)
    assert fingerprint(version_entries(Version.objects.get(pk=empty.pk))) == published_version.fingerprint


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_table_as_csv_changes_nothing_in_the_version_that_it_is_of(draft, sheet):
    plan = planned(draft, make_table_csv(draft, sheet), "a.csv", sheet=sheet, is_whole=True)
    assert (plan.changes_nothing, plan.problems) == (True, ())
    assert [name for name, _ in plan.counts()] == [sheet]


def test_the_case_package_of_a_version_changes_nothing_in_a_copy_of_it(published_version, draft):
    plan = planned(draft, EXPORTS["case-json"].content(published_version), "a.json", is_whole=True)
    assert (plan.changes_nothing, plan.problems, plan.notes) == (True, (), ())
    assert {name: count[UNCHANGED] for name, count in plan.counts()}["Statements"] == 66


def test_what_is_read_is_what_openpyxl_reads(published_version):
    content = make_editors_workbook(published_version)
    book = openpyxl.load_workbook(io.BytesIO(content))
    upload = read_upload(content, "a.xlsx")
    assert [sheet.name for sheet in upload.sheets] == book.sheetnames
    for sheet in upload.sheets:
        head, *rows = book[sheet.name].iter_rows(values_only=True)
        assert sheet.columns == head
        wanted = [{name: str(text) for name, text in zip(head, row, strict=True) if text is not None} for row in rows]
        assert [dict(row.cells) for row in sheet.rows] == wanted


def test_what_is_kept_until_an_editor_decides_is_what_was_read(published_version):
    upload = read_upload(make_editors_workbook(published_version), "a.xlsx")
    assert Upload.unpacked(upload.packed()) == upload


NASTY = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=12),
    st.sampled_from(
        ["=1+1", "'=1", "''+1", "-a", "@b", "_x000D_", "a\r\nb", "\n- one\n- two", "\ta", " a ", "Yes", "1", "1.0", "ŵ"]
    ),
).filter(str.strip)
NAMES = st.lists(
    NASTY.map(lambda text: " ".join(text.split())[:50]).filter(bool), min_size=1, max_size=4, unique_by=str.lower
)


@settings(
    max_examples=50 if HEAVY else 2, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    NAMES,
    st.lists(st.lists(st.lists(NASTY | st.none(), min_size=4, max_size=4), max_size=3), min_size=1, max_size=3),
    NAMES,
)
def test_any_framework_comes_back_with_the_same_fingerprint(db, levels, areas, terms):
    with transaction.atomic():
        version = made_of(levels, areas, terms)
        content, wanted = make_editors_workbook(version), fingerprint(version_entries(version))
        tables = {sheet: make_table_csv(version, sheet) for sheet in ("Levels", "Statements", "Glossary")}
        assert planned(version, content, is_whole=True).changes_nothing
        for sheet, table in tables.items():
            plan = planned(version, table, "a.csv", sheet=sheet, is_whole=True)
            assert (plan.problems, counts(plan)) == ((), (0, 0, 0))
        Framework.objects.filter(pk=version.framework_id).update(slug="elsewhere")
        again, _ = import_file(None, content, make_user())
        assert fingerprint(version_entries(again)) == wanted
        transaction.set_rollback(True)


def made_of(levels, areas, terms):
    """A draft with these names of levels, words by level in areas, and terms."""
    framework = Framework.objects.create(slug="any", title="Any", owner="Anybody", allows_undefined_levels=True)
    version = Version.objects.create(framework=framework, number="1", issued="Now", source_title="A", licence="B")
    rows = [
        Level.objects.create(version=version, rank=rank, name=name, definition=name, summary=name)
        for rank, name in enumerate(levels, start=1)
    ]
    section = Section.objects.create(version=version, code="Z", title="=Z", summary="-", order=7)
    for number, statements in enumerate(areas, start=1):
        area = Area.objects.create(
            section=section, code=f"Z{number}", title="Area", short_title="Area", summary="'", order=number * 3
        )
        for place, words in enumerate(statements, start=1):
            statement = Statement.objects.create(area=area, code=f"{area.code}.{place}", topic="Topic", order=place)
            for level, text in zip(rows, words, strict=False):
                if text is not None:
                    LevelDescriptor.objects.create(statement=statement, level=level, text=text)
    for place, term in enumerate(terms, start=1):
        GlossaryTerm.objects.create(version=version, term=term, definition=term, order=place)
    return version


# What a file would do


def test_what_is_added_changed_and_removed_is_told_apart(draft):
    def edit(book):
        page = book["Statements"]
        cell(page, "B4.3", "Level 2: Practitioner").value = "Other words"
        cell(page, "B4.4", "Code").value = "B4.44"
        page.append(["A1", None, "A1.99", "New one", "One", "Two", "Three"])
        book["Sources"].delete_rows(3)

    content = edited(draft, edit)
    plan = planned(draft, content, is_whole=True)
    assert (plan.problems, counts(plan)) == ((), (1, 2, 1))
    first, second = plan.of_kind(CHANGED)
    old = LevelDescriptor.objects.get(
        statement__code="B4.3", statement__area__section__version=draft, level__rank=2
    ).text
    assert [(each.column, each.before, each.after) for each in first.changes] == [
        ("Level 2: Practitioner", old, "Other words")
    ]
    assert [(each.column, each.before, each.after) for each in second.changes] == [("Code", "B4.4", "B4.44")]
    assert [row.name for row in plan.of_kind(ADDED)] == ["A1.99 New one"]
    assert [row.sheet for row in plan.of_kind(REMOVED)] == ["Sources"]
    assert counts(planned(draft, content)) == (1, 2, 0)


def test_looking_writes_nothing_and_costs_as_many_queries_for_many_rows(draft):
    def queries(content):
        upload = read_upload(content, "a.xlsx")
        with CaptureQueriesContext(connection) as captured:
            Book(draft).plan(upload, is_whole=True)
        return [query["sql"].split()[0] for query in captured.captured_queries]

    everything_new = [[f"Term {number}", "Words"] for number in range(40)]
    few = queries(workbook({"Glossary": [["Term", "Definition"], ["Plan", "Words"]]}))
    many = queries(workbook({"Glossary": [["Term", "Definition"], *everything_new]}))
    assert set(few) == {"SELECT"}
    assert few == many


def test_a_file_is_carried_out_whole(draft, by):
    def edit(book):
        page = book["Statements"]
        cell(page, "B4.3", "Level 2: Practitioner").value = "Other words"
        cell(page, "B4.2", "Level 3: Expert").value = None
        page.delete_rows(cell(page, "B4.7", "Code").row)
        page.append(["B4", None, "B4.7", "New one", "One", "Two", "Three", 99, str(uuid.UUID(int=7))])
        cell(book["Role profiles"], "contract-manager", "Level in A2").value = "Foundation"
        cell(book["Insights"], 1, "Areas").value = "B6, A1"

    cells = everything(draft)
    removed = Statement.objects.get(area__section__version=draft, code="B4.7")
    _, plan = import_file(draft, edited(draft, edit), by, is_whole=True)
    assert counts(plan) == (1, len(plan.of_kind(CHANGED)), 1)
    words = {
        (row.statement.code, row.level.rank): row.text
        for row in LevelDescriptor.objects.filter(statement__area__section__version=draft).select_related(
            "statement", "level"
        )
    }
    assert words["B4.3", 2] == "Other words"
    assert ("B4.2", 3) not in words
    assert [words["B4.7", rank] for rank in (1, 2, 3)] == ["One", "Two", "Three"]
    new = Statement.objects.get(area__section__version=draft, code="B4.7")
    assert (new.lineage, new.order, new.pk == removed.pk) == (uuid.UUID(int=7), 99, False)
    assert draft.role_profiles.get(slug="contract-manager").targets.get(area__code="A2").level.rank == 1
    assert sorted(draft.insights.get(number=1).areas.values_list("code", flat=True)) == ["A1", "B6"]
    assert everything(draft) != cells
    # What became of each statement is proposed anew, and the history says who it was, and what stood there before.
    kinds = dict(StatementLink.objects.filter(version=draft, new=new).values_list("kind", "decided_by"))
    assert kinds.keys() == {"new"}
    descriptor = LevelDescriptor.objects.get(
        statement__code="B4.3", statement__area__section__version=draft, level__rank=2
    )
    assert [record.history_user for record in descriptor.history.all()] == [by, None]
    gone = Statement.history.filter(id=removed.pk).first()
    assert (gone.history_type, gone.history_user) == ("-", by)


def test_statements_can_exchange_their_codes(draft, by):
    def edit(book):
        first, second = cell(book["Statements"], "B4.3", "Code"), cell(book["Statements"], "B4.4", "Code")
        first.value, second.value = second.value, first.value

    before = dict(Statement.objects.filter(area__section__version=draft).values_list("lineage", "code"))
    import_file(draft, edited(draft, edit), by)
    after = dict(Statement.objects.filter(area__section__version=draft).values_list("lineage", "code"))
    assert {after[lineage]: code for lineage, code in before.items() if after[lineage] != code} == {
        "B4.3": "B4.4",
        "B4.4": "B4.3",
    }
    assert sorted(after.values()) == sorted(before.values())


def test_the_lineage_may_be_left_out_of_the_rows_of_a_file(draft):
    def edit(book):
        cell(book["Statements"], "B4.3", "Lineage").value = None

    plan = planned(draft, edited(draft, edit), is_whole=True)
    assert (plan.changes_nothing, plan.problems) == (True, ())


HEADS = {"Sources": ["Title", "Address", "Order"], "Areas": ["Section", "Code", "Title", "Short title", "Summary"]}
WRONG = {
    "another sheet": ({"Sauces": [["A"], ["b"]]}, None),
    "a column of no sheet": (
        {"Sources": [["Title", "Colour"], ["A", "red"]]},
        ["Sources, row 1: “Colour” is not a column of this sheet. The columns are Title, Address, Order."],
    ),
    "a column twice": (
        {"Sources": [["Title", "Address", "title"], ["A", "", "b"]]},
        ["Sources, row 1: “title” stands there twice. The columns are Title, Address, Order."],
    ),
    "no column that tells rows apart": (
        {"Sources": [["Address"], ["https://example.com"]]},
        ["Sources, row 1: The column Title is missing."],
    ),
    "a code twice": (
        {"Sources": [HEADS["Sources"], ["A", "", 1], ["B", "", 2], ["A", "", 3]]},
        ["Sources, row 4: A stands in row 2 too."],
    ),
    "an order that is none": (
        {"Sources": [HEADS["Sources"], ["A", "", "first"]]},
        ["Sources, row 2, Order: is not a whole number from 0 to 32,767: “first”."],
    ),
    "an address that is none": (
        {"Sources": [HEADS["Sources"], ["A", "javascript:alert(1)", 1]]},
        ["Sources, row 2, Address: is no web address."],
    ),
    "a text that is too long": (
        {"Areas": [HEADS["Areas"], ["A", "A9", "Title", "x" * 61, "Summary"]]},
        ["Areas, row 2, Short title: has 61 characters; at most 60 are allowed."],
    ),
    "a text that is missing": (
        {"Areas": [HEADS["Areas"], ["A", "A9", None, "Short", "Summary"]]},
        ["Areas, row 2, Title: is empty."],
    ),
    "a section that is not there": (
        {"Areas": [HEADS["Areas"], ["Q", "A9", "Title", "Short", "Summary"]]},
        ["Areas, row 2, Section: “Q” is not in the sheet Sections."],
    ),
    "a level that is not there": (
        {"Statements": [["Area", "Code", "Topic", "Level 4: Guru"], ["A1", "A1.1", "Topic", "Words"]]},
        None,
    ),
    "a part of another area": (
        {"Statements": [["Area", "Part", "Code", "Topic"], ["A1", "B3a", "A1.99", "Topic"]]},
        ["Statements, row 2, Part: B3a is a part of another area, B3."],
    ),
    "a lineage that is none": (
        {"Statements": [["Area", "Code", "Topic", "Lineage"], ["A1", "A1.99", "Topic", "mine"]]},
        ["Statements, row 2, Lineage: is no UUID: “mine”. Leave it empty for a new statement."],
    ),
    "the code of another statement": (
        {"Statements": [["Area", "Code", "Topic", "Lineage"], ["A1", "A1.1", "Topic", str(uuid.UUID(int=1))]]},
        ["Statements, row 2: A1.1 is the code of another row of the draft too."],
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_file_that_does_not_fit_is_refused_with_the_place(draft, what):
    sheets, wanted = WRONG[what]
    try:
        problems = [str(problem) for problem in planned(draft, workbook(sheets)).problems]
    except Refused as refused:
        problems = [str(problem) for problem in refused.problems]
    if wanted is None:
        assert len(problems) == 1
    else:
        assert problems == wanted


def test_what_others_need_is_not_left_out(draft):
    content = edited(draft, lambda book: book["Areas"].delete_rows(cell(book["Areas"], "B6", "Code").row))
    problems = planned(draft, content, is_whole=True).problems
    assert {problem.text for problem in problems} == {"“B6” is not in the sheet Areas."}

    def keep_areas(book):
        for page in book.worksheets:
            if page.title != "Areas":
                book.remove(page)
        book["Areas"].delete_rows(cell(book["Areas"], "B6", "Code").row)

    problems = planned(draft, edited(draft, keep_areas), is_whole=True).problems
    assert {problem.text.partition(" needs ")[2] for problem in problems} == {"B6, which the sheet Areas leaves out."}


def test_an_editor_is_told_of_a_file_that_was_taken_from_another_version(draft, published_version):
    name = published_version.framework.title
    assert planned(draft, make_editors_workbook(published_version)).notes == (
        f"The file was taken from {name}, version 2.0. It goes into {name}, version 2.1, which keeps its name and number.",
    )
    assert planned(draft, make_editors_workbook(draft)).notes == ()


# When it is not done


def test_a_draft_that_was_changed_meanwhile_is_left_alone(draft, by):
    content = workbook({"Sources": [["Title"], ["A new book"]]})
    held = hold_import(upload=read_upload(content, "a.xlsx"), version=draft, file_name="a", is_whole=False, by=by)
    state = Book(draft).state
    GlossaryTerm.objects.filter(version=draft).first().delete()
    with pytest.raises(NotEditable, match="changed after you were shown this"):
        carry_out_import(held=held, state=state, by=by)
    assert not draft.sources.filter(title="A new book").exists()
    carry_out_import(held=held, state=Book(draft).state, by=by)
    assert draft.sources.filter(title="A new book").exists()
    assert not HeldImport.objects.exists()


@pytest.mark.parametrize("state", ["in_review", "published"])
def test_only_a_draft_takes_a_file(draft, by, published_version, state):
    version = published_version
    if state == "in_review":
        version = draft
        Version.objects.filter(pk=draft.pk).update(state=state)
    content = workbook({"Sources": [["Title"], ["A new book"]]})
    with pytest.raises(NotEditable, match="nothing can be imported"):
        import_file(version, content, by)
    assert not version.sources.filter(title="A new book").exists()


def test_a_fault_in_the_last_row_saves_none_of_the_rows_before(draft, by):
    rows = [["Title", "Address"], *([f"Book {number}", ""] for number in range(9)), ["Last", "no address"]]
    before = everything(draft)
    with pytest.raises(Refused):
        import_file(draft, workbook({"Sources": rows}), by)
    assert everything(draft) == before


def test_a_framework_that_has_a_version_under_way_gets_no_other_from_a_file(draft, by):
    def edit(book):
        cell(book["About"], "Version", "Value").value = "5.0"

    content = edited(draft, edit)
    with pytest.raises(NotEditable, match=r"Version 2\.1 of .* is being made already"):
        import_file(None, content, by)
    Version.objects.filter(pk=draft.pk).delete()
    version, _ = import_file(None, content, by)
    assert (version.number, version.follows.number) == ("5.0", "2.0")
    assert StatementLink.objects.filter(version=version).count() == 66


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ([["Name in addresses", "new"]], "About, Version: is empty."),
        ([["Version", 2], ["Name in addresses", "new"]], "About, row 2, Version: is a number."),
        ([["Version", "1"], ["Colour", "red"]], "About, row 3: “Colour” is none of"),
        ([["Version", "1"], ["Name in addresses", "a b"]], "About, row 3, Name in addresses: may have only"),
        (
            [["Version", "2.0"], ["Name in addresses", "contract-management"], ["Framework", "A"], ["Owner", "B"]],
            "About, row 2, Version: There is a version 2.0",
        ),
    ],
)
def test_a_version_is_begun_only_with_what_it_needs(db, facts, wanted):
    content = workbook({"About": [["What", "Value"], *facts]})
    with pytest.raises(Refused) as refused:
        begun_version(read_upload(content, "a.xlsx"), Book)
    assert [str(each) for each in refused.value.problems if str(each).startswith(wanted)] != []
    assert Framework.objects.count() == 1


# Whatever stands in the cells, it is told what is wrong with them, or they are taken in


CELLS = NASTY | st.sampled_from(
    ["", "A", "A1", "A1a", "A1.1", "A1.2", "First", "1", "2", "99999", "clerk", "A1, A1", ",", "=", "Ya"]
)


@st.composite
def uploads(draw):
    """Some of a version's tables, their columns as they are called or not, whatever in their cells."""
    sheets = []
    for name in draw(st.lists(st.sampled_from([*COLUMNS]), min_size=1, max_size=3, unique=True)):
        columns = draw(st.lists(st.sampled_from(COLUMNS[name]), min_size=1, max_size=9, unique=True))
        rows = draw(st.lists(st.lists(CELLS, min_size=len(columns), max_size=len(columns)), max_size=4))
        cells = [{title: text for title, text in zip(columns, row, strict=True) if text} for row in rows]
        taken = tuple(Row(number, row) for number, row in enumerate(cells, start=2))
        sheets.append(Sheet(name, tuple(columns), taken))
    return Upload(tuple(sheets))


COLUMNS = {
    "Levels": ["Rank", "Rank", "Name", "Definition", "In short"],
    "Sections": ["Code", "Title", "Summary", "Areas chosen by role", "Order"],
    "Areas": ["Section", "Code", "Title", "Short title", "Kind", "Summary", "Order"],
    "Parts": ["Area", "Code", "Title", "Order"],
    "Attributes": ["Name", "Areas", "Order"],
    "Statements": ["Area", "Part", "Code", "Topic", "Level 1", "Level 2: Second", "Level 7", "Order", "Lineage"],
    "Insights": ["Number", "Group", "Insight", "Areas"],
    "Role profiles": ["Name in addresses", "Title", "Pathway", "Description", "Level in A1", "Level in A9", "Order"],
}


@settings(max_examples=500 if HEAVY else 10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(uploads(), st.booleans())
def test_whatever_is_in_the_cells_is_taken_in_or_refused(small, by, upload, is_whole):
    with transaction.atomic():
        held = hold_import(upload=upload, version=small, file_name="a", is_whole=is_whole, by=by)
        try:
            carry_out_import(held=held, state=Book(small).state, by=by)
            again = Book(small).plan(upload, is_whole=is_whole)
        except Refused:
            pass
        else:
            # What was taken in is there: only statements without a lineage are told apart by their codes alone.
            assert (again.problems, again.of_kind(ADDED), again.of_kind(REMOVED)) == ((), (), ())
        transaction.set_rollback(True)


@pytest.fixture
def small(db):
    return make_whole_version()
