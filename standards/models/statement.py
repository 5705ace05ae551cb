import uuid

from django.db import models

from .area import Area, InVersionManager, Part
from .framework import Level


class StatementManager(InVersionManager):
    version_path = "area__section__version"


class Statement(models.Model):
    """One row of an area's table. ``lineage`` is its identity across versions; ``code`` and ``topic`` are the portal's."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="statements")
    part = models.ForeignKey(Part, models.SET_NULL, null=True, blank=True, related_name="statements")
    lineage = models.UUIDField(default=uuid.uuid4)
    code = models.CharField(max_length=10)
    topic = models.CharField(max_length=60)
    order = models.PositiveSmallIntegerField()

    objects = StatementManager()

    class Meta:
        ordering = ["area", "order"]
        constraints = [
            models.UniqueConstraint(fields=["area", "code"], name="statement_code_unique_in_area"),
            models.UniqueConstraint(fields=["area", "lineage"], name="statement_lineage_unique_in_area"),
        ]

    def __str__(self):
        return f"{self.code} {self.topic}"

    def natural_key(self):
        return (*self.area.section.version.natural_key(), self.code)

    natural_key.dependencies = ["standards.area"]


class LevelDescriptor(models.Model):
    """The published words of a statement at a level."""

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="descriptors")
    level = models.ForeignKey(Level, models.CASCADE, related_name="descriptors")
    text = models.TextField()

    class Meta:
        ordering = ["statement", "level"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "level"], name="descriptor_unique_per_statement_and_level")
        ]

    def __str__(self):
        return f"{self.statement.code}, {self.level.name}"
