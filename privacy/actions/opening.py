"""Opening somebody's round as an administrator: with a reason that its owner reads, and for an hour."""

import logging

from django.db import transaction
from django.urls import reverse

from assessments.models import Assessment
from people.actions import notify
from people.models import Notice

from ..models import BreakGlass

logger = logging.getLogger(__name__)


class NotOpenable(Exception):
    """The round was erased or deleted, or it is one's own."""


@transaction.atomic
def open_round(*, assessment, by, reason) -> BreakGlass:
    """Open a round to ``by`` for ``BreakGlass.OPEN_FOR``, and tell its owner.

    Whether ``by`` may is ``permissions.can_open_rounds``. Raises ``NotOpenable``.
    """
    standing = Assessment.objects.select_for_update().exclude(state=Assessment.State.ERASED).exclude(owner=by)
    found = standing.filter(pk=assessment.pk).first()
    if found is None:
        raise NotOpenable
    opening = BreakGlass.objects.create(assessment=found, opened_by=by, reason=reason)
    path = reverse("reading-list", args=[found.pk])
    notify(recipient=found.owner, kind=Notice.Kind.ROUND_OPENED, actor=by, path=path)
    logger.warning("An administrator opened a round: opening %s by user %s", opening.pk, by.pk)
    return opening
