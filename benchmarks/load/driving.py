"""Those who come, as a process of its own: ``python -m benchmarks.load.driving PLAN HOST PORT PORT-FOR-FORMS``.

Locust gives each piece a pair of hands; when the next piece comes is drawn beforehand and waits for no answer. Orders come as JSON
on standard input, one a line: ``{"rate": 1.5}`` people a second from now on, ``{"ports": [8000, 8001]}``, ``{"thinks": 0.2}``
seconds from one answer to the next, null for as long as ever, ``{"save": "file"}`` what was recorded since the last time,
``{"end": true}``. Each is answered with a line on standard output when it is done.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402 gevent comes first
import random  # noqa: E402
import sys  # noqa: E402
from collections import Counter  # noqa: E402
from pathlib import Path  # noqa: E402
from time import perf_counter, process_time  # noqa: E402

import gevent  # noqa: E402
from gevent.fileobject import FileObject  # noqa: E402
from gevent.queue import Queue  # noqa: E402
from locust import User, task  # noqa: E402
from locust.env import Environment  # noqa: E402

from .browser import Refused  # noqa: E402
from .journeys import PIECES, THINK, Monday, NobodyThere  # noqa: E402

HANDS = 2500


class Server:
    """Where the portal is: ``host`` as people know it, ``address`` and ``ports`` where it answers, the second to forms."""

    def __init__(self, host, ports):
        self.host, self.address, self.ports = host, "127.0.0.1", ports

    def port_for(self, method):
        return self.ports[method == "POST"]


class Coming:
    """Draws when the next piece comes, and puts it into ``due``; ``behind`` are the milliseconds by which it did so too late."""

    def __init__(self, due, seed=7):
        self.behind = []
        self.due, self.rate, self.draw = due, 0.0, random.Random(seed)
        self.names, self.weights = list(PIECES), list(PIECES.values())

    def run(self):
        at = perf_counter()
        while True:
            if not self.rate:
                gevent.sleep(0.05)
                at = perf_counter()
                continue
            at += self.draw.expovariate(self.rate * sum(self.weights))
            gevent.sleep(max(0, at - perf_counter()))
            self.behind.append((perf_counter() - at) * 1000)
            self.due.put((at, self.draw.choices(self.names, self.weights)[0]))


class Recorder:
    """What was seen since it was last saved; times as the process counts them."""

    def __init__(self, environment):
        self.environment = environment
        self.requests, self.missing, self.refused = [], Counter(), Counter()
        self.began, self.cpu = perf_counter(), process_time()

    def __call__(self, kind, due, sent, ended, status):
        self.requests.append((kind, round(due, 5), round(sent, 5), round(ended, 5), status))
        self.environment.events.request.fire(
            request_type="",
            name=kind,
            response_time=(ended - due) * 1000,
            response_length=0,
            exception=None,
            context={},
        )

    def save(self, path, waiting, behind):
        seen = {
            "requests": self.requests,
            "missing": self.missing,
            "refused": self.refused,
            "seconds": perf_counter() - self.began,
            "began": self.began,
            "cpu": process_time() - self.cpu,
            "waiting": waiting,
            "behind": behind,
        }
        Path(path).write_text(json.dumps(seen), "utf-8")
        self.requests, self.missing, self.refused = [], Counter(), Counter()
        self.began, self.cpu = perf_counter(), process_time()


def hands(due, monday, recorder):
    class Hands(User):
        """One pair of hands: does the piece that came first, whoever it is of."""

        @task
        def do_one(self):
            at, piece = due.get()
            try:
                monday.do(piece, at)
            except NobodyThere:
                recorder.missing[piece] += 1
            except Refused as refused:
                recorder.refused[str(refused)] += 1
            except Exception as wrong:  # the answer was not the page that was meant
                recorder.refused[f"{piece}: {type(wrong).__name__} {wrong}"[:200]] += 1

    return Hands


def main(plan, host, *ports):
    server, due, environment = Server(host, [int(port) for port in ports]), Queue(), Environment()
    recorder = Recorder(environment)
    monday = Monday(json.loads(Path(plan).read_text("utf-8")), server, recorder)
    environment.user_classes = [hands(due, monday, recorder)]
    runner = environment.create_local_runner()
    runner.start(HANDS, spawn_rate=HANDS)
    coming = Coming(due)
    gevent.spawn(coming.run)
    print("ready", flush=True)
    for line in FileObject(sys.stdin, "r"):
        order = json.loads(line)
        if "rate" in order:
            coming.rate = order["rate"]
        if "thinks" in order:
            monday.thinks = order["thinks"] or THINK
        if "ports" in order:
            server.ports = order["ports"]
        if "forget" in order:
            while not due.empty():
                due.get_nowait()
        if "save" in order:
            recorder.save(order["save"], due.qsize(), coming.behind)
            coming.behind = []
        print("done", flush=True)
        if "end" in order:
            break
    runner.quit()


if __name__ == "__main__":
    main(*sys.argv[1:])
