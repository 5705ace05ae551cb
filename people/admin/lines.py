"""Reporting lines in the admin: read, ended, and asked for by a CSV file."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from ..actions import NotLive, NotPending, end_line, import_lines, withdraw_line
from ..csv_files import Unreadable
from ..forms import CsvForm
from ..line_import import MOST_BYTES, plan_lines, read_lines
from ..models import ReportingLine


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("live", "Accepted"), ("pending", "Waiting"), ("over", "Over")]

    def queryset(self, request, queryset):
        if self.value() == "live":
            return queryset.live()
        if self.value() == "pending":
            return queryset.pending()
        if self.value() == "over":
            return queryset.over()
        return queryset


@admin.register(ReportingLine)
class ReportingLineAdmin(admin.ModelAdmin):
    """Who is whose line manager. Nothing is edited: a line is asked for by import, answered by the line manager, and ended."""

    list_display = ["person", "state", "email", "line_manager", "asked_at", "accepted_at", "ended_at"]
    list_filter = [StateFilter]
    list_select_related = ["person", "line_manager"]
    search_fields = ["person__name", "person__email", "email"]
    actions = ["end_lines"]

    @admin.action(description="End, or withdraw the request", permissions=["change"])
    def end_lines(self, request, queryset):
        ended = 0
        for line in queryset.with_people():
            try:
                if line.is_pending:
                    withdraw_line(line=line, withdrawn_by=request.user)
                else:
                    end_line(line=line, ended_by=request.user)
            except (NotLive, NotPending):
                continue
            ended += 1
        messages.success(request, f"{ended} ended. Whoever lost or keeps a line manager is told.")

    def get_urls(self):
        imports = path("import/", self.admin_site.admin_view(self.import_lines), name="people_reportingline_import")
        return [imports, *super().get_urls()]

    def import_lines(self, request):
        """A file is uploaded, then shown row by row, then confirmed; its text travels with the page that shows it."""
        if not request.user.has_perm("people.add_reportingline"):
            raise PermissionDenied
        is_confirmed = "content" in request.POST
        form = CsvForm(*((request.POST, request.FILES) if request.method == "POST" and not is_confirmed else ()))
        content = None
        if is_confirmed:
            content = request.POST["content"].encode("utf-8", "replace")
        elif form.is_valid():
            content = form.cleaned_data["file"].read(MOST_BYTES + 1)
        rows, error = [], ""
        if content is not None:
            try:
                rows = plan_lines(read_lines(content))
            except Unreadable as unreadable:
                error = str(unreadable)
        if rows and is_confirmed:
            asked = import_lines(lines=[(row.user, row.email) for row in rows if row.asks], asked_by=request.user)
            messages.success(request, f"{asked} asked. Each line waits until its line manager accepts.")
            return redirect("admin:people_reportingline_changelist")
        return self._draw_import(request, form, rows, content, error)

    def _draw_import(self, request, form, rows, content, error):
        context = self.admin_site.each_context(request) | {
            "title": "Import lines from CSV",
            "opts": self.opts,
            "form": form,
            "error": error,
            "rows": rows,
            "content": content.decode("utf-8-sig", "replace") if rows else "",
            "asks": sum(row.asks for row in rows),
            "errors": sum(bool(row.error) for row in rows),
            "idle": sum(not row.asks and not row.error for row in rows),
        }
        status = 422 if error or form.errors else 200
        return TemplateResponse(request, "admin/people/reportingline/import_lines.html", context, status=status)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False
