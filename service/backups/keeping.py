"""Letting old backups go, and never the last whole one."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from . import BackupFailed, RestoreRefused
from .making import NAMED, UNFINISHED
from .manifest import read_manifest


def read_keep(text: str) -> int | timedelta:
    """How many backups are kept ("14"), or for how long ("30 days"). Raises ``BackupFailed``."""
    found = re.fullmatch(r"([1-9][0-9]{0,3})( days?)?", text.strip())
    if found is None:
        raise BackupFailed('What --keep names is neither a number of backups, such as 14, nor days, such as "30 days".')
    return timedelta(days=int(found[1])) if found[2] else int(found[1])


def let_go(*, folder: Path, newest: Path, keep: int | timedelta) -> tuple[int, int]:
    """Delete whole backups in ``folder`` beyond what is to be kept; ``newest``, which was just made, always stays.

    Returns how many were deleted, and how many folders look like backups and are not whole: those stay and do not count.
    """
    whole, broken = [], 0
    for path in sorted(folder.iterdir(), reverse=True):
        if path.is_dir() and (taken_at := _time_of(path)):
            if _is_whole(path):
                whole.append((path, taken_at))
            else:
                broken += 1
    if isinstance(keep, timedelta):
        too_old = [path for path, taken_at in whole if taken_at < datetime.now(UTC) - keep]
    else:
        too_old = [path for path, _ in whole[keep:]]
    gone = 0
    for path in too_old:
        if path != newest:
            # Away at once: what is half deleted must not look like a backup.
            away = path.rename(folder / f"{UNFINISHED}{path.name}")
            shutil.rmtree(away)
            gone += 1
    return gone, broken


def _time_of(path):
    try:
        return datetime.strptime(path.name, NAMED).replace(tzinfo=UTC)
    except ValueError:
        return None


def _is_whole(path):
    """Whether its files are there in their sizes. Reading all of each would take as long as the backups did."""
    try:
        files = read_manifest(path, other_key=True).files
        return all((path / name).stat().st_size == entry["bytes"] for name, entry in files.items())
    except (OSError, RestoreRefused):
        return False
