"""The lines of an organisation's page, of the figures of one version and those of the release before. Plain values.

Where there is nothing before, no line says what changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from standards.tree import VersionTree

from ..figures import NO_PROFILE, AreaFigures, Figures, VersionFigures
from .page import AreaLine, Count, Line, MissedLine, Narrowing

MOST_MISSED = 10
NOBODY = AreaFigures((), 0, {}, {})
# What somebody may have come to under a framework, as ``figures.Figures.stages`` calls it; they exclude one another.
STAGES = (
    ("not-started", "Not started", "No assessment under these standards, or only one that was closed"),
    ("started", "Started", "A draft, not shared with anybody"),
    ("shared", "Shared", "Shared with their line manager, not agreed yet"),
    ("agreed", "Agreed", "Agreed with their line manager"),
)


@dataclass(frozen=True, slots=True)
class Counting:
    """Makes a number of a release into one that the page shows; ``compares`` says whether there is one before."""

    base: int
    compares: bool

    def count(self, now: int, before: int) -> Count:
        return Count(now, self.base, now - before if self.compares else None)


def participation_of(now: Figures, before: Figures | None, base: int) -> tuple[Line, ...]:
    """How far everybody who is placed has come."""
    counting = Counting(base, before is not None)
    before = before or Figures(0, {})
    return (
        Line(
            "Placed here",
            "People who work here or below, as they or an administrator have said",
            counting.count(now.people, before.people),
        ),
        Line("Invited", "Asked to assess themselves by a campaign", counting.count(_invited(now), _invited(before))),
        *(
            Line(name, meaning, counting.count(now.stages.get(stage, 0), before.stages.get(stage, 0)))
            for stage, name, meaning in STAGES
        ),
    )


def _invited(figures):
    return sum(sum(stages.values()) for stages in figures.campaigns.values())


class VersionLines:
    """The lines of what one version says of ``tree``, which is that version's."""

    def __init__(self, tree: VersionTree, now: VersionFigures, before: VersionFigures | None, base: int):
        self.tree = tree
        self.now = now
        self.before = before or VersionFigures(0, {}, (), {}, {})
        self.counting = Counting(base, before is not None)

    @property
    def level_names(self) -> tuple[str, ...]:
        return tuple(self.tree.level_name(rank) for rank in (0, *self.tree.ranks))

    def roles(self) -> dict[int, str]:
        """The role profiles that a page may be narrowed to, by key: those of which there is any number."""
        names = {each.pk: each.name for each in self.tree.role_profiles} | {NO_PROFILE: "None of the role profiles"}
        return {pk: name for pk, name in names.items() if self.now.roles.get(pk)}

    def needs(self) -> dict[int, str]:
        """The needed levels, by rank, of which there is any number."""
        areas = self.now.areas.values()
        return {
            level.rank: level.name
            for level in self.tree.levels
            if any(sum(area.by_need.get(level.rank, ())) for area in areas)
        }

    def counted(self, narrowed: Narrowing | None) -> Count | None:
        """The people of whom the areas tell; None by needed level, which is another one in each area."""
        if narrowed is None:
            return self.counting.count(self.now.counted, self.before.counted)
        if narrowed.kind == "need":
            return None
        role = int(narrowed.value)
        return self.counting.count(self.now.roles.get(role, 0), self.before.roles.get(role, 0))

    def areas(self, narrowed: Narrowing | None) -> tuple[AreaLine, ...]:
        return tuple(self._area(area, narrowed) for area in self.tree.areas)

    def _area(self, area, narrowed):
        now, before = (each.areas.get(area.pk, NOBODY) for each in (self.now, self.before))
        levels, levels_before = (self._levels(each, narrowed) for each in (now, before))
        count = self.counting.count
        at_target = None
        if narrowed is None:
            at_target = count(now.at_target, before.at_target)
        elif narrowed.kind == "need":
            rank = int(narrowed.value)
            at_target = count(sum(levels[rank:]), sum(levels_before[rank:]))
        return AreaLine(
            pk=area.pk,
            code=area.code,
            title=area.title,
            short_title=area.short_title,
            levels=tuple(map(count, levels, levels_before)),
            people=count(sum(levels), sum(levels_before)),
            at_target=at_target,
        )

    def _levels(self, area: AreaFigures, narrowed) -> tuple[int, ...]:
        if narrowed is None:
            levels = area.levels
        elif narrowed.kind == "need":
            levels = area.by_need.get(int(narrowed.value), ())
        else:
            levels = area.by_role.get(int(narrowed.value), ())
        return self._filled(levels, len(self.tree.levels) + 1)

    def ready(self) -> tuple[Line, ...]:
        """How many meet every statement in their role, level by level."""
        levels = self.tree.levels
        numbers = (self._filled(each.ready, len(levels)) for each in (self.now, self.before))
        at = [level.name if level is levels[-1] else f"{level.name} or above" for level in levels]
        return tuple(
            Line(level.name, f"Meet every statement in their role at {words}", self.counting.count(*pair))
            for level, words, *pair in zip(levels, at, *numbers, strict=True)
        )

    def missed(self) -> tuple[MissedLine, ...]:
        """The statements that most people miss, and of those no more than a page shows; in published order where as many do."""
        found = [
            (self.now.missed[statement.pk], area, statement)
            for area in self.tree.areas
            for statement in area.statements
            if self.now.missed.get(statement.pk)
        ]
        found.sort(key=lambda each: -each[0])
        return tuple(
            MissedLine(
                pk=statement.pk,
                code=statement.code,
                topic=statement.topic,
                area_code=area.code,
                area_title=area.short_title,
                below=self._missed(below, statement.pk),
                texts=tuple((cell.name, cell.text) for cell in statement.cells),
            )
            for below, area, statement in found[:MOST_MISSED]
        )

    def _missed(self, below, pk):
        # Before, the statement may have been missed by too few to be listed.
        return self.counting.count(below, self.before.missed.get(pk, 0))

    @staticmethod
    def _filled(numbers: Iterable[int], length: int) -> tuple[int, ...]:
        numbers = tuple(numbers)[:length]
        return numbers + (0,) * (length - len(numbers))
