"""The rows of a heat map as its template writes them, and their cells: there are few different ones under a version, so each is
drawn once and remembered."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from markupsafe import Markup

from assessments.waiting import Stage
from govuk.environment import day
from standards.tree import NOT_YET, VersionTree

from .levels import Table

DARKEST = 3
_TEMPLATE = "insights/_team_cells.html"
_WAITS = "assessments/_waits.html"
_NO_ROUND = UUID(int=0)
NO_LEAD = ("", "", "")


@dataclass(frozen=True, slots=True)
class Cells:
    """What draws the cells of one version's table.

    shades    by rank, how dark its cells are: 0 for "not yet" to ``DARKEST`` for the highest level
    """

    tree: VersionTree
    shades: dict[int, int]
    _kept: dict[tuple, Markup]

    def row(self, cells) -> Markup:
        """The cells of one row; the target is said where it is missed."""
        kept = self._kept
        found = []
        for cell in cells:
            key = cell.level, cell.target
            html = kept.get(key)
            if html is None:
                html = kept[key] = self._draw(cell, says_target=cell.gap > 0)
            found.append(html)
        # Each is safe already; to join them as such would escape each again.
        return Markup("".join(found))  # noqa: S704 drawn by the template

    def one(self, cell) -> Markup:
        """The cell of an area that is looked at alone, and what is to be said of it: the target in any case."""
        return self._draw(cell, says_target=True)

    def _draw(self, cell, *, says_target):
        if not cell.in_role:
            return _macros().not_in_role()
        target = self.tree.level_name(cell.target) if says_target else ""
        first = self.tree.levels[0].name
        name = "" if cell.level == NOT_YET else self.tree.level_name(cell.level)
        return _macros().cell(name, first, target, self.shades[cell.level], cell.gap > 0)


def cells_of(tree) -> Cells:
    """What draws the cells of a table under the version that ``tree`` is of."""
    top = len(tree.ranks) - 1
    shades = {rank: 1 + place * (DARKEST - 1) // top if top else DARKEST for place, rank in enumerate(tree.ranks)}
    return Cells(tree, {NOT_YET: 0} | shades, _kept(tree.pk, tree.edited_at))


class RowTexts(NamedTuple):
    """What a row of the table says, ready to be written: to look it up in the template, bit by bit, took half of the page.

    address         of the round; "" where there is none to read
    role            the title of the role profile, else of the job
    said            whose levels they are
    lead, words     where what waits for the line manager is gone on with, and what for; "" where nothing waits
    title           of the round, for who cannot see which row ``words`` stand in
    cells           as HTML; "" where there are no levels to show
    missed          how many statements are below the target; only where one area is looked at
    """

    name: str
    address: str
    role: str
    said: str
    lead: str
    words: str
    title: str
    cells: str
    missed: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The part of a table that is chosen, as its template writes it: ``places`` are those of the areas whose columns are shown, and
    ``shades`` how dark the cells are by rank."""

    table: Table
    places: tuple[int, ...]
    rows: tuple[RowTexts, ...]
    shades: dict[int, int]


def drawn_of(chosen, *, alone: bool) -> Drawn:
    """What draws ``chosen`` (``insights.team.choosing``); ``alone`` says that one area is looked at, and what is missed in it."""
    cells, lead_of = cells_of(chosen.table.tree), _leads()
    before, after = _round_path("assessment-detail")
    rows = []
    for row in chosen.rows:
        person, found = row.person, row.round
        address = said = missed = ""
        lead = NO_LEAD
        if found:
            address = f"{before}{found.pk}{after}"
            said = f"Agreed {day(found.agreed_at)}" if found.is_agreed else "Own levels" if row.cells else "Shared"
            lead = lead_of(found)
        if alone and row.cells:
            cell = row.cells[chosen.places[0]]
            html, missed = cells.one(cell), _missed(cell)
        else:
            html = cells.row(row.cells)
        rows.append(RowTexts(person.name, address, row.role or person.job_title, said, *lead, html, missed))
    return Drawn(chosen.table, chosen.places, tuple(rows), cells.shades)


def _missed(cell):
    return str(len(cell.missed) or "None") if cell.in_role else "–"


def _leads():
    """What finds the address, the words and the title that lead on to a round, ``NO_LEAD`` where it waits for somebody else."""
    zone = timezone.get_current_timezone()
    paths = {}

    def lead_of(found):
        wait = found.wait
        if not wait.for_line_manager:
            return NO_LEAD
        route = "review-detail" if wait.stage == Stage.REVIEW else "conversation-detail"
        if route not in paths:
            paths[route] = _round_path(route)
        before, after = paths[route]
        return f"{before}{found.pk}{after}", _lead_words(wait.stage, bool(found.acted_at)), found.title_in(zone)

    return lead_of


@lru_cache(maxsize=32)
def _lead_words(stage, has_begun):
    macro = get_template(_WAITS).template.module.lead_text
    return macro({"acted_at": has_begun}, {"stage": stage}).strip()


def _round_path(route):
    """What stands before and after a round's key in its address: a table has many of them, and each is slow to make."""
    before, after = reverse(route, args=[_NO_ROUND]).split(str(_NO_ROUND))
    return before, after


@lru_cache(maxsize=8)
def _kept(version, edited_at):
    """What has been drawn of a version as it was then."""
    return {}


def _macros():
    return get_template(_TEMPLATE).template.module
