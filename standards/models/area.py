from django.db import models

from .framework import Version


class InVersionManager(models.Manager):
    """Finds a row by the natural key of its version and its own key, such as its code."""

    version_path = "version"
    own_key = "code"

    def get_by_natural_key(self, slug, number, own_key):
        return self.get(
            **{
                f"{self.version_path}__framework__slug": slug,
                f"{self.version_path}__number": number,
                self.own_key: own_key,
            }
        )


class BySlugManager(InVersionManager):
    own_key = "slug"


class Section(models.Model):
    """A group of areas. ``chosen_by_role`` says whether its areas may be left out as not in someone's role."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="sections")
    code = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    summary = models.TextField()
    chosen_by_role = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField()

    objects = InVersionManager()

    class Meta:
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="section_code_unique_in_version")]

    def __str__(self):
        return f"Section {self.code}: {self.title}"

    def natural_key(self):
        return (*self.version.natural_key(), self.code)

    natural_key.dependencies = ["standards.version"]


class AreaManager(InVersionManager):
    version_path = "section__version"


class Area(models.Model):
    """A capability area. ``short_title`` is the portal's own; the other texts are published words.

    ``kind`` is empty in a framework that does not tell areas apart so.
    """

    class Kind(models.TextChoices):
        BEHAVIOUR = "behaviour", "Behaviours"
        LIFECYCLE = "lifecycle", "Lifecycle activities"
        ENABLING = "enabling", "Enabling activities"

    section = models.ForeignKey(Section, models.CASCADE, related_name="areas")
    code = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    short_title = models.CharField(max_length=60)
    summary = models.TextField()
    kind = models.CharField(max_length=10, choices=Kind, blank=True)
    order = models.PositiveSmallIntegerField()

    objects = AreaManager()

    class Meta:
        ordering = ["section", "order"]
        constraints = [models.UniqueConstraint(fields=["section", "code"], name="area_code_unique_in_section")]

    def __str__(self):
        return f"{self.code} {self.title}"

    def natural_key(self):
        return (*self.section.version.natural_key(), self.code)

    natural_key.dependencies = ["standards.section"]


class AreaVariant(models.Model):
    """Another title that the document itself gives an area, and where it does so."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="variants")
    title = models.CharField(max_length=200)
    where = models.CharField(max_length=200)

    class Meta:
        ordering = ["area", "title"]
        constraints = [models.UniqueConstraint(fields=["area", "title"], name="variant_title_unique_in_area")]

    def __str__(self):
        return self.title


class PartManager(InVersionManager):
    version_path = "area__section__version"


class Part(models.Model):
    """A named part of an area, such as B3a. The source does not say which statement belongs to which part."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="parts")
    code = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    order = models.PositiveSmallIntegerField()

    objects = PartManager()

    class Meta:
        ordering = ["area", "order"]
        constraints = [models.UniqueConstraint(fields=["area", "code"], name="part_code_unique_in_area")]

    def __str__(self):
        return f"{self.code} {self.title}"

    def natural_key(self):
        return (*self.area.section.version.natural_key(), self.code)

    natural_key.dependencies = ["standards.area"]


class Attribute(models.Model):
    """A personal attribute that the document lists under the areas of Section A."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="attributes")
    areas = models.ManyToManyField(Area, related_name="attributes")
    name = models.CharField(max_length=100)
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="attribute_unique_in_version")]

    def __str__(self):
        return self.name
