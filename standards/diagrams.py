"""The two pictures of the lifecycle, as SVG: plain values in, safe markup out. Presentation attributes only, titles first.

Words are drawn in boxes that hold two or three lines, so long titles are broken by words. Each part is a link that is named by its
words. The pages say the same in lists beside them.
"""

import textwrap
from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

WIDTH = 760
GAP = 10
BAND = 30
ROW = 46
ACTIVITY = 108
POINT = 22
LETTER = 8.6  # the mean width of a letter at the size of the text, on the wide side
LINE = 20

INK = "#0b0c0c"
PALE = "#d2e2f1"
PALEST = "#f4f8fb"
DEEP = "#0f385c"
LINE_COLOUR = "#8eb8dc"
WHITE = "#ffffff"

_SVG = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
    'role="group" aria-labelledby="{name}" font-size="15" fill="{ink}"><title id="{name}">{title}</title>{content}</svg>'
)
_LINK = Markup('<a href="{}">{}</a>')
_TEXT = Markup('<text x="{x}" y="{y}" text-anchor="middle" fill="{fill}">{lines}</text>')
_SPAN = Markup('<tspan x="{x}" y="{y}"{bold}>{words}</tspan>')
_BOX = Markup('<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}" stroke="{stroke}"/>')
_CHEVRON = Markup('<path d="{path}" fill="{fill}" stroke="{stroke}"/>')
_HEAD = Markup('<text x="0" y="{y}" font-weight="600">{words}</text>')


def area_diagram(areas: Sequence, addresses: Mapping[str, str]) -> Markup:
    """How areas apply to the lifecycle: enabling activities above, lifecycle activities in turn, behaviours beneath all.

    ``areas`` are a version's (``standards.tree.TreeArea``), and ``addresses`` by their codes. An area with parts is drawn as
    its parts.
    """
    by_kind = {kind: [area for area in areas if area.kind == kind] for kind in ("enabling", "lifecycle", "behaviour")}
    parts, y = [], 0
    if by_kind["enabling"]:
        y = _band(parts, "Enabling activities", y)
        y = _bars(parts, by_kind["enabling"], addresses, y, PALEST)
    if by_kind["lifecycle"]:
        y = _band(parts, "Lifecycle activities", y)
        steps = [
            (part.code, part.title, addresses[area.code])
            for area in by_kind["lifecycle"]
            for part in (area.parts or (area,))
        ]
        y = _chevrons(parts, steps, y)
    if by_kind["behaviour"]:
        y = _band(parts, "Behaviours", y)
        y = _bars(parts, by_kind["behaviour"], addresses, y, PALE)
    return _svg("area-diagram", "How the areas apply to the lifecycle", y, parts)


def stage_diagram(stages: Sequence[tuple[str, str | None]]) -> Markup:
    """The commercial stages in turn, each a title and the address of the area that goes with it, or None."""
    parts = []
    y = _chevrons(parts, [("", title, address) for title, address in stages], 1)
    return _svg("stage-diagram", "The stages of the commercial lifecycle, from first to last", y, parts)


def _svg(name, title, height, parts) -> Markup:
    return _SVG.format(
        name=name, title=title, width=WIDTH, height=round(height), ink=INK, content=Markup("").join(parts)
    )


def _band(parts, words, y) -> float:
    parts.append(_HEAD.format(y=y + BAND - 12, words=words))
    return y + BAND


def _bars(parts, areas, addresses, y, fill) -> float:
    """One bar over the whole width for each area: it goes with every stage."""
    for area in areas:
        box = _BOX.format(x=1, y=y, width=WIDTH - 2, height=ROW, fill=fill, stroke=LINE_COLOUR)
        words = _words(WIDTH / 2, y + ROW / 2, WIDTH - 40, area.code, area.title, one_line=True)
        parts.append(_LINK.format(addresses[area.code], box + words))
        y += ROW + GAP / 2
    return y + GAP


def _chevrons(parts, steps, y) -> float:
    """Arrows from left to right, each with a code (or none), a title and an address (or none)."""
    width = (WIDTH - 2 - POINT) / max(len(steps), 1)
    for number, (code, title, address) in enumerate(steps):
        x = 1 + number * width
        right = x + width - (0 if number + 1 == len(steps) else GAP / 2)
        notch = POINT if number else 0
        path = (
            f"M{_n(x)} {_n(y)}H{_n(right)}l{POINT} {ACTIVITY // 2}l-{POINT} {ACTIVITY // 2}H{_n(x)}"
            f"l{notch} -{ACTIVITY // 2}z"
        )
        arrow = _CHEVRON.format(path=path, fill=DEEP, stroke=DEEP)
        middle = (x + notch + right + POINT) / 2 - notch / 4
        words = _words(middle, y + ACTIVITY / 2, width - 2 * POINT, code, title, fill=WHITE)
        parts.append(_LINK.format(address, arrow + words) if address else arrow + words)
    return y + ACTIVITY + GAP


def _words(x, middle, width, code, title, *, fill=INK, one_line=False) -> Markup:
    """A code, and a title in as many lines as it needs, around the height ``middle``."""
    if one_line:
        rows = [f"{code} {title}"]
    else:
        rows = [*([code] if code else []), *textwrap.wrap(title, max(int(width / LETTER), 8), break_long_words=False)]
    top = middle - (len(rows) - 1) * LINE / 2 + 5
    lines = [
        _SPAN.format(
            x=_n(x),
            y=_n(top + n * LINE),
            bold=Markup(' font-weight="600"') if code and n == 0 and not one_line else "",
            # A space between the lines, so that they are read as separate words.
            words=row + (" " if n + 1 < len(rows) else ""),
        )
        for n, row in enumerate(rows)
    ]
    return _TEXT.format(x=_n(x), y=_n(top), fill=fill, lines=Markup("").join(lines))


def _n(value: float) -> str:
    return escape(f"{value:.1f}".removesuffix(".0"))
