"""Restoring a backup into an empty database: refused, or whole, the same as it was, and quiet."""

import io
import shutil
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import Error, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from . import BackupFailed, RestoreRefused
from .files import PIECE, decrypt, entry_of, identities
from .making import ENGINES, straight_to_the_database
from .manifest import CONTENTS, Contents, Manifest, read_contents, read_manifest
from .quieting import quiet

# No key that was given out after the backup is given to something else: signed links and lines of the log name things by keys.
KEYS_LEFT_OUT = 1_000_000


@dataclass(frozen=True)
class Opened:
    """A backup whose files are what its manifest says. ``write_database`` writes the database in the clear to a file or pipe."""

    manifest: Manifest
    contents: Contents
    write_database: Callable


def open_backup(folder: Path, *, identity: Path | None = None, other_key: bool = False) -> Opened:
    """Look at a backup without touching any database. Raises ``RestoreRefused``."""
    manifest = read_manifest(folder, other_key=other_key)
    for name, entry in manifest.files.items():
        try:
            found = entry_of(folder / name)
        except OSError:
            raise RestoreRefused(f"The backup is not whole: {name} cannot be read. Take another backup.") from None
        if found != entry:
            raise RestoreRefused(f"The backup is damaged: {name} is not what was written. Take another backup.")
    path = folder / manifest.database_file
    if not manifest.encrypted:
        return Opened(manifest, manifest.contents, lambda writer: _copy(path, writer))
    keys, contents = identities(identity), io.BytesIO()
    try:
        decrypt(folder / f"{CONTENTS}.age", contents, keys)
    except OSError:
        raise RestoreRefused("The backup is damaged: it cannot be decrypted. Take another backup.") from None
    return Opened(manifest, read_contents(contents.getvalue()), lambda writer: decrypt(path, writer, keys))


def _copy(path, writer):
    with path.open("rb") as file:
        shutil.copyfileobj(file, writer, PIECE)


def check_code(opened: Opened):
    """Raises ``RestoreRefused`` where the backup is of another engine than DATABASE_URL, or of a later release than this one."""
    engine = connections["default"].vendor
    if opened.manifest.engine != engine:
        raise RestoreRefused(
            f"This backup is of {opened.manifest.engine}, and DATABASE_URL names {engine}. A backup goes back to its own engine."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = sorted(set(opened.contents.migrations) - known)
    if unknown:
        raise RestoreRefused(
            f"This backup was made by a later release{f' ({opened.contents.release})' if opened.contents.release else ''}: "
            f"{len(unknown)} migrations are not known here, such as {unknown[0]}. Install that release first."
        )


def check_database(opened: Opened, folder: Path):
    """Read all of the database in the backup, without putting it anywhere that lasts. Raises ``RestoreRefused``."""
    engine = ENGINES[opened.manifest.engine]
    if opened.manifest.engine == "postgresql":
        engine.check_stream(opened.write_database)
        return
    with _in_the_clear(opened, folder) as path:
        compare(opened.contents, engine.check_file(path))


@contextmanager
def _in_the_clear(opened, folder):
    if not opened.manifest.encrypted:
        yield folder / opened.manifest.database_file
        return
    with tempfile.TemporaryDirectory(prefix=".checked-", dir=folder) as place:
        path = Path(place) / "database"
        with path.open("wb") as file:
            opened.write_database(file)
        yield path


def compare(expected: Contents, found: Contents):
    """Raises ``RestoreRefused`` where what was restored is not what was backed up."""
    wrong = sorted(
        name
        for name in expected.tables.keys() | found.tables.keys()
        if expected.tables.get(name) != found.tables.get(name)
    )
    if wrong:
        raise RestoreRefused(
            f"What was restored is not what was backed up: {len(wrong)} tables differ, such as {wrong[0]}. Take another backup."
        )
    low = sorted(name for name, value in expected.sequences.items() if found.sequences.get(name, -1) < value)
    lost = sorted(set(expected.triggers) ^ set(found.triggers))
    if low or lost or expected.migrations != found.migrations:
        raise RestoreRefused(
            f"What was restored is not what was backed up: {len(low)} sequences and {len(lost)} triggers differ. Take another."
        )


def restore(opened: Opened, *, erase_again: Callable[[], str], say: Callable[[str], None]):
    """Fill the empty database, compare it with what was backed up, and quiet it. Raises ``RestoreRefused``, which leaves it empty,
    and ``BackupFailed`` where only a pooler's address is known.

    ``erase_again`` erases once more who was erased since, and says how it went. ``say`` is told of each step as it is done.
    """
    loading = ENGINES[opened.manifest.engine].Loading(straight_to_the_database())
    loading.refuse_unless_empty()
    try:
        loading.fill(opened.write_database)
        with standing_in(loading.wrapper):
            with transaction.atomic():
                loading.lock()
                compare(opened.contents, loading.read_contents())
                say(f"The same as was backed up: {len(opened.contents.tables)} tables, {opened.contents.rows} rows.")
                quieted = quiet()
            _migrate(loading.wrapper, say)
            with transaction.atomic():
                say(erase_again())
                for what, count in quiet().items():
                    quieted[what] = quieted.get(what, 0) + count
                loading.jump(KEYS_LEFT_OUT)
            loading.finish()
    except BaseException as error:
        loading.undo()
        if isinstance(error, BackupFailed | Error | OSError):
            reason = str(error) if isinstance(error, BackupFailed) else _reason(error)
            raise RestoreRefused(reason) from None
        raise
    say("Everybody is signed out.")
    for what, count in quieted.items():
        if count:
            say(f"{count} {what}.")


def _reason(error):
    if isinstance(error, OSError) and error.strerror:
        return f"Restoring failed: {error.strerror}. Nothing was restored."
    return f"Restoring failed ({type(error).__name__}). Nothing was restored."


def _migrate(wrapper, say):
    """A backup of an earlier release is brought up to this one."""
    executor = MigrationExecutor(wrapper)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        call_command("migrate", interactive=False, verbosity=0)
        say(f"The backup was of an earlier release: {len(pending)} migrations were applied.")


@contextmanager
def standing_in(wrapper):
    """Whatever asks for the default database gets this one."""
    standing = connections["default"]
    connections["default"] = wrapper
    try:
        yield
    finally:
        connections["default"] = standing
