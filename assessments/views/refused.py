"""A change that came too late: refused, and the page says what the round has become meanwhile."""

from django.core.exceptions import PermissionDenied

from people.models import ReportingLine
from standards.tree import version_tree

from ..models import Assessment
from ..wording import person_in_words, standing_in_words


class Refused(PermissionDenied):
    """Refused, for a reason that the page of refusals shows, under a ``title`` of its own where there is one."""

    def __init__(self, reason, title=""):
        super().__init__(reason)
        self.reason = reason
        self.title = title


def refused(assessment, user) -> Refused:
    """Why ``user`` was not allowed to do that to ``assessment``, as it stands now; raise it."""
    rounds = Assessment.objects.visible_to(user).select_related("line_manager", "version")
    now = rounds.filter(pk=assessment.pk).first()
    if now is not None and now.version_id != assessment.version_id:
        return _brought(now)
    if now is None or not now.is_shared:
        return Refused(standing_in_words(now))
    has_line = ReportingLine.objects.between(now.owner_id, now.line_manager_id).exists()
    return Refused(standing_in_words(now, has_line=has_line), _title(now, user) if has_line else "")


def refuse_earlier_page(assessment, post):
    """Refuse a form that was drawn before the round was brought to its version: it names what is not asked any more.

    What was typed is on the page of the refusal.
    """
    if assessment.carried_from_id is None:
        return
    asked = {f"drawn-{each.pk}" for each in version_tree(assessment.version).statements}
    if any(name.startswith("drawn-") and name not in asked for name in post):
        raise _brought(assessment)


def refuse_page_of_another_version(assessment, post):
    """The same of a form that says under which version it was drawn, because its fields are named by codes."""
    if post.get("version", str(assessment.version_id)) != str(assessment.version_id):
        raise _brought(assessment)


def _brought(assessment):
    return Refused(
        f"Your assessment was brought to version {assessment.version.number} of the standards after you opened that page, so it "
        "names what is not asked any more. Your earlier answers came along or are kept. Open the page again to go on.",
        "The standards of your assessment have changed",
    )


def _title(assessment, user):
    """What the owner has come too late for; empty for the line manager, and where nothing was added."""
    if user.pk != assessment.owner_id or not assessment.acted_at:
        return ""
    done = "finished" if assessment.is_reviewed else "begun"
    return f"{person_in_words(assessment.line_manager)} has {done} the review"
