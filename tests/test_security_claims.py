"""What the documents on security claim is there: every test, file, setting, route and decision that they name.

A claim that nothing bears out is worse than none, so a name that leads nowhere fails, and so does a requirement of OWASP ASVS 5.0
(levels 1 and 2) that is left out or stands in two places.
"""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.routes import routes

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("docs/security.md", "docs/asvs.md", "docs/duties.md", "docs/dpia.md")
# How many requirements each section of ASVS 5.0 has at the levels 1 and 2, by their last numbers.
ASVS = {
    "1.1": "1-2",
    "1.2": "1-9",
    "1.3": "1-11",
    "1.4": "1-3",
    "1.5": "1-2",
    "2.1": "1-3",
    "2.2": "1-3",
    "2.3": "1-4",
    "2.4": "1",
    "3.2": "1-2",
    "3.3": "1-4",
    "3.4": "1-6",
    "3.5": "1-5",
    "3.7": "1-2",
    "4.1": "1-3",
    "4.2": "1",
    "4.3": "1-2",
    "4.4": "1-4",
    "5.1": "1",
    "5.2": "1-3",
    "5.3": "1-2",
    "5.4": "1-3",
    "6.1": "1-3",
    "6.2": "1-12",
    "6.3": "1-4",
    "6.4": "1-4",
    "6.5": "1-5",
    "6.6": "1-3",
    "6.8": "1-4",
    "7.1": "1-3",
    "7.2": "1-4",
    "7.3": "1-2",
    "7.4": "1-5",
    "7.5": "1-2",
    "7.6": "1-2",
    "8.1": "1-2",
    "8.2": "1-3",
    "8.3": "1",
    "8.4": "1",
    "9.1": "1-3",
    "9.2": "1-4",
    "10.1": "1-2",
    "10.2": "1-2",
    "10.3": "1-4",
    "10.4": "1-11",
    "10.5": "1-5",
    "10.6": "1-2",
    "10.7": "1-3",
    "11.1": "1-2",
    "11.2": "1-3",
    "11.3": "1-3",
    "11.4": "1-4",
    "11.5": "1",
    "11.6": "1",
    "12.1": "1-3",
    "12.2": "1-2",
    "12.3": "1-4",
    "13.1": "1",
    "13.2": "1-5",
    "13.3": "1-2",
    "13.4": "1-5",
    "14.1": "1-2",
    "14.2": "1-4",
    "14.3": "1-3",
    "15.1": "1-3",
    "15.2": "1-3",
    "15.3": "1-7",
    "16.1": "1",
    "16.2": "1-5",
    "16.3": "1-4",
    "16.4": "1-3",
    "16.5": "1-3",
    "17.1": "1",
    "17.2": "1-4",
    "17.3": "1-2",
}
REQUIREMENTS = {
    f"{section}.{number}"
    for section, numbers in ASVS.items()
    for number in range(1, int(numbers.rpartition("-")[2]) + 1)
}
_SETTING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_PATH = re.compile(r"[\w.\-]+(/[\w.\-*]*)+|[\w\-]+\.(py|md|toml|txt|html|js|css|conf)")


@cache
def functions_of(path):
    """The names of the tests in a file."""
    tree = ast.parse(path.read_text())
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")}


@cache
def settings_named():
    """Every name that the settings, the readers of the environment and .env.example know."""
    sources = [*(ROOT / "standards_portal").glob("*.py"), ROOT / ".env.example", ROOT / "people" / "single_sign_on.py"]
    return {found[0] for source in sources for found in _SETTING.finditer(source.read_text())}


def is_there(name):
    """Whether ``name``, as it stands between two backquotes, is of something that exists; other words pass."""
    if "::" in name:
        file, _, test = name.partition("::")
        path = next((each for each in (ROOT / "tests" / file, ROOT / file) if each.is_file()), None)
        return path is not None and test in functions_of(path)
    if name.startswith("manage.py "):
        return any(ROOT.glob(f"*/management/commands/{name.split()[1]}.py")) or name.split()[1] in DJANGOS
    if _PATH.fullmatch(name):
        pattern = name.rstrip("/")
        return any(any(folder.glob(pattern)) for folder in (ROOT, ROOT / "tests", ROOT / "docs"))
    if _SETTING.fullmatch(name.partition("=")[0]):
        return name.partition("=")[0] in settings_named()
    if re.fullmatch(r"[a-z]+(-[a-z]+)+", name):
        return name in {each.name for each in routes()} | WORDS
    return True


# Commands of Django and of the libraries, and words with a hyphen that are no routes.
DJANGOS = {"check", "clearsessions", "migrate", "createsuperuser"}
WORDS = {"no-store", "unsafe-inline"}


def names_in(text):
    """What stands between backquotes, and where links lead within the project."""
    links = {each.partition("#")[0] for each in re.findall(r"\]\(([^)]+)\)", text) if "://" not in each}
    return {*re.findall(r"`([^`\n]+)`", text), *links} - {""}


def missing_in(text):
    return sorted(each for each in names_in(text) if not is_there(each))


def requirements_in(text):
    """How often each requirement stands in the first column of a table."""
    rows = re.findall(r"^\| ([\d., ]+) \|", text, re.MULTILINE)
    return Counter(number for row in rows for number in re.findall(r"\d+\.\d+\.\d+", row))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_all_that_is_named_is_there(document):
    assert missing_in((ROOT / document).read_text()) == []


def test_every_requirement_stands_once():
    assert len(REQUIREMENTS) == 253
    assert requirements_in((ROOT / "docs" / "asvs.md").read_text()) == Counter(dict.fromkeys(REQUIREMENTS, 1))


@pytest.mark.parametrize(
    "planted",
    [
        "test_access.py::test_that_nobody_wrote",
        "test_nowhere.py::test_every_route_has_a_row_and_every_row_a_route",
        "people/nowhere.py",
        "docs/nowhere.md",
        "PORTAL_NOBODY_READS",
        "rating-nowhere",
        "manage.py do_nothing",
    ],
)
def test_a_name_of_nothing_is_found(planted):
    assert missing_in(f"| 1.1.1 | kept | `service/middleware.py` | `{planted}` |") == [planted]


def test_a_requirement_left_out_or_twice_is_found():
    found = requirements_in("| 1.1.1 | 2 |\n| 1.1.1, 17.3.2 | 2 |\n")
    assert found != Counter(dict.fromkeys(REQUIREMENTS, 1))
    assert found == Counter({"1.1.1": 2, "17.3.2": 1})
