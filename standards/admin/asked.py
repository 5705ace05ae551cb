"""The editors' pages of what is asked: frameworks, versions, areas, statements, terms and role profiles."""

from django.contrib import admin
from django.utils.text import Truncator

from ..models import (
    Area,
    AreaVariant,
    Attribute,
    Framework,
    GlossaryTerm,
    Level,
    LevelDescriptor,
    Part,
    RoleProfile,
    RoleTarget,
    Section,
    Statement,
    Version,
)
from .comments import CommentForm, statement_urls, what_is_said, with_open_comments
from .rows import Inline, RowAdmin, VersionFilter


class LevelInline(Inline, admin.StackedInline):
    model = Level
    fields = ["rank", "name", "definition", "summary"]


class SectionInline(Inline, admin.StackedInline):
    model = Section
    fields = ["code", "title", "summary", "chosen_by_role"]


class AttributeInline(Inline, admin.TabularInline):
    model = Attribute
    fields = ["name"]


class AreaInline(Inline, admin.StackedInline):
    model = Area
    fields = ["code", "title", "short_title", "summary", "kind"]


class PartInline(Inline, admin.TabularInline):
    model = Part
    fields = ["code", "title"]
    show_change_link = False


class VariantInline(Inline, admin.TabularInline):
    model = AreaVariant
    verbose_name, verbose_name_plural = "other title", "other titles that the document gives it"
    fields = ["title", "where"]
    show_change_link = False


class StatementInline(Inline, admin.TabularInline):
    model = Statement
    fields = ["code", "topic", "part"]


class DescriptorInline(Inline, admin.StackedInline):
    """A row for each level: with the words that are there, or empty to be filled in."""

    model = LevelDescriptor
    fields = ["level", "text"]
    show_change_link = False

    def get_queryset(self, request):
        return super().get_queryset(request).order_by("level__rank")

    def get_extra(self, request, obj=None, **kwargs):
        return len(self.levels_without_words(obj))

    def levels_without_words(self, statement):
        """The keys of the levels at which ``statement`` has no words yet, the lowest first."""
        if not hasattr(statement, "levels_without_words"):
            levels = Level.objects.filter(version__sections__areas=statement.area_id).order_by("rank")
            statement.levels_without_words = list(
                levels.exclude(descriptors__statement=statement).values_list("pk", flat=True)
            )
        return statement.levels_without_words


class TargetInline(Inline, admin.TabularInline):
    model = RoleTarget
    fields = ["area", "level"]
    show_change_link = False


@admin.register(Framework)
class FrameworkAdmin(admin.ModelAdmin):
    list_display = ["title", "owner"]
    search_fields = ["title", "owner"]

    def get_readonly_fields(self, request, obj=None):
        # The slug is in every fingerprint.
        return ["slug"] if obj and obj.versions.filter(state__in=Version.FROZEN_STATES).exists() else []


@admin.register(Section)
class SectionAdmin(RowAdmin):
    fields = ["version", *SectionInline.fields]
    readonly_fields = ["version"]
    inlines = [AreaInline]
    list_display = ["code", "title", "chosen_by_role", "in_version"]
    search_fields = ["code", "title", "summary"]


@admin.register(Level)
class LevelAdmin(RowAdmin):
    fields = ["version", *LevelInline.fields]
    readonly_fields = ["version"]
    list_display = ["name", "rank", "in_version"]
    search_fields = ["name", "definition"]


@admin.register(Area)
class AreaAdmin(RowAdmin):
    editable_at_any_time = ("short_title",)
    fields = ["section", *AreaInline.fields]
    inlines = [StatementInline, PartInline, VariantInline]
    list_display = ["code", "title", "short_title", "kind", "in_version"]
    list_filter = [VersionFilter, "kind"]
    search_fields = ["code", "title", "short_title", "summary", "variants__title"]


@admin.register(Statement)
class StatementAdmin(RowAdmin):
    editable_at_any_time = ("topic", "part")
    fields = ["area", "code", "topic", "part", "lineage"]
    readonly_fields = ["lineage"]
    inlines = [DescriptorInline]
    list_display = ["code", "topic", "area_code", "part", "in_version", "comments"]
    search_fields = ["code", "topic", "area__title", "descriptors__text"]
    change_form_template = "admin/standards/statement/change_form.html"

    def get_urls(self):
        return [*statement_urls(self), *super().get_urls()]

    def get_queryset(self, request):
        return with_open_comments(super().get_queryset(request).select_related("part"))

    @admin.display(description="area", ordering="area")
    def area_code(self, row):
        return row.area.code

    @admin.display(description="open comments", ordering="open_comments")
    def comments(self, row):
        return row.open_comments or "–"

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """The row for new words of each level that the statement has no words at yet has its level chosen."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        return kwargs | {"initial": [{"level": pk} for pk in inline.levels_without_words(obj)]}

    def render_change_form(self, request, context, *args, **kwargs):
        statement = kwargs.get("obj")
        if statement is not None:
            context |= {"row": statement, "comment_form": CommentForm(), **what_is_said(statement)}
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(LevelDescriptor)
class LevelDescriptorAdmin(RowAdmin):
    fields = ["statement", "level", "text"]
    readonly_fields = ["statement", "level"]
    list_display = ["statement", "level", "words", "in_version"]
    list_filter = [VersionFilter, "level__rank"]
    search_fields = ["statement__code", "statement__topic", "text"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("level")

    @admin.display(ordering="text")
    def words(self, row):
        return Truncator(row.text).words(20)


@admin.register(Attribute)
class AttributeAdmin(RowAdmin):
    fields = ["version", "name", "areas"]
    readonly_fields = ["version"]
    list_display = ["name", "in_version"]
    search_fields = ["name"]


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(RowAdmin):
    is_added_alone = True
    editable_at_any_time = ("other_forms",)
    fields = ["version", "term", "definition", "note", "other_forms"]
    list_display = ["term", "definition", "in_version"]
    search_fields = ["term", "definition", "other_forms"]


@admin.register(RoleProfile)
class RoleProfileAdmin(RowAdmin):
    is_added_alone = True
    fields = ["version", "slug", "title", "setting", "pathway", "description"]
    inlines = [TargetInline]
    list_display = ["title", "setting", "pathway", "in_version"]
    search_fields = ["title", "setting", "pathway", "description"]
