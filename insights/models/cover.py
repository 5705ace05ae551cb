from django.conf import settings
from django.db import models
from django.db.models import Q

from people.written_queries import WrittenQuery
from standards.models import Framework

_set_by = WrittenQuery(
    lambda line_manager: (
        NeededCover.objects.filter(line_manager=line_manager)
        .order_by()
        .values_list("framework_id", "area_code", "rank", "people")
    ),
    int,
)


class NeededCoverQuerySet(models.QuerySet):
    def set_by(self, line_manager) -> dict[tuple[int, str], tuple[int, int]]:
        """What a line manager has set, as (rank, people) by (framework's pk, area's code): one query."""
        return {(framework, code): (rank, people) for framework, code, rank, people in _set_by.rows(line_manager.pk)}


class NeededCover(models.Model):
    """How many people of a team a line manager wants at a level or above in one area.

    The area is named by its code, so that it holds under each version of the framework that has it.
    """

    line_manager = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="needed_cover")
    framework = models.ForeignKey(Framework, models.CASCADE, related_name="needed_cover")
    area_code = models.CharField(max_length=10)
    rank = models.PositiveSmallIntegerField()
    people = models.PositiveSmallIntegerField()

    objects = NeededCoverQuerySet.as_manager()

    class Meta:
        ordering = ["line_manager_id", "framework_id", "area_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["line_manager", "framework", "area_code"], name="needed_cover_once_for_each_area"
            ),
            models.CheckConstraint(name="needed_cover_is_of_somebody", condition=Q(rank__gte=1, people__gte=1)),
        ]

    def __str__(self):
        return f"Cover needed in {self.area_code}"
