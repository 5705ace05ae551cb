"""A PostgreSQL database: dumped by its own programs at one moment, whose content is read in the same snapshot."""

import hashlib
import os
import re
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from django.db import Error
from psycopg2.extensions import make_dsn

from . import BackupFailed, RestoreRefused
from .files import PIECE, write_file
from .manifest import Contents

FILE = "database.dump"
WAIT_FOR_LOCKS = 60  # seconds, behind a migration that changes a table
# Rows are written in the same words whatever the server's settings.
_SAME_WORDS = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; "
    "SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; "
    "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
)
# Whatever is ours: not the catalogue's, and not an extension's.
_OURS = (
    "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%%' "
    "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = {row}.oid AND d.deptype = 'e')"
)
# What the programs may be quoted with: lines of other kinds can hold rows.
_SAID = re.compile(
    r"pg_(?:dump|restore): error: (.*?(?:connection to server|server version|permission denied|unsupported version|"
    r"lock timeout|COPY failed for table \"\w+\")[^:]*)"
)


def back_up(wrapper, folder: Path, keys) -> tuple[str, dict, Contents]:
    """Dump the database into ``folder``: the dump's name, the manifest's entry of it, and what is in the snapshot it is of.

    What pg_dump writes goes through pg_restore, which reads all of it, and is encrypted on the way: it never lies in the clear.
    Raises ``BackupFailed`` and ``OSError``.
    """
    path = folder / (f"{FILE}.age" if keys else FILE)
    try:
        with closing(wrapper), wrapper.cursor() as cursor:
            wrapper.connection.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
            cursor.execute(_SAME_WORDS)
            # Before the dump: a sequence is never rolled back, so that what is dumped of it can only be higher.
            sequences = _sequences(cursor)
            cursor.execute("SELECT pg_export_snapshot()")
            entry = _dump(wrapper, cursor.fetchone()[0], path, keys)
            contents = _read(cursor, sequences)
            wrapper.connection.rollback()
    except Error as error:
        raise BackupFailed(f"The database could not be read ({type(error).__name__}). Is it there?") from None
    return path.name, entry, contents


def _dump(wrapper, snapshot, path, keys):
    server = wrapper.pg_version // 10000
    dump = [program("pg_dump", server), "--format=custom", f"--snapshot={snapshot}"]
    dump += [f"--lock-wait-timeout={WAIT_FOR_LOCKS}s", "--no-password", f"--dbname={_address(wrapper)}"]
    check = [program("pg_restore", server), f"--file={os.devnull}"]
    with (
        tempfile.TemporaryFile() as said,
        tempfile.TemporaryFile() as found,
        subprocess.Popen(check, stdin=subprocess.PIPE, stderr=found) as checking,  # noqa: S603 our own words
        subprocess.Popen(  # noqa: S603
            dump, stdout=subprocess.PIPE, stderr=said, stdin=subprocess.DEVNULL, env=_environment(wrapper)
        ) as dumping,
    ):
        try:
            entry = write_file(_Through(dumping.stdout, checking.stdin), path, keys)
        except BaseException:
            dumping.kill()
            checking.kill()
            raise
        finally:
            _close(checking)
        if dumping.wait():
            raise BackupFailed(_failure("pg_dump", dumping.returncode, said))
        if checking.wait():
            raise BackupFailed(_failure("pg_restore, which reads the dump once more,", checking.returncode, found))
    return entry


class _Through:
    """Reads from one file, and lets a second one have it too."""

    def __init__(self, source, other):
        self.source, self.other = source, other

    def read(self, size=PIECE):
        data = self.source.read(size)
        try:
            self.other.write(data)
        except BrokenPipeError:  # it says itself why it ended
            self.other = open(os.devnull, "wb")  # noqa: SIM115 as long as the process
        return data


def program(name: str, server: int) -> str:
    """The path of one of PostgreSQL's programs that can deal with a server of major version ``server``. Raises ``BackupFailed``."""
    found = {}
    # Debian keeps them off the PATH, one folder for each version.
    beside_path = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    for folders in (beside_path, map(Path, os.environ.get("PATH", "").split(os.pathsep))):
        for path in (folder / name for folder in folders):
            if path.is_file() and (version := _version_of(path)):
                found.setdefault(version, str(path))
        fitting = sorted(version for version in found if version >= server)
        if fitting:
            return found[fitting[0]]
    there = f"only of version {max(found)}, older than the server's {server}" if found else "not on this machine"
    raise BackupFailed(
        f"PostgreSQL's program {name} is {there}. Install the Debian package postgresql-client-{server} or later."
    )


def _version_of(path):
    folder = path.parent.parent.name
    if folder.isdecimal():
        return int(folder)
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\) (\d+)", done.stdout)
    return int(match[1]) if match else None


def _address(wrapper):
    """Where the database is, for a command line: everything but the password, which others could read there."""
    return make_dsn(**{name: value for name, value in wrapper.get_connection_params().items() if name in _PLAIN})


_PLAIN = frozenset(
    [
        "dbname",
        "host",
        "port",
        "user",
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "sslcrl",
        "passfile",
        "connect_timeout",
        "options",
        "service",
        "target_session_attrs",
    ]
)


def _environment(wrapper):
    password = wrapper.get_connection_params().get("password")
    # Without one, a file that PGPASSFILE names, or the server's own way to know who asks.
    return (
        os.environ
        | ({"PGPASSWORD": password} if password else {})
        | {"PGAPPNAME": "portal backup", "LC_ALL": "C.UTF-8"}
    )


def _failure(name, status, said):
    said.seek(0)
    match = _SAID.search(said.read().decode("utf-8", "replace"))
    return f"{name} ended with {status}{f': {match[1].strip()}' if match else ''}."


def _sequences(cursor):
    cursor.execute(
        f"SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n "  # noqa: S608
        f"ON n.oid = c.relnamespace WHERE c.relkind = 'S' AND {_OURS.format(row='c')} ORDER BY 1",
        [],
    )
    names, found = [name for (name,) in cursor.fetchall()], {}
    for name in names:
        cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}")  # noqa: S608
        found[name] = cursor.fetchone()[0]
    return found


def _tables(cursor):
    cursor.execute(
        f"SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.oid FROM pg_class c JOIN pg_namespace n "  # noqa: S608
        f"ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND {_OURS.format(row='c')} ORDER BY 1",
        [],
    )
    return cursor.fetchall()


def _read(cursor, sequences):
    """What is in the database, as the transaction of ``cursor`` sees it."""
    tables = {name: _table(cursor, name, oid) for name, oid in _tables(cursor)}
    migrations = []
    if "public.django_migrations" in tables:
        cursor.execute("SELECT DISTINCT app || '.' || name COLLATE \"C\" FROM public.django_migrations ORDER BY 1")
        migrations = [name for (name,) in cursor.fetchall()]
    cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname")
    triggers = sorted(name for (name,) in cursor.fetchall())
    cursor.execute("SHOW server_version")
    version = cursor.fetchone()[0].split()[0]
    return Contents(
        engine_version=version, migrations=sorted(migrations), tables=tables, sequences=sequences, triggers=triggers
    )


def _table(cursor, name, oid):
    cursor.execute(
        "SELECT quote_ident(a.attname), a.attcollation <> 0, array_position(i.indkey::int[], a.attnum::int) FROM pg_attribute a "
        "LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary "
        "WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        [oid],
    )
    columns = cursor.fetchall()
    # By bytes: a restored database may sort its words otherwise.
    key = sorted(
        (place, f'{column} COLLATE "C"' if is_text else column)
        for column, is_text, place in columns
        if place is not None
    )
    names = ", ".join(column for column, *_ in columns)
    order = ", ".join(column for _, column in key) or 't::text COLLATE "C"'
    hashed = _Hashed(names)
    cursor.copy_expert(f"COPY (SELECT {names} FROM ONLY {name} t ORDER BY {order}) TO STDOUT", hashed, PIECE)  # noqa: S608
    return {"rows": hashed.rows, "sha256": hashed.digest.hexdigest()}


class _Hashed:
    """Takes the rows that COPY writes, one to a line."""

    def __init__(self, names):
        self.digest, self.rows = hashlib.sha256(f"{names}\n".encode()), 0

    def write(self, data):
        data = data.encode() if isinstance(data, str) else data
        self.digest.update(data)
        self.rows += data.count(b"\n")


def check_stream(write_to):
    """See that PostgreSQL's own program can read all of a dump, which ``write_to`` writes to it. Raises ``RestoreRefused``."""
    _feed([program("pg_restore", 0), f"--file={os.devnull}"], write_to, os.environ)


def _feed(command, write_to, environment):
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said, env=environment) as process,  # noqa: S603
    ):
        lost = None
        try:
            write_to(process.stdin)
        except OSError as error:
            # Most often it has ended, and says itself why.
            lost = error
        except BaseException:
            process.kill()
            raise
        _close(process)
        if process.wait():
            raise RestoreRefused(_failure("pg_restore", process.returncode, said))
        if lost:
            raise lost


def _close(process):
    try:
        process.stdin.close()
    except OSError:  # it has ended already, which its status tells
        process.kill()


class Loading:
    """A database that is being restored: filled in one transaction, and locked against a worker until nothing in it waits."""

    # What a worker or a page would look at first.
    LOCKED = ("people_notice", "django_session", "django_tasks_database_dbtaskresult")

    def __init__(self, wrapper):
        self.wrapper = wrapper

    def refuse_unless_empty(self):
        """Raises ``RestoreRefused`` where there is any table of ours, or somebody else is connected."""
        try:
            with self.wrapper.cursor() as cursor:
                tables = len(_tables(cursor))
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                    "AND backend_type = 'client backend'"
                )
                others = cursor.fetchone()[0]
        except Error as error:
            raise RestoreRefused(f"The database at DATABASE_URL cannot be reached ({type(error).__name__}).") from None
        if tables:
            raise RestoreRefused(
                f"The database at DATABASE_URL is not empty: it has {tables} tables. Restoring never overwrites: make a new "
                "database (createdb) and name it in DATABASE_URL."
            )
        if others:
            raise RestoreRefused(
                f"The database is in use: {others} other connections. Stop the portal and its workers first."
            )

    def fill(self, write_to):
        """Take the dump in, in one transaction. Raises ``RestoreRefused``."""
        command = [program("pg_restore", self.wrapper.pg_version // 10000), "--single-transaction", "--exit-on-error"]
        command += ["--no-owner", "--no-privileges", "--no-password", f"--dbname={_address(self.wrapper)}"]
        _feed(command, write_to, _environment(self.wrapper))

    def lock(self):
        with self.wrapper.cursor() as cursor:
            cursor.execute(_SAME_WORDS)
            known = {name for name, _ in _tables(cursor)}
            locked = [f"public.{name}" for name in self.LOCKED if f"public.{name}" in known]
            if locked:
                cursor.execute(f"LOCK TABLE {', '.join(locked)} IN ACCESS EXCLUSIVE MODE")

    def read_contents(self) -> Contents:
        """What is in it, within the transaction that ``lock`` was called in."""
        with self.wrapper.cursor() as cursor:
            return _read(cursor, _sequences(cursor))

    def jump(self, by):
        """Let every sequence leave out the next ``by`` keys."""
        with self.wrapper.cursor() as cursor:
            for name, value in _sequences(cursor).items():
                cursor.execute("SELECT setval(%s::regclass, %s)", [name, value + by])

    def finish(self):
        """Let PostgreSQL look at the tables, so that it plans as before."""
        with self.wrapper.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.wrapper.close()

    def undo(self):
        """Leave the database as empty as it was."""
        self.wrapper.close()
        with self.wrapper.cursor() as cursor:
            for name, _ in _tables(cursor):
                cursor.execute(f"DROP TABLE IF EXISTS {name} CASCADE")
            cursor.execute(
                f"SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "  # noqa: S608
                f"WHERE p.prokind = 'f' AND {_OURS.format(row='p')}",
                [],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP FUNCTION IF EXISTS {name} CASCADE")
        self.wrapper.close()
