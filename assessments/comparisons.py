"""Two rounds of one person compared, worded: what the page, the report and its PDF show.

`read_round` reads a round in two queries; `comparison_part` is a pure function of two that were read, and of what their versions
have in common (`meaning`). A report that has read its rounds already gives it anything with the fields of `RoundAnswers`.
"""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from govuk.environment import day, plural, words
from standards.tree import VersionTree, version_tree

from . import scoring
from .charts import ChangeBlock, change_chart, key_chart
from .comparing import Block, Change, ComparedRound, Kind, Standing, compare
from .meaning import Kept
from .models import AgreedTarget, Assessment, Rating, Target
from .reports.sentences import counted, listed, sentence

UNANSWERED = (None, False)
CHARTS = {"change_chart": change_chart, "key_chart": key_chart}
STEPS = (Change.ROSE, Change.FELL)


# What is read


@dataclass(frozen=True, slots=True)
class RoundAnswers:
    """A round as it is compared: the agreed levels and targets where it is agreed, else the owner's own.

    over_on   the day on which it was agreed or closed; None while it is open
    targets   (area, rank or None for "not in the role", ...), by area
    ratings   (statement, rank, not relevant, ...), by statement
    """

    title: str
    is_agreed: bool
    over_on: date | None
    targets: tuple[tuple, ...]
    ratings: tuple[tuple, ...]
    tree: VersionTree


def read_round(assessment: Assessment) -> RoundAnswers:
    """Read what a round says, in two queries. Whoever asks has seen to it that its levels may be shown to the reader."""
    over_at = assessment.agreed_at or assessment.closed_at
    view = Rating.View.AGREED if assessment.is_agreed else Rating.View.SELF
    targets = AgreedTarget if assessment.is_agreed else Target
    return RoundAnswers(
        title=assessment.title,
        is_agreed=assessment.is_agreed,
        over_on=timezone.localtime(over_at).date() if over_at else None,
        targets=tuple(targets.objects.filter(assessment=assessment).order_by().values_list("area_id", "rank")),
        ratings=tuple(
            Rating.objects.filter(assessment=assessment, view=view)
            .order_by()
            .values_list("statement_id", "rank", "not_relevant")
        ),
        tree=version_tree(assessment.version),
    )


# What is shown


@dataclass(frozen=True, slots=True)
class LevelCell:
    """One level of an area: how many statements are at it or above, "4 to 6" or, where that is the same, "6"."""

    text: str
    block: ChangeBlock


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area then and now; `is_step` where it rose or fell.

    `cells` has one for each level, none where no statement has a level in both rounds.
    """

    code: str
    title: str
    then: str
    now: str
    change: str
    is_step: bool
    cells: tuple[LevelCell, ...]


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement then and now."""

    code: str
    topic: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Group:
    """The statements of which the same became; `is_step` where they rose or fell."""

    title: str
    is_step: bool
    rows: tuple[StatementRow, ...]


@dataclass(frozen=True, slots=True)
class ComparisonPart:
    """Two rounds compared. `then` and `now` are what column heads say: years, or days where both are of one year.

    then_title, now_title   what the rounds are called, with whose levels these are
    groups                  the statements of which something became, without empty groups
    same                    the statements of which nothing became
    is_other_version        the two rounds are under different versions of the standards
    """

    then: str
    now: str
    then_title: str
    now_title: str
    summary: str
    levels: tuple[str, ...]
    areas: tuple[AreaRow, ...]
    groups: tuple[Group, ...]
    same: tuple[StatementRow, ...]
    is_other_version: bool

    @property
    def has_chart(self) -> bool:
        """Whether any statement has a level in both rounds."""
        return any(area.cells for area in self.areas)


def comparison_part(then: RoundAnswers, now: RoundAnswers, kept: Kept | None = None) -> ComparisonPart:
    """Compare two rounds of one person, the earlier one first. Makes no query.

    ``kept`` is what the later one's version keeps of the earlier one's; None where both are under one version.
    """
    return _Wording(then, now, kept).part()


class _Wording:
    """The wording of one comparison: what several of its parts look up."""

    def __init__(self, then, now, kept):
        self.rounds = then, now
        self.then, self.now = _labels(then, now)
        codes = _codes_of_areas(then.tree, now.tree, kept)
        self.areas = compare(
            _compared(then, codes, {}), _compared(now, {}, kept.statements if kept is not None else {})
        )
        # The later round names what both ask.
        self.area_titles = {codes.get(area.pk, area.code): area.title for area in then.tree.areas}
        self.area_titles |= {area.code: area.title for area in now.tree.areas}
        self.topics = tuple({s.code: s.topic for s in each.tree.statements} for each in self.rounds)

    def part(self):
        then, now = self.rounds
        return ComparisonPart(
            then=self.then,
            now=self.now,
            then_title=_title(then),
            now_title=_title(now),
            summary=self._summary(),
            levels=tuple(level.name for level in now.tree.levels),
            areas=tuple(self._area(area) for area in self.areas),
            groups=tuple(
                Group(title, change in STEPS, rows)
                for change, title in self._group_titles()
                if (rows := self._rows(change))
            ),
            same=self._rows(Change.SAME),
            is_other_version=then.tree.pk != now.tree.pk,
        )

    def _group_titles(self):
        return (
            (Change.ROSE, "Rose"),
            (Change.FELL, "Fell"),
            (
                Change.NEW,
                f"A level now, and none in {self.then}" if self.then.isdecimal() else "A level now, none before",
            ),
            (Change.LEFT_OUT, "Not relevant to the role now"),
            (Change.UNANSWERED, "Not answered now"),
            (Change.GONE, "Not asked any more"),
        )

    def _rows(self, change):
        return tuple(
            StatementRow(row.code, self._topic(row), *self._standings(row, "Not answered", "Not relevant"))
            for area in self.areas
            for row in area.with_change(change)
        )

    def _topic(self, row):
        """The topic, in the version that the row's code is of."""
        return self.topics[row.now.kind != Kind.NOT_ASKED][row.code]

    def _standings(self, compared, unanswered, left_out):
        """What stands in the columns then and now."""
        said = {Kind.UNANSWERED: unanswered, Kind.LEFT_OUT: left_out, Kind.NOT_ASKED: "Not asked"}

        def word(standing: Standing, tree):
            return said.get(standing.kind) or tree.level_name(standing.rank)

        return word(compared.then, self.rounds[0].tree), word(compared.now, self.rounds[1].tree)

    def _area(self, area):
        has_levels = any((block.kept, block.gained, block.lost, block.empty) != (0, 0, 0, 0) for block in area.blocks)
        then, now = self._standings(area, "Not finished", "Not in the role")
        return AreaRow(
            code=area.code,
            title=self.area_titles[area.code],
            then=then,
            now=now,
            change=_change_words(area),
            is_step=area.change in STEPS,
            cells=tuple(self._cell(area.code, block) for block in area.blocks) if has_levels else (),
        )

    def _cell(self, code, block: Block):
        level = self.rounds[1].tree.level_name(block.rank)
        count = block.kept + block.gained + block.lost + block.empty
        said = f"{code}, {level} or above: {block.then} of {count} then, {block.now} now"
        if block.gained and block.lost:
            said += f"; {block.gained} came to it, {block.lost} left it"
        drawn = ChangeBlock(f"{said}.", block.kept, block.gained, block.lost, block.empty)
        return LevelCell(str(block.now) if block.then == block.now else f"{block.then} to {block.now}", drawn)

    def _summary(self):
        by_change = {change: [area.code for area in self.areas if area.change == change] for change in Change}
        rose, fell = by_change[Change.ROSE], by_change[Change.FELL]
        changed = [row for area in self.areas for row in area.statements if row.change != Change.SAME]
        moved = [f"{listed(codes)} {verb}" for codes, verb in ((rose, "rose"), (fell, "fell")) if codes]
        others = len(self.areas) - len(rose) - len(fell)
        same = len(by_change[Change.SAME])
        if not changed and same == len(self.areas):
            return "Nothing changed: every area and every statement is where it was."
        said = [f"{' and '.join(moved)}." if moved else "No area rose or fell."]
        if moved and same and same == others:
            rest = "The other area is" if others == 1 else f"The other {words(others)} areas are"
            said.append(f"{rest} where {'it was' if others == 1 else 'they were'}.")
        steps = [row for row in changed if row.change in STEPS]
        if steps and not moved:
            said.append(
                f"{sentence(counted(len(steps), 'statement'))} did, within {plural(len(steps), 'its area', 'their areas')}."
            )
        left = by_change[Change.UNANSWERED]
        if left:
            said.append(f"{listed(left)} {plural(len(left), 'is', 'are')} not finished now.")
        return " ".join(said)


def _labels(then, now):
    first, second = then.title.partition(" ")[0], now.title.partition(" ")[0]
    if first != second:
        return first, second
    return tuple(day(each.over_on) if each.over_on else "Now" for each in (then, now))


def _title(answers):
    return f"{answers.title}, {'agreed levels' if answers.is_agreed else 'own levels'}"


def _change_words(area):
    if area.levels:
        return f"{'Rose' if area.levels > 0 else 'Fell'} {counted(abs(area.levels), 'level')}"
    return {
        Change.SAME: "Same",
        Change.NEW: "A level now",
        Change.GONE: "Not asked any more",
        Change.LEFT_OUT: "Not in the role now",
        Change.UNANSWERED: "Not finished now",
        Change.REWORDED: "Asks other statements",
    }[area.change]


def _codes_of_areas(then, now, kept):
    """What the earlier round's areas are called here, by primary key, where that is not their own code: as the later one's are.

    One that is not asked any more and whose code another area has now is told apart by its version.
    """
    if kept is None:
        return {}
    became = {old: new for new, old in kept.areas.items()}
    codes = {area.pk: area.code for area in now.areas}
    taken = set(codes.values())
    found = {area.pk: codes.get(became.get(area.pk)) for area in then.areas}
    return {
        area.pk: found[area.pk] or (f"{area.code} ({then.number})" if area.code in taken else area.code)
        for area in then.areas
    }


def _compared(answers, area_codes, became):
    """A round as `comparing` takes it; ``became`` has the earlier statement's key for each that asks the same as one."""
    tree = answers.tree
    targets = {pk: rank for pk, rank, *_ in answers.targets}
    ratings = {pk: (rank, not_relevant) for pk, rank, not_relevant, *_ in answers.ratings}

    def answer(statement):
        rank, not_relevant = ratings.get(statement.pk, UNANSWERED)
        return scoring.Answer(statement.code, rank, not not_relevant, statement.joined)

    return ComparedRound(
        areas=tuple(
            scoring.AreaAnswers(
                area_codes.get(area.pk, area.code),
                targets.get(area.pk),
                tuple(answer(each) for each in area.statements),
            )
            for area in tree.areas
        ),
        ranks=tree.ranks,
        identities={each.code: became.get(each.pk, each.pk) for each in tree.statements},
    )
