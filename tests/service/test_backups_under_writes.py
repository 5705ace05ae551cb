"""Backups that are taken while several processes write, restored and served again: the drill of docs/operations.md, as a test.

On a portal with processes and a database of its own, on either engine. With script/test --heavy: thirty backups, three writers.
"""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, contextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from service.backups.sqlite import faults
from tests.conftest import HEAVY
from tests.servers import ROOT, connect
from tests.service.backup_driver import STEPS
from tests.windows import Window

BACKUPS, WRITERS = (30, 3) if HEAVY else (2, 2)
OWNER = "nia.penwydd@example.com"
NOTE = "Kept through fire and flood"
STATES = {"begin": "draft", "share": "shared", "withdraw": "draft", "close": "closed"}


class Keeper:
    """Backs up and restores in a process of its own (``tests.service.backup_driver``)."""

    def __init__(self, process):
        self.process = process

    def __getattr__(self, name):
        def ask(*arguments):
            self.process.stdin.write(json.dumps([name, *arguments], default=str) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

        return ask


@pytest.fixture(scope="module")
def source(portals):
    """The environment of the portal that is written to: the demo's people, in a database of its own."""
    return portals.served_environment()


@pytest.fixture(scope="module")
def keeper(source):
    with driver(source, "keep", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        yield Keeper(process)
        process.stdin.close()


def driver(environment, *arguments, **options):
    command = [sys.executable, "-m", "tests.service.backup_driver", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **options)


@contextmanager
def writing(source, folder):
    """Writers go on at it; each has done something by the time, and notes in ``folder`` what it has done."""
    printed = (folder / "printed").open("w")
    writers = [driver(source, "write", number, folder, stderr=printed) for number in range(WRITERS)]

    def going_on():
        assert all(each.poll() is None for each in writers), (folder / "printed").read_text()[-4000:]
        return True

    try:
        give_up = time.monotonic() + 300
        while going_on() and (len(acked(folder)) < WRITERS or min(acked(folder).values()) < len(STEPS)):
            assert time.monotonic() < give_up
            time.sleep(0.05)
        yield
        going_on()
    finally:
        (folder / "stop").touch()
        for each in writers:
            each.wait(timeout=60)
        printed.close()


@pytest.fixture(scope="module")
def taken(source, keeper, tmp_path_factory):
    """Backups and plain copies that were made under writes, each with what was certainly committed when it was begun."""
    folder = tmp_path_factory.mktemp("taken")
    page = f"/assessments/{keeper.prepare(WRITERS, OWNER, NOTE)}/rate/A1/"
    backups, copies = [], []
    with writing(source, folder):
        for number in range(BACKUPS):
            backups.append((acked(folder), keeper.backup(folder / "backups")))
            if source["DATABASE_URL"].startswith("sqlite"):
                before, copy = acked(folder), folder / f"copy-{number}.sqlite3"
                shutil.copyfile(address_of(source["DATABASE_URL"]), copy)
                copies.append((before, copy))
    return SimpleNamespace(page=page, backups=backups, copies=copies)


def acked(folder):
    """The last step of each writer that was certainly committed."""
    texts = {path: path.read_text() for path in folder.glob("acked-*")}
    return {int(path.name.partition("-")[2]): int(text) for path, text in texts.items() if text}


def torn(connection):
    """What a database says that no moment can have said, as sentences; and the last step of each writer in it."""
    found, expected, shares, last, chains = [], {}, {}, {}, {}

    def rows(sql):
        with closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    for writer, n, said, chain in rows("SELECT writer, n, said, chain FROM backup_ledger ORDER BY writer, n"):
        chains[writer] = hashlib.sha256((chains.get(writer, "") + said).encode()).hexdigest()
        if (n, chain) != (last.get(writer, 0) + 1, chains[writer]):
            found.append(f"step {n} of writer {writer} does not follow the one before")
        last[writer] = n
        step, key, answers = json.loads(said)
        state, ratings = expected.get(key, ("", {}))
        expected[key] = (STATES.get(step, state), ratings | {int(pk): rank for pk, rank in answers.items()})
        shares[writer] = shares.get(writer, 0) + (step == "share")
    own = "JOIN people_user u ON u.id = r.owner_id WHERE u.email LIKE 'writer%'"
    there = {
        UUID(str(key)).hex: (state, {})
        for key, state in rows(f"SELECT r.id, r.state FROM assessments_assessment r {own}")
    }
    for key, statement, rank in rows(
        "SELECT r.id, a.statement_id, a.rank FROM assessments_rating a JOIN assessments_assessment r ON r.id = a.assessment_id "
        f"{own} AND a.view = 'self'"
    ):
        there[UUID(str(key)).hex][1][statement] = rank
    found += [
        f"round {key} is not what its ledger says"
        for key in there.keys() | expected
        if there.get(key) != expected.get(key)
    ]
    told = dict(
        rows(
            "SELECT u.email, count(*) FROM people_notice n JOIN people_user u ON u.id = n.recipient_id "
            "WHERE n.kind = 'shared' AND u.email LIKE 'manager%' GROUP BY u.email"
        )
    )
    found += [
        f"writer {writer} shared {count} times, and its line manager was told otherwise"
        for writer, count in shares.items()
        if told.get(f"manager{writer}@example.com", 0) != count
    ]
    return found, last


def address_of(url):
    """What the settings call the database at ``url``: a file, or the name of one."""
    return urlsplit(url).path.removeprefix("/") if url.startswith("postgres") else url.removeprefix("sqlite:///")


def test_backups_under_writes_restore_to_what_was_there_and_are_served(portals, keeper, taken):
    figures = []
    for before, (place, size, seconds, source) in taken.backups:
        url = portals.new_environment()["DATABASE_URL"]
        said, restoring, target = keeper.restore(place, address_of(url))
        assert said.startswith("The same as was backed up: ")
        # Neither the portal's own hashes nor its reading: every row by plain SQL, then and now.
        assert target == source
        with closing(connect(url)) as connection:
            wrong, last = torn(connection)
        assert wrong == []
        assert all(last[writer] >= n for writer, n in before.items())
        figures.append((size, seconds, restoring, sum(last.values())))
    sizes, taking, restoring, steps = (sorted(column) for column in zip(*figures, strict=True))
    print(  # noqa: T201
        f"{len(figures)} of {BACKUPS} backups under {WRITERS} writers identical; {sizes[0]} to {sizes[-1]} bytes, "
        f"{steps[-1]} steps by then; taken in {taking[len(taking) // 2]:.2f} s (at most {taking[-1]:.2f}), "
        f"restored in {restoring[len(restoring) // 2]:.2f} s (at most {restoring[-1]:.2f})"
    )
    with portals.serve(workers=1, plant="cold", url=url) as again, closing(Window(again)) as window:
        window.sign_in(OWNER)
        assert NOTE in window.get(taken.page).text


def test_what_is_torn_is_found_out(portals, keeper, taken):
    url = portals.new_environment()["DATABASE_URL"]
    keeper.restore(taken.backups[-1][1][0], address_of(url))
    with closing(connect(url)) as connection:
        assert torn(connection)[0] == []
        for fault in (
            "DELETE FROM backup_ledger WHERE n > 3",
            "DELETE FROM backup_ledger WHERE n = 2",
            "DELETE FROM people_notice WHERE id = (SELECT max(id) FROM people_notice WHERE kind = 'shared')",
        ):
            with closing(connection.cursor()) as cursor:
                cursor.execute(fault)
                assert cursor.rowcount > 0
            assert torn(connection)[0]
            connection.rollback()


def test_a_plain_copy_of_sqlite_under_writes_is_bad_and_found_out(taken):
    if not taken.copies:
        pytest.skip("SQLite's own")
    verdicts = Counter(verdict(copy, before) for before, copy in taken.copies)
    print(f"{len(taken.copies)} plain copies under writes: {dict(verdicts)}")  # noqa: T201
    assert verdicts["good"] < len(taken.copies)


def verdict(copy, before):
    """Why a copy is bad: not sound, torn, or without what was committed before it was begun; "good" where it is none of these."""
    with closing(sqlite3.connect(copy)) as connection:
        if faults(connection):
            return "not sound"
        try:
            wrong, last = torn(connection)
        except (sqlite3.Error, ValueError):
            return "not sound"
    if wrong:
        return "torn"
    return "good" if all(last.get(writer, 0) >= n for writer, n in before.items()) else "lacks what was committed"
