"""The history of a round, and who is told of it."""

from django.urls import reverse
from django.utils import timezone

from people.actions import notify, read_notices_about, recount_of
from people.models import ReportingLine

from ..models import Event

# What changes the figures of the organisation that the owner works in.
COUNTED = {
    *(Event.Kind.STARTED, Event.Kind.SHARED, Event.Kind.WITHDRAWN, Event.Kind.RETURNED),
    *(Event.Kind.AGREED, Event.Kind.CLOSED),
}


def note(assessment, kind, actor):
    """Keep that ``actor`` did this now. For an action that has claimed the round; not after it is frozen."""
    Event.objects.create(assessment=assessment, kind=kind, actor=actor, at=timezone.now())
    if kind in COUNTED:
        recount_of(assessment.owner_id)


def tell(assessment, recipient, kind, actor, *, leads_to="assessment-detail"):
    """Tell the owner of a round, or its line manager as long as their line is live, what ``actor`` did.

    ``leads_to`` names the page of the round, or the team's page where the line manager reads the round no more.
    """
    if recipient.pk != assessment.owner_id and not ReportingLine.objects.between(assessment.owner, recipient).exists():
        return
    path = reverse(leads_to, args=[] if leads_to == "team-list" else [assessment.pk])
    notify(recipient=recipient, kind=kind, actor=actor, path=path)


def settle(assessment, person):
    """Note as read what ``person`` was told of a round, because they have just done what it asked for."""
    for name in ("assessment-detail", "conversation-detail"):
        read_notices_about(recipient=person, path=reverse(name, args=[assessment.pk]))
