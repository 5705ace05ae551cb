"""What the files of an organisation say beside its figures: what they are of, and how they are made, in the page's own words."""

import re
from html import unescape

from django.template.loader import render_to_string

from govuk.environment import day

from ..organisations.page import OrganisationPage

HOW_THEY_ARE_MADE = "insights/_how_figures_are_made.html"
_PARAGRAPHS = re.compile(r"<(p|li)\b[^>]*>(.*?)</\1>", re.DOTALL)


def facts_of(page: OrganisationPage) -> list[tuple[str, str]]:
    """What the figures of a page with a release are of, as (name, value)."""
    facts = [
        ("Organisation", page.organisation.name),
        ("Standards", page.standards),
        ("Released", day(page.issue.made_at)),
        ("Compared with", page.before and f"the release of {day(page.before.made_at)}"),
        ("Whose levels", page.narrowed or "Everybody’s"),
        ("Placed", page.people and not page.narrowing and page.people.words),
        ("Shared or agreed", page.counted and page.counted.words),
        ("Few people", page.caution),
    ]
    return [(name, value) for name, value in facts if value]


def how_they_are_made(page: OrganisationPage) -> list[str]:
    """The paragraphs that the page has on it, without markup."""
    html = render_to_string(HOW_THEY_ARE_MADE, {"base": page.issue.base, "made_on": page.issue.made_at})
    return [" ".join(unescape(re.sub(r"<[^>]*>", "", text)).split()) for _, text in _PARAGRAPHS.findall(html)]
