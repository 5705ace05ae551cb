"""The agenda of a development conversation: two views of a round in, what to talk about out. Plain values; never the database.

1.  Where the two views differ: the bigger difference first, then the order of the standards. Not relevant against a level counts as
    the biggest, and so does a statement that one of the two did not answer.
2.  The gaps to target: where a level is agreed, below target; where none is agreed yet, only if both levels are below target, and
    then the smaller of the two gaps counts. They come as gaps do everywhere (rule 7 of ``scoring``).
3.  What stands between the person and the next level of an area (rule 8), on what is agreed so far. An area below its target comes
    before others, the furthest first; only where none is below, those that can still rise. An area in which something is still to
    be agreed has no level yet: it comes last, with what is to be agreed.
4.  Strengths (rule 6), on what is agreed so far.

Only statements of areas that the agreed targets put in the role are talked about.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from . import scoring
from .answers import Answered


@dataclass(frozen=True, slots=True)
class Asked:
    """One statement as both answered it.

    code      the statement's code, such as "B4.3"
    own       what its owner says, line_manager what the line manager says; None where there is no answer
    agreed    the agreed answer in force; None while it is open
    joined    the ranks that are met with the one beneath, from standards.wording.joined_ranks()
    """

    code: str
    own: Answered | None = None
    line_manager: Answered | None = None
    agreed: Answered | None = None
    joined: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedArea:
    """One area: the agreed target in force (None: not in the role), and its statements in the order of the standards."""

    code: str
    target: int | None
    statements: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A statement on which the views differ. ``size`` is in levels; ``is_open`` until a level is agreed."""

    code: str
    size: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class AgendaGap:
    """A statement below target, as agreed or in both views. ``gap`` is in levels; ``alone``: it alone holds its area back."""

    code: str
    area: str
    gap: int
    target: int
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """An area that can rise. ``level`` and ``next_level`` are None while ``to_agree``, the codes still open, is not empty.

    codes   the statements between the person and ``next_level``
    """

    area: str
    level: int | None
    target: int
    next_level: int | None
    codes: tuple[str, ...]
    to_agree: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Strength:
    """A statement above its target: the rank reached."""

    code: str
    rank: int


@dataclass(frozen=True, slots=True)
class Compared:
    """The two views side by side.

    in_scope   codes of the statements that count, in the order of the standards
    same       codes of those on which both views say the same
    changed    codes of those among ``same`` for which something else was agreed
    """

    in_scope: tuple[str, ...]
    differences: tuple[Difference, ...]
    same: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def open(self) -> tuple[str, ...]:
        """Codes of the differences that are still to be agreed, as the agenda has them."""
        return tuple(each.code for each in self.differences if each.is_open)


@dataclass(frozen=True, slots=True)
class Agenda(Compared):
    """What to talk about. ``areas`` is what is agreed so far makes of each, in the order of the standards."""

    gaps: tuple[AgendaGap, ...]
    steps: tuple[Step, ...]
    is_below_target: bool
    strengths: tuple[Strength, ...]
    areas: tuple[scoring.AreaScore, ...]


def compare_views(areas: Sequence[AskedArea], ranks: Sequence[int]) -> Compared:
    """Return both views of ``areas`` side by side; ``areas`` and ``ranks`` as ``make_agenda`` takes them."""
    most = len(ranks) + 1
    differences, in_scope, same, changed = [], [], [], []
    for area in areas:
        if area.target is None:
            continue
        for each in area.statements:
            in_scope.append(each.code)
            size = difference_size(each.own, each.line_manager, each.joined, most)
            if size:
                differences.append(Difference(each.code, size, each.agreed is None))
                continue
            same.append(each.code)
            if each.agreed and each.agreed.choice != each.own.choice:
                changed.append(each.code)
    differences.sort(key=lambda each: -each.size)
    return Compared(tuple(in_scope), tuple(differences), tuple(same), tuple(changed))


def make_agenda(areas: Sequence[AskedArea], ranks: Sequence[int]) -> Agenda:
    """Return the agenda for ``areas`` in the order of the standards; ``ranks`` are those of the version's levels, 1 to n.

    Raises ValueError as ``scoring.score`` does.
    """
    score = scoring.score([_agreed_answers(area) for area in areas], ranks)
    asked = [(area, each) for area in areas if area.target is not None for each in area.statements]
    compared = compare_views(areas, ranks)
    return Agenda(
        compared.in_scope,
        compared.differences,
        compared.same,
        compared.changed,
        gaps=_gaps(asked, score),
        steps=_steps(areas, score),
        is_below_target=any(area.gap for area in score.areas),
        strengths=tuple(Strength(each.code, each.rank) for each in score.strengths),
        areas=score.areas,
    )


def difference_size(own: Answered | None, line_manager: Answered | None, joined: Sequence[int], most: int) -> int:
    """How far two answers are apart, in levels: 0 where they say the same, ``most`` where one of them is no level."""
    if own is None or line_manager is None or not (own.is_answer and line_manager.is_answer):
        return most
    if own.not_relevant or line_manager.not_relevant:
        return 0 if own.not_relevant and line_manager.not_relevant else most
    return abs(_reached(own, joined) - _reached(line_manager, joined))


def brought_along(goals: Iterable[tuple[int, datetime]], started_at: datetime) -> frozenset[int]:
    """Which of a round's goals are from last time: the primary keys of those that were there before the round began."""
    return frozenset(pk for pk, added_at in goals if added_at < started_at)


def _agreed_answers(area):
    return scoring.AreaAnswers(area.code, area.target, tuple(_agreed_answer(each) for each in area.statements))


def _agreed_answer(asked):
    agreed = asked.agreed or Answered()
    return scoring.Answer(asked.code, agreed.rank, not agreed.not_relevant, asked.joined)


def _gaps(asked, score):
    agreed = {gap.code: gap for gap in score.gaps}
    found = []
    for area, each in asked:
        if each.code in agreed:
            gap = agreed[each.code]
            found.append(AgendaGap(each.code, area.code, gap.gap, area.target, gap.alone))
        elif each.agreed is None and (gap := _smaller_gap(area.target, each)):
            found.append(AgendaGap(each.code, area.code, gap, area.target))
    return tuple(sorted(found, key=lambda each: (-each.gap, not each.alone)))


def _smaller_gap(target, asked):
    views = (asked.own, asked.line_manager)
    if any(view is None or view.rank is None for view in views):
        return 0
    return min(scoring.gap_to(target, _reached(view, asked.joined)) for view in views)


def _steps(areas, score):
    steps = [
        (area.gap, Step(area.code, area.level, area.target, area.next_level, area.next_steps))
        for area in score.areas
        if area.next_steps
    ]
    below = [(gap, step) for gap, step in steps if gap]
    unfinished = {area.code for area in score.areas if area.state == scoring.AreaState.NOT_FINISHED}
    return (
        *(step for _, step in sorted(below or steps, key=lambda pair: -pair[0])),
        *(
            Step(area.code, None, area.target, None, (), tuple(s.code for s in area.statements if s.agreed is None))
            for area in areas
            if area.code in unfinished
        ),
    )


def _reached(answer, joined):
    return scoring.rank_reached(answer.rank, joined)
