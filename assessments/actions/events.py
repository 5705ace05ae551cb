"""The history of a round."""

from django.utils import timezone

from ..models import Event


def note(assessment, kind, actor):
    """Keep that ``actor`` did this now. For an action that has claimed the round; not after it is frozen."""
    Event.objects.create(assessment=assessment, kind=kind, actor=actor, at=timezone.now())
