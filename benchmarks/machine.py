"""What a figure was seen on: the machine's size, how busy it was, and the commit."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def described() -> str:
    """The machine's size: cores and memory."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB"


def load_average() -> float:
    """How many processes wanted a core, on average of the last minute."""
    return os.getloadavg()[0]


def commit() -> str:
    """The commit that is checked out, with "+" where files differ from it; "" where git does not know."""
    try:
        found = _git("rev-parse", "--short=10", "HEAD")
        return found + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
