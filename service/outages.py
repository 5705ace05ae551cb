"""Failures of the database that are nobody's mistake and pass by themselves, told from faults of the portal's own by what the
database's own vocabulary calls them; and how long a request waits for the database (docs/decisions/outages.md).
"""

import re
import select
import sqlite3
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from time import monotonic
from urllib.parse import unquote, urlsplit

import psycopg2
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from psycopg2 import extensions

# Seconds that a request waits for an answer of PostgreSQL, and for a connection to it. While it is known not to answer, far fewer:
# else everybody's thread would wait, and nobody would get even the page that says so.
PATIENCE = 10
PATIENCE_TO_CONNECT = 5
PATIENCE_IN_AN_OUTAGE = 2

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class Kind(Enum):
    """What is the matter: the database cannot be reached, takes no writes, has no room, or has others before this request."""

    UNREACHABLE = "unreachable"
    READ_ONLY = "read-only"
    FULL = "full"
    BUSY = "busy"


# The SQLSTATE of PostgreSQL: whole ones, or the class that they begin with.
_POSTGRESQL = {
    "25006": Kind.READ_ONLY,  # read_only_sql_transaction: a standby, or default_transaction_read_only
    "53100": Kind.FULL,  # disk_full
    "58030": Kind.FULL,  # io_error: a disk that takes nothing
    "53": Kind.UNREACHABLE,  # too many connections, out of memory
    "08": Kind.UNREACHABLE,  # connection exceptions
    "57P": Kind.UNREACHABLE,  # shutting down, crashed, starting up
    "57014": Kind.BUSY,  # query_canceled: the statement's time is over
    "55P03": Kind.BUSY,  # lock_not_available
    "40": Kind.BUSY,  # deadlocks, and transactions that others overtook
    "25P03": Kind.BUSY,  # idle_in_transaction_session_timeout
}
# The primary names of SQLite's result codes.
_SQLITE = {
    "SQLITE_READONLY": Kind.READ_ONLY,
    "SQLITE_FULL": Kind.FULL,
    "SQLITE_IOERR": Kind.FULL,
    "SQLITE_CANTOPEN": Kind.UNREACHABLE,
    "SQLITE_BUSY": Kind.BUSY,
    "SQLITE_LOCKED": Kind.BUSY,
}
# A statement that PostgreSQL keeps is named as it begins (people.written_queries).
_WRITES = re.compile(r"\s*(?:EXECUTE \")?(?:INSERT|UPDATE|DELETE|MERGE|WITH)\b", re.IGNORECASE)
# What a request writes beside what somebody sent with it.
_BESIDE = re.compile(r'"(?:django_session|portal_cache|assessments_reading)"')


class Outage(BaseException):
    """A request met an outage. No ``Exception``, so that it passes every middleware on its way out: each of them would ask the
    database again, and wait again, to no end. ``error`` is what was raised."""

    def __init__(self, kind: Kind, error: BaseException):
        super().__init__(kind.value)
        self.kind, self.error = kind, error


def kind_of(error: BaseException | None) -> Kind | None:
    """What kind of outage an exception is, or came from; None for a fault of the portal's own."""
    for each in _chain(error):
        if isinstance(each, sqlite3.Error):
            name = getattr(each, "sqlite_errorname", "") or ""
            return _SQLITE.get("_".join(name.split("_")[:2]))
        if isinstance(each, psycopg2.Error):
            return _kind_of_postgresql(each)
    return None


def code_of(error: BaseException | None) -> str:
    """The database's own name for it, which quotes nothing: a SQLSTATE, or a name of SQLite's."""
    for each in _chain(error):
        code = getattr(each, "pgcode", None) or getattr(each, "sqlite_errorname", None)
        if code:
            return str(code)
    return "no answer"


def _kind_of_postgresql(error):
    if error.pgcode is None:
        # Of its own accord psycopg2 says so where a connection was refused, timed out, or ended in the middle of an answer.
        # Every other error is of a class of its own.
        lost = (psycopg2.OperationalError, psycopg2.InterfaceError)
        return Kind.UNREACHABLE if isinstance(error, lost) or type(error) is psycopg2.DatabaseError else None
    return next((_POSTGRESQL[error.pgcode[:n]] for n in (5, 3, 2) if error.pgcode[:n] in _POSTGRESQL), None)


def _chain(error):
    known = set()
    while error is not None and id(error) not in known:
        known.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


class Sent:
    """Follows what a request writes, to be able to say whether what somebody sent with it was saved."""

    def __init__(self):
        self.is_begun = self.is_saved = False
        self.failed = None

    def __call__(self, execute, sql, params, many, context):
        """The wrapper that Django calls around each statement."""
        is_write = isinstance(sql, str) and _WRITES.match(sql) and not _BESIDE.search(sql)
        try:
            result = execute(sql, params, many, context)
        except Error as error:
            # What fails within a transaction is undone with it; a single statement may have been done when its answer was lost.
            self.failed = error if context["connection"].in_atomic_block or not is_write else None
            self.is_begun = self.is_begun or bool(is_write)
            raise
        if is_write:
            self.is_begun = True
            context["connection"].on_commit(self._note)
        return result

    def _note(self):
        self.is_saved = True

    def is_surely_not_saved(self, kind: Kind, error: BaseException) -> bool:
        """Whether nothing of it was saved; False where nobody can know, as when the connection is lost in a commit."""
        if self.is_saved:
            return False
        in_a_statement = self.failed is not None and any(each is self.failed for each in _chain(error))
        return not self.is_begun or in_a_statement or kind is not Kind.UNREACHABLE


@contextmanager
def followed(request):
    """Follow what ``request`` writes, unless it only asks: ``request.sent``."""
    request.sent = Sent()
    if request.method in SAFE:
        yield
        return
    with connection.execute_wrapper(request.sent):
        yield


# Reading from SQLite where nothing can be written


@contextmanager
def reading_only(kind: Kind):
    """Within it SQLite's file is read as it lies there. Gives whether that is possible and of any use.

    To read, SQLite wants to write: a file of 32 KB beside its own, by which those who use it at the same time agree. On a full
    disk, or one that takes no writes, people could not even read. While nobody can write there is nothing to agree about; where
    somebody's changes are still in the journal, the file is not whole without them.
    """
    before = connections[DEFAULT_DB_ALIAS]
    name = before.settings_dict["NAME"]
    if before.vendor != "sqlite" or kind is Kind.BUSY or not name.startswith("file:") or _has_journal(name):
        yield False
        return
    settings = before.settings_dict | {"NAME": f"{name.partition('?')[0]}?mode=ro&immutable=1", "OPTIONS": {}}
    reader = connections[DEFAULT_DB_ALIAS] = type(before)(settings, DEFAULT_DB_ALIAS)
    try:
        yield True
    finally:
        reader.close()
        connections[DEFAULT_DB_ALIAS] = before


def _has_journal(name):
    path = Path(unquote(urlsplit(name).path))
    journal = path.with_name(f"{path.name}-wal")
    return not path.exists() or (journal.exists() and journal.stat().st_size > 0)


# How long a process that answers requests waits


def wait_no_longer_than_people():
    """Let every request of this process give up on a database that does not answer; and never make a new, empty one.

    For processes that answer requests: a migration or a backup may take as long as it takes, and COPY cannot be waited for so.
    """
    settings = connections.settings[DEFAULT_DB_ALIAS]
    if settings["ENGINE"].endswith("postgresql"):
        extensions.set_wait_callback(_Waiting())
    elif not str(settings["NAME"]).startswith((":memory:", "file:")):
        # SQLite makes a file that is missing: an empty portal, whose journal would be taken for that of the file brought back.
        settings["NAME"] = f"{Path(settings['NAME']).resolve().as_uri()}?mode=rw"


class _Waiting:
    """What psycopg2 calls while the server has not answered: without it, libpq waits for a server that is stopped for ever.

    psycopg2 closes a connection in whose wait an exception is raised.
    """

    def __init__(self):
        self.seen_waiting_in_vain = False

    def __call__(self, asked):
        patience = PATIENCE_TO_CONNECT if asked.status == extensions.STATUS_SETUP else PATIENCE
        if self.seen_waiting_in_vain:
            patience = PATIENCE_IN_AN_OUTAGE
        until = None
        while (state := asked.poll()) != extensions.POLL_OK:
            now = monotonic()
            until = until or now + patience
            poller = select.poll()
            poller.register(asked.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
            if until <= now or not poller.poll((until - now) * 1000):
                self.seen_waiting_in_vain = True
                raise psycopg2.OperationalError("the database has not answered in time")
        if until:
            self.seen_waiting_in_vain = False
