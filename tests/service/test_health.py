"""Whether the portal is alive and ready is answered to whoever asks, soon, whatever is wrong, and says nothing else."""

import logging
import socket
import threading
import time
from contextlib import closing
from functools import partial

import pytest
from django.core.cache import cache
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import Resolver404, resolve

from service import health, impatient
from service.backlog import Backlog
from tests.conftest import HEAVY

pytestmark = pytest.mark.django_db

NO_WORKER = {"late": True, "seen_seconds_ago": None, "oldest_waiting_seconds": 0}
READY = {"ready": True, "database": "answers", "migrations": "applied", "cache": "works", "worker": NO_WORKER}
GONE = {"ready": False, "migrations": "not known", "cache": "not known", "worker": "not known"}


@pytest.fixture(autouse=True)
def afresh(monkeypatch):
    """No look of another test's, and none that is said again."""
    for name, value in {"latest": None, "was_ready": True, "migrated": False}.items():
        monkeypatch.setattr(health._Look, name, value)
    monkeypatch.setattr(health, "STANDS_FOR", 0)
    # A machine that tests is busier than one that serves.
    monkeypatch.setattr(health, "LONGEST_WAIT", 30)


def ask():
    """The answer of /readyz: its status, and what it says."""
    answer = Client().get("/readyz")
    assert set(answer.headers) == {"Content-Type", "Cache-Control", "X-Content-Type-Options"}
    assert answer["Cache-Control"] == "no-store"
    return answer.status_code, answer.json()


def kept_elsewhere(monkeypatch, wrapper, **changes):
    """Have the next look find its database at another address, given up as soon as the portal's own is."""
    copy = impatient._copy

    def elsewhere(connection, seconds):
        settings = connection.settings_dict | {"NAME": "nowhere", "HOST": "", "PORT": "", "OPTIONS": {}} | changes
        return copy(wrapper(settings, connection.alias), seconds)

    monkeypatch.setattr(impatient, "_copy", elsewhere)


def test_alive_asks_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_ready_says_that_all_is_well_and_nothing_else():
    assert ask() == (200, READY)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_asking_is_allowed(path):
    assert Client().head(path).status_code == 200
    assert Client().head(path).content == b""
    for method in ("post", "put", "patch", "delete", "options"):
        answer = getattr(Client(enforce_csrf_checks=True), method)(path)
        assert (answer.status_code, answer["Allow"], answer.content) == (405, "GET, HEAD", b"")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_are_answered_under_any_name_without_https_and_leave_no_line(path, settings, caplog):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["standards.example.gov.uk"], True
    caplog.set_level(logging.INFO, "service.access")
    stranger = Client(headers={"Host": "10.0.0.7"})
    answer = stranger.get(path)
    assert (answer.status_code, answer.cookies) == (200, {})
    assert caplog.records == []
    assert stranger.get("/help/").status_code == 400
    assert Client(headers={"Host": "standards.example.gov.uk"}).get("/help/").status_code == 301


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_hide_no_route(path):
    with pytest.raises(Resolver404):
        resolve(path)


@pytest.mark.parametrize("near", ["/healthz/", "/readyz/", "/healthz/x", "/x/readyz", "/HEALTHZ"])
def test_what_is_only_like_them_is_no_page(near):
    assert Client().get(near).status_code == 404


def test_a_file_that_cannot_be_opened_is_said(monkeypatch, tmp_path, caplog):
    kept_elsewhere(monkeypatch, SQLite, NAME=str(tmp_path / "no-such-folder" / "portal.sqlite3"))
    assert ask() == (503, GONE | {"database": "fails"})
    assert ask() == (503, GONE | {"database": "fails"})
    assert [each.getMessage() for each in caplog.records] == [
        "The database cannot be used (OperationalError)",
        "Not ready",
    ]


def test_a_server_that_is_gone_is_said_and_its_return(monkeypatch, caplog):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    with monkeypatch.context() as gone:
        kept_elsewhere(gone, PostgreSQL, HOST="127.0.0.1", PORT=str(port))
        assert ask() == (503, GONE | {"database": "fails"})
    assert ask() == (200, READY)
    assert [each.getMessage() for each in caplog.records][1:] == ["Not ready", "Ready again"]


def test_a_server_that_never_answers_keeps_nobody_waiting(monkeypatch):
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        kept_elsewhere(monkeypatch, PostgreSQL, HOST="127.0.0.1", PORT=str(silent.getsockname()[1]))
        monkeypatch.setattr(health, "LONGEST_WAIT", 3 if HEAVY else 0.2)
        began = time.monotonic()
        status, found = ask()
        assert time.monotonic() - began < health.LONGEST_WAIT + 1
        assert (status, found["database"]) == (503, "no answer")
        # Who asks meanwhile begins no look of their own, and has not to wait.
        look, began = health._Look.latest, time.monotonic()
        assert ask()[0] == 503
        assert health._Look.latest is look
        # It gives up by itself, so that no thread stays behind.
        assert look.done.wait(10)


def test_a_slow_database_is_not_ready_and_waited_for_once(monkeypatch):
    monkeypatch.setattr(health, "LONGEST_WAIT", 0.05)
    monkeypatch.setattr(health, "_answers", lambda connection: time.sleep(0.3) or "answers")
    assert ask() == (503, GONE | {"database": "no answer"})
    assert health._Look.latest.done.wait(10)


def test_a_look_that_hangs_after_all_was_well_is_not_believed_for_ever(monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr(health, "LONGEST_WAIT", 0.05)
    monkeypatch.setattr(health, "read_backlog", lambda: go_on.wait(30))
    while ask()[0] != 200:
        assert not health._Look.latest.done.is_set()
    assert ask() == (200, READY | {"worker": "not known"})
    monkeypatch.setattr(health, "LONGEST_LOOK", 0)
    assert ask() == (503, READY | {"ready": False, "database": "no answer", "worker": "not known"})
    go_on.set()
    assert health._Look.latest.done.wait(10)


def test_a_query_that_takes_too_long_is_ended_by_the_server(monkeypatch):
    if connections["default"].vendor != "postgresql":
        pytest.skip("SQLite has nobody else to end it")
    monkeypatch.setattr(health, "LONGEST_PART", 1)
    monkeypatch.setattr(health, "_answers", lambda connection: connection.cursor().execute("SELECT pg_sleep(20)"))
    assert ask() == (503, GONE | {"database": "fails"})


def test_migrations_that_are_missing_are_asked_for_again_and_then_remembered(monkeypatch, tmp_path):
    with monkeypatch.context() as empty:
        kept_elsewhere(empty, SQLite, NAME=str(tmp_path / "empty.sqlite3"))
        assert ask() == (503, READY | {"ready": False, "migrations": "missing", "worker": "not known"})
    assert ask() == (200, READY)
    monkeypatch.setattr(MigrationExecutor, "__init__", None)
    assert ask() == (200, READY)


def test_a_cache_that_does_not_work_is_said(settings):
    table = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "no_such_table"}
    settings.CACHES = {"default": table}
    assert ask() == (503, READY | {"ready": False, "cache": "fails"})


def test_the_cache_is_only_read(monkeypatch):
    monkeypatch.setattr(type(cache._connections[cache._alias]), "set", None)
    assert ask() == (200, READY)


def test_however_many_ask_one_looks(monkeypatch):
    monkeypatch.setattr(health, "STANDS_FOR", 60)
    assert ask() == (200, READY)
    look = health._Look.latest
    monkeypatch.setattr(health, "_answers", None)
    assert [ask() for _ in range(5)] == [(200, READY)] * 5
    assert health._Look.latest is look


def test_a_worker_that_is_late_is_said_and_takes_no_server_away(monkeypatch):
    for seen, oldest, is_late in ((4, 0, False), (91, 0, True), (4, 301, True)):
        monkeypatch.setattr(health, "read_backlog", partial(Backlog, 1, oldest, seen))
        worker = {"late": is_late, "seen_seconds_ago": seen, "oldest_waiting_seconds": oldest}
        assert ask() == (200, READY | {"worker": worker})


def test_a_queue_that_does_not_answer_is_said_and_takes_no_server_away(monkeypatch):
    monkeypatch.setattr(health, "read_backlog", None)
    assert ask() == (200, READY | {"worker": "not known"})
