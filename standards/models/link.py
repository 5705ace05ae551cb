from django.conf import settings
from django.db import models
from django.db.models import Q

from .framework import Version
from .statement import Statement


class StatementLink(models.Model):
    """What became of a statement from the version before to this one. ``old`` is a row of that version, ``new`` one of this.

    A statement that was split has one row for each statement made of it; one made of several that were merged has one row for
    each of them. ``decided_at`` says when an editor decided it; until then it is proposed. Frozen as its version is published,
    because answers are carried over along it; not in the fingerprint, which is over the published words.
    """

    class Kind(models.TextChoices):
        SAME = "same", "Same words"
        EDITORIAL = "editorial", "Edited, same meaning"
        CHANGED = "changed", "Changed meaning"
        SPLIT = "split", "Split"
        MERGED = "merged", "Merged"
        NEW = "new", "New"
        REMOVED = "removed", "Removed"

    KEEPS_MEANING = (Kind.SAME, Kind.EDITORIAL)
    ONE_TO_ONE = (Kind.SAME, Kind.EDITORIAL, Kind.CHANGED)

    version = models.ForeignKey(Version, models.CASCADE, related_name="links")
    old = models.ForeignKey(Statement, models.PROTECT, null=True, blank=True, related_name="links_onward")
    new = models.ForeignKey(Statement, models.CASCADE, null=True, blank=True, related_name="links_back")
    kind = models.CharField(max_length=10, choices=Kind)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["version", "new__area__order", "new__order", "old__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "old", "new"], name="link_unique_between_two_statements"),
            models.UniqueConstraint(
                fields=["version", "old"],
                condition=Q(kind__in=["same", "editorial", "changed", "merged", "removed"]),
                name="link_leads_one_way_on",
            ),
            models.UniqueConstraint(
                fields=["version", "new"],
                condition=Q(kind__in=["same", "editorial", "changed", "split", "new"]),
                name="link_comes_from_one_place",
            ),
            models.CheckConstraint(
                name="link_has_the_ends_of_its_kind",
                condition=Q(kind="new", old=None, new__isnull=False)
                | Q(kind="removed", old__isnull=False, new=None)
                | Q(kind__in=["same", "editorial", "changed", "split", "merged"], old__isnull=False, new__isnull=False),
            ),
        ]

    def __str__(self):
        ends = " to ".join(each.code for each in (self.old, self.new) if each)
        return f"{self.get_kind_display()}: {ends}"

    @property
    def is_decided(self) -> bool:
        """Whether an editor has decided it; what is not is a proposal."""
        return self.decided_at is not None
