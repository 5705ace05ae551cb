"""Asking the database something that is worth no wait: a connection of its own that gives up soon."""

from contextlib import contextmanager
from copy import deepcopy

from django.db import connections, transaction


@contextmanager
def impatient(seconds: int):
    """Within it, this thread's connection is a new one that waits ``seconds`` for a database that is gone, and no longer.

    Gives that connection, which is not open yet.
    """
    before = connections["default"]
    connection = connections["default"] = _copy(before, seconds)
    try:
        yield connection
    finally:
        connection.close()
        connections["default"] = before


@contextmanager
def limited(connection, seconds: int):
    """Let the database's server end what takes longer; for one transaction, as a pooler hands the connection on after it."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {seconds * 1000}")
        yield


def _copy(connection, seconds):
    settings = deepcopy(connection.settings_dict)
    settings["CONN_MAX_AGE"] = 0
    if connection.vendor == "postgresql":
        settings["OPTIONS"] |= {"connect_timeout": seconds, "tcp_user_timeout": seconds * 1000}
        settings["OPTIONS"] |= {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2}
    else:
        settings["OPTIONS"]["timeout"] = seconds
    return type(connection)(settings, connection.alias)
