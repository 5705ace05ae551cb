"""Whether the portal is alive, and whether it can serve: what a load balancer and a monitor ask, and nothing about anybody.

Answered before all else, so that whoever asks needs no host name, no HTTPS, no session and leaves no line in the log. What is
said is a few fixed words and seconds: no names, no versions, no counts of people (docs/decisions/health-and-metrics.md).
"""

import logging
from threading import Event, Lock, Thread
from time import monotonic

from django.core.cache import cache
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponseNotAllowed, JsonResponse

from .backlog import read_backlog
from .impatient import impatient, limited

log = logging.getLogger(__name__)

# Seconds: how long somebody waits for an answer, how long a part of it may take, how long it is said again without asking, and
# after how long a look that has not ended says that something hangs, whatever it found before.
LONGEST_WAIT = 3
LONGEST_PART = 2
STANDS_FOR = 1
LONGEST_LOOK = 15

GOOD = {"database": "answers", "migrations": "applied", "cache": "works"}


def answered_health(get_response):
    """Answer ``/healthz`` and ``/readyz``; everything else goes on."""
    answers = {"/healthz": _alive, "/readyz": _ready}

    def middleware(request):
        answer = answers.get(request.path_info)
        if answer is None:
            return get_response(request)
        response = answer() if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "HEAD"])
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        # Django writes a line of every refusal, and whoever watches asks every few seconds.
        response._has_been_logged = True
        return response

    return middleware


def _alive():
    return JsonResponse({"alive": True})


def _ready():
    found = readiness()
    return JsonResponse(found, status=200 if found["ready"] else 503)


def readiness() -> dict:
    """What ``/readyz`` says: ``ready``, and a word for each part. Never takes longer than ``LONGEST_WAIT``.

    Each process looks at most once in ``STANDS_FOR``, however many ask; while one look has no answer no other begins.
    """
    with _Look.turn:
        look = _Look.latest
        if look is None or (look.done.is_set() and monotonic() - look.began >= STANDS_FOR):
            look = _Look.latest = _Look()
            Thread(target=look.take, daemon=True).start()
    look.done.wait(max(0, look.began + LONGEST_WAIT - monotonic()))
    found = dict(look.found)
    if not look.done.is_set() and monotonic() - look.began > LONGEST_LOOK:
        found["database"] = "no answer"
    return {"ready": all(found[part] == good for part, good in GOOD.items()), **found}


class _Look:
    """One look at what the portal needs, with a connection of its own that gives up soon."""

    turn = Lock()
    latest = None
    migrated = False
    was_ready = True

    def __init__(self):
        self.began = monotonic()
        self.done = Event()
        self.found = {"database": "no answer", "migrations": "not known", "cache": "not known"}
        self.found["worker"] = "not known"

    def take(self):
        """Find out; whatever fails is a word of the answer."""
        try:
            with impatient(LONGEST_PART) as connection:
                self._take_part("database", _answers, connection, "fails")
                if self.found["database"] == GOOD["database"]:
                    self._take_part("migrations", _migrations, connection, "not known")
                    self._take_part("cache", _cache, connection, "fails")
                    self._take_part("worker", _worker, connection, "not known")
        finally:
            self._say_when_it_changes()
            self.done.set()

    def _take_part(self, part, find, connection, otherwise):
        try:
            with limited(connection, LONGEST_PART):
                self.found[part] = find(connection)
        except Exception as error:
            self.found[part] = otherwise
            if _Look.was_ready and part in GOOD:
                log.warning("The %s cannot be used (%s)", part, type(error).__name__)

    def _say_when_it_changes(self):
        is_ready = all(self.found[part] == good for part, good in GOOD.items())
        if is_ready != _Look.was_ready:
            _Look.was_ready = is_ready
            log.warning("Ready again" if is_ready else "Not ready")


def _answers(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return GOOD["database"] if cursor.fetchone() == (1,) else "fails"


def _migrations(connection):
    """Remembered once all are applied: nobody takes one back while the portal serves."""
    if not _Look.migrated:
        executor = MigrationExecutor(connection)
        _Look.migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return GOOD["migrations"] if _Look.migrated else "missing"


def _cache(connection):
    """Only read: a database that takes no writes for a while still shows people their pages."""
    cache.get("service.health")
    return GOOD["cache"]


def _worker(connection):
    """A worker that is late is said and takes no server away: all would go at once, and people's pages do not need it."""
    found = read_backlog()
    return {
        "late": found.is_late,
        "seen_seconds_ago": found.seen_seconds,
        "oldest_waiting_seconds": found.oldest_seconds,
    }
