from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The notices of ``user``: nobody reads another's."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(recipient=user)

    def unread(self):
        return self.filter(read_at=None)

    def waiting(self):
        """To be sent by e-mail, and claimed by no worker."""
        return self.filter(delivery=Notice.Delivery.WAITING)

    def cut_off(self, now):
        """Claimed so long before ``now`` that whoever claimed them must have died meanwhile."""
        return self.filter(delivery=Notice.Delivery.SENDING, claimed_at__lte=now - Notice.CLAIMED_FOR)

    def by_email(self):
        """What was, or is to be, sent by e-mail as well."""
        return self.exclude(delivery=Notice.Delivery.PORTAL)


class Notice(models.Model):
    """Something that a person is told, on the page of their notices and by e-mail unless they chose otherwise: the outbox.

    Written in the transaction of what it tells of. It holds no text: ``people.notice_words`` makes it from the kind, and from the
    actor's name when it is drawn. ``address`` is that of somebody without an account, empty for everybody else.
    """

    class Kind(models.TextChoices):
        """What the notice tells of; ``people.notice_words`` puts each into words."""

        LINE_ASKED = "line-asked"
        LINE_ACCEPTED = "line-accepted"
        LINE_DECLINED = "line-declined"
        LINE_ENDED = "line-ended"
        SHARED = "shared"
        WITHDRAWN = "withdrawn"
        RETURNED = "returned"
        HANDED_OVER = "handed-over"
        REVIEWED = "reviewed"
        READY_TO_CONFIRM = "ready-to-confirm"
        CONFIRMATION_REMOVED = "confirmation-removed"
        AGREED = "agreed"
        DISAGREED = "disagreed"
        CLOSED = "closed"
        GOAL_DUE = "goal-due"
        GOAL_OVERDUE = "goal-overdue"
        YEAR_PASSED = "year-passed"
        VERSION_PUBLISHED = "version-published"
        VERSION_RETIRES = "version-retires"
        CARRIED_OVER = "carried-over"
        SIGN_OFF_ASKED = "sign-off-asked"
        SIGN_OFF_ANSWERED = "sign-off-answered"
        ROUND_OPENED = "round-opened"
        ERASURE_ASKED = "erasure-asked"
        ERASURE_CANCELLED = "erasure-cancelled"
        ACCOUNT_UNUSED = "account-unused"
        INVITED = "invited"
        INVITATION_DUE = "invitation-due"

    class Delivery(models.TextChoices):
        """What became of the e-mail. Only a person sends again what is not known or failed."""

        PORTAL = "portal", "Not by e-mail"
        WAITING = "waiting", "Waiting to be sent"
        SENDING = "sending", "Being sent"
        NOT_KNOWN = "not-known", "Not known: cut off while it was being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"

    MOST_TRIES = 5
    CLAIMED_FOR = timedelta(minutes=10)

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="notices"
    )
    address = models.EmailField(blank=True)
    kind = models.CharField(max_length=30, choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    path = models.CharField(max_length=200, blank=True)
    due_on = models.DateField(null=True, blank=True)
    key = models.CharField(max_length=400, null=True, blank=True, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    delivery = models.CharField(max_length=10, choices=Delivery, default=Delivery.WAITING)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = models.Manager.from_queryset(NoticeQuerySet)()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="notice_is_for_a_person_or_an_address",
                condition=Q(recipient__isnull=False, address="") | (Q(recipient=None) & ~Q(address="")),
            ),
            models.CheckConstraint(
                name="notice_delivery_has_its_dates",
                condition=Q(delivery__in=["portal", "waiting", "failed"], claimed_at=None, sent_at=None)
                | Q(delivery__in=["sending", "not-known"], claimed_at__isnull=False, sent_at=None)
                | Q(delivery="sent", claimed_at__isnull=False, sent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-made_at"], name="notice_newest_first"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["address", "made_at"], condition=Q(recipient=None), name="notice_by_address"),
            models.Index(
                fields=["delivery"],
                condition=Q(delivery__in=["waiting", "sending", "not-known", "failed"]),
                name="notice_to_send",
            ),
        ]

    def __str__(self):
        return f"Notice {self.pk}: {self.kind}"

    @property
    def actor_name(self) -> str:
        """Whose doing it was, in words; "" where it was nobody's."""
        if self.actor and self.actor.erased_at:
            return "somebody whose account is erased"
        return str(self.actor or "")


class NoticeChoice(models.Model):
    """A kind of notice that a person does not want by e-mail. They still find it on the page of their notices."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_choices")
    kind = models.CharField(max_length=30, choices=Notice.Kind)

    class Meta:
        ordering = ["user_id", "kind"]
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once_per_kind")]

    def __str__(self):
        return f"Not by e-mail: {self.kind}"
