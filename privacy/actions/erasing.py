"""Asking to be erased, changing one's mind, and erasing: one transaction for a person, which may be killed and run again."""

import logging
import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from assessments.actions import close_for_erasure, erase_rounds
from assessments.models import Assessment
from people.actions import end_line, notify, place_person
from people.models import Notice, ReportingLine, User

from ..models import Erasure
from ..traces import addresses_of, delete_sessions, empty_log_entries
from .emptying import delete_of_person, delete_of_rounds

logger = logging.getLogger(__name__)

NAME = "Erased person"


class AlreadyAsked(Exception):
    """An erasure of this person stands: nothing was changed."""


class NotAsked(Exception):
    """None stands any more, or none ever did: nothing was changed."""


class Held(Exception):
    """A legal hold stands for this person: nothing was changed."""


class LastSuperuser(Exception):
    """Nobody else could look after the portal: nothing was changed."""


@transaction.atomic
def ask_erasure(*, person, cause=Erasure.Cause.ASKED, delay=None) -> Erasure:
    """Erase ``person`` in ``ERASURE_DELAY_DAYS``, or after ``delay``, unless they change their mind. They are told.

    Raises ``AlreadyAsked``, ``Held`` and ``LastSuperuser``.
    """
    _check(person)
    now = timezone.now()
    due = now + (timedelta(days=settings.ERASURE_DELAY_DAYS) if delay is None else delay)
    try:
        with transaction.atomic():
            erasure = Erasure.objects.create(person=person, cause=cause, asked_at=now, due_at=due)
    except IntegrityError as clash:
        if Erasure.objects.standing_of(person):
            raise AlreadyAsked from clash
        raise
    kinds = {Erasure.Cause.ASKED: Notice.Kind.ERASURE_ASKED, Erasure.Cause.UNUSED: Notice.Kind.ACCOUNT_UNUSED}
    path = reverse("erasure-cancel")
    notify(recipient=person, kind=kinds[cause], path=path, due_on=timezone.localtime(due).date())
    return erasure


@transaction.atomic
def cancel_erasure(*, person):
    """Keep ``person`` and everything of theirs. They are told. Raises ``NotAsked``."""
    if not Erasure.objects.standing().filter(person=person).update(cancelled_at=timezone.now()):
        raise NotAsked
    notify(recipient=person, kind=Notice.Kind.ERASURE_CANCELLED, path=reverse("my-data-detail"))


def erase_due(*, now=None):
    """Erase everybody whose day has come; returns how many were erased, kept after all, put off, and failed, as a dictionary.

    An account that was to go because nobody used it stays where somebody has signed in since.
    """
    now = now or timezone.now()
    counts = dict.fromkeys(("erased", "kept", "put off", "failed"), 0)
    due = Erasure.objects.standing().filter(due_at__lte=now)
    used = due.filter(cause=Erasure.Cause.UNUSED, person__last_login__gt=F("asked_at"))
    counts["kept"] = used.update(cancelled_at=now)
    for erasure in due.select_related("person").order_by("due_at", "pk"):
        try:
            erase_person(person=erasure.person, at=now)
        except (Held, LastSuperuser):
            counts["put off"] += 1
        except Exception as error:  # the others still go; what failed is whole, and is tried again
            logger.error("Erasure %s failed (%s)", erasure.pk, type(error).__name__)
            counts["failed"] += 1
        else:
            counts["erased"] += 1
    return counts


def erase_again(*, keys):
    """Erase whoever of the people with these keys is back after a backup was restored; returns how many were and were not.

    They asked for it before, and had their time to change their mind. Somebody for whom a hold stands is put off.
    """
    now = timezone.now()
    counts = dict.fromkeys(("erased again", "put off", "failed"), 0)
    for person in User.objects.filter(pk__in=list(keys), erased_at=None).order_by("pk"):
        try:
            with transaction.atomic():
                # The proof that it was done came later than the backup, too.
                if not Erasure.objects.standing_of(person):
                    Erasure.objects.create(person=person, asked_at=now, due_at=now)
                erase_person(person=person, at=now)
        except (Held, LastSuperuser):
            counts["put off"] += 1
        except Exception as error:  # the others still go
            logger.error("Person %s could not be erased again (%s)", person.pk, type(error).__name__)
            counts["failed"] += 1
        else:
            counts["erased again"] += 1
    return counts


@transaction.atomic
def erase_person(*, person, at=None):
    """Leave nothing of ``person`` but a row without anything of theirs, and counts (docs/decisions/erasure.md).

    Raises ``Held`` and ``LastSuperuser``. Somebody who is erased already stays so.
    """
    at = at or timezone.now()
    # Rounds before people, as every action locks them; one that is begun meanwhile is found when they are read.
    rounds = Assessment.objects.filter(owner=person).select_for_update().order_by("pk")
    list(rounds.values_list("pk"))
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.erased_at:
        return
    _check(person)
    addresses = addresses_of(person)
    keys = list(rounds.values_list("pk", flat=True))
    lines = [reverse("line-answer", args=[pk]) for pk in person.reporting_lines.values_list("pk", flat=True)]
    delete_sessions(person, addresses)
    empty_log_entries(person, addresses)
    _end_lines(person, addresses, at)
    close_for_erasure(owner=person)
    delete_of_rounds(erase_rounds(keys=keys, at=at))
    delete_of_person(person)
    nobody = f"erased-{uuid.uuid4()}@invalid"
    _unlink(addresses, keys + lines, nobody)
    _empty(person, nobody, at)
    Erasure.objects.standing().filter(person=person).update(done_at=at)


def _check(person):
    hindrance = Erasure.objects.hindrance(person)
    if hindrance:
        raise {Erasure.HELD: Held, Erasure.LAST_SUPERUSER: LastSuperuser}[hindrance]


def _end_lines(person, addresses, at):
    """Nobody waits for them any more: lines end, requests are declined, and the others are told."""
    for line in ReportingLine.objects.live().filter(Q(person=person) | Q(line_manager=person)).with_people():
        end_line(line=line, ended_by=person)
    asked = ReportingLine.objects.pending().filter(email__in=addresses).exclude(person=person)
    for line in asked.select_related("person"):
        ReportingLine.objects.filter(pk=line.pk).update(declined_at=at)
        notify(recipient=line.person, kind=Notice.Kind.LINE_DECLINED, path=reverse("line-detail"))


def _unlink(addresses, places, nobody):
    """Their addresses and the ways to their rounds and lines, in what is others'. ``places`` are parts of paths."""
    ReportingLine.objects.filter(email__in=addresses).update(email=nobody)
    Notice.objects.filter(address__in=addresses).delete()
    for each in places:
        Notice.objects.filter(path__contains=str(each)).update(path="")


def _empty(person, nobody, at):
    person.groups.clear()
    person.user_permissions.clear()
    place_person(person=person, organisation=None)
    User.objects.filter(pk=person.pk).update(
        email=nobody,
        name=NAME,
        job_title="",
        password=make_password(None),
        is_active=False,
        is_staff=False,
        is_superuser=False,
        last_login=None,
        date_joined=at,
        session_generation=F("session_generation") + 1,
        erased_at=at,
    )
