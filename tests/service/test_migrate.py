"""Migrations wait only shortly for tables that people use, so that nobody queues behind them for long."""

from contextlib import closing, contextmanager
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate as djangos
from django.db import OperationalError, connection, transaction

from service.management.commands import migrate

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("waiting for a table is PostgreSQL's")


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(migrate, "WAITS_FOR_A_LOCK", "50ms")
    monkeypatch.setattr(migrate, "PAUSE", 0)


class Migrating:
    """Stands in for Django's command: takes a table, as a migration would."""

    def __init__(self):
        self.tries = 0
        self.before_the_next = None

    def handle(self, command, *args, **options):
        self.tries += 1
        if self.tries > 1 and self.before_the_next:
            self.before_the_next()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE people_notice IN ACCESS EXCLUSIVE MODE")


@pytest.fixture
def migrating(monkeypatch):
    migrating = Migrating()
    monkeypatch.setattr(
        djangos.Command, "handle", lambda command, *args, **options: migrating.handle(command, **options)
    )
    return migrating


@contextmanager
def a_table_in_use():
    """Somebody who reads notices, and goes on; yields what ends it."""
    with closing(psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})) as other:
        other.cursor().execute("SELECT count(*) FROM people_notice")
        yield other.rollback


def run():
    written = StringIO()
    call_command("migrate", stderr=written)
    return written.getvalue()


@pytest.mark.usefixtures("on_postgresql")
def test_a_table_in_use_is_waited_for_again_and_again_and_then_given_up(migrating):
    with a_table_in_use(), pytest.raises(CommandError, match="nothing of that migration was done"):
        run()
    assert migrating.tries == migrate.TRIES
    assert lock_timeout() == "0"


@pytest.mark.usefixtures("on_postgresql")
def test_it_goes_on_as_soon_as_the_table_is_free(migrating):
    with a_table_in_use() as end_it:
        migrating.before_the_next = end_it
        assert run() == "A table is in use for longer than 50ms. Trying again in 0 seconds.\n"
    assert migrating.tries == 2


@pytest.mark.usefixtures("on_postgresql")
def test_what_else_fails_is_not_tried_again(migrating, monkeypatch):
    def fail(command, **options):
        migrating.tries += 1
        raise OperationalError("something else")

    monkeypatch.setattr(migrating, "handle", fail)
    with pytest.raises(OperationalError, match="something else"):
        run()
    assert migrating.tries == 1


@pytest.mark.usefixtures("on_postgresql")
def test_behind_a_pooler_it_says_why_there_is_no_limit(migrating, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert "naming PostgreSQL itself and DATABASE_POOLER=none" in run()
    assert migrating.tries == 1


def test_sqlite_migrates_as_django_does(migrating, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite has no table locks")
    monkeypatch.setattr(migrating, "handle", lambda command, **options: None)
    assert run() == ""


def lock_timeout():
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]
