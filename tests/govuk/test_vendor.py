"""The vendored releases are what their list says, and light enough."""

import gzip
import hashlib
import re
from pathlib import Path

from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
VENDOR = STATIC / "vendor"
LARGEST_START = 30 * 1024


def listed_files(readme: str) -> dict[str, str]:
    """The files and SHA-256 sums that the README's second table lists."""
    return dict(re.findall(r"^\| (\S+/\S+) \| `([0-9a-f]{64})` \|$", readme, re.MULTILINE))


def faults(listed: dict[str, str], folder: Path) -> list[str]:
    """The files that are missing, unlisted or changed."""
    present = {str(path.relative_to(folder)): path for path in folder.glob("*/**/*") if path.is_file()}
    wrong = sorted(set(listed) ^ set(present))
    for name in sorted(set(listed) & set(present)):
        if hashlib.sha256(present[name].read_bytes()).hexdigest() != listed[name]:
            wrong.append(name)
    return wrong


def test_every_vendored_file_has_the_sum_that_the_list_gives():
    listed = listed_files((VENDOR / "README.md").read_text())
    assert len(listed) >= 6
    assert faults(listed, VENDOR) == []


def test_the_check_finds_a_changed_a_missing_and_an_unlisted_file(tmp_path):
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "changed.css").write_text("a")
    (tmp_path / "release" / "unlisted.css").write_text("b")
    listed = {"release/changed.css": "0" * 64, "release/missing.css": "0" * 64}
    assert faults(listed, tmp_path) == ["release/missing.css", "release/unlisted.css", "release/changed.css"]


def test_styles_and_scripts_of_every_page_leave_room_for_the_pages_own():
    names = ["vendor/govuk-frontend/govuk-frontend.css", "vendor/govuk-frontend/govuk-frontend.js"]
    sizes = {
        name: len(gzip.compress((STATIC / name).read_bytes(), 9))
        for name in [*names, "frame.css", "portal.css", "portal.js"]
    }
    assert sum(sizes.values()) <= LARGEST_START, sizes


def test_nothing_comes_from_another_host_and_no_font_of_government_is_named():
    for path in [*STATIC.glob("**/*.css"), *STATIC.glob("**/*.js")]:
        text = path.read_text()
        assert "GDS Transport" not in text, path.name
        assert not re.search(r"url\([\"']?(?:https?:)?//", text), path.name
        assert "govuk-crest" not in text, path.name
