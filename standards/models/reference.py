from django.db import models

from .area import BySlugManager
from .framework import Version


class ReferencePage(models.Model):
    """A text of the document that stands beside the areas; ``body`` is Markdown, its headings begin at the second level."""

    class Group(models.TextChoices):
        ABOUT = "about", "About the standards"
        ANNEX = "annex", "Annexes"

    version = models.ForeignKey(Version, models.CASCADE, related_name="pages")
    slug = models.SlugField()
    title = models.CharField(max_length=200)
    body = models.TextField(help_text="Markdown; headings begin with ##")
    group = models.CharField(max_length=10, choices=Group)
    order = models.PositiveSmallIntegerField()

    objects = BySlugManager()

    class Meta:
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "slug"], name="page_slug_unique_in_version")]

    def __str__(self):
        return self.title

    def natural_key(self):
        return (*self.version.natural_key(), self.slug)

    natural_key.dependencies = ["standards.version"]


class LifecycleStage(models.Model):
    """A stage of the commercial lifecycle; ``involvement`` says who is involved from there, where the document does."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="lifecycle_stages")
    title = models.CharField(max_length=200)
    involvement = models.TextField(blank=True, help_text="Markdown; headings begin with ##")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "title"], name="stage_title_unique_in_version")]

    def __str__(self):
        return self.title


class GlossaryTerm(models.Model):
    """A defined term. ``other_forms`` (ours) lists, one a line, what else to recognise as this term in running text."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="glossary_terms")
    term = models.CharField(max_length=100)
    definition = models.TextField()
    note = models.TextField(blank=True, help_text="How the printed document differs, where it does")
    other_forms = models.TextField(blank=True, help_text="One a line, such as stakeholders")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "term"], name="term_unique_in_version")]

    def __str__(self):
        return self.term


class Source(models.Model):
    """A publication that the standards were developed from."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="sources")
    title = models.CharField(max_length=200)
    url = models.URLField(blank=True, max_length=500)
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "title"], name="source_title_unique_in_version")]

    def __str__(self):
        return self.title
