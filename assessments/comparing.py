"""Two rounds side by side: what rose and what fell, per area and statement. Plain values; standard library and `scoring` only.

A statement of one round is compared with the same one of the other: the one whose words are equal at every level. An area's
level is compared where both rounds asked the same statements of it, because the lowest of other statements is another level.
There is no total, no percentage and no score: only levels, then and now.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .scoring import AreaAnswers, AreaScore, AreaState, StatementScore, score


class Kind(StrEnum):
    """What one round says of a statement or an area."""

    LEVEL = "level"
    UNANSWERED = "unanswered"
    LEFT_OUT = "left out"
    NOT_ASKED = "not asked"


class Change(StrEnum):
    """What became of a statement or an area from the earlier round to the later one.

    NEW         a level now, and none then: not asked, not answered or left out
    GONE        not asked any more
    LEFT_OUT    not relevant to the role now
    UNANSWERED  no level now, because answers are missing
    REWORDED    an area that both rounds ask, with other statements
    """

    ROSE = "rose"
    FELL = "fell"
    SAME = "same"
    NEW = "new"
    GONE = "gone"
    LEFT_OUT = "left out"
    UNANSWERED = "unanswered"
    REWORDED = "reworded"


# What goes in


@dataclass(frozen=True, slots=True)
class ComparedRound:
    """The answers of one round, by area in the order of its standards.

    ranks       those of its version's levels, 1 to n
    identities  by statement code: what is equal for two statements that ask the same
    """

    areas: tuple[AreaAnswers, ...]
    ranks: tuple[int, ...]
    identities: Mapping[str, Hashable]


# What comes out


@dataclass(frozen=True, slots=True)
class Standing:
    """What a round says of a statement or an area; a rank only where it has a level."""

    kind: Kind
    rank: int | None = None


NOT_ASKED = Standing(Kind.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class StatementComparison:
    """A statement in both rounds. `code` is the later round's where that asks it, else the earlier one's."""

    code: str
    then: Standing
    now: Standing
    change: Change

    @property
    def levels(self) -> int:
        """By how many levels it rose or, below nought, fell; nought where it has no level in one of the rounds."""
        has_both = self.then.kind == self.now.kind == Kind.LEVEL
        return self.now.rank - self.then.rank if has_both else 0


@dataclass(frozen=True, slots=True)
class Block:
    """One level of an area: its statements that have a level in both rounds, by whether they are at this one or above.

    kept    then and now
    gained  now and not then
    lost    then and not now
    empty   neither
    """

    rank: int
    kept: int
    gained: int
    lost: int
    empty: int

    @property
    def then(self) -> int:
        """How many were at this level or above."""
        return self.kept + self.lost

    @property
    def now(self) -> int:
        """How many are."""
        return self.kept + self.gained


@dataclass(frozen=True, slots=True)
class AreaComparison:
    """An area in both rounds; its statements in the later round's order, then the ones that are not asked any more."""

    code: str
    then: Standing
    now: Standing
    change: Change
    blocks: tuple[Block, ...]
    statements: tuple[StatementComparison, ...]

    @property
    def levels(self) -> int:
        """By how many levels it rose or, below nought, fell."""
        return self.now.rank - self.then.rank if self.change in (Change.ROSE, Change.FELL) else 0

    def with_change(self, *changes: Change) -> tuple[StatementComparison, ...]:
        """The statements of which one of these became."""
        return tuple(each for each in self.statements if each.change in changes)


def compare(then: ComparedRound, now: ComparedRound) -> tuple[AreaComparison, ...]:
    """Compare two rounds, area by area in the order of the later one, then the areas that it does not ask any more.

    The rounds must have levels of equal names; where they do not, give no two statements the same identity. Raises ValueError
    as `scoring.score` does.
    """
    earlier, later = _Scored(then), _Scored(now)
    taken = {later.identity(code) for code in later.statements}
    made = []
    for area in later.areas.values():
        left = [code for code in earlier.codes_of(area.code) if earlier.identity(code) not in taken]
        rows = [_statement(code, earlier.same_as(later.identity(code)), later.statements[code]) for code in area.codes]
        rows += [_statement(code, earlier.statements[code], None) for code in left]
        made.append(_area(area.code, earlier, later, tuple(rows), now.ranks))
    for area in earlier.areas.values():
        if area.code not in later.areas:
            left = [code for code in area.codes if earlier.identity(code) not in taken]
            rows = tuple(_statement(code, earlier.statements[code], None) for code in left)
            made.append(_area(area.code, earlier, later, rows, now.ranks))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class _Area:
    code: str
    codes: tuple[str, ...]
    score: AreaScore


class _Scored:
    """A round with its scores, and ways to look things up in it."""

    def __init__(self, compared):
        self.compared = compared
        scores = score(compared.areas, compared.ranks).areas
        self.areas = {each.code: _Area(each.code, tuple(s.code for s in each.statements), each) for each in scores}
        self.statements = {each.code: each for area in scores for each in area.statements}
        self._codes = {identity: code for code, identity in compared.identities.items()}

    def identity(self, code):
        return self.compared.identities[code]

    def same_as(self, identity):
        code = self._codes.get(identity)
        return None if code is None else self.statements[code]

    def codes_of(self, area):
        return self.areas[area].codes if area in self.areas else ()


def _statement(code, then, now):
    before, after = _standing(then), _standing(now)
    return StatementComparison(code, before, after, _change(before, after))


def _standing(statement: StatementScore | None) -> Standing:
    if statement is None:
        return NOT_ASKED
    if not statement.in_scope:
        return Standing(Kind.LEFT_OUT)
    return Standing(Kind.UNANSWERED) if statement.rank is None else Standing(Kind.LEVEL, statement.rank)


def _area_standing(area: _Area | None) -> Standing:
    if area is None:
        return NOT_ASKED
    if area.score.state == AreaState.FINISHED:
        return Standing(Kind.LEVEL, area.score.level)
    return Standing(Kind.UNANSWERED if area.score.state == AreaState.NOT_FINISHED else Kind.LEFT_OUT)


def _area(code, earlier, later, rows, ranks):
    then, now = _area_standing(earlier.areas.get(code)), _area_standing(later.areas.get(code))
    change = _change(then, now)
    if change in (Change.ROSE, Change.FELL, Change.SAME) and now.kind == Kind.LEVEL:
        asked = [{scored.identity(each) for each in scored.codes_of(code)} for scored in (earlier, later)]
        change = change if asked[0] == asked[1] else Change.REWORDED
    return AreaComparison(code, then, now, change, tuple(_block(rank, rows) for rank in ranks), rows)


def _change(then: Standing, now: Standing) -> Change:
    if then == now:
        return Change.SAME
    if then.kind == now.kind == Kind.LEVEL:
        return Change.ROSE if now.rank > then.rank else Change.FELL
    return {
        Kind.LEVEL: Change.NEW,
        Kind.UNANSWERED: Change.UNANSWERED,
        Kind.LEFT_OUT: Change.LEFT_OUT,
        Kind.NOT_ASKED: Change.GONE,
    }[now.kind]


def _block(rank, rows):
    both = [
        (row.then.rank >= rank, row.now.rank >= rank) for row in rows if row.then.kind == row.now.kind == Kind.LEVEL
    ]
    return Block(
        rank=rank,
        kept=both.count((True, True)),
        gained=both.count((False, True)),
        lost=both.count((True, False)),
        empty=both.count((False, False)),
    )
