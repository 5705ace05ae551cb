"""What all pages of the editors share: rows of a version, and what of them may change."""

import hashlib
import re

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextareaWidget, RelatedFieldWidgetWrapper
from django.db import IntegrityError, models
from django.forms.models import BaseInlineFormSet
from django.http import HttpResponseRedirect
from django.urls import reverse

from ..actions import keep_before, last_place, touch_version
from ..actions.ordering import ORDERED
from ..models import Area, Framework, Part, Version, one_change
from ..version_tables import VERSION_PATHS, parent_name, version_of
from .history import history_urls, row_history
from .ordering import MOVE, buttons_beside, buttons_on_a_list, move_and_say, move_urls, row_to_move
from .preview import readers_page

PUBLISHED = "This version is published, so its words can no longer change."
PUBLISHED_WITH_LABELS = f"{PUBLISHED} What can be edited here is the portal's own."
IN_REVIEW = "This version is in review, so that nothing of it changes. Send it back to draft first to edit it."
CHANGED_MEANWHILE = (
    "Somebody else has changed this since you opened it. Look under “Who changed what”; "
    "to put your words in place of theirs, save again."
)
# What the page was like when it was drawn: sent back with it.
SEEN = "_seen"


def why_closed(row) -> str:
    """Why the words of ``row`` cannot be edited, in a sentence for an editor; "" while they can."""
    version = version_of(row)
    if version.is_frozen:
        return PUBLISHED
    return IN_REVIEW if version.state == Version.State.IN_REVIEW else ""


class VersionFilter(admin.SimpleListFilter):
    title = "version"
    parameter_name = "version"

    def lookups(self, request, model_admin):
        versions = Version.objects.select_related("framework").order_by("framework", "-edited_at")
        return [(str(version.pk), f"{version} ({version.get_state_display().lower()})") for version in versions]

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(**{VERSION_PATHS[queryset.model]: self.value()})


class OneVersionChoices:
    """Offers only rows of the version whose page this is; on a page for a new row, only those that may still change."""

    is_wholly_ours = False

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # What can be chosen is edited on its own page; here its small pictures would only distract.
            widget = field.widget
            widget.can_add_related = widget.can_change_related = widget.can_delete_related = widget.can_view_related = (
                False
            )
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(
            db_field, request, **kwargs, queryset=self._choosable(db_field.related_model, request)
        )
        # Read once for all the rows of an inline.
        field.choices = list(field.choices)
        return field

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(
            db_field, request, **kwargs, queryset=self._choosable(db_field.related_model, request)
        )

    def _choosable(self, model, request):
        page = self.parent_model if isinstance(self, admin.options.InlineModelAdmin) else self.model
        pk = request.resolver_match.kwargs.get("object_id")
        shown = page._default_manager.filter(pk=unquote(pk)) if pk else None
        if model is Framework:
            return Framework.objects.all()
        if model is Part:
            return (
                Part.objects.filter(area__in=shown.values("pk" if page is Area else "area"))
                if pk
                else Part.objects.none()
            )
        path = VERSION_PATHS[model]
        rows = model._default_manager.select_related(f"{path}__framework" if path else "framework")
        if pk:
            return rows.filter(**{f"{path or 'pk'}__in": shown.values(VERSION_PATHS[page] or "pk")})
        if model is Version and self.is_wholly_ours:
            return rows
        return rows.filter(**{f"{path}__state" if path else "state": Version.State.DRAFT})


class NamedRows(BaseInlineFormSet):
    """Says of each box that deletes a row which row that is, for those who do not see the row."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if "DELETE" in form.fields and form.instance.pk:
            form.fields["DELETE"].widget.attrs["aria-label"] = f"Delete {form.instance}"


class Inline(OneVersionChoices):
    """Rows under a row: editable as long as their version is. One empty row is there to be filled in without a script."""

    extra = 1
    formset = NamedRows
    show_change_link = True
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})}}

    @classmethod
    def parent_name(cls):
        return parent_name(cls.model)

    @classmethod
    def prefix(cls):
        """What the names of the rows' fields begin with."""
        return cls.model._meta.get_field(cls.parent_name()).remote_field.get_accessor_name()

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.order_by("order", "pk") if self.model in ORDERED else rows

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(self, admin.TabularInline):
            # In a table the name of a field stands above it, where no label is.
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = field.label
        return field

    def get_fields(self, request, obj=None):
        has_places = self.model in ORDERED and self.has_change_permission(request, obj)
        return [*self.fields, "place"] if has_places else self.fields

    def get_readonly_fields(self, request, obj=None):
        return ["place"] if self.model in ORDERED else []

    @admin.display(description="place")
    def place(self, row):
        return buttons_beside(row, self.prefix())

    def has_add_permission(self, request, obj):
        return super().has_add_permission(request, obj) and not self._is_closed(obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not self._is_closed(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not self._is_closed(obj)

    def _is_closed(self, parent):
        return parent is not None and bool(why_closed(parent))


class RowForm(forms.ModelForm):
    """``is_stale`` on the class says that the rows of the page were changed since it was drawn."""

    is_stale = False

    def clean(self):
        if self.is_stale:
            self.add_error(None, CHANGED_MEANWHILE)
        return super().clean()


class RowAdmin(OneVersionChoices, admin.ModelAdmin):
    """Rows of a version. ``editable_at_any_time`` names what is the portal's own and so changes in a published version too.

    ``is_wholly_ours``: so is the whole row, which comes and goes at any time. ``chosen_in_version`` names what is chosen from
    the row's version, which a new row does not have yet.
    """

    class Media:
        css = {"all": ["editing-admin.css"]}

    form = RowForm
    editable_at_any_time = ()
    chosen_in_version = ()
    is_added_alone = False
    list_filter = [VersionFilter]
    list_per_page = 100
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    change_form_template = "admin/standards/change_form.html"

    # What is shown

    def get_urls(self):
        own = [*history_urls(self), *(move_urls(self) if self.model in ORDERED else ())]
        return [*own, *super().get_urls()]

    def get_queryset(self, request):
        path = VERSION_PATHS[self.model]
        return super().get_queryset(request).select_related(f"{path}__framework" if path else "framework")

    @admin.display(description="version")
    def in_version(self, row):
        version = version_of(row)
        return f"{version.number} ({version.get_state_display().lower()})"

    @admin.display(description="place")
    def place(self, row):
        return buttons_on_a_list(self, row)

    def get_list_display(self, request):
        has_places = self.model in ORDERED and self.has_change_permission(request)
        return [*self.list_display, "place"] if has_places else self.list_display

    def view_on_site(self, row):
        return readers_page(row)

    def history_view(self, request, object_id, extra_context=None):
        return row_history(self, request, object_id)

    def get_fields(self, request, obj=None):
        return [name for name in self.fields if obj or name not in self.chosen_in_version]

    def get_fieldsets(self, request, obj=None):
        options = {"fields": self.get_fields(request, obj)}
        why = why_closed(obj) if obj is not None else ""
        if why:
            options["description"] = PUBLISHED_WITH_LABELS if why == PUBLISHED and self.editable_at_any_time else why
        return [(None, options)]

    def get_inlines(self, request, obj):
        # What stands under a row is chosen from its version, which a new row does not have yet.
        return self.inlines if obj else []

    def render_change_form(self, request, context, *args, **kwargs):
        obj = kwargs.get("obj")
        if obj is not None:
            formsets = [each.formset for each in context["inline_admin_formsets"]]
            context["part_of"] = version_of(obj) if VERSION_PATHS[self.model] else None
            context["seen"] = _as_it_stands(context["adminform"].form, formsets)
        return super().render_change_form(request, context, *args, **kwargs)

    # Who may

    def _open_fields(self, row):
        """The names of the fields of ``row`` that may change now."""
        if not why_closed(row):
            return self.fields
        return self.editable_at_any_time if version_of(row).is_frozen or self.is_wholly_ours else ()

    def has_add_permission(self, request):
        return self.is_added_alone and super().has_add_permission(request)

    def has_change_permission(self, request, obj=None):
        is_closed = obj is not None and not self._open_fields(obj)
        return super().has_change_permission(request, obj) and not is_closed

    def has_delete_permission(self, request, obj=None):
        is_closed = obj is not None and bool(why_closed(obj)) and not self.is_wholly_ours
        return super().has_delete_permission(request, obj) and not is_closed

    def get_readonly_fields(self, request, obj=None):
        readonly = super().get_readonly_fields(request, obj)
        if obj is None or not why_closed(obj):
            return readonly
        return [name for name in self.fields if name not in self._open_fields(obj)]

    # What is saved

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.is_stale = getattr(request, "is_stale", False)
        return form

    def save_model(self, request, obj, form, change):
        if change and not form.changed_data:
            # Only rows under it changed: what did not is not to stand in its history.
            return
        if change:
            keep_before([obj])
        if self.model in ORDERED and (not change or parent_name(self.model) in form.changed_data):
            obj.order = last_place(obj)
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change):
        rows = formset.save(commit=False)
        keep_before([*(row for row, _ in formset.changed_objects), *formset.deleted_objects])
        for row in formset.deleted_objects:
            row.delete()
        for row in rows:
            if row.pk is None and formset.model in ORDERED:
                row.order = last_place(row)
            row.save()
        formset.save_m2m()

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        touch_version(version_id=version_of(form.instance).pk)

    def delete_model(self, request, obj):
        keep_before([obj])
        super().delete_model(request, obj)
        self._touch_after_deletion([obj])

    def delete_queryset(self, request, queryset):
        rows = list(queryset)
        keep_before(rows)
        super().delete_queryset(request, queryset)
        self._touch_after_deletion(rows)

    def _touch_after_deletion(self, rows):
        for version_id in {version_of(row).pk for row in rows}:
            touch_version(version_id=version_id)

    # What is answered

    def changelist_view(self, request, extra_context=None):
        return self._answered(request, super().changelist_view, request, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        return self._answered(request, super().delete_view, request, object_id, extra_context)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST" and object_id:
            row = self.get_object(request, unquote(object_id))
            if row is not None and self._sends_closed_fields(request, row):
                return self._refused(request, f"{why_closed(row)} Nothing was saved.")
            request.is_stale = row is not None and self._is_stale(request, row)
        return self._answered(request, super().changeform_view, request, object_id, form_url, extra_context)

    def _sends_closed_fields(self, request, row):
        """Whether the form was drawn while the version could still be edited, or was made by hand."""
        if not why_closed(row) or not self.has_change_permission(request, row):
            return False
        closed = set(self.fields) - set(self._open_fields(row)) - set(self.readonly_fields)
        in_inlines = {name for inline in self.inlines for name in (*inline.fields, "DELETE")}
        sent = (re.fullmatch(r".+-\d+-(\w+)", name) for name in request.POST)
        return bool(closed & request.POST.keys()) or any(match and match[1] in in_inlines for match in sent)

    def _is_stale(self, request, row):
        """Whether the rows of the page say something else than when it was drawn."""
        seen = request.POST.get(SEEN)
        if not seen or not self.has_change_permission(request, row):
            return False
        form = self.get_form(request, row, change=True)(instance=row)
        formsets = [
            formset(
                **{
                    **self.get_formset_kwargs(request, row, inline, formset.get_default_prefix()),
                    "data": None,
                    "files": None,
                }
            )
            for formset, inline in self.get_formsets_with_inlines(request, row)
        ]
        return seen != _as_it_stands(form, formsets)

    def response_change(self, request, obj):
        found = row_to_move(request, obj, self.inlines) if MOVE in request.POST else None
        if not found:
            return super().response_change(request, obj)
        row, prefix, way = found
        move_and_say(self, request, row, way)
        address = reverse(f"admin:standards_{self.opts.model_name}_change", args=[obj.pk])
        return HttpResponseRedirect(f"{address}#{prefix}-group")

    def _answered(self, request, view, *args):
        try:
            with one_change(request.user):
                return view(*args)
        except IntegrityError as error:
            if "is frozen" in str(error):
                return self._refused(request, "This version has just been published. Nothing was saved.")
            return self._refused(
                request, "Somebody else has just changed the same rows. Nothing was saved; look again."
            )

    def _refused(self, request, message):
        self.message_user(request, message, messages.ERROR)
        return HttpResponseRedirect(request.path.replace("/delete/", "/change/"))


def _as_it_stands(form, formsets):
    """A hash of what the fields of a page hold before anybody types."""
    said = [sorted((name, str(value)) for name, value in form.initial.items())]
    for formset in formsets:
        said += [sorted((name, str(value)) for name, value in each.initial.items()) for each in formset.initial_forms]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]
