"""Buttons that move a row up or down: on lists, and beside the rows on the page of what they belong to. They need no script."""

import re
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from ..actions import NotEditable, move_row
from ..version_tables import version_of

# The name of the buttons on the page of what the rows belong to: pressed, they save the page and then move a row.
MOVE = "_move"
_PRESSED = re.compile(r"(?P<prefix>[\w-]+):(?P<pk>[0-9]{1,18}):(?P<way>up|down)")


def _buttons(row, attributes):
    """Two buttons for ``row``; ``attributes`` gives for each way the HTML of what its button sends."""
    return format_html_join(
        "",
        '<button type="submit" class="move-row" title="Move {}"{}>{}<span class="visually-hidden"> Move {}: {}</span></button>',
        ((way, attributes(way), sign, way, row) for way, sign in (("up", "↑"), ("down", "↓"))),
    )


def buttons_on_a_list(model_admin, row):
    """The buttons of ``row`` in the list of its kind: they send the list's form to the address that moves it."""
    if version_of(row).is_frozen and not model_admin.is_wholly_ours:
        return "–"
    address = reverse(f"admin:standards_{row._meta.model_name}_move", args=[row.pk])
    return _buttons(row, lambda way: format_html(' formaction="{}" name="way" value="{}"', address, way))


def buttons_beside(row, prefix):
    """The buttons of ``row`` on the page of what it belongs to."""
    if not row.pk:
        return "last"
    return _buttons(row, lambda way: format_html(' name="{}" value="{}"', MOVE, f"{prefix}:{row.pk}:{way}"))


def move_urls(model_admin):
    name = f"standards_{model_admin.opts.model_name}_move"

    def move(request, pk):
        return _move_on_a_list(model_admin, request, pk)

    return [path("<int:pk>/move/", model_admin.admin_site.admin_view(move), name=name)]


def _move_on_a_list(model_admin, request, pk):
    row = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    if request.method == "POST":
        move_and_say(model_admin, request, row, request.POST.get("way"))
    address = reverse(f"admin:standards_{row._meta.model_name}_changelist")
    # Back to the list as it was filtered.
    came_from = urlsplit(request.headers.get("Referer", ""))
    return redirect(f"{address}?{came_from.query}" if came_from.path == address else address)


def move_and_say(model_admin, request, row, way):
    """Move ``row`` and tell the editor what came of it."""
    if way not in ("up", "down"):
        return
    try:
        has_moved = move_row(row=row, up=way == "up", by=request.user)
    except NotEditable as refused:
        model_admin.message_user(request, str(refused), messages.ERROR)
        return
    if has_moved:
        model_admin.message_user(request, f"{row} was moved {way}.", messages.SUCCESS)
    else:
        end = "first" if way == "up" else "last"
        model_admin.message_user(request, f"{row} is the {end} already.", messages.WARNING)


def row_to_move(request, parent, inlines):
    """The row, its rows' prefix and the way of the button that was pressed on the page of ``parent``; None where none was."""
    pressed = _PRESSED.fullmatch(request.POST.get(MOVE, ""))
    inline = pressed and next((each for each in inlines if each.prefix() == pressed["prefix"]), None)
    if not inline:
        return None
    row = inline.model.objects.filter(pk=pressed["pk"], **{inline.parent_name(): parent}).first()
    return row and (row, pressed["prefix"], pressed["way"])
