"""What people are told: written into the outbox, read, chosen, and given to the worker that sends it."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from ..models import Notice, NoticeChoice
from ..tasks import send_notice, tasks_to_come


class NotSendable(Exception):
    """The notice is not one whose sending failed or is not known: nothing was changed."""


@transaction.atomic(savepoint=False)
def notify(*, recipient, kind, actor=None, path="", due_on=None, key=None) -> Notice | None:
    """Tell ``recipient`` of something, in the caller's transaction: on the page of their notices, and by e-mail if they want it.

    ``actor`` is whose name the text says, ``path`` where in the portal it leads, ``due_on`` a date that it says. Nobody is told
    what they did themselves, and nothing is told to a closed account. With ``key``, the same notice is never made twice. Returns
    the notice, or None where none was made. Raises ``ValueError`` for a kind that there is not.
    """
    kind = Notice.Kind(kind)
    if not recipient.is_active or recipient == actor:
        return None
    by_email = not NoticeChoice.objects.filter(user=recipient, kind=kind).exists()
    delivery = Notice.Delivery.WAITING if by_email else Notice.Delivery.PORTAL
    notice = Notice(
        recipient=recipient,
        kind=kind,
        actor=actor,
        path=path,
        due_on=due_on,
        key=key,
        delivery=delivery,
        made_at=timezone.now(),
    )
    if not write_once(notice):
        return None
    if by_email:
        send_notice.enqueue(notice.pk)
    return notice


def write_once(notice) -> bool:
    """Write a new notice, unless there is one with its key."""
    if notice.key is None:
        notice.save(force_insert=True)
        return True
    try:
        with transaction.atomic():
            notice.save(force_insert=True)
    except IntegrityError:
        if Notice.objects.filter(key=notice.key).exists():
            return False
        raise
    return True


def read_notice(*, notice):
    """Note that the recipient has opened a notice."""
    Notice.objects.filter(pk=notice.pk).unread().update(read_at=timezone.now())


def read_notices(*, recipient) -> int:
    """Note that the recipient has read all that there is; returns how many were unread."""
    return Notice.objects.filter(recipient=recipient).unread().update(read_at=timezone.now())


def read_notices_about(*, recipient, path):
    """Note that the recipient's notices that lead to ``path`` are of something done: whoever has acted need not open them."""
    Notice.objects.filter(recipient=recipient, path=path).unread().update(read_at=timezone.now())


@transaction.atomic
def choose_notices(*, user, by_email):
    """Send ``user`` the kinds ``by_email`` as e-mails from now on, and no others. All kinds stay on the page of their notices."""
    unwanted = set(Notice.Kind.values) - set(by_email)
    NoticeChoice.objects.filter(user=user).exclude(kind__in=unwanted).delete()
    choices = [NoticeChoice(user=user, kind=kind) for kind in sorted(unwanted)]
    NoticeChoice.objects.bulk_create(choices, ignore_conflicts=True)


@transaction.atomic
def send_again(*, notice):
    """Send a notice whose e-mail failed, or is not known to have arrived. Only a person decides that. Raises ``NotSendable``."""
    stopped = (Notice.Delivery.NOT_KNOWN, Notice.Delivery.FAILED)
    sendable = Notice.objects.filter(pk=notice.pk, delivery__in=stopped)
    if not sendable.update(delivery=Notice.Delivery.WAITING, claimed_at=None, tries=0):
        raise NotSendable
    send_notice.enqueue(notice.pk)


@transaction.atomic
def hold_notices() -> int:
    """Show whatever waits, or is being sent, as "not known": only a person sends it then. Returns how many notices.

    For a database that was restored: what waited when it was backed up may have been sent since.
    """
    waiting = Notice.objects.waiting().update(delivery=Notice.Delivery.NOT_KNOWN, claimed_at=timezone.now())
    sending = Notice.objects.filter(delivery=Notice.Delivery.SENDING).update(delivery=Notice.Delivery.NOT_KNOWN)
    return waiting + sending


@transaction.atomic
def sweep_notices() -> tuple[int, int]:
    """Show what was cut off as "not known", and give the worker what waits without a task; returns how many of each.

    For every start of a worker and every minute. Harmless at any time and by several at once: a notice with two tasks is sent
    once. While very many wait for the worker none is looked for.
    """
    cut_off = Notice.objects.cut_off(timezone.now()).update(delivery=Notice.Delivery.NOT_KNOWN)
    to_come = tasks_to_come()
    forgotten = []
    if to_come is not None:
        forgotten = sorted(set(Notice.objects.waiting().values_list("pk", flat=True)) - to_come)
    for pk in forgotten:
        send_notice.enqueue(pk)
    return cut_off, len(forgotten)
