"""How many serve, where, and for how long they wait: what gunicorn.conf.py takes from the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from .environment import env_list, env_number

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 a file system in memory, where gunicorn's files have no name


@dataclass(frozen=True, slots=True)
class Serving:
    """The numbers of gunicorn's that a department may want otherwise.

    workers       processes; each has ``threads`` that answer one request each
    bind          addresses and ports, or unix:/path of a socket; what comes at the last is taken first
    stops_within  seconds that requests in hand have when it is asked to stop
    keepalive     seconds that a connection without a request is kept; longer than the proxy keeps it, which would otherwise
                  send a request into a connection that is just being closed
    max_requests  after so many a worker makes room for a new one; 0: never
    """

    workers: int
    threads: int
    bind: list[str]
    stops_within: int
    keepalive: int
    max_requests: int


def read_serving() -> Serving:
    """Two workers more than there are cores, four threads each, on the loopback interface. Raises ``ImproperlyConfigured``.

    Where threads that answer readers step back (``web_worker``), as many as there are cores may hold back what they have begun
    while two others keep what people send.
    """
    return Serving(
        workers=env_number("WEB_CONCURRENCY", len(os.sched_getaffinity(0)) + 2, least=1, most=64),
        threads=env_number("PORTAL_THREADS", 4, least=1, most=32),
        bind=env_list("PORTAL_BIND") or ["127.0.0.1:8000"],
        stops_within=env_number("PORTAL_STOPS_WITHIN", 30, least=1, most=600),
        keepalive=env_number("PORTAL_KEEPALIVE", 75, most=600),
        max_requests=env_number("PORTAL_MAX_REQUESTS", 0, most=10**8),
    )


def folder_for_heartbeats() -> str | None:
    """Where workers write that they live: in memory, so that a slow disk does not make them look dead; None: gunicorn's choice."""
    return str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None
