import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from standards.models import Area, Framework, RoleProfile, Version


class AssessmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The rounds that ``user`` may read. Being staff or a superuser adds none."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(owner=user)

    def open(self):
        """The rounds that are not over."""
        return self.filter(state__in=Assessment.OPEN_STATES)

    def for_answering(self):
        """Each round with its version alone, in the same query: all that answering needs."""
        return self.select_related("version")

    def with_version(self):
        """Each round with its owner, version, framework and role profile, in the same query."""
        return self.select_related("owner__organisation", "version__framework", "role_profile")


class Assessment(models.Model):
    """One person's round against one version of a framework. Private to its owner until shared."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SHARED = "shared", "Shared"
        AGREED = "agreed", "Agreed"
        CLOSED = "closed", "Closed"

    OPEN_STATES = (State.DRAFT, State.SHARED)
    FROZEN_STATES = (State.AGREED, State.CLOSED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="assessments")
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="assessments")
    version = models.ForeignKey(Version, models.PROTECT, related_name="assessments")
    role_profile = models.ForeignKey(RoleProfile, models.PROTECT, null=True, blank=True, related_name="assessments")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    started_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    shared_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(AssessmentQuerySet)()

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
                | Q(state="closed", agreed_at=None, closed_at__isnull=False),
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
