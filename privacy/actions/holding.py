"""Keeping everything of somebody for a legal matter, and ending that."""

from django.db import transaction
from django.utils import timezone

from people.models import User

from ..models import LegalHold


class AlreadyHeld(Exception):
    """A hold stands for this person: nothing was changed."""


class NotHeld(Exception):
    """The hold was lifted before: nothing was changed."""


@transaction.atomic
def place_hold(*, person, reason, placed_by) -> LegalHold:
    """Erase and prune nothing of ``person`` from now on; an erasure that they asked for waits. Raises ``AlreadyHeld``."""
    # Whoever erases takes the same lock first.
    User.objects.select_for_update().get(pk=person.pk)
    if LegalHold.objects.holds(person):
        raise AlreadyHeld
    return LegalHold.objects.create(person=person, reason=reason, placed_by=placed_by)


def lift_hold(*, hold, lifted_by):
    """Let what is kept of the person go its way again. Raises ``NotHeld``."""
    now = timezone.now()
    if not LegalHold.objects.standing().filter(pk=hold.pk).update(lifted_at=now, lifted_by=lifted_by):
        raise NotHeld
    hold.lifted_at, hold.lifted_by = now, lifted_by
