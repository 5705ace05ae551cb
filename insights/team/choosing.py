"""What of a team's levels a page shows, and in which order: asked for in its address. Whatever is not there is left aside."""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote_plus

from standards.tree import NOT_YET

from .levels import Row, Standing, Table, Team

BELOW = "below"
DOWN = "down"
STANDINGS = {
    "agreed": (Standing.AGREED,),
    "shared": (Standing.SHARED, Standing.HIDDEN),
    "not-shared": (Standing.NOT_SHARED,),
}


class Choice(NamedTuple):
    """Which rows are wanted, in which order; "" is all, and the order of names.

    area    an area's code: only its column, and ``level`` is asked of it alone
    level   a rank as text, or ``BELOW`` for whoever is below their target
    state   a key of ``STANDINGS``
    sort    an area's code; ``falls`` puts its highest level first
    """

    area: str = ""
    level: str = ""
    state: str = ""
    sort: str = ""
    falls: bool = False

    @property
    def narrows(self) -> bool:
        """Whether it leaves anybody or any area out."""
        return bool(self.area or self.level or self.state)

    @property
    def query(self) -> str:
        """As an address has it, without a question mark; "" for everything in the order of names."""
        asked = ("area", self.area), ("level", self.level), ("state", self.state), ("sort", self.sort)
        order = ("order", DOWN if self.sort and self.falls else "")
        return "&".join([f"{key}={quote_plus(value)}" for key, value in (*asked, order) if value])

    def sorted_by(self, code: str) -> "Choice":
        """The same rows by the level in an area: the highest first, and the lowest first where that is so already."""
        return self._replace(sort=code, falls=not (self.sort == code and self.falls))

    def by_name(self) -> "Choice":
        """The same rows by name."""
        return self._replace(sort="", falls=False)


def choice_of(asked, team: Team) -> Choice:
    """What the query ``asked`` (a mapping of texts) chooses in ``team``."""
    codes = {area.code for table in team.tables for area in table.areas}
    levels = {str(rank) for table in team.tables for rank in (NOT_YET, *table.tree.ranks)} | {BELOW}

    def known(key, values):
        value = asked.get(key, "")
        return value if value in values else ""

    area, sort = known("area", codes), known("sort", codes)
    return Choice(
        area, known("level", levels), known("state", STANDINGS), sort, asked.get("order") == DOWN and bool(sort)
    )


class Choices(NamedTuple):
    """What may be chosen, as (value, text): areas by code, levels by rank. The first of each is all."""

    areas: tuple[tuple[str, str], ...]
    levels: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...] = (
        ("", "Any"),
        ("agreed", "Agreed"),
        ("shared", "Shared, not agreed yet"),
        ("not-shared", "Not shared yet"),
    )


def choices_in(team: Team) -> Choices:
    """What there is to choose from in ``team``; where versions call the same differently, both are said."""
    areas, levels = {}, {}
    for table in team.tables:
        for area in table.areas:
            areas.setdefault(area.code, {})[area.short_title or area.title] = None
        for rank in (NOT_YET, *table.tree.ranks):
            levels.setdefault(str(rank), {})[table.tree.level_name(rank)] = None
    ranks = sorted(levels.items(), key=lambda each: int(each[0]))
    return Choices(
        (("", "All areas"), *((code, f"{code} {' / '.join(titles)}") for code, titles in areas.items())),
        (("", "Any level"), (BELOW, "Below target"), *((rank, " / ".join(names)) for rank, names in ranks)),
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The part of a table that a choice shows: its ``rows``, and the ``places`` of the areas whose columns are shown."""

    table: Table
    rows: tuple[Row, ...]
    places: tuple[int, ...]


def chosen_of(team: Team, choice: Choice) -> tuple[Chosen, ...]:
    """What ``choice`` shows of each table; a table that has not the area asked for is left out."""
    found = [_chosen(table, choice) for table in team.tables]
    return tuple(each for each in found if each.places)


def _chosen(table, choice):
    codes = [area.code for area in table.areas]
    places = tuple(place for place, code in enumerate(codes) if choice.area in ("", code))
    rows = table.rows
    if choice.state:
        wanted = STANDINGS[choice.state]
        rows = [row for row in rows if row.standing in wanted]
    if choice.level:
        rows = [row for row in rows if row.cells and any(_holds(row.cells[place], choice.level) for place in places)]
    if choice.sort in codes:
        rows = _by_level(rows, codes.index(choice.sort), choice.falls)
    return Chosen(table, tuple(rows), places)


def _holds(cell, level):
    return cell.gap > 0 if level == BELOW else str(cell.level) == level


def _by_level(rows, place, falls):
    """By the level in one area, people of one level by name; whoever has none to show comes last either way."""

    def key(row):
        level = row.cells[place].level if row.cells else None
        return (level is None, 0 if level is None else -level if falls else level)

    return sorted(rows, key=key)
