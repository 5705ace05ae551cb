from django.db import models
from django.db.models import Q

from standards.models import Area

from .assessment import Assessment


class Summary(models.Model):
    """What a shared or agreed round comes to in one area: what team pages and figures are made of, without scoring it again.

    Written in the transaction that shares or agrees the round, and gone with the one that takes it back, closes or erases it. It
    is of the agreed levels once the round is agreed, and of the owner's until then; ``scoring`` remains the truth.

    level     the rank reached; None where no statement of the area is in the role
    target    the rank needed; None where the area is not in the role
    missed    the statements below the target, in published order: pairs of a statement's pk and the rank reached
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="summaries")
    area = models.ForeignKey(Area, models.PROTECT, related_name="summaries")
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    target = models.PositiveSmallIntegerField(null=True, blank=True)
    missed = models.JSONField(default=list)

    class Meta:
        ordering = ["assessment_id", "area_id"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "area"], name="summary_unique_per_area"),
            models.CheckConstraint(
                name="summary_has_a_level_only_in_the_role", condition=Q(level=None) | Q(target__isnull=False)
            ),
        ]

    def __str__(self):
        return f"Summary of {self.assessment_id} in area {self.area_id}"
