from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from standards.models import Area, Framework, Statement, Version

from .assessment import Assessment, Target
from .evidence import Evidence
from .rating import Rating


class CarryOver(models.Model):
    """A draft was carried over from one version to the next: when, and what became of its owner's answers.

    ``carried`` + ``asked_again`` + ``proposed`` + ``archived`` is the number of answers that there were before. ``run`` is the
    one that did it, where its owner did not.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="carry_overs")
    from_version = models.ForeignKey(Version, models.PROTECT, related_name="carry_overs_from")
    to_version = models.ForeignKey(Version, models.PROTECT, related_name="carry_overs_to")
    run = models.ForeignKey("CarryOverRun", models.SET_NULL, null=True, blank=True, related_name="carry_overs")
    carried = models.PositiveIntegerField()
    asked_again = models.PositiveIntegerField()
    proposed = models.PositiveIntegerField()
    archived = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["assessment_id", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "to_version"], name="carried_over_once_to_a_version"),
            models.CheckConstraint(name="carried_over_to_another_version", condition=~Q(from_version=F("to_version"))),
        ]

    def __str__(self):
        return f"Carry-over of {self.assessment_id}"


class EarlierAnswer(models.Model):
    """An answer given under an earlier version that did not come along by itself. Never changed; goes only with its round.

    statement   the row of the earlier version that it was given to
    about       the statement of the round's version that it is shown beside; None once archived. An answer to a statement that
                was split has one row for each statement made of it
    outcome     why it did not come along
    evidence    the work examples that supported it
    """

    class Outcome(models.TextChoices):
        ASKED_AGAIN = "asked-again", "Asked again"
        PROPOSED = "proposed", "Proposed, to be confirmed"
        ARCHIVED = "archived", "Kept, not asked any more"

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="earlier_answers")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="earlier_answers")
    about = models.ForeignKey(Statement, models.PROTECT, null=True, blank=True, related_name="earlier_answers_about")
    outcome = models.CharField(max_length=12, choices=Outcome)
    view = models.CharField(max_length=12, choices=Rating.View)
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    not_relevant = models.BooleanField(default=False)
    reason = models.CharField(max_length=Rating.REASON_LIMIT, blank=True)
    note = models.TextField(max_length=Rating.NOTE_LIMIT, blank=True)
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="earlier_answers_given"
    )
    rated_at = models.DateTimeField()
    evidence = models.ManyToManyField(Evidence, related_name="earlier_answers", blank=True)

    class Meta:
        ordering = ["assessment_id", "statement_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "statement", "view", "about"], name="earlier_answer_once_beside_a_statement"
            ),
            models.UniqueConstraint(
                fields=["assessment", "statement", "view"], condition=Q(about=None), name="earlier_answer_archived_once"
            ),
            models.CheckConstraint(
                name="earlier_answer_is_archived_or_beside_a_statement",
                condition=Q(outcome="archived", about=None) | (~Q(outcome="archived") & Q(about__isnull=False)),
            ),
        ]

    def __str__(self):
        return f"Earlier answer {self.pk}"


class EarlierTarget(models.Model):
    """The target of an area that the round's version has no more, or that has no place there. Never changed; goes only with its
    round. ``view`` says whether it was the owner's own, or an agreed one of a round that was given back since."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="earlier_targets")
    area = models.ForeignKey(Area, models.PROTECT, related_name="earlier_targets")
    view = models.CharField(max_length=12, choices=Rating.View, default=Rating.View.SELF)
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=Target.REASON_LIMIT, blank=True)

    class Meta:
        ordering = ["assessment_id", "area_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "area", "view"], name="earlier_target_unique_per_area_and_view"
            )
        ]

    def __str__(self):
        return f"Earlier target {self.pk}"


class CarryOverRun(models.Model):
    """The worker's carrying over of all drafts that are left under a version that has retired, in batches.

    ``total`` is how many there were as it began; ``done`` and ``failed`` count up, and add up to it once it has ended: a draft that
    is not left any more, because its owner was faster, counts as done then. ``beat_at`` is when a batch last ended, so that a run
    that was killed can be told from one at work. Counts only: it names no round and nobody.
    """

    # Longer by far than a batch takes.
    STOPPED_AFTER = timedelta(minutes=10)

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="carry_over_runs")
    from_version = models.ForeignKey(Version, models.PROTECT, related_name="carry_over_runs_from")
    to_version = models.ForeignKey(Version, models.PROTECT, related_name="carry_over_runs_to")
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["from_version"], condition=Q(finished_at=None), name="one_run_at_work_for_a_version"
            ),
            models.CheckConstraint(name="run_leads_to_another_version", condition=~Q(from_version=F("to_version"))),
        ]

    def __str__(self):
        return f"Carry-over run {self.pk}"

    @property
    def has_stopped(self) -> bool:
        """Whether it is not over, and nothing was heard of it for ``STOPPED_AFTER``."""
        return self.finished_at is None and self.beat_at <= timezone.now() - self.STOPPED_AFTER

    @property
    def can_go_on(self) -> bool:
        """Whether there is something to start again: it has stopped, or has ended with drafts that failed."""
        return self.has_stopped or bool(self.finished_at and self.failed)
