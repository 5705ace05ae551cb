"""Draws what a page says of an organisation, once for the same figures: a release never changes, and analysts come back to it."""

from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string

from .bars import bars_of, key_of
from .page import OrganisationPage

MOST_KEPT = 64


def draw(page: OrganisationPage) -> str:
    """The page's content as HTML. It is known by all values that are drawn, so that it is never another page's."""
    # Whoever edits a template sees it drawn anew.
    return (
        _draw(page, settings.PORTAL_FIGURES_CHANGED)
        if settings.DEBUG
        else _drawn(page, settings.PORTAL_FIGURES_CHANGED)
    )


def _draw(page, least_changed):
    context = {"page": page, "bars": bars_of(page), "key": key_of(page), "least_changed": least_changed}
    return render_to_string("insights/_organisation_content.html", context)


_drawn = lru_cache(maxsize=MOST_KEPT)(_draw)
