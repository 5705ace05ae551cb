"""The worker's runs in the admin: how far each has come, and starting one again. Counts only: no round, and nobody's name."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import date
from django.urls import path
from django.utils import timezone
from django.utils.formats import localize
from django.views.decorators.http import require_POST

from . import editions
from .actions import NotStopped
from .models import CarryOverRun

# Those of the versions: whoever edits them may follow a run, and whoever retires one may start it again.
MAY_READ, MAY_START = "standards.change_version", "standards.publish_version"


@admin.register(CarryOverRun)
class CarryOverRunAdmin(admin.ModelAdmin):
    """Read only, but for starting again a run that has stopped, or that ended with drafts that failed."""

    list_display = ["started_at", "versions", "standing", "total", "done", "failed"]
    list_select_related = ["from_version", "to_version"]
    fields = [
        *("from_version", "to_version", "standing", "total", "done", "failed"),
        *("started_at", "heard_of", "finished_at"),
    ]

    def get_urls(self):
        go_on = self.admin_site.admin_view(require_POST(self.go_on))
        return [path("<int:pk>/go-on/", go_on, name="assessments_carryoverrun_go_on"), *super().get_urls()]

    @admin.display(description="versions")
    def versions(self, run):
        return f"{run.from_version.number} to {run.to_version.number}"

    @admin.display(description="last heard of")
    def heard_of(self, run):
        return localize(timezone.template_localtime(run.beat_at))

    @admin.display(description="standing")
    def standing(self, run):
        if run.has_stopped:
            return f"Seems to have stopped, after {run.done} of {run.total}"
        if run.finished_at is None:
            return f"At work: {run.done} of {run.total}"
        if run.failed:
            return f"Ended, with {run.failed} left"
        return "Ended"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = self.get_object(request, object_id)
        extra = {"run": run, "may_go_on": run is not None and run.can_go_on and request.user.has_perm(MAY_START)}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | extra)

    def go_on(self, request, pk):
        """Give the worker a run again."""
        if not request.user.has_perm(MAY_START):
            raise PermissionDenied
        run = get_object_or_404(CarryOverRun.objects.select_related("from_version", "to_version"), pk=pk)
        try:
            run = editions.go_on(run)
        except NotStopped:
            heard = date(timezone.localtime(run.beat_at), "j F Y, H:i")
            messages.warning(request, f"It is at work, or has nothing left to do. It was last heard of on {heard}.")
        else:
            messages.success(request, "Given to the worker again. What is done stays done.")
        return redirect("admin:assessments_carryoverrun_change", run.pk)

    def has_module_permission(self, request):
        return request.user.has_perm(MAY_READ)

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(MAY_READ)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
