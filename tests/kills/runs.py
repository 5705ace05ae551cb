"""One run: people write, something is killed again and again, and after each kill the database is held against the ledger."""

import random
import threading
import time

from .facts import Facts, damage
from .ledger import Ledger, Outcome
from .load import Answering, Pair, Talking

PATIENCE = 120
# Seconds after which a round is taken for settled in the end (``tests.kills.driver``), and a little.
SETTLED_AFTER = 2.2
# Seconds from the moment at which all goes well again to the next kill.
REST = {"app": (0.05, 0.8), "worker": (0.05, 1.2), "database": (0.05, 0.8)}


class Run:
    """People who write on a ``Stage`` with everything running. To be closed.

    ``figures`` says in the end what was sent, killed and found. ``pairs`` are rounds that are brought to agreed, by ``couples``
    at a time.
    """

    def __init__(self, stage, *, owners, pairs, talking, couples=2, pause=0.05, seed=8):
        self.stage = stage
        self.chance = random.Random(seed)
        self.ledger, self.stopping = Ledger(), threading.Event()
        people = stage.ask("make", owners, pairs, talking)
        self.rounds = [each["assessment"] for kind in ("pairs", "talking") for each in people[kind]]
        facts = Facts(stage.database_url)
        self.ledger.begin(facts.cells, facts.histories)
        rest = (stage.address, self.ledger, self.stopping)
        areas, waiting = people["areas"], iter(people["pairs"])
        self.actors = [
            Answering(number, *rest, pause, person=person, areas=areas, proposed=people["proposed"])
            for number, person in enumerate(people["owners"])
        ]
        first = len(self.actors)
        self.couples = [
            Pair(first + number, *rest, 20 * pause, people=waiting, areas=areas) for number in range(couples)
        ]
        first += couples
        self.actors += self.couples
        self.actors += [
            Talking(first + number, *rest, 4 * pause, people=iter([person]), areas=areas)
            for number, person in enumerate(people["talking"])
        ]
        self.kills = dict.fromkeys(REST, 0)
        self.reports = self.dead = 0

    def begin(self):
        self.stage.start_app()
        self.stage.start_worker()
        self.stage.wait_for_app()
        for actor in self.actors:
            actor.start()
        self.wait_for_acknowledgements(len(self.actors))

    def kill(self, kind):
        """Kill it while people write, look, start it again; returns what was wrong."""
        time.sleep(self.chance.uniform(*REST[kind]))
        if kind == "database":
            self.stage.kill_database()
            self.stage.start_database()
            found = self.look()
            self.stage.tend_worker()
        elif kind == "app":
            self.stage.kill_app()
            found = self.look()
            self.stage.start_app()
            self.stage.tend_worker()
        else:
            self.stage.kill_worker()
            found = self.look()
            self.stage.start_worker()
        self.kills[kind] += 1
        self.wait_for_acknowledgements(3)
        return [f"kill {self.kills[kind]} of {kind}: {each}" for each in found]

    def look(self):
        """What is wrong in the database while people go on writing."""
        since = self.ledger.now()
        facts = Facts(self.stage.database_url)
        found = damage(self.stage.database_url)
        return found + self.ledger.faults(facts.cells, facts.histories, since) + list(facts.faults(self.rounds))

    def end(self):
        """Stop writing, let the worker do what is left, and return what is wrong then."""
        self.stopping.set()
        for actor in self.actors:
            actor.join(PATIENCE)
        assert not any(actor.is_alive() for actor in self.actors), "a writer waits for ever"
        if self.stage.worker is not None:
            self.stage.kill_worker()
        self.stage.ask("settle")
        time.sleep(SETTLED_AFTER)
        self.drained()
        self.dead = self.stage.ask("try_dead_tasks_again")
        facts = self.drained() if self.dead else Facts(self.stage.database_url)
        found = self.look() + list(facts.faults_of_sending(self.stage.sink.accepted)) + list(facts.faults_of_tasks())
        self.reports, missing = self.stage.ask("reports", self.rounds)
        return found + [f"no PDF is kept of {each}" for each in missing]

    def drained(self):
        """The facts once a worker finds nothing more to do and nothing is being done, or after much patience."""
        give_up = time.monotonic() + PATIENCE
        while True:
            self.stage.run_worker_dry()
            facts = Facts(self.stage.database_url)
            is_working = any(status == "RUNNING" for status, _ in facts.tasks) or facts.tasks_to_come_now
            is_sending = any(state in ("sending", "waiting") for _, state in facts.notices)
            if not (is_working or is_sending) or time.monotonic() > give_up:
                return facts
            time.sleep(0.5)

    def wait_for_acknowledgements(self, number):
        """Until so many more values are acknowledged: the portal serves again."""
        wanted = self.ledger.counts()[Outcome.DONE] + number
        give_up = time.monotonic() + PATIENCE
        while self.ledger.counts()[Outcome.DONE] < wanted:
            assert time.monotonic() < give_up, f"nothing is acknowledged any more: {self.ledger.strange}"
            time.sleep(0.02)

    @property
    def figures(self):
        counts = self.ledger.counts()
        facts = Facts(self.stage.database_url)
        sent = [state for _, state in facts.notices]
        killed = ", ".join(f"{number} of {kind}" for kind, number in self.kills.items() if number)
        outcomes = ", ".join(f"{counts[each]} {each}" for each in Outcome)
        tasks = ", ".join(f"{number} {status} {path}" for (status, path), number in facts.tasks.items())
        return (
            f"{killed} killed; {counts.total()} values sent, {outcomes}; {len(self.stage.sink.accepted)} e-mails for {len(sent)} "
            f"notices, {sent.count('not-known')} not known, {sent.count('failed')} failed; "
            f"{sum(each.laps for each in self.couples)} rounds begun by couples, {self.reports} PDFs kept; {self.dead} tasks had "
            f"died; {self.stage.ended_alone} workers ended by themselves; {tasks}"
        )

    def close(self):
        self.stopping.set()
