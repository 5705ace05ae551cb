from django.db import models

from .framework import Version


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
