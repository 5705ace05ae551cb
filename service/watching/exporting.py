"""Where Prometheus asks: a port of its own, that no browser comes to.

Under gunicorn a process of its own answers, started before the workers. A thread of the master's would have connections to the
database and locks of its own in the moment in which the master makes a worker of itself.
"""

import logging
import os
import shutil
import signal
import socket
import tempfile
from contextlib import suppress
from http.server import ThreadingHTTPServer
from threading import Thread

log = logging.getLogger(__name__)

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# The folder that this process made, and the processes that it started to show figures.
_folders, _children = [], []


class PortTaken(Exception):
    """Something listens where figures were to be shown; the message says how to mend it."""


def make_folder(memory: str | None):
    """Make the folder in which each process counts, in memory where there is some; once for all reloads.

    To be called before anything imports prometheus_client, which looks for it then. One that somebody else named is left alone.
    """
    if not _folders:
        _folders.append(tempfile.mkdtemp(prefix="portal-metrics-", dir=memory))
        os.environ[FOLDER] = _folders[0]


def remove_folder():
    """Forget what was counted."""
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


def listen(address: str, port: int) -> socket.socket:
    """The socket to answer at. Raises ``PortTaken``."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except OSError as error:
        raise PortTaken(
            f"Figures cannot be shown at port {port} of {address}: {os.strerror(error.errno)}. "
            "Stop what listens there, or change PORTAL_METRICS_PORT (a worker's: PORTAL_WORKER_METRICS_PORT)."
        ) from None


def serve_in_child(listener, *, close=()):
    """Start the process that shows what all of gunicorn's processes counted.

    ``close`` are sockets that it has no use for. It ends with its parent.
    """
    parent = os.getpid()
    child = os.fork()
    if child:
        listener.close()
        _children.append(child)
        return
    try:
        _forget_parents_signals()
        for each in close:
            each.close()
        _server(_of_all_processes(), listener, parent).serve_forever()
    except BaseException:  # nothing of the master's may run on in here
        log.exception("Figures are not shown any more")
    finally:
        os._exit(0)


def serve_in_thread(listener):
    """Show what this process counts."""
    from .figures import Figures
    from .metrics import REGISTRY

    REGISTRY.register(Figures())
    Thread(target=_server(REGISTRY, listener, os.getppid()).serve_forever, daemon=True).start()


def end_children():
    """Stop the process that ``serve_in_child`` started."""
    while _children:
        child = _children.pop()
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)


def _forget_parents_signals():
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGCHLD, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)
    # What is sent to the whole group is for the master, who ends this one after the workers.
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGWINCH, signal.SIGTTIN, signal.SIGTTOU):
        signal.signal(number, signal.SIG_IGN)


def _of_all_processes():
    import django
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    django.setup()

    from .figures import Figures

    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    registry.register(Figures())
    return registry


def _server(registry, listener, parent):
    from prometheus_client import MetricsHandler

    class Handler(MetricsHandler.factory(registry)):
        """Says what was counted, and nothing of what it runs on."""

        server_version, sys_version = "portal", ""
        timeout = 10

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def service_actions(self):
            if os.getppid() != parent:
                os._exit(0)

    server = Server(listener.getsockname()[:2], Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    return server
