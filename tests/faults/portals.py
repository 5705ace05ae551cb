"""A portal on a database that a test breaks, and somebody who goes on using it meanwhile."""

import http.client
import json
import os
import signal
import subprocess
import time
from contextlib import closing, contextmanager
from uuid import UUID

from tests.servers import LivePortal, listen, start_gunicorn
from tests.windows import Window, drawn_fields, hidden

OWNER, LINE_MANAGER = "nia.penwydd@example.com", "tomasz.quillfeather@example.com"
# Seconds within which people have an answer whatever is broken, and within which all is well again once it is mended.
SOON = 40
MENDED = 20


@contextmanager
def served(environment, log, *, database_url="", workers=1):
    """A ``LivePortal`` with this environment. ``database_url`` is how the test itself reaches the database, if otherwise."""
    environment = environment | {"PORTAL_TESTS_PLANT": "cold impatient"}
    with closing(listen()) as listening:
        process = start_gunicorn(listening, environment, log, workers=workers, threads=4)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        portal = LivePortal(address, database_url or environment["DATABASE_URL"], environment, log, process)
        try:
            # The socket is open already: who asks before the portal has started waits for it.
            with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=90)) as asked:
                asked.request("GET", "/healthz")
                assert asked.getresponse().status == 200, portal.printed()
            yield portal
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


class Somebody:
    """The owner of a draft, who answers one statement of it again and again.

    ``acknowledged`` is the last note that the portal said was saved. ``slowest`` is how many seconds an answer took at most.
    """

    def __init__(self, portal, email=OWNER):
        self.portal = portal
        self.window = Window(portal).sign_in(email)
        ((found,),) = portal.rows(
            "SELECT r.id FROM assessments_assessment r JOIN people_user u ON u.id = r.owner_id"
            f" WHERE u.email = '{email}' AND r.state = 'draft'"
        )
        self.round = f"/assessments/{UUID(str(found))}/"
        self.page = f"{self.round}rate/A1/"
        self.number = 0
        self.acknowledged = None
        self.slowest = 0
        self.draw()

    def draw(self):
        """Open the page of the answers; its status."""
        answer = self._timed(self.window.get, self.page)
        if answer.status == 200:
            self.statement, self.drawn = min(drawn_fields(answer.text).items())
        return answer.status

    def save(self, **options):
        """Send another note, as the page's script does; the answer."""
        fields = self._fields()
        answer = self._timed(self.window.post, f"{self.page}save/", fields, json=True)
        if answer.status == 200:
            self.acknowledged = fields[f"note-{self.statement}"]
            self.drawn = json.loads(answer.text)["drawn"][str(self.statement)]
        return answer

    def send(self):
        """Send another note with the page's button; the answer and what was typed."""
        fields = self._fields()
        answer = self._timed(self.window.post, self.page, fields | {"next_area": "A2"})
        if answer.status == 302:
            self.acknowledged = fields[f"note-{self.statement}"]
        return answer, fields[f"note-{self.statement}"]

    def send_again(self, page, typed):
        """Press "Send it again" on a page; the status."""
        fields = hidden(page)
        assert fields[f"note-{self.statement}"] == typed
        answer = self._timed(self.window.post, self.page, fields)
        if answer.status == 302:
            self.acknowledged = typed
        return answer.status

    def statuses(self, *paths):
        """The status of each of these pages."""
        return [self._timed(self.window.get, path).status for path in paths]

    def kept(self):
        """The note that is in the database."""
        found = self.portal.rows(
            f"SELECT note FROM assessments_rating WHERE statement_id = {self.statement} AND view = 'self'"
            f" AND assessment_id = '{self._key()}'"
        )
        return found[0][0] if found else None

    def comes_back(self):
        """Wait until the page can be opened again; nobody restarts anything."""
        give_up = time.monotonic() + MENDED
        while self.draw() != 200:
            assert time.monotonic() < give_up, self.portal.printed()
            time.sleep(0.05)

    def close(self):
        self.window.close()

    def _fields(self):
        self.number += 1
        pk = self.statement
        note = f"Typed {self.number} <b>&{{{{7*7}}}}"
        return {f"drawn-{pk}": self.drawn, f"level-{pk}": str(self.number % 3), f"note-{pk}": note}

    def _key(self):
        key = self.round.split("/")[2]
        return key if self.portal.database_url.startswith("postgres") else UUID(key).hex

    def _timed(self, ask, *args, **options):
        began = time.monotonic()
        try:
            return ask(*args, **options)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)


def shared_round(portal):
    """The path of a round that its line manager has reviewed."""
    ((found,),) = portal.rows(
        "SELECT id FROM assessments_assessment WHERE state = 'shared' AND reviewed_at IS NOT NULL"
    )
    return f"/assessments/{UUID(str(found))}/"


@contextmanager
def small_disk(folder, megabytes):
    """A file system of its own in memory, at ``folder``. Only root may mount one."""
    folder.mkdir()
    size = ["-o", f"size={megabytes}m,mode=755"]
    subprocess.run(["mount", "-t", "tmpfs", *size, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(folder):
    """Nothing fits into ``folder`` any more, to the last byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    try:
        yield
    finally:
        filler.unlink()
