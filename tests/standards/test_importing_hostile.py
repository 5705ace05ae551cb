"""Files that were made to do harm, or are simply wrong, are refused with the reason and the place, soon, and at no great cost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standards.importing import Refused, read_upload
from tests.conftest import HEAVY
from tests.standards.import_files import HEAD, HOSTILE, raw_workbook, sheet_of

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 1
MOST_MEGABYTES = 100
# Reads each file in a process of its own, and prints how long that took, how much more memory than before it took at its height,
# and why the file was refused. The kernel's own mark of the height is set back first.
MEASURE = """
import json, os, sys, time
import django
django.setup()
from standards.importing import Refused, read_upload
def status(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name))
for path, name in json.loads(sys.stdin.read()):
    sys.stdout.flush()
    if os.fork():
        os.wait()
        continue
    content, said = open(path, "rb").read(), ""
    open("/proc/self/clear_refs", "w").write("5")
    before, began = status("VmRSS:"), time.perf_counter()
    try:
        read_upload(content, name, sheet="Sources")
    except Refused as refused:
        said = str(refused.problems[0])
    seconds = time.perf_counter() - began
    print(json.dumps([seconds, (status("VmHWM:") - before) / 1024, said]), flush=True)
    os._exit(0)
"""


@pytest.mark.parametrize("what", HOSTILE)
def test_it_is_refused_with_the_reason(what):
    name, make, reason = HOSTILE[what]
    with pytest.raises(Refused) as refused:
        read_upload(make(), name, sheet="Sources")
    assert str(refused.value.problems[0])[: len(reason)] == reason


def test_what_is_refused_is_read_without_what_makes_it_hostile():
    upload = read_upload(raw_workbook(sheet_of('<row r="2"><c r="A2"><v>12</v></c></row>')), "a.xlsx")
    assert [(sheet.name, [(row.number, dict(row.cells)) for row in sheet.rows]) for sheet in upload.sheets] == [
        ("Sources", [(2, {"Title": "12"})])
    ]


def test_every_fault_of_a_file_is_told_at_once_up_to_fifty():
    rows = [f'<row r="{n}"><c r="A{n}"><f>1</f></c></row>' for n in range(2, 100)]
    with pytest.raises(Refused) as refused:
        read_upload(raw_workbook(sheet_of(*rows)), "a.xlsx")
    assert [problem.row for problem in refused.value.problems] == list(range(2, 52))


@pytest.mark.heavy
@pytest.mark.skipif(not HEAVY, reason="a process of its own for each file: script/test --heavy")
def test_what_refusing_costs(tmp_path):
    files = []
    for number, (name, make, _) in enumerate(HOSTILE.values()):
        path = tmp_path / str(number)
        path.write_bytes(make())
        files.append((str(path), name))
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        input=json.dumps(files),
        capture_output=True,
        env=environment,
        check=True,
        cwd=ROOT,
        text=True,
    )
    measured = dict(zip(HOSTILE, map(json.loads, done.stdout.splitlines()), strict=True))
    for what, (seconds, megabytes, said) in measured.items():
        print(f"{what}: {seconds:.3f} s, {megabytes:.1f} MB")  # noqa: T201 the figures of docs/verification.md
        assert said.startswith(HOSTILE[what][2])
    assert [what for what, (seconds, _, _) in measured.items() if seconds >= MOST_SECONDS] == []
    assert [what for what, (_, megabytes, _) in measured.items() if megabytes >= MOST_MEGABYTES] == []


# Whatever is sent, it is read or refused


def tried(content, name):
    try:
        read_upload(content, name, sheet="Sources")
    except Refused as refused:
        return len(refused.problems)
    return 0


PIECES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            HEAD,
            "<row>",
            "</row>",
            '<c t="s"><v>0</v></c>',
            '<c t="s"><v>٣</v></c>',
            '<c r="A1"/>',
            "<v>1e999</v>",
            "<sheetData>",
            "<is>",
        ]
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(st.binary(max_size=300), st.sampled_from(["a.xlsx", "a.csv", "a.json"]))
def test_random_bytes_are_read_or_refused(content, name):
    tried(content, name)
    tried(b"PK\x03\x04" + content, name)


@given(st.binary(max_size=60), st.integers(0, 2000))
def test_a_workbook_with_random_bytes_in_it_is_read_or_refused(spoilt, place):
    content = bytearray(raw_workbook(sheet_of()))
    content[place : place + len(spoilt)] = spoilt
    tried(bytes(content), "a.xlsx")


@given(st.lists(PIECES, max_size=12))
def test_a_sheet_of_random_pieces_is_read_or_refused(pieces):
    tried(
        raw_workbook("<worksheet>" + "".join(pieces).encode("utf-8", "replace").decode() + "</worksheet>", level=1),
        "a.xlsx",
    )


@given(
    st.dictionaries(st.sampled_from(["CFDocument", "CFItems", "CFAssociations", "CFDefinitions", "CFRubrics"]), JSON)
)
def test_random_packages_are_read_or_refused(package):
    tried(
        json.dumps(
            {"CFDocument": {"title": "A"}, "CFItems": [{"identifier": "1", "fullStatement": "b"}]} | package
        ).encode(),
        "a.json",
    )
