"""The page on which editors decide what became of each statement of the version before."""

from itertools import groupby

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect

from ..actions import NotEditable, NotLinkable, decide_links, decide_obvious, propose_links
from ..tree import version_tree
from .link_cards import decisions_of, read_cards
from .version_pages import DRAFT, draw_version_page, version_path

# More are not drawn at once: a form has at most a thousand fields, and each has four.
MOST_OPEN = 150


def version_urls(model_admin):
    return [version_path(model_admin, "links", version_links)]


def version_links(model_admin, request, version):
    """See what became of each statement, what is proposed and what is decided; decide what is chosen."""
    if version.follows_id is None:
        return _page(model_admin, request, version, {})
    proposals = propose_links(version=version)
    before, now = version_tree(version.follows), version_tree(version)
    post = request.POST if request.method == "POST" else None
    cards = read_cards(version, before, now, post)
    refused = ""
    if post is not None and "open" not in post:
        refused = _decide(request, version, cards, before, now)
        if not refused and not any(card.wrong for card in cards):
            return redirect(request.path)
    areas = (*now.areas, *before.areas)
    titles = {area.code: f"{area.code} {area.title}" for area in reversed(areas)}
    open_cards, others = ([card for card in cards if card.is_open is wanted] for wanted in (True, False))
    context = {
        "before": version.follows,
        "areas_open": _by_area(open_cards[:MOST_OPEN], titles),
        "more": len(open_cards[MOST_OPEN:]),
        "areas_decided": _by_area(others, titles),
        "cards_wrong": [card for card in cards if card.wrong],
        "undecided": sum(not card.group.is_decided for card in cards),
        "obvious": [card for card in cards if _is_obvious(card, proposals)],
        "edited_since": [card for card in others if card.is_edited_since],
        "total": len(cards),
        "is_editable": version.state == DRAFT,
        "refused": refused,
    }
    is_refused = bool(refused or context["cards_wrong"])
    return _page(model_admin, request, version, context, status=422 if is_refused else 200)


@transaction.atomic
def _decide(request, version, cards, before, now):
    """Make the decisions that were sent; returns why the version refuses any, and puts down on each card why it is wrong."""
    made = decisions_of(cards, before, now)
    obvious = 0
    try:
        if made:
            decide_links(version=version, by=request.user, decisions=[decision for _, decision in made])
        if "obvious" in request.POST:
            obvious = decide_obvious(version=version, by=request.user)
    except NotEditable as why:
        return str(why)
    except NotLinkable as why:
        for each in why.wrong:
            made[each.number][0].wrong.setdefault(each.field, each.says)
    if any(card.wrong for card in cards):
        # All or nothing: what could be decided waits until the rest is put right.
        transaction.set_rollback(True)
        return ""
    count = len(made) + obvious
    if count:
        messages.success(request, f"{count} {'decision is' if count == 1 else 'decisions are'} saved.")
    else:
        messages.warning(request, "Nothing was chosen, so nothing is saved.")
    return ""


def _is_obvious(card, proposals):
    return not card.group.is_decided and any(
        each.is_obvious and (set(each.olds), set(each.news)) == (set(card.group.olds), set(card.group.news))
        for each in proposals
    )


def _by_area(cards, titles):
    return [(titles[code], list(group)) for code, group in groupby(cards, key=lambda card: card.area_code)]


def _page(model_admin, request, version, context, status=200):
    title = "What became of each statement"
    return draw_version_page(model_admin, request, version, "links.html", title, context, status)
