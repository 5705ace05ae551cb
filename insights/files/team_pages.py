"""What stands on which page of a team's PDF. Millimetres and points are those of documents/team.css."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from documents import measure
from standards.tree import TreeArea, VersionTree

from ..team.choosing import Chosen
from ..team.levels import AreaCount, Cell, Row, Standing
from .cutting import cut, text_height

PAGE_HEIGHT = 172
SECTION_HEAD, CONTINUED_HEAD = 18, 9
# The table of levels.
PERSON_WIDTH, AREAS_WIDTH, MOST_AREAS = 44, 214, 10
NAME_POINTS, ROLE_POINTS, CELL_POINTS, HEAD_POINTS = 9, 8, 8.5, 8
ROW_LINE, HEAD_LEADING = 3.7, 1.25
ROW_PADDING, CELL_INSET, HEAD_INSET, HEAD_CODE = 2.2, 2.8, 3.2, 7
FOOT_AND_LEGEND = 17
# Tables of texts: the space in a row around them, and beneath the last line of the head.
TEXT_POINTS, TEXT_PADDING, TABLE_HEAD, PROSE_WIDTH = 9, 2.9, 7, 142
PEOPLE_ON_THE_COVER, COVER_HEIGHT = (44, 40, 48), 160
PEOPLE_BY_THEMSELVES = (77, 85, 93)

NOT_YET, NOT_IN_ROLE, OWN_LEVELS, NO_PROFILE = "Not yet", "Not in role", "own levels", "No role profile"
NO_LEVELS = {
    Standing.HIDDEN: "Shared. You rate first, so the levels are not shown yet.",
    Standing.NOT_SHARED: "Not shared yet.",
}
DARKEST_SHADE = 2


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell as it is drawn: ``shade`` is how far below target, at most ``DARKEST_SHADE``, or "none" where there is no level."""

    words: str
    shade: int | str = 0


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A person's row; ``instead`` is what stands across it where there are no levels to show."""

    name: str
    said: str
    cells: tuple[HeatCell, ...]
    instead: str = ""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """One table of levels as it stands on a page: some people in some areas. ``foot`` is there below the last people."""

    areas: tuple[TreeArea, ...]
    rows: tuple[HeatRow, ...]
    foot: tuple[AreaCount, ...]


def heat_maps(chosen: Chosen) -> list[HeatMap]:
    """A table of levels in pages. A version with many areas has several tables, each with everybody in it."""
    maps, table = [], chosen.table
    for columns in shares(len(chosen.places), MOST_AREAS):
        places = chosen.places[columns]
        areas = tuple(table.areas[place] for place in places)
        width = AREAS_WIDTH / len(areas) - CELL_INSET
        rows = [_heat_row(row, places, table.tree) for row in chosen.rows]
        head = HEAD_CODE + max(_head_height(area.title, width) for area in areas)
        first = PAGE_HEIGHT - head - (CONTINUED_HEAD if maps else SECTION_HEAD)
        rest = PAGE_HEIGHT - head - CONTINUED_HEAD
        runs = cut(rows, lambda row, width=width: _row_height(row, width), first, rest, after=FOOT_AND_LEGEND)
        foot = tuple(table.counts[place] for place in places)
        maps += [HeatMap(areas, tuple(run), foot if run is runs[-1] else ()) for run in runs]
    return maps


def shares(count: int, most: int) -> list[slice]:
    """Divide ``count`` columns evenly among as few tables as have at most ``most`` each."""
    tables = max(1, -(-count // most))
    ends = [round(count * number / tables) for number in range(tables + 1)]
    return [slice(*pair) for pair in pairwise(ends)]


def in_tables(rows: Iterable, *columns: tuple, first: float, rest: float = PAGE_HEIGHT - CONTINUED_HEAD) -> list[list]:
    """Cut rows of texts into runs that each fit on a page.

    ``columns`` are the long ones: (how to get the text of a row, width in millimetres). ``first`` and ``rest`` are the room for the
    first table and any other, heads included.
    """

    def height(row):
        heights = (text_height(text_of(row), width=width, points=TEXT_POINTS) for text_of, width in columns)
        return TEXT_PADDING + max(heights)

    return cut(rows, height, first - TABLE_HEAD, rest - TABLE_HEAD)


def section_room(*said: str) -> float:
    """What the first page of a section has for its table, below a heading, a lead and whatever else is ``said`` there."""
    texts = "\n".join(filter(None, said))
    return PAGE_HEIGHT - SECTION_HEAD - (text_height(texts, width=PROSE_WIDTH, points=TEXT_POINTS) if texts else 0)


def people_tables(people: Sequence) -> tuple[list, list[list]]:
    """Who stands on the cover, and who on each page after it: people have ``name``, ``role`` and ``state``."""
    cover, *_ = in_tables(people, *_of_people(PEOPLE_ON_THE_COVER), first=COVER_HEIGHT) or [[]]
    room = PAGE_HEIGHT - CONTINUED_HEAD
    return cover, in_tables(people[len(cover) :], *_of_people(PEOPLE_BY_THEMSELVES), first=room)


def _of_people(widths):
    names = ("name", "role", "state")
    return [(lambda person, name=name: getattr(person, name), width) for name, width in zip(names, widths, strict=True)]


def _heat_row(row: Row, places: Sequence[int], tree: VersionTree):
    if not row.shows_levels:
        return HeatRow(row.name, row.role, (), NO_LEVELS[row.standing])
    said = row.role or NO_PROFILE
    if row.standing != Standing.AGREED:
        said = f"{said}, {OWN_LEVELS}"
    return HeatRow(row.name, said, tuple(heat_cell(row.cells[place], tree) for place in places))


def heat_cell(cell: Cell, tree: VersionTree) -> HeatCell:
    """A cell in words: "Foundation" and, where it is so, "1 below target" in a second line."""
    if not cell.in_role:
        return HeatCell(NOT_IN_ROLE, "none")
    level = tree.level_name(cell.level) if cell.level else NOT_YET
    if not cell.gap:
        return HeatCell(level)
    return HeatCell(f"{level}\n{cell.gap} below target", min(cell.gap, DARKEST_SHADE))


def _row_height(row, width):
    name = measure.lines(row.name, width=PERSON_WIDTH, points=NAME_POINTS)
    said = measure.lines(row.said, width=PERSON_WIDTH, points=ROLE_POINTS) if row.said else 0
    cells = (measure.lines(cell.words, width=width, points=CELL_POINTS) for cell in row.cells)
    return ROW_PADDING + ROW_LINE * max(name + said, *cells, 1)


def _head_height(title, width):
    return text_height(title, width=width, points=HEAD_POINTS, leading=HEAD_LEADING)
