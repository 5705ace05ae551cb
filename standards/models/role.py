from django.db import models

from .area import Area, BySlugManager
from .framework import Level, Version


class RoleProfile(models.Model):
    """A named role of the document's career pathways, with the level that it needs in each area."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="role_profiles")
    slug = models.SlugField()
    title = models.CharField(max_length=100)
    setting = models.CharField(max_length=100, blank=True)
    pathway = models.CharField(max_length=100)
    description = models.TextField()
    order = models.PositiveSmallIntegerField()

    objects = BySlugManager()

    class Meta:
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "slug"], name="profile_slug_unique_in_version")]

    def __str__(self):
        if self.setting:
            return f"{self.title}, {self.setting[0].lower()}{self.setting[1:]}"
        return self.title

    def natural_key(self):
        return (*self.version.natural_key(), self.slug)

    natural_key.dependencies = ["standards.version"]


class RoleTarget(models.Model):
    """The level that a role profile needs in an area."""

    profile = models.ForeignKey(RoleProfile, models.CASCADE, related_name="targets")
    area = models.ForeignKey(Area, models.CASCADE, related_name="role_targets")
    level = models.ForeignKey(Level, models.CASCADE, related_name="role_targets")

    class Meta:
        ordering = ["profile", "area"]
        constraints = [models.UniqueConstraint(fields=["profile", "area"], name="role_target_unique_per_area")]

    def __str__(self):
        return f"{self.profile.title}: {self.level.name} in {self.area.code}"
