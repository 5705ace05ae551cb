"""The worker of gunicorn's that serves the portal (docs/decisions/health-and-metrics.md)."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from gunicorn.util import close_graceful
from gunicorn.workers.gthread import ThreadWorker

# Seconds. No page takes as long by itself: whoever does waits for something else, and leaves the processor to others.
PATIENCE = 0.25
# How far those step back who only read: of two that want a core, they get a tenth of it.
STEP_BACK = 10


class WebWorker(ThreadWorker):
    """Takes one request at a time while others are free, forms first, and refuses what is new as soon as it is asked to stop.

    Threads of one process take turns at the interpreter, 5 ms each, and again after every answer of the database. So a process
    with a request in hand leaves newcomers to one that has none, and only when its own has lasted longer than ``PATIENCE`` takes
    another beside it: somebody who waits for another host, or for a PDF, does not keep everybody waiting.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.in_hand = {}
        self.ahead = None

    def init_process(self):
        # Kept: a request may still be in hand when the sockets are let go.
        if len(self.sockets) > 1 and may_step_back():
            self.ahead = self.sockets[-1].getsockname()
        super().init_process()

    def set_accept_enabled(self, enabled):
        """Open or close the door. Asked to stop, let go of the socket, and not only once the last request is answered.

        Whoever connects meanwhile would otherwise wait for nobody, and be cut off in the end. While another process holds the
        socket (a worker of after a reload, systemd) that one answers.
        """
        super().set_accept_enabled(enabled and self.patience_left() == 0)
        if not self.alive:
            for listener in self.sockets:
                listener.close()

    def patience_left(self):
        """Seconds until another request may be taken; None: not before one of those in hand is answered."""
        if not self.in_hand:
            return 0
        if len(self.in_hand) >= self.cfg.threads:
            return None
        return max(0, max(self.in_hand.values()) + PATIENCE - time.monotonic())

    def accept(self, listener):
        """Take one request, of those that wait at the last address first: whoever comes there is not to queue behind others."""
        for each in reversed(self.sockets):
            if self.patience_left() == 0:
                super().accept(each)

    def enqueue_req(self, conn):
        self.in_hand[conn] = time.monotonic()
        super().enqueue_req(conn)
        self.set_accept_enabled(False)

    def finish_request(self, conn, fs):
        del self.in_hand[conn]
        super().finish_request(conn, fs)

    def wait_for_and_dispatch_events(self, timeout):
        left = self.patience_left() if self.alive else None
        super().wait_for_and_dispatch_events(min(timeout, left) if left else timeout)

    def handle(self, conn):
        """Answer in a thread, and wait there for the other side to hang up: gunicorn would keep the door shut meanwhile.

        What did not come at the last address leaves the processor to what did, also where other processes have that in hand.
        """
        if self.ahead:
            os.setpriority(os.PRIO_PROCESS, 0, 0 if conn.server == self.ahead else STEP_BACK)
        is_kept = super().handle(conn)
        if not is_kept:
            # An error is that there is nobody any more.
            with suppress(OSError):
                close_graceful(conn.sock.dup())
        return is_kept


def may_step_back() -> bool:
    """Whether a thread of this process may lower its priority and take it back, for which Linux asks for RLIMIT_NICE."""

    def there_and_back():
        # Linux keeps the priority of each thread: this one's goes with it.
        os.setpriority(os.PRIO_PROCESS, 0, STEP_BACK)
        os.setpriority(os.PRIO_PROCESS, 0, 0)

    if os.getpriority(os.PRIO_PROCESS, 0) != 0:
        return False
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(there_and_back).exception() is None
