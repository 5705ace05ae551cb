"""The last release, as CHANGELOG.md names it, and its code."""

import re
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from tests.servers import ROOT

_HEADING = re.compile(r"^## (\d+\.\d+\.\d+), .+ \(([0-9a-f]{12,40})\)$", re.MULTILINE)


def last_release(changes: str) -> tuple[str, str] | None:
    """Number and commit of the newest release that a text like CHANGELOG.md names; None while there is none."""
    found = _HEADING.search(changes)
    return (found[1], found[2]) if found else None


def migrations_at(commit: str) -> set[str]:
    """The migrations that the code of a commit has, as "app.0001_initial". Raises ``LookupError`` for a commit not at hand."""
    listed = _git("ls-tree", "-r", "--name-only", commit).decode()
    return {f"{app}.{name}" for app, name in re.findall(r"^(\w+)/migrations/(\d{4}_\w+)\.py$", listed, re.MULTILINE)}


def unpack(commit: str, folder: Path) -> Path:
    """Write the code of a commit into a new folder; returns it. Raises ``LookupError`` for a commit not at hand."""
    folder.mkdir()
    with tarfile.open(fileobj=BytesIO(_git("archive", "--format=tar", commit))) as archive:
        archive.extractall(folder, filter="data")
    return folder


def _git(*arguments):
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True)
    if done.returncode:
        raise LookupError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout
