"""SQLite whose disk is full, whose file takes no writes, is away, or is held by somebody else: people are told, read on, and lose
nothing; when it is over nobody restarts anything."""

import os
import shutil
import subprocess
from contextlib import closing, contextmanager

import pytest

from tests.conftest import HEAVY
from tests.faults.portals import LINE_MANAGER, SOON, Somebody, filled, served, shared_round, small_disk
from tests.servers import connect
from tests.windows import Window

pytestmark = pytest.mark.skipif(
    os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="this run is on PostgreSQL"
)
ROUNDS = 10 if HEAVY else 1
CAN_MOUNT = os.geteuid() == 0 and shutil.which("mount") is not None


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A disk of the database's own: a small one where we may mount one."""
    folder = tmp_path_factory.mktemp("faults")
    if not CAN_MOUNT:
        yield folder
        return
    with small_disk(folder / "disk", megabytes=16) as mounted:
        yield mounted


@pytest.fixture(scope="module")
def portal(portals, disk, tmp_path_factory):
    environment = portals.served_environment()
    database = disk / "portal.sqlite3"
    shutil.copyfile(environment["DATABASE_URL"].removeprefix("sqlite:///"), database)
    log = tmp_path_factory.mktemp("served") / "log"
    with served(environment | {"DATABASE_URL": f"sqlite:///{database}"}, log) as portal:
        yield portal


@pytest.fixture
def somebody(portal):
    with closing(Somebody(portal)) as somebody:
        assert somebody.save().status == 200
        yield somebody
        assert somebody.slowest < SOON
        assert "Traceback" not in portal.printed()
        assert "Internal Server Error" not in portal.printed()


def full(disk, somebody):
    # A journal that was longer before has room for some more answers without asking the disk for any.
    with closing(connect(somebody.portal.database_url)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return filled(disk)


@contextmanager
def read_only(disk, somebody):
    # Seen through another mount of itself, so that nobody who has a file open keeps it from becoming so.
    subprocess.run(["mount", "--bind", disk, disk], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", disk], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


@contextmanager
def away(disk, somebody):
    file = disk / "portal.sqlite3"
    file.rename(disk / "away.sqlite3")
    try:
        yield
        # Nobody made a new, empty one in its place.
        assert not file.exists()
    finally:
        (disk / "away.sqlite3").rename(file)


@contextmanager
def held(disk, somebody):
    with closing(connect(somebody.portal.database_url)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


mounted = pytest.mark.skipif(not CAN_MOUNT, reason="only root may mount a disk to fill or to write-protect")
FAULTS = [
    pytest.param(full, "full", 200, id="full", marks=mounted),
    # Where nobody had the file open, it cannot even be opened.
    pytest.param(read_only, "read-only unreachable", 200, id="read-only", marks=mounted),
    pytest.param(away, "unreachable", 503, id="away"),
    pytest.param(held, "busy", 200, id="held"),
]


@pytest.mark.parametrize(("fault", "problem", "reading"), FAULTS)
def test_people_are_told_and_lose_nothing(disk, somebody, fault, problem, reading):
    own = ("/assessments/", somebody.round, somebody.page, "/goals/", "/account/")
    for _ in range(ROUNDS):
        before = somebody.acknowledged
        with fault(disk, somebody):
            assert somebody.statuses(*own) == [reading] * len(own)
            answer = somebody.save()
            assert answer.status == 503
            assert answer.text in [f'{{"problem": "{each}", "saved": "no"}}' for each in problem.split()]
            answer, typed = somebody.send()
            assert answer.status == 503
            assert "What you have just sent is not saved yet" in answer.text
            assert "Nothing that was saved before is lost" in answer.text
        assert somebody.kept() == before
        assert somebody.send_again(answer.text, typed) == 302
        assert somebody.kept() == typed
        somebody.comes_back()
        assert somebody.save().status == 200
        assert somebody.kept() == somebody.acknowledged


@mounted
def test_a_page_of_somebody_elses_is_not_shown_unnoted(disk, portal):
    """Their line manager opens a round that was shared; what they see of it is noted, or not seen."""
    with closing(Window(portal)) as window:
        window.sign_in(LINE_MANAGER)
        path = shared_round(portal)
        assert window.get(path).status == 200
        with read_only(disk, window):
            answer = window.get(path)
            assert answer.status == 503
            assert "it is shown only when that can be noted" in answer.text
            assert window.get("/assessments/").status == 200
        assert window.get(path).status == 200
