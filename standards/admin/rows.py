"""What all pages of the editors share: rows of a version, and what of them may change."""

import re

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import IntegrityError, models
from django.http import HttpResponseRedirect

from ..actions import touch_version
from ..models import (
    Area,
    Attribute,
    CaseStudy,
    Framework,
    GlossaryTerm,
    GuideSection,
    Insight,
    LearningResource,
    Level,
    LevelDescriptor,
    LifecycleStage,
    Part,
    PeopleProfile,
    ReferencePage,
    RoleProfile,
    Section,
    Source,
    Statement,
    Version,
)

# How a row of each model leads to its version; Version itself is at the end of the empty path.
VERSION_PATHS = {
    Version: "",
    Level: "version",
    Section: "version",
    Attribute: "version",
    GlossaryTerm: "version",
    RoleProfile: "version",
    ReferencePage: "version",
    LifecycleStage: "version",
    Source: "version",
    PeopleProfile: "version",
    CaseStudy: "version",
    Insight: "version",
    GuideSection: "version",
    LearningResource: "version",
    Area: "section__version",
    Statement: "area__section__version",
    LevelDescriptor: "statement__area__section__version",
}

PUBLISHED = "This version is published, so its words can no longer change."
PUBLISHED_WITH_LABELS = f"{PUBLISHED} What can be edited here is the portal's own."


def version_of(row):
    """The version that ``row`` belongs to."""
    for name in filter(None, VERSION_PATHS[type(row)].split("__")):
        row = getattr(row, name)
    return row


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
        return rows.exclude(**{f"{path}__state__in" if path else "state__in": Version.FROZEN_STATES})


class Inline(OneVersionChoices):
    """Rows under a row: editable as long as their version is."""

    extra = 0
    show_change_link = True

    def has_add_permission(self, request, obj):
        return super().has_add_permission(request, obj) and not self._is_frozen(obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not self._is_frozen(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not self._is_frozen(obj)

    def _is_frozen(self, parent):
        return parent is not None and version_of(parent).is_frozen


class RowAdmin(OneVersionChoices, admin.ModelAdmin):
    """Rows of a version. ``editable_at_any_time`` names what is the portal's own and so changes in a published version too.

    ``is_wholly_ours``: so is the whole row, which comes and goes at any time. ``chosen_in_version`` names what is chosen from
    the row's version, which a new row does not have yet.
    """

    editable_at_any_time = ()
    chosen_in_version = ()
    is_added_alone = False
    list_filter = [VersionFilter]
    list_per_page = 100
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_queryset(self, request):
        path = VERSION_PATHS[self.model]
        return super().get_queryset(request).select_related(f"{path}__framework" if path else "framework")

    @admin.display(description="version")
    def in_version(self, row):
        version = version_of(row)
        return f"{version.number} ({version.get_state_display().lower()})"

    def has_add_permission(self, request):
        return self.is_added_alone and super().has_add_permission(request)

    def has_change_permission(self, request, obj=None):
        is_closed = obj is not None and version_of(obj).is_frozen and not self.editable_at_any_time
        return super().has_change_permission(request, obj) and not is_closed

    def has_delete_permission(self, request, obj=None):
        is_frozen = obj is not None and version_of(obj).is_frozen and not self.is_wholly_ours
        return super().has_delete_permission(request, obj) and not is_frozen

    def get_readonly_fields(self, request, obj=None):
        readonly = super().get_readonly_fields(request, obj)
        if obj is None or not version_of(obj).is_frozen:
            return readonly
        return [name for name in self.fields if name not in self.editable_at_any_time]

    def get_fields(self, request, obj=None):
        return [name for name in self.fields if obj or name not in self.chosen_in_version]

    def get_fieldsets(self, request, obj=None):
        options = {"fields": self.get_fields(request, obj)}
        if obj is not None and version_of(obj).is_frozen:
            options["description"] = PUBLISHED_WITH_LABELS if self.editable_at_any_time else PUBLISHED
        return [(None, options)]

    def get_inlines(self, request, obj):
        # What stands under a row is chosen from its version, which a new row does not have yet.
        return self.inlines if obj else []

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        touch_version(version_id=version_of(form.instance).pk)

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        self._touch_after_deletion([obj])

    def delete_queryset(self, request, queryset):
        rows = list(queryset)
        super().delete_queryset(request, queryset)
        self._touch_after_deletion(rows)

    def _touch_after_deletion(self, rows):
        for version_id in {version_of(row).pk for row in rows}:
            touch_version(version_id=version_id)

    def changelist_view(self, request, extra_context=None):
        return self._answered(request, super().changelist_view, request, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        return self._answered(request, super().delete_view, request, object_id, extra_context)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST" and object_id and self._sends_frozen_fields(request, object_id):
            return self._refused(request, f"{PUBLISHED} Nothing was saved.")
        return self._answered(request, super().changeform_view, request, object_id, form_url, extra_context)

    def _sends_frozen_fields(self, request, object_id):
        """Whether the form was drawn while the version could still be edited, or was made by hand."""
        row = self.get_object(request, unquote(object_id))
        if row is None or not version_of(row).is_frozen or not self.has_change_permission(request, row):
            return False
        frozen = set(self.fields) - set(self.editable_at_any_time) - set(self.readonly_fields)
        in_inlines = {name for inline in self.inlines for name in (*inline.fields, "DELETE")}
        sent = (re.fullmatch(r".+-\d+-(\w+)", name) for name in request.POST)
        return bool(frozen & request.POST.keys()) or any(match and match[1] in in_inlines for match in sent)

    def _answered(self, request, view, *args):
        try:
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
