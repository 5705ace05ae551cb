"""What of a round comes along to another version of the standards, and what came along: in counts, by area, and in words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from standards.links import Kind
from standards.models import Version
from standards.tree import TreeArea, TreeStatement, VersionTree, version_tree

from .answers import Answered
from .before import Source, way_between
from .carrying import OWN, Fate, plan, proposals
from .earlier import EarlierRow, read_own, versions_of
from .models import Assessment, EarlierTarget, Rating


def later_version(assessment: Assessment) -> Version | None:
    """The version that a draft may be brought to: the one published last, where it was after its own. One query for a draft."""
    if not assessment.is_draft:
        return None
    found = Version.objects.filter(framework=assessment.framework_id).open_for_rounds().latest_published()
    # A version that retires is published before the one that it makes way for.
    return found if found is not None and found.published_at > assessment.version.published_at else None


# Before


@dataclass(frozen=True, slots=True)
class AreaOffer:
    """How many statements of an area of the later version would stand as they were answered, be proposed, be asked again, are
    new, and were not answered before."""

    area: TreeArea
    carried: int
    proposed: int
    asked_again: int
    new: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class CarryOffer:
    """What a draft would have of its answers under a later version. ``counts`` are of answers, by what would become of them.

    archived   the answers that would be kept without being asked any more
    """

    tree: VersionTree
    counts: Mapping[Fate, int]
    areas: tuple[AreaOffer, ...]
    archived: tuple[Source, ...]

    @property
    def answers(self) -> int:
        """How many answers there are."""
        return sum(self.counts.values())

    @property
    def total(self) -> AreaOffer:
        """The sums of the areas."""
        names = ("carried", "proposed", "asked_again", "new", "unanswered")
        return AreaOffer(None, *(sum(getattr(area, name) for area in self.areas) for name in names))


def carry_offer(assessment: Assessment, version: Version) -> CarryOffer:
    """What ``assessment`` would have of its answers under ``version``, in one query."""
    rows = Rating.objects.filter(assessment=assessment, view=Rating.View.SELF).order_by()
    said = {
        pk: Answered(*row) for pk, *row in rows.values_list("statement_id", *("rank", "not_relevant", "reason", "note"))
    }
    way = way_between(assessment.version, version)
    made = plan(way, {(pk, OWN): answer for pk, answer in said.items()})
    fates = {new: Fate.CARRIED for (pk, _), new in made.carried.items() if said[pk].is_answer}
    fates |= {each.about: each.outcome for each in made.earlier if said[each.statement].is_answer}
    tree, older = version_tree(version), version_tree(assessment.version)
    return CarryOffer(
        tree,
        made.counts,
        tuple(_area_offer(area, fates, way.paths.back) for area in tree.areas),
        tuple(
            Source(older, each, said[each.pk]) for each in older.statements if made.fates.get(each.pk) == Fate.ARCHIVED
        ),
    )


def _area_offer(area, fates, back):
    became = Counter(
        fates.get(each.pk) or (Kind.NEW if back[each.pk].kind == Kind.NEW else "") for each in area.statements
    )
    return AreaOffer(
        area, became[Fate.CARRIED], became[Fate.PROPOSED], became[Fate.ASKED_AGAIN], became[Kind.NEW], became[""]
    )


# After


@dataclass(frozen=True, slots=True)
class Again:
    """A statement of the round's version, what was said of the ones that it comes from, whether it is answered since, and what is
    proposed as long as it is not: the level's name or "not relevant", "" for nothing."""

    statement: TreeStatement
    sources: tuple[Source, ...]
    is_answered: bool
    proposal: str


@dataclass(frozen=True, slots=True)
class CameAlong:
    """What became of the answers of a round that was carried over, once or several times.

    standing    (number of a version, how many of the answers that stand were given under it), the latest version first
    asked_again, proposed   the statements beside which earlier answers stand
    archived    the answers to statements that are not asked any more
    new         the statements that nothing led to, as (statement, whether it is answered)
    targets     (title of an area that is no more, its target in words, the reason)
    """

    tree: VersionTree
    standing: tuple[tuple[str, int], ...]
    asked_again: tuple[Again, ...]
    proposed: tuple[Again, ...]
    archived: tuple[Source, ...]
    new: tuple[tuple[TreeStatement, bool], ...]
    targets: tuple[tuple[str, str, str], ...]


def came_along(assessment: Assessment) -> CameAlong:
    """What came along to the version that ``assessment`` is under, in three queries."""
    rated, rows = read_own(assessment)
    # The agreed ones are a line manager's as well, and were given back with the round.
    own = EarlierTarget.objects.filter(assessment=assessment, view=Rating.View.SELF).order_by("area_id")
    targets = list(own.values_list(*_TARGET))
    under = Counter(
        version for _, rank, not_relevant, *_, version in rated if version and _is_answer(rank, not_relevant)
    )
    keys = {*under, *(row.version for row in rows), *(target[0] for target in targets), assessment.carried_from_id}
    versions = versions_of(assessment, keys)
    tree = version_tree(assessment.version)
    answered = {pk for pk, rank, not_relevant, *_ in rated if _is_answer(rank, not_relevant)}
    back = way_between(versions[assessment.carried_from_id], assessment.version).paths.back
    again = list(_again(tree, versions, [row for row in rows if row.about], answered))
    return CameAlong(
        tree=tree,
        standing=tuple(
            (versions[pk].number, under[pk])
            for pk in sorted(under, key=lambda pk: versions[pk].published_at, reverse=True)
        ),
        asked_again=tuple(each for is_proposed, each in again if not is_proposed),
        proposed=tuple(each for is_proposed, each in again if is_proposed),
        archived=_sources(versions, [row for row in rows if row.about is None and _says(row.answer)]),
        new=tuple((each, each.pk in answered) for each in tree.statements if back[each.pk].kind == Kind.NEW),
        targets=tuple(_target(versions[version], *target) for version, *target in targets),
    )


def archived_answers(assessment: Assessment) -> tuple[Source, ...]:
    """The owner's answers to statements that are not asked any more, in two queries; none for a round never carried over."""
    if assessment.carried_from_id is None:
        return ()
    rows = [row for row in read_own(assessment)[1] if row.about is None and _says(row.answer)]
    return _sources(versions_of(assessment, {row.version for row in rows}), rows)


_TARGET = ("area__section__version_id", "area_id", "rank", "reason")


def _is_answer(rank, not_relevant):
    return not_relevant or rank is not None


def _says(answer):
    return answer.is_answer or bool(answer.note)


def _again(tree, versions, rows: Iterable[EarlierRow], answered):
    """The statements beside which earlier answers stand, each with whether it is proposed, in the order of the standards."""
    beside = {}
    for row in rows:
        beside.setdefault(row.about, []).append(row)
    for statement in tree.statements:
        if found := beside.get(statement.pk):
            proposed = [row for row in found if row.outcome == Fate.PROPOSED]
            is_answered = statement.pk in answered
            proposal = "" if is_answered else _proposal(tree, statement, proposed)
            yield bool(proposed), Again(statement, _sources(versions, found), is_answered, proposal)


def _proposal(tree, statement, rows):
    offer = proposals((row.about, row.answer) for row in rows).get(statement.pk)
    if offer is None:
        return ""
    return "not relevant" if offer.not_relevant else tree.answer_name(statement, offer.rank)


def _sources(versions, rows):
    """The statements that were answered, those of the latest version first, each version's in its own order."""
    found = []
    for version in sorted({row.version for row in rows}, key=lambda pk: versions[pk].published_at, reverse=True):
        tree = version_tree(versions[version])
        said = {row.statement: row.answer for row in rows if row.version == version}
        found += [Source(tree, each, said[each.pk]) for each in tree.statements if each.pk in said]
    return tuple(found)


def _target(version, area, rank, reason):
    tree = version_tree(version)
    title = next(f"{each.code} {each.title}" for each in tree.areas if each.pk == area)
    return title, "Not in my role" if rank is None else tree.level_name(rank), reason
