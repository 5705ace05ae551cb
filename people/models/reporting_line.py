from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from ..written_queries import WrittenQuery

PENDING = Q(accepted_at=None, declined_at=None, ended_at=None)
LIVE = Q(accepted_at__isnull=False, ended_at=None)


class ReportingLineQuerySet(models.QuerySet):
    def live(self):
        """Accepted and not ended: the only lines that give access to anything."""
        return self.filter(LIVE)

    def pending(self):
        """Neither answered nor withdrawn."""
        return self.filter(PENDING)

    def standing(self):
        """Live, or pending: at most one of each for a person."""
        return self.filter(LIVE | PENDING)

    def over(self):
        """Declined, withdrawn or ended."""
        return self.exclude(LIVE | PENDING)

    def between(self, person, line_manager):
        """The live line from ``person`` to ``line_manager``: one row or none."""
        return self.live().filter(person=person, line_manager=line_manager)

    def answerable(self):
        """Those whose line manager can still sign in."""
        return self.filter(line_manager__is_active=True)

    def addressed_to(self, user):
        """Lines of others that name an address which ``user`` has confirmed, in any case of letters and in any state."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(email__in=_confirmed_addresses(user)).exclude(person=user)

    def waiting_for(self, user):
        """Pending lines that ``user`` may accept or decline."""
        return self.pending().addressed_to(user)

    def visible_to(self, user):
        """The lines that ``user`` may read: their own, those to them, and those that name an address which they have confirmed."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        named = Q(email__in=_confirmed_addresses(user)) & ~Q(person=user)
        return self.filter(Q(person=user) | (LIVE & Q(line_manager=user)) | named)

    def line_manager_of(self, person):
        """The ``User`` with a live line from ``person`` whose account is open; None where there is none."""
        line = self.live().answerable().filter(person=person).select_related("line_manager").first()
        return line.line_manager if line else None

    def with_people(self):
        """Each line with both people, in the same query."""
        return self.select_related("person", "line_manager")


def _confirmed_addresses(user):
    return user.emailaddress_set.filter(verified=True).values(confirmed=Lower("email"))


_live_between = WrittenQuery(
    lambda person, line_manager: ReportingLine.objects.between(person, line_manager).order_by().values_list("pk"),
    int,
    int,
)


class ReportingLineManager(models.Manager.from_queryset(ReportingLineQuerySet)):
    def is_live(self, person_id, line_manager_id) -> bool:
        """Whether there is a live line ``between`` the people with these keys."""
        return bool(_live_between.rows(person_id, line_manager_id))


class ReportingLine(models.Model):
    """A person names their line manager by e-mail address; whoever has confirmed that address accepts or declines.

    Pending, then live or declined; a live line ends, and a pending one that ends was withdrawn. Rows are kept as history.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reporting_lines")
    email = models.EmailField("address asked")
    line_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="reporting_to_me"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ReportingLineManager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=LIVE, name="one_live_line_per_person"),
            models.UniqueConstraint(fields=["person"], condition=PENDING, name="one_pending_line_per_person"),
            models.CheckConstraint(
                name="line_is_accepted_by_a_line_manager",
                condition=Q(accepted_at=None, line_manager=None)
                | Q(accepted_at__isnull=False, line_manager__isnull=False),
            ),
            models.CheckConstraint(
                name="line_declined_is_over", condition=Q(declined_at=None) | Q(accepted_at=None, ended_at=None)
            ),
            models.CheckConstraint(
                name="line_is_ended_by_somebody",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="line_leads_to_somebody_else", condition=Q(line_manager=None) | ~Q(line_manager=F("person"))
            ),
            models.CheckConstraint(name="line_address_in_lower_case", condition=Q(email=Lower("email"))),
        ]
        indexes = [models.Index(fields=["email"], name="line_by_address")]

    def __str__(self):
        return f"Line {self.pk}: {self.state}"

    @property
    def is_pending(self) -> bool:
        return not (self.accepted_at or self.declined_at or self.ended_at)

    @property
    def is_live(self) -> bool:
        return bool(self.accepted_at and not self.ended_at)

    @property
    def state(self) -> str:
        """In a word: waiting, declined, withdrawn, accepted or ended."""
        if self.declined_at:
            return "declined"
        if self.ended_at:
            return "ended" if self.accepted_at else "withdrawn"
        return "accepted" if self.accepted_at else "waiting"
