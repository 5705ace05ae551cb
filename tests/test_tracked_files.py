"""What git tracks works on any machine: no registry's host, no folder of one machine, and lock files that agree."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

# Written so that they do not match themselves.
REGISTRY_HOST = re.compile(
    r"[p]ypi\.org|[p]ythonhosted\.|[r]egistry\.npmjs|[d]eb\.debian\.org|[p]kg\.dev|[a]rtifact-?[r]egistry"
)
MACHINE_FOLDER = re.compile(r"(?<![\w.~/-])/([w]ork|[r]oot|[h]ome/[a-z]+|[U]sers/[A-Za-z]+)/")


def faults(text):
    """What in ``text`` is true of one machine or one network only, as (line number, words) pairs."""
    return [
        (number, match.group())
        for number, line in enumerate(text.splitlines(), start=1)
        for match in (*REGISTRY_HOST.finditer(line), *MACHINE_FOLDER.finditer(line))
    ]


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def locked(name):
    """The packages and exact releases of a lock file, as a dictionary of requirements."""
    lines = re.findall(r"^([A-Za-z0-9][^\\\n]*?) *\\?$", (ROOT / name).read_text(), re.MULTILINE)
    return {canonicalize_name(found.name): found for found in map(Requirement, lines)}


def test_no_tracked_file_names_a_registry_or_a_folder_of_one_machine():
    found = {}
    for path in tracked_files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:  # a font or a picture
            continue
        if wrong := faults(text):
            found[str(path.relative_to(ROOT))] = wrong[:5]
    assert found == {}


@pytest.mark.parametrize(
    "planted",
    [
        '"resolved": "https://' + "registry" + ".npm" + 'js.org/axe-core.tgz"',
        "--index-url https://" + "pypi" + ".org/simple",
        "deb http://" + "deb" + ".debian" + ".org/debian bookworm main",
        "open('/" + "root/.netrc')",
        "see /" + "work/main/README",
        '"/' + 'home/ann/portal"',
    ],
)
def test_a_planted_address_is_found(planted):
    assert faults(f"harmless\n{planted}\n") != []


@pytest.mark.parametrize(
    "harmless", ["/assessments/new/", "https://example.org/work/home", "~/root/", "the pypi package"]
)
def test_an_ordinary_line_is_left_alone(harmless):
    assert faults(harmless) == []


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-extras.txt", "requirements-dev.txt", "requirements-load.txt"]
)
def test_every_locked_package_has_an_exact_release_and_a_hash(name):
    entries = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    assert [entry for entry in entries if not re.match(r"\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)] == []


def test_the_lock_files_satisfy_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run, dev = locked("requirements.txt"), locked("requirements-dev.txt")

    extras = [each for extra in project["project"]["optional-dependencies"].values() for each in extra]
    for wanted, lock in (
        (project["project"]["dependencies"], run),
        (extras, locked("requirements-extras.txt")),
        (project["dependency-groups"]["dev"], dev),
        (project["dependency-groups"]["load"], locked("requirements-load.txt")),
    ):
        for requirement in map(Requirement, wanted):
            (pin,) = lock[canonicalize_name(requirement.name)].specifier
            assert requirement.specifier.contains(pin.version, prereleases=True), requirement
    for used in (run, locked("requirements-extras.txt")):
        assert {name: str(pin.specifier) for name, pin in used.items()} == {
            name: str(dev[name].specifier) for name in used
        }, "lock again: tests would run on other releases than people do"


def test_psycopg_3_is_not_locked_because_django_would_prefer_it():
    assert "psycopg" not in locked("requirements-dev.txt")
