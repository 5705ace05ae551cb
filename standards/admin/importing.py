"""The pages on which an editor takes a version away as a file, and brings one in: chosen, looked at, confirmed."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from documents.workbook import TooLongForCell

from ..actions import NotEditable, carry_out_import, drop_import, hold_import
from ..importing import (
    ADDED,
    CHANGED,
    REMOVED,
    SHEETS,
    UNCHANGED,
    Book,
    Refused,
    Upload,
    begun_version,
    make_editors_workbook,
    make_table_csv,
    read_upload,
)
from ..marking import marked_html
from ..models import HeldImport, Version
from .version_pages import draw_version_page, version_path

CHANGE, ADD = "standards.change_version", "standards.add_version"
# Of these, the words are marked; comparing them takes time that grows with the square of their length.
LONGEST_MARKED = 6000
MOST_SHOWN = 200
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    """A file for a draft. Of a new version, only workbooks and CASE packages say enough."""

    file = forms.FileField(
        label="File",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.json"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty. Choose another one."},
    )
    sheet = forms.ChoiceField(
        label="Table in a CSV file",
        choices=[("", "The file is not CSV"), *((name, name) for name in SHEETS)],
        required=False,
    )
    is_whole = forms.BooleanField(
        label="The file is the whole: remove from the draft what its tables leave out",
        required=False,
    )


class NewVersionForm(forms.Form):
    """A file that a version is begun with."""

    file = UploadForm.base_fields["file"]


def version_urls(model_admin):
    def whole_admin(view):
        return model_admin.admin_site.admin_view(lambda request, **kwargs: view(model_admin, request, **kwargs))

    return [
        version_path(model_admin, "import", version_import),
        version_path(model_admin, "export", version_export),
        path("import/", whole_admin(version_import_new), name="standards_version_import_new"),
        path("import/<uuid:pk>/", whole_admin(import_check), name="standards_import_check"),
    ]


def version_import(model_admin, request, version):
    """Choose a file for the draft ``version``, or take one of it away."""
    is_draft = version.state == Version.State.DRAFT
    if request.method == "POST" and not is_draft:
        messages.error(request, f"{_closed(version)} Nothing was imported.")
        return redirect("admin:standards_version_import", version.pk)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    problems = ()
    if form.is_valid():
        held, problems = _looked_at(form.cleaned_data, request.user, version)
        if held:
            return redirect("admin:standards_import_check", held.pk)
    context = {
        "form": form,
        "problems": problems,
        "closed": "" if is_draft else _closed(version),
        "sheets": SHEETS,
        "export_url": reverse("admin:standards_version_export", args=[version.pk]),
    }
    title = f"Import and export version {version.number}"
    status = 422 if problems or form.errors else 200
    return draw_version_page(model_admin, request, version, "import.html", title, context, status)


def version_import_new(model_admin, request):
    """Choose a file to begin a version with, of a new framework or of one that is there."""
    if not request.user.has_perm(ADD):
        raise PermissionDenied
    form = NewVersionForm(request.POST, request.FILES) if request.method == "POST" else NewVersionForm()
    problems = ()
    if form.is_valid():
        held, problems = _looked_at(form.cleaned_data, request.user, None)
        if held:
            return redirect("admin:standards_import_check", held.pk)
    context = {"form": form, "problems": problems}
    status = 422 if problems or form.errors else 200
    return _draw(model_admin, request, None, "import.html", "New framework or version from a file", context, status)


def import_check(model_admin, request, pk):
    """What a file would do; then doing it, or not."""
    visible = HeldImport.objects.visible_to(request.user).select_related("version__framework")
    held = get_object_or_404(visible, pk=pk)
    if not request.user.has_perm(CHANGE if held.version else ADD):
        raise PermissionDenied
    back = _upload_page(held)
    refused = ""
    if request.method == "POST" and "drop" in request.POST:
        drop_import(held=held)
        messages.info(request, "Nothing was imported.")
        return redirect(back)
    if request.method == "POST":
        version, refused = _carried_out(model_admin, request, held)
        if version:
            return redirect("admin:standards_version_change", version.pk)
    upload = Upload.unpacked(bytes(held.content))
    try:
        book = _book(upload, held.version)
        plan = book.plan(upload, is_whole=held.is_whole)
    except Refused as refusal:
        return _draw_problems(model_admin, request, held, refusal.problems)
    if plan.problems:
        return _draw_problems(model_admin, request, held, plan.problems)
    context = _shown(plan) | {"held": held, "refused": refused, "new": book.version, "state": book.state, "back": back}
    title = f"What {held.file_name} would do"
    return _draw(model_admin, request, held.version, "import_check.html", title, context, 422 if refused else 200)


def version_export(model_admin, request, version):
    """The version as the workbook that editors edit, or one of its tables as CSV (``?table=``)."""
    sheet = request.GET.get("table", "")
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if sheet and sheet not in SHEETS:
        raise Http404
    name = f"{version.framework.slug}-{version.number}"
    if sheet:
        return _file(make_table_csv(version, sheet), f"{name}-{sheet.lower()}.csv", "text/csv; charset=utf-8")
    try:
        return _file(make_editors_workbook(version), f"{name}-to-edit.xlsx", WORKBOOK)
    except TooLongForCell:
        messages.error(request, "A text is longer than a cell of a workbook holds. Take the tables as CSV.")
        return redirect("admin:standards_version_import", version.pk)


def _file(content, name, kind):
    name = "".join(each if each.isascii() and (each.isalnum() or each in "-.") else "-" for each in name)
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _looked_at(chosen, user, version):
    """What was chosen, held for the editor to look at what it would do; (None, problems) where it cannot be used."""
    file = chosen["file"]
    is_whole = chosen.get("is_whole", True)
    try:
        upload = read_upload(file.read(), file.name, sheet=chosen.get("sheet", ""))
        plan = _book(upload, version).plan(upload, is_whole=is_whole)
    except Refused as refused:
        return None, refused.problems
    if plan.problems:
        return None, plan.problems
    return hold_import(upload=upload, version=version, file_name=file.name, is_whole=is_whole, by=user), ()


def _book(upload, version):
    return Book(version) if version else Book(begun_version(upload, Book), is_new=True)


def _carried_out(model_admin, request, held):
    """The version that the file was taken into, and why it was refused where there is none."""
    try:
        version, plan = carry_out_import(held=held, state=request.POST.get("state", ""), by=request.user)
    except (NotEditable, Refused) as refused:
        return None, f"Nothing was imported. {refused}"
    counts = [f"{len(plan.of_kind(kind))} {kind}" for kind in (ADDED, CHANGED, REMOVED)]
    said = f"Imported from {held.file_name}: {', '.join(counts)}."
    (model_admin.log_change if held.version_id else model_admin.log_addition)(request, version, said)
    messages.success(request, said)
    return version, ""


def _shown(plan):
    """A plan as the page shows it, the words that change marked; what is more than anybody reads is only counted."""
    changed = plan.of_kind(CHANGED)
    touched, untouched = [], []
    for sheet, count in plan.counts():
        if count[UNCHANGED] == count.total():
            untouched.append(sheet)
        else:
            touched.append((sheet, *(count[kind] for kind in (ADDED, CHANGED, REMOVED, UNCHANGED))))
    return {
        "plan": plan,
        "touched": touched,
        "untouched": untouched,
        "changed": [(row, [_marked(change) for change in row.changes]) for row in changed[:MOST_SHOWN]],
        "more_changed": len(changed[MOST_SHOWN:]),
        "added": plan.of_kind(ADDED)[: MOST_SHOWN * 2],
        "more_added": len(plan.of_kind(ADDED)[MOST_SHOWN * 2 :]),
        "removed": plan.of_kind(REMOVED),
    }


def _marked(change):
    if max(len(change.before), len(change.after)) > LONGEST_MARKED:
        return change.column, change.before, change.after
    (before,), (after,) = marked_html([change.before], [change.after])
    return change.column, before, after


def _draw_problems(model_admin, request, held, problems):
    form = UploadForm() if held.version else NewVersionForm()
    context = {"form": form, "problems": problems, "sheets": SHEETS, "is_over": True, "export_url": ""}
    if held.version and held.version.state != Version.State.DRAFT:
        context |= {"closed": _closed(held.version)}
    return _draw(model_admin, request, held.version, "import.html", f"Import of {held.file_name}", context, 422)


def _draw(model_admin, request, version, template, title, context, status):
    if version:
        return draw_version_page(model_admin, request, version, template, title, context, status)
    context = model_admin.admin_site.each_context(request) | {"title": title, "opts": model_admin.opts, **context}
    return TemplateResponse(request, f"admin/standards/version/{template}", context, status=status)


def _upload_page(held):
    if held.version_id:
        return reverse("admin:standards_version_import", args=[held.version_id])
    return reverse("admin:standards_version_import_new")


def _closed(version):
    return (
        f"Version {version.number} is {version.get_state_display().lower()}, and files are imported into drafts only."
    )
