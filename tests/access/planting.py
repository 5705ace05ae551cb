"""Plants each flaw of ``tests.access.flaws`` in a copy of the code of its own, and runs the part of the suite that must find it.

    python -m tests.access.planting [WORD ...]      those whose sentence has one of the words; all without

A flaw is found when tests fail by an assertion. A copy that does not start, or in which nothing is tried, is an error of the
flaw, and the same tests must pass on a copy without any.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from .flaws import FLAWS, Flaw

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = (
    ".venv",
    "var",
    ".git",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    "browser",
    "node_modules",
)
NOT_HANDED_ON = ("PYTEST_", "DATABASE_URL", "HEAVY", "PORTAL_", "ACCESS_ROUTES", "DJANGO_SETTINGS_MODULE")
MOST_SECONDS = 900


class Found(NamedTuple):
    """What became of a run of the suite: ``is_caught`` where tests failed as they should; its output."""

    flaw: Flaw | None
    is_caught: bool
    is_sound: bool
    output: str


def copy_of_the_code(folder):
    """A copy of the source in ``folder``, without what is made of it."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    return folder


def plant(flaw, folder):
    """Put the flaw into a copy. Raises ``ValueError`` where its text does not stand there once."""
    path = folder / flaw.file
    source = path.read_text("utf-8")
    if source.count(flaw.text) != 1:
        raise ValueError(f"{flaw.what}: its text stands in {flaw.file} {source.count(flaw.text)} times")
    path.write_text(source.replace(flaw.text, flaw.replacement), "utf-8")


def run_checks(folder, module, tests, routes):
    """How the tests of a module end in a copy: pytest's exit code, and what it says."""
    handed_on = {name: value for name, value in os.environ.items() if not name.startswith(NOT_HANDED_ON)}
    command = [sys.executable, "-m", "pytest", module, "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(
        [*command, *(["-k", tests] if tests else [])],
        cwd=folder,
        env=handed_on | {"ACCESS_ROUTES": routes, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def try_flaw(flaw):
    """Whether the suite finds it in a copy."""
    with tempfile.TemporaryDirectory(prefix="portal-flaw-") as folder:
        copy = copy_of_the_code(Path(folder) / "code")
        plant(flaw, copy)
        code, output = run_checks(copy, flaw.module, flaw.tests, flaw.routes)
    failed = re.search(r"\d+ failed", output) and "AssertionError" in output and " error" not in output.splitlines()[-1]
    return Found(flaw, code == 1 and bool(failed), code in (0, 1), output)


def try_without(flaws):
    """Whether the tests that find these flaws pass on a copy without any."""
    with tempfile.TemporaryDirectory(prefix="portal-sound-") as folder:
        copy = copy_of_the_code(Path(folder) / "code")
        by_module = {}
        for flaw in flaws:
            of_it = by_module.setdefault(flaw.module, ([], []))
            of_it[0].extend(flaw.routes.split())
            of_it[1].append(f"({flaw.tests})" if flaw.tests else "")
        outputs = []
        for module, (routes, tests) in by_module.items():
            named = "" if "" in tests else " or ".join(dict.fromkeys(tests))
            code, output = run_checks(copy, module, named, " ".join(dict.fromkeys(routes)))
            outputs.append(output)
            if code:
                return Found(None, True, False, output)
    return Found(None, False, True, "\n".join(outputs))


def try_flaws(flaws, jobs):
    """What became of each, in their order."""
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(try_flaw, flaws))


def main(words):
    flaws = [flaw for flaw in FLAWS if not words or any(word in flaw.what for word in words)]
    jobs = int(os.environ.get("JOBS", os.cpu_count() or 1))
    caught = 0
    with ThreadPoolExecutor(jobs) as pool:
        for found in pool.map(try_flaw, flaws):
            caught += found.is_caught
            print("caught " if found.is_caught else "MISSED ", found.flaw.what, flush=True)  # noqa: T201
            if not found.is_caught:
                print(found.output[-3000:])  # noqa: T201
    print(f"{len(flaws)} flaws planted, {caught} caught")  # noqa: T201
    return caught != len(flaws)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
