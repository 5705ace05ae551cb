"""The whole of the standards at one level, and what changes from one level to another."""

from django.http import Http404
from django.shortcuts import render

from ..comparison import compare_levels
from .reading import version_page


@version_page
def level_detail(request, reading, rank):
    """Every statement's words at one level."""
    level = next((level for level in reading.tree.levels if level.rank == rank), None)
    if level is None:
        raise Http404
    return render(request, "standards/level_detail.html", {"reading": reading, "level": level})


@version_page
def level_compare(request, reading, lower, upper):
    """What changes from a lower level to a higher one: the statements whose words differ, and those that ask the same."""
    levels = {level.rank: level for level in reading.tree.levels}
    if not (lower in levels and upper in levels and lower < upper):
        raise Http404
    context = {
        "reading": reading,
        "lower": levels[lower],
        "upper": levels[upper],
        "areas": compare_levels(reading.tree, lower, upper),
    }
    return render(request, "standards/level_compare.html", context)
