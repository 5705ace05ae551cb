"""What docs/operations.md tells people to do is there to be done."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands

from deploy.trial.guide import HOWS, blocks, commands
from tests.deploy.test_units import example_settings, parse_command

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/operations.md").read_text()
PAGES = {name: (ROOT / "docs" / name).read_text() for name in ("operations.md", "administration.md")}


def fenced_commands():
    """Each portal-manage or manage.py command of a fenced block, as words without the settings before them."""
    for block in blocks(PAGE):
        for line in commands(re.sub(r'"\$\([^)]*\)"', "FOLDER", block.text).replace("\n", " \n")):
            if found := re.search(r"(?:^\S*portal-manage|manage\.py) (?P<rest>.+)", line):
                # Several lines of Python in quotes begin on one.
                rest = found["rest"] if found["rest"].count('"') % 2 == 0 else found["rest"] + '"'
                yield [word for word in shlex.split(rest) if not re.match(r"[A-Z_]+=", word)]


def test_the_guide_is_tried_in_every_way_there_is():
    assert {block.how for block in blocks(PAGE)} == {*HOWS, ""}


def test_every_command_of_a_fenced_block_is_there():
    tried = {parse_command(words) for words in fenced_commands()}
    assert {"migrate", "load_standards", "collectstatic", "createsuperuser", "check", "restore"} <= tried


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_command_that_is_named_is_there(name):
    named = set(re.findall(r"(?:manage\.py|portal-manage) ([a-z_]+)", PAGES[name]))
    assert named - set(get_commands()) == set()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_file_and_page_that_is_named_is_there(name):
    named = set(re.findall(r"`((?:deploy|script)/[\w./-]+)`", PAGES[name]))
    linked = {link.partition("#")[0] for link in re.findall(r"\]\(([^)#][^)]*)\)", PAGES[name])}
    missing = [each for each in named if not (ROOT / each.split()[0]).exists()]
    missing += [each for each in linked if not (ROOT / "docs" / each).exists()]
    assert missing == []


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_place_on_a_page_that_is_linked_is_there(name):
    headings = re.findall(r"^#+ (.+)$", PAGES[name], re.MULTILINE)
    places = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGES[name])) - places == set()


def test_the_table_of_settings_names_settings_only():
    table = PAGE[PAGE.index("\n## Settings") : PAGE.index("\n## More to know")]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {each for row in rows for each in re.findall(r"`([A-Z_]+)`", row)}
    assert named - example_settings() == set()


def test_blocks_are_found_with_how_they_are_tried():
    page = "a\n\n```\none\n```\n\n<!-- try -->\n```\ntwo \\\n    three\n# said\n```\n<!-- try: online -->\n```sh\nfour\n```\n"
    found = blocks(page)
    assert [(block.line, block.how, commands(block.text)) for block in found] == [
        (4, "", ["one"]),
        (9, "offline", ["two      three"]),
        (15, "online", ["four"]),
    ]


@pytest.mark.parametrize("page", ["<!-- try -->\n\n```\none\n```\n", "<!-- try: somehow -->\n```\none\n```\n"])
def test_a_comment_that_would_try_nothing_is_an_error(page):
    with pytest.raises(ValueError, match=r"leads to no block|Nobody knows"):
        blocks(page)
