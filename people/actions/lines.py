"""Who is whose line manager: asked, answered, ended.

A line that waits is matched by address alone, and only with an address that has been confirmed. Whether the one that was named is
somebody's account shows in no answer, in no number of queries and in no kind of query.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from ..models import Notice, NoticeChoice, ReportingLine, User
from ..tasks import send_notice
from .notices import notify, write_once

MOST_ASKED_IN_A_DAY = 10


class OwnAddress(Exception):
    """Somebody named an address of their own as their line manager's."""


class AlreadyAsked(Exception):
    """That address was named already, and the line waits or is live: nothing was changed."""


class AskedTooOften(Exception):
    """The person has named ``MOST_ASKED_IN_A_DAY`` addresses within a day: nothing was changed."""


class NotAsked(Exception):
    """The line names no address that this person has confirmed, or is their own."""


class NotPending(Exception):
    """The line was answered or withdrawn meanwhile: nothing was changed."""


class NotLive(Exception):
    """The line has ended, or was never accepted: nothing was changed."""


class NotTheirs(Exception):
    """This person may not end or withdraw the line."""


def name_line_manager(*, person, email, asked_by) -> ReportingLine:
    """Ask whoever has confirmed ``email`` to be the line manager of ``person``. The one before stays until they accept.

    A request to another address that waits is withdrawn. ``asked_by`` is the person, or the administrator who imported it.
    Raises ``OwnAddress``, ``AlreadyAsked`` and, for the person alone, ``AskedTooOften``.
    """
    email = email.strip().lower()
    try:
        with transaction.atomic():
            return _name(person, email, asked_by)
    except IntegrityError as clash:
        if ReportingLine.objects.pending().filter(person=person).exists():
            raise AlreadyAsked from clash  # by another window, at the same moment
        raise


def _name(person, email, asked_by):
    now = timezone.now()
    own = {person.email.lower(), *(each.lower() for each in person.emailaddress_set.values_list("email", flat=True))}
    if email in own:
        raise OwnAddress
    lines = ReportingLine.objects.filter(person=person)
    if (lines.pending() | lines.live()).filter(email=email).exists():
        raise AlreadyAsked
    if asked_by == person:
        asked = ReportingLine.objects.filter(asked_by=person, asked_at__gt=now - timedelta(days=1))
        if asked.count() >= MOST_ASKED_IN_A_DAY:
            raise AskedTooOften
    lines.pending().update(ended_at=now, ended_by=asked_by)
    line = ReportingLine.objects.create(person=person, email=email, asked_by=asked_by, asked_at=now)
    _ask(line, now)
    return line


def _ask(line, now):
    """Tell whoever has the address, or invite them. The same queries whether or not there is an account with it.

    By e-mail an account is told once a day for the same person; an address without one, once ever for the same person and once a
    day for all people together.
    """
    unwanted = NoticeChoice.objects.filter(user=OuterRef("pk"), kind=Notice.Kind.LINE_ASKED)
    asked = (
        User.objects.filter(emailaddress__email=line.email, emailaddress__verified=True)
        .annotate(not_by_email=Exists(unwanted))
        .first()
    )
    day_ago = now - timedelta(days=1)
    told = Notice.objects.filter(kind=Notice.Kind.LINE_ASKED, actor=line.person, made_at__gt=day_ago)
    told_today = {pk for pk in told.by_email().values_list("recipient", flat=True) if pk}
    invited = list(Notice.objects.by_email().filter(address=line.email).values_list("actor", "made_at"))
    may_invite = all(actor != line.person_id and at <= day_ago for actor, at in invited)
    notice = Notice(
        kind=Notice.Kind.LINE_ASKED,
        actor=line.person,
        path=reverse("line-answer", kwargs={"line_id": line.pk}),
        made_at=now,
    )
    key = f"{Notice.Kind.LINE_ASKED}:{line.pk}"
    if asked and asked.is_active:
        notice.recipient, notice.key = asked, key
        by_email = not asked.not_by_email and asked.pk not in told_today
    else:
        by_email = asked is None and may_invite
        # Of two people at the same moment, the database lets one invite.
        notice.address, notice.key = (
            line.email,
            f"{Notice.Kind.LINE_ASKED}:{line.email}:{now:%Y-%m-%d}" if by_email else key,
        )
    notice.delivery = Notice.Delivery.WAITING if by_email else Notice.Delivery.PORTAL
    if not write_once(notice):
        notice.key, notice.delivery = key, Notice.Delivery.PORTAL
        write_once(notice)
    # Also where nothing is to be sent: the task finds that out.
    send_notice.enqueue(notice.pk)


@transaction.atomic
def import_lines(*, lines, asked_by) -> int:
    """Ask for many lines at once: pairs of person and e-mail address; returns how many were asked for.

    A line that is there already, and one to the person's own address, is left out.
    """
    asked = 0
    for person, email in lines:
        try:
            name_line_manager(person=person, email=email, asked_by=asked_by)
        except (AlreadyAsked, OwnAddress):
            continue
        asked += 1
    return asked


@transaction.atomic
def accept_line(*, line, line_manager):
    """Be the line manager of ``line.person`` from now on, in place of the one before.

    Raises ``NotAsked`` and ``NotPending``.
    """
    _check_asked(line, line_manager)
    now = timezone.now()
    # Where this line itself is live already, the second update finds nothing and all is undone.
    former = ReportingLine.objects.live().filter(person=line.person_id).with_people().first()
    ended = former and ReportingLine.objects.live().filter(pk=former.pk).update(ended_at=now, ended_by=line.asked_by_id)
    accepted = ReportingLine.objects.pending().filter(pk=line.pk)
    if not accepted.update(line_manager=line_manager, accepted_at=now):
        raise NotPending
    line.line_manager, line.accepted_at = line_manager, now
    notify(recipient=line.person, kind=Notice.Kind.LINE_ACCEPTED, actor=line_manager, path=reverse("line-detail"))
    if ended and former.line_manager != line_manager:
        notify(recipient=former.line_manager, kind=Notice.Kind.LINE_ENDED, actor=line.person)


@transaction.atomic
def decline_line(*, line, line_manager):
    """Say no to ``line``. The person is told, without a name: they named an address. Raises ``NotAsked`` and ``NotPending``."""
    _check_asked(line, line_manager)
    now = timezone.now()
    if not ReportingLine.objects.pending().filter(pk=line.pk).update(declined_at=now):
        raise NotPending
    line.declined_at = now
    notify(recipient=line.person, kind=Notice.Kind.LINE_DECLINED, path=reverse("line-detail"))


def _check_asked(line, line_manager):
    if not ReportingLine.objects.addressed_to(line_manager).filter(pk=line.pk).exists():
        raise NotAsked


@transaction.atomic
def withdraw_line(*, line, withdrawn_by):
    """Take back a request that waits: the person themselves, or an administrator. Raises ``NotTheirs`` and ``NotPending``."""
    if withdrawn_by.pk != line.person_id and not _is_administrator(withdrawn_by):
        raise NotTheirs
    now = timezone.now()
    if not ReportingLine.objects.pending().filter(pk=line.pk).update(ended_at=now, ended_by=withdrawn_by):
        raise NotPending
    line.ended_at, line.ended_by = now, withdrawn_by


@transaction.atomic
def end_line(*, line, ended_by):
    """End a live line, and with it all that it gave access to: either of the two, or an administrator.

    Raises ``NotTheirs`` and ``NotLive``.
    """
    if ended_by.pk not in (line.person_id, line.line_manager_id) and not _is_administrator(ended_by):
        raise NotTheirs
    now = timezone.now()
    if not ReportingLine.objects.live().filter(pk=line.pk).update(ended_at=now, ended_by=ended_by):
        raise NotLive
    line.ended_at, line.ended_by = now, ended_by
    if ended_by != line.person:
        notify(recipient=line.person, kind=Notice.Kind.LINE_ENDED, actor=line.line_manager, path=reverse("line-detail"))
    if ended_by != line.line_manager:
        notify(recipient=line.line_manager, kind=Notice.Kind.LINE_ENDED, actor=line.person)


def _is_administrator(user):
    return user.has_perm("people.change_reportingline")
