"""While the database cannot do what is asked, people get a page that says so and holds what they sent; see also tests/faults."""

import os
import re
import sqlite3
from contextlib import contextmanager, suppress
from datetime import timedelta
from html import unescape

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.db.backends.sqlite3 import base as sqlite3_base
from django.test import Client
from django.urls import reverse

from assessments.actions.claims import claim_draft
from assessments.models import Assessment
from service import outages
from service.held_posts import DRAWN_FOR, sign_for
from service.outages import Kind, Sent, code_of, kind_of
from tests.factories import PASSWORD, make_assessment, rate, rate_all, share
from tests.service.test_held_posts import TYPED, drawn_form, hidden_fields

ACCOUNT = "/account/"


def of_sqlite(name):
    error = sqlite3.OperationalError("said by the database")
    error.sqlite_errorname = name
    return error


def of_postgresql(code, kind=psycopg2.OperationalError):
    return type(kind.__name__, (kind,), {"pgcode": code})("said by the database")


KINDS = {
    "SQLITE_READONLY": Kind.READ_ONLY,
    "SQLITE_READONLY_DBMOVED": Kind.READ_ONLY,
    "SQLITE_FULL": Kind.FULL,
    "SQLITE_IOERR_WRITE": Kind.FULL,
    "SQLITE_CANTOPEN": Kind.UNREACHABLE,
    "SQLITE_BUSY": Kind.BUSY,
    "SQLITE_BUSY_SNAPSHOT": Kind.BUSY,
    "SQLITE_LOCKED": Kind.BUSY,
    "SQLITE_ERROR": None,
    "SQLITE_CONSTRAINT_UNIQUE": None,
    "SQLITE_CORRUPT": None,
    None: None,
}
CODES = {
    "25006": Kind.READ_ONLY,
    "53100": Kind.FULL,
    "58030": Kind.FULL,
    "53300": Kind.UNREACHABLE,
    "08006": Kind.UNREACHABLE,
    "57P01": Kind.UNREACHABLE,
    "57P03": Kind.UNREACHABLE,
    "57014": Kind.BUSY,
    "55P03": Kind.BUSY,
    "40P01": Kind.BUSY,
    "40001": Kind.BUSY,
    None: Kind.UNREACHABLE,
    "23505": None,
    "42P01": None,
    "25P02": None,
    "XX000": None,
}


@pytest.mark.parametrize(("name", "kind"), KINDS.items(), ids=str)
def test_kinds_of_sqlite(name, kind):
    assert kind_of(of_sqlite(name)) == kind


@pytest.mark.parametrize(("code", "kind"), CODES.items(), ids=str)
def test_kinds_of_postgresql(code, kind):
    assert kind_of(of_postgresql(code)) == kind


def test_an_error_without_a_code_is_a_lost_connection_only_where_psycopg2_raises_it_of_its_own():
    assert kind_of(psycopg2.InterfaceError("connection already closed")) == Kind.UNREACHABLE
    assert kind_of(psycopg2.DatabaseError("no message from the libpq")) == Kind.UNREACHABLE
    assert kind_of(psycopg2.ProgrammingError("the connection is used by a cursor")) is None


def test_an_outage_is_found_behind_what_it_led_to_and_nowhere_else():
    full = OperationalError("full")
    full.__cause__ = of_sqlite("SQLITE_FULL")
    later = LookupError("nothing there")
    later.__context__ = full
    assert (kind_of(later), code_of(later)) == (Kind.FULL, "SQLITE_FULL")
    later.__suppress_context__ = True
    assert kind_of(later) is None
    assert kind_of(None) is None


@contextmanager
def failing(error, sql="", after=False, database=connection):
    """Statements that hold ``sql`` fail, as the database makes them fail; ``after`` they were done."""

    def fail(execute, statement, params, many, context):
        if sql not in statement:
            return execute(statement, params, many, context)
        if after:
            execute(statement, params, many, context)
        raise OperationalError("said by the database") from error

    with database.execute_wrapper(fail):
        yield


def asked(browser, error, sql="", **options):
    browser.raise_request_exception = False
    with failing(error, sql):
        return browser.get(ACCOUNT, **options)


def heading(response):
    return re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode())[1]


FULL, LOST = of_sqlite("SQLITE_FULL"), psycopg2.OperationalError("server closed the connection unexpectedly")
HEADINGS = {
    "unreachable": (LOST, "Sorry, the service is unavailable just now"),
    "read-only": (of_postgresql("25006", psycopg2.InternalError), "Sorry, the service cannot save anything just now"),
    "full": (FULL, "Sorry, the service cannot save anything just now"),
    "busy": (of_sqlite("SQLITE_BUSY"), "Sorry, the service is too busy just now"),
}


@pytest.mark.parametrize(("error", "said"), HEADINGS.values(), ids=HEADINGS)
def test_whoever_asks_for_a_page_is_told_what_is_the_matter(manager_client, error, said, caplog):
    response = asked(manager_client, error)
    assert (response.status_code, response["Retry-After"], heading(response)) == (503, "30", said)
    assert set(response["Cache-Control"].split(", ")) == {"no-store", "private"}
    assert "Nothing that was saved before is lost." in response.content.decode()
    (line,) = [each.getMessage() for each in caplog.records if each.name == "service.outage_pages"]
    assert line == f"The database is {kind_of(error).value} ({code_of(error)}): answered 503"


@pytest.mark.parametrize("earlier", [0, 1, 2, 3, 4])
def test_it_is_the_same_page_wherever_it_happens_and_the_database_is_not_asked_again(manager_client, earlier):
    """For the session, the person, the view, the template; every middleware around would ask again."""
    manager_client.raise_request_exception = False
    manager_client.get(ACCOUNT)
    statements = []

    def fail(execute, statement, *rest):
        statements.append(statement)
        if len(statements) > earlier:
            raise OperationalError("said by the database") from LOST
        return execute(statement, *rest)

    with connection.execute_wrapper(fail):
        response = manager_client.get(ACCOUNT)
    assert (response.status_code, heading(response)) == (503, HEADINGS["unreachable"][1])
    assert len(statements) == earlier + 1


def test_what_is_a_fault_of_the_portals_own_stays_one(manager_client, caplog):
    response = asked(manager_client, of_sqlite("SQLITE_ERROR"))
    assert (response.status_code, heading(response)) == (500, "Sorry, something went wrong")


def test_a_script_is_told_in_json(manager_client):
    response = asked(manager_client, FULL, headers={"Accept": "application/json"})
    assert (response.status_code, response.json()) == (503, {"problem": "full", "saved": "no"})


def test_nobody_signed_in_needs_no_database_for_pages_that_ask_it_nothing(client, db):
    with failing(LOST):
        assert client.get("/help/").status_code == 200


def sent(browser, form, error=FULL, path=ACCOUNT, sql="UPDATE", after=False):
    browser.raise_request_exception = False
    with failing(error, sql, after):
        return browser.post(path, form)


def test_what_was_typed_travels_with_the_page_and_can_be_sent_again(client, contract_manager):
    client = Client(enforce_csrf_checks=True)
    client.force_login(contract_manager)
    form = drawn_form(client) | {"job_title": "He said \"<b>so</b>\" & '{{ 7*7 }}'\nand left"}
    response = sent(client, form, sql='"people_user"')
    html = response.content.decode()
    assert response.status_code == 503
    assert "What you have just sent is not saved yet" in html
    assert hidden_fields(html) == form
    assert f'action="{ACCOUNT}"' in html
    assert [unescape(each) for each in re.findall(r'portal-typed">(.*?)</p>', html, re.DOTALL)] == [
        "Nia Penŵydd",
        form["job_title"],
    ]
    assert client.post(ACCOUNT, hidden_fields(html) | {"job_title": TYPED}).status_code == 302
    contract_manager.refresh_from_db()
    assert contract_manager.job_title == TYPED


def test_a_page_of_somebody_elses_gets_no_token_and_shows_no_text(contract_manager):
    client = Client(enforce_csrf_checks=True)
    client.force_login(contract_manager)
    html = sent(client, {"job_title": "Your portal has moved to"}, sql="").content.decode()
    transaction.set_rollback(False)
    assert hidden_fields(html) == {"job_title": "Your portal has moved to"}
    assert "portal-typed" not in html
    assert client.post(ACCOUNT, hidden_fields(html)).status_code == 403


SECRET = "correct horse battery staple"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/accounts/login/", {"login": "nia@example.com", "password": SECRET}),
        ("/accounts/signup/", {"name": SECRET, "email": "new@example.com", "password1": SECRET}),
        ("/accounts/2fa/authenticate/", {"code": SECRET}),
        ("/accounts/password/reset/", {"email": f"{SECRET.replace(' ', '.')}@example.com"}),
        ("/let-in/", {"key": SECRET}),
        ("/admin/login/", {"username": "nia@example.com", "password": SECRET}),
        (ACCOUNT, {"name": "Nia", "new_password": SECRET}),
        (ACCOUNT, {"name": "Nia", "otp-1": SECRET}),
    ],
)
def test_no_proof_of_who_somebody_is_travels(client, contract_manager, path, form):
    client.force_login(contract_manager)
    html = sent(client, form | {DRAWN_FOR: sign_for(contract_manager)}, path=path, sql="").content.decode()
    assert SECRET.split()[0] not in html
    assert hidden_fields(html) == {}
    assert "Send it again" not in html
    assert "Fill in the page before again" in html or "may still have what you typed" in html


def test_what_is_too_long_or_no_form_does_not_travel(manager_client, contract_manager, monkeypatch):
    manager_client.raise_request_exception = False
    with failing(FULL):
        response = manager_client.post(ACCOUNT, '{"name": "Nia"}', content_type="application/json")
    assert (response.status_code, hidden_fields(response.content.decode())) == (503, {})
    monkeypatch.setattr("service.outage_pages.MOST_CHARACTERS", 20)
    html = sent(manager_client, {"job_title": "x" * 30}, sql="").content.decode()
    assert hidden_fields(html) == {}
    fields = {f"field-{number}": "x" for number in range(2001)}
    assert sent(manager_client, fields, sql="").status_code == 503


def test_a_file_is_asked_for_again(manager_client, contract_manager):
    form = {DRAWN_FOR: sign_for(contract_manager), "file": SimpleUploadedFile("a.csv", b"planted in a file")}
    html = sent(manager_client, form, sql="").content.decode()
    assert "choose it again" in html
    assert "planted in a file" not in html
    assert list(hidden_fields(html)) == [DRAWN_FOR]


def test_a_page_about_somebody_else_says_why_it_is_not_shown(sign_in, line_manager, contract_manager):
    assessment = make_assessment(contract_manager)
    rate_all(assessment)
    share(assessment, line_manager)
    client, owner = sign_in(line_manager, raise_request_exception=False), sign_in(contract_manager)
    with failing(of_sqlite("SQLITE_READONLY"), "INSERT"):
        response = client.get(reverse("review-detail", args=[assessment.pk]))
    assert response.status_code == 503
    assert "They can see who has read it" in response.content.decode()
    with failing(of_sqlite("SQLITE_READONLY"), "INSERT"):
        assert owner.get(reverse("assessment-detail", args=[assessment.pk])).status_code == 200


# Whether what was sent was saved


class Apart(sqlite3_base.DatabaseWrapper):
    """A database in memory, with transactions of its own."""

    lost_in_commit = False

    def _commit(self):
        if self.lost_in_commit:
            raise OperationalError from LOST
        super()._commit()


@pytest.fixture
def apart(db):
    settings = connections.settings["default"] | {"NAME": ":memory:", "OPTIONS": {}, "CONN_HEALTH_CHECKS": False}
    connections["apart"] = wrapper = Apart(settings, "apart")
    with wrapper.cursor() as cursor:
        cursor.execute("CREATE TABLE things (name TEXT UNIQUE)")
    yield wrapper
    wrapper.close()
    del connections["apart"]


@pytest.fixture
def following(apart):
    """A ``Sent`` that follows what is written to that database."""
    following = Sent()
    with apart.execute_wrapper(following):
        yield following


def save(name="new"):
    with connections["apart"].cursor() as cursor:
        cursor.execute("INSERT INTO things VALUES (%s)", [name])


def test_nothing_is_saved_before_the_first_write(apart, following):
    with apart.cursor() as cursor:
        cursor.execute("SELECT * FROM things")
    assert following.is_surely_not_saved(Kind.UNREACHABLE, LOST)


def test_what_fails_in_a_transaction_is_not_saved(apart, following):
    with pytest.raises(OperationalError) as raised, transaction.atomic("apart"), failing(LOST, "INSERT", True, apart):
        save()
    assert following.is_surely_not_saved(Kind.UNREACHABLE, raised.value)


def test_a_connection_that_is_lost_in_a_single_write_leaves_it_unknown(apart, following):
    with pytest.raises(OperationalError) as raised, failing(LOST, "INSERT", True, apart):
        save()
    assert not following.is_surely_not_saved(Kind.UNREACHABLE, raised.value)


def test_a_connection_that_is_lost_in_the_commit_of_an_answer_leaves_it_unknown(contract_manager):
    draft, following = make_assessment(contract_manager), Sent()
    with connection.execute_wrapper(following):
        Assessment.objects.find_owned(contract_manager, draft.pk)
        assert not following.is_begun
        with transaction.atomic():
            claim_draft(draft)
            assert following.is_begun
    following = Sent()
    with connection.execute_wrapper(following):
        rate(draft, {"A1.1": 2})
    assert not following.is_surely_not_saved(Kind.UNREACHABLE, LOST)


def save_in_a_transaction():
    with transaction.atomic("apart"):
        save()


def save_twice():
    with transaction.atomic("apart"):
        save()
        with suppress(DatabaseError), transaction.atomic("apart"):
            save()


@pytest.mark.parametrize("dealt_with_another", [False, True])
def test_a_commit_that_is_lost_is_unknown_and_one_that_is_refused_is_not(apart, following, dealt_with_another):
    apart.lost_in_commit = True
    with pytest.raises(OperationalError) as raised:
        save_twice() if dealt_with_another else save_in_a_transaction()
    assert not following.is_surely_not_saved(Kind.UNREACHABLE, raised.value)
    assert following.is_surely_not_saved(Kind.FULL, raised.value)


def test_what_fails_after_something_was_saved_may_be_saved(following):
    save()
    assert not following.is_surely_not_saved(Kind.FULL, OperationalError())


def test_a_page_says_that_it_is_not_known(client, contract_manager, monkeypatch):
    monkeypatch.setattr(Sent, "is_surely_not_saved", lambda *_: False)
    client.force_login(contract_manager)
    response = sent(client, drawn_form(client), LOST, sql='UPDATE "people_user"')
    html = response.content.decode()
    assert response.status_code == 503
    assert "What you have just sent may not be saved" in html
    assert "overwrites nothing that is newer" in html


def test_a_session_that_cannot_be_noted_keeps_nobody_from_reading(manager_client, monkeypatch, caplog):
    monkeypatch.setattr("people.sessions.SessionStore.can_be_extended", True)
    monkeypatch.setattr("people.sessions.WRITTEN_EVERY", timedelta(0))
    with failing(of_sqlite("SQLITE_READONLY"), 'UPDATE "django_session"'):
        assert manager_client.get(ACCOUNT).status_code == 200
    assert [each.getMessage() for each in caplog.records if each.name == "people.sessions"] == [
        "The use of a session could not be noted (OperationalError)"
    ]


@contextmanager
def read_only():
    with transaction.atomic(), connection.cursor() as cursor:
        is_sqlite = connection.vendor == "sqlite"
        cursor.execute("PRAGMA query_only = on" if is_sqlite else "SET LOCAL transaction_read_only = on")
        try:
            yield
        finally:
            if is_sqlite:
                # Past Django, which asks nothing more of a transaction in which something failed.
                connection.connection.execute("PRAGMA query_only = off")
            transaction.set_rollback(True)


OWN = (
    *("assessment-list", "goal-list", "goal-create", "account-detail", "notice-list", "line-detail", "session-extend"),
    *("my-data-detail", "team-list", "team-people", "home", "privacy", "assessment-start", "goal-calendar"),
)
OF_A_ROUND = (
    *("assessment-detail", "assessment-role", "target-edit", "assessment-check", "evidence-list", "evidence-create"),
    *("report-detail", "report-pdf", "report-excel", "assessment-share", "assessment-close", "assessment-delete"),
    "reading-list",
)


def test_own_pages_can_be_read_while_nothing_can_be_saved(manager_client, contract_manager):
    manager_client.raise_request_exception = False
    assessment = make_assessment(contract_manager)
    rate_all(assessment)
    paths = [reverse(name) for name in OWN] + [reverse(name, args=[assessment.pk]) for name in OF_A_ROUND]
    paths += [reverse("rating-edit", args=[assessment.pk, "A1"]), "/standards/contract-management/2.0/"]
    statuses = {}
    for path in paths:
        with read_only():
            statuses[path] = manager_client.get(path).status_code
    assert {path for path, status in statuses.items() if status >= 400} == set()


def test_tries_that_cannot_be_counted_are_not_called_too_many(client, contract_manager, settings):
    settings.CACHES = {"default": {"BACKEND": "service.shared_cache.SharedCache", "LOCATION": "portal_cache"}}
    client.raise_request_exception = False
    typed = {"login": contract_manager.email, "password": PASSWORD}
    with read_only():
        response = client.post(reverse("account_login"), typed)
    assert (response.status_code, heading(response)) == (503, HEADINGS["read-only"][1])


# How long a request waits


class Silent:
    """A connection that waits for an answer that does not come, or comes on the second look."""

    status = psycopg2.extensions.STATUS_READY

    def __init__(self, fileno, answers=False):
        self.states = [
            psycopg2.extensions.POLL_READ,
            psycopg2.extensions.POLL_OK if answers else psycopg2.extensions.POLL_READ,
        ]
        self.fileno = lambda: fileno

    def poll(self):
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


def test_a_database_that_says_nothing_is_given_up_soon_and_sooner_the_next_time(monkeypatch):
    monkeypatch.setattr(outages, "PATIENCE", 0.05)
    monkeypatch.setattr(outages, "PATIENCE_IN_AN_OUTAGE", 0.001)
    silent, spoken = os.pipe()
    waiting = outages._Waiting()
    with pytest.raises(psycopg2.OperationalError) as raised:
        waiting(Silent(silent))
    assert kind_of(raised.value) == Kind.UNREACHABLE
    assert waiting.seen_waiting_in_vain
    os.write(spoken, b"an answer")
    waiting(Silent(silent, answers=True))
    assert not waiting.seen_waiting_in_vain
    os.close(silent)
    os.close(spoken)


@pytest.mark.parametrize("name", ["/tmp/a b?c%d#e.sqlite3", "relative.sqlite3"])
def test_sqlite_is_told_to_make_no_new_file(monkeypatch, name, tmp_path):
    settings = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / name.lstrip("/").replace("/", "_"))}
    monkeypatch.setattr(outages, "connections", type("", (), {"settings": {"default": settings}}))
    path = settings["NAME"]
    outages.wait_no_longer_than_people()
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        sqlite3.connect(settings["NAME"], uri=True)
    sqlite3.connect(path).close()
    sqlite3.connect(settings["NAME"], uri=True).close()
