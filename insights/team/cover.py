"""Cover: how many people of a team hold the level that it needs in each area, and what would be lost with one of them. Pure.

The versions of a framework that name their levels alike are read together, area by area code: who holds Expert in B4 holds it
under whichever version their round is. Levels that the line manager does not see yet count nowhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from govuk.environment import plural, words

from .levels import Person

NOBODY, ONE, FEWER, ENOUGH, NOT_NEEDED = "nobody", "one", "fewer", "enough", "not needed"
MOST_SENTENCES = 3


class Wanted(NamedTuple):
    """What an area needs: so many ``people`` at ``rank`` or above."""

    rank: int
    people: int


@dataclass(frozen=True, slots=True)
class Held:
    """The people at one level or above, by name."""

    rank: int
    level: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class AreaCover:
    """One area of one framework.

    in_role         how many of the people with levels have one here
    of              how many people with levels there are under the framework
    held            a ``Held`` for each level, the lowest first
    needed          what the team needs; None where nobody's role needs the area and nothing was set
    needed_level    the name of that level; empty without one
    is_set          whether the line manager said so; else it is the highest target of anybody in the team, one person
    target_level    the name of that highest target; empty where nobody's role needs the area
    wanted_by       the people whose target it is
    """

    framework_id: int
    framework: str
    code: str
    title: str
    short_title: str
    in_role: int
    of: int
    held: tuple[Held, ...]
    needed: Wanted | None
    needed_level: str
    is_set: bool
    target_level: str
    wanted_by: tuple[Person, ...]

    @property
    def holders(self) -> tuple[Person, ...]:
        """Who holds the level needed, or a higher one."""
        rank = self.needed.rank if self.needed else None
        return next((each.people for each in self.held if each.rank == rank), ())

    @property
    def finding(self) -> str:
        """NOBODY, ONE (only one person, however many are needed), FEWER (than needed), ENOUGH or NOT_NEEDED."""
        if self.needed is None:
            return NOT_NEEDED
        if len(self.holders) < 2:
            return (NOBODY, ONE)[len(self.holders)]
        return FEWER if len(self.holders) < self.needed.people else ENOUGH

    @property
    def alone(self) -> Held | None:
        """The level that would be lost with one person: the highest held, up to the one needed, where one alone holds it."""
        rank = self.needed.rank if self.needed else 0
        highest = next((each for each in reversed(self.held) if each.people and each.rank <= rank), None)
        return highest if highest and len(highest.people) == 1 else None

    @property
    def left_without(self) -> str:
        """The highest level that anybody else holds, where only one person holds the level needed; empty for none at all."""
        if self.finding != ONE:
            return ""
        return next((each.level for each in reversed(self.held) if len(each.people) > 1), "")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A finding in words: ``lead`` is what stands out of it, ``rest`` what follows, ``person`` whom it ends with, if anybody."""

    lead: str
    rest: str
    person: Person | None = None

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.lead}{self.rest}{self.person.name if self.person else ''}"


def cover_of(team, needed: Mapping[tuple[int, str], tuple[int, int]]) -> tuple[AreaCover, ...]:
    """The cover of each area of the frameworks that somebody in ``team`` has levels under, in published order.

    ``needed`` has what the line manager set, as (rank, people) by framework's pk and area's code (``NeededCover.objects.set_by``).
    An area that only an earlier version has comes after those of the latest.
    """
    tables = sorted(team.tables, key=lambda table: table.framework)
    groups = {}
    for table in tables:
        if table.with_levels:
            groups.setdefault((table.framework_id, _level_names(table)), []).append(table)
    return tuple(area for group in groups.values() for area in _cover_of_group(group, needed))


def _level_names(table):
    return tuple(level.name for level in table.tree.levels)


def _cover_of_group(tables, needed) -> Iterator[AreaCover]:
    """Of tables under versions that name their levels alike, the latest first."""
    areas, cells = {}, {}
    of = 0
    for table in tables:
        rows = table.with_levels
        of += len(rows)
        people = [row.person for row in rows]
        for area, column in zip(table.areas, zip(*[row.cells for row in rows], strict=True), strict=True):
            areas.setdefault(area.code, area)
            cells.setdefault(area.code, []).extend(zip(people, column, strict=True))
    first = tables[0]
    for code, area in areas.items():
        found = cells[code]
        if len(tables) > 1:
            found = sorted(found, key=lambda pair: pair[0].name.casefold())
        targets = [(person, cell.target) for person, cell in found if cell.target is not None]
        highest = max([target for _, target in targets], default=None)
        wanted = needed.get((first.framework_id, code))
        # A level that the present version does not have can be needed by nobody.
        is_set = wanted is not None and wanted[0] in first.tree.ranks
        need = Wanted(*wanted) if is_set else Wanted(highest, 1) if highest else None
        yield AreaCover(
            first.framework_id,
            first.framework,
            code,
            area.title,
            area.short_title,
            sum([cell.in_role for _, cell in found]),
            of,
            tuple(
                Held(level.rank, level.name, tuple([who for who, cell in found if (cell.level or 0) >= level.rank]))
                for level in first.tree.levels
            ),
            need,
            first.tree.level_name(need.rank) if need else "",
            is_set,
            first.tree.level_name(highest) if highest else "",
            tuple([person for person, target in targets if target == highest]),
        )


# In words


def cover_sentences(cover: Iterable[AreaCover]) -> tuple[Sentence, ...]:
    """What stands out, at most three: what nobody holds, what only one person does, and where there are fewer than needed.

    The widest of each kind comes first, then what is left of any. Of a team with one person's levels nothing stands out.
    """
    cover = [area for area in cover if area.of > 1]
    names_framework = len({area.framework_id for area in cover}) > 1
    kinds = (_grouped(cover, NOBODY), _grouped(cover, ONE), _grouped(cover, FEWER))
    ordered = [groups[0] for groups in kinds if groups] + [each for groups in kinds for each in groups[1:]]
    return tuple(_in_words(group, names_framework) for group in ordered[:MOST_SENTENCES])


def losses_of(cover: Iterable[AreaCover]) -> tuple[Sentence, ...]:
    """What would be lost if somebody left: a sentence for each level that they are ``alone`` at, most areas first."""
    cover = [area for area in cover if area.of > 1]
    names_framework = len({area.framework_id for area in cover}) > 1
    groups = {}
    for area in cover:
        if area.alone:
            groups.setdefault((area.framework_id, area.alone.level, area.alone.people[0].pk), []).append(area)
    return tuple(
        Sentence(
            f"Without {group[0].alone.people[0].name}",
            f" nobody in the team would hold {group[0].alone.level} in {_areas(group, names_framework)}.",
        )
        for group in sorted(groups.values(), key=len, reverse=True)
    )


def _grouped(cover, finding) -> list[list[AreaCover]]:
    """The areas with this finding of which the same is to be said: the most areas first, else in published order."""

    def said(area):
        who = area.holders[0].pk if finding == ONE else 0
        number = (len(area.holders), area.needed.people) if finding == FEWER else ()
        return (area.framework_id, area.needed_level, who, number)

    groups = {}
    for area in cover:
        if area.finding == finding:
            groups.setdefault(said(area), []).append(area)
    return sorted(groups.values(), key=len, reverse=True)


def _in_words(group, names_framework):
    first, areas = group[0], _areas(group, names_framework)
    if first.finding == NOBODY:
        return Sentence(f"Nobody holds {first.needed_level}", f" in {areas}, and {_why_needed(group)}.")
    if first.finding == ONE:
        return Sentence(f"Only one person holds {first.needed_level}", f" in {areas}: ", first.holders[0])
    holders, people = len(first.holders), first.needed.people
    return Sentence(
        f"{words(holders).capitalize()} {plural(holders, 'person holds', 'people hold')} {first.needed_level}",
        f" in {areas}, where you need {words(people)}.",
    )


def _why_needed(group):
    """Who needs what nobody holds: the line manager said so, or somebody's role does."""
    if all(area.is_set for area in group):
        return "you set that the team needs it"
    people = {person.pk: person for area in group if not area.is_set for person in area.wanted_by}
    if len(people) == 1 and not any(area.is_set for area in group):
        return f"{next(iter(people.values())).name}’s role needs it"
    return "somebody’s role needs it"


def _areas(group, names_framework):
    """The areas by their codes: "B6 Risk Management" alone, "A1, A2 and B4" of several."""
    if len(group) == 1:
        found = f"{group[0].code} {group[0].short_title or group[0].title}"
    else:
        *others, last = [area.code for area in group]
        found = f"{', '.join(others)} and {last}"
    return f"{found} of {group[0].framework}" if names_framework else found
