"""The development conversation: what is recorded of it, and the confirmations that freeze a round."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from people.models import Notice
from standards.tree import version_tree

from ..agreement import agreed_answers, open_differences
from ..answers import Conflict, conversation_mark
from ..models import AgreedGoal, AgreedTarget, Assessment, Conversation, Event, Goal, Rating
from ..records import check_code, record_of
from ..standing import read_views
from .claims import claim_as_either
from .events import note, settle, tell
from .ratings import write_answers
from .refusals import AlreadyConfirmed, ChangedElsewhere, NoDay, NotAskable, Unfinished
from .report_files import make_report_files
from .summing import sum_up
from .targets import changed_targets, check_targets, write_targets


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a change to the conversation. ``unconfirmed``: somebody had confirmed, and that no longer counts.

    ``conflicts`` were not saved: statements (``Conflict``), or areas by code; ``revisions`` are of the answers that stand as typed.
    """

    unconfirmed: bool = False
    conflicts: tuple[Conflict | str, ...] = ()
    revisions: dict[int, int] | None = None


@transaction.atomic
def record_conversation(*, assessment, by, held_on, points, look_again_on, drawn=None) -> Recorded:
    """Keep the day, the points and the day to look again.

    ``drawn`` is the ``conversation_mark`` of what the page showed. Raises ``NotOpen``, and ``ChangedElsewhere`` where something
    else is recorded since.
    """
    claim_as_either(assessment, by)
    conversation = Conversation.objects.get(assessment=assessment)
    stands = conversation_mark(conversation.held_on, conversation.points, conversation.look_again_on)
    typed = conversation_mark(held_on, points, look_again_on)
    if typed in (stands, drawn):
        return Recorded()
    if drawn is not None and drawn != stands:
        raise ChangedElsewhere(conversation)
    # First, because a confirmation stands only beside a day.
    unconfirmed = touch(assessment, by)
    Conversation.objects.filter(assessment=assessment).update(
        held_on=held_on, points=points, look_again_on=look_again_on, changed_at=timezone.now(), changed_by=by
    )
    return Recorded(unconfirmed)


@transaction.atomic
def save_agreed(*, assessment, by, changes) -> Recorded:
    """Record what both agree of statements, as ``save_ratings`` does the owner's. Raises ``NotOpen`` and ``NotAskable``."""
    at = claim_as_either(assessment, by)
    saved = write_answers(assessment, changes, Rating.View.AGREED, at=at, rated_by=by)
    return Recorded(bool(saved.revisions) and touch(assessment, by), saved.conflicts, saved.revisions)


@transaction.atomic
def set_agreed_targets(*, assessment, by, targets, drawn=None) -> Recorded:
    """Record the level that both agree each area needs, as ``set_targets`` does the owner's.

    Raises ``NotOpen`` and ``NotAskable``.
    """
    check_targets(assessment, targets)
    claim_as_either(assessment, by)
    tree = version_tree(assessment.version)
    views = read_views(assessment)
    standing = {area.code: views.target_in_force(area.pk) for area in tree.areas}
    rows, conflicts = changed_targets(
        assessment, targets, standing=standing, role_profile_id=assessment.role_profile_id, drawn=drawn
    )
    write_targets(AgreedTarget, assessment, rows)
    return Recorded(bool(rows) and touch(assessment, by), conflicts)


def touch(assessment, by) -> bool:
    """Note a change to what is confirmed, by an action that has claimed the round; returns whether a confirmation was removed.

    Whoever had confirmed is told, unless they made the change themselves.
    """
    conversations = Conversation.objects.filter(assessment=assessment)
    found = conversations.values_list("owner_confirmed_at", "line_manager_confirmed_at").first()
    conversations.update(revision=F("revision") + 1, owner_confirmed_at=None, line_manager_confirmed_at=None)
    parties = (assessment.owner, assessment.line_manager)
    confirmed = [person for person, at in zip(parties, found or (None, None), strict=True) if at]
    if confirmed:
        note(assessment, Event.Kind.UNCONFIRMED, by)
    for person in confirmed:
        if person.pk != by.pk:
            tell(assessment, person, Notice.Kind.CONFIRMATION_REMOVED, by, leads_to="conversation-detail")
    return bool(confirmed)


@transaction.atomic
def confirm_conversation(*, assessment, by, revision, disagreement="") -> bool:
    """Confirm what is recorded, as of the ``revision`` that the person has read; returns whether the round is agreed with it.

    The owner may confirm and record a ``disagreement``. Raises ``NotOpen``; ``AlreadyConfirmed``; ``ChangedElsewhere`` where the
    conversation is of another revision; ``NoDay``; ``Unfinished`` while something is not agreed; and ``NotAskable`` for a
    disagreement of the line manager's.
    """
    at = claim_as_either(assessment, by)
    conversation = Conversation.objects.get(assessment=assessment)
    is_owner = by.pk == assessment.owner_id
    mine = "owner_confirmed_at" if is_owner else "line_manager_confirmed_at"
    if getattr(conversation, mine):
        raise AlreadyConfirmed
    if conversation.revision != revision:
        raise ChangedElsewhere(conversation)
    if conversation.held_on is None or conversation.held_on > timezone.localdate():
        raise NoDay
    if disagreement and not is_owner:
        raise NotAskable("A line manager does not record a disagreement.")
    tree, views = version_tree(assessment.version), read_views(assessment)
    left = open_differences(tree, views)
    if left:
        raise Unfinished(left)
    setattr(conversation, mine, at)
    if is_owner:
        conversation.disagreement = disagreement
    conversation.save(update_fields=[mine, "disagreement"])
    kind = Event.Kind.DISAGREED if disagreement else Event.Kind.CONFIRMED
    note(assessment, kind, by)
    settle(assessment, by)
    other = assessment.line_manager if is_owner else assessment.owner
    if conversation.is_confirmed_by_both:
        _agree(assessment, by, tree, views)
        for person in (assessment.owner, assessment.line_manager):
            tell(assessment, person, Notice.Kind.DISAGREED if disagreement else Notice.Kind.AGREED, by)
        make_report_files.enqueue(str(assessment.pk))
        return True
    tell(assessment, other, Notice.Kind.READY_TO_CONFIRM, by, leads_to="conversation-detail")
    return False


def _agree(assessment, by, tree, views):
    """Write out what both agreed, and freeze it."""
    at = timezone.now()
    # A row whose choice was taken back says nothing: the common answer takes its place.
    recorded = {pk for pk, standing in views.agreed.items() if standing.answer.is_answer}
    Rating.objects.bulk_create(
        [
            Rating(
                assessment=assessment,
                statement_id=pk,
                view=Rating.View.AGREED,
                rank=answer.rank,
                not_relevant=answer.not_relevant,
                reason=answer.reason,
                rated_at=at,
            )
            for pk, answer in agreed_answers(tree, views).items()
            if pk not in recorded
        ],
        update_conflicts=True,
        unique_fields=["assessment", "statement", "view"],
        update_fields=["rank", "not_relevant", "reason", "rated_at"],
    )
    write_targets(AgreedTarget, assessment, {area.pk: views.target_in_force(area.pk) for area in tree.areas})
    goals = Goal.objects.open().filter(assessment=assessment).order_by("due_on", "pk").with_aims()
    AgreedGoal.objects.bulk_create(
        AgreedGoal(
            assessment=assessment,
            goal=goal,
            order=order,
            what=goal.what,
            measure=goal.measure,
            kind=goal.kind,
            due_on=goal.due_on,
            aims=[[_code_here(aim.statement, tree), aim.rank] for aim in goal.aims.all()],
        )
        for order, goal in enumerate(goals, start=1)
    )
    note(assessment, Event.Kind.AGREED, by)
    sum_up(assessment, tree, read_views(assessment), is_agreed=True)
    assessment.agreed_at = assessment.changed_at = at
    assessment.check_code = check_code(record_of(assessment))
    assessment.state = Assessment.State.AGREED
    assessment.save(update_fields=["state", "agreed_at", "changed_at", "check_code"])


def _code_here(statement, tree):
    """What the statement of an aim is called in the round's version, or in its own one where this has it no more."""
    return tree.codes_by_lineage.get(statement.lineage) or f"{statement.code} ({statement.area.section.version.number})"
