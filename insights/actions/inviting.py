"""Inviting the people of a campaign and reminding them, in batches. Each may be killed at any moment and run again.

A batch locks its campaign, then its people by their keys, and reads who is still to be told after that: whatever else runs at
the same time, nobody is invited twice, or reminded twice for the same day.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from people.actions import notify, recount
from people.models import Notice, Organisation, User

from ..models import Campaign, Invitation
from ..models.campaign import rounds_done_since

BATCH = 100
# Who comes to work there later is found once a day (``invite_newcomers``).
FIRST_DAYS = timedelta(days=2)


@transaction.atomic
def invite_next(*, campaign_id, after="", today=None) -> str:
    """Invite the next people of a campaign that stands, each with a notice, and mark where they work to be counted again.

    Begins after the person with the key ``after``; returns the key of the last one looked at, "" at the end. Left out: who was
    invited by it before, or stands invited to the same framework by another campaign; and who has a round that is shared, or
    that was agreed since ``Campaign.NOT_AGAIN_WITHIN`` before it opened.
    """
    today = today or timezone.localdate()
    campaign = _claimed(campaign_id, today)
    if campaign is None:
        return ""
    keys = _next_keys(_to_invite(campaign, today), "pk", after)
    _lock(keys)
    people = list(_to_invite(campaign, today).filter(pk__in=keys).order_by("pk"))
    now = timezone.now()
    Invitation.objects.bulk_create(Invitation(campaign=campaign, person=person, invited_at=now) for person in people)
    for person in people:
        notify(
            recipient=person,
            kind=Notice.Kind.INVITED,
            path=reverse("assessment-list"),
            due_on=campaign.due_on,
            key=f"{Notice.Kind.INVITED}:{campaign.pk}:{person.pk}",
        )
    for organisation_id in sorted({person.organisation_id for person in people}):
        recount(organisation_id)
    return _following(keys)


def invite_newcomers(*, today: date) -> int:
    """Invite whoever came to work where a campaign stands since it opened, or was missed; returns how many."""
    before = Invitation.objects.count()
    for pk in _standing(today):
        after = invite_next(campaign_id=pk, today=today)
        while after:
            after = invite_next(campaign_id=pk, after=after, today=today)
    return Invitation.objects.count() - before


def still_inviting() -> list[int]:
    """The campaigns of the last ``FIRST_DAYS`` that have people to invite: their tasks go on, or were lost."""
    today = timezone.localdate()
    lately = Campaign.objects.standing(today).filter(opened_on__gte=today - FIRST_DAYS).order_by("pk")
    return [campaign.pk for campaign in lately if _to_invite(campaign, today).exists()]


def remind_invited(*, today: date) -> int:
    """Remind whoever was invited and has not shared since, on the days that each campaign names; returns how many were.

    Run late it reminds of the last of the days that have passed. Who was invited on that day or later is not reminded for it.
    """
    told = 0
    for pk in _standing(today):
        count, after = _remind_next(campaign_id=pk, today=today)
        told += count
        while after:
            count, after = _remind_next(campaign_id=pk, after=after, today=today)
            told += count
    return told


@transaction.atomic
def _remind_next(*, campaign_id, today, after="") -> tuple[int, str]:
    """Remind the next people; returns how many were, and the key of the last one looked at, "" at the end."""
    campaign = _claimed(campaign_id, today)
    days = campaign and _days_before(campaign, today)
    if not days:
        return 0, ""
    keys = _next_keys(_to_remind(campaign, days, today), "person_id", after)
    _lock(keys)
    invitations = list(_to_remind(campaign, days, today).filter(person__in=keys).select_related("person"))
    Invitation.objects.filter(pk__in=[each.pk for each in invitations]).update(reminded_at=timezone.now())
    made = [
        notify(
            recipient=each.person,
            kind=Notice.Kind.INVITATION_DUE,
            path=reverse("assessment-list"),
            due_on=campaign.due_on,
            key=f"{Notice.Kind.INVITATION_DUE}:{campaign.pk}:{each.person_id}:{days}",
        )
        for each in invitations
    ]
    return sum(notice is not None for notice in made), _following(keys)


def _to_invite(campaign, today):
    """The people whom a campaign still has to invite."""
    invitations = Invitation.objects.filter(person=OuterRef("pk"))
    elsewhere = invitations.standing(today).filter(campaign__framework=campaign.framework_id)
    since = campaign.opened_on - Campaign.NOT_AGAIN_WITHIN
    return User.objects.filter(
        ~Exists(invitations.filter(campaign=campaign)),
        ~Exists(elsewhere),
        ~Exists(rounds_done_since(since, owner=OuterRef("pk"), framework=campaign.framework_id)),
        is_active=True,
        organisation__in=Organisation.objects.within(campaign.organisation_id),
    )


def _to_remind(campaign, days, today):
    """The invitations whose people are to be reminded so many days before the campaign is due."""
    day = timezone.make_aware(datetime.combine(campaign.due_on - timedelta(days=days), time.min))
    return (
        Invitation.objects.standing(today)
        .unanswered()
        .filter(Q(reminded_at=None) | Q(reminded_at__lt=day), campaign=campaign, invited_at__lt=day)
    )


def _days_before(campaign, today) -> int | None:
    """Of the days before its own on which a campaign reminds, the last that has come; None before the first."""
    past = [days for days in campaign.remind_days if campaign.due_on - timedelta(days=days) <= today]
    return min(past, default=None)


def _standing(today) -> list[int]:
    return list(Campaign.objects.standing(today).order_by("pk").values_list("pk", flat=True))


def _claimed(campaign_id, today):
    """The campaign, locked so that nobody ends it meanwhile; None if it does not stand."""
    return Campaign.objects.standing(today).select_for_update(no_key=True).filter(pk=campaign_id).first()


def _next_keys(rows, name, after) -> list[int]:
    rows = rows.filter(**{f"{name}__gt": int(after)}) if after else rows
    return list(rows.order_by(name).values_list(name, flat=True)[:BATCH])


def _lock(keys):
    """Let nobody change these people before the batch is done."""
    list(User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))


def _following(keys) -> str:
    return str(keys[-1]) if len(keys) == BATCH else ""
