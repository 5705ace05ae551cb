"""May this person do this to this round? Who may see it at all is ``Assessment.objects.visible_to``."""

from .models import Assessment


def can_rate(user, assessment) -> bool:
    """Change role, targets, ratings, notes and work examples: the owner, while it is a draft."""
    return assessment.owner_id == user.pk and assessment.state == Assessment.State.DRAFT


def can_close(user, assessment) -> bool:
    """End the round without agreeing it: the owner, while it is a draft."""
    return assessment.owner_id == user.pk and assessment.state == Assessment.State.DRAFT


def can_delete(user, assessment) -> bool:
    """Delete the round and everything in it: the owner, while it is a draft."""
    return assessment.owner_id == user.pk and assessment.state == Assessment.State.DRAFT
