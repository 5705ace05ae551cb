"""A development conversation as its pages show it: two views side by side, the agenda made of them, goals and work examples.

Read in a handful of queries, the same for one difference and for all. Whoever asks must be one of the two (``permissions``).
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from people.models import User
from standards.tree import TreeArea, TreeStatement, VersionTree, version_tree

from .agenda import Agenda, Asked, AskedArea, brought_along, make_agenda
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


@dataclass(frozen=True, slots=True)
class Line:
    """A statement as both have it. ``recorded`` was agreed of it by hand; ``agreed`` is what counts, None while open.

    ``common`` is what both say, where they say the same; ``own_said`` and ``given_said`` are the two answers in words.
    ``signed_by`` names a former line manager whose rating it is; ``examples`` are titles of work examples. ``revision`` is that of
    the agreed rating, also where that was taken back.
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
    examples: tuple[str, ...]
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


@dataclass(frozen=True)
class Prepared:
    """Everything that the pages of a conversation show. ``lines`` are by statement code, for every statement of the version."""

    tree: VersionTree
    views: Views
    agenda: Agenda
    lines: dict[str, Line]
    goals: tuple[PreparedGoal, ...]
    targets: tuple[AreaTarget, ...]

    @property
    def differing(self) -> tuple[Line, ...]:
        """The statements on which the views differ, as the agenda has them."""
        return tuple(self.lines[each.code] for each in self.agenda.differences)

    @property
    def agreed_count(self) -> int:
        """How many of the differences are agreed."""
        return len(self.agenda.differences) - len(self.agenda.open)

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
        return Seen(
            day=held_on,
            points=conversation_mark(None, conversation.points, None),
            again=again,
            levels={
                code: agreed.choice if (agreed := self.lines[code].agreed) else "" for code in self.agenda.in_scope
            },
            targets={area.code: target_mark(*views.target_in_force(area.pk)) for area in self.tree.areas},
            goals={str(goal.pk): goal.revision for goal in self.goals},
        )


def answer_of(standing: Standing | Answered | None) -> Answered | None:
    """What a rating says; None where there is none."""
    return standing.answer if isinstance(standing, Standing) else standing


def prepare_conversation(assessment) -> Prepared:
    """Read the conversation of a round whose review is finished and that came from ``with_version()``."""
    tree, views = version_tree(assessment.version), read_views(assessment)
    lines = _lines(assessment, tree, views)
    agenda = make_agenda([_asked_area(area, views, lines) for area in tree.areas], tree.ranks)
    return Prepared(
        tree=tree,
        views=views,
        agenda=agenda,
        lines=lines,
        goals=_agreed_goals(assessment) if assessment.is_agreed else _goals(assessment),
        targets=tuple(_target(tree, *pair, views) for pair in zip(tree.areas, agenda.areas, strict=True)),
    )


def _lines(assessment, tree, views):
    examples, former = _examples(assessment), _former_line_managers(assessment, views)
    lines = {}
    for statement in tree.statements:
        own, given = views.own.get(statement.pk), views.line_manager.get(statement.pk)
        recorded = views.agreed.get(statement.pk)
        own_answer, given_answer = own.answer if own else None, given.answer if given else None
        common = agreed_answer(own_answer, given_answer, None)
        revision = recorded.revision if recorded else 0
        if recorded and not recorded.answer.is_answer:
            recorded = None
        lines[statement.code] = Line(
            statement=statement,
            own=own,
            line_manager=given,
            recorded=recorded,
            agreed=recorded.answer if recorded else common,
            common=common,
            own_said=_said(tree, own_answer),
            given_said=_said(tree, given_answer),
            signed_by=former.get(given.rated_by_id, "") if given else "",
            examples=tuple(examples.get(statement.pk, ())),
            revision=revision,
        )
    return lines


def _said(tree, answer):
    if answer is None or not answer.is_answer:
        return NO_ANSWER
    return NOT_RELEVANT_IN_SHORT if answer.not_relevant else tree.level_name(answer.rank)


def _former_line_managers(assessment, views):
    signed = {given.rated_by_id for given in views.line_manager.values()} - {assessment.line_manager_id}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=signed)} if signed else {}


def _examples(assessment):
    found = {}
    rows = Evidence.objects.filter(assessment=assessment).order_by("added_at", "pk").values_list("title", "statements")
    for title, pk in rows:
        found.setdefault(pk, []).append(title)
    return found


def _asked_area(area, views, lines):
    rank, _ = views.target_in_force(area.pk)
    return AskedArea(area.code, rank, tuple(_asked(lines[statement.code]) for statement in area.statements))


def _asked(line):
    own, given = answer_of(line.own), answer_of(line.line_manager)
    return Asked(line.statement.code, own, given, line.agreed, line.statement.joined)


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
    rows = (
        Goal.objects.open()
        .filter(assessment=assessment)
        .order_by("due_on", "pk", "aims__statement_id")
        .values_list("pk", "what", "kind", "due_on", "revision", "added_at", "aims__statement__code")
    )
    found = {}
    for row in rows:
        found.setdefault(row[0], (row, []))[1].append(row[-1])
    old = brought_along(((pk, row[5]) for pk, (row, _) in found.items()), assessment.started_at)
    return tuple(
        PreparedGoal(pk, what, Goal.Kind(kind).label, due_on, tuple(filter(None, codes)), revision, pk in old)
        for (pk, what, kind, due_on, revision, *_), codes in found.values()
    )


def _agreed_goals(assessment):
    rows = AgreedGoal.objects.filter(assessment=assessment).order_by("order")
    return tuple(
        PreparedGoal(pk, what, Goal.Kind(kind).label, due_on, tuple(code for code, _ in aims))
        for pk, what, kind, due_on, aims in rows.values_list("goal_id", "what", "kind", "due_on", "aims")
    )
