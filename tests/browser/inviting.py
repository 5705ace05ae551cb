"""Analysts who may invite, with an organisation of their own, and somebody whom it invited, as the browser tests need them."""

from datetime import timedelta
from unittest import mock

from django.utils import timezone

from insights.actions.campaigns import start_campaign
from insights.actions.inviting import invite_next
from people.models import AnalystGrant, Organisation
from standards.models import Version
from tests.factories import make_organisation
from tests.insights.figures import figures_of, make_release

LONG = "Directorate for Łódź, Ŵyn and Contractorganisationalassurancemanagement"
STAGES = {"not-started": 35, "started": 40, "shared": 25, "agreed": 0}


def _inviting(user):
    """A department of which one part has campaigns with figures and one that is over, the second none, and a third one just now."""
    number = Organisation.objects.count() + 1
    version = Version.objects.published().get()
    department = make_organisation(name=f"Department {number}")
    many, free, new = (
        make_organisation(name=f"{name} {number}", parent=department) for name in (LONG, "Estates", "Digital")
    )
    AnalystGrant.objects.create(analyst=user, organisation=department, may_invite=True)
    _campaign(user, many, version, 300)
    campaign = _campaign(user, many, version, 40)
    figures = {
        each: figures_of(version, 2, campaigns=campaigns, stages={"not-started": 100})
        for each, campaigns in ((many, {campaign.pk: STAGES}), (free, {}), (new, {}))
    }
    make_release(department, version.framework, figures, made_at=timezone.now() - timedelta(days=9))
    begun = _campaign(user, new, version, 0)
    keys = {"organisation": many, "free": free, "campaign": campaign, "begun": begun}
    return {name: str(row.pk) for name, row in keys.items()}


def _campaign(user, organisation, version, ago):
    then = timezone.now() - timedelta(days=ago)
    with mock.patch("django.utils.timezone.now", return_value=then):
        return start_campaign(
            organisation=organisation,
            framework=version.framework,
            due_on=then.date() + timedelta(days=100),
            remind_days=[14, 3],
            by=user,
        )


def _invited(user):
    user.organisation = make_organisation(name=f"{LONG} {Organisation.objects.count() + 1}")
    user.save()
    campaign = _campaign(None, user.organisation, Version.objects.published().get(), 0)
    invite_next(campaign_id=campaign.pk)
    return {"organisation": str(user.organisation_id)}


KINDS = {"inviting": _inviting, "invited": _invited}
