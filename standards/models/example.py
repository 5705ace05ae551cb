from django.db import models

from .area import BySlugManager
from .framework import Level, Version


class PeopleProfile(models.Model):
    """How someone's working day meets the standards, without their name. A senior responsible owner has no ``level``."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="people_profiles")
    slug = models.SlugField()
    job_title = models.CharField(max_length=100)
    organisation = models.CharField(max_length=200)
    level = models.ForeignKey(Level, models.CASCADE, null=True, blank=True, related_name="people_profiles")
    quote = models.TextField(blank=True)
    body = models.TextField(help_text="Markdown; headings begin with ##")
    order = models.PositiveSmallIntegerField()

    objects = BySlugManager()

    class Meta:
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "slug"], name="person_slug_unique_in_version")]

    def __str__(self):
        return f"{self.job_title}, {self.organisation}"

    def natural_key(self):
        return (*self.version.natural_key(), self.slug)

    natural_key.dependencies = ["standards.version", "standards.level"]


class CaseStudy(models.Model):
    """A contract that the document tells of, stage by stage. ``introduction`` is Markdown."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="case_studies")
    slug = models.SlugField()
    title = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200)
    introduction = models.TextField(help_text="Markdown; headings begin with ##")
    order = models.PositiveSmallIntegerField()

    objects = BySlugManager()

    class Meta:
        ordering = ["version", "order"]
        verbose_name_plural = "case studies"
        constraints = [models.UniqueConstraint(fields=["version", "slug"], name="case_study_slug_unique_in_version")]

    def __str__(self):
        return self.title

    def natural_key(self):
        return (*self.version.natural_key(), self.slug)

    natural_key.dependencies = ["standards.version"]


class CaseStudyStage(models.Model):
    """What happened in one stage of a case study. ``text`` is Markdown."""

    case_study = models.ForeignKey(CaseStudy, models.CASCADE, related_name="stages")
    title = models.CharField(max_length=200)
    text = models.TextField(help_text="Markdown; headings begin with ##")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["case_study", "order"]
        constraints = [models.UniqueConstraint(fields=["case_study", "title"], name="stage_title_unique_in_case_study")]

    def __str__(self):
        return self.title
