"""The server under measurement: one request at a time to it, and the CPU time that it and PostgreSQL have used."""

import gzip
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

COUNT_QUERIES = "X-Count-Queries"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; ``fields`` make it a POST. ``expected`` is the status that the answer must have.

    ``session`` is a session's key, "" for somebody who has no cookie. ``etag`` asks for the page only if it has another.
    """

    path: str
    session: str
    fields: dict | None = None
    accept: str = "text/html"
    expected: int = 200
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def queries(self) -> int:
        """How many queries it took; only for a request that was sent with ``count_queries``."""
        return int(self.headers[COUNT_QUERIES.lower()])


class Server:
    """One gunicorn master with its worker, and the PostgreSQL that serves it."""

    CSRF = "b" * 32

    def __init__(self, address: str, pid: int, postgres_pid: int, own_backend: int):
        self.host = urlsplit(address).hostname
        self.port = urlsplit(address).port
        self.pid = pid
        self.postgres_pid = postgres_pid
        self.own_backend = own_backend

    def wait(self, seconds=60):
        """Return once the server takes connections. Raises ConnectionError when it still does not after ``seconds``."""
        latest = time.monotonic() + seconds
        while True:
            try:
                socket.create_connection((self.host, self.port), timeout=seconds).close()
                return
            except ConnectionError:
                if time.monotonic() > latest:
                    raise
                time.sleep(0.1)

    def send(self, request: Request, *, count_queries=False) -> Answer:
        """Send a request over a connection of its own. Raises AssertionError when the status is not the one expected."""
        body = b""
        lines = [
            f"{'GET' if request.fields is None else 'POST'} {request.path} HTTP/1.0",
            f"Host: {self.host}:{self.port}",
            f"Accept: {request.accept}",
        ]
        if request.session:
            lines.append(f"Cookie: session={request.session}; csrf={self.CSRF}")
        if request.etag:
            lines.append(f"If-None-Match: {request.etag}")
        if count_queries:
            lines.append(f"{COUNT_QUERIES}: 1")
        if request.fields is not None:
            body = urlencode({"csrfmiddlewaretoken": self.CSRF, **request.fields}).encode()
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        answer = self._exchange("\r\n".join([*lines, "", ""]).encode() + body)
        assert answer.status == request.expected, f"{request.path}: {answer.status}, not {request.expected}"
        return answer

    def _exchange(self, sent: bytes) -> Answer:
        with socket.create_connection((self.host, self.port), timeout=60) as connection:
            connection.sendall(sent)
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = received.partition(b"\r\n\r\n")
        status, *fields = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        return Answer(int(status.split()[1]), headers, body)

    def cpu(self) -> tuple[float, float]:
        """Seconds of CPU used so far by the server's processes, and by PostgreSQL's but for the measurer's own connection."""
        return tree_ticks(self.pid) / TICKS, tree_ticks(self.postgres_pid, but_for=self.own_backend) / TICKS


def tree_ticks(root: int, but_for: int | None = None) -> int:
    """User and system time of a process and its descendants, those that ended included, in clock ticks (proc(5))."""
    parents, ticks = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(stat.parent.name)
        parents[pid] = int(fields[1])
        ticks[pid] = sum(map(int, fields[11:15]))
    tree = {root}
    while grown := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= grown
    return sum(ticks[pid] for pid in tree if pid in ticks and pid != but_for)


def free_port() -> int:
    """A port on the loopback interface that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def gzipped(content: bytes) -> int:
    """Bytes after gzip at the level that web servers use by default."""
    return len(gzip.compress(content, 6, mtime=0))
