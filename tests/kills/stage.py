"""A portal whose parts can each be killed and started again: gunicorn, a worker, and where there is one its PostgreSQL."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress

from tests import smtp
from tests.clusters import children_of, runs
from tests.servers import ROOT, listen

PATIENCE = 90


class Stage:
    """Serves at ``address``. ``sink`` takes its e-mails, ``cluster`` is its PostgreSQL or None."""

    def __init__(self, environment, folder, cluster, sink, listening, *options):
        self.environment, self.cluster, self.sink = environment, cluster, sink
        self.database_url = environment["DATABASE_URL"]
        self.log = folder / "server.log"
        self.listening = listening
        self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.app = self.worker = None
        self.ended_alone = 0
        with self.log.open("ab") as printed:
            self.driver = subprocess.Popen(
                [sys.executable, "-m", "tests.kills.driver", *options],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=printed,
                pass_fds=[listening.fileno()],
                text=True,
            )

    def ask(self, *what):
        """What the driver answers (``tests.kills.driver``)."""
        self.driver.stdin.write(json.dumps(what) + "\n")
        self.driver.stdin.flush()
        answer = self.driver.stdout.readline()
        assert answer, self.log.read_text("utf-8", "replace")[-4000:]
        return json.loads(answer)

    # Gunicorn

    def start_app(self, plant=""):
        """``plant`` names a fault of ``tests.kills.planted``."""
        self.app = self.ask("serve", self.listening.fileno(), plant)

    def wait_for_app(self):
        """Until a page is served."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            try:
                # The address is ours: a listening socket on the loopback interface.
                urllib.request.urlopen(f"{self.address}/help/", timeout=PATIENCE).close()
            except (urllib.error.HTTPError, OSError):
                time.sleep(0.05)
            else:
                return
        raise AssertionError(self.log.read_text("utf-8", "replace")[-4000:])

    def kill_app(self):
        """SIGKILL for gunicorn's master and its workers at once; returns when all are gone."""
        pids = children_of(self.app)
        os.killpg(self.app, signal.SIGKILL)
        self.ask("reap", self.app)
        self.app = None
        while any(runs(pid) for pid in pids):
            time.sleep(0.005)

    # The worker

    def start_worker(self):
        self.worker = self.ask("work")

    def kill_worker(self):
        os.kill(self.worker, signal.SIGKILL)
        self.ask("reap", self.worker)
        self.worker = None

    def run_worker_dry(self):
        """Let a worker do all that there is to do."""
        self.ask("reap", self.ask("work", True))

    def tend_worker(self):
        """Start the worker again where it ended by itself, as whatever supervises it does."""
        if self.worker is None or self.ask("has_ended", self.worker):
            self.ended_alone += self.worker is not None
            self.start_worker()

    # PostgreSQL

    def kill_database(self):
        self.cluster.kill()

    def start_database(self):
        self.cluster.start()

    def stop(self):
        """Kill gunicorn and the worker, where they run."""
        if self.app is not None:
            self.kill_app()
        if self.worker is not None:
            self.kill_worker()

    def close(self):
        """Leave nothing running, also when the driver has ended."""
        for leader in filter(None, (self.app, self.worker)):
            with suppress(ProcessLookupError):
                os.killpg(leader, signal.SIGKILL)
        with suppress(BrokenPipeError):
            self.driver.stdin.close()
        self.driver.wait()
        self.driver.stdout.close()


@contextmanager
def open_stage(environment, folder, cluster=None, *options, plant=""):
    """A ``Stage`` on which nothing runs yet; ``options`` are of ``tests.kills.driver``, ``plant`` is of ``tests.live_settings``."""
    with smtp.listening() as (sink, port), listen() as listening:
        environment |= {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port), "PORTAL_TESTS_PLANT": f"cold {plant}"}
        stage = Stage(environment, folder, cluster, sink, listening, *options)
        try:
            yield stage
        finally:
            stage.close()
