"""What is written down: enough to find a fault by, and nothing that anybody wrote."""

import json
import logging
import sys
import warnings

import psycopg2.errors
import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.views.debug import get_exception_reporter_class
from django_tasks_db.models import DBTaskResult

from people import tasks
from people.actions import notify
from people.models import Organisation
from service.error_reports import DiscreetReporter
from service.logging import (
    ADDRESS_LEFT_OUT,
    LEFT_OUT,
    JsonLines,
    NoPersonalText,
    PlainLines,
    configuration,
    current_id,
    exceptions_of,
)
from service.worker import TaskFailed
from service.worker.rows import DatabaseWorker
from tests.factories import make_organisation
from tests.test_settings import PRODUCTION, manage

NOTE = "I never read the contract"
QUOTED = f'new row violates check constraint "rating_note"\nDETAIL:  Failing row contains (1, {NOTE}).\n'


class Written(logging.Handler):
    """What production writes: ``lines`` as text, ``said`` as dictionaries."""

    def __init__(self):
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))

    @property
    def said(self):
        return [json.loads(line) for line in self.lines]


@pytest.fixture(autouse=True)
def nothing_in_hand():
    """A worker that a test before stopped in the middle of a task is still at it, as far as its thread knows."""
    current_id.set("")


@pytest.fixture
def written():
    handler = Written()
    access, root = logging.getLogger("service.access"), logging.getLogger()
    before = access.level
    access.setLevel(logging.INFO)
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    access.setLevel(before)


@pytest.fixture
def breaking(monkeypatch):
    """The home page fails with an error that quotes what somebody wrote."""

    def fail(self):
        note = NOTE
        raise ValueError(f"not a number: {note}")

    monkeypatch.setattr("standards.models.framework.VersionQuerySet.latest_of_each_framework", fail)


def said(name, message, *args, pathname="/elsewhere/library.py", **extra):
    """The message that is written for a record of the logger ``name``."""
    record = logging.LogRecord(name, logging.ERROR, pathname, 7, message, args, None)
    vars(record).update(extra)
    return json.loads(JsonLines().format(record))["message"]


# Lines


def test_a_line_has_when_how_bad_who_what_and_for_which_request():
    before = current_id.set("abcdef0123456789")
    record = logging.LogRecord("people.tasks", logging.WARNING, tasks.__file__, 44, "Notice %s: %s", (7, "late"), None)
    record.created = 0.25
    line = json.loads(JsonLines().format(record))
    current_id.reset(before)
    assert line == {
        "time": "1970-01-01T00:00:00.250+00:00",
        "level": "WARNING",
        "logger": "people.tasks",
        "message": "Notice 7: late",
        "id": "abcdef0123456789",
        "at": "people/tasks.py:44",
    }


def test_only_the_portals_own_messages_may_have_words_in_them():
    assert said("people.tasks", "Notice %s: %s", 7, "late") == "Notice 7: late"
    assert said("allauth.account", "Refused %s of %s for %d s", NOTE, ValueError(NOTE), 5) == (
        f"Refused {LEFT_OUT} of ValueError for 5 s"
    )
    assert said("allauth.account", "Refused %(what)s", {"what": NOTE}) == f"Refused {LEFT_OUT}"
    assert said("allauth.account", f"Refused {NOTE}") == LEFT_OUT
    assert said("allauth.account", "%d", NOTE) == LEFT_OUT
    assert said("gunicorn.error", "Error handling request %s", f"/?q={NOTE}") == f"Error handling request {LEFT_OUT}"
    assert said("gunicorn.error", f"Invalid request from ip=203.0.113.9: {NOTE}") == LEFT_OUT
    assert said("gunicorn.error", "Listening at: %s", "http://127.0.0.1:8000") == "Listening at: http://127.0.0.1:8000"
    assert (
        said("gunicorn.error", "Worker (pid:%s) was sent SIG%s!\n%s", 7, "KILL", NOTE)
        == "Worker (pid:7) was sent SIGKILL!"
    )


@pytest.mark.parametrize("address", ["nia@example.com", "nia%40example.com", "Nia.O'Penŵydd@example.com", "a@b"])
def test_an_address_is_the_last_that_a_line_would_hold(address):
    line = said("people.tasks", "To %s, soon", address)
    assert "example" not in line
    assert "@" not in line
    assert line == f"To {ADDRESS_LEFT_OUT}, soon"


def test_a_warning_of_pythons_has_its_kind_and_place_only(written):
    logging.captureWarnings(True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(f"Field received {NOTE}", RuntimeWarning, stacklevel=1)
    finally:
        logging.captureWarnings(False)
    [line] = written.said
    assert line["message"].startswith("RuntimeWarning in tests/service/test_logging.py:")
    assert NOTE not in written.lines[0]


# Exceptions


def test_an_exception_is_written_as_classes_and_places_with_all_that_led_to_it():
    try:
        try:
            raise KeyError(NOTE)
        except KeyError:
            raise ValueError(NOTE) from None
    except ValueError as error:
        found = exceptions_of(error)
    assert [each["class"] for each in found] == ["builtins.ValueError", "builtins.KeyError"]
    assert [frame.partition(":")[0] for frame in found[0]["frames"]] == ["tests/service/test_logging.py"]
    assert NOTE not in json.dumps(found)


def test_an_exception_that_leads_to_itself_and_a_group_of_them_are_written_once_each():
    first, second = ValueError(NOTE), KeyError(NOTE)
    first.__cause__, second.__cause__ = second, first
    group = ExceptionGroup(NOTE, [first, second])
    assert [each["class"] for each in exceptions_of(group)] == [
        "builtins.ExceptionGroup",
        "builtins.ValueError",
        "builtins.KeyError",
    ]


@pytest.mark.django_db
def test_a_databases_error_is_written_with_its_code_and_without_the_row(written):
    make_organisation(name=NOTE)
    try:
        with transaction.atomic():
            Organisation.objects.create(name=NOTE)
    except DatabaseError:
        logging.getLogger("django.request").exception("Internal Server Error")
    [line] = written.said
    outer, inner = line["exception"]
    assert outer["class"] == "django.db.utils.IntegrityError"
    if connection.vendor == "postgresql":
        assert inner["code"] == "23505"
        assert inner["constraint"].startswith("people_organisation_name")
    else:
        assert inner["code"] == "SQLITE_CONSTRAINT_UNIQUE"
    assert NOTE not in written.lines[0]


def test_a_psycopg_error_is_written_without_its_detail_wherever_it_stands_in_the_chain():
    try:
        try:
            raise psycopg2.errors.CheckViolation(QUOTED)
        except psycopg2.Error as error:
            raise DatabaseError(QUOTED) from error
    except DatabaseError as error:
        record = logging.LogRecord(
            "django.request", 40, __file__, 1, QUOTED, (), (type(error), error, error.__traceback__)
        )
    for formatter in (JsonLines(), PlainLines()):
        line = formatter.format(record)
        assert "psycopg2.errors.CheckViolation" in line
        assert NOTE not in line
        assert "Failing row" not in line


# Requests


def test_a_request_is_one_line_without_its_query_string_or_who_asked(written, manager_client, contract_manager):
    path = reverse("assessment-list")
    answer = manager_client.get(path, {"q": NOTE}, headers={"User-Agent": NOTE, "X-Forwarded-For": "203.0.113.9"})
    [line] = written.said
    assert {name: line[name] for name in ("logger", "message", "method", "path", "status", "id")} == {
        "logger": "service.access",
        "message": f"GET {path} 200",
        "method": "GET",
        "path": path,
        "status": 200,
        "id": answer["X-Request-ID"],
    }
    assert line["ms"] > 0
    assert set(line) == {"time", "level", "logger", "message", "id", "method", "path", "status", "ms"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/I-never-read-it/", "(no page)"),
        ("/accounts/login", "(no page)"),
        ("/standards/I-never-read-it/2.0/", "/standards/<slug:framework>/<str:version>/"),
        ("/standards/contract-management/2.0/", "/standards/contract-management/2.0/"),
        ("/accounts/confirm-email/I-never:read-it/", r"/accounts/confirm-email/(?P<key>[-:\w]+)/$"),
        (
            "/accounts/password/reset/key/1-I-never-read-it/",
            "/accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        ),
        ("/admin/people/user/I-never-read-it/change/", "/admin/people/user/<path:object_id>/change/"),
        ("/held/0b9c8c1c-0000-4000-8000-000000000000/", "/held/0b9c8c1c-0000-4000-8000-000000000000/"),
    ],
)
def test_a_path_with_words_or_a_secret_in_it_is_written_as_its_route(written, client, path, kept):
    client.get(path)
    assert [line["path"] for line in written.said if "path" in line] == [kept]
    assert {line["id"] for line in written.said} == {written.said[0]["id"]}
    assert not any("never" in line for line in written.lines)


def test_a_method_of_somebodys_own_is_not_written(written, client, db):
    client.generic("NEVERREAD", "/help/")
    assert [line["method"] for line in written.said if "path" in line] == ["other"]
    assert not any("NEVERREAD" in line for line in written.lines)


@pytest.mark.django_db
def test_refusals_are_written_without_what_was_sent(written, client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    assert client.get("/help/", headers={"Host": "never-read.example"}).status_code == 400
    browser = type(client)(enforce_csrf_checks=True)
    assert (
        browser.post("/accounts/login/", {"login": NOTE}, headers={"Origin": "https://never-read.example"}).status_code
        == 403
    )
    messages = [(line["logger"], line["message"]) for line in written.said]
    assert ("django.security.DisallowedHost", "Bad Request: (no page)") in messages
    assert ("django.security.csrf", "Forbidden: /accounts/login/") in messages
    assert not any("never" in line for line in written.lines)


@pytest.mark.django_db
def test_the_page_of_an_error_and_its_lines_have_the_same_id(written, client, breaking):
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    page = answer.content.decode()
    assert f"<strong>{answer['X-Request-ID']}</strong>" in page
    failed, request = written.said
    assert failed["message"] == "Internal Server Error: /"
    assert failed["id"] == request["id"] == answer["X-Request-ID"]
    assert failed["exception"][0]["class"] == "builtins.ValueError"
    assert failed["exception"][0]["frames"][-1].endswith(" fail")
    assert NOTE not in page
    assert not any(NOTE in line for line in written.lines)


@pytest.mark.parametrize(
    ("trusted", "sent", "is_taken"),
    [
        (True, "proxy-0123456789", True),
        (False, "proxy-0123456789", False),
        (True, "short", False),
        (True, "x" * 65, False),
        (True, "proxy-0123456789\u0661", False),
        (True, "nia@example.com", False),
        (True, "", False),
    ],
)
def test_an_id_is_taken_from_a_trusted_proxy_where_it_is_one(client, db, settings, trusted, sent, is_taken):
    settings.TRUST_PROXY = trusted
    answer = client.get("/help/", headers={"X-Request-ID": sent})
    assert (answer["X-Request-ID"] == sent) is is_taken
    assert 8 <= len(answer["X-Request-ID"]) <= 64


def test_each_request_has_an_id_of_its_own_and_none_stays(client, db):
    assert client.get("/help/")["X-Request-ID"] != client.get("/help/")["X-Request-ID"]
    assert current_id.get() == ""


# The worker


@pytest.fixture
def failing(monkeypatch, line_manager):
    """Runs a task in a worker that fails with an error that quotes what somebody wrote; returns the task's row."""

    def fail(notice):
        note = NOTE
        try:
            Organisation.objects.create(name=note)
            with transaction.atomic():
                Organisation.objects.create(name=note)
        except DatabaseError as error:
            raise ValueError(f"{note} of {line_manager.email}") from error

    def run():
        monkeypatch.setattr(tasks, "_send", fail)
        notify(recipient=line_manager, kind="shared", path="/assessments/")
        worker = DatabaseWorker(batch=True)
        DBTaskResult.objects.update(worker_ids=["another"] * 4)
        row = worker.take()
        with transaction.atomic():
            worker.run_task(row)
        return row

    return run


@pytest.mark.django_db
def test_a_task_that_fails_leaves_classes_and_places_in_its_row_and_in_the_log(written, failing):
    row = failing()
    assert (row.status, row.exception_class_path) == ("FAILED", "builtins.ValueError")
    assert "builtins.ValueError" in row.traceback
    assert "people/tasks.py" in row.traceback
    assert NOTE not in row.traceback
    assert "tomasz" not in f"{row.traceback}{row.args_kwargs}"
    failed = next(line for line in written.said if line["level"] == "ERROR")
    assert failed["id"] == f"task-{row.task_result.id}"
    assert [each["class"] for each in failed["exception"]][:2] == [
        "service.worker.discreet.TaskFailed",
        "builtins.ValueError",
    ]
    assert not any(NOTE in line or "tomasz" in line for line in written.lines)
    assert current_id.get() == ""


def test_a_task_that_fails_says_with_what():
    with pytest.raises(TaskFailed) as raised:
        tasks.send_notice.call(object())
    assert "TypeError" in str(raised.value)


# Error reports


def test_an_error_report_has_classes_and_places_and_nothing_of_the_request(rf, settings):
    settings.DEFAULT_EXCEPTION_REPORTER = "service.error_reports.DiscreetReporter"
    request = rf.post("/", {"note": NOTE}, headers={"Cookie": f"a={NOTE}"})
    assert get_exception_reporter_class(request) is DiscreetReporter
    try:
        note = NOTE
        raise SuspiciousOperation(f"<b>{note}")
    except SuspiciousOperation:
        report = DiscreetReporter(request, *sys.exc_info())
    for text in (report.get_traceback_text(), report.get_traceback_html()):
        assert "SuspiciousOperation" in text
        assert "tests/service/test_logging.py" in text
        assert NOTE not in text
        assert settings.SECRET_KEY not in text
    assert report.get_traceback_frame_variables(request, sys._getframe()) == []


# How the portal runs


def test_production_writes_json_and_sends_no_error_by_email():
    code = """
import logging, sys, threading
from django.conf import settings
root = logging.getLogger()
found = [handler for name in root.manager.loggerDict for handler in logging.getLogger(name).handlers] + root.handlers
print(sorted({type(each).__name__ for each in found}), *{type(each.formatter).__name__ for each in root.handlers})
print(settings.DEFAULT_EXCEPTION_REPORTER, logging.getLogger("service.access").isEnabledFor(logging.INFO))
sys.excepthook(*(lambda error: (type(error), error, None))(ValueError("I never read the contract")))
"""
    status, printed = manage("shell", "--no-imports", "-c", code, **PRODUCTION, DATABASE_URL="sqlite://")
    lines = printed.splitlines()
    assert lines[0].endswith("JsonLines")
    assert "AdminEmailHandler" not in lines[0]
    assert lines[1] == "service.error_reports.DiscreetReporter True"
    assert json.loads(lines[2])["message"] == "Ended by an error"
    assert "contract" not in printed
    assert status == 0


def test_the_demo_and_development_stay_readable():
    kinds = {}
    for name, ways in {"json": {}, "plain": {"demo": True}, "whole": {"debug": True}}.items():
        made = configuration(**{"debug": False, "demo": False} | ways)
        kinds[name] = made["handlers"]["stderr"]["formatter"]
        assert made["loggers"]["service.access"]["level"] == ("WARNING" if ways else "INFO")
    assert kinds == {name: name for name in kinds}
    record = logging.LogRecord("people.tasks", logging.WARNING, __file__, 1, "Notice %s", (7,), None)
    record.created = 0
    assert PlainLines().format(record) == "00:00:00 WARNING people.tasks Notice 7"


def in_development(message, *args, exc_info=None):
    """What a handler of development's writes."""
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, message, args, exc_info)
    assert NoPersonalText().filter(record)
    return logging.Formatter("{levelname} {message}", style="{").format(record)


def test_development_prints_messages_whole_but_for_the_row_that_postgresql_quotes_and_addresses():
    try:
        try:
            raise ValueError(QUOTED)
        except ValueError as error:
            raise RuntimeError("Could not save nia@example.com") from error
    except RuntimeError:
        printed = in_development("Internal Server Error: %s", "/assessments/", exc_info=sys.exc_info())
    assert NOTE not in printed
    assert "nia@" not in printed
    assert "ERROR Internal Server Error: /assessments/" in printed
    assert 'violates check constraint "rating_note"' in printed
    assert "RuntimeError: Could not save" in printed
    assert NOTE not in in_development("Not saved: %s", QUOTED)
    assert in_development("Not Found: %s", "/nonsense") == "ERROR Not Found: /nonsense"
