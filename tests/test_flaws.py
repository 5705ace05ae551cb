"""Flaws that let somebody see or change what is not theirs are found by the suite: planted one at a time in a copy of the code.

Here each flaw is seen to fit the code, and tests/test_access.py has two planted in place; script/test --heavy plants all.
"""

import os

import pytest

from tests.access.flaws import FLAWS
from tests.access.planting import ROOT, plant, try_flaws, try_without
from tests.conftest import HEAVY


def test_there_are_thirty_and_each_fits_the_code():
    assert len(FLAWS) >= 30
    assert len({flaw.what for flaw in FLAWS}) == len(FLAWS)
    times = {flaw.what: (ROOT / flaw.file).read_text("utf-8").count(flaw.text) for flaw in FLAWS}
    assert times == dict.fromkeys(times, 1)


def test_a_flaw_that_fits_nowhere_is_found(tmp_path):
    (tmp_path / FLAWS[0].file).parent.mkdir(parents=True)
    (tmp_path / FLAWS[0].file).write_text("nothing of the kind\n")
    with pytest.raises(ValueError, match="0 times"):
        plant(FLAWS[0], tmp_path)


@pytest.mark.heavy
@pytest.mark.skipif(not HEAVY, reason="the code is copied and the suite begun for each flaw: script/test --heavy")
def test_planted_flaws_are_caught():
    found = try_flaws(FLAWS, os.cpu_count() or 1)
    missed = [each.flaw.what for each in found if not each.is_caught]
    print(f"{len(FLAWS)} flaws planted, {len(FLAWS) - len(missed)} caught", *missed, sep="\n")  # noqa: T201
    assert missed == []


@pytest.mark.heavy
@pytest.mark.skipif(not HEAVY, reason="without flaws it is the suite itself")
def test_nothing_is_found_where_no_flaw_is_planted():
    found = try_without(FLAWS)
    assert found.is_sound, found.output
