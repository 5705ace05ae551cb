"""May this person do this to this round? Who may see it at all is ``Assessment.objects.visible_to``, which gave the round.

A person who reads a round and is not its owner is its line manager, with a live line.
"""

from people.models import ReportingLine

from .models import Assessment, Goal

State = Assessment.State


def is_owner(user, assessment) -> bool:
    return assessment.owner_id == user.pk


def is_line_manager(user, assessment) -> bool:
    """Whether they read it as line manager: named on it, while it is shared or agreed."""
    return assessment.line_manager_id == user.pk and assessment.state in Assessment.LINE_MANAGER_STATES


def can_rate(user, assessment) -> bool:
    """Change role, targets, ratings, notes and work examples: the owner, while it is a draft."""
    return is_owner(user, assessment) and assessment.state == State.DRAFT


def can_carry_over(user, assessment) -> bool:
    """Bring it to a later version: the owner, while it is a draft. Whether there is one is ``coming_along.later_version``."""
    return can_rate(user, assessment)


def can_read_levels(user, assessment) -> bool:
    """Read the owner's levels: the owner, and a line manager who does not rate first or has finished."""
    return is_owner(user, assessment) or (is_line_manager(user, assessment) and not assessment.hides_levels)


def line_manager_reading(assessment):
    """The line manager who can read a round now, with a live line to its owner; None where it is its owner's alone."""
    if assessment.state not in Assessment.LINE_MANAGER_STATES:
        return None
    is_live = ReportingLine.objects.is_live(assessment.owner_id, assessment.line_manager_id)
    return assessment.line_manager if is_live else None


def can_read_report(user, assessment) -> bool:
    """Read the report, which shows the owner's levels."""
    return can_read_levels(user, assessment)


def can_read_review(user, assessment) -> bool:
    """Read the line manager's ratings: the line manager, and the owner once the review is finished."""
    return is_line_manager(user, assessment) or (is_owner(user, assessment) and assessment.is_reviewed)


def can_share(user, assessment) -> bool:
    """Share it: the owner, while it is a draft. Whether it is finished and to whom is the action's to say."""
    return can_rate(user, assessment)


def can_withdraw(user, assessment) -> bool:
    """Take it back: the owner, until the line manager has added something."""
    return is_owner(user, assessment) and assessment.is_shared and assessment.acted_at is None


def can_return(user, assessment) -> bool:
    """Give it back with a reason: the line manager, while it is shared."""
    return is_line_manager(user, assessment) and assessment.is_shared


def can_hand_over(user, assessment) -> bool:
    """Hand a shared round to the line manager whom its owner has now, where that is another one."""
    if not (is_owner(user, assessment) and assessment.is_shared):
        return False
    line_manager = ReportingLine.objects.line_manager_of(user)
    return line_manager is not None and line_manager.pk != assessment.line_manager_id


def can_close(user, assessment) -> bool:
    """End it without agreeing it: the owner, a draft at any time, a shared round whose line has ended or that hangs."""
    if not is_owner(user, assessment):
        return False
    if assessment.is_shared:
        return (
            assessment.hangs
            or not ReportingLine.objects.between(user, assessment.line_manager_id).answerable().exists()
        )
    return assessment.state == State.DRAFT


def can_delete(user, assessment) -> bool:
    """Delete the round and everything in it: the owner, while it is a draft."""
    return can_rate(user, assessment)


def can_review(user, assessment) -> bool:
    """Rate as line manager, while it is shared."""
    return is_line_manager(user, assessment) and assessment.is_shared


def can_converse(user, assessment) -> bool:
    """Record the conversation: both, from the moment the review is finished until it is agreed, along a live line."""
    if not (assessment.is_shared and assessment.is_reviewed and _is_party(user, assessment)):
        return False
    return not is_owner(user, assessment) or ReportingLine.objects.is_live(user.pk, assessment.line_manager_id)


def can_read_conversation(user, assessment) -> bool:
    """Read the record: both, once the review is finished."""
    return assessment.is_reviewed and _is_party(user, assessment)


def can_confirm(user, assessment, conversation) -> bool:
    """Confirm what is recorded: each of the two, once."""
    mine = conversation.owner_confirmed_at if is_owner(user, assessment) else conversation.line_manager_confirmed_at
    return can_converse(user, assessment) and mine is None


def can_start_next(user, assessment) -> bool:
    """Begin a round as a copy of this one: the owner, once it is agreed or closed."""
    return is_owner(user, assessment) and assessment.state in Assessment.FROZEN_STATES


def can_change_goals(user, assessment) -> bool:
    """Add goals to the plan of a round: its owner at any time, the line manager while the conversation is open."""
    return is_owner(user, assessment) or can_converse(user, assessment)


def can_change_goal(user, goal) -> bool:
    """Change, finish or drop a goal: its owner at any time, the line manager while its round's conversation is open."""
    if goal.state != Goal.State.OPEN:
        return False
    return goal.owner_id == user.pk or (goal.assessment is not None and can_converse(user, goal.assessment))


def can_say_outcome(user, goal) -> bool:
    """Say what came of a goal: its owner, where it was marked as done without."""
    return goal.owner_id == user.pk and goal.state == Goal.State.DONE and not goal.outcome


def can_note_goal(user, goal) -> bool:
    """Note how it is going: its owner, and the line manager who reads it."""
    if goal.owner_id == user.pk:
        return True
    return goal.assessment is not None and is_line_manager(user, goal.assessment)


def _is_party(user, assessment):
    return is_owner(user, assessment) or is_line_manager(user, assessment)
