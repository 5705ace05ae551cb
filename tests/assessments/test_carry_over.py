"""Carrying a draft over to another version, as its action does it: along every kind of link of the made-up version 3.0, and along
any links whatever between small versions."""

from collections import Counter
from contextlib import contextmanager
from types import MappingProxyType

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import actions
from assessments.actions import NotAskable, NotOpen
from assessments.answers import Answered
from assessments.models import (
    AgreedTarget,
    Assessment,
    CarryOver,
    EarlierAnswer,
    EarlierTarget,
    Event,
    Evidence,
    Rating,
    Target,
)
from people.models import Notice
from standards.actions import publish_unreviewed, start_next_version
from standards.links import VersionPaths
from standards.models import Area, LevelDescriptor, Statement, Version
from standards.tree import version_tree
from tests.assessments.test_carrying import answers_given
from tests.assessments.test_carrying import ways as small_ways
from tests.conftest import HEAVY
from tests.factories import (
    make_assessment,
    make_evidence,
    make_user,
    rate,
    rate_all,
    reread,
    review,
    share,
)
from tests.standards.made_up import make_made_up_version
from tests.standards.versions import make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def newer(kept_for_the_module):
    return make_made_up_version(Version.objects.published().get(), is_published=True)


@pytest.fixture
def older(newer):
    return newer.follows


@pytest.fixture
def draft(older, contract_manager):
    return make_assessment(contract_manager, version=older)


def carry(assessment, version):
    return actions.carry_over(assessment=reread(assessment), to_version=version, by=assessment.owner)


def counts(done):
    return (done.carried, done.asked_again, done.proposed, done.archived)


def said(assessment, view="self"):
    """What a round says, by the statement's code: the answer, and the number of the version that it was given under."""
    rows = Rating.objects.filter(assessment=assessment, view=view).select_related("statement", "given_under")
    return {
        row.statement.code: (
            Answered(row.rank, row.not_relevant, row.reason, row.note),
            row.given_under and row.given_under.number,
        )
        for row in rows
    }


def beside(assessment, view="self"):
    """The earlier answers of a round: the code that each was given to, the one that it is shown beside, what became of it."""
    rows = EarlierAnswer.objects.filter(assessment=assessment, view=view).select_related("statement", "about")
    return sorted((row.statement.code, row.about.code if row.about else "", row.outcome, row.rank) for row in rows)


def everything(assessment):
    """Every row of a round, but for those that say when it was read."""
    rows = {
        "round": list(Assessment.objects.filter(pk=assessment.pk).values()),
        "supports": sorted(Evidence.statements.through.objects.values_list()),
        "kept": sorted(EarlierAnswer.evidence.through.objects.values_list()),
    }
    for model in (Rating, EarlierAnswer, Target, AgreedTarget, EarlierTarget, CarryOver, Event, Evidence):
        rows[model.__name__] = list(model.objects.filter(assessment=assessment).order_by("pk").values())
    return rows


def test_a_round_with_every_answer(draft, older, newer, contract_manager):
    rate_all(draft)
    done = carry(draft, newer)
    # 53 are the same or edited, 4 changed; 2 were split, 5 merged and 2 removed.
    assert counts(done) == (53, 4, 7, 2)
    assert (done.from_version, done.to_version, done.run) == (older, newer, None)
    moved = reread(draft)
    assert (moved.pk, moved.version, moved.carried_from, moved.state) == (draft.pk, newer, older, "draft")
    assert moved.role_profile == newer.role_profiles.get(slug="contract-manager")
    answers = said(draft)
    assert len(answers) == 53
    assert set(answers.values()) <= {(Answered(rank), "2.0") for rank in (1, 2, 3)}
    asked = {each.code for each in version_tree(newer).statements}
    assert asked >= answers.keys()
    assert [row for row in beside(draft) if row[2] != "asked-again"] == [
        ("A2.7", "", "archived", 2),
        ("B2.3", "B1.10", "proposed", 2),
        ("B2.3", "B1.11", "proposed", 2),
        ("B2.3", "B1.12", "proposed", 2),
        ("B2.7", "", "archived", 2),
        ("B3.7", "B3.7", "proposed", 2),
        ("B3.9", "B3.7", "proposed", 2),
        ("B4.2", "B4.2", "proposed", 3),
        ("B4.7", "B4.2", "proposed", 3),
        ("B5.7", "B3.7", "proposed", 2),
        ("B6.1", "B6.1", "proposed", 2),
        ("B6.1", "B6.10", "proposed", 2),
    ]
    assert [(event.kind, event.actor) for event in Event.objects.filter(assessment=draft)] == [
        ("started", contract_manager),
        ("carried-over", contract_manager),
    ]
    assert not Notice.objects.exists()
