"""Portals that run as in production: gunicorn, processes and a database of their own, on either engine.

For what a test within one process and one transaction cannot show: two windows at once, browsers, a server that is killed.
"""

import fcntl
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT = 90
# What of the environment of whoever runs the tests is not for the portals that they serve.
OF_THE_SETTINGS = ("PORTAL_", "EMAIL_", "SECRET_", "SENTRY_", "OTEL_")
BEGIN = """
import django
from django.core.management import call_command
django.setup()
"""
MIGRATE = f"""{BEGIN}
call_command("migrate", interactive=False, verbosity=0)
"""
FILL = """
call_command("load_standards", verbosity=0)
call_command("make_demo_people", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
"""
PREPARE = MIGRATE + FILL
# For whoever waits for a browser and not for migrations.
TABLES_AT_ONCE = """
import pytest
from tests.database import make_tables_at_once
make_tables_at_once(pytest.MonkeyPatch())
"""


class NotServing(Exception):
    """The server could not be prepared or did not start; the message holds what it printed."""


@dataclass(frozen=True)
class LivePortal:
    """A portal that serves the demo's people at ``address``, with the standards published.

    ``log`` is the file with everything that the server printed.
    """

    address: str
    database_url: str
    environment: dict
    log: Path
    process: subprocess.Popen

    def python(self, code: str) -> str:
        """What ``code`` prints, run in a process of its own with Django set up on this portal's database."""
        return run_python(f"import django\ndjango.setup()\n{code}", self.environment)

    def rows(self, sql: str) -> list[tuple]:
        """What a SELECT finds in this portal's database. Written without quoted identifiers and parameters, for both engines."""
        with closing(connect(self.database_url)) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def printed(self) -> str:
        return self.log.read_text("utf-8", "replace")


class PortalFactory:
    """Serves as many portals as a test session wants. Each has its own copy of a database that is prepared once.

    That one, and what is collected of static files, are prepared once for all processes that test: in ``shared``, and on a
    database server under a name that is written there, until the last of them has ended.
    """

    def __init__(self, folder: Path, shared: Path, *, tables_at_once=False):
        self.folder = folder
        self.shared = shared
        self.prepare = TABLES_AT_ONCE + PREPARE if tables_at_once else PREPARE
        self.number = 0
        self.databases = []
        self.prepared = None
        self.is_counted = False
        url = os.environ.get("DATABASE_URL", "")
        self.cluster = url if url.startswith("postgres") else ""

    @contextmanager
    def serve(self, *, workers=2, threads=4, plant="", url=""):
        """A ``LivePortal``, stopped at the end. ``plant`` names faults of ``tests.live_settings``; ``url`` another database."""
        self.number += 1
        url = url or self._copy_of_prepared()
        environment = self._environment(url) | {"PORTAL_TESTS_PLANT": plant}
        log = self.folder / f"server-{self.number}.log"
        with closing(listen()) as listening:
            process = start_gunicorn(listening, environment, log, workers=workers, threads=threads)
            portal = LivePortal(f"http://127.0.0.1:{listening.getsockname()[1]}", url, environment, log, process)
            try:
                _wait_until_it_answers(portal)
                yield portal
            finally:
                _stop(process)

    def served_environment(self):
        """The environment of processes that serve the demo's people, on a copy of the prepared database."""
        return self._environment(self._copy_of_prepared())

    def environment(self, sqlite_file=""):
        """The environment of a process that serves nobody, on a database of its own: a copy of the file, or one with no rows."""
        if self.cluster:
            return self._environment(self._new_database(template=self._migrated()))
        self.number += 1
        copy = self.folder / f"copy-{self.number}.sqlite3"
        with closing(sqlite3.connect(sqlite_file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return self._environment(f"sqlite:///{copy}")

    def new_environment(self):
        """The environment of processes on a database of their own with nothing in it."""
        self.number += 1
        return self._environment(
            self._new_database() if self.cluster else f"sqlite:///{self.folder}/new-{self.number}.sqlite3"
        )

    def close(self):
        """Drop what was made on a database server."""
        for url in self.databases:
            self._drop(urlsplit(url).path[1:])
        self.databases.clear()
        if self.is_counted:
            self._leave_what_is_shared()

    def _copy_of_prepared(self):
        self.number += 1
        if not self.cluster:
            copy = self.folder / f"portal-{self.number}.sqlite3"
            shutil.copyfile(self._prepared_file(), copy)
            return f"sqlite:///{copy}"
        if self.prepared is None:
            self.prepared = self._url(self._on_cluster_once("prepared", BEGIN + FILL, template=self._migrated()))
        return self._new_database(template=urlsplit(self.prepared).path[1:])

    def _prepared_file(self):
        """The file of the prepared database, which the first process to want it makes while the others wait."""
        prepared = self.shared / "prepared.sqlite3"
        with self._alone():
            if not prepared.exists():
                half = self.shared / "half-prepared.sqlite3"
                run_python(self.prepare, self._environment(f"sqlite:///{half}"))
                half.rename(prepared)
        return prepared

    # What processes share on a database server: templates for databases, whose names stand in files

    def _migrated(self):
        """The name of a database with all tables and no rows."""
        return self._on_cluster_once("migrated", MIGRATE)

    def _on_cluster_once(self, what, code, template="template0"):
        """The name of the database that ``code`` makes, which the first process to want it runs while the others wait."""
        written = self.shared / f"{what}.database"
        with self._alone():
            if not self.is_counted:
                self._count(1)
                self.is_counted = True
            if not written.exists():
                name = self._copy(template)
                run_python(code, self._environment(self._url(name)))
                written.write_text(name)
            return written.read_text()

    def _leave_what_is_shared(self):
        with self._alone():
            self.is_counted = False
            if self._count(-1):
                return
            for written in self.shared.glob("*.database"):
                self._drop(written.read_text())
                written.unlink()

    def _count(self, one_more_or_less):
        """How many processes use what is shared, counted anew."""
        written = self.shared / "users"
        number = int(written.read_text() if written.exists() else 0) + one_more_or_less
        written.write_text(str(number))
        return number

    @contextmanager
    def _alone(self):
        with (self.shared / "prepared.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _new_database(self, template="template0"):
        """The address of a new database that goes with this factory."""
        self.databases.append(self._url(self._copy(template)))
        return self.databases[-1]

    def _copy(self, template):
        name = f"portal_live_{secrets.token_hex(6)}"
        # A pooler keeps connections to it, and PostgreSQL copies no database that is in use.
        self._on_cluster(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'")
        self._on_cluster(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def _drop(self, name):
        self._on_cluster(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _url(self, name):
        return urlunsplit(urlsplit(self.cluster)._replace(path=f"/{name}"))

    def _on_cluster(self, sql):
        with closing(connect(self.cluster)) as connection:
            connection.autocommit = True
            with closing(connection.cursor()) as cursor:
                cursor.execute(sql)

    def _environment(self, database_url):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_SETTINGS)}
        kept.pop("DEBUG", None)
        return kept | {
            "DJANGO_SETTINGS_MODULE": "tests.live_settings",
            "DATABASE_URL": database_url,
            "PORTAL_DEMO": "1",
            "PORTAL_DEMO_SECRET_KEY": "0123456789 of no use to anybody outside the tests abcdefghi",
            "PORTAL_TESTS_STATIC": str(self.shared / "static"),
            "PYTHONPATH": str(ROOT),
        }


def listen():
    """A socket on the loopback interface for a server, which may end and be followed by another one."""
    return socket.create_server(("127.0.0.1", 0), backlog=128)


def start_gunicorn(listening, environment, log, *, workers, threads, preload=False):
    """The portal as production serves it, at a socket that stays the caller's; it leads a process group of its own."""
    command = [sys.executable, "-m", "gunicorn", "standards_portal.wsgi", "--log-level", "warning"]
    command += ["--bind", f"fd://{listening.fileno()}", "--workers", str(workers), "--threads", str(threads)]
    with log.open("ab") as printed:
        return subprocess.Popen(
            [*command, "--graceful-timeout", "2", *(["--preload"] if preload else [])],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            pass_fds=[listening.fileno()],
            start_new_session=True,
        )


def connect(database_url):
    """A connection of its own, outside Django. To be closed by who asked for it."""
    if database_url.startswith("postgres"):
        return psycopg2.connect(database_url)
    # Used from several threads, never by two at once.
    return sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=20, check_same_thread=False)


def run_python(code, environment):
    """What ``code`` prints in a new process. Raises ``NotServing`` with all that was printed when it fails."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        raise NotServing(done.stdout + done.stderr)
    return done.stdout


def _wait_until_it_answers(portal):
    give_up = time.monotonic() + START_TIMEOUT
    while time.monotonic() < give_up:
        if portal.process.poll() is not None:
            raise NotServing(portal.printed())
        try:
            # The address is ours: a listening socket on the loopback interface.
            with urllib.request.urlopen(f"{portal.address}/help/", timeout=5) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as refused:
            raise NotServing(f"/help/ answered {refused.code}.\n{portal.printed()}") from refused
        except OSError:
            time.sleep(0.1)
    raise NotServing(f"No answer within {START_TIMEOUT} seconds.\n{portal.printed()}")


def _stop(process):
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
