"""What every worker does, whatever the queue: one task after another, until it is told to end."""

import logging
import signal
import time
from abc import ABC, abstractmethod
from contextlib import suppress

from django.db import Error, connections
from django.utils.crypto import get_random_string

from .keeper import Keeper

logger = logging.getLogger(__name__)

LONGEST_REST = 15


class Loop(ABC):
    """A worker. The queues' own fill in what is left open here.

    interval   seconds between looks at an empty queue
    batch      whether to end when nothing is left to do
    """

    # What is raised when that which a worker stands on is not there.
    away = (Error,)

    def __init__(self, *, interval=1.0, batch=False):
        self.worker_id = get_random_string(32)
        self.interval = interval
        self.batch = batch
        self.running = True
        self._resting = False
        self._interrupted = False

    @abstractmethod
    def take(self):
        """The next task, which is this worker's from now on; None where none is to be done yet."""

    @abstractmethod
    def run_task(self, taken):
        """Do a task and write down what became of it."""

    @abstractmethod
    def free_abandoned(self) -> int:
        """Give back what dead workers had in hand; returns how many tasks that were."""

    @abstractmethod
    def give_back_own(self):
        """Give back what this worker took and has not in hand: what became of it could not be written down."""

    def obey_signals(self):
        """SIGTERM and SIGINT end the worker after the task in hand; a second one ends that, too, and it is done again."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)

    def run(self):
        keeper = Keeper(self)
        try:
            self._patiently(keeper.begin)
            keeper.start()
            while self.running and self._patiently(self._turn):
                pass
        finally:
            keeper.end()

    def _turn(self) -> bool:
        """Do one task, or rest; returns whether there may be more to do."""
        taken = self.take()
        if taken is not None:
            self.run_task(taken)
        elif self.batch:
            return False
        else:
            self.rest(self.interval)
        return True

    def _patiently(self, do):
        """What ``do`` returns, which is begun again for as long as the database or the queue is not there."""
        pause, is_away = 1, False
        while self.running:
            try:
                for connection in _outside_transactions():
                    connection.close_if_unusable_or_obsolete()
                if self._interrupted:
                    self.give_back_own()
                    self._interrupted = False
                done = do()
            except self.away as error:
                if self.batch:
                    raise
                if not is_away:
                    logger.warning("Waiting for what does not answer (%s)", type(error).__name__)
                is_away = self._interrupted = True
                drop_connections()
                self.rest(pause)
                pause = min(2 * pause, LONGEST_REST)
            else:
                if is_away:
                    logger.warning("It answers again")
                return done
        return False

    def rest(self, seconds):
        """Do nothing. The only time at which a worker may end without finishing anything."""
        self._resting = True
        try:
            if self.running:
                time.sleep(seconds)
        finally:
            self._resting = False

    def _end(self, number, frame):
        # Nothing is logged here: a signal may come in the middle of a line.
        if not self.running:
            raise SystemExit(1)
        self.running = False
        if self._resting:
            raise SystemExit(0)


def drop_connections():
    """Forget the connections of this thread: they lead to a database that has gone."""
    for connection in _outside_transactions():
        with suppress(Error):
            connection.close()


def _outside_transactions():
    return [each for each in connections.all(initialized_only=True) if not each.in_atomic_block]
