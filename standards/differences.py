"""What changed from a version to the one that follows it, statement by statement, as readers and editors are shown it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .links import Kind, VersionPaths, version_paths
from .marking import marked_html
from .models import Version
from .remembering import Remembered
from .tree import TreeArea, TreeStatement, VersionTree, version_tree

# How each kind is said of statements, and what it does to answers.
KIND_WORDS = {
    Kind.SAME: "Same words",
    Kind.EDITORIAL: "Edited, same meaning",
    Kind.CHANGED: "Changed meaning",
    Kind.SPLIT: "Split",
    Kind.MERGED: "Merged",
    Kind.NEW: "New",
    Kind.REMOVED: "Removed",
}
KIND_MEANS = {
    Kind.SAME: "answers come along",
    Kind.EDITORIAL: "answers come along",
    Kind.CHANGED: "people are asked again, with their answer beside it",
    Kind.SPLIT: "each part is asked, with the answer to the whole proposed",
    Kind.MERGED: "asked as one, with an answer proposed from those before",
    Kind.NEW: "asked for the first time",
    Kind.REMOVED: "no longer asked; answers are kept to be read",
}


@dataclass(frozen=True)
class LevelDifference:
    """The words at a level, or at several that have the same on both sides.

    ``olds`` and ``news`` go with the statements of the difference, one by one: their words with what differs marked, None where a
    statement has none at this level.
    """

    names: tuple[str, ...]
    olds: tuple[Markup | None, ...]
    news: tuple[Markup | None, ...]
    is_same: bool

    @property
    def name(self) -> str:
        """The levels' names in running text."""
        *others, last = self.names
        return f"{', '.join(others)} and {last}" if others else last


@dataclass(frozen=True)
class StatementDifference:
    """What became of ``olds``, statements of the older version: ``news``, of the newer one."""

    kind: str
    olds: tuple[TreeStatement, ...]
    news: tuple[TreeStatement, ...]
    levels: tuple[LevelDifference, ...]

    @property
    def anchor(self) -> str:
        """What it is called within the page: the first new code, or "was-" and the old one of what was removed."""
        return self.news[0].code if self.news else f"was-{self.olds[0].code}"

    @property
    def is_moved(self) -> bool:
        """Whether the same words stand under another code."""
        return self.kind == Kind.SAME and self.olds[0].code != self.news[0].code


@dataclass(frozen=True)
class AreaDifference:
    """What changed in an area: ``before`` is the one that it comes from, ``now`` what it is; one of them may be None.

    ``elsewhere``: of an area that is gone, what became of its statements that others took in.
    """

    before: TreeArea | None
    now: TreeArea | None
    changes: tuple[StatementDifference, ...]
    same: tuple[StatementDifference, ...]
    elsewhere: tuple[StatementDifference, ...] = ()

    @property
    def area(self) -> TreeArea:
        return self.now or self.before

    @property
    def is_renamed(self) -> bool:
        return bool(
            self.before and self.now and (self.before.code, self.before.title) != (self.now.code, self.now.title)
        )


@dataclass(frozen=True)
class KindCount:
    """How many statements of each version a kind is about."""

    kind: str
    olds: int
    news: int

    @property
    def title(self) -> str:
        return KIND_WORDS[self.kind]

    @property
    def means(self) -> str:
        return KIND_MEANS[self.kind]


@dataclass(frozen=True)
class VersionDifferences:
    """All that changed in the statements of ``newer`` since ``older``; ``counts`` leaves out kinds that do not occur.

    ``found`` has every difference, ``areas`` the same by area.
    """

    older: VersionTree
    newer: VersionTree
    found: tuple[StatementDifference, ...]
    counts: tuple[KindCount, ...]
    areas: tuple[AreaDifference, ...]


_differences = Remembered(4)


def version_differences(older: Version, newer: Version) -> VersionDifferences:
    """What changed from ``older``, which is published, to ``newer``; remembered where that is frozen too."""
    return _differences.get(newer, lambda version: _read(older, version), beside=[older])


def forget_differences():
    """Work all of them out again when they are next asked for."""
    _differences.forget()


def _read(older, newer):
    before, now = version_tree(older), version_tree(newer)
    paths = version_paths(older, newer)
    found = differences_along(before, now, paths)
    return VersionDifferences(
        before, now, tuple(found), tuple(_counts(found)), tuple(_by_area(before, now, paths, found))
    )


def differences_along(before: VersionTree, now: VersionTree, paths: VersionPaths) -> list[StatementDifference]:
    """A difference for what became of each statement: in the order of the newer version, then what was removed."""
    found, parts_shown = [], set()
    for statement in now.statements:
        path = paths.back[statement.pk]
        if path.kind == Kind.SPLIT:
            # The parts of a whole are shown together, where the first one stands.
            news = [new for new in paths.onward[path.olds[0]] if paths.back[new].kind == Kind.SPLIT]
        else:
            news = [statement.pk]
        if statement.pk not in parts_shown:
            found.append(difference(path.kind, path.olds, news, before, now))
            parts_shown.update(news)
    removed = (old.pk for old in before.statements if not paths.onward[old.pk])
    return found + [difference(Kind.REMOVED, (old,), (), before, now) for old in removed]


def difference(
    kind: str, olds: Iterable[int], news: Iterable[int], before: VersionTree, now: VersionTree
) -> StatementDifference:
    """How the statements ``olds`` of ``before`` and ``news`` of ``now`` differ, level by level."""
    olds = tuple(before.statement_by_pk(pk) for pk in olds)
    news = tuple(now.statement_by_pk(pk) for pk in news)
    names = {level.rank: level.name for tree in (before, now) for level in tree.levels}
    texts = {rank: (_texts(olds, rank), _texts(news, rank)) for rank in sorted(names)}
    levels, ranks = [], list(texts)
    for n, rank in enumerate(ranks):
        if n and texts[rank] == texts[ranks[n - 1]]:
            continue
        alike = [rank]
        for other in ranks[n + 1 :]:
            if texts[other] != texts[rank]:
                break
            alike.append(other)
        levels.append(_level(tuple(names[each] for each in alike), *texts[rank]))
    return StatementDifference(str(kind), olds, news, tuple(levels))


def _texts(statements: Sequence[TreeStatement], rank: int) -> tuple[str, ...]:
    return tuple(cell.text if (cell := statement.cell(rank)) else "" for statement in statements)


def _level(names, olds, news):
    is_same = len(olds) == len(news) == 1 and olds[0].split() == news[0].split()
    if olds and news:
        before, after = marked_html(olds, news)
    else:
        # Of a new or a removed statement every word is new or gone: marks would say nothing.
        before, after = (tuple(Markup("{}").format(text) for text in texts) for texts in (olds, news))
    return LevelDifference(
        names, tuple(each or None for each in before), tuple(each or None for each in after), is_same
    )


def _counts(found):
    for kind in Kind.values:
        of_kind = [each for each in found if each.kind == kind]
        if of_kind:
            yield KindCount(kind, sum(len(each.olds) for each in of_kind), sum(len(each.news) for each in of_kind))


def _by_area(before, now, paths, found):
    areas_before = {area.pk: area for area in before.areas}
    by_code = {area.code: area for area in now.areas}
    leads_to = {}
    for area in now.areas:
        leads_to.setdefault(paths.areas[area.pk], area)
    shown_in = {area.pk: [] for area in (*now.areas, *before.areas)}
    old_areas = {area.code: area for area in before.areas}
    for each in found:
        if each.news:
            area = by_code[each.news[0].area_code]
        else:
            old_area = old_areas[each.olds[0].area_code]
            area = leads_to.get(old_area.pk, old_area)
        shown_in[area.pk].append(each)
    for area in now.areas:
        yield _area(areas_before.get(paths.areas[area.pk]), area, shown_in[area.pk])
    for area in before.areas:
        if area.pk not in leads_to:
            elsewhere = [each for each in found if each.news and any(old.area_code == area.code for old in each.olds)]
            yield _area(area, None, shown_in[area.pk], elsewhere)


def _area(before, now, differences, elsewhere=()):
    return AreaDifference(
        before,
        now,
        changes=tuple(each for each in differences if each.kind != Kind.SAME),
        same=tuple(each for each in differences if each.kind == Kind.SAME),
        elsewhere=tuple(elsewhere),
    )
