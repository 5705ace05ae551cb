from django.conf import settings
from django.db import models
from django.db.models import Q

from .assessment import Assessment


class Conversation(models.Model):
    """The development conversation of a round: what was recorded of it, and who confirmed that. Made as the review ends.

    ``revision`` rises with every change to what is confirmed: points and dates, agreed levels and targets, goals, the line
    manager's ratings. A confirmation is of one revision; a change after it removes it. ``disagreement`` is the owner's, and
    counts with their confirmation; without one it is what they had typed. ``changed_at`` and ``changed_by`` say who recorded the
    day, the points or the day to look again last.
    """

    POINTS_LIMIT = 5000
    DISAGREEMENT_LIMIT = 2000

    assessment = models.OneToOneField(Assessment, models.CASCADE, related_name="conversation")
    held_on = models.DateField(null=True, blank=True)
    points = models.TextField(max_length=POINTS_LIMIT, blank=True)
    look_again_on = models.DateField(null=True, blank=True)
    disagreement = models.TextField(max_length=DISAGREEMENT_LIMIT, blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="conversations_changed"
    )
    owner_confirmed_at = models.DateTimeField(null=True, blank=True)
    line_manager_confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="conversation_confirmed_only_with_its_day",
                condition=Q(owner_confirmed_at=None, line_manager_confirmed_at=None) | Q(held_on__isnull=False),
            ),
        ]

    def __str__(self):
        return f"Conversation of {self.assessment_id}"

    @property
    def is_confirmed_by_both(self) -> bool:
        return self.owner_confirmed_at is not None and self.line_manager_confirmed_at is not None
