from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from assessments.models import Assessment


class BreakGlass(models.Model):
    """A superuser opened somebody's round, for an hour and with a reason that its owner reads: the only way that there is."""

    REASON_LIMIT = 1000
    OPEN_FOR = timedelta(hours=1)

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="openings")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField(max_length=REASON_LIMIT)
    opened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = "opening of an assessment"
        verbose_name_plural = "openings of assessments"

    def __str__(self):
        return f"Opening {self.pk}"

    @property
    def is_open(self) -> bool:
        return timezone.now() < self.opened_at + self.OPEN_FOR
