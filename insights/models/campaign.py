from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from people.models import Organisation
from standards.models import Framework


class Campaign(models.Model):
    """An organisation invites the people in it, and in what lies below it, to a round of a framework by a day.

    remind_days    how many days before ``due_on`` whoever has not shared is reminded: numbers, the largest first
    ended_at       when it was ended before its time
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="campaigns")
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="campaigns")
    opened_on = models.DateField()
    due_on = models.DateField()
    remind_days = models.JSONField(default=list)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="campaigns_started"
    )
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="campaign_is_due_after_it_opens", condition=Q(due_on__gt=F("opened_on"))),
        ]

    def __str__(self):
        return f"Campaign {self.pk}"


class Invitation(models.Model):
    """That somebody was invited by a campaign, and when they were reminded last."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="invitations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="invitations")
    invited_at = models.DateTimeField(default=timezone.now)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["campaign_id", "person_id"]
        constraints = [models.UniqueConstraint(fields=["campaign", "person"], name="invited_once_by_a_campaign")]

    def __str__(self):
        return f"Invitation {self.pk}"
