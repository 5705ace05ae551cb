from django.db import models
from django.utils import timezone

from standards.models import Statement

from .assessment import Assessment


class Evidence(models.Model):
    """A work example. One can support many statements, also before they are answered.

    ``revision`` rises with each change, so that a second window cannot overwrite what it has not seen.
    """

    TEXT_LIMIT = 2000

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="evidence")
    statements = models.ManyToManyField(Statement, related_name="evidence", blank=True)
    title = models.CharField(max_length=150)
    text = models.TextField(max_length=TEXT_LIMIT, blank=True)
    link = models.URLField(max_length=500, blank=True)
    dated = models.DateField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["assessment_id", "added_at", "pk"]
        verbose_name_plural = "evidence"

    def __str__(self):
        return f"Work example {self.pk}"
