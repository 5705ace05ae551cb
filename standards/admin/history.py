"""Who changed what, and the way back: the history of a row with what belongs to it, and of everything in a version."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from ..actions import NotEditable, bring_back, go_back
from ..edits import ADDED, CHANGED, Names, changes_of, histories_of, steps_back
from ..models import Version
from ..version_edits import version_edits
from ..version_tables import VERSION_PATHS, parent_model, parent_name, version_of

EDITS_ON_A_PAGE = 100
_BY_NAME = {model._meta.model_name: model for model in VERSION_PATHS}


def history_urls(model_admin):
    """The address of going back to what a row was; its history has Django's own address."""
    name = f"standards_{model_admin.opts.model_name}_go_back"

    def view(request, pk, key):
        return row_go_back(model_admin, request, pk, key)

    return [path("<int:pk>/history/<slug:key>/", model_admin.admin_site.admin_view(view), name=name)]


def version_urls(model_admin):
    def view(request, pk, model, history_id):
        return version_bring_back(model_admin, request, pk, model, history_id)

    address = "<int:pk>/removed/<slug:model>/<int:history_id>/"
    return [path(address, model_admin.admin_site.admin_view(view), name="standards_version_bring_back")]


def row_history(model_admin, request, object_id):
    """Every change of a row and of the rows under it, the latest first; of a version, those of all its rows."""
    row = model_admin.get_object(request, unquote(object_id))
    if row is None:
        raise Http404
    if not model_admin.has_view_or_change_permission(request, row):
        raise PermissionDenied
    if isinstance(row, Version):
        return _version_history(model_admin, request, row)
    changes = changes_of(histories_of(row), Names(version_of(row)))
    context = {
        "title": f"History of {row}",
        "changes": changes,
        "may_go_back": version_of(row).state == Version.State.DRAFT and model_admin.has_change_permission(request, row),
    }
    return _draw(model_admin, request, row, "history.html", context)


def _version_history(model_admin, request, version):
    found = version_edits(version)
    page = Paginator(found, EDITS_ON_A_PAGE).get_page(request.GET.get("page"))
    may_bring_back = version.state == Version.State.DRAFT and model_admin.has_change_permission(request, version)
    context = {
        "title": f"History of {version}",
        "page": page,
        "edits": [
            {
                "told": each,
                "model": each.edit.model._meta.model_name,
                "history_url": _history_address(model_admin, each.edit),
            }
            for each in found.told(page.object_list, Names(version))
        ],
        "may_bring_back": may_bring_back,
    }
    return _draw(model_admin, request, version, "version/history.html", context)


def _history_address(model_admin, edit):
    """Where the history of the row of ``edit`` is told: on its own page, or on that of what it belongs to."""
    model, pk = edit.model, edit.record.id
    if model is Version:
        return ""
    if not model_admin.admin_site.is_registered(model):
        model, pk = parent_model(model), getattr(edit.record, f"{parent_name(model)}_id")
    return reverse(f"admin:standards_{model._meta.model_name}_history", args=[pk])


def row_go_back(model_admin, request, pk, key):
    """Shows what going back would do, and does it when that is confirmed."""
    row = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    if not model_admin.has_change_permission(request, row):
        raise PermissionDenied
    names = Names(version_of(row))
    steps = steps_back(histories_of(row), key, names)
    if steps is None:
        raise Http404
    history = reverse(f"admin:standards_{model_admin.opts.model_name}_history", args=[row.pk])
    if request.method == "POST":
        try:
            go_back(row=row, key=key, names=names, by=request.user)
        except NotEditable as refused:
            messages.error(request, f"Nothing was changed. {refused}")
        else:
            row.refresh_from_db()
            messages.success(request, f"{row} is as it was then.")
        return redirect(history)
    context = {"title": f"Go back to an earlier {row}", "steps": _in_words(steps), "history_url": history}
    return _draw(model_admin, request, row, "go_back.html", context)


def _in_words(steps):
    said = {ADDED: "Comes back", CHANGED: "Changes"}
    return [
        {
            "does": said.get(step.kind, "Goes, with all that belongs to it"),
            "noun": step.history.model._meta.verbose_name,
            "name": step.name,
            "differences": step.differences,
        }
        for step in steps
    ]


def version_bring_back(model_admin, request, pk, model, history_id):
    """Put back a row that was removed from a version."""
    version = get_object_or_404(Version, pk=pk)
    if model not in _BY_NAME:
        raise Http404
    if not model_admin.has_change_permission(request, version) or request.method != "POST":
        raise PermissionDenied
    try:
        row = bring_back(model=_BY_NAME[model], history_id=history_id, version=version, by=request.user)
    except NotEditable as refused:
        messages.error(request, f"Nothing was changed. {refused}")
    else:
        messages.success(request, f"{row} is back, with what was removed together with it.")
    return redirect("admin:standards_version_history", pk)


def _draw(model_admin, request, row, template, context):
    context = model_admin.admin_site.each_context(request) | {
        "opts": model_admin.opts,
        "row": row,
        "row_url": reverse(f"admin:standards_{model_admin.opts.model_name}_change", args=[row.pk]),
        "closed": "" if version_of(row).state == Version.State.DRAFT else version_of(row).get_state_display().lower(),
        **context,
    }
    return TemplateResponse(request, f"admin/standards/{template}", context)
