"""A PostgreSQL of a test's own, which it may kill, stop, start again, and put on a disk of its choice.

``script/_postgres.sh`` starts the one that the suite runs on. This one is as durable as PostgreSQL is without being told otherwise.
"""

import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

START_TIMEOUT = 90
STOP_TIMEOUT = 30
# Below the ports that connections go out from (``ip_local_port_range``): none of them may take ours while the cluster is down.
PORTS = range(20_000, 32_000)


class ClusterFailed(Exception):
    """PostgreSQL could not be made or started; the message holds what it printed."""


class Cluster:
    """``url`` names its database "portal", whose owner may do everything. ``log`` is the file with all that it printed.

    ``folder`` holds its data and belongs to PostgreSQL's user. ``settings`` are of postgresql.conf, and stand from the next
    ``start`` on.
    """

    def __init__(self, folder: Path, settings: dict):
        self.folder, self.settings = folder, settings
        self.log = folder / "log"
        self.port = _free_port()
        password = secrets.token_hex(16)
        self.url = f"postgres://portal:{password}@127.0.0.1:{self.port}/portal"
        self.process = None
        self._make(password)

    def start(self):
        """Start it and wait until it answers, which after ``kill`` it does once it has recovered. Raises ``ClusterFailed``."""
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": ""} | self.settings
        options = [each for name, value in settings.items() for each in ("-c", f"{name}={value}")]
        self.process = _as_postgres(subprocess.Popen, ["postgres", "-D", self.folder / "data", *options], self.log)
        give_up = time.monotonic() + START_TIMEOUT
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                raise ClusterFailed(self.log.read_text("utf-8", "replace"))
            try:
                psycopg2.connect(self._url_of("postgres")).close()
            except psycopg2.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise ClusterFailed(f"No answer within {START_TIMEOUT} seconds.\n{self.log.read_text('utf-8', 'replace')}")

    def kill(self):
        """SIGKILL for the postmaster and each of its children; returns when all are gone."""
        os.kill(self.process.pid, signal.SIGSTOP)
        # Stopped, it starts no more of them.
        children = children_of(self.process.pid)
        for pid in (self.process.pid, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()
        while any(runs(pid) for pid in children):
            time.sleep(0.005)

    def stop(self):
        """Shut it down without waiting for whoever is connected; nothing where it is down."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()

    def copy(self, source) -> str:
        """Copy a database of another cluster into a new one of this; returns the address of that."""
        with closing(psycopg2.connect(self.url)) as connection:
            connection.autocommit = True
            connection.cursor().execute("CREATE DATABASE copied")
        dump = [programs() / "pg_dump", "--no-owner", "--no-privileges", source]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumping:
            load = [
                programs() / "psql",
                "--quiet",
                "--output=/dev/null",
                "--set=ON_ERROR_STOP=1",
                self._url_of("copied"),
            ]
            subprocess.run(load, stdin=dumping.stdout, check=True)
        return self._url_of("copied")

    def damage(self, url) -> str:
        """What PostgreSQL's own check of tables and indexes says of the database at ``url``; "" for nothing."""
        command = [programs() / "pg_amcheck", "--install-missing", "--heapallindexed", url]
        checked = subprocess.run(command, capture_output=True, text=True)
        return checked.stdout + checked.stderr if checked.returncode else ""

    def _make(self, password):
        word = self.folder / "password"
        word.write_text(password)
        access = ["--username=portal", "--pwfile", word, "--auth=scram-sha-256"]
        kind = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", *self.settings.pop("initdb", ())]
        made = _as_postgres(subprocess.run, ["initdb", "--pgdata", self.folder / "data", *access, *kind], self.log)
        if made.returncode:
            raise ClusterFailed(self.log.read_text("utf-8", "replace"))
        self.start()
        with closing(psycopg2.connect(self._url_of("postgres"))) as connection:
            connection.autocommit = True
            connection.cursor().execute("CREATE DATABASE portal")

    def _url_of(self, database):
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{database}"))


@contextmanager
def cluster(folder=None, **settings):
    """A ``Cluster`` that runs, with its data in ``folder`` (one of its own under /tmp without it); stopped and removed at the end.

    PostgreSQL's user has to be able to reach ``folder``. ``initdb``, among the settings, holds more arguments of that program.
    Skips the test where PostgreSQL's programs are missing.
    """
    if programs() is None:
        pytest.skip("PostgreSQL's programs (initdb, postgres) are not on this machine")
    place = Path(tempfile.mkdtemp(prefix="portal-cluster.", dir=folder or "/tmp"))
    made = None
    try:
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(place, user.pw_uid, user.pw_gid)
        made = Cluster(place, settings)
        yield made
    finally:
        if made is not None:
            made.stop()
        shutil.rmtree(place, ignore_errors=True)


def programs() -> Path | None:
    """Where PostgreSQL's programs are: Debian keeps them off the PATH, one folder for each version."""
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4].split(".")[0]))
    found = newest[-1] if newest else shutil.which("initdb")
    return Path(found).parent if found else None


def _as_postgres(run, command, log):
    # PostgreSQL refuses to run as root.
    other = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    with log.open("ab") as printed:
        return run(
            [programs() / command[0], *command[1:]],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **other,
        )


def _free_port():
    for port in random.sample(PORTS, len(PORTS)):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise ClusterFailed(f"No port of {PORTS} is free.")


def children_of(parent):
    """The ids of its child processes. Those of a postmaster lead sessions of their own, so that no group holds them."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent:
            found.append(int(status.parent.name))
    return found


def runs(pid) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
