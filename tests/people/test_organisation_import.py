"""Organisations from a CSV file: what each row would do, every refusal, all or none; and out again as such a file."""

import codecs

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from people.actions import NotImportable, import_organisations
from people.csv_files import Unreadable
from people.models import Descent, Organisation
from people.organisation_import import (
    MOST_BYTES,
    MOST_DEEP,
    MOST_ROWS,
    plan_organisations,
    read_organisations,
    write_organisations,
)
from tests.assessments.pages import words_of
from tests.factories import make_organisation
from tests.hostile import STORABLE, csv_faults

pytestmark = pytest.mark.django_db

HEADER = "code,name,kind,parent_code\n"
ORGANISATIONS = "/admin/people/organisation/"
IMPORT = f"{ORGANISATIONS}import/"


def uploaded(content):
    content = content.encode() if isinstance(content, str) else content
    return {"file": SimpleUploadedFile("organisations.csv", content, "text/csv")}


def planned(*lines):
    """What is said of each line, and whether it is an error."""
    content = HEADER + "\n".join(lines)
    rows = plan_organisations(read_organisations(content.encode()))
    assert [row.number for row in rows] == list(range(2, len(lines) + 2))
    return [f"Error: {row.error}" if row.error else row.does for row in rows]


def bring_in(*lines):
    return import_organisations(rows=read_organisations((HEADER + "\n".join(lines)).encode()))


def tree():
    return list(Organisation.objects.tree().values())


@pytest.fixture
def department():
    department = make_organisation(name="Department", code="dep")
    make_organisation(name="Commercial", code="com", kind="directorate", parent=department)
    make_organisation(name="Estates", code="est", kind="directorate", parent=department)
    return department


@pytest.mark.parametrize(
    "content",
    [
        "code,name,kind,parent_code\ncom,Buying and selling,team,dep\n",
        "\ufeffCode , NAME,kind,Parent_Code,people\r\n com ,Buying and selling, Team ,dep,12\r\n\r\n",
        "parent_code;kind;name;code\ndep;team;Buying and selling;com\n",
        'code,name,kind,parent_code\n"com","Buying and selling","TEAM","dep"',
    ],
)
def test_a_file_is_read_as_spreadsheets_write_it(department, content):
    [row] = plan_organisations(read_organisations(content.encode()))
    assert (row.number, row.code, row.kind, row.parent_code) == (2, "com", "team", "dep")
    assert row.does == "Renames it, from “Commercial”. Makes it a team, from a directorate"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The first row must name the columns code, name, kind and parent_code, each once."),
        (b"code,name\na,b\n", "Not so: kind and parent_code."),
        (HEADER.encode(), "The file has no rows under the names of its columns."),
        (HEADER.encode() + "a,Caf\u00e9,team,\n".encode("cp1252"), "The file is not in UTF-8. In Excel, save it as"),
        (codecs.BOM_UTF16_LE + HEADER.encode("utf-16-le"), "The file is not in UTF-8"),
        (b"PK\x03\x04 a workbook", "The file is a workbook, whatever its name says."),
        (HEADER.encode() + b"a\0,b,team,\n", "The file holds NUL characters"),
        (HEADER.encode() + b'"a,b\n', "cannot be read as CSV"),
        (b"x" * (MOST_BYTES + 1), "The file is larger than 900 KB"),
        (HEADER.encode() + b"a,b,team,\n" * (MOST_ROWS + 1), "The file has 5,001 rows."),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_bad_file_is_told_why(content, says):
    with pytest.raises(Unreadable) as unreadable:
        read_organisations(content)
    assert says in str(unreadable.value)


def test_each_row_says_what_it_would_do(department):
    assert planned(
        "t1,Team one,team,new",
        "new,Delivery,Directorate,dep",
        "com,Buying,directorate,est",
        "est,Estates,directorate,dep",
        "dep,Department,Department or agency,",
        "top,Agency,department,",
    ) == [
        "Adds it within Delivery",
        "Adds it within Department",
        "Renames it, from “Commercial”. Moves it, with all within it, from Department to Estates",
        "Changes nothing",
        "Changes nothing",
        "Adds it at the top",
    ]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (",Name,team,", "code is missing"),
        ("a b,Name,team,", "code may hold letters without accents, digits, hyphens and underscores only"),
        ("é,Name,team,", "code may hold letters without accents, digits, hyphens and underscores only"),
        (f"{'a' * 51},Name,team,", "code is longer than 50 characters"),
        (f"a,{'n' * 201},team,", "name is longer than 200 characters"),
        ("a,,team,", "name is missing"),
        ("a,Name,,", "kind must be department, directorate or team"),
        ("a,Name,division,", "kind must be department, directorate or team"),
        ("a,Name,team,nowhere", "No organisation has the code in parent_code, neither here nor in the file"),
        ("a,Commercial,team,dep", "Another one in the same place has this name: com"),
        ("a,Department,team,", "Another one in the same place has this name: dep"),
        ("a,Name,team,a", "It would lie within itself"),
        ("dep,Department,department,com", "It would lie within itself"),
        ("short", "name is missing"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_and_nothing_is_done(department, line, error):
    assert planned("fine,Fine,team,dep", line) == ["Adds it within Department", f"Error: {error}"]
    before = tree()
    with pytest.raises(NotImportable):
        bring_in("fine,Fine,team,dep", line)
    assert tree() == before


def test_what_is_wrong_between_rows_is_told_for_each(department):
    assert planned(
        "a,One,team,dep",
        "a,Two,team,dep",
        "b,Same,team,com",
        "c,Same,team,com",
        "d,D,team,e",
        "e,E,team,d",
        "f,F,team,d",
    ) == [
        "Adds it within Department",
        "Error: Line 2 has the same code",
        "Error: Another one in the same place has this name: c",
        "Error: Another one in the same place has this name: b",
        "Error: It would lie within itself",
        "Error: It would lie within itself",
        "Adds it within D",
    ]


def test_a_tree_may_not_be_as_deep_as_a_mistake():
    lines = [f"c{number},Name,team,{f'c{number - 1}' if number else ''}" for number in range(MOST_DEEP + 1)]
    assert planned(*lines)[-2:] == ["Adds it within Name", f"Error: It would lie within {MOST_DEEP} others or more"]


def test_parents_may_come_later_and_names_may_be_swapped(department):
    added, changed = bring_in(
        "t,Team,team,new",
        "new,Delivery,directorate,dep",
        "com,Estates,directorate,dep",
        "est,Commercial,directorate,dep",
    )
    assert (added, changed) == (2, 2)
    assert tree() == [
        "Department",
        "Department › Commercial",
        "Department › Delivery",
        "Department › Delivery › Team",
        "Department › Estates",
    ]
    assert Organisation.objects.get(code="com").name == "Estates"


def test_an_organisation_and_what_it_lay_within_may_change_places(department):
    assert bring_in("com,Commercial,department,", "dep,Department,directorate,com") == (0, 2)
    assert tree() == ["Commercial", "Commercial › Department", "Commercial › Department › Estates"]
    below = Descent.objects.filter(ancestor__code="com").order_by("depth", "pk")
    assert [(each.descendant.code, each.depth) for each in below.select_related("descendant")] == [
        ("com", 0),
        ("dep", 1),
        ("est", 2),
    ]


def test_planning_and_bringing_in_cost_the_same_for_one_row_and_many(department, django_assert_num_queries):
    many = [f"n{number},New {number},team,com" for number in range(40)]
    for lines in (many[:1], many[1:]):
        with django_assert_num_queries(1):
            plan_organisations(read_organisations((HEADER + "\n".join(lines)).encode()))
        with django_assert_num_queries(9):
            bring_in(*lines)


def test_what_was_downloaded_changes_nothing_and_runs_nothing(department):
    Organisation.objects.filter(code="com").update(name="=1+1")
    for number, text in enumerate(STORABLE):
        make_organisation(name=text[:200], code=f"h{number}", parent=department)
    content = b"".join(write_organisations())
    assert list(csv_faults(content)) == []
    rows = plan_organisations(read_organisations(content))
    assert len(rows) == len(STORABLE) + 3
    assert [row for row in rows if row.does != "Changes nothing" and not row.name.isspace()] == []


# The page


def test_the_page_shows_confirms_and_applies(sign_in, superuser, department):
    browser = sign_in(superuser)
    assert f'href="{IMPORT}"' in browser.get(ORGANISATIONS).text
    assert f'href="{IMPORT}"' in browser.get("/admin/").text
    assert browser.get(IMPORT).text.count('type="file"') == 1
    content = f"{HEADER}t,<b>Team,team,com\ndep,Department,department,\n"
    shown = browser.post(IMPORT, uploaded(content))
    assert shown.status_code == 200
    assert "1 of 2 rows would change something. 1 would change nothing." in words_of(shown)
    assert "&lt;b&gt;Team" in shown.text
    assert "<b>Team" not in shown.text
    assert Organisation.objects.count() == 3
    answer = browser.post(IMPORT, {"content": content})
    assert (answer.status_code, answer.url) == (302, ORGANISATIONS)
    assert "1 organisation added, 0 changed." in browser.get(ORGANISATIONS).text
    assert tree()[2] == "Department › Commercial › <b>Team"
    again = browser.post(IMPORT, {"content": content})
    assert "0 of 2 rows would change something." in words_of(again)
    assert 'name="content"' not in again.text


def test_the_page_applies_nothing_while_a_row_is_wrong(sign_in, superuser, department):
    browser = sign_in(superuser)
    content = f"{HEADER}t,Team,team,com\nu,Other,tribe,com\n"
    for sent in (uploaded(content), {"content": content}):
        answer = browser.post(IMPORT, sent)
        assert answer.status_code == 422
        assert "1 row has an error. Nothing was done" in words_of(answer)
        assert "Error: kind must be department, directorate or team" in answer.text
        assert 'name="content"' not in answer.text
        assert answer.text.count("<title>Error: ") == 1
    assert Organisation.objects.count() == 3


def test_what_somebody_changed_meanwhile_is_told(sign_in, superuser, department, monkeypatch):
    def overtaken(*, rows):
        raise NotImportable

    monkeypatch.setattr("people.admin.organisations.import_organisations", overtaken)
    answer = sign_in(superuser).post(IMPORT, {"content": f"{HEADER}t,Team,team,com\n"})
    assert answer.status_code == 422
    assert "Somebody changed the organisations meanwhile, and nothing was done." in answer.text


@pytest.mark.parametrize("typed", [{}, {"file": "text"}, {"content": ""}, {"content": f"{HEADER}\0,a,team,"}])
def test_anything_else_is_refused(sign_in, superuser, typed):
    answer = sign_in(superuser).post(IMPORT, typed)
    assert answer.status_code == 422
    assert 'href="#id_file"' in answer.text
    assert Organisation.objects.count() == 0


def test_of_a_long_file_what_is_wrong_is_shown_first(sign_in, superuser, department, monkeypatch):
    monkeypatch.setattr("people.admin.importing.MOST_SHOWN", 2)
    lines = ["dep,Department,department,", "t,Team,team,com", "u,,team,com"]
    answer = sign_in(superuser).post(IMPORT, uploaded(HEADER + "\n".join(lines)))
    assert [(row.number, bool(row.error)) for row in answer.context_data["rows"]] == [(4, True), (3, False)]
    assert "1 row is not shown." in words_of(answer)


def test_the_download_is_for_who_may_see_organisations(sign_in, superuser, editor, department):
    download = f"{ORGANISATIONS}organisations.csv"
    assert sign_in(editor).get(download).status_code == 403
    answer = sign_in(superuser).get(download)
    assert answer["Content-Disposition"] == 'attachment; filename="organisations.csv"'
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "code,name,kind,parent_code",
        "dep,Department,department,",
        "com,Commercial,directorate,dep",
        "est,Estates,directorate,dep",
    ]


@pytest.mark.parametrize(("who", "status"), [("editor", 403), ("line_manager", 302)])
def test_the_import_is_for_who_may_change_the_tree(request, sign_in, who, status):
    browser = sign_in(request.getfixturevalue(who))
    content = f"{HEADER}t,Team,team,\n"
    assert [browser.get(IMPORT).status_code, browser.post(IMPORT, {"content": content}).status_code] == [status] * 2
    assert Organisation.objects.count() == 0
