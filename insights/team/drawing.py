"""The cells of a heat map: there are few different ones under a version, so each is drawn once and remembered."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.template.loader import get_template
from django.urls import reverse
from markupsafe import Markup

from assessments.waiting import Stage
from standards.tree import NOT_YET, VersionTree

DARKEST = 3
_TEMPLATE = "insights/_team_cells.html"
_WAITS = "assessments/_waits.html"
_NO_ROUND = UUID(int=0)


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


def round_path(route="assessment-detail") -> tuple[str, str]:
    """What stands before and after a round's key in its address: a table has many of them, and each is slow to make."""
    before, after = reverse(route, args=[_NO_ROUND]).split(str(_NO_ROUND))
    return before, after


class Leads:
    """Where what waits for the line manager is gone on with, and the words for it: of each stage worked out once for a page."""

    def __init__(self):
        self._found = {}

    def of(self, found, wait) -> tuple[str, str]:
        """The address and the words for a round that waits for them."""
        key = wait.stage, found.acted_at is None
        if key not in self._found:
            words = get_template(_WAITS).template.module.lead_text(found, wait).strip()
            self._found[key] = (
                round_path("review-detail" if wait.stage == Stage.REVIEW else "conversation-detail"),
                words,
            )
        (before, after), words = self._found[key]
        return f"{before}{found.pk}{after}", words


@lru_cache(maxsize=8)
def _kept(version, edited_at):
    """What has been drawn of a version as it was then."""
    return {}


def _macros():
    return get_template(_TEMPLATE).template.module
