"""The tree of organisations in Django's admin: looked at, added to, changed and moved, and brought in as a CSV file."""

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import InvalidPage
from django.db import IntegrityError
from django.db.models import Count, ProtectedError, Q
from django.db.models.deletion import PROTECT
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from ..actions import WithinItself, add_organisation, import_organisations, move_organisation
from ..forms import OrganisationForm
from ..models import Organisation
from ..organisation_import import (
    COLUMNS,
    MOST_BYTES,
    plan_organisations,
    read_organisations,
    write_organisations,
)
from ..reauthentication import proof_required, proof_required_to_post
from .choosing import ChosenByName, shown_with_path
from .importing import CsvPage

# What may lie between the reading of the form and the writing: another administrator's change.
OVERTAKEN = "Somebody changed the organisations meanwhile, and nothing was saved. Look at this page again."
WHERE = {"User": "people placed in it", "Organisation": "organisations that lie within it"}


def _apply(content, rows, request):
    added, changed = import_organisations(rows=read_organisations(content))
    return f"{added} organisation{'' if added == 1 else 's'} added, {changed} changed."


IMPORT = CsvPage(
    title="Import organisations from CSV",
    columns=COLUMNS,
    said=(
        "The first row names the columns: code, name, kind and parent_code. An organisation is known by its code. kind is "
        "department, directorate or team; parent_code is the code of what it lies within, and empty at the top. "
        "Organisations that the file does not name stay as they are. You see what each row would do before anything is done, and "
        "nothing is done while a row has an error."
    ),
    button="Apply all of it",
    back="admin:people_organisation_changelist",
    download="admin:people_organisation_download",
    most_bytes=MOST_BYTES,
    plan=lambda content, request: plan_organisations(read_organisations(content)),
    apply=_apply,
    is_whole=True,
)


class TreeList(ChangeList):
    """The list in the order of the tree, each organisation with its path, and with the number of people placed in it itself."""

    def get_results(self, request):
        paths = Organisation.objects.tree()
        is_narrowed = bool(self.query or self.get_filters_params())
        found = set(self.queryset.values_list("pk", flat=True)) if is_narrowed else paths.keys()
        keys = [pk for pk in paths if pk in found]
        self.paginator = self.model_admin.get_paginator(request, keys, self.list_per_page)
        self.result_count, self.full_result_count = len(keys), len(paths)
        self.show_full_result_count = self.show_admin_actions = True
        self.can_show_all = self.result_count <= self.list_max_show_all
        self.multi_page = self.result_count > self.list_per_page
        page = keys
        if self.multi_page and not (self.show_all and self.can_show_all):
            try:
                page = self.paginator.page(self.page_num).object_list
            except InvalidPage:
                raise IncorrectLookupParameters from None
        counted = Organisation.objects.annotate(placed=Count("people", filter=Q(people__is_active=True)))
        rows = counted.in_bulk(page)
        self.result_list = [rows[pk] for pk in page if pk in rows]
        for each in self.result_list:
            each.path = paths[each.pk]


@admin.register(Organisation)
@method_decorator(proof_required_to_post, name="changeform_view")
class OrganisationAdmin(admin.ModelAdmin):
    """A department and what lies within it. Every change goes through the actions, which keep what lies within what."""

    form = OrganisationForm
    list_display = ["path", "code", "kind", "placed"]
    list_display_links = ["path"]
    list_filter = ["kind"]
    search_fields = ["name", "code"]
    sortable_by = ()
    autocomplete_fields = ["parent"]
    actions = None

    @admin.display(description="organisation")
    def path(self, organisation):
        above = organisation.path.removesuffix(organisation.name)
        return format_html('<span class="tree-above">{}</span>{}', above, organisation.name)

    @admin.display(description="people placed in it")
    def placed(self, organisation):
        people = urlencode({"organisation__exact": organisation.pk, "is_active__exact": 1})
        return format_html(
            '<a href="{}?{}">{}</a>', reverse("admin:people_user_changelist"), people, organisation.placed
        )

    def get_changelist(self, request, **kwargs):
        return TreeList

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        chosen = ChosenByName(db_field, self.admin_site)
        return shown_with_path(super().formfield_for_foreignkey(db_field, request, widget=chosen, **kwargs))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (WithinItself, IntegrityError, ValidationError):
            messages.error(request, OVERTAKEN)
            return redirect(request.path)

    def save_model(self, request, obj, form, change):
        if not change:
            made = add_organisation(name=obj.name, kind=obj.kind, parent=obj.parent, code=obj.code)
            obj.pk, obj._state.adding = made.pk, False
            return
        if "parent" in form.changed_data:
            move_organisation(organisation=obj, parent=obj.parent, name=obj.name)
        obj.save(update_fields={*form.changed_data} - {"parent"})

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except ProtectedError:
            messages.error(request, OVERTAKEN)
            return redirect(request.path)

    def get_deleted_objects(self, objs, request):
        """What would go, and what stands in the way: in numbers, since it may be everybody of a department."""
        protected = [said for each in objs for said in _in_the_way(each)]
        may = self.has_delete_permission(request)
        return list(map(str, objs)), {}, set() if may else {self.opts.verbose_name}, protected

    def get_urls(self):
        name = "people_organisation"
        return [
            path("import/", self.admin_site.admin_view(self.import_file), name=f"{name}_import"),
            path("organisations.csv", self.admin_site.admin_view(self.download), name=f"{name}_download"),
            *super().get_urls(),
        ]

    @method_decorator(proof_required)
    def import_file(self, request):
        may = ("people.add_organisation", "people.change_organisation")
        if not request.user.has_perms(may):
            raise PermissionDenied
        return IMPORT.answer(request, self)

    def download(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return csv_answer(request, "organisations.csv", write_organisations)


@require_safe
def csv_answer(request, name, write):
    """A CSV file to keep, of the lines that ``write`` gives."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(b"".join(write()), content_type="text/csv; charset=utf-8", headers=disposition)


def _in_the_way(organisation):
    for relation in organisation._meta.related_objects:
        if relation.on_delete is PROTECT:
            model = relation.related_model
            found = model._base_manager.filter(**{relation.field.name: organisation}).count()
            if found:
                yield f"{WHERE.get(model.__name__, model._meta.verbose_name_plural)}: {found}"
