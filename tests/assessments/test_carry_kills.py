"""Workers that are killed while they carry rounds over: every round is whole, and the run goes on where it was.

Real processes, a database of their own on either engine. With script/test --heavy, many workers are killed at moments that nobody
chose.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.db import connection

from tests.conftest import HEAVY
from tests.servers import ROOT

pytestmark = pytest.mark.django_db

KILLED = -signal.SIGKILL
DRAFTS = 5
KILLS, DRAFTS_AMONG_KILLS = (200, 1500) if HEAVY else (2, 8)
# Moment, which one, and how many rounds are carried over by then.
MOMENTS = [("moved", 2, 1), ("batch", 2, 4)]
if HEAVY:
    MOMENTS += [
        ("claimed", 1, 0),
        ("claimed", 3, 2),
        ("moved", 5, 4),
        ("noted", 1, 0),
        ("noted", 4, 3),
        ("batch", 1, 2),
    ]


class Workers:
    """Workers at one run (``tests.assessments.carry_driver``)."""

    def __init__(self, process):
        self.process = process

    def __getattr__(self, name):
        def ask(*arguments):
            self.process.stdin.write(json.dumps([name, *arguments]) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

        return ask

    def run(self):
        """Let a worker do all that there is to do."""
        return self.reap(self.start())


@pytest.fixture(scope="module")
def workers(portals, django_db_setup):
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.assessments.carry_driver"],
        cwd=ROOT,
        env=portals.environment(sqlite_file=connection.settings_dict["NAME"]),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        yield Workers(process)


@pytest.mark.parametrize(("moment", "nth", "whole"), MOMENTS)
def test_every_round_is_whole_and_the_run_goes_on(workers, moment, nth, whole):
    workers.make(DRAFTS)
    assert workers.reap(workers.start(moment, nth)) == KILLED
    assert workers.states() == [DRAFTS - whole, whole, 0]
    assert workers.figures() == [DRAFTS, whole, 0, False]
    workers.go_on()
    assert workers.run() == 0
    assert workers.states() == [0, DRAFTS, 0]
    assert workers.figures() == [DRAFTS, DRAFTS, 0, True]


def test_two_workers_that_are_killed_at_any_moment_leave_every_round_whole(workers):
    chance = random.Random(5)
    workers.make(DRAFTS_AMONG_KILLS)
    ends, turns = Counter(), 0
    while ends[KILLED] < KILLS and not workers.figures()[-1]:
        workers.go_on()
        for pid in [workers.start(), workers.start()]:
            time.sleep(chance.uniform(0.02, 0.2))
            os.kill(pid, signal.SIGKILL)
            ends[workers.reap(pid)] += 1
        turns += 1
        if turns % 20 == 1:
            before, after, torn = workers.states()
            assert (before + after, torn) == (DRAFTS_AMONG_KILLS, 0)
            assert workers.figures()[1] == after
    print(f"{ends[KILLED]} workers killed, {workers.states()[1]} rounds carried over by then")  # noqa: T201
    if not workers.figures()[-1]:
        workers.go_on()
        workers.run()
    assert workers.states() == [0, DRAFTS_AMONG_KILLS, 0]
    assert workers.figures() == [DRAFTS_AMONG_KILLS, DRAFTS_AMONG_KILLS, 0, True]


def test_a_round_that_is_torn_is_found_out(workers):
    workers.make(2)
    workers.run()
    workers.tear()
    assert workers.states() == [0, 1, 1]
