from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .assessment import Assessment


class Event(models.Model):
    """Who did what to a round, and when. Never what anybody wrote. Without an ``actor`` the portal did it by itself."""

    class Kind(models.TextChoices):
        STARTED = "started", "Started"
        SHARED = "shared", "Shared"
        WITHDRAWN = "withdrawn", "Taken back"
        RETURNED = "returned", "Given back"
        HANDED_OVER = "handed-over", "Handed to a new line manager"
        REVIEWED = "reviewed", "Review finished"
        CONFIRMED = "confirmed", "Confirmed"
        DISAGREED = "disagreed", "Confirmed, with a disagreement recorded"
        UNCONFIRMED = "unconfirmed", "Changed, so that the confirmation no longer counts"
        AGREED = "agreed", "Agreed"
        CLOSED = "closed", "Closed"
        CARRIED_OVER = "carried-over", "Carried over to another version"

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="assessment_events"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["assessment_id", "at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="event_has_its_actor", condition=Q(actor__isnull=False) | Q(kind="carried-over")
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.assessment_id}"
