"""The project's doors say what they do, refuse what they do not know, and clean up after themselves."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOORS = ["demo", "test", "check", "bench"]
HAS_POSTGRES = shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def run(*command, folder=ROOT):
    """The command's exit code, and what it printed on both streams."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", DOORS)
def test_a_door_says_what_it_does_from_any_folder(name, tmp_path):
    code, printed = run(ROOT / "script" / name, "--help", folder=tmp_path)
    assert code == 0
    assert printed.startswith(f"usage: script/{name}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["demo", "--port", "eighty"], "--port takes a number from 1 to 65535, not 'eighty'."),
        (["demo", "--port", "70000"], "--port takes a number from 1 to 65535, not '70000'."),
        (["demo", "--port"], "usage: script/demo"),
        (["demo", "--production"], "script/demo does not know --production."),
        (["check", "everything"], "usage: script/check"),
    ],
)
def test_a_door_refuses_what_it_does_not_know(arguments, message):
    code, printed = run(ROOT / "script" / arguments[0], *arguments[1:])
    assert code == 1
    assert message in printed


@pytest.mark.skipif(not HAS_POSTGRES, reason="PostgreSQL is not installed; script/test without arguments installs it")
@pytest.mark.parametrize("ending", ["exit 3", "kill -TERM $$"])
def test_the_database_server_goes_when_its_script_ends(ending):
    script = (
        f"source script/_setup.sh; source script/_postgres.sh; start_postgres fast; echo $POSTGRES_FOLDER; {ending}"
    )
    code, printed = run("bash", "-c", script)
    folder = Path(printed.splitlines()[0])
    assert code == {"exit 3": 3, "kill -TERM $$": 143}[ending]
    assert folder.name.startswith("portal-postgres.")
    assert not folder.exists()
