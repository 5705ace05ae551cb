"""The end of a version: days are planned, told of, changed and taken back, and on its day it retires."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from people.actions import make_editor
from people.models import User
from standards.actions import (
    NotEditable,
    plan_retirement,
    publish_unreviewed,
    retire_due_versions,
    retire_version,
)
from standards.models import LevelDescriptor, Version
from tests.factories import make_user
from tests.standards import following
from tests.standards.versions import WORDS, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def told(settings, monkeypatch):
    settings.STANDARDS_FOLLOWER = "tests.standards.following"
    monkeypatch.setattr(following, "told", [])
    return following.told


@pytest.fixture(scope="module")
def made(kept_for_the_module):
    """A published version and an editor; each test begins with them in a savepoint."""
    editor = make_user(name="Harriet Molescroft")
    make_editor(user=editor)
    return publish_unreviewed(version=make_version(WORDS)), editor


@pytest.fixture
def version(made):
    return Version.objects.get(pk=made[0].pk)


@pytest.fixture
def editor(made):
    return User.objects.get(pk=made[1].pk)


def in_days(days):
    return None if days is None else timezone.localdate() + timedelta(days=days)


def plan(version, by, closes, retires):
    return plan_retirement(version=version, closes_on=in_days(closes), retires_on=in_days(retires), by=by)


def days(version):
    version = Version.objects.get(pk=version.pk)
    return version.closes_on, version.retires_on


def open_rounds(monkeypatch, count):
    monkeypatch.setattr(following, "people_midway", count)


def test_days_are_planned_and_told_of(version, editor, told):
    edited_at = version.edited_at
    planned = plan(version, editor, 10, 30)
    assert days(version) == (in_days(10), in_days(30))
    assert planned.edited_at > edited_at
    assert told == [("retiring", version, in_days(30))]
    assert version.history.first().history_user == editor


def test_a_version_may_only_close(version, editor, told):
    plan(version, editor, 0, None)
    assert days(version) == (in_days(0), None)
    assert told == []


def test_days_are_changed_and_taken_back(version, editor, told):
    plan(version, editor, 10, 60)
    plan(version, editor, 10, 60)
    plan(version, editor, 10, 90)
    assert told == [("retiring", version, in_days(60)), ("retiring", version, in_days(90))]
    plan(version, editor, None, None)
    assert days(version) == (None, None)
    assert len(told) == 2


@pytest.mark.parametrize(
    ("closes", "retires", "says", "field"),
    [
        (None, 60, "Say which is the last day for new assessments.", "closes_on"),
        (-1, 60, "The last day for new assessments is past.", "closes_on"),
        (60, 59, "It cannot retire before the last day for new assessments.", "retires_on"),
        (0, 0, "The day on which it retires must be after today.", "retires_on"),
        (0, -5, "The day on which it retires must be after today.", "retires_on"),
    ],
)
def test_days_that_cannot_be_are_refused(version, editor, told, closes, retires, says, field):
    with pytest.raises(NotEditable) as refused:
        plan(version, editor, closes, retires)
    assert (str(refused.value), refused.value.field) == (says, field)
    assert (days(version), told) == ((None, None), [])


def test_closing_later_than_it_retires_is_refused_where_that_day_stays(version, editor):
    plan(version, editor, 10, 60)
    with pytest.raises(NotEditable, match="cannot retire before"):
        plan(version, editor, 61, 60)
    assert days(version) == (in_days(10), in_days(60))


@pytest.mark.parametrize(("midway", "people"), [(1, "1 person is"), (7, "7 people are")])
def test_people_midway_have_thirty_days(version, editor, monkeypatch, midway, people):
    open_rounds(monkeypatch, midway)
    first = date_format(in_days(30), "j F Y")
    says = f"^{people} midway under it and must have at least 30 days: choose {first} or a later day\\.$"
    with pytest.raises(NotEditable, match=says):
        plan(version, editor, 0, 29)
    plan(version, editor, 0, 30)
    assert days(version) == (in_days(0), in_days(30))


def test_without_anybody_midway_it_may_retire_tomorrow(version, editor):
    plan(version, editor, 0, 1)
    assert days(version) == (in_days(0), in_days(1))


def test_the_first_day_may_have_passed_when_the_second_is_changed(version, editor):
    Version.objects.filter(pk=version.pk).update(closes_on=in_days(-3), retires_on=in_days(5))
    plan(version, editor, -3, 50)
    assert days(version) == (in_days(-3), in_days(50))


@pytest.mark.parametrize("state", ["draft", "retired"])
def test_only_what_is_published_is_planned(version, editor, told, state):
    if state == "draft":
        version = make_version(WORDS)
    else:
        Version.objects.filter(pk=version.pk).update(state="retired", retired_at=timezone.now())
    with pytest.raises(NotEditable, match=f"^Version 1 is {state} by now"):
        plan(version, editor, 10, 60)
    assert told == []


# Retiring


def came(version, days=0):
    Version.objects.filter(pk=version.pk).update(closes_on=in_days(days - 30), retires_on=in_days(days))


@pytest.mark.parametrize("past", [0, -4])
def test_on_its_day_it_retires(version, told, past):
    came(version, past)
    assert retire_due_versions() == [version]
    retired = Version.objects.get(pk=version.pk)
    assert (retired.state, retired.is_frozen) == ("retired", True)
    assert retired.retired_at == retired.edited_at > version.edited_at
    assert retired.fingerprint == version.fingerprint
    assert told == [("retired", version)]
    assert retire_due_versions() == []
    assert len(told) == 1


def test_the_day_before_it_does_not(version, told):
    came(version, 1)
    assert retire_due_versions() == []
    with pytest.raises(NotEditable, match=r"^The day on which version 1 retires has not come\.$"):
        retire_version(version=version)
    assert (Version.objects.get(pk=version.pk).state, told) == ("published", [])


@pytest.mark.parametrize("closes", [None, -3])
def test_without_a_day_it_stays(version, closes):
    Version.objects.filter(pk=version.pk).update(closes_on=in_days(closes))
    assert retire_due_versions() == []
    with pytest.raises(NotEditable):
        retire_version(version=version)


def test_what_retired_does_not_come_back(version):
    came(version)
    retire_version(version=version)
    for state in ("published", "draft", "in_review"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Version.objects.filter(pk=version.pk).update(state=state, retired_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        LevelDescriptor.objects.filter(level__version=version).update(text="Other")
    with pytest.raises(NotEditable):
        retire_version(version=version)


def test_the_command_says_what_it_did(version):
    said = StringIO()
    call_command("retire_versions", stdout=said)
    came(version)
    call_command("retire_versions", stdout=said)
    assert said.getvalue() == "No version retires today.\nSmall standards, version 1: retired.\n"
