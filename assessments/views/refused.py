"""A change that came too late: refused, and the page says what the round has become meanwhile."""

from django.core.exceptions import PermissionDenied

from ..models import Assessment
from ..wording import standing_in_words


class Refused(PermissionDenied):
    """Refused, for a reason that the page of refusals shows."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def refused(assessment, user) -> Refused:
    """Why ``user`` was not allowed to do that to ``assessment``, as it stands now; raise it."""
    now = Assessment.objects.visible_to(user).select_related("line_manager").filter(pk=assessment.pk).first()
    return Refused(standing_in_words(now))
