"""The cable between a portal and its PostgreSQL, which a test pulls, lets go dead, or cuts at the worst moment."""

import socket
import threading
import time
from contextlib import contextmanager, suppress


class Cable:
    """Passes on what both ends say. ``port`` is where the portal's end is plugged in.

    ``pull`` refuses and ends connections; ``go_dead`` leaves them open and passes nothing on; ``mend`` ends both.
    ``cut_at_commit`` ends the next connection on which a transaction is committed, after it is, before the portal hears of it.
    """

    def __init__(self, host, port):
        self.server = (host, port)
        self.alive = threading.Event()
        self.alive.set()
        self.cut_at_commit = False
        self.ends = []
        self.port = 0
        self.listening = None
        self.mend()

    def mend(self):
        if self.listening is None:
            self.listening = socket.create_server(("127.0.0.1", self.port))
            self.port = self.listening.getsockname()[1]
            threading.Thread(target=self._take_calls, args=(self.listening,), daemon=True).start()
        self.alive.set()

    def go_dead(self):
        self.alive.clear()

    def pull(self):
        # Closing does not wake the thread that waits for calls.
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.listening = None
        self._hang_up()

    def _hang_up(self):
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.ends.clear()

    def _take_calls(self, listening):
        with suppress(OSError):
            while True:
                portal, _ = listening.accept()
                self.alive.wait()
                database = socket.create_connection(self.server)
                self.ends += [portal, database]
                threading.Thread(target=self._pass_on, args=(portal, database), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(database, portal), daemon=True).start()

    def _pass_on(self, source, target):
        with suppress(OSError):
            while said := source.recv(65536):
                self.alive.wait()
                if self.cut_at_commit and b"COMMIT" in said and target.getpeername() == self.server:
                    self.cut_at_commit = False
                    # PostgreSQL commits, and has nobody to tell.
                    source.shutdown(socket.SHUT_RDWR)
                    target.sendall(said)
                    time.sleep(0.3)
                    break
                target.sendall(said)
        # Closing alone would not reach whoever waits for the other end at this moment.
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def plugged_in(host, port):
    """A ``Cable`` to the server at an address."""
    cable = Cable(host, port)
    try:
        yield cable
    finally:
        cable.mend()
        cable.pull()
