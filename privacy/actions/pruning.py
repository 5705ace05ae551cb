"""Deleting and erasing whatever has been kept for its time, a batch to a transaction."""

from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assessments.actions import erase_rounds
from assessments.models import Assessment
from people.actions import recount_of
from people.models import User

from ..models import Erasure
from ..retention import ASK, DELETE, ERASE, HELD, KINDS, UNUSED_DELAY
from .emptying import delete_of_rounds
from .erasing import AlreadyAsked, Held, LastSuperuser, ask_erasure

BATCH = 500


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows of one kind were, or would be, ended, and how: "deleted", "erased" or "asked"."""

    title: str
    period: str
    count: int
    ends: str


def prune(*, now=None, dry_run=False) -> list[Pruned]:
    """End what has been kept for its time; with ``dry_run`` only count it. Harmless at any time, and when it is killed."""
    now = now or timezone.now()
    done = []
    for kind in KINDS:
        count = kind.due(now).count() if dry_run else _ENDS[kind.ends](kind, now)
        done.append(Pruned(kind.title, kind.period, count, kind.ends))
    for label in HELD:
        model = apps.get_model(label)
        old = model.objects.too_old()
        count = old.count() if dry_run else old.delete()[0]
        done.append(Pruned(str(model._meta.verbose_name_plural).capitalize(), "1 hour", count, DELETE))
    return done


def _batches(kind, now, end):
    """Call ``end`` with the keys of each batch, in a transaction of its own, until nothing more comes of it."""
    total = 0
    while True:
        with transaction.atomic():
            # Locked as they are chosen: what somebody is changing at this moment is looked at again, and is old no more.
            due = kind.due(now).select_for_update(of=("self",)).order_by("pk")
            keys = list(due.values_list("pk", flat=True)[:BATCH])
            ended = end(keys) if keys else 0
        total += ended
        if not ended:
            return total


def _delete(kind, now):
    def end(keys):
        model = kind.rows(now).model
        rows = model._base_manager.filter(pk__in=keys)
        if model in _COUNTED:
            recount_of(*rows.values_list(_COUNTED[model], flat=True))
        rows.delete()
        return len(keys)

    return _batches(kind, now, end)


def _erase(kind, now):
    def end(keys):
        erased = erase_rounds(keys=keys, at=now)
        delete_of_rounds(erased)
        return len(erased)

    return _batches(kind, now, end)


def _ask(kind, now):
    """Each is told when; who signs in before then stays."""
    count = 0
    for person in kind.due(now).order_by("pk"):
        try:
            delay = max(UNUSED_DELAY, timedelta(days=settings.ERASURE_DELAY_DAYS))
            ask_erasure(person=person, cause=Erasure.Cause.UNUSED, delay=delay)
        except (AlreadyAsked, Held, LastSuperuser):
            continue
        count += 1
    return count


# Rows that organisations are counted by, and whose they are.
_COUNTED = {Assessment: "owner", User: "pk"}
_ENDS = {DELETE: _delete, ERASE: _erase, ASK: _ask}
