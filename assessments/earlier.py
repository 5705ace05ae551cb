"""What a round that was carried over says of the versions before: which of its answers were given under which, and the answers
that did not come along, each beside the statement that it is about now.

Only the owner's own: what a line manager said before a return stays hidden from them until a review is finished.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from django.db.models import CharField, IntegerField, Q, Value

from standards.links import Kind
from standards.models import Version
from standards.tree import TreeStatement, version_tree

from .answers import Answered
from .before import Before, Source, offers, way_between, words_between
from .carrying import proposals
from .models import Assessment, EarlierAnswer, Rating

Outcome = EarlierAnswer.Outcome


@dataclass(frozen=True, slots=True)
class EarlierRow:
    """An answer that did not come along: to which statement of which version, what was said, and what became of it."""

    statement: int
    version: int
    about: int | None
    outcome: str
    answer: Answered


@dataclass(frozen=True, slots=True)
class Earlier:
    """What stands beside statements of the round, by their primary key.

    answers       what was said of each before, where its answer did not come along or its words were edited
    given_under   the number of the version that each answer which came along was given under
    """

    answers: Mapping[int, Before]
    given_under: Mapping[int, str]

    @property
    def offered(self) -> Mapping[int, Answered]:
        """The answers that are proposed, to be confirmed."""
        return offers(self.answers)


NOTHING = Earlier({}, {})


# Reading

_RATED = ("statement_id", "rank", "not_relevant", "reason", "note", "revision", "rated_at", "given_under_id")
_VERSION = "statement__area__section__version_id"


def read_own(assessment: Assessment) -> tuple[list[tuple], tuple[EarlierRow, ...]]:
    """The owner's ratings as (statement, rank, not relevant, reason, note, revision, rated at, given under), and their answers that
    did not come along. One query, which a round that was never carried over pays nothing more for.
    """
    ratings = Rating.objects.filter(assessment=assessment, view=Rating.View.SELF).order_by().values_list(*_RATED)
    if assessment.carried_from_id is None:
        return list(ratings), ()
    nothing = (Value(None, IntegerField()), Value("", CharField()))
    answers = EarlierAnswer.objects.filter(assessment=assessment, view=Rating.View.SELF).order_by()
    earlier = answers.values_list(*_RATED[:5], Value(0), "rated_at", _VERSION, "about_id", "outcome")
    rated, found = [], []
    for row in ratings.values_list(*_RATED, *nothing).union(earlier, all=True):
        *rating, about, outcome = row
        if not outcome:
            rated.append(tuple(rating))
            continue
        statement, *said, _, _, version = rating
        found.append(EarlierRow(statement, version, about, outcome, Answered(*said)))
    return rated, tuple(found)


def read_earlier(assessment: Assessment, statements: Iterable[TreeStatement]) -> Earlier:
    """What stands beside ``statements`` of a round, in two queries; none for a round that was never carried over."""
    return make_earlier(assessment, statements, *read_own(assessment)) if assessment.carried_from_id else NOTHING


def make_earlier(assessment: Assessment, statements: Iterable[TreeStatement], rated, rows) -> Earlier:
    """The same of what ``read_own`` has read, in one query more for the versions; none where nothing is of another version."""
    statements = {each.pk: each for each in statements}
    under = {
        pk: version for pk, rank, not_relevant, *_, version in rated if version and (rank is not None or not_relevant)
    }
    versions = versions_of(assessment, {*under.values(), *(row.version for row in rows)})
    making = _Making(assessment.version, versions)
    beside = {}
    for row in rows:
        if row.about in statements:
            beside.setdefault(row.about, []).append(row)
    answers = {pk: making.edited(pk, versions[version]) for pk, version in under.items() if pk in statements}
    answers |= {pk: making.not_along(pk, found) for pk, found in beside.items()}
    return Earlier(
        {pk: before for pk, before in answers.items() if before},
        {pk: versions[version].number for pk, version in under.items()},
    )


def versions_of(assessment: Assessment, keys: Iterable[int]) -> dict[int, Version]:
    """The versions with these keys, in one query; none where it is the round's own alone."""
    keys = set(keys)
    found = Version.objects.in_bulk(keys - {assessment.version_id}) if keys - {assessment.version_id} else {}
    return found | {assessment.version_id: assessment.version}


def read_given_under(assessment: Assessment) -> dict[int, str]:
    """The number of the version that each answer of the owner's which came along was given under, by statement's pk: one query,
    and none for a round that was never carried over."""
    if assessment.carried_from_id is None:
        return {}
    rows = Rating.objects.filter(assessment=assessment, view=Rating.View.SELF, given_under__isnull=False).order_by()
    answers = rows.filter(Q(not_relevant=True) | Q(rank__isnull=False))
    return dict(answers.values_list("statement_id", "given_under__number"))


class _Making:
    """What several of the statements look up."""

    def __init__(self, version, versions):
        self.version = version
        self.versions = versions
        self.ways = {}

    def way(self, older):
        if older.pk not in self.ways:
            self.ways[older.pk] = way_between(older, self.version)
        return self.ways[older.pk]

    def edited(self, pk, older):
        """What says which words were answered, where an answer came along to edited ones; None where nothing was edited."""
        path = self.way(older).paths.back.get(pk)
        if path is None or path.kind != Kind.EDITORIAL:
            return None
        tree = version_tree(older)
        source = Source(tree, tree.statement_by_pk(path.olds[0]), Answered())
        return Before(path.kind, "", (source,), words=partial(words_between, older, self.version, path.olds, pk))

    def not_along(self, pk, rows):
        """What was said of the statements that this one comes from; of several versions, what was said under the latest. None
        where that was a note alone, which has come along."""
        latest = max(rows, key=lambda row: (self.versions[row.version].published_at, row.version)).version
        older = self.versions[latest]
        tree = version_tree(older)
        place = {each.pk: n for n, each in enumerate(tree.statements)}
        said = [row for row in rows if row.version == latest and row.answer.is_answer]
        if not said:
            return None
        said.sort(key=lambda row: place[row.statement])
        sources = tuple(Source(tree, tree.statement_by_pk(row.statement), row.answer) for row in said)
        proposed = proposals((pk, row.answer) for row in rows if row.outcome == Outcome.PROPOSED)
        path = self.way(older).paths.back[pk]
        return Before(
            path.kind,
            f"Under version {older.number} you said",
            sources,
            proposed.get(pk),
            words=None if path.kind == Kind.SAME else partial(words_between, older, self.version, path.olds, pk),
        )
