"""Starting and ending campaigns, by which an organisation invites its people to a round."""

from django.db import transaction
from django.utils import timezone

from standards.models import Framework, Version

from .. import tasks
from ..models import Campaign


class NotOpenForRounds(Exception):
    """No version of the framework is open for rounds: nothing was changed."""


class AlreadyInvited(Exception):
    """A campaign of the framework stands, in the organisation, above it or below it: nothing was changed."""


class WrongDays(Exception):
    """The day, or a reminder, is too early or too late: nothing was changed. The message says which, for people to read."""


class NotStanding(Exception):
    """The campaign has been ended, or its day is past: nothing was changed."""


@transaction.atomic
def start_campaign(*, organisation, framework, due_on, remind_days, by) -> Campaign:
    """Invite everybody in an organisation and below it to a round by ``due_on``; the worker tells them.

    ``remind_days`` are numbers of days before it, of ``Campaign.REMINDERS``. Raises ``NotOpenForRounds``, ``AlreadyInvited`` and
    ``WrongDays``.
    """
    today = timezone.localdate()
    if not Version.objects.open_for_rounds().filter(framework=framework).exists():
        raise NotOpenForRounds
    problem = Campaign.day_problem(due_on, today) or Campaign.reminders_problem(remind_days, due_on, today)
    if problem:
        raise WrongDays(problem)
    # One at a time: two at once could each find no other.
    Framework.objects.select_for_update(no_key=True).get(pk=framework.pk)
    if Campaign.objects.standing(today).around(organisation).filter(framework=framework).exists():
        raise AlreadyInvited
    campaign = Campaign.objects.create(
        organisation=organisation,
        framework=framework,
        opened_on=today,
        due_on=due_on,
        remind_days=sorted(remind_days, reverse=True),
        started_by=by,
        started_at=timezone.now(),
    )
    tasks.invite_people.enqueue(campaign.pk)
    return campaign


def end_campaign(*, campaign):
    """Invite and remind nobody by a campaign any more. Raises ``NotStanding``."""
    standing = Campaign.objects.standing(timezone.localdate()).filter(pk=campaign.pk)
    if not standing.update(ended_at=timezone.now()):
        raise NotStanding
