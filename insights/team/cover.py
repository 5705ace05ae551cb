"""Cover: how many people of a team hold the level that it needs in each area, and what would be lost with one of them. Pure.

The versions of a framework that name their levels alike are read together, area by area code: who holds Expert in B4 holds it
under whichever version their round is. Levels that the line manager does not see yet count nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

NOBODY, ONE, FEWER, ENOUGH, NOT_NEEDED = "nobody", "one", "fewer", "enough", "not needed"


class Wanted(NamedTuple):
    """What a line manager set for an area: so many ``people`` at ``rank`` or above."""

    rank: int
    people: int


@dataclass(frozen=True, slots=True)
class Held:
    """The people at one level or above, by name."""

    rank: int
    level: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaCover:
    """One area of one framework.

    key             what a form calls it: the framework's pk and the area's code
    framework       the framework's title
    in_role         how many of the people with levels need the area
    of              how many people with levels there are
    held            a ``Held`` for each level, the lowest first
    needed          what the team needs; None where nobody's role needs the area and nothing was set
    needed_level    the name of that level; empty without one
    is_set          whether the line manager said so; else it is the highest target of anybody in the team, one person
    wanted_by       the people whose target is that highest one
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
    wanted_by: tuple[str, ...]

    @property
    def holders(self) -> tuple[str, ...]:
        """Who holds the level needed, or a higher one."""
        if self.needed is None:
            return ()
        return next((each.people for each in self.held if each.rank == self.needed.rank), ())

    @property
    def finding(self) -> str:
        """NOBODY, ONE (only one person, however many are needed), FEWER (than needed), ENOUGH or NOT_NEEDED."""
        if self.needed is None:
            return NOT_NEEDED
        if len(self.holders) < 2:
            return (NOBODY, ONE)[len(self.holders)]
        return FEWER if len(self.holders) < self.needed.people else ENOUGH

    @property
    def left_without(self) -> str:
        """The highest level held by anybody else, where only one person holds the level needed: "" where that is none."""
        if self.finding != ONE:
            return ""
        return next((each.level for each in reversed(self.held) if len(each.people) > 1), "")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A finding in words: ``lead`` is what stands out of it, ``text`` the whole, ``person`` whom it is about, where it is one."""

    lead: str
    rest: str
    person: str = ""

    @property
    def text(self) -> str:
        return f"{self.lead}{self.rest}"


def cover_of(team, needed: Mapping[tuple[int, str], tuple[int, int]]) -> tuple[AreaCover, ...]:
    """The cover of each area that somebody in ``team`` has a level in, by framework and in published order.

    ``needed`` has what the line manager set, as (rank, people) by framework's pk and area's code (``NeededCover.objects.set_by``).
    """
    return ()


def cover_sentences(cover) -> tuple[Sentence, ...]:
    """What stands out of it, at most three: what nobody holds, what only one person does, where there are fewer than needed."""
    return ()


def losses_of(cover) -> tuple[Sentence, ...]:
    """What would be lost if somebody left, a sentence for each such person and level."""
    return ()
