"""Sending one notice by e-mail, outside the request that caused it. A task's row holds the notice's id and nothing else.

A notice is claimed, sent, and noted as sent, each by an UPDATE that its state conditions and that is committed at once. So two
workers cannot send the same one, and one whose worker dies in between stays "sending" until ``sweep_notices`` shows it as "not
known".
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone
from django_tasks import task

from .models import Notice
from .notice_words import letter
from .post import CutOff

logger = logging.getLogger(__name__)

# How long a notice rests before it is tried again, by how often it was tried.
RESTS = {1: timedelta(minutes=1), 2: timedelta(minutes=5), 3: timedelta(minutes=30), 4: timedelta(hours=2)}


class NotDelivered(Exception):
    """The notice was certainly not sent: the message names the kind of error, without any text of the server's."""


@task
def send_notice(notice_id: int) -> str:
    """Send the notice unless it is claimed, sent or gone; returns what became of it (``Notice.Delivery``), "" for nothing done."""
    now = timezone.now()
    claimed = Notice.objects.filter(pk=notice_id).waiting()
    if not claimed.update(delivery=Notice.Delivery.SENDING, claimed_at=now):
        return ""
    notice = Notice.objects.select_related("recipient", "actor").get(pk=notice_id)
    if notice.recipient and not notice.recipient.is_active:
        return _note(notice, now, delivery=Notice.Delivery.PORTAL, claimed_at=None)
    try:
        _send(notice)
    except CutOff as lost:
        logger.warning("Notice %s: cut off, not known whether it was sent (%s)", notice_id, lost)
        return _note(notice, now, delivery=Notice.Delivery.NOT_KNOWN)
    except NotDelivered as failed:
        return _try_again(notice, now, failed)
    return _note(notice, now, delivery=Notice.Delivery.SENT, sent_at=timezone.now())


def _send(notice):
    """Hand the e-mail to the server. Raises ``CutOff`` and ``NotDelivered``, whose messages hold nothing personal."""
    try:
        message = _message(notice)
        connection = get_connection()
        connection.open()
    except Exception as error:  # whatever it is, nothing was sent
        raise NotDelivered(type(error).__name__) from None
    try:
        if not connection.send_messages([message]):
            raise NotDelivered("no recipient")
    except (CutOff, NotDelivered):
        raise
    except Exception as error:  # refused before the text was handed over, or in so many words after it
        raise NotDelivered(type(error).__name__) from None
    finally:
        _hang_up(connection)


def _hang_up(connection):
    try:
        connection.close()
    except Exception as error:  # what was accepted stays accepted
        logger.info("Closing the connection to the mail server: %s", type(error).__name__)


def _message(notice):
    actor = notice.actor
    text = letter(
        notice.kind,
        actor=notice.actor_name,
        actor_address=actor.email if actor else "",
        has_account=notice.recipient is not None,
        due_on=notice.due_on,
        origin=settings.PORTAL_ORIGIN,
        path=notice.path,
        service=settings.PORTAL_SERVICE_NAME,
        organisation=settings.PORTAL_ORGANISATION_NAME,
        contact=settings.PORTAL_CONTACT_EMAIL,
    )
    to = notice.recipient.email if notice.recipient else notice.address
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
    # The same each time, so that a mail server may drop the second of two when a person sends one again.
    headers = {
        "Message-ID": f"<notice-{notice.pk}-{notice.made_at:%Y%m%d%H%M%S%f}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    return EmailMessage(text.subject, text.body, settings.DEFAULT_FROM_EMAIL, [to], headers=headers)


def _try_again(notice, claimed_at, failed):
    tries = notice.tries + 1
    logger.warning("Notice %s: try %s failed (%s)", notice.pk, tries, failed)
    if tries >= Notice.MOST_TRIES:
        return _note(notice, claimed_at, delivery=Notice.Delivery.FAILED, claimed_at=None, tries=tries)
    became = _note(notice, claimed_at, delivery=Notice.Delivery.WAITING, claimed_at=None, tries=tries)
    if became:
        send_notice.using(run_after=timezone.now() + RESTS[tries]).enqueue(notice.pk)
    return became


def _note(notice, claimed, **changes):
    """Write what became of the claim made at ``claimed``, also when it has been taken for cut off; "" where it is another's."""
    ours = (Notice.Delivery.SENDING, Notice.Delivery.NOT_KNOWN)
    noted = Notice.objects.filter(pk=notice.pk, delivery__in=ours, claimed_at=claimed).update(**changes)
    return str(changes["delivery"]) if noted else ""


def tasks_to_come() -> set[int] | None:
    """The ids of the notices that a worker will come to, has in hand, or has given up for dead, which a person looks at.

    None where they are too many to look at.
    """
    known = send_notice.get_backend().known(send_notice)
    return None if known is None else {args[0] for args in known}
