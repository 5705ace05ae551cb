"""What editors say to one another while a version is made, and what readers said of the one before."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .framework import Version
from .statement import Statement


class StatementComment(models.Model):
    """What an editor says of a statement to fellow editors. Never published."""

    TEXT_LIMIT = 2000

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="statement_comments")
    text = models.TextField(max_length=TEXT_LIMIT)
    at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["statement", "at", "pk"]

    def __str__(self):
        return f"Comment on {self.statement.code}"


class SignOff(models.Model):
    """What a named reviewer was asked of a version in review, and what they answered.

    ``fingerprint`` is that of the words that they signed: a version whose words are other by then is not signed. It is current
    until the version goes back to draft; a later review asks again.
    """

    class Answer(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SIGNED = "signed", "Signed off"
        CHANGES = "changes", "Changes wanted"

    REMARK_LIMIT = 2000

    version = models.ForeignKey(Version, models.CASCADE, related_name="sign_offs")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sign_offs")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sign_offs_asked")
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=8, choices=Answer, default=Answer.WAITING)
    remark = models.TextField(max_length=REMARK_LIMIT, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ["version", "-asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "reviewer"], condition=Q(is_current=True), name="sign_off_asked_once_a_review"
            ),
            models.CheckConstraint(
                name="sign_off_answer_has_its_moment",
                condition=Q(answer="waiting", answered_at=None, fingerprint="", remark="")
                | (Q(answer="signed", answered_at__isnull=False) & ~Q(fingerprint=""))
                | (Q(answer="changes", answered_at__isnull=False) & ~Q(remark="")),
            ),
        ]

    def __str__(self):
        return f"{self.get_answer_display()}: {self.version}"


class ReadersNote(models.Model):
    """What somebody who rated themselves says of a statement. Editors read it beside the statement, without a name.

    ``reader`` is kept so that they can change it or take it back, and so that it goes when they go; no page shows it.
    """

    class Kind(models.TextChoices):
        UNCLEAR = "unclear", "It is unclear"
        HARD_TO_EVIDENCE = "hard-to-evidence", "It is hard to show evidence for"
        NOT_MY_JOB = "not-my-job", "It is not part of my job"

    TEXT_LIMIT = 500

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="readers_notes")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="readers_notes")
    kind = models.CharField(max_length=16, choices=Kind)
    text = models.TextField(max_length=TEXT_LIMIT, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["statement_id", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "reader"], name="one_readers_note_per_person_and_statement")
        ]

    def __str__(self):
        return f"Note on statement {self.statement_id}"
