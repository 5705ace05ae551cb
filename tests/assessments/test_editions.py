"""What happens to rounds as versions come and go: the impact told before, notices, and the worker's runs."""

import pytest

from assessments import actions, editions
from assessments.models import Assessment, CarryOver
from tests.factories import make_assessment, rate, rate_all
from tests.standards.made_up import make_made_up_version

pytestmark = pytest.mark.django_db


def test_impact_is_what_carrying_over_does(published_version, contract_manager, stranger, line_manager):
    version = make_made_up_version(published_version)
    rate_all(make_assessment(contract_manager, version=published_version))
    rate(make_assessment(stranger, version=published_version), {"B4.2": 1, "B2.3": "Not mine", "A2.7": 3, "A1.1": 2})
    said = editions.impact(version)
    assert (said.open_rounds, said.drafts, said.shared, said.answers) == (2, 2, 0, 70)
    from standards.actions import publish_unreviewed

    version = publish_unreviewed(version=version)
    for assessment in Assessment.objects.select_related("version"):
        actions.carry_over(assessment=assessment, to_version=version)
    totals = [
        sum(CarryOver.objects.values_list(name, flat=True))
        for name in ("carried", "asked_again", "proposed", "archived")
    ]
    assert totals == [said.carried, said.asked_again, said.proposed, said.archived]
