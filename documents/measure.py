"""How many lines a text takes in our own font, so that a table can be cut where its page ends before anything is laid out."""

import re
from functools import cache

from .pdf import FOLDER, FONT_FILES

MILLIMETRES_PER_POINT = 25.4 / 72
# A line is broken after a space, and after a hyphen or slash within a word.
_PIECES = re.compile(r"\s+|[^\s/-]+[/-]*|[/-]+")


def lines(text: str, *, width: float, points: float) -> int:
    """Return in how many lines ``text`` stands in a column ``width`` millimetres wide, in type of ``points``; at least one."""
    return sum(_lines(line, width / points / MILLIMETRES_PER_POINT) for line in text.splitlines() or [""])


def _lines(line, ems):
    count, used, waiting = 1, 0.0, 0.0
    for piece in _PIECES.findall(line):
        length = _ems(piece)
        if piece.isspace():
            waiting = length if used else 0.0
            continue
        if used and used + waiting + length > ems:
            count, used = count + 1, 0.0
        else:
            used += waiting
        waiting = 0.0
        # A word that is wider than the column is broken inside.
        count += int(length / ems)
        used += length % ems
    return count


def _ems(text):
    widths, other = _advances()
    return sum(widths.get(ord(character), other) for character in text)


@cache
def _advances():
    """The advance width of each character in ems, and that of the widest for those that the font lacks."""
    from fontTools.ttLib import TTFont

    font = TTFont(FOLDER / "fonts" / FONT_FILES[0], lazy=True)
    units, metrics = font["head"].unitsPerEm, font["hmtx"]
    widths = {code: metrics[name][0] / units for code, name in font.getBestCmap().items()}
    return widths, max(widths.values())
