"""A PostgreSQL of the test's own that is stopped, that is paused in the middle of everything, and whose disk is full."""

import os
import shutil
import signal
import tempfile
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import psycopg2
import pytest

from tests.clusters import children_of, cluster
from tests.conftest import HEAVY
from tests.faults.portals import SOON, Somebody, filled, served, small_disk
from tests.servers import PREPARE, connect, run_python

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not HEAVY, reason="a PostgreSQL of its own takes a minute: HEAVY=1"),
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("mount") is None, reason="only root may mount a disk that can be filled"
    ),
]
MOST_SAVES = 300


@pytest.fixture(scope="module")
def broken(portals, tmp_path_factory):
    """The portal, its PostgreSQL and the disk that this one is on."""
    with ExitStack() as stack:
        # Where PostgreSQL's user can come to.
        folder = Path(tempfile.mkdtemp(prefix="portal-faults.", dir="/tmp"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        disk = stack.enter_context(small_disk(folder / "disk", megabytes=160))
        settings = {"max_wal_size": "8MB", "min_wal_size": "2MB", "shared_buffers": "16MB"}
        own = stack.enter_context(cluster(disk, initdb=("--wal-segsize=1",), **settings))
        environment = portals._environment(own.url)
        run_python(PREPARE, environment)
        portal = stack.enter_context(served(environment, tmp_path_factory.mktemp("served") / "log"))
        yield portal, own, disk


@pytest.fixture
def somebody(broken):
    with closing(Somebody(broken[0])) as somebody:
        assert somebody.save().status == 200
        yield somebody
        assert somebody.slowest < SOON
        printed = broken[0].printed()
        assert "Internal Server Error" not in printed


def asked(own, sql):
    with closing(connect(own.url)) as connection, closing(connection.cursor()) as cursor:
        connection.autocommit = True
        cursor.execute(sql)


@contextmanager
def stopped(own):
    own.stop()
    yield
    own.start()


@contextmanager
def paused(own):
    pids = (own.process.pid, *children_of(own.process.pid))
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("fault", [stopped, paused])
def test_people_are_told_and_lose_nothing(broken, somebody, fault):
    _, own, _ = broken
    before = somebody.acknowledged
    with fault(own):
        assert somebody.statuses("/assessments/", somebody.page) == [503, 503]
        assert somebody.save().status == 503
        answer, typed = somebody.send()
        assert answer.status == 503
    somebody.comes_back()
    assert somebody.kept() == before
    assert somebody.send_again(answer.text, typed) == 302
    assert somebody.kept() == typed
    somebody.comes_back()
    assert somebody.save().status == 200


def test_a_full_disk_is_said_and_loses_nothing(broken, somebody):
    """PostgreSQL has some room left in files that are there already, and ends itself where it has none for its journal."""
    _, own, disk = broken
    # As for a standby that is away: without it PostgreSQL would use the same files of its journal again and again.
    asked(own, "SELECT pg_create_physical_replication_slot('away', true)")
    with filled(disk):
        with suppress(psycopg2.Error):
            for _ in range(100):
                asked(own, "SELECT pg_logical_emit_message(false, 'filler', repeat('x', 500000))")
        statuses = []
        while 503 not in statuses:
            statuses.append(somebody.save().status)
            assert len(statuses) < MOST_SAVES
        assert set(statuses) <= {200, 503}
        assert set(somebody.statuses("/assessments/", somebody.page)) <= {200, 503}
    if own.process.poll() is not None:
        # It could not recover on a full disk; whatever looks after it starts it again.
        own.start()
    asked(own, "SELECT pg_drop_replication_slot('away')")
    somebody.comes_back()
    assert somebody.kept() == somebody.acknowledged
    assert somebody.save().status == 200
    assert somebody.kept() == somebody.acknowledged
