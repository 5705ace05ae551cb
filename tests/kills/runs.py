"""One run: people write, something is killed again and again, and after each kill the database is held against the ledger."""

import random
import threading
import time

from .facts import Facts, damage
from .ledger import Ledger, Outcome
from .load import Answering, Pair, Talking

PATIENCE = 300
# Seconds after which a round is taken for settled in the end (``tests.kills.driver``), and a little.
SETTLED_AFTER = 2.2
# Pages that people open meanwhile.
PAGES = (
    *("{}", "{}rate/A1/", "{}targets/", "{}evidence/new/", "/goals/new/", "{}review/", "{}review/A1/"),
    *("{}share/", "{}return/", "{}conversation/", "{}conversation/record/", "{}conversation/confirm/", "/help/"),
)
# Seconds from the moment at which all goes well again to the next kill.
REST = {"app": (0.02, 0.6), "worker": (0.02, 0.6), "database": (0.02, 0.6)}


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
        for person in people["talking"]:
            paths = [path.format(f"/assessments/{person['assessment']}/") for path in PAGES]
            stage.ask("look_around", person["session"], person["other"], paths)
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

    def begin(self, plant=""):
        self.stage.start_app(plant)
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
        """Stop writing, let workers do what is left, and return what is wrong then."""
        self.close()
        assert not any(actor.is_alive() for actor in self.actors), "a writer waits for ever"
        self.stage.ask("settle")
        time.sleep(SETTLED_AFTER)
        self.drained()
        self.dead = self.stage.ask("try_dead_tasks_again")
        if self.dead:
            self.drained()
        cluster = self.stage.cluster
        broken = cluster.damage(self.stage.database_url) if cluster else ""
        return self.verdict() + ([broken] if broken else [])

    def verdict(self):
        """What is wrong now that nobody writes and nothing is left to do."""
        facts = Facts(self.stage.database_url)
        self.reports, missing = self.stage.ask("reports", self.rounds)
        return [
            *self.look(),
            *facts.faults_of_sending(self.stage.sink.accepted),
            *facts.faults_of_tasks(),
            *(f"no PDF is kept of {each}" for each in missing),
        ]

    def drained(self):
        """Let workers work until nothing more is to do and nothing is being done, or patience ends."""
        give_up = time.monotonic() + PATIENCE
        while True:
            self.stage.run_worker_dry()
            facts = Facts(self.stage.database_url)
            is_working = any(status == "RUNNING" for status, _ in facts.tasks) or facts.tasks_to_come_now
            is_sending = any(state in ("sending", "waiting") for _, state in facts.notices)
            if not (is_working or is_sending) or time.monotonic() > give_up:
                return
            time.sleep(0.5)

    def wait_for_acknowledgements(self, number):
        """Until so many more values are acknowledged: the portal serves again."""
        wanted = self.ledger.acknowledged + number
        give_up = time.monotonic() + PATIENCE
        while self.ledger.acknowledged < wanted:
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

    def stop_writing(self):
        """Let each writer end what it is at."""
        self.stopping.set()
        for actor in self.actors:
            if actor.is_alive():
                actor.join(PATIENCE)

    def close(self):
        """End all who write, and the servers."""
        self.stop_writing()
        self.stage.stop()
