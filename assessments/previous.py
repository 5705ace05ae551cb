"""What the round before said, for the one that goes on from it: offered statement by statement, and never taken over unasked.

A statement is offered what was agreed of it or, where the round before was closed, what its owner said. Under another version of
the standards that is what was said of the statements that it comes from, where it keeps their meaning or was split off or
merged. One on which a goal was finished meanwhile is not offered: it is to be rated again (docs/decisions/next-round.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from django.db.models import IntegerField, UUIDField, Value
from django.utils import timezone

from standards.links import Kind, Path
from standards.models import StatementLink, Version
from standards.tree import TreeStatement, version_tree

from .answers import Answered
from .before import Before, Source, offers, way_between, words_between
from .carrying import proposal
from .models import Assessment, Goal, GoalStatement, Rating

_AIM = "aim"
_NOTHING_SAID = (Value(_AIM), Value(None, IntegerField()), Value(False), Value(""), Value(""))


@dataclass(frozen=True, slots=True)
class Previous:
    """The answers of the round before, by the primary keys that their statements have now; only those that were answered."""

    is_agreed: bool
    year: int
    number: str
    answers: Mapping[int, Before]

    @property
    def offered(self) -> Mapping[int, Answered]:
        """The answers that may be said to be still true, or right as they are proposed."""
        return offers(self.answers)


def read_previous(assessment: Assessment, statements: Iterable[TreeStatement]) -> Previous | None:
    """What the round before ``assessment`` said of ``statements``, in one query; None, and no query, where there is none.

    ``assessment.previous`` is best read with the round. Where that is under another version, the version is a query more.
    """
    previous = assessment.previous
    if previous is None:
        return None
    if previous.version_id == assessment.version_id:
        previous.version = assessment.version
    return read_offer(previous, assessment.version, statements, until=assessment.started_at)


def read_offer(previous: Assessment, version: Version, statements: Iterable[TreeStatement], *, until) -> Previous:
    """What a round that begins ``until`` then, under ``version``, is offered by ``previous``; in one query."""
    statements = tuple(statements)
    old_tree = version_tree(previous.version)
    way = None if previous.version_id == version.pk else way_between(previous.version, version)
    came_from = {each.pk: _path(way, each.pk) for each in statements}
    answers, lineages = _said(previous, {old for path in came_from.values() for old in path.olds}, until)
    year = timezone.localtime(previous.agreed_at or previous.closed_at).year
    lead = f"Agreed in {year}" if previous.is_agreed else f"You said in {year}"
    found = {}
    for statement in statements:
        path = came_from[statement.pk]
        said = tuple(
            Source(old_tree, old_tree.statement_by_pk(old), answers[old]) for old in path.olds if old in answers
        )
        if said:
            again = {statement.lineage, *(each.statement.lineage for each in said)}
            offer = said[0].answer if way is None else _offer(way, path, statement.pk, answers)
            words = partial(words_between, previous.version, version, path.olds, statement.pk)
            found[statement.pk] = Before(
                path.kind,
                lead,
                said,
                offer,
                not again.isdisjoint(lineages),
                None if path.kind == Kind.SAME else words,
            )
    return Previous(previous.is_agreed, year, previous.version.number, found)


def _path(way, pk):
    return Path(Kind.SAME, (pk,)) if way is None else way.paths.back[pk]


def _offer(way, path, new, answers):
    if path.kind in StatementLink.KEEPS_MEANING:
        answer = answers[path.olds[0]]
        return answer if way.offers(new, answer) else None
    return proposal(way, new, answers)


def _said(previous, keys, until):
    """What stands in the view that counts, each with the note of the owner's own; and the lineages that goals were finished on."""
    counts = Rating.View.AGREED if previous.is_agreed else Rating.View.SELF
    rows = Rating.objects.filter(
        assessment=previous, view__in={counts, Rating.View.SELF}, statement_id__in=list(keys)
    ).order_by()
    said = ("statement_id", "view", "rank", "not_relevant", "reason", "note")
    aims = GoalStatement.objects.filter(goal__in=finished_goals(previous, until)).order_by()
    # One query for both: the rating page has few to spend.
    no_lineage = Value(None, UUIDField())
    found = rows.values_list(*said, no_lineage).union(
        aims.values_list("statement_id", *_NOTHING_SAID, "statement__lineage"),
        all=True,
    )
    standing, notes, lineages = {}, {}, set()
    for pk, view, *answer, note, lineage in found:
        if view == _AIM:
            lineages.add(lineage)
            continue
        if view == counts:
            standing[pk] = answer
        if view == Rating.View.SELF:
            notes[pk] = note
    answers = {pk: Answered(*answer, notes.get(pk, "")) for pk, answer in standing.items()}
    return {pk: answer for pk, answer in answers.items() if answer.is_answer}, lineages


def finished_goals(previous: Assessment, until):
    """The goals that the owner of ``previous`` finished from the day on which it began to the day of ``until``."""
    began = timezone.localtime(previous.started_at).date()
    finished = Goal.objects.filter(owner=previous.owner_id, framework=previous.framework_id).finished_since(began)
    return finished.filter(ended_on__lte=timezone.localtime(until).date())
