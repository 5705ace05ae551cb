"""The exact rollup: how many people there are of each kind, for each organisation and those directly in it.

Nobody is ever shown any of it: pages and files show a ``Release``. ``people`` is the number now, ``released`` the number when
the last release was made, so that the sum of their differences says how much has changed since. Kept by
``insights.actions.counting``; ``manage.py count_again --compare`` counts all of it anew and says what differs.
"""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from people.models import Organisation
from standards.models import Area, Framework, RoleProfile, Statement, Version

from .campaign import Campaign


class Stage(models.TextChoices):
    """How far somebody has come under a framework, or since a campaign began."""

    NOT_STARTED = "not-started", "Not started"
    STARTED = "started", "Started"
    SHARED = "shared", "Shared"
    AGREED = "agreed", "Agreed"


def _or_none(column, none=0):
    """A column that may be empty, as what a unique index can compare: to SQL no empty value is the same as another."""
    return Coalesce(column, Value(none))


class StageCount(models.Model):
    """People by how far they have come: with a round agreed, shared or begun, in this order, or none of these.

    campaign    the one that invited them last, whoever was invited; and ``reached`` is how far they have come since it opened
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="stage_counts")
    framework = models.ForeignKey(Framework, models.CASCADE, related_name="+")
    stage = models.CharField(max_length=12, choices=Stage)
    campaign = models.ForeignKey(Campaign, models.CASCADE, null=True, blank=True, related_name="+")
    reached = models.CharField(max_length=12, choices=Stage, blank=True)
    people = models.PositiveIntegerField(default=0)
    released = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                *("organisation", "framework", "stage", _or_none("campaign"), "reached"), name="stage_counted_once"
            ),
            models.CheckConstraint(
                name="stage_is_reached_since_a_campaign",
                condition=Q(campaign=None, reached="") | (Q(campaign__isnull=False) & ~Q(reached="")),
            ),
        ]

    def __str__(self):
        return f"{self.stage} in organisation {self.organisation_id}"


class LevelCount(models.Model):
    """People by the level that they hold in an area, and the one that they need; None for an area that is not in their role."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="level_counts")
    version = models.ForeignKey(Version, models.CASCADE, related_name="+")
    role_profile = models.ForeignKey(RoleProfile, models.CASCADE, null=True, blank=True, related_name="+")
    area = models.ForeignKey(Area, models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    target = models.PositiveSmallIntegerField(null=True, blank=True)
    people = models.PositiveIntegerField(default=0)
    released = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                *("organisation", "version", "area", _or_none("role_profile")),
                *(_or_none("level", -1), _or_none("target", -1)),
                name="level_counted_once",
            )
        ]

    def __str__(self):
        return f"Level {self.level} in area {self.area_id} of organisation {self.organisation_id}"


class ReadyCount(models.Model):
    """People by the highest level at which each statement in their role is met: 0 to the number of levels."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="ready_counts")
    version = models.ForeignKey(Version, models.CASCADE, related_name="+")
    role_profile = models.ForeignKey(RoleProfile, models.CASCADE, null=True, blank=True, related_name="+")
    rank = models.PositiveSmallIntegerField()
    people = models.PositiveIntegerField(default=0)
    released = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                *("organisation", "version", _or_none("role_profile"), "rank"), name="ready_counted_once"
            )
        ]

    def __str__(self):
        return f"Ready for {self.rank} in organisation {self.organisation_id}"


class MissCount(models.Model):
    """People who are below their target in a statement."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="miss_counts")
    version = models.ForeignKey(Version, models.CASCADE, related_name="+")
    statement = models.ForeignKey(Statement, models.CASCADE, related_name="+")
    people = models.PositiveIntegerField(default=0)
    released = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "version", "statement"], name="miss_counted_once")
        ]

    def __str__(self):
        return f"Missed statement {self.statement_id} in organisation {self.organisation_id}"
