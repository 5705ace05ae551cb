"""The bars of an organisation's page: plain values in, SVG out. Standard library only.

A bar has a block for each level, the lowest first, as long as there are people; all bars of a page have one scale, so that an
area that is in fewer people's role has a shorter bar. Blocks are told apart by their order, their edges, three shades that stay
apart in greyscale, and the number in each that has room for it, with the level's name where there is room for that too.

Page and PDF draw the same bar: on a page it is as wide as there is room, in a PDF as wide as it is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

HEIGHT = 32
EDGE = 1
TEXT_SIZE = 14
BASELINE = 21
INSET = 6
# The widths that a number must fit: of a bar on a phone, where its name is left away, and beside the areas' names.
NARROW = 270
WIDE = 640
CHARACTER = 8
KEY = 18

LINE = "#0b0c0c"
NONE = "#ffffff"
DARK_TEXT, LIGHT_TEXT = "#0b0c0c", "#ffffff"
# From the lowest level to the highest; scales of other lengths take shades between these.
LIGHTEST, MIDDLE, DEEPEST = (210, 226, 241), (86, 148, 202), (15, 56, 92)


@dataclass(frozen=True, slots=True)
class Bar:
    """One area.

    words    what the bar says, for people who do not see it
    people   people by level: at index 0 not yet, then the lowest level
    names    the levels' names, in the same order
    longest  how many people the longest bar of the page stands for
    """

    words: str
    people: Sequence[int]
    names: Sequence[str]
    longest: int


def level_bar(bar: Bar, width: float | None = None) -> str:
    """Return the bar as an SVG element: presentation attributes only, its title first.

    Without ``width`` it fills what it stands in; what has no room on a phone has the class "organisation-wide", for a style sheet
    to leave away there.
    """
    across = _Across(width)
    blocks, x = [], 0.0
    for rank, people in enumerate(bar.people):
        if people:
            share = people / max(bar.longest, 1)
            blocks.append(_block(across, x, share, rank, bar))
            x += share
    if not blocks:
        blocks.append(
            f'<path d="M0 {EDGE}v{HEIGHT - 2 * EDGE}" stroke="{LINE}" stroke-width="2" stroke-dasharray="3 3" fill="none"/>'
        )
    size = (
        f'width="100%" height="{HEIGHT}"'
        if width is None
        else f'width="{_n(width)}" height="{HEIGHT}" viewBox="0 0 {_n(width)} {HEIGHT}"'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} overflow="visible" role="img">'
        f"<title>{escape(bar.words)}</title>{''.join(blocks)}</svg>"
    )


def key_mark(rank: int, levels: int) -> str:
    """Return the mark of a level in the key, for a scale of so many levels; beside it stands the level's name."""
    fill, _ = shade(rank, levels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{KEY}" height="{KEY}" viewBox="0 0 {KEY} {KEY}" aria-hidden="true">'
        f'<rect x="0.5" y="0.5" width="{KEY - 1}" height="{KEY - 1}" fill="{fill}" stroke="{LINE}"/></svg>'
    )


@cache
def shade(rank: int, levels: int) -> tuple[str, str]:
    """The colours of a level's block and of the text in it."""
    if not rank:
        return NONE, DARK_TEXT
    place = (rank - 1) / (levels - 1) if levels > 1 else 0.5
    one, other, part = (LIGHTEST, MIDDLE, place * 2) if place <= 0.5 else (MIDDLE, DEEPEST, place * 2 - 1)
    red, green, blue = (round(low + (high - low) * part) for low, high in zip(one, other, strict=True))
    is_dark = 0.299 * red + 0.587 * green + 0.114 * blue < 112
    return f"#{red:02x}{green:02x}{blue:02x}", LIGHT_TEXT if is_dark else DARK_TEXT


class _Across:
    """Lengths along the bar: percentages of what it stands in, or units of a width."""

    def __init__(self, width):
        self.width = width
        self.narrow, self.wide = (NARROW, WIDE) if width is None else (width, width)

    def length(self, share):
        return f"{_n(share * 100)}%" if self.width is None else _n(share * self.width)

    def text(self, share):
        """Where a text begins in a block that begins at ``share``."""
        return (
            f'x="{self.length(share)}" dx="{INSET}"' if self.width is None else f'x="{_n(share * self.width + INSET)}"'
        )


def _block(across, x, share, rank, bar):
    fill, colour = shade(rank, len(bar.people) - 1)
    rect = (
        f'<rect x="{across.length(x)}" y="{EDGE}" width="{across.length(share)}" height="{HEIGHT - 2 * EDGE}"'
        f' fill="{fill}" stroke="{LINE}"/>'
    )
    number = f"{bar.people[rank]:,}"
    named = f" {bar.names[rank]}"
    if not _fits(number, share * across.wide):
        return rect
    name = (
        f'<tspan class="organisation-wide">{escape(named)}</tspan>'
        if _fits(number + named, share * across.wide)
        else ""
    )
    wide = "" if _fits(number, share * across.narrow) else ' class="organisation-wide"'
    return f'{rect}<text {across.text(x)} y="{BASELINE}" font-size="{TEXT_SIZE}" fill="{colour}"{wide}>{number}{name}</text>'


def _fits(text, room):
    return len(text) * CHARACTER + 2 * INSET <= room


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
