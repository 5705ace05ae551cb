"""The units in deploy/ start what there is, with settings that there are, behind the same walls."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, get_commands, load_command_class

from deploy.trial.systemctl import DONE, NOT_DONE, read_environment, read_unit
from standards_portal.serving import read_serving

ROOT = Path(__file__).resolve().parents[2]
UNITS = {path.name: read_unit(path.read_text()) for path in (ROOT / "deploy").glob("portal*.*")}
SERVICES = {name: unit for name, unit in UNITS.items() if name.endswith(".service")}
WALLS = {
    "NoNewPrivileges": ["yes"],
    "CapabilityBoundingSet": [],
    "ProtectSystem": ["strict"],
    "ProtectHome": ["yes"],
    "PrivateTmp": ["yes"],
    "PrivateDevices": ["yes"],
    "MemoryDenyWriteExecute": ["yes"],
    "User": ["portal"],
    "WorkingDirectory": ["/srv/portal"],
    "EnvironmentFile": ["/etc/portal/portal.env"],
    "StateDirectory": ["portal"],
}


def example_settings():
    return set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def parse_command(words):
    """The name of a manage.py command; fails where there is none, or none with these options."""
    name, *arguments = words
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(arguments)
    return name


def test_all_that_runs_has_a_unit():
    assert set(UNITS) == {
        *("portal.service", "portal.socket", "portal-worker.service"),
        *("portal-daily.service", "portal-daily.timer", "portal-backup.service", "portal-backup.timer"),
    }


def test_every_unit_starts_a_command_that_there_is():
    started = {}
    for name, unit in SERVICES.items():
        (line,) = unit["ExecStart"]
        python, *words = line.split()
        assert python == "/srv/portal/.venv/bin/python"
        if words[0] == "manage.py":
            started[name] = parse_command(words[1:])
        else:
            assert words == ["-m", "gunicorn", "standards_portal.wsgi"]
    assert started == {
        "portal-worker.service": "run_worker",
        "portal-daily.service": "run_daily",
        "portal-backup.service": "backup",
    }


@pytest.mark.parametrize("words", [["run_workers"], ["run_worker", "--batches"]])
def test_a_command_that_there_is_not_is_found(words):
    with pytest.raises((KeyError, CommandError), match=r"run_workers|unrecognized arguments"):
        parse_command(words)


def test_no_unit_sets_what_is_no_setting():
    named = {line.partition("=")[0] for unit in UNITS.values() for line in unit.get("Environment", [])}
    assert named - example_settings() == set()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_stands_behind_the_same_walls(name):
    unit = SERVICES[name]
    assert {wall: unit.get(wall) for wall in WALLS} == WALLS
    assert unit["SystemCallFilter"][0] == "@system-service"


@pytest.mark.parametrize("name", sorted(UNITS))
def test_nothing_in_a_unit_is_left_untried_unawares(name):
    assert set(UNITS[name]) - DONE - NOT_DONE == set()


def test_gunicorn_has_time_to_end_before_systemd_ends_it():
    assert int(SERVICES["portal.service"]["TimeoutStopSec"][0]) > read_serving().stops_within


def test_backups_come_after_what_is_erased_once_a_day():
    times = [UNITS[f"portal-{what}.timer"]["OnCalendar"][0].split()[1] for what in ("daily", "backup")]
    assert times == sorted(times)


def test_the_shell_and_systemd_read_the_same_settings():
    script = "set -a; . ./.env.example; env -0"
    shell = subprocess.run(
        ["env", "-i", "sh", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    read = dict(line.split("=", 1) for line in shell.split("\0") if line)
    assert {name: read[name] for name in example_settings()} == read_environment((ROOT / ".env.example").read_text())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_finds_no_fault_in_any_unit():
    paths = sorted(map(str, (ROOT / "deploy").glob("portal*.*")))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True, timeout=30)
    # The software is where the guide puts it, which is not here.
    faults = [line for line in done.stderr.splitlines() if "/srv/portal/.venv/bin/python is not executable" not in line]
    assert faults == []


def test_a_unit_is_read_as_systemd_reads_it():
    text = "# a\n[Service]\nType=notify\nExecStart=/bin/a \\\n    --b\nSystemCallFilter=@x\nSystemCallFilter=~@y\nUser=a\nUser=\n"
    assert read_unit(text) == {
        "Type": ["notify"],
        "ExecStart": ["/bin/a      --b"],
        "SystemCallFilter": ["@x", "~@y"],
        "User": [],
    }
