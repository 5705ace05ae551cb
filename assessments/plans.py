"""A development plan as pages show it: goals by how they are learnt and when they are due, and gaps that no goal is for.

Rows already read in, values out. The standards come from memory (``standards.tree``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from govuk.environment import plural, words
from standards.tree import version_tree

from . import scoring
from .agreement import agreed_answers

# Of ten parts of development, how many come from each; and what it is, in the portal's own words.
KINDS = (
    (
        "on-the-job",
        "On the job",
        70,
        "Most of what people learn: a task, a project or a wider part in what your team does",
    ),
    ("with-others", "With others", 20, "Watching somebody, being coached, asking for comments, a network"),
    ("formal", "Formal learning", 10, "A course, a guide or a qualification"),
)
SOON_DAYS = 14


@dataclass(frozen=True, slots=True)
class Aim:
    """A statement that a goal is for. ``level`` is the name of the level aimed at; empty where the reader does not see levels."""

    code: str
    topic: str
    area: str
    level: str
    words: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A goal as a plan lists it.

    goal    what has ``what``, ``measure``, ``kind`` and ``due_on``: a goal, or a goal as it was agreed
    due     how far off the day is, in words; empty where the goal is not open
    now     the goal as it stands now, beside one as it was agreed; None where the reader does not see it
    """

    goal: object
    aims: tuple[Aim, ...]
    due: str = ""
    is_overdue: bool = False
    now: object = None


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """The goals of one kind; ``share`` is its part of a hundred, nothing for those that are overdue (``overdue_first``)."""

    kind: str
    label: str
    share: int
    lines: tuple[PlanLine, ...]


@dataclass(frozen=True, slots=True)
class OpenGap:
    """A statement below target that no open goal is for; ``level`` and ``target`` are names."""

    code: str
    topic: str
    level: str
    target: str


def days_away(due_on: date, today: date) -> str:
    """How far off a day is: "in eight days", "two days overdue"; empty when it is more than eight weeks away."""
    days = (due_on - today).days
    if days == 0:
        return "today"
    if days < 0:
        return f"{words(-days)} {plural(-days, 'day')} overdue"
    if days <= SOON_DAYS:
        return f"in {words(days)} {plural(days, 'day')}"
    return f"in {words(days // 7)} weeks" if days <= 56 else ""


def aim_of(statement, rank, *, shows_level=True) -> Aim:
    """An aim at ``rank`` in a statement of a tree. A level that is joined with another is called by both names."""
    cell = statement.cell(rank) if shows_level else None
    return Aim(
        statement.code,
        statement.topic,
        statement.area_code,
        cell.name if cell else "",
        cell.text if cell else "",
    )


def aims_of(goal, *, shows_level=True) -> tuple[Aim, ...]:
    """The aims of a goal that was read ``with_aims``, in the order of the standards."""
    found = []
    for aim in goal.aims.all():
        tree = version_tree(aim.statement.area.section.version)
        found.append((tree.statement_by_pk(aim.statement_id), aim.rank))
    found.sort(key=lambda pair: _place(pair[0].code))
    return tuple(aim_of(statement, rank, shows_level=shows_level) for statement, rank in found)


def agreed_aims_of(agreed_goal, tree) -> tuple[Aim, ...]:
    """The aims of a goal as it was agreed. One that is not of the round's own version is left as its code."""
    statements = {statement.code: statement for statement in tree.statements}
    return tuple(
        aim_of(statements[code], rank) if code in statements else Aim(code, "", "", "", "")
        for code, rank in sorted(agreed_goal.aims, key=lambda aim: _place(aim[0]))
    )


def _place(code):
    """Where a code stands in its order: "B3.10" after "B3.9"."""
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in code.split(".")]


def lineages_of(goals) -> set:
    """The lineages of the statements that goals, read ``with_aims``, are for."""
    return {aim.statement.lineage for goal in goals for aim in goal.aims.all()}


def in_force(assessment, tree, views):
    """What counts of a round's ``views`` when goals are set: answers by statement's pk, targets by area's pk.

    What both agreed so far once the review is finished, what the owner says before it and in a round that was closed.
    """
    if assessment.is_reviewed and assessment.closed_at is None:
        return agreed_answers(tree, views), views.targets_in_force
    return {pk: standing.answer for pk, standing in views.own.items()}, views.targets


def line_of(goal, aims, today, *, now=None) -> PlanLine:
    """A goal's line; beside one as it was agreed, ``now`` is the goal as it stands."""
    standing = now or goal
    is_open = getattr(standing, "state", "") == "open"
    due = days_away(standing.due_on, today) if is_open else ""
    return PlanLine(goal, tuple(aims), due, is_open and standing.due_on < today, now)


def grouped(lines: Iterable[PlanLine]) -> tuple[PlanGroup, ...]:
    """The lines by kind, in the order 70, 20, 10, each kind by day; kinds without any are left out."""
    ordered = sorted(lines, key=lambda line: (line.goal.due_on, line.goal.pk))
    groups = (
        PlanGroup(kind, label, share, tuple(line for line in ordered if line.goal.kind == kind))
        for kind, label, share, _ in KINDS
    )
    return tuple(group for group in groups if group.lines)


def overdue_first(lines: Iterable[PlanLine]) -> tuple[PlanGroup, ...]:
    """The same, with a group before the others for what is overdue, of whatever kind."""
    lines = list(lines)
    late = sorted((line for line in lines if line.is_overdue), key=lambda line: (line.goal.due_on, line.goal.pk))
    first = (PlanGroup("overdue", "Overdue", 0, tuple(late)),) if late else ()
    return first + grouped(line for line in lines if not line.is_overdue)


def aim_for(statement, answer, target) -> int | None:
    """The rank to aim for next in a statement: the next words above the ones met; where nothing is answered, the target's.

    ``answer`` is an ``Answered`` or None, ``target`` a rank or None. The highest where all is met; None without any words.
    """
    if not statement.cells:
        return None
    if answer is not None and answer.rank is not None:
        above = (cell.rank for cell in statement.cells if cell.rank > answer.rank)
        return next(above, statement.cells[-1].rank)
    cell = statement.cell(target) if target else None
    return cell.rank if cell else statement.cells[0].rank


def open_gaps(tree, answers, targets, aimed) -> tuple[OpenGap, ...]:
    """The statements below target, in the order in which gaps are dealt with, but for those whose lineage is ``aimed`` at.

    ``answers`` holds an ``Answered`` by statement's pk, ``targets`` (rank or None, reason) by area's pk.
    """
    areas = [
        scoring.AreaAnswers(
            area.code,
            targets.get(area.pk, (None, ""))[0],
            tuple(_asked(statement, answers.get(statement.pk)) for statement in area.statements),
        )
        for area in tree.areas
    ]
    statements = {statement.code: statement for statement in tree.statements}
    return tuple(
        OpenGap(gap.code, statements[gap.code].topic, tree.level_name(gap.rank), tree.level_name(gap.target))
        for gap in scoring.score(areas, tree.ranks).gaps
        if statements[gap.code].lineage not in aimed
    )


def _asked(statement, answer):
    if answer is None:
        return scoring.Answer(statement.code, None, joined=statement.joined)
    return scoring.Answer(statement.code, answer.rank, not answer.not_relevant, statement.joined)
