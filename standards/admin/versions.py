"""A version in the admin: its own fields, and the way to every page about it."""

from django.contrib import admin
from django.urls import reverse
from django.utils.text import capfirst

from ..models import Version
from ..version_tables import VERSION_PATHS
from . import history, importing, links, next_version, publishing, retiring, reviewing
from .asked import AttributeInline, LevelInline, SectionInline
from .rows import RowAdmin
from .version_pages import PUBLISHED, RETIRED, UNDER_WAY, VersionLink

# The modules with pages about one version: each has ``version_urls(model_admin)``.
WITH_PAGES = (history, importing, next_version, links, reviewing, publishing, retiring)

# What the page of a version leads to, in the order in which an editor comes to it.
LINKS: tuple[VersionLink, ...] = (
    VersionLink("standards_version_import", "Import and export", (*UNDER_WAY, PUBLISHED, RETIRED)),
    VersionLink("standards_version_links", "What became of each statement", (*UNDER_WAY, PUBLISHED, RETIRED)),
    VersionLink("standards_version_review", "Review", (*UNDER_WAY, PUBLISHED, RETIRED), reviewing.PERMISSION),
    VersionLink("standards_version_publish", "Check and publish", UNDER_WAY),
    VersionLink("standards_version_retire", "Retire it", (PUBLISHED,), retiring.PERMISSION),
    VersionLink("standards_version_next", "Start the next version", (PUBLISHED, RETIRED), next_version.PERMISSION),
)


@admin.register(Version)
class VersionAdmin(RowAdmin):
    is_added_alone = True
    change_form_template = "admin/standards/version/change_form.html"
    fields = [
        *("framework", "number", "issued", "source_title", "source_url", "licence"),
        *("follows", "state", "published_at", "closes_on", "retires_on", "fingerprint"),
    ]
    readonly_fields = ["follows", "state", "published_at", "closes_on", "retires_on", "fingerprint"]
    inlines = [LevelInline, SectionInline, AttributeInline]
    list_display = ["number", "framework", "state", "issued", "published_at"]
    list_filter = ["state"]
    search_fields = ["number", "framework__title", "source_title"]

    def get_readonly_fields(self, request, obj=None):
        readonly = super().get_readonly_fields(request, obj)
        # A version that follows another one is of the same framework.
        return [*readonly, "framework"] if obj and obj.follows_id and "framework" not in readonly else readonly

    def get_urls(self):
        return [*(address for module in WITH_PAGES for address in module.version_urls(self)), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        version = self.get_object(request, object_id)
        extra = {"version_links": self._links(request, version), "version_lists": _lists(version)} if version else {}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | extra)

    def _links(self, request, version):
        """The pages of the version that this person may open, as (title, address)."""
        own = [
            (link.title, reverse(f"admin:{link.name}", args=[version.pk]))
            for link in LINKS
            if link.is_for(request.user, version)
        ]
        address = [version.framework.slug, version.number]
        public = [("Download it", reverse("export-detail", args=address))]
        if version.follows_id:
            public.insert(0, ("What changed, as readers see it", reverse("version-changes", args=address)))
        return [*own, *public]


def _lists(version):
    """The lists of what the version holds, as (title, address)."""
    models = [model for model, path in VERSION_PATHS.items() if path and admin.site.is_registered(model)]
    return [
        (
            capfirst(model._meta.verbose_name_plural),
            reverse(f"admin:standards_{model._meta.model_name}_changelist", query={"version": version.pk}),
        )
        for model in models
    ]
