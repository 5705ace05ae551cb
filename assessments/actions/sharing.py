"""Sharing a round, taking it back, giving it back, handing it over, and closing it."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from people.models import Notice, ReportingLine
from standards.tree import version_tree

from ..agreement import unanswered
from ..models import Assessment, Conversation, Event, Goal
from ..standing import read_views
from .claims import claim_as_line_manager, claim_as_owner, claim_to_close
from .events import note, tell
from .refusals import NoLineManager, NotAskable, Unfinished
from .report_files import make_report_files
from .summing import forget_sum, sum_up

State = Assessment.State


@transaction.atomic
def share_assessment(*, assessment, by, rates_first=False):
    """Let the owner's line manager read the round and review it; the owner's open goals come along.

    ``rates_first``: the line manager rates before the owner's levels are shown to them. Raises ``NotOpen``, ``NoLineManager``,
    and ``Unfinished`` while a statement in the role is not answered.
    """
    line_manager = ReportingLine.objects.line_manager_of(assessment.owner)
    if line_manager is None:
        raise NoLineManager
    claim_as_owner(
        assessment,
        by,
        of=State.DRAFT,
        state=State.SHARED,
        shared_at=timezone.now(),
        line_manager=line_manager,
        rates_first=rates_first,
        return_reason="",
    )
    tree, views = version_tree(assessment.version), read_views(assessment)
    left = unanswered(tree, views.targets, views.own)
    if left:
        raise Unfinished(left)
    Goal.objects.open().filter(owner=by, framework_id=assessment.framework_id).update(assessment=assessment)
    sum_up(assessment, tree, views)
    note(assessment, Event.Kind.SHARED, by)
    tell(assessment, line_manager, Notice.Kind.SHARED, by)
    make_report_files.enqueue(str(assessment.pk))


@transaction.atomic
def withdraw_assessment(*, assessment, by):
    """Make a shared round its owner's draft again, as long as the line manager has added nothing to it. Raises ``NotOpen``."""
    line_manager = assessment.line_manager
    claim_as_owner(assessment, by, of=State.SHARED, unless_acted=True, **_DRAFT_AGAIN)
    forget_sum(assessment)
    note(assessment, Event.Kind.WITHDRAWN, by)
    tell(assessment, line_manager, Notice.Kind.WITHDRAWN, by, leads_to="team-list")


@transaction.atomic
def return_assessment(*, assessment, by, reason):
    """Give a shared round back to its owner as a draft, and say why; what the line manager rated stays, hidden.

    Raises ``NotOpen``, and ``NotAskable`` without a reason.
    """
    if not reason:
        raise NotAskable("A round is given back with a reason.")
    claim_as_line_manager(assessment, by, **_DRAFT_AGAIN | {"return_reason": reason, "acted_at": None})
    Conversation.objects.filter(assessment=assessment).update(owner_confirmed_at=None, line_manager_confirmed_at=None)
    forget_sum(assessment)
    note(assessment, Event.Kind.RETURNED, by)
    tell(assessment, assessment.owner, Notice.Kind.RETURNED, by)


@transaction.atomic
def hand_over_assessment(*, assessment, by):
    """Give a shared round to the line manager whom its owner has now; the former one's ratings stay, signed.

    The new one reviews it for themselves. Raises ``NotOpen``, and ``NoLineManager`` where there is no other one.
    """
    line_manager = ReportingLine.objects.line_manager_of(assessment.owner)
    if line_manager is None or line_manager.pk == assessment.line_manager_id:
        raise NoLineManager
    claim_as_owner(
        assessment,
        by,
        of=State.SHARED,
        line_manager=line_manager,
        rates_first=assessment.hides_levels,
        shared_at=timezone.now(),
        acted_at=None,
        reviewed_at=None,
    )
    # They talk anew: what was recorded stays, but for the day.
    Conversation.objects.filter(assessment=assessment).update(
        revision=F("revision") + 1, held_on=None, owner_confirmed_at=None, line_manager_confirmed_at=None
    )
    note(assessment, Event.Kind.HANDED_OVER, by)
    tell(assessment, line_manager, Notice.Kind.HANDED_OVER, by)
    make_report_files.enqueue(str(assessment.pk))


@transaction.atomic
def close_assessment(*, assessment, by):
    """End a round without agreeing it: a draft, or a shared round whose line manager's line has ended or who has not acted for
    ``Assessment.HANGS_AFTER``. It stays readable to its owner and can never be changed again. Raises ``NotOpen``."""
    claim_to_close(assessment, by)
    line_manager = assessment.line_manager if assessment.is_shared else None
    # First these: nothing can be added to a closed round, and nothing taken from it.
    forget_sum(assessment)
    note(assessment, Event.Kind.CLOSED, by)
    assessment.closed_at = assessment.changed_at = timezone.now()
    assessment.state = State.CLOSED
    assessment.save(update_fields=["state", "closed_at", "changed_at"])
    if line_manager:
        tell(assessment, line_manager, Notice.Kind.CLOSED, by, leads_to="team-list")


_DRAFT_AGAIN = {
    "state": State.DRAFT,
    "shared_at": None,
    "line_manager": None,
    "rates_first": False,
    "reviewed_at": None,
}
