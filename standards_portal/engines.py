"""Where the portal keeps what it holds, and who does what it puts off, as the environment names them."""

import re
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from .environment import env_choice, env_database, env_list, env_text


@dataclass(frozen=True, slots=True)
class Backups:
    """Where backups go unless the command says otherwise, and the public keys of age that they are encrypted to.

    ``database`` is the address of PostgreSQL itself where ``DATABASE_URL`` is a pooler's; None where it is not needed.
    """

    folder: Path | None
    keys: tuple[str, ...]
    database: dict | None


def read_backups() -> Backups:
    """``PORTAL_BACKUP_FOLDER``, ``PORTAL_BACKUP_KEY`` and ``PORTAL_BACKUP_DATABASE_URL``. Raises ``ImproperlyConfigured``."""
    folder, keys = env_text("PORTAL_BACKUP_FOLDER"), tuple(env_list("PORTAL_BACKUP_KEY"))
    if folder and not folder.startswith("/"):
        raise ImproperlyConfigured(
            "PORTAL_BACKUP_FOLDER is no whole path. Begin it with /, such as /srv/portal-backups."
        )
    if not all(re.fullmatch("age1[02-9ac-hj-np-z]{58}", key) for key in keys):
        # It is not repeated: somebody may have put the secret key there.
        raise ImproperlyConfigured(
            "PORTAL_BACKUP_KEY is no public key of age, which is age1 and 58 letters and digits. Keep the secret key elsewhere."
        )
    database = env_database("PORTAL_BACKUP_DATABASE_URL", "") if env_text("PORTAL_BACKUP_DATABASE_URL") else None
    if database and database["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured(
            "PORTAL_BACKUP_DATABASE_URL is for a PostgreSQL behind a pooler. Begin it with postgres://, or unset it."
        )
    return Backups(Path(folder) if folder else None, keys, database)


def read_databases(embedded: Path) -> dict[str, dict]:
    """``DATABASES``: the one of ``DATABASE_URL``, else the SQLite file ``embedded``; and the copy of ``DATABASE_REPLICA_URL``.

    ``DATABASE_POOLER=transaction`` says that pgbouncer hands connections on after each transaction, where a cursor of the
    server's would be lost. Raises ``ImproperlyConfigured``.
    """
    databases = {"default": env_database("DATABASE_URL", f"sqlite:///{embedded}")}
    if env_text("DATABASE_REPLICA_URL"):
        databases["replica"] = env_database("DATABASE_REPLICA_URL", "") | {"TEST": {"MIRROR": "default"}}
        if any(database["ENGINE"] != "django.db.backends.postgresql" for database in databases.values()):
            raise ImproperlyConfigured(
                "DATABASE_REPLICA_URL names a copy that PostgreSQL keeps of the database at DATABASE_URL. "
                "Begin both with postgres://, or unset DATABASE_REPLICA_URL."
            )
    pooled = env_choice("DATABASE_POOLER", ("none", "transaction"), "none") == "transaction"
    for database in databases.values():
        if database["ENGINE"] == "django.db.backends.postgresql":
            database["DISABLE_SERVER_SIDE_CURSORS"] = pooled
    return databases


def read_queue() -> tuple[dict, dict]:
    """``TASKS`` and ``RQ_QUEUES``: the worker's queue in the portal's own database, or in the Redis of ``REDIS_URL``.

    Raises ``ImproperlyConfigured``.
    """
    if env_choice("PORTAL_QUEUE", ("database", "redis"), "database") == "database":
        return {"default": {"BACKEND": "service.worker.Backend", "QUEUES": ["default"]}}, {}
    address = env_text("REDIS_URL")
    if not address.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(
            "PORTAL_QUEUE is redis, and REDIS_URL is missing or no address of a Redis. "
            "Set it to such as redis://127.0.0.1:6379/0, or unset PORTAL_QUEUE."
        )
    tasks = {"default": {"BACKEND": "service.redis_queue.Backend", "QUEUES": ["default"]}}
    return tasks, {"default": {"URL": address, "DEFAULT_TIMEOUT": 1800}}
