"""Keeping the summaries of a round with its state: for actions that have claimed it, in their transaction."""

from ..models import Summary
from ..summaries import summaries_of


def sum_up(assessment, tree, views, *, is_agreed=False):
    """Write what a round comes to, in place of what it came to before.

    ``is_agreed``: by what both agree, in the moment before it is frozen.
    """
    Summary.objects.bulk_create(
        summaries_of(assessment, tree, views, is_agreed=is_agreed),
        update_conflicts=True,
        unique_fields=["assessment", "area"],
        update_fields=["level", "target", "missed"],
    )


def forget_sum(assessment):
    """Remove what a round came to, because it is nobody's to see any more."""
    Summary.objects.filter(assessment=assessment).delete()
