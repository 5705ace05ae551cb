"""Figures that stand in the database: what waits for the worker, and what became of e-mails."""

import logging
from threading import Lock
from time import monotonic

from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily

from people.models import Notice

from ..backlog import read_backlog
from ..impatient import impatient, limited

log = logging.getLogger(__name__)

# Seconds: how long one answer stands, and how long the database has for the next.
STANDS_FOR = 15
LONGEST_PART = 3
# Notices that were sent, or were never to be, are most of the table, and nobody is to act on them.
WATCHED = [Notice.Delivery.WAITING, Notice.Delivery.SENDING, Notice.Delivery.NOT_KNOWN, Notice.Delivery.FAILED]


class Figures:
    """A collector for Prometheus. A part that cannot be read is left out, and ``portal_figures_read`` says so with a 0."""

    def __init__(self):
        self._turn = Lock()
        self._read_at = None
        self._families = []

    def collect(self):
        """The families as they stood at most ``STANDS_FOR`` ago."""
        with self._turn:
            if self._read_at is None or monotonic() - self._read_at >= STANDS_FOR:
                self._families, self._read_at = self._read(), monotonic()
            return self._families

    def describe(self):
        """Nothing is asked of the database before somebody wants to know."""
        return []

    def _read(self):
        families, were_read = [], 1
        for read in (_backlog, _notices):
            try:
                with impatient(LONGEST_PART) as connection, limited(connection, LONGEST_PART):
                    families += read()
            except Exception as error:
                log.warning("Figures cannot be read (%s)", type(error).__name__)
                were_read = 0
        return [*families, GaugeMetricFamily("portal_figures_read", "Whether these figures could be read", were_read)]


def _backlog():
    found = read_backlog()
    yield GaugeMetricFamily("portal_tasks_waiting", "Tasks that a worker might do now", found.waiting)
    yield GaugeMetricFamily("portal_oldest_task_seconds", "For how long the oldest has waited", found.oldest_seconds)
    if found.seen_seconds is not None:
        yield GaugeMetricFamily("portal_worker_seen_seconds", "Since a worker was last heard of", found.seen_seconds)


def _notices():
    rows = Notice.objects.filter(delivery__in=WATCHED).order_by().values_list("delivery").annotate(Count("pk"))
    counts = dict.fromkeys(WATCHED, 0) | dict(rows)
    family = GaugeMetricFamily("portal_notices", "Notices by what becomes of their e-mail", labels=["delivery"])
    for delivery, count in counts.items():
        family.add_metric([str(delivery)], count)
    yield family
