"""The Dockerfile: nobody's secrets in it, nothing from elsewhere, and an account that may do nothing but serve."""

import re
from pathlib import Path

import pytest

from deploy.trial.dockerfile import assignments, ignored, stages, words
from deploy.trial.image import matches
from tests.deploy.test_units import example_settings

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "deploy/Dockerfile").read_text()
STAGES = stages(TEXT)
IGNORED = ignored((ROOT / ".dockerignore").read_text())


def test_it_runs_as_an_account_of_its_own_and_writes_to_volumes_only():
    last = STAGES[-1]
    assert last.last("USER") == "10001:10001"
    assert words(last.last("VOLUME")) == ["/tmp", "/var/lib/portal"]
    assert last.steps[-1][0] == "CMD"
    assert [each for each, _ in last.steps].index("USER") > max(
        number for number, (each, _) in enumerate(last.steps) if each in ("RUN", "COPY")
    )


def test_nothing_comes_from_elsewhere_but_debian_and_locked_packages():
    assert "http" not in TEXT.replace("http://127.0.0.1:8000/healthz", "")
    installs = [argument for stage in STAGES for each, argument in stage.steps if "pip install" in argument]
    assert len(installs) == 1
    assert "--require-hashes --no-deps --only-binary :all:" in installs[0]
    assert re.findall(r"^ARG DEBIAN=(\S+)", TEXT, re.MULTILINE) == ["debian:12-slim"]


def test_it_sets_settings_only_and_none_that_is_secret():
    (line,) = [argument for each, argument in STAGES[-1].steps if each == "ENV"]
    ours = set(assignments(line)) - {"PATH", "HOME", "PYTHONDONTWRITEBYTECODE"}
    assert ours == {"PORTAL_BIND"}
    assert ours <= example_settings()


def test_what_is_copied_is_there_and_nothing_private_is():
    for argument in [argument for stage in STAGES for each, argument in stage.steps if each == "COPY"]:
        if not argument.startswith("--from"):
            assert all((ROOT / each).exists() for each in argument.split()[:-1])
    private = [".env", ".env.production", ".git", "var", ".venv", "tests", "people/__pycache__"]
    assert [each for each in private if not any(matches(each, pattern) for pattern in IGNORED)] == []
    public = ["manage.py", "people", "templates", "static", "fixtures", "gunicorn.conf.py", "requirements.txt"]
    assert [each for each in public if any(matches(each, pattern) for pattern in IGNORED)] == []


def test_the_image_and_the_guide_install_the_same_libraries():
    guide = (ROOT / "docs/operations.md").read_text()
    libraries = {"libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"}
    assert {name for name in libraries if name in TEXT and name in guide} == libraries


def test_it_is_asked_whether_it_is_alive_with_what_is_in_it():
    command = words(STAGES[-1].last("HEALTHCHECK"))
    assert command[:2] == ["python", "-c"]
    compile(command[2], "HEALTHCHECK", "exec")


@pytest.mark.parametrize("line", ["ADD http://example.org/x /x", "SHELL bash"])
def test_an_instruction_that_is_not_tried_is_an_error(line):
    with pytest.raises(ValueError, match="is not known here"):
        stages(f"FROM debian\n{line}\n")
