"""A development conversation as its pages show it: two views side by side, the agenda made of them, goals and work examples.

Read in a handful of queries, the same for one difference and for all. Whoever asks must be one of the two (``permissions``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from people.models import User
from people.written_queries import WrittenQuery
from standards.tree import TreeArea, TreeStatement, VersionTree, version_tree

from .agenda import Agenda, Asked, AskedArea, Compared, brought_along, compare_views, make_agenda
from .agreement import agreed_answer
from .answers import Answered, conversation_mark, target_mark
from .models import AgreedGoal, Evidence, Goal
from .seen import Seen
from .standing import Standing, Views, read_views

NOT_RELEVANT_IN_SHORT = "Not relevant"
NOT_IN_ROLE = "Not in the role"
NO_ANSWER = "No answer"
NOT_AGREED_YET = "Not agreed yet"
NOTHING = Answered()

_GOALS = WrittenQuery(
    lambda assessment: (
        Goal.objects.open()
        .filter(assessment=assessment)
        .order_by("due_on", "pk", "aims__statement_id")
        .values_list("pk", "what", "kind", "due_on", "revision", "added_at", "aims__statement__lineage")
    ),
    UUID,
)
_EXAMPLES = WrittenQuery(
    lambda assessment: (
        Evidence.objects.filter(assessment=assessment).order_by("added_at", "pk").values_list("title", "statements")
    ),
    UUID,
)


_AGREED_GOALS = WrittenQuery(
    lambda assessment: (
        AgreedGoal.objects.filter(assessment=assessment)
        .order_by("order")
        .values_list("goal_id", "what", "kind", "due_on", "aims")
    ),
    UUID,
)


class Line(NamedTuple):
    """A statement as both have it. ``recorded`` was agreed of it by hand; ``agreed`` is what counts, None while open.

    ``common`` is what both say, where they say the same; ``own_said`` and ``given_said`` are the two answers in words.
    ``signed_by`` names a former line manager whose rating it is. ``revision`` is that of the agreed rating, also where that was
    taken back.
    """

    statement: TreeStatement
    own: Standing | None
    line_manager: Standing | None
    recorded: Standing | None
    agreed: Answered | None
    common: Answered | None
    own_said: str
    given_said: str
    signed_by: str
    revision: int

    @property
    def own_answer(self) -> Answered:
        return self.own.answer if self.own else NOTHING

    @property
    def given_answer(self) -> Answered:
        return self.line_manager.answer if self.line_manager else NOTHING


@dataclass(frozen=True, slots=True)
class PreparedGoal:
    """A goal of the plan: what, kind in words, by when, the codes of the statements that it is for."""

    pk: int | None
    what: str
    kind: str
    due_on: date
    codes: tuple[str, ...]
    revision: int = 0
    is_from_last_time: bool = False


@dataclass(frozen=True, slots=True)
class AreaTarget:
    """The level that an area needs, as its owner chose it and as it is agreed, in words; the reasons of both.

    ``level`` is what the levels agreed so far make of the area, in words, and ``gap`` how many levels that is below the target.
    """

    area: TreeArea
    level: str
    gap: int
    chosen: str
    chosen_because: str
    agreed: str
    agreed_because: str

    @property
    def is_changed(self) -> bool:
        return (self.chosen, self.chosen_because) != (self.agreed, self.agreed_because)


class Decided(NamedTuple):
    """A statement on which the views differ, or of which something else was agreed: who said what, in words.

    ``agreed`` is None while that is open; ``because`` is why it was agreed not to be relevant.
    """

    code: str
    topic: str
    own: str
    given: str
    signed_by: str
    agreed: str | None
    because: str


class Prepared:
    """A conversation as its pages show it, of a round whose review is finished.

    Each part is read or worked out when a page first asks for it, so that a page costs what it shows.
    """

    def __init__(self, assessment):
        self.assessment = assessment
        self.tree: VersionTree = version_tree(assessment.version)
        self.views: Views = read_views(assessment)

    @cached_property
    def lines(self) -> Mapping[str, Line]:
        """Every statement of the version by its code, put together when it is looked up."""
        return _Lines(self)

    @cached_property
    def topics(self) -> dict[str, str]:
        """The topic of every statement of the version, by its code."""
        return {statement.code: statement.topic for statement in self.tree.statements}

    @cached_property
    def compared(self) -> Compared:
        """Where the two views differ, and where they are the same."""
        return compare_views(self._asked, self.tree.ranks)

    @cached_property
    def agenda(self) -> Agenda:
        """What to talk about, with all of ``compared``."""
        return make_agenda(self._asked, self.tree.ranks)

    @cached_property
    def _asked(self):
        return tuple(_asked_area(area, self.views) for area in self.tree.areas)

    @cached_property
    def goals(self) -> tuple[PreparedGoal, ...]:
        """The goals of the round's plan; of an agreed round as they were agreed. One query."""
        return _agreed_goals(self.assessment) if self.assessment.is_agreed else _goals(self.assessment)

    @cached_property
    def examples(self) -> dict[int, list[str]]:
        """The titles of each statement's work examples, by its pk. One query."""
        return _examples(self.assessment)

    @cached_property
    def former(self) -> dict[int, str]:
        """The names of former line managers whose ratings still stand, by pk. One query where there is one."""
        return _former_line_managers(self.assessment, self.views)

    @cached_property
    def targets(self) -> tuple[AreaTarget, ...]:
        """Every area with its target and the level that is agreed so far."""
        pairs = zip(self.tree.areas, self.agenda.areas, strict=True)
        return tuple(_target(self.tree, *pair, self.views) for pair in pairs)

    @property
    def targets_changed(self) -> int:
        """How many areas have another target agreed than their owner chose."""
        chosen = self.views.targets
        return sum(chosen.get(pk, (None, "")) != agreed for pk, agreed in self.views.agreed_targets.items())

    @property
    def differing(self) -> tuple[Line, ...]:
        """The statements on which the views differ, as the agenda has them."""
        return tuple(self.lines[each.code] for each in self.compared.differences)

    @property
    def decided(self) -> tuple[Decided, ...]:
        """What is on the record of each statement on which something was to be decided, those that differ first."""
        codes = *(each.code for each in self.agenda.differences), *self.agenda.changed
        return tuple(self._decided(self.lines[code]) for code in codes)

    def _decided(self, line):
        agreed = line.agreed
        return Decided(
            line.statement.code,
            line.statement.topic,
            line.own_said,
            line.given_said,
            line.signed_by,
            self.said(agreed) if agreed else None,
            agreed.reason if agreed and agreed.not_relevant else "",
        )

    @cached_property
    def goals_for(self) -> dict[str, tuple[str, ...]]:
        """What the goals of each statement are, by its code."""
        found = {}
        for goal in self.goals:
            for code in goal.codes:
                found.setdefault(code, []).append(goal.what)
        return found

    @property
    def gaps_without_goal(self) -> tuple[str, ...]:
        """Codes of the gaps to target for which there is no goal."""
        return tuple(gap.code for gap in self.agenda.gaps if gap.code not in self.goals_for)

    def said(self, answer: Answered | Standing | None) -> str:
        """An answer in the few words that a table has room for."""
        return _said(self.tree, answer_of(answer))

    def level_now(self, code) -> str:
        """What is agreed of a statement as a clause: "B4.3 Value for money options is now: Practitioner"."""
        line = self.lines[code]
        return f"{code} {line.statement.topic} is now: {self.said(line.agreed) if line.agreed else 'not agreed yet'}"

    def seen(self, conversation) -> Seen:
        """What stands on the record now, for a page to remember."""
        views, days = self.views, (conversation.held_on, conversation.look_again_on)
        held_on, again = ("" if day is None else day.isoformat() for day in days)
        in_role = [each for area in self._asked if area.target is not None for each in area.statements]
        return Seen(
            day=held_on,
            points=conversation_mark(None, conversation.points, None),
            again=again,
            levels={each.code: each.agreed.choice if each.agreed else "" for each in in_role},
            targets={area.code: target_mark(*views.target_in_force(area.pk)) for area in self.tree.areas},
            goals={str(goal.pk): goal.revision for goal in self.goals},
        )


class _Lines(dict):
    def __init__(self, prepared):
        self.prepared = prepared
        self.statements = {statement.code: statement for statement in prepared.tree.statements}

    def __missing__(self, code):
        line = self[code] = _line(self.statements[code], self.prepared)
        return line


def answer_of(standing: Standing | Answered | None) -> Answered | None:
    """What a rating says; None where there is none."""
    return standing.answer if isinstance(standing, Standing) else standing


def _line(statement, prepared):
    views = prepared.views
    own, given = views.own.get(statement.pk), views.line_manager.get(statement.pk)
    recorded = views.agreed.get(statement.pk)
    own_answer, given_answer = own.answer if own else None, given.answer if given else None
    common = agreed_answer(own_answer, given_answer, None)
    revision = recorded.revision if recorded else 0
    if recorded and not recorded.answer.is_answer:
        recorded = None
    return Line(
        statement=statement,
        own=own,
        line_manager=given,
        recorded=recorded,
        agreed=recorded.answer if recorded else common,
        common=common,
        own_said=_said(prepared.tree, own_answer),
        given_said=_said(prepared.tree, given_answer),
        signed_by=prepared.former.get(given.rated_by_id, "") if given else "",
        revision=revision,
    )


def _said(tree, answer):
    if answer is None or not answer.is_answer:
        return NO_ANSWER
    return NOT_RELEVANT_IN_SHORT if answer.not_relevant else tree.level_name(answer.rank)


def _former_line_managers(assessment, views):
    signed = {given.rated_by_id for given in views.line_manager.values()} - {assessment.line_manager_id}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=signed)} if signed else {}


def _examples(assessment):
    found = {}
    for title, pk in _EXAMPLES.rows(assessment.pk):
        found.setdefault(pk, []).append(title)
    return found


def _asked_area(area, views):
    rank, _ = views.target_in_force(area.pk)
    return AskedArea(area.code, rank, tuple(_asked(statement, views) for statement in area.statements))


def _asked(statement, views):
    own, given, recorded = (answer_of(each.get(statement.pk)) for each in (views.own, views.line_manager, views.agreed))
    return Asked(statement.code, own, given, agreed_answer(own, given, recorded), statement.joined)


def _target(tree, area, scored, views):
    said = []
    for rank, reason in (views.targets.get(area.pk, (None, "")), views.target_in_force(area.pk)):
        said += [NOT_IN_ROLE if rank is None else tree.level_name(rank), reason]
    return AreaTarget(area, _area_level(tree, scored), scored.gap or 0, *said)


def _area_level(tree, scored):
    if not scored.in_scope:
        return NOT_IN_ROLE
    return NOT_AGREED_YET if scored.level is None else tree.level_name(scored.level)


def _goals(assessment):
    found, codes_here = {}, version_tree(assessment.version).codes_by_lineage
    for row in _GOALS.rows(assessment.pk):
        found.setdefault(row[0], (row, []))[1].append(codes_here.get(row[-1]))
    old = brought_along(((pk, row[5]) for pk, (row, _) in found.items()), assessment.started_at)
    return tuple(
        PreparedGoal(pk, what, Goal.Kind(kind).label, due_on, tuple(filter(None, codes)), revision, pk in old)
        for (pk, what, kind, due_on, revision, *_), codes in found.values()
    )


def _agreed_goals(assessment):
    return tuple(
        PreparedGoal(pk, what, Goal.Kind(kind).label, due_on, tuple(code for code, _ in aims))
        for pk, what, kind, due_on, aims in _AGREED_GOALS.rows(assessment.pk)
    )
