from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from standards.models import Statement, Version

from .assessment import Assessment


class Rating(models.Model):
    """What one view (self, line manager, agreed) says of a statement: a level chosen, or not relevant, and a note.

    ``rank`` 0 is "not yet"; no rank and not "not relevant" is a note without an answer. ``revision`` rises with each change, so
    that a second window cannot overwrite what it has not seen; a row that does not exist counts as revision 0.

    rated_by         who gave it, where it is not the owner's own: a line manager's stays signed when their line ends
    about_revision   the revision of the owner's rating that a line manager's is about; another one since asks again
    given_under      the earlier version that it was given under, where it was carried over from one; None for the round's own
    """

    class View(models.TextChoices):
        SELF = "self", "Self"
        LINE_MANAGER = "line_manager", "Line manager"
        AGREED = "agreed", "Agreed"

    NOTE_LIMIT = 2000
    REASON_LIMIT = 500

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="ratings")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="ratings")
    view = models.CharField(max_length=12, choices=View, default=View.SELF)
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    not_relevant = models.BooleanField(default=False)
    reason = models.CharField(max_length=REASON_LIMIT, blank=True)
    note = models.TextField(max_length=NOTE_LIMIT, blank=True)
    revision = models.PositiveIntegerField(default=1)
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="ratings_given"
    )
    about_revision = models.PositiveIntegerField(null=True, blank=True)
    given_under = models.ForeignKey(Version, models.PROTECT, null=True, blank=True, related_name="ratings_given")
    rated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["assessment_id", "statement_id"]  # plain columns: their models' orderings join six tables
        constraints = [
            models.UniqueConstraint(fields=["assessment", "statement", "view"], name="rating_unique_per_view"),
            models.CheckConstraint(
                name="rating_not_relevant_has_a_reason_and_no_rank",
                condition=Q(not_relevant=False, reason="") | (Q(not_relevant=True, rank=None) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="rating_of_a_line_manager_is_signed",
                condition=Q(view="self", rated_by=None, about_revision=None)
                | Q(view="line_manager", rated_by__isnull=False, about_revision__isnull=False)
                | Q(view="agreed", about_revision=None),
            ),
        ]

    def __str__(self):
        return f"{self.get_view_display()} rating of {self.statement.code}"
