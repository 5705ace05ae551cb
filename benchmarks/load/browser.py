"""A browser as lean as it can be: a socket a request, as a proxy in front opens them. It keeps the session's cookie and no other.

How long an answer took is counted from the moment at which the request was due, so that one that had to wait for its turn behind
a slow one is as late as a person would find it. Where nothing kept it, that is when it was sent: a clock of gevent's counts whole
milliseconds, and whoever comes to a portal does not share its processors.
"""

from time import perf_counter
from urllib.parse import urlencode, urlsplit

import gevent
from gevent import socket

CSRF = "b" * 32
WAIT = 60


class Refused(Exception):
    """The answer was not the one that this Monday means; the message says which."""


class Browser:
    """Somebody's browser. ``record`` is called with (kind, due, sent, ended, status) for each answer; status 0 is none at all."""

    def __init__(self, server, address, record, session=""):
        self.server, self.address, self.record, self.session = server, address, record, session
        self.due = perf_counter()

    def pause(self, seconds):
        """Somebody reads or thinks: the next request is due so much later than the one before was."""
        self.due += seconds
        left = self.due - perf_counter()
        gevent.sleep(max(0, left))
        if left > 0:
            self.due = perf_counter()

    def go_on(self, seconds=0):
        """The next request is due so long after the answer before it came: nobody reads a page that is not there yet."""
        self.due = perf_counter()
        self.pause(seconds)

    def get(self, kind, path, expected=200):
        return self._ask(kind, "GET", path, None, "text/html", expected)

    def post(self, kind, path, fields, expected=302, accept="text/html"):
        return self._ask(kind, "POST", path, {**fields, "csrfmiddlewaretoken": CSRF}, accept, expected)

    def _ask(self, kind, method, path, fields, accept, expected):
        body = b"" if fields is None else urlencode(fields).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.server.host}", f"Accept: {accept}", "Connection: close"]
        lines += [f"X-Forwarded-For: {self.address}", "X-Forwarded-Proto: https", f"Origin: https://{self.server.host}"]
        lines.append(f"Cookie: __Host-session={self.session}; __Host-csrf={CSRF}")
        if fields is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        sent, status, answer = perf_counter(), 0, b""
        try:
            answer = self._exchange(self.server.port_for(method), "\r\n".join([*lines, "", ""]).encode() + body)
            status = int(answer[9:12])
        except (OSError, ValueError) as lost:
            raise Refused(f"{kind}: {type(lost).__name__}") from None
        finally:
            self.record(kind, self.due, sent, perf_counter(), status)
        head, _, page = answer.partition(b"\r\n\r\n")
        if status != expected:
            raise Refused(f"{kind}: {method} {urlsplit(path).path} answered {status}, not {expected}")
        return Answer(head.decode("latin-1"), page, self)

    def _exchange(self, port, request):
        with socket.create_connection((self.server.address, port), timeout=WAIT) as connection:
            connection.sendall(request)
            received = connection.recv(65536)
            length = _length(received)
            # The answer is there when its last byte is, and not when the server hangs up.
            while (length is None or len(received) < length) and (part := connection.recv(65536)):
                received += part
                length = length or _length(received)
        return received


class Answer:
    """An answer; the session that it sets is the browser's from then on."""

    __slots__ = ("body", "headers")

    def __init__(self, head, body, browser):
        self.body = body
        self.headers = {}
        for line in head.split("\r\n")[1:]:
            name, _, value = line.partition(":")
            name, value = name.lower(), value.strip()
            if name == "set-cookie" and value.startswith("__Host-session="):
                browser.session = value.partition("=")[2].partition(";")[0]
            self.headers[name] = value
        if self.headers.get("transfer-encoding") == "chunked":
            self.body = _joined(body)

    @property
    def text(self):
        return self.body.decode()

    @property
    def location(self):
        """Where a redirect leads: its path and query."""
        found = urlsplit(self.headers.get("location", ""))
        return f"{found.path}?{found.query}" if found.query else found.path


def _length(received):
    """How many bytes an answer will be long, its head included; None while nothing says so."""
    head, end, _ = received.partition(b"\r\n\r\n")
    _, said, rest = head.lower().partition(b"\r\ncontent-length:")
    return len(head) + len(end) + int(rest.partition(b"\r\n")[0]) if end and said else None


def _joined(chunks):
    found = []
    while True:
        size, _, rest = chunks.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            return b"".join(found)
        found.append(rest[:length])
        chunks = rest[length + 2 :]
