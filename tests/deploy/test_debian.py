"""From an empty Debian to a portal behind nginx, by the guide's own commands; and the image's steps. See deploy/try-debian."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import HEAVY

ROOT = Path(__file__).resolve().parents[2]
DOOR = ROOT / "deploy/try-debian"


def test_the_door_says_what_it_does(tmp_path):
    done = subprocess.run([DOOR, "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    assert done.stdout.startswith("usage: deploy/try-debian")


@pytest.mark.heavy
@pytest.mark.skipif(not HEAVY, reason="takes ten minutes and fetches packages: HEAVY=1 (script/test --heavy) runs it")
@pytest.mark.skipif(os.getuid() != 0, reason="makes a Debian within this one, for which it has to be root")
@pytest.mark.skipif(not shutil.which("debootstrap"), reason="debootstrap is not installed: apt-get install debootstrap")
@pytest.mark.skipif(os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="the same beside any database")
def test_an_empty_debian_becomes_a_portal():
    done = subprocess.run([DOOR], capture_output=True, text=True, timeout=5400)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert done.stdout.splitlines()[-1].startswith("All held, in ")
