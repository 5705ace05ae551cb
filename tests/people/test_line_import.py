"""Lines from a CSV file: what each row would do, what is wrong with it by number, and what a bad file is told."""

import codecs

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from people.csv_files import Unreadable
from people.line_import import MOST_BYTES, MOST_ROWS, plan_lines, read_lines
from people.models import ReportingLine
from tests.factories import make_user
from tests.people.lines import make_line

pytestmark = pytest.mark.django_db
LINES = "/admin/people/reportingline/"
IMPORT = f"{LINES}import/"
HEADER = "person,line_manager\n"


def uploaded(content):
    content = content.encode() if isinstance(content, str) else content
    return {"file": SimpleUploadedFile("lines.csv", content, "text/csv")}


def html_of(response):
    return response.content.decode()


@pytest.mark.parametrize(
    "content",
    [
        "person,line_manager\nnia@example.com,tomasz@example.com\n",
        "\ufeffPerson , LINE_MANAGER\r\nNia@Example.com, tomasz@example.com \r\n\r\n",
        "line_manager;grade;person\ntomasz@example.com;7;nia@example.com\n",
        'person,line_manager\n"nia@example.com","tomasz@example.com"',
    ],
)
def test_a_file_is_read_as_spreadsheets_write_it(content):
    [line] = read_lines(content.encode())
    assert (line.number, line.person, line.email) == (2, "nia@example.com", "tomasz@example.com")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The first row must name the columns person and line_manager"),
        (b"person\nnia@example.com\n", "Not so: line_manager."),
        (b"name,manager\na,b\n", "Not so: person and line_manager."),
        (b"person,person,line_manager\na,b,c\n", "Not so: person."),
        (HEADER.encode(), "The file has no rows under the names of its columns."),
        (b"person,line_manager\nni\xe9,b\n", "The file is not in UTF-8"),
        (codecs.BOM_UTF16_LE + HEADER.encode("utf-16-le"), "The file is not in UTF-8"),
        (b"person,line_manager\na\0,b\n", "The file holds NUL characters"),
        (b'person,line_manager\n"a,b\n', "cannot be read as CSV"),
        (b"x" * (MOST_BYTES + 1), "The file is larger than 256 KB"),
        (HEADER.encode() + b"a@b.c,d@e.f\n" * (MOST_ROWS + 1), "The file has 2,001 rows"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_bad_file_is_told_why(sign_in, superuser, content, says):
    with pytest.raises(Unreadable) as unreadable:
        read_lines(content)
    assert says in str(unreadable.value)
    response = sign_in(superuser).post(IMPORT, uploaded(content))
    assert response.status_code == 422
    assert says in html_of(response)
    assert ReportingLine.objects.count() == 0


def test_each_row_says_what_it_would_do(contract_manager, line_manager, stranger, editor):
    make_line(contract_manager, line_manager)
    make_line(stranger, line_manager, state="waiting")
    make_line(editor, line_manager)
    closed = make_user(is_active=False)
    content = HEADER + "\n".join(
        [
            "nia@example.com,tomasz@example.com",
            "zofia@example.com,Tomasz@example.com",
            "harriet@example.com,new@example.org",
            "tomasz@example.com,tomasz@example.com",
            "nobody@example.org,tomasz@example.com",
            "nonsense,tomasz@example.com",
            "tomasz@example.com,",
            f"{closed.email},tomasz@example.com",
            "nia@example.com,other@example.org",
            "short",
        ]
    )
    planned = plan_lines(read_lines(content.encode()))
    assert [(row.number, row.asks, row.does or row.error) for row in planned] == [
        (2, False, "Changes nothing: this is their line manager already"),
        (3, False, "Changes nothing: this address has been asked already"),
        (4, True, "Asks this address. tomasz@example.com stays until they accept"),
        (5, False, "Nobody is their own line manager"),
        (6, False, "Nobody has an account with the address of the person"),
        (7, False, "person is not an e-mail address"),
        (8, False, "line_manager is not an e-mail address"),
        (9, False, "The account of the person is closed"),
        (10, False, "The person stands in an earlier row too"),
        (11, False, "person is not an e-mail address"),
    ]


def test_a_row_says_that_it_withdraws_a_request(contract_manager, line_manager):
    make_line(contract_manager, line_manager, state="waiting")
    [row] = plan_lines(read_lines(f"{HEADER}nia@example.com,new@example.org".encode()))
    assert row.does == "Asks this address, and withdraws the request to tomasz@example.com"


def test_planning_costs_the_same_for_one_row_and_many(django_assert_num_queries):
    people = [make_user() for _ in range(20)]
    for some in (people[:1], people):
        content = HEADER + "\n".join(f"{user.email},head@example.org" for user in some)
        with django_assert_num_queries(3):  # people, their addresses, their open lines
            plan_lines(read_lines(content.encode()))


def test_the_import_shows_confirms_and_leaves_errors_out(sign_in, superuser, contract_manager, line_manager, stranger):
    browser = sign_in(superuser)
    assert f'href="{IMPORT}"' in html_of(browser.get(LINES))
    assert html_of(browser.get(IMPORT)).count('type="file"') == 1
    content = f"{HEADER}nia@example.com,tomasz@example.com\nzofia@example.com,<b>\n"
    html = html_of(browser.post(IMPORT, uploaded(content)))
    assert "1 of 2 rows would ask a line manager" in html
    assert "1 has an error and would be left out" in html
    assert "Error: line_manager is not an e-mail address" in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert ReportingLine.objects.count() == 0
    response = browser.post(IMPORT, {"content": content})
    assert (response.status_code, response.url) == (302, LINES)
    [line] = ReportingLine.objects.all()
    assert (line.person, line.email, line.asked_by, line.state) == (
        contract_manager,
        "tomasz@example.com",
        superuser,
        "waiting",
    )
    assert "1 asked. Each line waits until its line manager accepts." in html_of(browser.get(LINES))
    html = html_of(browser.post(IMPORT, {"content": content}))
    assert "Changes nothing: this address has been asked already" not in html or "Ask 0" not in html
    assert ReportingLine.objects.count() == 1


@pytest.mark.parametrize("typed", [{}, {"file": "text"}, {"content": ""}, {"content": "person,line_manager\n\0,a"}])
def test_anything_else_is_refused(sign_in, superuser, typed):
    assert sign_in(superuser).post(IMPORT, typed).status_code == 422
    assert ReportingLine.objects.count() == 0


@pytest.mark.parametrize(("who", "status"), [("editor", 403), ("line_manager", 302)])
def test_the_import_is_for_who_may_add_lines(request, sign_in, who, status, contract_manager):
    browser = sign_in(request.getfixturevalue(who))
    content = f"{HEADER}nia@example.com,tomasz@example.com\n"
    assert [browser.get(IMPORT).status_code, browser.post(IMPORT, {"content": content}).status_code] == [status] * 2
    assert ReportingLine.objects.count() == 0
