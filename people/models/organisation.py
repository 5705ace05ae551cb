from django.conf import settings
from django.db import models
from django.utils import timezone


class Organisation(models.Model):
    """A department or agency that people say they work in."""

    name = models.CharField(max_length=200, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class AnalystGrant(models.Model):
    """Lets an analyst see the figures of an organisation: rounded counts, and never a person."""

    analyst = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="analyst_grants")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="analyst_grants")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["analyst_id", "organisation_id"]
        constraints = [
            models.UniqueConstraint(fields=["analyst", "organisation"], name="analyst_granted_once_per_organisation")
        ]

    def __str__(self):
        return f"Analyst {self.analyst_id} of organisation {self.organisation_id}"
