"""Carrying a draft over to another version, as its action does it, along every kind of link (the made-up version 3.0)."""

import pytest

from assessments import actions
from assessments.models import CarryOver, EarlierAnswer, Event, Rating
from tests.factories import make_assessment, rate_all, reread
from tests.standards.made_up import make_made_up_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def newer(published_version):
    return make_made_up_version(published_version, is_published=True)


def test_a_round_with_every_answer_is_carried_over(published_version, newer, contract_manager):
    assessment = make_assessment(contract_manager, version=published_version)
    rate_all(assessment)
    done = actions.carry_over(assessment=reread(assessment), to_version=newer, by=contract_manager)
    assert done.carried + done.asked_again + done.proposed + done.archived == 66
    assessment = reread(assessment)
    assert (assessment.version, assessment.carried_from) == (newer, published_version)
    assert Rating.objects.filter(assessment=assessment).count() == done.carried
    assert {each.area.section.version_id for each in assessment_statements(assessment)} == {newer.pk}
    assert [event.kind for event in Event.objects.filter(assessment=assessment)] == ["started", "carried-over"]


def assessment_statements(assessment):
    return [each.statement for each in Rating.objects.filter(assessment=assessment)]
