from datetime import timedelta

from django.db import models
from django.utils import timezone

from people.models import Organisation
from standards.models import Framework


class Release(models.Model):
    """The figures of an organisation at the top of its tree, and of all below it, as they were on one day: what analysts see.

    base       the number that every count is a multiple of (docs/decisions/disclosure-control.md)
    """

    # No organisation gets new figures more often than this.
    RESTS = timedelta(days=30)

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="releases")
    framework = models.ForeignKey(Framework, models.CASCADE, related_name="releases")
    made_at = models.DateTimeField(default=timezone.now)
    base = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["organisation", "framework", "-made_at"], name="releases_of_one")]

    def __str__(self):
        return f"Release {self.pk} of organisation {self.organisation_id}"


class Figure(models.Model):
    """What a release says of one organisation and all that lies below it.

    ``numbers`` is what ``insights.figures.Figures`` makes of itself; nothing in it is an exact count.
    """

    release = models.ForeignKey(Release, models.CASCADE, related_name="figures")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="figures")
    numbers = models.JSONField()

    class Meta:
        ordering = ["release_id", "organisation_id"]
        constraints = [models.UniqueConstraint(fields=["release", "organisation"], name="figure_once_in_a_release")]

    def __str__(self):
        return f"Figure of organisation {self.organisation_id} in release {self.release_id}"
