"""A mail server on the loopback interface that keeps what it accepts, and holds, refuses or hangs up when it is told to."""

import socketserver
import threading
import time
from contextlib import contextmanager

WAIT = 60


class Sink:
    """What was ``accepted``: (recipient, whole text) of each e-mail, in order.

    ``hold`` names the moment at which a connection waits until ``go_on`` is set: "greeting", "text" (asked for and not taken) or
    "reply" (accepted, and not said so). ``hang_up`` names one at which it is closed: "text", "reply" or "quit". ``refuses`` maps
    a command, or "TEXT" for the reply to a text, to the answer that it gets in place of the usual one. Each reply to a text comes
    after ``delay`` seconds.
    """

    def __init__(self):
        self.accepted = []
        self.hold = self.hang_up = ""
        self.refuses = {}
        self.delay = 0
        self.reached, self.go_on = threading.Event(), threading.Event()

    def wait_until_held(self):
        assert self.reached.wait(WAIT), f"nobody came to {self.hold!r}"

    def release(self):
        """Let go of the connection that is held; the next ones are not held."""
        self.hold = ""
        self.go_on.set()
        self.reached.clear()

    def moment(self, name):
        """Returns whether the connection goes on."""
        if self.hold == name:
            self.go_on.clear()
            self.reached.set()
            self.go_on.wait(WAIT)
            # Whoever was held has been killed meanwhile.
            return False
        return self.hang_up != name


class _Conversation(socketserver.StreamRequestHandler):
    timeout = WAIT

    def handle(self):
        try:
            self.talk(self.server.sink)
        except OSError:
            return  # the other side is gone

    def talk(self, sink):
        if not sink.moment("greeting"):
            return
        self.say("220 sink")
        recipient = ""
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            command = line.partition(" ")[0].upper()
            if command == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
            if command in sink.refuses:
                self.say(sink.refuses[command])
            elif command == "DATA":
                if not self.take_text(sink, recipient):
                    return
            elif command == "QUIT":
                if sink.moment("quit"):
                    self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take_text(self, sink, recipient):
        self.say("354 go on")
        if not sink.moment("text"):
            return False
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line)
        if "TEXT" not in sink.refuses or sink.refuses["TEXT"].startswith("2"):
            sink.accepted.append((recipient, b"".join(lines).decode("utf-8")))
        if not sink.moment("reply"):
            return False
        if sink.delay:
            time.sleep(sink.delay)
        self.say(sink.refuses.get("TEXT", "250 accepted"))
        return True

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode("ascii"))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def listening():
    """A ``Sink`` and the port that it listens on."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.sink = sink = Sink()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield sink, server.server_address[1]
        sink.release()
        server.shutdown()
        thread.join()
