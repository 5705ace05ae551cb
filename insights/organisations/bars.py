"""Each area of an organisation's page as a bar, for page and PDF."""

from .charts import Bar, key_mark, level_bar
from .page import AreaLine, OrganisationPage


def bars_of(page: OrganisationPage, width: float | None = None) -> tuple[tuple[AreaLine, str], ...]:
    """Every area with its bar, as ``charts.level_bar`` draws it, as SVG: all on one scale. Nothing where no number is known."""
    if page.is_small:
        return ()
    longest = max(sum(count.people for count in area.levels) for area in page.areas)
    return tuple((area, level_bar(_bar(page, area, longest), width)) for area in page.areas)


def key_of(page: OrganisationPage) -> tuple[tuple[str, str], ...]:
    """What the blocks of the bars mean: a mark and a name for each level."""
    levels = len(page.level_names) - 1
    return tuple((key_mark(rank, levels), name) for rank, name in enumerate(page.level_names))


def _bar(page, area, longest):
    numbers = ", ".join(f"{count.words} {name}" for count, name in zip(area.levels, page.level_names, strict=True))
    people = tuple(count.people for count in area.levels)
    return Bar(f"{area.code} {area.short_title}: {numbers}", people, page.level_names, longest)
