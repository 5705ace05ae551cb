"""A SQLite database: copied as it is at one moment while others write to it, and put in place whole."""

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from . import BackupFailed, RestoreRefused
from .files import entry_of, sync_folder, write_file
from .manifest import Contents

FILE = "database.sqlite3"
# What SQLite keeps beside a database, and would take for its own.
_BESIDE = ("-wal", "-journal", "-shm")


def back_up(wrapper, folder: Path, keys) -> tuple[str, dict, Contents]:
    """Copy the database into ``folder``: the copy's name, the manifest's entry of it, and what is in the copy itself.

    Whoever writes meanwhile is not kept waiting. An encrypted copy lies in the clear, in a folder that only its owner may enter,
    until it is encrypted. Raises ``BackupFailed`` and ``OSError``.
    """
    plain = folder / FILE
    os.close(os.open(plain, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        _copy(Path(wrapper.settings_dict["NAME"]), plain)
        contents = _checked(plain)
    except sqlite3.Error as error:
        raise BackupFailed(_words(error)) from None
    with plain.open("rb") as file:
        os.fsync(file.fileno())
        if not keys:
            return plain.name, entry_of(plain), contents
        sealed = folder / f"{FILE}.age"
        entry = write_file(file, sealed, keys)
    plain.unlink()
    return sealed.name, entry, contents


def _copy(source, target):
    if not source.is_file():
        raise BackupFailed("There is no database at DATABASE_URL.")
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=20)) as read,
        closing(sqlite3.connect(target)) as written,
    ):
        copy_at_once(read, written)
        # One file, without a log beside it.
        written.execute("PRAGMA journal_mode=DELETE")


def copy_at_once(read, written):
    """All pages in one step, under one read transaction: in WAL mode nobody waits for it, and it waits for nobody."""
    read.backup(written, pages=-1)


def _checked(path):
    """What is in the copy. Raises ``BackupFailed`` for one that is not sound."""
    with closing(_reading(path)) as connection:
        found = faults(connection)
        if found:
            raise BackupFailed(f"The copy is not sound ({found}), and so the database may not be. Look at it first.")
        return read_contents(connection)


def faults(connection) -> str:
    """What SQLite's own checks find wrong with a database, in words; empty for nothing."""
    try:
        told = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
        loose = connection.execute("SELECT count(*) FROM pragma_foreign_key_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return f"cannot be read: {type(error).__name__}"
    if told != ["ok"]:
        # Its words name pages, indexes and row numbers.
        return "integrity check failed"
    return f"{loose} rows point at rows that are not there" if loose else ""


def _reading(path):
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    return connection


def read_contents(connection) -> Contents:
    """What is in the database behind a plain connection: every table, its rows in the order of the primary key."""
    objects = connection.execute(
        "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    ).fetchall()
    tables = {name: _table(connection, name) for kind, name in sorted(objects) if kind == "table"}
    sequences = {}
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
        sequences = dict(connection.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name"))
    migrations = []
    if "django_migrations" in tables:
        migrations = sorted(
            {f"{app}.{name}" for app, name in connection.execute("SELECT app, name FROM django_migrations")}
        )
    return Contents(
        engine_version=sqlite3.sqlite_version,
        migrations=migrations,
        tables=tables,
        sequences=sequences,
        triggers=sorted(name for kind, name in objects if kind == "trigger"),
    )


def _table(connection, name):
    columns = connection.execute("SELECT name, pk FROM pragma_table_info(?)", [name]).fetchall()
    names = [_quoted(column) for column, _ in columns]
    order = [_quoted(column) for column, place in sorted(columns, key=lambda each: each[1]) if place]
    digest, rows = hashlib.sha256(",".join(names).encode()), 0
    # Names come from the database's own catalogue.
    query = f"SELECT {', '.join(names)} FROM {_quoted(name)} ORDER BY {', '.join(order or names)}"  # noqa: S608
    for row in connection.execute(query):
        # Whatever the release of Python: types, lengths and values stand in it, and nothing beyond ASCII.
        digest.update(ascii(row).encode())
        rows += 1
    return {"rows": rows, "sha256": digest.hexdigest()}


def _quoted(name):
    return '"{}"'.format(name.replace('"', '""'))


def check_file(path: Path) -> Contents:
    """What is in a backup in the clear, once it is known to be sound. Raises ``RestoreRefused``."""
    try:
        with closing(_reading(path)) as connection:
            found = faults(connection)
            if found:
                raise RestoreRefused(f"The copy in this backup is not sound ({found}). Take another backup.")
            return read_contents(connection)
    except sqlite3.Error as error:
        raise RestoreRefused(
            f"The copy in this backup cannot be read ({type(error).__name__}). Take another."
        ) from None


class Loading:
    """A database that is being restored: made beside its place, under a name that nobody looks for, and renamed when it is done."""

    def __init__(self, wrapper):
        self.target = Path(wrapper.settings_dict["NAME"])
        self.half = self.target.with_name(f".{self.target.name}.restoring")
        self.wrapper = type(wrapper)(wrapper.settings_dict | {"NAME": str(self.half)}, "default")

    def refuse_unless_empty(self):
        """Raises ``RestoreRefused`` where there is any table, or a log of writes that SQLite would take for the new file's."""
        if not self.target.parent.is_dir():
            raise RestoreRefused("The folder of the database named by DATABASE_URL is not there. Make it first.")
        if self.target.exists():
            try:
                with closing(sqlite3.connect(self.target)) as connection:
                    count = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            except sqlite3.Error:
                count = 1
            if count:
                raise RestoreRefused(
                    "The database at DATABASE_URL is not empty. Restoring never overwrites: move its file away, and what is named "
                    "like it with -wal and -shm at the end, or name another one."
                )
        left = [end for end in _BESIDE if self._beside(self.target, end).exists()]
        if left:
            raise RestoreRefused(
                f"Beside the place of the database lies what SQLite kept of an earlier one ({', '.join(left)}). Stop the portal "
                "and its workers, and move that away."
            )

    def fill(self, write_to):
        """Take the copy in: ``write_to`` writes it into what it is given. Raises ``OSError``, and errors of ``write_to``."""
        self.undo()
        with os.fdopen(os.open(self.half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            write_to(file)

    def lock(self):
        """Nothing to keep away: nobody knows of it yet."""

    def read_contents(self) -> Contents:
        with closing(_reading(self.half)) as connection:
            return read_contents(connection)

    def jump(self, by):
        """Let every sequence leave out the next ``by`` keys."""
        with self.wrapper.cursor() as cursor:
            cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s", [by])

    def finish(self):
        self.wrapper.close()
        with closing(sqlite3.connect(self.half)) as connection:
            # Nothing of it stays in a log beside it. Who opens it next writes one again.
            connection.execute("PRAGMA journal_mode=DELETE")
        with self.half.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(self.half, self.target)
        sync_folder(self.target.parent)

    def undo(self):
        self.wrapper.close()
        for path in (self.half, *(self._beside(self.half, end) for end in _BESIDE)):
            path.unlink(missing_ok=True)

    @staticmethod
    def _beside(path, end):
        return path.with_name(path.name + end)


def _words(error):
    full = error.sqlite_errorcode == sqlite3.SQLITE_FULL if hasattr(error, "sqlite_errorcode") else False
    if full:
        return "The disk is full. Make room, or name another folder with --to."
    return f"SQLite could not copy the database ({getattr(error, 'sqlite_errorname', type(error).__name__)})."
