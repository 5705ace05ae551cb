"""The development conversation and the development plan, as a report shows them."""

from govuk.environment import day
from standards.tree import VersionTree

from ..plans import KINDS
from .parts import Gap
from .source import Held
from .talk import Aim, Confirmation, ConversationRecord, Plan, PlannedGoal

WAYS = {kind: (label, share) for kind, label, share, _ in KINDS}


def planned_goals(goals, tree: VersionTree) -> tuple[PlannedGoal, ...]:
    """The goals of a `ReportSource` in the order of the plan: by kind, then as read, which is by the day due."""
    order = list(WAYS)
    return tuple(
        PlannedGoal(number, *WAYS[kind], what, measure, day(due_on), due_on, _aims(aims, tree))
        for number, (_, what, measure, kind, due_on, aims) in enumerate(
            sorted(goals, key=lambda goal: order.index(goal[3])), start=1
        )
    )


def _aims(aims, tree):
    """The aims in the order of the standards. Levels that share their words are called by both names."""
    ranks = dict(aims)
    named = (
        (statement, statement.cell(ranks[statement.code])) for statement in tree.statements if statement.code in ranks
    )
    return tuple(Aim(statement.code, statement.topic, cell.name if cell else "") for statement, cell in named)


def goals_for(code: str, goals: tuple[PlannedGoal, ...]) -> tuple[PlannedGoal, ...]:
    """The goals that are for a statement."""
    return tuple(goal for goal in goals if any(aim.code == code for aim in goal.aims))


def plan(goals: tuple[PlannedGoal, ...], gaps: tuple[Gap, ...]) -> Plan:
    """The plan of these goals, and the gaps without one."""
    without = (gap for gap in gaps if not gap.goals)
    return Plan(goals, tuple(Aim(gap.code, gap.topic, gap.aim.level) for gap in without))


def conversation_record(held: Held | None, owner: str, line_manager: str) -> ConversationRecord | None:
    """What is recorded of the conversation between these two; None where nothing can be yet."""
    if held is None:
        return None
    return ConversationRecord(
        held_on=_day(held.held_on),
        points=held.points,
        look_again_on=_day(held.look_again_on),
        disagreement=held.disagreement,
        confirmations=(
            Confirmation(owner, "", _day(held.owner_confirmed_on)),
            Confirmation(line_manager, "line manager", _day(held.line_manager_confirmed_on)),
        ),
    )


def _day(value):
    return day(value) if value else ""
