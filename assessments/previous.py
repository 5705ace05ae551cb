"""What the round before said, for the one that goes on from it: offered statement by statement, and never taken over unasked.

A statement is offered what was agreed of it or, where the round before was closed, what its owner said. One on which a goal was
finished meanwhile is not: it is to be rated again (docs/decisions/next-round.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from standards.tree import TreeStatement, VersionTree, version_tree

from .answers import Answered
from .models import Assessment, Goal, GoalStatement, Rating
from .same_words import same_statements


@dataclass(frozen=True, slots=True)
class Before:
    """What the round before said of a statement, with the owner's own note; ``is_to_rate_again`` after a goal on it."""

    answer: Answered
    is_to_rate_again: bool


@dataclass(frozen=True, slots=True)
class Previous:
    """The answers of the round before, by the primary keys that their statements have now; only those that were answered."""

    is_agreed: bool
    year: int
    answers: Mapping[int, Before]

    @property
    def said(self) -> str:
        """What stands before an answer."""
        return f"Agreed in {self.year}" if self.is_agreed else f"You said in {self.year}"

    @property
    def offered(self) -> Mapping[int, Answered]:
        """The answers that may be said to be still true."""
        return {pk: before.answer for pk, before in self.answers.items() if not before.is_to_rate_again}


def read_previous(assessment: Assessment, tree: VersionTree, statements: Iterable[TreeStatement]) -> Previous | None:
    """What the round before ``assessment`` said of ``statements``, in two queries; None, and no query, where there is none.

    ``assessment.previous`` is best read with the round.
    """
    previous = assessment.previous
    if previous is None:
        return None
    if previous.version_id == assessment.version_id:
        previous.version = assessment.version
    return read_offer(previous, tree, statements, until=assessment.started_at)


def read_offer(previous: Assessment, tree: VersionTree, statements: Iterable[TreeStatement], *, until) -> Previous:
    """What a round that begins ``until`` then, under the version of ``tree``, is offered by ``previous``; in two queries."""
    statements = tuple(statements)
    keys = same_statements(tree, version_tree(previous.version))
    now = {keys[each.pk]: each.pk for each in statements if each.pk in keys}
    lineages = _finished_lineages(previous, until)
    again = {each.pk for each in statements if each.lineage in lineages}
    return Previous(
        is_agreed=previous.is_agreed,
        year=timezone.localtime(previous.agreed_at or previous.closed_at).year,
        answers={
            now[pk]: Before(answer, now[pk] in again)
            for pk, answer in _answers(previous, now).items()
            if answer.is_answer
        },
    )


def _answers(previous, keys):
    """What stands in the view that counts, each with the note of the owner's own."""
    counts = Rating.View.AGREED if previous.is_agreed else Rating.View.SELF
    rows = Rating.objects.filter(
        assessment=previous, view__in={counts, Rating.View.SELF}, statement_id__in=list(keys)
    ).order_by()
    standing, notes = {}, {}
    for pk, view, *answer, note in rows.values_list("statement_id", "view", "rank", "not_relevant", "reason", "note"):
        if view == counts:
            standing[pk] = answer
        if view == Rating.View.SELF:
            notes[pk] = note
    return {pk: Answered(*answer, notes.get(pk, "")) for pk, answer in standing.items()}


def finished_goals(previous: Assessment, until):
    """The goals that the owner of ``previous`` finished from the day on which it began to the day of ``until``."""
    began = timezone.localtime(previous.started_at).date()
    finished = Goal.objects.filter(owner=previous.owner_id, framework=previous.framework_id).finished_since(began)
    return finished.filter(ended_on__lte=timezone.localtime(until).date())


def _finished_lineages(previous, until):
    """The lineages of the statements on which a goal was finished meanwhile."""
    aims = GoalStatement.objects.filter(goal__in=finished_goals(previous, until)).order_by()
    return set(aims.values_list("statement__lineage", flat=True))
