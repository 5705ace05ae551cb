"""The chart of a gap report: a row of an area in, SVG out. Standard library only.

A row has a block for each level and in it a box for each statement: dark where the area holds the level, lighter where
the statement reaches it, empty where it does not, a dash where it is not answered. A heavy line stands at the target. It
shows why an area is at its level: the first block that is not full ends it. Page and PDF draw the same row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

# Units of the drawing. The blocks fill the width evenly, so that column heads of equal width stand over them.
WIDTH = 570
HEIGHT = 64
GUTTER = 20
KEY_WIDTH = 40
BOX_TOP = 12
BOX_HEIGHT = 40
LARGEST_SPACE = 4
STROKE = 2
TARGET_STROKE = 8

# The three shades stay apart in greyscale, each at least three to one from the next.
HELD = "#1d3d63"
REACHED = "#7896b5"
OUTLINE = "#505a5f"
TARGET = "#0b0c0c"


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One area. It is not in the role when nothing is in scope.

    words        what the row says, for people who do not see it
    at_or_above  at index r, how many statements in scope are at rank r or above
    in_scope     the number of statements in scope
    answered     how many of those are answered
    level        the rank that the area holds; None when it has none
    target       the rank that the role needs; None when it needs none
    """

    words: str
    at_or_above: Sequence[int]
    in_scope: int
    answered: int
    level: int | None
    target: int | None


def level_chart(row: ChartRow) -> str:
    """Return the row as an SVG element: presentation attributes only, one path for each style, its title first."""
    held, reached, empty, unanswered = [], [], [], []
    levels = len(row.at_or_above) - 1
    block = WIDTH / levels
    slot = (block - GUTTER) / max(row.in_scope, 1)
    width = slot - min(LARGEST_SPACE, slot / 4)
    for rank in range(1, levels + 1):
        is_held = row.level is not None and rank <= row.level
        for number in range(row.in_scope):
            x = (rank - 1) * block + number * slot
            if number < row.at_or_above[rank]:
                (held if is_held else reached).append(_box(x, width))
            elif number < row.answered:
                empty.append(_box(x, width, STROKE / 2))
            else:
                unanswered.append(f"M{_n(x)} {_n(HEIGHT / 2)}h{_n(width)}")
    target = [] if row.target is None or not row.in_scope else [f"M{_n(row.target * block - GUTTER / 2)} 0v{HEIGHT}"]
    paths = (
        _path(held, f'fill="{HELD}"'),
        _path(reached, f'fill="{REACHED}"'),
        _path(empty, f'fill="none" stroke="{OUTLINE}" stroke-width="{STROKE}"'),
        _path(unanswered, f'fill="none" stroke="{OUTLINE}" stroke-width="{STROKE}"'),
        _path(target, f'fill="none" stroke="{TARGET}" stroke-width="{TARGET_STROKE}"'),
    )
    return _svg(row.words, WIDTH, "".join(paths))


def key_chart(kind: str) -> str:
    """Return one mark of the key by itself: "held", "reached", "empty", "unanswered" or "target". Raises KeyError."""
    outline = f'fill="none" stroke="{OUTLINE}" stroke-width="{STROKE}"'
    heavy = f'fill="none" stroke="{TARGET}" stroke-width="{TARGET_STROKE}"'
    words, path = {
        "held": ("Dark box", _path([_box(0, KEY_WIDTH)], f'fill="{HELD}"')),
        "reached": ("Lighter box", _path([_box(0, KEY_WIDTH)], f'fill="{REACHED}"')),
        "empty": ("Empty box", _path([_box(0, KEY_WIDTH, STROKE / 2)], outline)),
        "unanswered": ("Dash", _path([f"M0 {_n(HEIGHT / 2)}h{KEY_WIDTH}"], outline)),
        "target": ("Heavy line", _path([f"M{_n(KEY_WIDTH / 2)} 0v{HEIGHT}"], heavy)),
    }[kind]
    return _svg(words, KEY_WIDTH, path)


def _svg(title: str, width: int, content: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" role="img">'
        f"<title>{escape(title)}</title>{content}</svg>"
    )


def _path(pieces: list[str], attributes: str) -> str:
    return f'<path {attributes} d="{"".join(pieces)}"/>' if pieces else ""


def _box(x: float, width: float, inset: float = 0) -> str:
    """A box as a path; `inset` leaves room for half of its stroke, so that drawn and filled boxes are equally large."""
    across = max(width - 2 * inset, 0.2)
    return f"M{_n(x + inset)} {_n(BOX_TOP + inset)}h{_n(across)}v{_n(BOX_HEIGHT - 2 * inset)}h-{_n(across)}z"


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
