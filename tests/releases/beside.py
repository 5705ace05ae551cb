"""A release that serves people while a later one's migrations change the database under it, and after."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from tests.servers import PREPARE
from tests.windows import Window, drawn_fields

OWNER = "nia.penwydd@example.com"
FIND_ROUND = """
import django
django.setup()
from assessments.models import Assessment
print(Assessment.objects.get(owner__email="{email}", state="draft").pk)
"""


@dataclass(frozen=True)
class Served:
    """What ``tests.windows.Window`` asks of a portal."""

    address: str


@dataclass(frozen=True)
class Release:
    """The code in ``folder``, run with ``environment`` and with this machine's libraries."""

    folder: Path
    environment: dict

    def run(self, *arguments) -> str:
        """What a command of Python's prints. Raises ``RuntimeError`` with all that it printed where it fails."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    @contextmanager
    def serve(self):
        with closing(socket.create_server(("127.0.0.1", 0), backlog=128)) as listening:
            command = ["-m", "gunicorn", "standards_portal.wsgi", "--bind", f"fd://{listening.fileno()}"]
            process = subprocess.Popen(
                [sys.executable, *command, "--workers", "1", "--threads", "4", "--log-level", "warning"],
                cwd=self.folder,
                env=self._environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[listening.fileno()],
                start_new_session=True,
            )
            try:
                yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}")
            finally:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _environment(self):
        static = self.folder / "static-collected"
        return self.environment | {"PYTHONPATH": str(self.folder), "PORTAL_TESTS_STATIC": str(static)}


def wrong_beside(older: Release, newer: Release) -> list[str]:
    """What goes wrong where ``older`` serves while ``newer`` migrates the database, and afterwards: nothing, if all is well."""
    older.run("-c", PREPARE)
    rates = f"/assessments/{older.run('-c', FIND_ROUND.format(email=OWNER)).strip()}/rate/B1/"
    wrong = []
    with older.serve() as served, closing(Window(served)) as window:
        window.sign_in(OWNER)
        saving = _Saving(window, rates, wrong)
        try:
            newer.run("manage.py", "migrate", "--no-input", "--verbosity", "0")
        finally:
            saved = saving.end()
        if not saved:
            wrong.append("nothing was saved meanwhile")
        wrong += _visit(served, rates, "the release before")
        saving.look()
        last = saving.save_one()
    newer.run("manage.py", "collectstatic", "--no-input", "--verbosity", "0")
    with newer.serve() as served:
        with closing(Window(served)) as window:
            if last and last not in window.sign_in(OWNER).get(rates).text:
                wrong.append("the release does not show what was saved by the one before")
        wrong += _visit(served, rates, "the release")
    return wrong


class _Saving:
    """Somebody who saves an answer, with another note each time, until ``end``."""

    def __init__(self, window, path, wrong):
        self.window, self.path, self.wrong = window, path, wrong
        self.number, self.ended = 0, Event()
        self.look()
        self.thread = Thread(target=self._go_on)
        self.thread.start()

    def look(self):
        self.drawn = drawn_fields(self.window.get(self.path).text)

    def save_one(self) -> str:
        """Returns the note that was saved; "" where it was not."""
        if not self.drawn:
            self.wrong.append("the page of answers cannot be opened")
            return ""
        pk = min(self.drawn)
        self.number += 1
        note = f"Note number {self.number} of a person who goes on"
        fields = {f"drawn-{pk}": self.drawn[pk], f"level-{pk}": "1", f"note-{pk}": note}
        answer = self.window.post(f"{self.path}save/", fields, json=True)
        if answer.status != 200:
            self.wrong.append(f"saving was answered with {answer.status}")
            return ""
        self.drawn[pk] = json.loads(answer.text)["drawn"][str(pk)]
        return note

    def end(self) -> int:
        """Returns how many answers were saved."""
        self.ended.set()
        self.thread.join()
        return self.number

    def _go_on(self):
        while not self.ended.is_set() and not self.wrong:
            self.save_one()
            time.sleep(0.05)


def _visit(served, rates, whose):
    """Somebody comes in, looks around and saves a page of answers; returns what was answered otherwise than it should be."""
    round_path = rates.partition("rate/")[0]
    with closing(Window(served)) as window:
        try:
            window.sign_in(OWNER)
        except AssertionError:
            return [f"{whose}: nobody can sign in"]
        pages = ["/help/", "/assessments/", round_path, f"{round_path}report/", "/team/", "/account/", rates]
        wrong = [f"{whose}: {path} {status}" for path in pages if (status := window.get(path).status) != 200]
        drawn = drawn_fields(window.get(rates).text)
        fields = {f"drawn-{pk}": mark for pk, mark in drawn.items()} | {f"level-{pk}": "2" for pk in drawn}
        status = window.post(rates, fields).status
        return wrong if status == 302 else [*wrong, f"{whose}: a page of answers {status}"]
