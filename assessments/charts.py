"""The charts of a gap report and of two rounds compared: plain values in, SVG out. Standard library only.

A row has a block for each level and in it a box for each statement: dark where the area holds the level, lighter where
the statement reaches it, empty where it does not, a dash where it is not answered. A heavy line stands at the target. It
shows why an area is at its level: the first block that is not full ends it. Page and PDF draw the same row.

Two rounds compared have such a block by itself for each area and level: lighter where a statement is at the level or above in
both rounds, dark where it has come to it, crossed where it is not any more, empty where it was in neither.
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
CHANGE_WIDTH = 180
CHANGE_BOX = 24

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


@dataclass(frozen=True, slots=True)
class ChangeBlock:
    """One level of an area in two rounds: how many statements were at it or above in both, only now, only then, in neither.

    words   what the block says, for people who do not see it
    """

    words: str
    kept: int
    gained: int
    lost: int
    empty: int


def change_chart(block: ChangeBlock) -> str:
    """Return the block as an SVG element, in the manner of `level_chart`."""
    count = block.kept + block.gained + block.lost + block.empty
    slot = CHANGE_WIDTH / max(count, 1)
    width = min(slot - min(LARGEST_SPACE, slot / 4), CHANGE_BOX)
    slot = min(slot, CHANGE_BOX + LARGEST_SPACE)
    places = [number * slot for number in range(count)]
    kept, places = places[: block.kept], places[block.kept :]
    gained, places = places[: block.gained], places[block.gained :]
    lost = places[: block.lost]
    outline = f'fill="none" stroke="{OUTLINE}" stroke-width="{STROKE}"'
    paths = (
        _path([_box(x, width) for x in kept], f'fill="{REACHED}"'),
        _path([_box(x, width) for x in gained], f'fill="{HELD}"'),
        _path([_box(x, width, STROKE / 2) for x in places] + [_stroke(x, width) for x in lost], outline),
    )
    return _svg(block.words, CHANGE_WIDTH, "".join(paths))


def key_chart(kind: str) -> str:
    """Return one mark of the key by itself. Raises KeyError.

    Those of `level_chart` are "held", "reached", "empty", "unanswered" and "target"; of `change_chart` "reached" (in both
    rounds), "held" (come to), "lost" and "empty".
    """
    outline = f'fill="none" stroke="{OUTLINE}" stroke-width="{STROKE}"'
    heavy = f'fill="none" stroke="{TARGET}" stroke-width="{TARGET_STROKE}"'
    words, path = {
        "held": ("Dark box", _path([_box(0, KEY_WIDTH)], f'fill="{HELD}"')),
        "reached": ("Lighter box", _path([_box(0, KEY_WIDTH)], f'fill="{REACHED}"')),
        "empty": ("Empty box", _path([_box(0, KEY_WIDTH, STROKE / 2)], outline)),
        "lost": (
            "Crossed box",
            _path([_box(0, KEY_WIDTH, STROKE / 2), _stroke(0, KEY_WIDTH)], outline),
        ),
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


def _stroke(x: float, width: float) -> str:
    """A line across a box, from its lower left to its upper right."""
    return f"M{_n(x)} {_n(BOX_TOP + BOX_HEIGHT)}L{_n(x + width)} {_n(BOX_TOP)}"


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
