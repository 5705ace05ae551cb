"""A line manager's review: each statement with what both say of it, and how far each area has come. Plain values in and out.

What the line manager may not see yet is taken out here, so that no page and no count has it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from govuk.environment import plural, words

from .agreement import asks_again, same
from .answers import Answered
from .reports.sentences import level_words
from .scoring import Answer, AreaAnswers, gap_to, rank_reached, score

NOTHING = Answered()


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in words. ``cell`` holds the published words, where the level has any; ``distance`` is that to the target."""

    level: str
    distance: str = ""
    cell: object = None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One statement with what its owner and the line manager say.

    own                the owner's answer; only its note where levels are hidden
    rated, revision    the line manager's rating, also one that a former line manager gave
    rated_by_id        who gave that; None where nobody did
    asks_again         the owner changed their answer after it was rated
    is_rated           there is a rating, about what the owner says now
    differs            it is rated, and both are seen to say something else
    hides_level        the line manager may not see the owner's level yet
    """

    statement: object
    own: Answered
    rated: Answered
    revision: int
    rated_by_id: int | None
    asks_again: bool
    is_rated: bool
    differs: bool
    hides_level: bool

    @property
    def shown(self) -> Answered:
        """What the fields begin with: the rating, but only its note where the statement asks again."""
        return Answered(note=self.rated.note) if self.asks_again else self.rated


@dataclass(frozen=True, slots=True)
class AreaReview:
    """One area: the rank that it needs (None: not in the role), its statements, and counts of them.

    rated        rated by the line manager, about what the owner says now
    again        ask again
    differing    on which both are seen to differ
    """

    area: object
    target: int | None
    rows: tuple[ReviewRow, ...]
    rated: int
    again: int
    differing: int

    @property
    def in_role(self) -> bool:
        return self.target is not None

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def left(self) -> int:
        return self.total - self.rated

    @property
    def is_done(self) -> bool:
        return self.rated == self.total

    @property
    def given_by(self) -> Counter:
        """How many of the ratings each person gave, by their pk."""
        return Counter(row.rated_by_id for row in self.rows if row.is_rated)

    @property
    def to_rate(self) -> tuple[ReviewRow, ...]:
        return tuple(row for row in self.rows if not row.is_rated)


@dataclass(frozen=True, slots=True)
class Review:
    """Every area of a round, in the order of the standards. Counts are of the areas in the role."""

    areas: tuple[AreaReview, ...]

    @property
    def asked(self) -> tuple[AreaReview, ...]:
        return tuple(area for area in self.areas if area.in_role)

    @property
    def total(self) -> int:
        return sum(area.total for area in self.asked)

    @property
    def rated(self) -> int:
        return sum(area.rated for area in self.asked)

    @property
    def left(self) -> int:
        return self.total - self.rated

    @property
    def again(self) -> int:
        return sum(area.again for area in self.asked)

    @property
    def given_by(self) -> Counter:
        """How many of the ratings each person gave, by their pk."""
        return sum((area.given_by for area in self.asked), Counter())

    @property
    def differing(self) -> tuple[ReviewRow, ...]:
        """The statements on which both are seen to differ."""
        return tuple(row for area in self.asked for row in area.rows if row.differs)

    @property
    def unfinished(self) -> tuple[AreaReview, ...]:
        return tuple(area for area in self.asked if not area.is_done)

    def area(self, code) -> AreaReview:
        return next(area for area in self.areas if area.area.code == code)

    def after(self, code) -> AreaReview | None:
        """The area of the role that follows ``code``; None after the last."""
        codes = [area.area.code for area in self.areas]
        following = self.areas[codes.index(code) + 1 :]
        return next((area for area in following if area.in_role), None)


@dataclass(frozen=True, slots=True)
class Worth:
    """A statement that is worth reading first. ``distance`` is in words, empty where it is not below target or that is hidden."""

    row: ReviewRow
    distance: str
    examples: int

    @property
    def why(self) -> str:
        """What there is to read: "one level below target, a note, two work examples"."""
        examples = f"{words(self.examples)} work {plural(self.examples, 'example')}" if self.examples else ""
        return ", ".join(filter(None, (self.distance, "a note" if self.row.own.note else "", examples)))


def worth_reading(review: Review, examples: Mapping[int, int], *, by: int, most: int = 10) -> tuple[Worth, ...]:
    """What a line manager reads first: what its owner puts below target or wrote something about, the bigger gap first.

    ``examples`` counts the work examples of each statement, by its pk. Where levels are hidden, notes and work examples alone say
    which, in the order of the standards. What the line manager, whose pk is ``by``, has rated is left out; ``most`` at most.
    """
    found = []
    for area in review.asked:
        for row in area.rows:
            if row.is_rated and row.rated_by_id == by:
                continue
            gap = 0 if row.own.rank is None else gap_to(area.target, rank_reached(row.own.rank, row.statement.joined))
            number = examples.get(row.statement.pk, 0)
            if gap or row.own.note or number:
                distance = distance_words(row.own.rank, area.target, row.statement.joined) if gap else ""
                found.append((gap, Worth(row, distance, number)))
    return tuple(worth for _, worth in sorted(found, key=lambda pair: -pair[0])[:most])


def review_of(tree, views, targets: Mapping, *, hides_levels: bool) -> Review:
    """The review of a round: ``views`` as ``standing.Views`` has them, ``targets`` by area's pk as (rank or None, reason)."""
    return Review(tuple(_area(area, views, targets, hides_levels) for area in tree.areas))


def _area(area, views, targets, hides_levels):
    rows = tuple(_row(statement, views, hides_levels) for statement in area.statements)
    return AreaReview(
        area,
        targets.get(area.pk, (None, ""))[0],
        rows,
        rated=sum(row.is_rated for row in rows),
        again=sum(row.asks_again for row in rows),
        differing=sum(row.differs for row in rows),
    )


def _row(statement, views, hides_levels):
    own, given = views.own.get(statement.pk), views.line_manager.get(statement.pk)
    said, rated = own.answer if own else NOTHING, given.answer if given else NOTHING
    is_answer = rated.is_answer
    again = is_answer and asks_again(own, given)
    is_rated = is_answer and not again
    return ReviewRow(
        statement,
        Answered(note=said.note) if hides_levels else said,
        rated,
        given.revision if given else 0,
        given.rated_by_id if given else None,
        again,
        is_rated,
        is_rated and not hides_levels and not same(said, rated),
        hides_levels,
    )


def said_of(tree, statement, answer: Answered, target: int | None) -> Said:
    """An answer in words, and how far it is from the area's target."""
    if answer.not_relevant:
        return Said("Not relevant")
    if answer.rank is None:
        return Said("No answer")
    distance = distance_words(answer.rank, target, statement.joined)
    return Said(tree.answer_name(statement, answer.rank), distance, statement.cell(answer.rank))


def distance_words(rank: int, target: int | None, joined) -> str:
    """How far a rank is from the target: "one level below target"; empty without a target.

    Levels that share the target's words are no more than the target asks (rule 6 of ``scoring``).
    """
    if target is None:
        return ""
    gap = gap_to(target, rank_reached(rank, joined))
    if gap:
        return f"{words(gap)} {plural(gap, 'level')} below target"
    return "above target" if rank > rank_reached(target, joined) else "at target"


def area_level(tree, review: AreaReview, answers) -> str:
    """The level of an area in words, as ``answers`` have it: one for each of its rows."""
    given = tuple(
        Answer(row.statement.code, answer.rank, relevant=not answer.not_relevant, joined=row.statement.joined)
        for row, answer in zip(review.rows, answers, strict=True)
    )
    (scored,) = score((AreaAnswers(review.area.code, review.target, given),), tree.ranks).areas
    return level_words(scored, tree.level_name)
