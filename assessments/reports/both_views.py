"""The owner's, the line manager's and the agreed view of a round: each scored by itself, and side by side."""

from collections.abc import Mapping
from dataclasses import dataclass

from standards.tree import NOT_YET, VersionTree

from .. import scoring
from ..agreement import agreed_answer, same
from ..answers import Answered
from . import sentences
from .source import AGREED, LINE_MANAGER, OWN, ReportSource
from .talk import AreaViews, BothViews, Difference, Said, SaidOf, Signed

NO_TARGET = (None, "")
NOT_YET_IN_SHORT = "Not yet"
NOT_RELEVANT = "Not relevant"
NOT_ANSWERED = "Not answered"
NOT_RATED = "Not rated"
OPEN = "Open"


def scored(tree: VersionTree, targets: Mapping, answers: Mapping, examples: Mapping | None = None) -> scoring.Score:
    """Score one view of a round.

    ``targets`` are (rank, reason) by area's pk, ``answers`` are ``Answered`` by statement's pk, and ``examples`` the work examples
    by statement's pk.
    """
    return scoring.score(areas_answered(tree, targets, answers, examples), tree.ranks)


def areas_answered(tree, targets, answers, examples=None) -> list[scoring.AreaAnswers]:
    """One view of a round as `scoring` and `comparing` take it."""
    examples = examples or {}
    return [
        scoring.AreaAnswers(
            area.code,
            targets.get(area.pk, NO_TARGET)[0],
            tuple(
                _as_scored(statement, answers.get(statement.pk), examples.get(statement.pk, ()))
                for statement in area.statements
            ),
        )
        for area in tree.areas
    ]


def _as_scored(statement, answer, examples):
    if answer is None:
        return scoring.Answer(statement.code, None, True, statement.joined, len(examples))
    return scoring.Answer(statement.code, answer.rank, not answer.not_relevant, statement.joined, len(examples))


def as_answers(rows) -> dict[int, Answered]:
    """Rows of a `ReportSource` as answers by statement's pk."""
    return {statement: Answered(*answer) for statement, *answer in rows}


def short_level(tree: VersionTree, statement, rank: int) -> str:
    """The level chosen for a statement as a cell shows it; levels that share their words are the highest of them."""
    reached = scoring.rank_reached(rank, statement.joined)
    return tree.level_name(reached) if reached > NOT_YET else NOT_YET_IN_SHORT


@dataclass(frozen=True)
class SideBySide:
    """What each view says of each statement of a round whose review is finished."""

    tree: VersionTree
    targets: Mapping
    own: Mapping[int, Answered]
    line_manager: Mapping[int, Answered]
    agreed: Mapping[int, Answered]
    signed: Mapping[int, str]

    @classmethod
    def of(cls, source: ReportSource):
        views = {view: as_answers(rows) for view, rows in source.views.items()}
        own, line_manager, recorded = views[OWN], views[LINE_MANAGER], views[AGREED]
        found = {
            each.pk: agreed_answer(own.get(each.pk), line_manager.get(each.pk), recorded.get(each.pk))
            for each in source.tree.statements
        }
        agreed = {pk: answer for pk, answer in found.items() if answer is not None}
        targets = {area: (rank, reason) for area, rank, reason in source.targets}
        signed = {statement: name for name, statement in source.signed}
        return cls(source.tree, targets, own, line_manager, agreed, signed)

    def said_of(self, statement) -> SaidOf:
        agreed = self.agreed.get(statement.pk)
        return SaidOf(
            self._said(statement, self.own.get(statement.pk), agreed, NOT_ANSWERED),
            self._said(
                statement, self.line_manager.get(statement.pk), agreed, NOT_RATED, self.signed.get(statement.pk, "")
            ),
            Said("") if agreed is None else self._said(statement, agreed, agreed, ""),
        )

    def _said(self, statement, answer, agreed, nothing, by=""):
        if answer is None or not answer.is_answer:
            return Said(nothing, is_same=True, note=answer.note if answer else "", by=by)
        words = NOT_RELEVANT if answer.not_relevant else short_level(self.tree, statement, answer.rank)
        return Said(words, same(answer, agreed), answer.note, answer.reason, by)

    def both(self) -> BothViews:
        """The areas in each view, and the statements of the role of which the two say different things."""
        scores = [
            {area.code: area for area in scored(self.tree, self.targets, view).areas}
            for view in (self.own, self.line_manager, self.agreed)
        ]
        areas = tuple(
            AreaViews(
                area.code,
                area.short_title,
                *(self._level(score[area.code]) for score in scores[:2]),
                self._level(scores[2][area.code], OPEN),
                self._target(area),
            )
            for area in self.tree.areas
        )
        return BothViews(areas, tuple(self._differences()), sum(1 for _ in self._compared()), self._signed())

    def _level(self, score, unfinished=""):
        if unfinished and score.state == scoring.AreaState.NOT_FINISHED:
            return unfinished
        return sentences.level_words(score, self.tree.level_name)

    def _target(self, area):
        rank, _ = self.targets.get(area.pk, NO_TARGET)
        return "" if rank is None else self.tree.level_name(rank)

    def _compared(self):
        """The statements of the role that both say something of."""
        for area in self.tree.areas:
            if self.targets.get(area.pk, NO_TARGET)[0] is not None:
                for statement in area.statements:
                    pair = self.own.get(statement.pk), self.line_manager.get(statement.pk)
                    if all(answer is not None and answer.is_answer for answer in pair):
                        yield statement, *pair

    def _differences(self):
        for statement, own, line_manager in self._compared():
            if not same(own, line_manager):
                said = self.said_of(statement)
                yield Difference(
                    statement.code,
                    statement.topic,
                    statement.area_code,
                    said.own.words,
                    said.line_manager.words,
                    said.agreed.words,
                )

    def _signed(self):
        codes = {}
        for statement in self.tree.statements:
            if statement.pk in self.signed:
                codes.setdefault(self.signed[statement.pk], []).append(statement.code)
        return tuple(Signed(name, tuple(found)) for name, found in codes.items())
