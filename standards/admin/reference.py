"""The editors' pages of what stands beside the areas: texts, examples, guidance and learning resources."""

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models

from ..models import (
    CaseStudy,
    CaseStudyStage,
    GuideSection,
    Insight,
    LearningResource,
    LifecycleStage,
    PeopleProfile,
    ReferencePage,
    Source,
)
from .rows import Inline, RowAdmin, VersionFilter


class StageInline(Inline, admin.StackedInline):
    model = CaseStudyStage
    fields = ["title", "text"]
    show_change_link = False
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 10})}}


class MappedAdmin(RowAdmin):
    """Rows that an editor maps to areas at any time."""

    is_added_alone = True
    editable_at_any_time = ("areas",)
    chosen_in_version = ("areas",)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("areas")

    @admin.display(description="areas")
    def area_codes(self, row):
        return ", ".join(area.code for area in row.areas.all())


@admin.register(ReferencePage)
class ReferencePageAdmin(RowAdmin):
    is_added_alone = True
    fields = ["version", "slug", "title", "body", "group"]
    list_display = ["title", "slug", "group", "in_version"]
    list_filter = [VersionFilter, "group"]
    search_fields = ["title", "slug", "body"]


@admin.register(LifecycleStage)
class LifecycleStageAdmin(RowAdmin):
    is_added_alone = True
    fields = ["version", "title", "involvement"]
    list_display = ["title", "in_version"]
    search_fields = ["title", "involvement"]


@admin.register(Source)
class SourceAdmin(RowAdmin):
    is_added_alone = True
    fields = ["version", "title", "url"]
    list_display = ["title", "url", "in_version"]
    search_fields = ["title", "url"]


@admin.register(PeopleProfile)
class PeopleProfileAdmin(RowAdmin):
    is_added_alone = True
    chosen_in_version = ("level",)
    fields = ["version", "slug", "job_title", "organisation", "level", "quote", "body"]
    list_display = ["job_title", "organisation", "level", "in_version"]
    search_fields = ["job_title", "organisation", "quote", "body"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("level")


@admin.register(CaseStudy)
class CaseStudyAdmin(RowAdmin):
    is_added_alone = True
    fields = ["version", "slug", "title", "organisation", "introduction"]
    inlines = [StageInline]
    list_display = ["title", "organisation", "in_version"]
    search_fields = ["title", "organisation", "introduction", "stages__text"]


@admin.register(Insight)
class InsightAdmin(MappedAdmin):
    fields = ["version", "number", "group", "text", "areas"]
    list_display = ["number", "text", "group", "area_codes", "in_version"]
    list_display_links = ["number", "text"]
    search_fields = ["text", "group"]


@admin.register(GuideSection)
class GuideSectionAdmin(MappedAdmin):
    fields = ["version", "code", "title", "areas"]
    list_display = ["code", "title", "area_codes", "in_version"]
    list_display_links = ["code", "title"]
    search_fields = ["code", "title"]


@admin.register(LearningResource)
class LearningResourceAdmin(RowAdmin):
    is_added_alone = True
    is_wholly_ours = True
    editable_at_any_time = ("title", "provider", "link", "area", "level")
    chosen_in_version = ("area", "level")
    fields = ["version", *editable_at_any_time]
    list_display = ["title", "provider", "area", "level", "in_version"]
    search_fields = ["title", "provider", "link"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("area", "level")
