from django.db import models

from .area import Area, InVersionManager
from .framework import Level, Version


class InsightManager(InVersionManager):
    own_key = "number"


class Insight(models.Model):
    """One of the insights of the National Audit Office. ``areas`` is the portal's: the areas that refer to it."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="insights")
    number = models.PositiveSmallIntegerField()
    group = models.CharField(max_length=100)
    text = models.CharField(max_length=200)
    areas = models.ManyToManyField(Area, blank=True, related_name="insights")

    objects = InsightManager()

    class Meta:
        ordering = ["version", "number"]
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="insight_number_unique_in_version")]

    def __str__(self):
        return f"{self.number}. {self.text}"

    def natural_key(self):
        return (*self.version.natural_key(), self.number)

    natural_key.dependencies = ["standards.version"]


class GuideSection(models.Model):
    """A section of the best practice guide. ``areas`` are those whose activities it says more about."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="guide_sections")
    code = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    areas = models.ManyToManyField(Area, blank=True, related_name="guide_sections")
    order = models.PositiveSmallIntegerField()

    objects = InVersionManager()

    class Meta:
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="guide_code_unique_in_version")]

    def __str__(self):
        return f"{self.code}. {self.title}"

    def natural_key(self):
        return (*self.version.natural_key(), self.code)

    natural_key.dependencies = ["standards.version"]


class LearningResource(models.Model):
    """A course, guide or standard to learn from: the portal's own list, so no guard is on it. Empty ``area``: for all."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="learning_resources")
    title = models.CharField(max_length=200)
    provider = models.CharField(max_length=200)
    link = models.URLField(blank=True, max_length=500)
    area = models.ForeignKey(Area, models.SET_NULL, null=True, blank=True, related_name="learning_resources")
    level = models.ForeignKey(Level, models.SET_NULL, null=True, blank=True, related_name="learning_resources")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["version", "order", "title"]

    def __str__(self):
        return self.title
