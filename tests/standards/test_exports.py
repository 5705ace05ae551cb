"""Every file of a version holds its words, names what it is, and is the same bytes each time.

A PDF of the published version is made once. What needs another is tried on a small version, with script/test --heavy on the whole.
"""

import dataclasses
import re
from threading import Thread
from time import sleep

import pytest

from standards.actions import publish_unreviewed, touch_version
from standards.exports import EXPORTS
from standards.exports.material import read_material
from standards.models import Framework, LevelDescriptor, Version
from tests.conftest import HEAVY
from tests.documents.structure import read_back
from tests.standards.export_readers import READERS, csv_rows, published_words, sheet_rows, word_differences
from tests.standards.versions import make_version, make_whole_version

pytestmark = pytest.mark.django_db
FILES = ("xlsx", "csv", "change-notes-csv", "case-json", "moodle-csv")
HOSTILE = (
    '=HYPERLINK("http://x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\tTab",
    "<b>bold</b> & <script>",
    'He said "no", then; left',
    "Ŵŵ 🙂 £–’",
)


def content(name, version):
    return EXPORTS[name].content(version)


def made_from(name, material):
    return EXPORTS[name].make(material)


def hostile_version():
    """A draft whose words begin as formulas do, hold markup, quotes and what few fonts have."""
    rows = zip(HOSTILE, reversed(HOSTILE), [f"{text} more" for text in HOSTILE], strict=True)
    return make_version(*rows)


def test_formats_are_those_that_are_read_back():
    assert EXPORTS.keys() == READERS.keys()
    assert set(FILES) | {"pdf"} == EXPORTS.keys()


@pytest.mark.parametrize("name", EXPORTS)
def test_every_word_is_in_the_file(name, published_version):
    assert len(published_words(published_version)) == 198
    assert word_differences(name, content(name, published_version), published_version) == []


@pytest.mark.parametrize("name", ["xlsx", "case-json", "moodle-csv"])
def test_words_that_look_like_code_are_kept_as_they_are(name):
    version = hostile_version()
    assert word_differences(name, content(name, version), version) == []


@pytest.mark.parametrize("name", ["csv", "change-notes-csv"])
def test_no_cell_of_a_table_is_a_formula(name):
    version = hostile_version()
    rows = csv_rows(content(name, version))
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t"))]
    column = "Text" if name == "csv" else "Words now"
    expected = published_words(version)
    assert {(row["Statement"], row["Level"]): re.sub(r"^'(?=[=+@\t-])", "", row[column]) for row in rows} == expected


# The checks on planted faults


def dropped_word(words):
    key = next(iter(words))
    return words | {key: {rank: text.replace(" and ", " ", 1) for rank, text in words[key].items()}}


def swapped_levels(words):
    key = next(iter(words))
    return words | {key: words[key] | {1: words[key][2], 2: words[key][1]}}


def lost_level(words):
    key = next(iter(words))
    return words | {key: {1: words[key][1], 2: words[key][2]}}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("fault", [dropped_word, swapped_levels, lost_level])
def test_planted_fault_is_found(name, fault, published_version):
    material = read_material(published_version)
    faulty = dataclasses.replace(material, words=fault(dict(material.words)))
    assert word_differences(name, made_from(name, faulty), published_version)


def test_planted_fault_is_found_on_paper(published_version):
    version = published_version if HEAVY else make_version(("Knows and does", "Does", "Leads"))
    material = read_material(version)
    faulty = dataclasses.replace(material, words=dropped_word(dict(material.words)))
    assert word_differences("pdf", made_from("pdf", material), version) == []
    assert len(word_differences("pdf", made_from("pdf", faulty), version)) >= 1


# What each names


def names_of(name, data):
    """All the text of a file, without white space."""
    if name == "pdf":
        tagged = read_back(data)
        return tagged.text() + "".join(str(a["/A"]["/URI"]) for a in tagged.annotations() if "/URI" in a.get("/A", {}))
    text = str(sheet_rows(data, "About")) if name == "xlsx" else data.decode()
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("name", EXPORTS)
def test_file_names_version_date_licence_and_source(name, published_version):
    text = names_of(name, content(name, published_version))
    for fact in (
        *(
            "Contract Management Professional Standards",
            "2.0",
            "July 2019",
            "Crown copyright, Open Government Licence v3.0",
        ),
        *("https://www.gov.uk/government/publications/contract-management", published_version.fingerprint),
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        published_version.source_title,
    ):
        assert re.sub(r"\s", "", fact) in text, fact


@pytest.mark.parametrize("name", ["csv", "change-notes-csv"])
def test_every_row_of_a_table_names_them(name, published_version):
    assert {
        (row["Version"], row["Issued"], row["Licence"], row["Fingerprint"])
        for row in csv_rows(content(name, published_version))
    } == {("2.0", "July 2019", "Crown copyright, Open Government Licence v3.0", published_version.fingerprint)}


# Bytes


@pytest.mark.parametrize("name", EXPORTS)
def test_same_version_gives_the_same_bytes(name, published_version):
    version = make_whole_version() if name == "pdf" and not HEAVY else published_version
    made = [made_from(name, read_material(version, with_previous=True)) for _ in range(2)]
    assert made[0] == made[1]


def test_file_is_made_once_for_each_state_of_a_published_version(published_version, monkeypatch):
    made = []
    export = dataclasses.replace(
        EXPORTS["csv"], make=lambda material: made.append(1) or b"x", made=type(EXPORTS["csv"].made)(2)
    )
    assert [export.content(published_version) for _ in range(3)] == [b"x"] * 3
    assert len(made) == 1
    touch_version(version_id=published_version.pk)
    published_version.refresh_from_db()
    export.content(published_version)
    assert len(made) == 2


def test_file_that_several_ask_for_at_once_is_made_once(published_version):
    made, answers = [], []

    def make(version):
        made.append(1)
        sleep(0.2)
        return b"x"

    export = dataclasses.replace(EXPORTS["csv"], made=type(EXPORTS["csv"].made)(2))
    object.__setattr__(export, "_make", make)
    threads = [Thread(target=lambda: answers.append(export.content(published_version))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (made, answers) == ([1], [b"x"] * 4)


def test_draft_is_never_remembered():
    version = make_version(("Knows", "Does", "Leads"))
    assert b"Knows" in content("csv", version)
    LevelDescriptor.objects.filter(text="Knows").update(text="Understands")
    assert b"Understands" in content("csv", version)


def test_size_is_known_once_a_slow_file_is_made(published_version):
    slow = dataclasses.replace(EXPORTS["pdf"], make=lambda material: b"seven b", made=type(EXPORTS["pdf"].made)(2))
    assert slow.known_size(published_version) is None
    assert EXPORTS["csv"].known_size(published_version) == len(content("csv", published_version))
    slow.content(published_version)
    assert slow.known_size(published_version) == 7


@pytest.mark.parametrize(
    ("number", "file_name"),
    [("2.0", "small-2.0-case.json"), ('3/4 "x"\r\n', "small-3-4-x-case.json"), ("..", "small-version-case.json")],
)
def test_file_name_is_plain(number, file_name):
    version = Version(framework=Framework(slug="small"), number=number)
    assert EXPORTS["case-json"].file_name(version) == file_name


# Versions after the first


def second_version(first):
    """A later version: the first statement with other words at a level, the second gone, a third new."""
    version = make_version(("Knows", "Does well", "Leads"), ("Sees", "Shows", "Tells"))
    Version.objects.filter(pk=version.pk).update(framework=first.framework, number="2")
    kept, _ = version.sections.get().areas.get().statements.order_by("order")
    before = first.sections.get().areas.get().statements.order_by("order").first()
    type(kept).objects.filter(pk=kept.pk).update(lineage=before.lineage, code="A1.9")
    return publish_unreviewed(version=Version.objects.get(pk=version.pk))


@pytest.fixture
def two_versions():
    first = publish_unreviewed(version=make_version(("Knows", "Does", "Leads"), ("Reads", "Writes", "Teaches")))
    return first, second_version(first)


def test_first_version_is_new_throughout(two_versions, published_version):
    for version, number in ((two_versions[0], 6), (published_version, 198)):
        rows = csv_rows(content("change-notes-csv", version))
        assert [row["Change"] for row in rows] == ["new"] * number
        assert {(row["Words before"], row["Compared with"], row["Statement before"]) for row in rows} == {("", "", "")}


def test_change_notes_follow_a_statement_by_its_lineage(two_versions):
    rows = csv_rows(content("change-notes-csv", two_versions[1]))
    assert [
        (row["Change"], row["Statement before"], row["Statement"], row["Level"], row["Words before"], row["Words now"])
        for row in rows
    ] == [
        ("same", "A1.1", "A1.9", "First", "Knows", "Knows"),
        ("changed", "A1.1", "A1.9", "Second", "Does", "Does well"),
        ("same", "A1.1", "A1.9", "Third", "Leads", "Leads"),
        ("new", "", "A1.2", "First", "", "Sees"),
        ("new", "", "A1.2", "Second", "", "Shows"),
        ("new", "", "A1.2", "Third", "", "Tells"),
        ("removed", "A1.2", "", "First", "Reads", ""),
        ("removed", "A1.2", "", "Second", "Writes", ""),
        ("removed", "A1.2", "", "Third", "Teaches", ""),
    ]
    assert {row["Compared with"] for row in rows} == {"1"}


def test_whole_version_of_any_kind_can_be_taken_away():
    """A draft with a row in every table, and one with hardly any."""
    for version in (make_whole_version(), make_version()):
        version = Version.objects.select_related("framework").get(pk=version.pk)
        for name in EXPORTS:
            assert word_differences(name, content(name, version), version) == []
