"""Publishing a version, and loading one from its files."""

import json
import random
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from standards.actions import FixtureDiffers, NotPublishable, load_fixture, publish_unreviewed
from standards.fingerprint import FROZEN_FIELDS, fingerprint, version_entries
from standards.models import (
    Area,
    CaseStudyStage,
    GuideSection,
    Insight,
    LearningResource,
    Level,
    LevelDescriptor,
    PeopleProfile,
    Section,
    Statement,
    Version,
)
from standards.publication import publication_problems
from standards.tree import version_tree
from tests.standards.versions import WORDS, make_version, make_whole_version

FIXTURE = Path(__file__).parents[2] / "fixtures" / "contract-management-2.0"

pytestmark = pytest.mark.django_db


def read_entries():
    return [entry for path in sorted(FIXTURE.glob("*.json")) for entry in json.loads(path.read_text("utf-8"))]


@pytest.fixture
def folder(tmp_path):
    """A copy of the fixture's folder, to change."""
    return shutil.copytree(FIXTURE, tmp_path / "standards")


def change(folder, name, old, new):
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


# Publishing


def test_publish_freezes_the_version_and_says_when():
    version = make_whole_version()
    edited_at = version.edited_at
    published = publish_unreviewed(version=version)
    assert published.pk == version.pk
    published.refresh_from_db()
    assert (published.state, published.is_frozen, published.retired_at) == ("published", True, None)
    assert published.published_at == published.edited_at > edited_at
    assert published.fingerprint == fingerprint(version_entries(published))
    assert published in Version.objects.published()


def test_publish_from_review():
    version = make_version(WORDS)
    Version.objects.filter(pk=version.pk).update(state="in_review")
    assert publish_unreviewed(version=version).state == "published"


def no_level(version):
    Level.objects.filter(version=version).delete()


def no_statement(version):
    Statement.objects.filter(area__section__version=version).delete()


def a_level_without_words(version):
    LevelDescriptor.objects.filter(level__version=version, level__rank=2).delete()


def two_areas_of_one_code(version):
    section = Section.objects.create(version=version, code="B", title="B", summary="B", order=2)
    Area.objects.create(section=section, code="A1", title="B", short_title="B", summary="B", kind="enabling", order=1)


def two_statements_of_one_code(version):
    section = version.sections.get()
    area = Area.objects.create(
        section=section, code="A2", title="B", short_title="B", summary="B", kind="enabling", order=2
    )
    Statement.objects.filter(area__section=section, code="A1.2").update(area=area, code="A1.1")


def words_of_another_version(version):
    other = make_version(WORDS).levels.get(rank=2)
    LevelDescriptor.objects.filter(statement__code="A1.1", level__version=version, level__rank=2).update(level=other)


@pytest.mark.parametrize(
    ("spoil", "problems"),
    [
        (no_level, ["The version has no level."]),
        (no_statement, ["The version has no statement."]),
        (a_level_without_words, ["A1.1 has words at 2 of 3 levels.", "A1.2 has words at 2 of 3 levels."]),
        (two_areas_of_one_code, ["Area A1 has no statement.", "More than one area has the code A1."]),
        (two_statements_of_one_code, ["More than one statement has the code A1.1."]),
        (words_of_another_version, ["A1.1 has words at a level of another version."]),
    ],
)
def test_publish_refuses_what_is_not_whole(spoil, problems):
    version = make_version(WORDS, WORDS)
    assert publication_problems(version) == []
    spoil(version)
    with pytest.raises(NotPublishable) as refusal:
        publish_unreviewed(version=version)
    assert [str(problem) for problem in refusal.value.problems] == problems
    assert str(refusal.value) == " ".join(problems)
    version.refresh_from_db()
    assert (version.state, version.fingerprint, version.published_at) == ("draft", "", None)


@pytest.mark.parametrize("state", ["published", "retired"])
def test_publish_refuses_what_is_published_already(state):
    version = publish_unreviewed(version=make_version(WORDS))
    if state == "retired":
        Version.objects.filter(pk=version.pk).update(state="retired", retired_at=version.published_at)
    with pytest.raises(NotPublishable, match="Version 1 is published already"):
        publish_unreviewed(version=version)


def test_publish_believes_the_database_and_not_the_row_in_hand():
    version = make_version(WORDS)
    publish_unreviewed(version=version)
    assert version.state == "draft"
    with pytest.raises(NotPublishable):
        publish_unreviewed(version=version)


# Loading


def test_loaded_version_is_what_the_files_say(published_version):
    entries = read_entries()
    assert published_version.fingerprint == fingerprint(entries)
    assert fingerprint(version_entries(published_version)) == fingerprint(entries)
    loaded = {entry["model"] for entry in version_entries(published_version)}
    assert loaded == {entry["model"] for entry in entries} - {"standards.framework"}
    assert loaded - set(FROZEN_FIELDS) == {"standards.learningresource"}


def test_load_again_changes_nothing(published_version):
    before = version_entries(published_version), published_version.edited_at
    for _ in range(2):
        version, is_new = load_fixture(folder=FIXTURE)
        assert (version, is_new) == (published_version, False)
        assert (version_entries(version), version.edited_at) == before
    assert Version.objects.count() == 1


def test_load_again_after_our_own_labels_changed_changes_nothing(published_version):
    Statement.objects.filter(code="B4.3").update(topic="Another topic")
    Area.objects.filter(code="B4").update(short_title="Another")
    assert load_fixture(folder=FIXTURE) == (published_version, False)
    assert Statement.objects.get(code="B4.3").topic == "Another topic"


def test_load_stops_at_other_words_under_a_published_number(published_version, folder):
    change(folder, "03-statements.json", "Implements change process", "Implements the change process")
    before = version_entries(published_version)
    with pytest.raises(FixtureDiffers, match="published here with other words"):
        load_fixture(folder=folder)
    assert version_entries(published_version) == before


def test_load_takes_other_words_under_a_new_number(published_version, folder):
    for path in folder.glob("*.json"):
        text = path.read_text("utf-8").replace('"2.0"', '"2.1"').replace("Version 2.0", "Version 2.1")
        path.write_text(text, "utf-8")
    change(folder, "03-statements.json", "Implements change process", "Implements the change process")
    version, is_new = load_fixture(folder=folder)
    assert (version.number, version.state, is_new) == ("2.1", "published", True)
    assert version.framework == published_version.framework
    assert version.fingerprint != published_version.fingerprint
    assert [s.lineage for s in version_tree(version).statements] == [
        s.lineage for s in version_tree(published_version).statements
    ]
    assert Version.objects.latest_published() == version


def test_load_leaves_nothing_of_a_fixture_that_is_not_whole(published_version, folder):
    for path in folder.glob("*.json"):
        path.write_text(path.read_text("utf-8").replace('"2.0"', '"2.1"'), "utf-8")
    path = folder / "03-statements.json"
    entries = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(entries[:-1]), "utf-8")
    with pytest.raises(NotPublishable, match=r"B6\.9 has words at 2 of 3 levels"):
        load_fixture(folder=folder)
    assert not Version.objects.filter(number="2.1").exists()


def test_load_stops_while_a_draft_of_that_number_is_edited(published_version, folder):
    for path in folder.glob("*.json"):
        path.write_text(path.read_text("utf-8").replace('"2.0"', '"2.1"'), "utf-8")
    draft = Version.objects.create(framework=published_version.framework, number="2.1", issued="2027")
    with pytest.raises(FixtureDiffers, match="is being edited here"):
        load_fixture(folder=folder)
    assert not draft.sections.exists()


def test_load_standards_says_what_it_did(published_version, folder):
    said = StringIO()
    call_command("load_standards", stdout=said)
    call_command("load_standards", FIXTURE, stdout=said)
    assert said.getvalue() == "Contract Management Professional Standards, version 2.0: already here.\n" * 2
    change(folder, "04-glossary.json", "The organisation authorised", "An organisation authorised")
    with pytest.raises(CommandError, match="give the new words a new version number"):
        call_command("load_standards", folder, stdout=said)


def a_case_study_without_stages(version):
    CaseStudyStage.objects.filter(case_study__version=version).delete()


def mapped_to_another_version(version):
    area = Area.objects.get(section__version=make_version(WORDS))
    Insight.objects.get(version=version).areas.add(area)
    GuideSection.objects.get(version=version).areas.set([area])
    LearningResource.objects.filter(version=version).update(area=area)


def at_a_level_of_another_version(version):
    level = make_version(WORDS).levels.get(rank=1)
    PeopleProfile.objects.filter(version=version).update(level=level)
    LearningResource.objects.filter(version=version).update(level=level)


@pytest.mark.parametrize(
    ("spoil", "problems"),
    [
        (a_case_study_without_stages, ["Case study “A bridge” has no stage."]),
        (
            mapped_to_another_version,
            [
                "Insight “1. Make time” refers to an area of another version.",
                "Guide section “A. Before” refers to an area of another version.",
                "Learning resource “A course” refers to an area of another version.",
            ],
        ),
        (
            at_a_level_of_another_version,
            [
                "Learning resource “A course” refers to a level of another version.",
                "People profile “Baker, Bakery” refers to a level of another version.",
            ],
        ),
    ],
)
def test_publish_refuses_reference_material_that_is_not_whole(spoil, problems):
    version = make_whole_version()
    assert publication_problems(version) == []
    spoil(version)
    assert [str(problem) for problem in publication_problems(version)] == problems


# The fingerprint


def test_fingerprint_does_not_depend_on_order():
    entries = read_entries()
    expected = fingerprint(entries)
    for seed in range(3):
        random.Random(seed).shuffle(entries)
        for entry in entries:
            entry["fields"] = dict(reversed(entry["fields"].items()))
            if "areas" in entry["fields"]:
                entry["fields"]["areas"] = entry["fields"]["areas"][::-1]
        assert fingerprint(entries) == expected


@pytest.mark.parametrize("model", FROZEN_FIELDS)
def test_fingerprint_depends_on_every_frozen_field_and_on_no_other(model):
    entries = read_entries()
    expected = fingerprint(entries)
    entry = next(entry for entry in entries if entry["model"] == model)
    for name, value in list(entry["fields"].items()):
        entry["fields"][name] = [["x"]] if name == "areas" else "changed"
        assert (fingerprint(entries) != expected) is (name in FROZEN_FIELDS[model]), name
        entry["fields"][name] = value
    assert fingerprint(entries) == expected
    assert fingerprint([each for each in entries if each is not entry]) != expected
    assert fingerprint([*entries, entry]) != expected
