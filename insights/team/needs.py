"""Shared learning needs: statements that several people of a team are below their target in. Pure, over a team that was read."""

from dataclasses import dataclass

SMALL_TEAM, OF_SMALL_TEAM, OF_LARGER_TEAM = 6, 2, 3


@dataclass(frozen=True, slots=True)
class Need:
    """A statement that several people are below their target in.

    version        the version's pk; a team with rounds under several has needs under each
    people         the names of those below their target, in alphabetical order
    of             how many it is asked of: those whose role has the area, and who did not mark it as not relevant
    level, words   the next level that most of them need, and its published words
    there          the names of those who are at that level or above
    goals          (kind's label, how many open goals are for it), in the order 70, 20, 10; kinds without any are left out
    """

    version: int
    code: str
    topic: str
    area: str
    people: tuple[str, ...]
    of: int
    rank: int
    level: str
    words: str
    there: tuple[str, ...]
    goals: tuple[tuple[str, int], ...]


def least_for(people: int) -> int:
    """How many people below their target make a need shared, in a team of which so many have levels to see."""
    return OF_SMALL_TEAM if people < SMALL_TEAM else OF_LARGER_TEAM


def shared_needs(team, *, held=None, goals=()) -> tuple[Need, ...]:
    """The needs that are shared, under each version: most people first, in the order of the standards among equals."""
    return ()
