import uuid
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from people.models import ReportingLine
from people.written_queries import WrittenQuery
from standards.models import Area, Framework, RoleProfile, Version


@cache
def _has_live_line():
    """Between the owner of a round and the line manager who is named on it. Made once: every page asks for it."""
    return Exists(ReportingLine.objects.between(OuterRef("owner"), OuterRef("line_manager")))


def _may_read(user):
    return user.is_authenticated and user.is_active


class AssessmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The rounds that ``user`` may read: one's own, and the ones ``read_by`` them. Being staff or a superuser adds none."""
        if not _may_read(user):
            return self.none()
        return self.filter(self._visible_to(user, user))

    def owned_by(self, user):
        """The rounds that ``user`` may read as their owner."""
        if not _may_read(user):
            return self.none()
        return self.filter(owner=user)

    def read_by(self, user):
        """The rounds that ``user`` may read as line manager: named on the round, and with a live line to its owner."""
        if not _may_read(user):
            return self.none()
        return self.filter(self._read_by(user))

    def with_live_line(self):
        """The rounds whose line manager still is the owner's."""
        return self.filter(_has_live_line())

    @classmethod
    def _visible_to(cls, owner, line_manager):
        return Q(owner=owner) | cls._read_by(line_manager)

    @staticmethod
    def _read_by(user):
        return Q(_has_live_line(), line_manager=user, state__in=Assessment.LINE_MANAGER_STATES)

    def open(self):
        """The rounds that are not over."""
        return self.filter(state__in=Assessment.OPEN_STATES)

    def for_answering(self):
        """Each round with its version alone, in the same query: all that answering needs."""
        return self.select_related("version")

    def with_version(self):
        """Each round with its owner, version, framework and role profile, in the same query."""
        return self.select_related("owner__organisation", "line_manager", "version__framework", "role_profile")


@cache
def _one_owned(related):
    return WrittenQuery(
        lambda user, pk: Assessment.objects.filter(owner=user, pk=pk).order_by().select_related(*related),
        int,
        uuid.UUID,
    )


@cache
def _one_read(related):
    related = sorted({"owner", *related} - {"line_manager"})
    return WrittenQuery(
        lambda user, pk: (
            Assessment.objects.filter(AssessmentQuerySet._read_by(user), pk=pk).order_by().select_related(*related)
        ),
        int,
        uuid.UUID,
    )


@cache
def _one_between(related):
    related = sorted({"owner", "line_manager", *related})
    return WrittenQuery(
        lambda owner, line_manager, pk: (
            Assessment.objects.filter(AssessmentQuerySet._visible_to(owner, line_manager), pk=pk)
            .order_by()
            .select_related(*related)
        ),
        int,
        int,
        uuid.UUID,
    )


class AssessmentManager(models.Manager.from_queryset(AssessmentQuerySet)):
    """Finds one round for one person, as the query set's methods have it, by queries whose SQL is written once.

    ``related`` names what is read with it; whoever reads it as its owner or line manager is on it in any case.
    """

    def find_owned(self, user, pk, *related):
        """The round with this key that ``user`` may read as its owner, or None."""
        found = _one_owned(related).first(user.pk, pk) if _may_read(user) else None
        if found is not None:
            found.owner = user
        return found

    def find_read(self, user, pk, *related):
        """The round with this key that is ``read_by`` ``user``, with its owner, or None."""
        found = _one_read(related).first(user.pk, pk) if _may_read(user) else None
        if found is not None:
            found.line_manager = user
        return found

    def find_visible(self, user, pk, *related):
        """The round with this key that is ``visible_to`` ``user``, or None: asked as its owner first, since most who ask are."""
        return self.find_owned(user, pk, *related) or self.find_read(user, pk, *related)

    def find_between(self, user, pk, *related):
        """The same with both people, asked in one query: for what its owner and its line manager open as often."""
        return _one_between(related).first(user.pk, user.pk, pk) if _may_read(user) else None


class Assessment(models.Model):
    """One person's round against one version of a framework. Private to its owner until shared.

    previous         the agreed or closed round that this one began as a copy of
    carried_from     the version that a draft was carried over from last (``models.carrying``)
    line_manager     who reviews it; named when it is shared
    rates_first      whether the line manager rates before the owner's levels are shown to them
    reviewed_at      when the line manager finished the review: from then on each sees the other's ratings
    acted_at         when the line manager last added something since it was shared
    return_reason    why the line manager gave it back; gone when it is shared again
    check_code       what the agreed report is verified by (``assessments.records``)

    An erased round is nobody's: of an agreed or closed one only its version, role profile and dates stay (``privacy``).
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SHARED = "shared", "Shared"
        AGREED = "agreed", "Agreed"
        CLOSED = "closed", "Closed"
        ERASED = "erased", "Erased"

    OPEN_STATES = (State.DRAFT, State.SHARED)
    FROZEN_STATES = (State.AGREED, State.CLOSED)
    LINE_MANAGER_STATES = (State.SHARED, State.AGREED)
    HANGS_AFTER = timedelta(days=30)
    RETURN_REASON_LIMIT = 1000

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="assessments"
    )
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="assessments")
    version = models.ForeignKey(Version, models.PROTECT, related_name="assessments")
    carried_from = models.ForeignKey(Version, models.PROTECT, null=True, blank=True, related_name="assessments_carried")
    role_profile = models.ForeignKey(RoleProfile, models.PROTECT, null=True, blank=True, related_name="assessments")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    previous = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="following")
    line_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="rounds_to_review"
    )
    rates_first = models.BooleanField(default=False)
    return_reason = models.TextField(max_length=RETURN_REASON_LIMIT, blank=True)
    check_code = models.CharField(max_length=20, null=True, blank=True, unique=True)
    started_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    shared_at = models.DateTimeField(null=True, blank=True)
    acted_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = AssessmentManager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "framework"],
                condition=Q(state__in=["draft", "shared"]),
                name="one_open_round_per_person_and_framework",
            ),
            models.CheckConstraint(
                name="assessment_state_has_its_dates",
                condition=Q(state="draft", shared_at=None, agreed_at=None, closed_at=None)
                | Q(state="shared", shared_at__isnull=False, agreed_at=None, closed_at=None)
                | Q(state="agreed", shared_at__isnull=False, agreed_at__isnull=False, closed_at=None)
                | Q(state="closed", agreed_at=None, closed_at__isnull=False)
                | Q(state="erased"),
            ),
            models.CheckConstraint(
                name="assessment_state_has_its_line_manager",
                condition=Q(state="draft", line_manager=None)
                | Q(state__in=["shared", "agreed"], line_manager__isnull=False)
                | Q(state="closed", line_manager__isnull=False, shared_at__isnull=False)
                | Q(state="closed", line_manager=None, shared_at=None)
                | Q(state="erased", line_manager=None),
            ),
            models.CheckConstraint(
                name="assessment_has_its_owner_until_erased",
                condition=Q(state="erased", owner=None, erased_at__isnull=False)
                | (~Q(state="erased") & Q(owner__isnull=False, erased_at=None)),
            ),
            models.CheckConstraint(
                name="assessment_is_never_reviewed_by_its_owner",
                condition=Q(line_manager=None) | ~Q(line_manager=F("owner")),
            ),
            models.CheckConstraint(
                name="assessment_reviewed_while_shared_or_after",
                condition=Q(reviewed_at=None) & ~Q(state="agreed")
                | Q(reviewed_at__isnull=False, acted_at__isnull=False, shared_at__isnull=False),
            ),
            models.CheckConstraint(
                name="assessment_agreed_has_its_check_code",
                condition=Q(state="agreed", check_code__isnull=False) | (~Q(state="agreed") & Q(check_code=None)),
            ),
            models.CheckConstraint(
                name="assessment_returned_only_as_a_draft",
                condition=Q(return_reason="") | Q(state__in=["draft", "closed"]),
            ),
        ]

    def __str__(self):
        return f"{self.title} {self.id}"

    @property
    def title(self) -> str:
        """What pages call this round; the year it was started in."""
        return f"{timezone.localtime(self.started_at).year} assessment"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_shared(self) -> bool:
        return self.state == self.State.SHARED

    @property
    def is_agreed(self) -> bool:
        return self.state == self.State.AGREED

    @property
    def is_reviewed(self) -> bool:
        return self.reviewed_at is not None

    @property
    def hides_levels(self) -> bool:
        """Whether the line manager does not see the owner's levels yet, because they rate first."""
        return self.rates_first and not self.is_reviewed

    @property
    def waits_since(self):
        """The moment from which a shared round waits for its line manager: shared, or the last time they added something."""
        return self.acted_at or self.shared_at

    @property
    def hangs(self) -> bool:
        """Whether the line manager of a shared round has not acted for ``HANGS_AFTER``."""
        return self.is_shared and self.waits_since < timezone.now() - self.HANGS_AFTER


class Target(models.Model):
    """The level that an area needs in this round; no rank means that the area is not in the owner's role."""

    REASON_LIMIT = 500

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="targets")
    area = models.ForeignKey(Area, models.PROTECT, related_name="targets")
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=REASON_LIMIT, blank=True)

    class Meta:
        ordering = ["assessment_id", "area_id"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "area"], name="target_unique_per_area"),
            models.CheckConstraint(name="target_rank_from_one", condition=Q(rank__isnull=True) | Q(rank__gte=1)),
        ]

    def __str__(self):
        return f"Target in {self.area.code}"


class AgreedTarget(models.Model):
    """The level that both agreed an area needs. While the round is shared a row says what the conversation changed; once agreed
    there is one for each area."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="agreed_targets")
    area = models.ForeignKey(Area, models.PROTECT, related_name="agreed_targets")
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=Target.REASON_LIMIT, blank=True)

    class Meta:
        ordering = ["assessment_id", "area_id"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "area"], name="agreed_target_unique_per_area"),
            models.CheckConstraint(name="agreed_target_rank_from_one", condition=Q(rank__isnull=True) | Q(rank__gte=1)),
        ]

    def __str__(self):
        return f"Agreed target in {self.area.code}"
