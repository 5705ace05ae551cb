"""The scoring rule: ranks and targets in, levels and gaps out.

This file is the definitive statement of the rule; docs/scoring.md says the same for people.

The standards set minimum requirements at each level, so the rule is conjunctive:

1.  A person chooses a level for each statement. Its rank is 1 for the lowest level and 0 for "not yet at" it.
2.  A level that has no words, or the same words as the level beneath it, is met with the one beneath: it is joined.
3.  A statement marked as not relevant leaves the set, and is listed.
4.  The level of an area is the lowest rank among its statements in scope. One unanswered statement leaves the area
    not finished, with no level: unanswered is not zero. With no statement in scope the area is not in the role.
5.  A gap is the target less the rank or level, and never negative.
6.  A strength is above the target, in words that differ from the target's.
7.  Gaps are dealt with in this order: the bigger gap; then a statement that alone holds its area back; then the
    order of the standards.
8.  The next step for an area is the statements that stand between the person and its next level.
9.  A person is ready for a level when every statement in scope is at or above it: a fact, not a forecast.

There is no mean, weight, percentage or overall score. Whose ratings they are (self, line manager or agreed) makes no
difference here. Everything is a plain value: this file imports the standard library only, and never the database.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

NOT_YET = 0


class AreaState(StrEnum):
    """Whether an area has a level, and if not, why not."""

    FINISHED = "finished"
    NOT_FINISHED = "not finished"
    NOT_IN_ROLE = "not in role"


# What goes in


@dataclass(frozen=True, slots=True)
class Answer:
    """One statement, as asked and as answered.

    code      the statement's code, such as "B4.3"
    rank      the level chosen: 1 is the lowest level, NOT_YET is below it, None is unanswered
    relevant  False when the person marked the statement as not relevant; its rank then does not count
    joined    the ranks that are met with the one beneath, from standards.wording.joined_ranks()
    evidence  the number of work examples that support the answer
    """

    code: str
    rank: int | None
    relevant: bool = True
    joined: tuple[int, ...] = ()
    evidence: int = 0


@dataclass(frozen=True, slots=True)
class AreaAnswers:
    """One area: the rank that the role needs (None: not in the role), and its answers in the order of the standards."""

    code: str
    target: int | None
    answers: tuple[Answer, ...]


# What comes out


@dataclass(frozen=True, slots=True)
class StatementScore:
    """One statement's result. Out of scope means not relevant, or in an area that is not in the role.

    code, area    the codes of the statement and of its area
    evidence      the number of work examples
    in_scope      False when it counts nowhere; rank, target, gap, aim and target_words are then None
    rank          the rank reached, joined levels included; None when unanswered
    target        the area's target
    gap           how many levels below the target, 0 or more; None when unanswered
    aim           the next rank up that asks for different words; None when unanswered or at the top
    target_words  the rank whose words the target asks for: the target itself, or the rank beneath that it is joined to
    is_strength   above the target, in words that differ from the target's
    holding       how many statements hold the area below its target at its level, when this is one of them; else 0
    """

    code: str
    area: str
    evidence: int
    in_scope: bool
    rank: int | None = None
    target: int | None = None
    gap: int | None = None
    aim: int | None = None
    target_words: int | None = None
    is_strength: bool = False
    holding: int = 0

    @property
    def holds_back(self) -> bool:
        """Whether it is among the lowest statements of an area that is below its target."""
        return self.holding > 0

    @property
    def alone(self) -> bool:
        """Whether it is the only statement that holds its area back."""
        return self.holding == 1

    @property
    def aim_reaches_target(self) -> bool:
        """Whether meeting the words of `aim` is enough to meet the target."""
        return self.aim is not None and self.target_words is not None and self.aim >= self.target_words


@dataclass(frozen=True, slots=True)
class AreaScore:
    """One area's result.

    level        the lowest rank among the statements in scope; None unless finished
    target       the target as given; None when the role does not need the area
    gap          levels below the target, 0 or more; None unless finished
    in_scope     the number of statements in scope
    answered     how many of those are answered
    at_or_above  at index r, how many statements in scope are at rank r or above; index 0 counts every answered one
    at_target    how many statements in scope are at the target or above
    next_level   the rank above the level; None at the top or unless finished
    held_by      codes of the statements below next_level: they hold the area at its level. Empty without a next_level
    left_out     codes of the statements marked as not relevant; empty when the role does not need the area
    statements   every statement, in the order given
    """

    code: str
    state: AreaState
    level: int | None
    target: int | None
    gap: int | None
    in_scope: int
    answered: int
    at_or_above: tuple[int, ...]
    at_target: int
    next_level: int | None
    held_by: tuple[str, ...]
    left_out: tuple[str, ...]
    statements: tuple[StatementScore, ...]

    @property
    def next_steps(self) -> tuple[str, ...]:
        """Codes of the statements between the person and the next level: those that hold the area where it is."""
        return self.held_by


@dataclass(frozen=True, slots=True)
class Readiness:
    """How many statements in scope are at one level or above.

    met            how many are at this rank or above
    in_scope       how many there are
    unanswered     how many have no answer yet
    with_evidence  how many of those met have at least one work example
    ready          every statement in scope is met, and there is at least one
    """

    rank: int
    met: int
    in_scope: int
    unanswered: int
    with_evidence: int
    ready: bool


@dataclass(frozen=True, slots=True)
class Score:
    """The whole result.

    areas            every area, in the order given
    gaps             the statements below their target, in priority order
    strengths        the statements that are strengths, in the order given
    readiness        one for each rank, the lowest first
    in_scope         the number of statements in scope
    answered         how many of those are answered
    areas_in_role    the number of areas with a statement in scope
    areas_finished   how many of those have a level
    areas_at_target  how many of those are at their target or above
    """

    areas: tuple[AreaScore, ...]
    gaps: tuple[StatementScore, ...]
    strengths: tuple[StatementScore, ...]
    readiness: tuple[Readiness, ...]
    in_scope: int
    answered: int
    areas_in_role: int
    areas_finished: int
    areas_at_target: int

    @property
    def is_finished(self) -> bool:
        """Whether every area in the role has a level, and there is at least one."""
        return 0 < self.areas_in_role == self.areas_finished


# The rule, in small pieces


def rank_reached(chosen: int, joined: Collection[int]) -> int:
    """Return the rank that a choice stands for: the highest one joined to it, or the choice itself."""
    rank = chosen
    while rank + 1 in joined:
        rank += 1
    return rank


def rank_of_words(rank: int, joined: Collection[int]) -> int:
    """Return the rank whose words a level asks for: the level itself, or the one beneath that it is joined to."""
    while rank in joined:
        rank -= 1
    return rank


def area_state(ranks: Sequence[int | None]) -> AreaState:
    """Return the state of an area from the ranks in scope, where None is unanswered."""
    if not ranks:
        return AreaState.NOT_IN_ROLE
    return AreaState.NOT_FINISHED if None in ranks else AreaState.FINISHED


def area_level(ranks: Sequence[int | None]) -> int | None:
    """Return the lowest of the ranks in scope; None unless the area is finished."""
    return min(ranks) if area_state(ranks) is AreaState.FINISHED else None


def gap_to(target: int | None, reached: int | None) -> int | None:
    """Return how many levels `reached` is below `target`, 0 when at or above it; None when either is unknown."""
    if target is None or reached is None:
        return None
    return max(0, target - reached)


def in_priority_order(statements: Iterable[StatementScore]) -> tuple[StatementScore, ...]:
    """Return the statements below target: bigger gaps first, then those that alone hold an area back, then as given."""
    return tuple(sorted((s for s in statements if s.gap), key=lambda s: (-s.gap, not s.alone)))


def readiness_for(rank: int, statements: Iterable[StatementScore]) -> Readiness:
    """Count the statements in scope that are at `rank` or above."""
    in_scope = [s for s in statements if s.in_scope]
    met = [s for s in in_scope if s.rank is not None and s.rank >= rank]
    return Readiness(
        rank=rank,
        met=len(met),
        in_scope=len(in_scope),
        unanswered=sum(s.rank is None for s in in_scope),
        with_evidence=sum(s.evidence > 0 for s in met),
        ready=0 < len(in_scope) == len(met),
    )


# The whole


def score(areas: Sequence[AreaAnswers], ranks: Sequence[int]) -> Score:
    """Score one person's answers against their targets.

    `areas` come in the order of the standards; `ranks` are those of the version's levels, 1 to n.
    Raises ValueError, naming the code, when a rank, target, joined rank or count of evidence is out of range or a
    code is given twice; and when `ranks` are not 1 to n.
    """
    top = _top_rank(ranks)
    _check(areas, top)
    scored = tuple(_score_area(area, top) for area in areas)
    statements = [statement for area in scored for statement in area.statements]
    return Score(
        areas=scored,
        gaps=in_priority_order(statements),
        strengths=tuple(s for s in statements if s.is_strength),
        readiness=tuple(readiness_for(rank, statements) for rank in range(1, top + 1)),
        in_scope=sum(area.in_scope for area in scored),
        answered=sum(area.answered for area in scored),
        areas_in_role=sum(area.state != AreaState.NOT_IN_ROLE for area in scored),
        areas_finished=sum(area.state == AreaState.FINISHED for area in scored),
        areas_at_target=sum(area.gap == 0 for area in scored),
    )


def _score_area(area: AreaAnswers, top: int) -> AreaScore:
    in_role = area.target is not None
    in_scope = [answer for answer in area.answers if in_role and answer.relevant]
    reached = {a.code: None if a.rank is None else rank_reached(a.rank, a.joined) for a in in_scope}
    answered = {code: rank for code, rank in reached.items() if rank is not None}
    ranks = list(reached.values())

    level = area_level(ranks)
    gap = gap_to(area.target, level)
    at_or_above = tuple(sum(rank >= floor for rank in answered.values()) for floor in range(top + 1))
    next_level = None if level is None or level == top else level + 1
    held_by = tuple(code for code, rank in answered.items() if next_level is not None and rank < next_level)
    holding_back = held_by if gap else ()

    return AreaScore(
        code=area.code,
        state=area_state(ranks),
        level=level,
        target=area.target,
        gap=gap,
        in_scope=len(in_scope),
        answered=len(answered),
        at_or_above=at_or_above,
        at_target=at_or_above[area.target] if in_role else 0,
        next_level=next_level,
        held_by=held_by,
        left_out=tuple(a.code for a in area.answers if in_role and not a.relevant),
        statements=tuple(
            _score_statement(answer, area, reached[answer.code], holding_back, top)
            if answer.code in reached
            else StatementScore(answer.code, area.code, answer.evidence, in_scope=False)
            for answer in area.answers
        ),
    )


def _score_statement(
    answer: Answer, area: AreaAnswers, rank: int | None, holding_back: Collection[str], top: int
) -> StatementScore:
    return StatementScore(
        code=answer.code,
        area=area.code,
        evidence=answer.evidence,
        in_scope=True,
        rank=rank,
        target=area.target,
        gap=gap_to(area.target, rank),
        # The rank reached already includes every level joined to it, so the next one up has words of its own.
        aim=None if rank is None or rank == top else rank + 1,
        target_words=rank_of_words(area.target, answer.joined),
        # The target is met together with the levels joined to it: those are no more than the target asks.
        is_strength=rank is not None and rank > rank_reached(area.target, answer.joined),
        holding=len(holding_back) if answer.code in holding_back else 0,
    )


# What is refused


def _top_rank(ranks: Sequence[int]) -> int:
    if not ranks or sorted(ranks) != list(range(1, len(ranks) + 1)):
        raise ValueError(f"The ranks of a version are 1 to n, each once, not {list(ranks)}.")
    return len(ranks)


def _check(areas: Sequence[AreaAnswers], top: int) -> None:
    for kind, codes in (("Area", [a.code for a in areas]), ("Statement", [s.code for a in areas for s in a.answers])):
        for code, count in Counter(codes).items():
            if count > 1:
                raise ValueError(f"{kind} {code} is given {count} times.")
    for area in areas:
        if area.target is not None:
            _check_rank(area.target, 1, top, f"target of area {area.code}")
        for answer in area.answers:
            if answer.rank is not None:
                _check_rank(answer.rank, NOT_YET, top, f"rank of statement {answer.code}")
            for joined in answer.joined:
                _check_rank(joined, 1, top, f"joined rank of statement {answer.code}")
            if answer.evidence < 0:
                raise ValueError(f"The evidence of statement {answer.code} is a count, not {answer.evidence}.")


def _check_rank(rank: int, lowest: int, top: int, what: str) -> None:
    if not isinstance(rank, int) or not lowest <= rank <= top:
        raise ValueError(f"The {what} is {lowest} to {top}, not {rank!r}.")
