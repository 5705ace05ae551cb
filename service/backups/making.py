"""Making one backup: written under a temporary name, brought to the disk, and renamed when it is whole."""

import errno
import fcntl
import io
import os
import shutil
import tempfile
import time
import tomllib
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connections

from . import BackupFailed, postgresql, sqlite
from .files import recipients, sync_folder, write_file
from .manifest import CONTENTS, NAME, Manifest, write_contents, write_manifest

ENGINES = {"sqlite": sqlite, "postgresql": postgresql}
NAMED = "%Y%m%dT%H%M%SZ"
UNFINISHED = ".unfinished-"


def straight_to_the_database():
    """A connection of its own, which does not go through a pooler: not opened yet. Raises ``BackupFailed``."""
    straight = settings.PORTAL_BACKUPS.database
    if straight is None and settings.DATABASES["default"].get("DISABLE_SERVER_SIDE_CURSORS"):
        raise BackupFailed(
            "DATABASE_URL is a pgbouncer (DATABASE_POOLER=transaction), which cannot hold what a backup needs. Set "
            "PORTAL_BACKUP_DATABASE_URL to the address of PostgreSQL itself."
        )
    standing = connections["default"]
    return type(standing)(standing.settings_dict | (straight or {}), "default")


def make_backup(*, folder: Path, keys=()) -> tuple[Path, Manifest]:
    """Back up the database into a new folder within ``folder``, named by the time in UTC; encrypted to ``keys``, if there are any.

    Returns where it is and its manifest, with its ``contents`` also where they are encrypted. Raises ``BackupFailed``, and leaves
    nothing then.
    """
    recipients(keys)
    wrapper = straight_to_the_database()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone_in(folder):
            half = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
            try:
                manifest = _write(wrapper, half, keys)
                place = _free_name(folder)
                half.rename(place)
                sync_folder(folder)
            except BaseException:
                shutil.rmtree(half, ignore_errors=True)
                raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BackupFailed("The disk is full. Make room, or name another folder with --to.") from None
        raise BackupFailed(f"The folder for backups cannot be written to: {error.strerror or error}.") from None
    return place, manifest


def _write(wrapper, half, keys):
    engine = ENGINES[wrapper.vendor]
    taken_at = datetime.now(UTC)
    name, entry, contents = engine.back_up(wrapper, half, keys)
    contents = replace(contents, release=release())
    manifest = Manifest(
        taken_at=taken_at.isoformat(timespec="seconds"),
        engine=wrapper.vendor,
        encrypted=bool(keys),
        files={name: entry},
        contents=None if keys else contents,
    )
    if keys:
        inner = f"{CONTENTS}.age"
        manifest.files[inner] = write_file(io.BytesIO(write_contents(contents)), half / inner, keys)
    write_file(io.BytesIO(write_manifest(manifest)), half / NAME, ())
    sync_folder(half)
    return replace(manifest, contents=contents)


@contextmanager
def _alone_in(folder):
    """No other process makes a backup here meanwhile; so what is unfinished was left by one that was killed, and goes."""
    with os.fdopen(os.open(folder / ".lock", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed("Another backup is being written to this folder. Wait for it.") from None
        for left in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left)
        yield


def _free_name(folder):
    while (place := folder / datetime.now(UTC).strftime(NAMED)).exists():
        time.sleep(0.05)
    return place


def release() -> str:
    """The portal's own number; empty where its project file is not there."""
    try:
        return tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    except (OSError, KeyError, ValueError):
        return ""
