"""What became of every statement from one version to a later one: the links between versions, put together along the way.

A step from a version to the one that follows it says for each statement what became of it. Where an editor recorded nothing, the
statement's lineage and words say it: the same lineage with the same words is the same, with other words is asked again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from .models import Area, Level, LevelDescriptor, Statement, StatementLink, Version
from .remembering import Remembered

Kind = StatementLink.Kind
# How far each reaches: of several on the way, the one that stands last is what a path is called.
_REACH = (Kind.SAME, Kind.EDITORIAL, Kind.CHANGED, Kind.SPLIT, Kind.MERGED)


@dataclass(frozen=True)
class Path:
    """Where a statement of the newer version comes from.

    kind    the farthest-reaching on the way; NEW when nothing leads here. MERGED has two or more olds, all others one
    olds    the statements of the older version that it comes from, in their order; () for NEW
    """

    kind: StatementLink.Kind
    olds: tuple[int, ...]


@dataclass(frozen=True)
class VersionPaths:
    """What became of the statements of an older version in a newer one; all keys are primary keys.

    back          the path of every statement of the newer version
    onward        the statements that every statement of the older version became, in their order; () where it was removed
    areas         by area of the newer version, the older one's that most of its statements come from; None for a new area
    same_levels   whether both have the same ladder of level names, so that their ranks mean the same
    """

    back: Mapping[int, Path]
    onward: Mapping[int, tuple[int, ...]]
    areas: Mapping[int, int | None]
    same_levels: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a statement from a version to the one that follows it; None where it is new or removed."""

    old: int | None
    new: int | None
    kind: StatementLink.Kind


_NOTHING_LEADS_HERE = Path(Kind.NEW, ())
_paths = Remembered(16)


def version_paths(older: Version, newer: Version) -> VersionPaths:
    """The paths from ``older`` to ``newer`` along the versions that each followed.

    Where ``newer`` does not follow from ``older``, lineage and words alone say it. At most six queries; none for two frozen
    versions that were asked for before.
    """
    if not older.is_frozen:
        return read_paths(older, newer)
    return _paths.get(newer, lambda version: read_paths(older, version), beside=[older])


def forget_paths():
    """Read every path again when it is next asked for."""
    _paths.forget()


# Putting steps together: plain values, no query


def compose(news: Iterable[int], steps: Sequence[Iterable[Step]]) -> dict[int, Path]:
    """The path of each of ``news``, the statements of the newest version, along ``steps``, the latest step first.

    A statement made of several of which only one leads back is called CHANGED: it is not a whole of merged ones.
    """
    paths = {new: Path(Kind.SAME, (new,)) for new in news}
    for step in steps:
        came_from = {}
        for each in step:
            if each.new is not None and each.old is not None:
                came_from.setdefault(each.new, []).append(each)
        paths = {new: _one_step_back(path, came_from) for new, path in paths.items()}
    return {new: _called_rightly(path) for new, path in paths.items()}


def _one_step_back(path, came_from):
    taken = [each for source in path.olds for each in came_from.get(source, ())]
    if not taken:
        return _NOTHING_LEADS_HERE
    kinds = {path.kind, *(each.kind for each in taken)}
    if any(source not in came_from for source in path.olds):
        kinds.add(Kind.CHANGED)
    return Path(max(kinds, key=_REACH.index), tuple(dict.fromkeys(each.old for each in taken)))


def _called_rightly(path):
    if path.kind == Kind.MERGED and len(path.olds) == 1:
        return Path(Kind.CHANGED, path.olds)
    return path


def steps_by_lineage(olds: Mapping[int, tuple], news: Mapping[int, tuple]) -> list[Step]:
    """What lineage and words say of statements that no link was recorded for.

    ``olds`` and ``news`` map each statement to (lineage, words). Other words under the same lineage are CHANGED, because nobody
    said that their meaning was kept.
    """
    by_lineage = {}
    for old, (lineage, _) in olds.items():
        by_lineage.setdefault(lineage, []).append(old)
    steps, taken = [], set()
    for new, (lineage, words) in news.items():
        old = next(iter(by_lineage.get(lineage, [])), None)
        if old is None:
            steps.append(Step(None, new, Kind.NEW))
            continue
        by_lineage[lineage].pop(0)
        taken.add(old)
        steps.append(Step(old, new, Kind.SAME if olds[old][1] == words else Kind.CHANGED))
    return steps + [Step(old, None, Kind.REMOVED) for old in olds if old not in taken]


def folded(texts: Mapping[int, str]) -> tuple[tuple[int, str], ...]:
    """Words by rank as they are compared: white space does not matter, nor does a level without words."""
    return tuple((rank, words) for rank in sorted(texts) if (words := " ".join(texts[rank].split())))


# Reading


def read_paths(older: Version, newer: Version) -> VersionPaths:
    """Read the paths from ``older`` to ``newer`` from the database."""
    chain = _chain(older, newer)
    statements, area_of = _statements(chain)
    steps = _steps(chain, statements)
    olds, news = (statements.get(pk, {}) for pk in (chain[-1], chain[0]))
    place = {pk: n for n, pk in enumerate(olds)}
    back = {
        new: Path(path.kind, tuple(sorted(path.olds, key=place.__getitem__)))
        for new, path in compose(news, steps).items()
    }
    onward = {old: [] for old in olds}
    for new, path in back.items():
        for old in path.olds:
            onward[old].append(new)
    levels = {pk: [] for pk in chain}
    for version, rank, name in (
        Level.objects.filter(version__in=chain).order_by("rank").values_list("version", "rank", "name")
    ):
        levels[version].append((rank, name.strip().casefold()))
    return VersionPaths(
        back=MappingProxyType(back),
        onward=MappingProxyType({old: tuple(news) for old, news in onward.items()}),
        areas=MappingProxyType(_areas(older, newer, back, area_of)),
        same_levels=levels[older.pk] == levels[newer.pk],
    )


def _chain(older, newer):
    """The versions from ``newer`` back to ``older``; these two alone where the one does not lead to the other."""
    follows = dict(Version.objects.filter(framework=newer.framework_id).values_list("pk", "follows"))
    chain = [newer.pk]
    while chain[-1] != older.pk:
        before = follows.get(chain[-1])
        if before is None or before in chain:
            return [newer.pk, older.pk]
        chain.append(before)
    return chain


def _statements(chain):
    """By version, the lineage of each statement in published order; and the area of every statement."""
    statements, area_of = {}, {}
    rows = (
        Statement.objects.filter(area__section__version__in=chain)
        .order_by("area__section__order", "area__section", "area__order", "area", "order", "pk")
        .values_list("area__section__version", "pk", "lineage", "area")
    )
    for version, pk, lineage, area in rows:
        statements.setdefault(version, {})[pk] = lineage
        area_of[pk] = area
    return statements, area_of


def _steps(chain, statements) -> list[list[Step]]:
    """The steps of ``chain``, the latest first: the links that were recorded, and what lineage and words say of the rest."""
    steps, without = [], []
    recorded = {}
    rows = StatementLink.objects.filter(version__in=chain).order_by("pk").values_list("version", "old", "new", "kind")
    for version, *ends, kind in rows:
        recorded.setdefault(version, []).append(Step(*ends, Kind(kind)))
    for newer, older in pairwise(chain):
        olds, news = statements.get(older, {}), statements.get(newer, {})
        step = [
            each
            for each in recorded.get(newer, ())
            if (each.old is None or each.old in olds) and (each.new is None or each.new in news)
        ]
        of_olds, of_news = {each.old for each in step}, {each.new for each in step}
        steps.append(step)
        without.append(([old for old in olds if old not in of_olds], [new for new in news if new not in of_news]))
    wanted = [pk for olds, news in without if olds and news for pk in (*olds, *news)]
    words = _words(wanted) if wanted else {}
    for (newer, older), step, (olds, news) in zip(pairwise(chain), steps, without, strict=True):
        step += steps_by_lineage(
            {pk: (statements[older][pk], words.get(pk)) for pk in olds},
            {pk: (statements[newer][pk], words.get(pk)) for pk in news},
        )
    return steps


def _words(statements):
    texts = {}
    rows = LevelDescriptor.objects.filter(statement__in=statements).values_list("statement", "level__rank", "text")
    for statement, rank, text in rows:
        texts.setdefault(statement, {})[rank] = text
    return {statement: folded(by_rank) for statement, by_rank in texts.items()}


def _areas(older, newer, back, area_of):
    """By area of ``newer``, the area of ``older`` that most of its statements come from.

    An area that no statement leads to is the one of the same code and title, if there is one that leads nowhere else.
    """
    rows = Area.objects.filter(section__version__in=[older.pk, newer.pk]).order_by("section__order", "order", "pk")
    named = {older.pk: {}, newer.pk: {}}
    for version, pk, code, title in rows.values_list("section__version", "pk", "code", "title"):
        named[version][pk] = (code, title.strip().casefold())
    counts = {pk: Counter() for pk in named[newer.pk]}
    for new, path in back.items():
        counts[area_of[new]].update({area_of[old] for old in path.olds})
    areas = {}
    for area, comes_from in counts.items():
        # Of two that are as many, the one of the same code and title; then the one that was met first.
        same_name = named[newer.pk][area]
        areas[area] = max(
            comes_from,
            key=lambda old, name=same_name, n=comes_from: (n[old], named[older.pk][old] == name),
            default=None,
        )
    by_name = {name: pk for pk, name in named[older.pk].items() if pk not in areas.values()}
    return {
        area: by_name.get(named[newer.pk][area]) if came_from is None else came_from
        for area, came_from in areas.items()
    }


# What one version records


@dataclass(frozen=True)
class LinkGroup:
    """The links that together say what became of one statement, or of the several that one was split into or merged from.

    ``olds`` and ``news`` are keys in published order. All links of a group are decided, or none is.
    """

    kind: StatementLink.Kind
    olds: tuple[int, ...]
    news: tuple[int, ...]
    links: tuple[StatementLink, ...]

    @property
    def is_decided(self) -> bool:
        """Whether it is decided, and no proposal."""
        return all(link.is_decided for link in self.links)


def grouped(links: Iterable[StatementLink]) -> list[LinkGroup]:
    """``links`` of one version in groups, in their order."""
    groups = {}
    for link in links:
        shared = {Kind.SPLIT: link.old_id, Kind.MERGED: link.new_id}.get(link.kind, link.pk)
        groups.setdefault((link.kind, shared), []).append(link)
    return [
        LinkGroup(
            Kind(kind),
            tuple(dict.fromkeys(link.old_id for link in group if link.old_id)),
            tuple(dict.fromkeys(link.new_id for link in group if link.new_id)),
            tuple(group),
        )
        for (kind, _), group in groups.items()
    ]
