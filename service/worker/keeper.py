"""What goes on beside a worker's tasks, in a thread with a connection of its own: its beat, freeing, sweeping."""

import logging
import threading
import time

from django.db import connections
from django.utils import timezone

from ..models import WorkerBeat
from ..sweeping import sweep

logger = logging.getLogger(__name__)

# Seconds.
SWEEP_EVERY = 60
# What costs more to look for than the rest, in sweeps.
THOROUGHLY_EVERY = 10


class Keeper(threading.Thread):
    """Keeps a worker's lease while it does a task, however long that takes, and finds what nobody does."""

    def __init__(self, loop):
        super().__init__(name="keeper", daemon=True)
        self.loop = loop
        self._ended = threading.Event()
        self._swept = self._sweeps = 0
        self._is_missed = False

    def begin(self):
        """What has to be done before the first task is taken."""
        self._beat()
        self._look()

    def run(self):
        while not self._ended.wait(WorkerBeat.EVERY.total_seconds()):
            try:
                self._beat()
                self._is_missed = False
                if time.monotonic() - self._swept >= SWEEP_EVERY:
                    self._look()
            except Exception as error:
                # The next one tries again. A worker that cannot say that it is alive loses its lease, which is right.
                if not self._is_missed:
                    logger.warning("No beat (%s)", type(error).__name__)
                self._is_missed = True
            finally:
                connections.close_all()

    def end(self):
        """Say that the worker has ended, so that nobody waits for it."""
        self._ended.set()
        if self.is_alive():
            self.join(timeout=5)
        try:
            WorkerBeat.objects.filter(worker_id=self.loop.worker_id).delete()
        except Exception as error:  # it will be missed after a while
            logger.info("Ended without saying so (%s)", type(error).__name__)

    def _beat(self):
        mine, now = WorkerBeat.objects.filter(worker_id=self.loop.worker_id), timezone.now()
        if not mine.update(seen_at=now):
            WorkerBeat.objects.create(worker_id=self.loop.worker_id, began_at=now, seen_at=now)

    def _look(self):
        freed = self.loop.free_abandoned()
        if freed:
            logger.warning("%s tasks of workers that are gone were given to others", freed)
        sweep(thoroughly=self._sweeps % THOROUGHLY_EVERY == 0)
        self._sweeps += 1
        self._swept = time.monotonic()
