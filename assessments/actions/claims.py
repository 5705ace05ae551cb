"""The lock that every action takes first: an UPDATE of the round, conditional on its state and on who acts.

Two windows take turns at it, and the second one finds the state that the first one left. A round that was brought to another
version after the action read it is refused too: what was typed is about other statements.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from people.models import ReportingLine
from people.written_queries import WrittenUpdate

from ..models import Assessment
from .refusals import NotOpen

# The lock of every saved answer, so its SQL is written once.
_DRAFTS = WrittenUpdate(
    lambda pk, version, at: (
        Assessment.objects.filter(state=Assessment.State.DRAFT, pk=pk, version=version),
        {"changed_at": at},
    ),
    UUID,
    int,
    datetime,
)


def claim_draft(assessment, **changes):
    """Lock a draft for the rest of the transaction and note when it changed; ``changes`` are written along. Raises ``NotOpen``."""
    drafts = Assessment.objects.filter(state=Assessment.State.DRAFT) if changes else _DRAFTS
    return _claim(drafts, assessment, changes)


def claim_as_owner(assessment, by, *, of, unless_acted=False, **changes):
    """The same of a round in the state ``of``, which ``by`` must own; ``unless_acted``: the line manager has added nothing."""
    rounds = Assessment.objects.owned_by(by).filter(state=of)
    if unless_acted:
        rounds = rounds.filter(acted_at=None)
    return _claim(rounds, assessment, changes)


def claim_as_line_manager(assessment, by, *, sharing=None, unless_reviewed=False, **changes):
    """The same of a shared round that ``by`` reads as line manager; notes that they acted.

    ``sharing`` is the moment of the sharing that it must still be; ``unless_reviewed``: the review is not finished.
    """
    rounds = Assessment.objects.read_by(by).filter(state=Assessment.State.SHARED)
    if sharing is not None:
        rounds = rounds.filter(shared_at=sharing)
    if unless_reviewed:
        rounds = rounds.filter(reviewed_at=None)
    return _claim(rounds, assessment, {"acted_at": timezone.now()} | changes)


def claim_as_either(assessment, by, **changes):
    """The same of a shared round whose review is finished, which ``by`` owns or reads as line manager, along a live line."""
    if by.pk == assessment.owner_id:
        found = Assessment.objects.owned_by(by).with_live_line().filter(state=Assessment.State.SHARED)
    else:
        found = Assessment.objects.read_by(by).filter(state=Assessment.State.SHARED)
        changes = {"acted_at": timezone.now()} | changes
    return _claim(found.filter(reviewed_at__isnull=False), assessment, changes)


def claim_to_close(assessment, by):
    """The same of a draft, or of a shared round that hangs or whose line has ended, which ``by`` must own."""
    line = ReportingLine.objects.between(OuterRef("owner"), OuterRef("line_manager")).answerable()
    late = timezone.now() - Assessment.HANGS_AFTER
    hangs = Q(acted_at__lt=late) | Q(acted_at=None, shared_at__lt=late)
    closable = Q(state=Assessment.State.DRAFT) | (Q(state=Assessment.State.SHARED) & (~Exists(line) | hangs))
    return _claim(Assessment.objects.owned_by(by).filter(closable), assessment, {})


def claim_to_carry(assessment, by, **changes):
    """The same of a draft, which ``by`` must own; None is the portal itself."""
    rounds = Assessment.objects.all() if by is None else Assessment.objects.owned_by(by)
    return _claim(rounds.filter(state=Assessment.State.DRAFT), assessment, changes)


def _claim(rounds, assessment, changes):
    at = changes.get("acted_at") or timezone.now()
    if isinstance(rounds, WrittenUpdate):
        claimed = rounds.run(assessment.pk, assessment.version_id, at)
    else:
        claimed = rounds.filter(pk=assessment.pk, version=assessment.version_id).update(changed_at=at, **changes)
    if not claimed:
        raise NotOpen
    assessment.changed_at = at
    for name, value in changes.items():
        setattr(assessment, name, value)
    return at
