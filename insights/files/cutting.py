"""Tables cut where a page ends: one that runs over pages is tagged as several, without a head in all but the first."""

from collections.abc import Callable, Iterable

from documents import measure

MILLIMETRES_PER_POINT = 25.4 / 72


def cut(rows: Iterable, height: Callable, first: float, rest: float, *, after: float = 0) -> list[list]:
    """Return ``rows`` in runs that each fit into ``first`` and then ``rest`` millimetres, each row as high as ``height`` says.

    The last run leaves ``after`` for what stands below it. A row that is higher than a page has a run of its own.
    """
    runs, room = [[]], first
    for row in rows:
        needed = height(row)
        if needed > room and runs[-1]:
            runs.append([])
            room = rest
        runs[-1].append(row)
        room -= needed
    if room < after and len(runs[-1]) > 1:
        runs.append([runs[-1].pop()])
    return [run for run in runs if run]


def text_height(text: str, *, width: float, points: float, leading: float = 1.4) -> float:
    """How high a text stands in a column ``width`` millimetres wide, in type of ``points``."""
    return measure.lines(text, width=width, points=points) * points * leading * MILLIMETRES_PER_POINT
