from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from .assessment import Assessment


class ReadingQuerySet(models.QuerySet):
    def lately(self, reader, what, since):
        """That ``reader`` was shown ``what`` after the moment ``since``."""
        return self.filter(reader=reader, what=what, at__gt=since)


class Reading(models.Model):
    """Somebody other than its owner was shown something of a round: who, what kind of page, and when. Its owner can list them.

    No part of the record: it is kept beside a frozen round, and goes with it.
    """

    class What(models.TextChoices):
        OVERVIEW = "overview", "The overview"
        ANSWERS = "answers", "Levels and notes"
        EVIDENCE = "evidence", "Work examples"
        REPORT = "report", "The gap report"
        REPORT_PDF = "report-pdf", "The gap report as PDF"
        REVIEW = "review", "The review"
        CONVERSATION = "conversation", "The development conversation"
        PLAN = "plan", "The development plan"
        COMPARISON = "comparison", "The comparison of two assessments"
        TEAM = "team", "Levels and gaps, among the team’s"
        TEAM_FILE = "team-file", "Levels and gaps, among the team’s, in a file"
        LOOKED_UP = "looked-up", "That it is there, and its state, looked up by an administrator"
        BREAK_GLASS = "break-glass", "The whole assessment, opened by an administrator with a reason"

    # How often the page of a team, which shows many rounds at once, is noted of each (docs/decisions/who-has-seen.md).
    NOTED_ONCE_IN = timedelta(hours=1)

    # Found by ``readings_of_a_round``: an index of the key alone would be one more to write to for each reading.
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="readings", db_index=False)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="readings")
    what = models.CharField(max_length=12, choices=What)
    at = models.DateTimeField(default=timezone.now)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["assessment", "-at"], name="readings_of_a_round")]

    def __str__(self):
        return f"{self.what} of {self.assessment_id}"
