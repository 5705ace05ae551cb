"""Four processes that write to one SQLite file at the same time, and a worker beside them: nobody is told that it is locked.

Two of them are gunicorn's, which save answers sent to them; two call the portal's own actions as fast as they can. With
script/test --heavy, 10,000 transactions, half of them by each kind.
"""

import json
import time
from contextlib import closing

import pytest

from tests.conftest import HEAVY

from .facts import Facts, damage
from .ledger import Outcome
from .runs import Run
from .stage import open_stage

pytestmark = pytest.mark.heavy

TRANSACTIONS = 10_000 if HEAVY else 200
WRITERS = 2
# Seconds.
PATIENCE = 1800


def write_at_once(environment, folder, transactions, plant=""):
    """Let four processes write so many transactions; returns what the log says, what came of the actions, and the run."""
    with open_stage(environment, folder, plant=plant) as stage:
        with closing(Run(stage, owners=4, pairs=0, talking=0, couples=0, pause=0)) as run:
            stage.ask("make_drafts", WRITERS)
            run.begin()
            results = [folder / f"writer-{number}.json" for number in range(WRITERS)]
            each = transactions // 2 // WRITERS
            pids = [stage.ask("write", each, str(result)) for result in results]
            give_up = time.monotonic() + PATIENCE
            while run.ledger.acknowledged < transactions // 2 and time.monotonic() < give_up:
                time.sleep(0.05)
            run.stop_writing()
            for pid in pids:
                assert stage.ask("reap", pid) == 0
            # What the actions wrote nobody sent.
            cells = {place: value for place, value in Facts(stage.database_url).cells.items() if place in run.ledger}
            found = damage(stage.database_url) + run.ledger.faults(cells, {}, (run.ledger.now()[0], {}))
        return stage.log.read_text("utf-8", "replace"), [json.loads(each.read_text()) for each in results], run, found


@pytest.fixture
def environment(portals):
    if portals.cluster:
        pytest.skip("PostgreSQL has no lock that all writers wait for")
    return portals.served_environment()


def test_four_writers_are_never_told_that_the_database_is_locked(environment, tmp_path):
    log, written, run, found = write_at_once(environment, tmp_path, TRANSACTIONS)
    counts = run.ledger.counts()
    done = sum(each["done"] for each in written)
    slowest = max(each["slowest"] for each in written)
    said = (
        f"{counts.total()} saves sent, {counts[Outcome.DONE]} acknowledged; {done} actions, the slowest {slowest:.2f} s"
    )
    print(said)  # noqa: T201
    assert [each["locked"] for each in written] == [0] * WRITERS
    assert "SQLITE_BUSY" not in log
    assert found == []
    assert set(counts) == {Outcome.DONE}
    assert counts.total() + done >= TRANSACTIONS


def test_writers_that_do_not_wait_are_found_out(environment, tmp_path):
    log, written, _, _ = write_at_once(environment, tmp_path, 200, plant="impatient")
    assert sum(each["locked"] for each in written) + log.count("SQLITE_BUSY") > 0
