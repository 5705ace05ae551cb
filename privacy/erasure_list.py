"""Who was erased, kept apart from the database: keys and times, and nothing else.

A backup that is restored brings back whoever was erased after it was made. This list, which lies beside the backups, says whom to
erase again (docs/decisions/backups.md).
"""

import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from .models import Erasure

FORMAT = 1


class BadList(Exception):
    """The file is no list of erasures, or cannot be read; nothing was changed."""


def read_list(path: Path) -> dict[int, str]:
    """The key of each person in the list, and when they were erased. Raises ``BadList``."""
    try:
        told = json.loads(path.read_text("utf-8"))
        found = {int(key): datetime.fromisoformat(at).isoformat() for key, at in told["erased"].items()}
    except OSError as error:
        raise BadList(f"The list of erasures cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadList(
            "The list of erasures is damaged. Look for a copy of it: it lies beside each set of backups."
        ) from None
    if told.get("format") != FORMAT:
        raise BadList("The list of erasures has a format that is not known here.")
    return found


def add_to_list(path: Path) -> tuple[int, int]:
    """Write into the list whoever is erased and not in it; returns how many those were, and how many are in it now.

    What was in it stays, also where the database does not know of it any more. Raises ``BadList`` and ``OSError``.
    """
    before = read_list(path) if path.exists() else {}
    done = Erasure.objects.filter(done_at__isnull=False).order_by("done_at").values_list("person", "done_at")
    found = {key: at.astimezone(UTC).isoformat(timespec="seconds") for key, at in done} | before
    text = json.dumps({"format": FORMAT, "erased": found}, indent=1) + "\n"
    descriptor, name = tempfile.mkstemp(prefix=".erasures-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return len(found) - len(before), len(found)
