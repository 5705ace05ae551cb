"""The figures of an organisation's page as tables: what its Excel, CSV and PDF are made of. Plain values."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from govuk.environment import day

from ..organisations.page import Count, OrganisationPage

PEOPLE = "People"
NOT_RELEASED = "not in these figures yet"
PART_COLUMNS = ("Placed", "Shared or agreed", "Shared, not agreed", "Agreed")
TIDY_COLUMNS = (
    *("Organisation", "Release date", "Standards", "Narrowed to", "Area", "Figure", "Level", "Count"),
    "Change since the release before",
)


@dataclass(frozen=True, slots=True)
class FigureCell:
    """A figure as people read it, and as a number where it is one, which "fewer than 5" is not."""

    words: str
    number: int | None


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table of figures: ``name`` is short, ``title`` and ``notes`` are the page's.

    In a row, ``texts`` texts come first; ``first_width`` says whether the first of several is a "code" or a "name", else it is "".
    """

    name: str
    title: str
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str | FigureCell, ...], ...]
    texts: int
    first_width: str = ""


def figure_tables(page: OrganisationPage) -> tuple[FigureTable, ...]:
    """The tables of a page with a release, in its own order; those that it does not have are left out."""
    made = (_levels(page), _changes(page), _participation(page), _readiness(page), _missed(page), _parts(page))
    return tuple(table for table in made if table.rows)


def tidy_rows(page: OrganisationPage) -> Iterator[tuple[str | int, ...]]:
    """Every figure of those tables in a row of its own, below ``TIDY_COLUMNS``; a change that nothing is said of is empty."""
    facts = (timezone.localdate(page.issue.made_at).isoformat(), page.standards, page.narrowed)
    for organisation, area, figure, level, count in _figures(page):
        if count is not None:
            change = "" if count.change is None else count.change
            yield (organisation, *facts, area, figure, level, count.people or count.words, change)


def _figures(page):
    name = page.organisation.name
    if not page.narrowing:
        yield name, "", "Placed", "", page.people
    yield name, "", "Shared or agreed", "", page.counted
    for area in _areas(page):
        for level, count in zip(page.level_names, area.levels, strict=True):
            yield name, area.code, "People at the level", level, count
        yield name, area.code, "People whose role has the area", "", area.people
        yield name, area.code, _at_target(page), "", area.at_target
    for line in page.participation:
        yield name, "", f"How far people have come: {line.name}", "", line.count
    for line in _ready(page):
        yield name, "", "People who meet the level throughout", line.name, line.count
    for line in _missed_lines(page):
        yield name, line.area_code, f"Below the level they need in {line.code} {line.topic}", "", line.below
    for part in page.parts:
        for figure, count in zip(PART_COLUMNS, _counts_of(part), strict=True):
            yield part.name, "", figure, "", count


# Where no number is known, the page has nothing of these.


def _areas(page):
    return () if page.is_small else page.areas


def _ready(page):
    return () if page.is_small else page.ready


def _missed_lines(page):
    return () if page.is_small else page.missed


def _levels(page):
    notes = ["People whose role the area is in, by the level that they hold."]
    if not page.tells_targets:
        notes.append("The figures do not say how many with one role profile are at their targets.")
    rows = tuple((area.code, area.title, *map(_people, area.counts)) for area in _areas(page))
    return FigureTable("Levels", "People at each level, by area", tuple(notes), _level_columns(page), rows, 2, "code")


def _changes(page):
    rows = ()
    if page.compares:
        rows = tuple((area.code, area.title, *map(_change, area.counts)) for area in _areas(page))
    title = f"What changed since {day(page.before.made_at)}" if page.before else ""
    base = page.issue.base
    note = f"Every number is rounded, so {base} more or fewer may be one person more or fewer."
    return FigureTable("What changed", title, (note,), _level_columns(page), rows, 2, "code")


def _level_columns(page):
    return ("Area", "Title", *page.level_names, PEOPLE, *([_at_target(page)] if page.tells_targets else ()))


def _at_target(page):
    return f"At {'that level' if page.narrowing else 'their own target'} or above"


def _participation(page):
    note = "Everybody placed here is in one of the last four stages, the furthest that they have reached. The four add up to them."
    return _lines(page, "Participation", "How far people have come", note, "Stage", page.participation)


def _readiness(page):
    note = "Whoever is at a level throughout is counted at those below it too. It says what people hold today, not what they will."
    return _lines(page, "Readiness", "Who meets a level throughout", note, "Level", _ready(page))


def _lines(page, name, title, note, head, lines):
    has_change = page.before is not None
    rows = tuple((line.name, line.meaning, *_with_change(line.count, has_change)) for line in lines)
    columns = (head, "What it means", PEOPLE, *([_since(page)] if has_change else ()))
    return FigureTable(name, title, (note,), columns, rows, 2, "name")


def _missed(page):
    rows = tuple(
        (line.code, line.topic, line.area_title, *_with_change(line.below, page.compares))
        for line in _missed_lines(page)
    )
    columns = ("Code", "Statement", "Area", "People below the level they need")
    columns += (_since(page),) if page.compares else ()
    note = (
        f"Of the statements that about {page.issue.base} people or more miss. Others that as many miss may be left out."
    )
    return FigureTable("Missed most", "Statements that most people miss", (note,), columns, rows, 3, "code")


def _parts(page):
    rows = tuple((part.name, *map(_people, _counts_of(part))) for part in page.parts)
    note = "In alphabetical order, of everybody. What lies below each of them is counted with it."
    title = f"Directly below {page.organisation.name}"
    return FigureTable("Directly below", title, (note,), ("Organisation", *PART_COLUMNS), rows, texts=1)


def _since(page):
    return f"Since {day(page.before.made_at)}"


def _counts_of(part):
    return part.people, part.counted, part.shared, part.agreed


def _with_change(count, has_change):
    return (_people(count), _change(count)) if has_change else (_people(count),)


def _people(count: Count | None):
    return FigureCell(NOT_RELEASED, None) if count is None else FigureCell(count.words, count.people or None)


def _change(count):
    return FigureCell(count.change_words, count.change)
