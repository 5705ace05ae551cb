"""Who works where, from a CSV file: what each row would do, what is wrong by line, and out again as such a file."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from people.csv_files import Unreadable
from people.models import Notice, Recount, User
from people.placing_import import MOST_BYTES, MOST_ROWS, plan_placings, read_placings, write_placings
from privacy.actions import ask_erasure, erase_due
from tests.assessments.pages import words_of
from tests.factories import PASSWORD, make_organisation, make_user

pytestmark = pytest.mark.django_db

HEADER = "email,organisation_code\n"
PEOPLE = "/admin/people/user/"
PLACE = f"{PEOPLE}place/"


def uploaded(content):
    return {"file": SimpleUploadedFile("people.csv", content.encode(), "text/csv")}


@pytest.fixture
def department():
    return make_organisation(name="Department", code="dep")


@pytest.fixture
def team(department):
    return make_organisation(name="Team", code="team-1", kind="team", parent=department)


def planned(by, *lines):
    rows = plan_placings(read_placings((HEADER + "\n".join(lines)).encode()), by=by)
    return [(row.number, row.changes, row.does or f"Error: {row.error}") for row in rows]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The first row must name the columns email and organisation_code, each once."),
        (b"email\na@example.com\n", "Not so: organisation_code."),
        (HEADER.encode(), "The file has no rows"),
        (HEADER.encode() + b"ni\xe9@example.com,dep\n", "The file is not in UTF-8"),
        (b"x" * (MOST_BYTES + 1), "The file is larger than 900 KB"),
        (HEADER.encode() + b"a@b.c,d\n" * (MOST_ROWS + 1), "The file has 20,001 rows."),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_bad_file_is_told_why(content, says):
    with pytest.raises(Unreadable) as unreadable:
        read_placings(content)
    assert says in str(unreadable.value)


def test_each_row_says_what_it_would_do(superuser, contract_manager, line_manager, stranger, editor, team, department):
    User.objects.filter(pk__in=[line_manager.pk, stranger.pk, editor.pk]).update(organisation=team)
    closed = make_user(is_active=False, organisation=team)
    gone = make_user(email="gone@example.com")
    ask_erasure(person=gone)
    erase_due(now=gone.date_joined.replace(year=2100))
    assert planned(
        superuser,
        "Nia@Example.com,team-1",
        "tomasz@example.com,dep",
        "zofia@example.com,",
        f"{editor.email},team-1",
        "nobody@example.com,dep",
        "nonsense,dep",
        ",dep",
        "nia@example.com,dep",
        f"{superuser.email},DEP",
        f"{closed.email},dep",
        "gone@example.com,dep",
        f"{superuser.email}",
    ) == [
        (2, True, "Places them in Team"),
        (3, True, "Moves them from Team to Department"),
        (4, True, "Takes them out of Team"),
        (5, False, "Changes nothing"),
        (6, False, "Error: Nobody has an account with this address"),
        (7, False, "Error: email is not an e-mail address"),
        (8, False, "Error: email is not an e-mail address"),
        (9, False, "Error: Line 2 is about the same person"),
        (10, False, "Error: No organisation has this code"),
        (11, False, "Error: The account of the person is closed"),
        (12, False, "Error: Nobody has an account with this address"),
        (13, False, "Error: Line 10 is about the same person"),
    ]


def test_whoever_left_may_be_taken_out(superuser, team):
    closed = make_user(is_active=False, organisation=team)
    assert planned(superuser, f"{closed.email},") == [(2, True, "Takes them out of Team")]


def test_only_a_superuser_places_a_superuser(superuser, line_manager, team):
    error = "Error: Only a superuser changes this account"
    assert planned(line_manager, f"{superuser.email},team-1") == [(2, False, error)]


def test_planning_costs_the_same_for_one_row_and_many(superuser, team, django_assert_num_queries):
    people = [make_user(password=None) for _ in range(20)]
    for some in (people[:1], people):
        with django_assert_num_queries(2):  # organisations, people
            planned(superuser, *(f"{each.email},team-1" for each in some))


def test_what_was_downloaded_changes_nothing(superuser, contract_manager, team):
    User.objects.filter(pk=contract_manager.pk).update(organisation=team)
    make_user(email="+sum@example.com", organisation=team)
    make_user(is_active=False, organisation=team)
    content = b"".join(write_placings())
    assert content.decode("utf-8-sig").splitlines() == [
        "email,organisation_code",
        "'+sum@example.com,team-1",
        "nia@example.com,team-1",
        f"{superuser.email},",
    ]
    assert {row.does for row in plan_placings(read_placings(content), by=superuser)} == {"Changes nothing"}


# The page


def test_the_page_shows_confirms_and_leaves_errors_out(sign_in, superuser, contract_manager, team, caplog):
    browser = sign_in(superuser)
    for page in (PEOPLE, "/admin/"):
        assert f'href="{PLACE}"' in browser.get(page).text
    content = f"{HEADER}nia@example.com,team-1\nnobody@example.org,team-1\n"
    shown = browser.post(PLACE, uploaded(content))
    assert shown.status_code == 200
    assert "1 of 2 rows would change something." in words_of(shown)
    assert "1 has an error and would be left out" in words_of(shown)
    assert "Error: Nobody has an account with this address" in shown.text
    assert User.objects.get(pk=contract_manager.pk).organisation is None
    answer = browser.post(PLACE, {"content": content})
    assert (answer.status_code, answer.url) == (302, PEOPLE)
    assert "1 placed. The figures of their organisations are counted again." in browser.get(PEOPLE).text
    assert User.objects.get(pk=contract_manager.pk).organisation == team
    assert [each.organisation for each in Recount.objects.all()] == [team]
    assert "example" not in caplog.text
    assert not Notice.objects.exists()


@pytest.mark.parametrize("typed", [{}, {"file": "text"}, {"content": ""}, {"content": f"{HEADER}\0,a"}])
def test_anything_else_is_refused(sign_in, superuser, typed):
    assert sign_in(superuser).post(PLACE, typed).status_code == 422


def test_the_page_and_the_download_are_for_who_may_change_or_see_accounts(sign_in, editor, line_manager, team):
    content = {"content": f"{HEADER}{line_manager.email},team-1\n"}
    looker = make_user(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_user"))
    for person, statuses in ((line_manager, [302] * 3), (editor, [403] * 3), (looker, [403, 403, 200])):
        browser = sign_in(person)
        answers = browser.get(PLACE), browser.post(PLACE, content), browser.get(f"{PEOPLE}people.csv")
        assert [each.status_code for each in answers] == statuses
    assert User.objects.get(pk=line_manager.pk).organisation is None


def test_what_was_confirmed_goes_through_after_a_proof_that_was_due(client, superuser, contract_manager, team):
    client.force_login(superuser)
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    asked = client.post(PLACE, {"content": f"{HEADER}nia@example.com,team-1\n"})
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert User.objects.get(pk=contract_manager.pk).organisation is None
    client.post(asked.url, {"password": PASSWORD}, follow=True)
    assert User.objects.get(pk=contract_manager.pk).organisation == team
