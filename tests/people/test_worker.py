"""Workers that are killed: no e-mail twice, none silently lost, and what was cut off is shown as not known.

Real processes, a database of their own on either engine, and a real mail server. With script/test --heavy, many workers are
killed at moments that nobody chose.
"""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.db import connection

from tests import smtp
from tests.conftest import HEAVY
from tests.servers import ROOT

pytestmark = pytest.mark.django_db

KILLED = -signal.SIGKILL
# Moments at which the worker kills itself, and those at which the server holds it until it is killed.
ITS_OWN = ("connect", "note")
THE_SERVERS = ("greeting", "text", "reply")
DELIVERED = {"note", "reply"}
NOTICES_AMONG_KILLS = 1200 if HEAVY else 12


class Workers:
    """A mail server, and workers that send to it (``tests.people.worker_driver``)."""

    def __init__(self, process, sink):
        self.process, self.sink = process, sink

    def __getattr__(self, name):
        def ask(*arguments):
            self.process.stdin.write(json.dumps([name, *arguments]) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

        return ask

    def state(self, pk):
        return dict(self.states())[pk]

    def delivered(self):
        """How often the server accepted each notice."""
        return Counter(int(re.search(r"Message-ID: <notice-(\d+)-", text)[1]) for _, text in self.sink.accepted)

    def faults(self):
        """A sentence for each notice that was sent twice, is called sent and was not, or is still to be sent."""
        delivered = self.delivered()
        for pk, state in self.states():
            if delivered[pk] > 1:
                yield f"sent {delivered[pk]} times"
            if state == "sent" and not delivered[pk]:
                yield "lost"
            if state in ("waiting", "sending"):
                yield f"still {state}"

    def kill_at(self, moment):
        """A new notice whose worker was killed at ``moment``."""
        [pk] = self.make(1)
        if moment in THE_SERVERS:
            self.sink.hold = moment
            worker = self.start()
            self.sink.wait_until_held()
            os.kill(worker, signal.SIGKILL)
            assert self.reap(worker) == KILLED
            self.sink.release()
        else:
            assert self.reap(self.start(moment)) == KILLED
        return pk


@pytest.fixture(scope="module")
def driver(portals, django_db_setup):
    database = portals.environment(sqlite_file=connection.settings_dict["NAME"])
    with smtp.listening() as (sink, port):
        environment = database | {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port)}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.people.worker_driver"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        with process:
            yield Workers(process, sink)


@pytest.fixture
def workers(driver):
    """With nothing left of the tests before."""
    driver.clear()
    driver.sink.accepted.clear()
    return driver


@pytest.mark.parametrize("moment", [*ITS_OWN, *THE_SERVERS])
def test_a_notice_whose_worker_is_killed_is_not_known_and_sent_again_by_a_person_only(workers, moment):
    pk = workers.kill_at(moment)
    assert workers.state(pk) == "sending"
    workers.sweep()
    workers.run()
    assert workers.state(pk) == "sending", "whoever claimed it may be slow"
    workers.age()
    assert workers.sweep() == [1, 0]
    workers.run()
    assert workers.state(pk) == "not-known"
    delivered = int(moment in DELIVERED)
    assert workers.delivered()[pk] == delivered
    assert list(workers.faults()) == []
    workers.send_again(pk)
    workers.run()
    assert (workers.state(pk), workers.delivered()[pk]) == ("sent", delivered + 1)


def test_a_notice_that_its_worker_had_not_claimed_is_sent_by_the_next(workers):
    pk = workers.kill_at("task")
    workers.run()
    assert workers.state(pk) == "waiting", "whoever has the task may be slow"
    workers.age()
    assert workers.sweep() == [0, 0]
    workers.run()
    assert workers.state(pk) == "sent"
    assert list(workers.faults()) == []


def test_two_workers_and_two_tasks_for_each_send_each_once(workers):
    workers.make(12)
    workers.double()
    both = [workers.start("", True) for _ in range(2)]
    assert [workers.reap(each) for each in both] == [0, 0]
    assert sorted(workers.delivered().values()) == [1] * 12
    assert list(workers.faults()) == []


@pytest.mark.heavy
def test_workers_killed_at_any_moment_send_nothing_twice_and_lose_nothing(workers):
    chance = random.Random(4)
    workers.make(NOTICES_AMONG_KILLS)
    ends = Counter()
    while any(state == "waiting" for _, state in workers.states()):
        pids = [workers.start("", True) for _ in range(3)]
        for pid in pids:
            time.sleep(chance.uniform(0, 0.08))
            os.kill(pid, signal.SIGKILL)
            ends[workers.reap(pid)] += 1
        workers.age()
        workers.sweep()
    assert ends[KILLED] >= NOTICES_AMONG_KILLS / 12
    assert list(workers.faults()) == []


# The check on planted faults


def test_sending_again_what_was_cut_off_is_found(workers):
    workers.kill_at("reply")
    workers.age()
    workers.sweep_naively()
    workers.run()
    assert list(workers.faults()) == ["sent 2 times"]


def test_noting_before_sending_is_found(workers):
    workers.kill_at("note first")
    workers.run()
    assert list(workers.faults()) == ["lost"]


def test_leaving_what_was_cut_off_is_found(workers):
    workers.kill_at("connect")
    workers.run()
    assert list(workers.faults()) == ["still sending"]
