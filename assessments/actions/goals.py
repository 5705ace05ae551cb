"""The development plan: goals, the notes on them, and how they end.

A goal of a round that is open is changed under the round's lock (``claims``); where its review is finished, a change counts as
one to the conversation (``touch``). Each change of a goal is an UPDATE that its state and revision condition.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from standards.tree import version_tree

from ..models import Assessment, Goal, GoalNote, GoalStatement
from .claims import claim_as_either, claim_as_owner
from .conversing import touch
from .refusals import ChangedElsewhere, NotAskable, NotOpen

_SAID = ("what", "measure", "kind", "due_on")
State = Goal.State


@dataclass(frozen=True, slots=True)
class Planned:
    """What became of a change to a plan. ``unconfirmed``: somebody had confirmed the conversation, and that no longer counts."""

    goal: Goal
    unconfirmed: bool = False


@transaction.atomic
def save_goal(*, goal, by, version, aims, revision=None) -> Planned:
    """Add a goal, or change one that is open. ``aims`` are pairs of a statement of ``version`` and the rank aimed at in it.

    A new goal of one's own belongs to one's plan (``Goal.objects.plan_round``); one that a line manager adds, to the round that it
    names. The same goal twice is one. ``revision`` is the one that the page was drawn with; unless given, the one that ``goal`` was
    read with.

    Raises ``NotOpen``, ``NotAskable``, and ``ChangedElsewhere`` where something else is saved since.
    """
    aims = sorted(aims)
    _check_aims(goal, version, aims)
    if goal.pk is None:
        return _add(goal, by, aims)
    return _change(goal, by, aims, goal.revision if revision is None else revision)


def _check_aims(goal, version, aims):
    tree = version_tree(version)
    if version.framework_id != goal.framework_id or len({pk for pk, _ in aims}) != len(aims):
        raise NotAskable("A goal names statements of its own framework, each once.")
    for pk, rank in aims:
        try:
            statement = tree.statement_by_pk(pk)
        except KeyError:
            raise NotAskable(f"This version has no statement {pk}.") from None
        if not rank or rank not in statement.choices:
            raise NotAskable(f"{statement.code} has no level of rank {rank} to aim at.")


def _add(goal, by, aims):
    if goal.owner_id == by.pk:
        goal.assessment = Goal.objects.plan_round(by, goal.framework_id)
    elif goal.assessment is not None and goal.assessment.framework_id != goal.framework_id:
        raise NotAskable("A goal belongs to a round of its own framework.")
    touches = _claim_plan(goal.owner_id, goal.assessment, by)
    said = {name: getattr(goal, name) for name in _SAID}
    twins = Goal.objects.open().filter(owner=goal.owner_id, framework=goal.framework_id, assessment=goal.assessment)
    for twin in twins.filter(**said).prefetch_related("aims"):
        if _aims_of(twin) == aims:
            return Planned(twin)
    goal.save()
    _write_aims(goal, aims)
    return Planned(goal, touches and touch(goal.assessment, by))


def _change(goal, by, aims, revision):
    standing = _standing(goal, by)
    touches = _claim_plan(standing.owner_id, standing.assessment, by)
    said = {name: getattr(goal, name) for name in _SAID}
    if said == {name: getattr(standing, name) for name in _SAID} and _aims_of(standing) == aims:
        return Planned(standing)
    if standing.revision != revision:
        raise ChangedElsewhere(standing)
    try:
        _write(standing, revision=revision + 1, **said)
    except NotOpen:
        raise ChangedElsewhere(_standing(goal, by)) from None
    standing.aims.all().delete()
    _write_aims(standing, aims)
    return Planned(standing, touches and touch(standing.assessment, by))


@transaction.atomic
def finish_goal(*, goal, by, outcome="") -> Planned:
    """Mark an open goal as done, with what came of it. Raises ``NotOpen``."""
    return _end(goal, by, State.DONE, outcome)


@transaction.atomic
def drop_goal(*, goal, by, reason) -> Planned:
    """Give an open goal up. Raises ``NotOpen``, and ``NotAskable`` without a reason."""
    if not reason:
        raise NotAskable("A goal is dropped with a reason.")
    return _end(goal, by, State.DROPPED, reason)


def _end(goal, by, state, outcome):
    standing = _standing(goal, by)
    touches = _claim_plan(standing.owner_id, standing.assessment, by)
    _write(standing, revision=F("revision") + 1, state=state, ended_on=timezone.localdate(), outcome=outcome)
    standing.refresh_from_db(fields=["revision"])
    return Planned(standing, touches and touch(standing.assessment, by))


@transaction.atomic
def reopen_goal(*, goal, by) -> Planned:
    """Go on with a goal that was done or dropped: its owner alone. What came of it, or why it was dropped, becomes a note.

    Raises ``NotOpen``.
    """
    standing = _standing(goal, by, is_open=False)
    if standing.owner_id != by.pk:
        raise NotOpen
    touches = _claim_plan(standing.owner_id, standing.assessment, by)
    if standing.outcome:
        GoalNote.objects.create(goal=standing, by=by, text=standing.outcome)
    _write(standing, was=standing.state, revision=standing.revision + 1, state=State.OPEN, ended_on=None, outcome="")
    return Planned(standing, touches and touch(standing.assessment, by))


@transaction.atomic
def add_goal_outcome(*, goal, by, outcome) -> Planned:
    """Say what came of a goal that was marked as done without it: its owner alone, once.

    Raises ``NotOpen``, and ``NotAskable`` for an empty one.
    """
    if not outcome:
        raise NotAskable("What came of a goal says something.")
    standing = _standing(goal, by, is_open=False)
    if standing.owner_id != by.pk or standing.state != State.DONE or standing.outcome:
        raise NotOpen
    touches = _claim_plan(standing.owner_id, standing.assessment, by)
    _write(standing, was=State.DONE, revision=standing.revision + 1, outcome=outcome)
    return Planned(standing, touches and touch(standing.assessment, by))


@transaction.atomic
def add_goal_note(*, goal, by, text) -> GoalNote:
    """Note how a goal is going: its owner, or the line manager who reads it. The same note twice in a row is one.

    Raises ``NotOpen``, and ``NotAskable`` for an empty note.
    """
    if not text:
        raise NotAskable("A note says something.")
    # Locks the goal, as far as they see it still.
    if not Goal.objects.visible_to(by).filter(pk=goal.pk).update(revision=F("revision")):
        raise NotOpen
    last = GoalNote.objects.filter(goal=goal).order_by("-at", "-pk").first()
    if last is not None and (last.by_id, last.text) == (by.pk, text):
        return last
    return GoalNote.objects.create(goal=goal, by=by, text=text)


def _standing(goal, by, *, is_open=True):
    """The goal as it stands, with its round. Raises ``NotOpen`` where it is over (or open), or out of sight."""
    goals = Goal.objects.visible_to(by).select_related("assessment__owner", "assessment__line_manager")
    standing = goals.prefetch_related("aims").filter(pk=goal.pk).first()
    if standing is None or (standing.state == State.OPEN) != is_open:
        raise NotOpen
    return standing


def _claim_plan(owner_id, assessment, by) -> bool:
    """Lock the round of a goal, as far as it is open; returns whether its conversation is on. Raises ``NotOpen``.

    The line manager changes goals while the conversation is on; the owner at any time.
    """
    if owner_id != by.pk:
        if assessment is None or assessment.owner_id != owner_id:
            raise NotOpen
        claim_as_either(assessment, by)
        return True
    if assessment is None or assessment.state in Assessment.FROZEN_STATES:
        return False
    claim_as_owner(assessment, by, of=assessment.state)
    # Read under the lock: the review may have been finished since.
    return assessment.is_shared and Assessment.objects.filter(pk=assessment.pk, reviewed_at__isnull=False).exists()


def _write(goal, *, was=State.OPEN, **changes):
    """Change a goal that still is as it was read. Raises ``NotOpen`` where another window was first."""
    same = Goal.objects.filter(pk=goal.pk, state=was, revision=goal.revision, assessment=goal.assessment_id)
    if not same.update(**changes):
        raise NotOpen
    for name, value in changes.items():
        setattr(goal, name, value)


def _write_aims(goal, aims):
    GoalStatement.objects.bulk_create(GoalStatement(goal=goal, statement_id=pk, rank=rank) for pk, rank in aims)


def _aims_of(goal):
    return sorted((aim.statement_id, aim.rank) for aim in goal.aims.all())
