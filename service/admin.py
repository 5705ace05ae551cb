"""The worker's tasks in the admin. It shows no key and no word of anybody's, and only lets dead ones be tried again."""

from itertools import takewhile

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.html import format_html_join
from django_tasks import TaskResultStatus as Status
from django_tasks import default_task_backend
from django_tasks_db.models import DBTaskResult, get_date_max

from .models import Task
from .worker.trying import LOST, NAMES

# What came with the library shows everything that a row holds.
admin.site.unregister(DBTaskResult)

STATES = {
    "waiting": "Waiting",
    "resting": "To be tried again",
    "in-hand": "In hand",
    "done": "Done",
    "dead": "Dead",
}


def state_of(task) -> str:
    """A key of ``STATES``."""
    if task.status == Status.READY:
        return "resting" if task.worker_ids else "waiting"
    return {Status.RUNNING: "in-hand", Status.SUCCESSFUL: "done", Status.FAILED: "dead"}[task.status]


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return STATES.items()

    def queryset(self, request, queryset):
        ready = queryset.filter(status=Status.READY)
        found = {
            "waiting": ready.filter(worker_ids=[]),
            "resting": ready.exclude(worker_ids=[]),
            "in-hand": queryset.running(),
            "done": queryset.successful(),
            "dead": queryset.failed(),
        }
        return found.get(self.value(), queryset)


@admin.register(Task)
class TaskAdmin(admin.ModelAdmin):
    """Read only, but for trying dead ones again. With the queue in Redis only the dead are here."""

    list_display = ["what", "state", "error", "tries", "enqueued_at", "next_try"]
    list_filter = [StateFilter]
    list_per_page = 50
    ordering = ["-enqueued_at"]
    actions = ["try_again"]
    fields = ["what", "state", "tries", "enqueued_at", "started_at", "finished_at", "next_try", "error", "places"]

    @admin.display(description="task", ordering="task_path")
    def what(self, task):
        return NAMES.get(task.task_path, "A task that this version does not know")

    @admin.display(description="state", ordering="status")
    def state(self, task):
        return STATES[state_of(task)]

    @admin.display(description="tries")
    def tries(self, task):
        return len(task.worker_ids)

    @admin.display(description="next try")
    def next_try(self, task):
        if task.status != Status.READY:
            return "-"
        return "now" if task.run_after == get_date_max() or task.run_after <= timezone.now() else task.run_after

    @admin.display(description="error")
    def error(self, task):
        """What went wrong at the last try, and the last place in the source that it passed."""
        if task.exception_class_path == LOST:
            return "Its worker died each time"
        kind = task.exception_class_path.rpartition(".")[2] or "-"
        places = list(takewhile(lambda line: line.startswith(" "), task.traceback.splitlines()[1:]))
        return f"{kind} at {places[-1].split()[0]}" if places else kind

    @admin.display(description="where the error came from")
    def places(self, task):
        return format_html_join("", "{}<br>", ((line,) for line in task.traceback.splitlines())) or "-"

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": "Tasks"} | (extra_context or {}))

    @admin.action(description="Try again", permissions=["change"])
    def try_again(self, request, queryset):
        again = sum(default_task_backend.try_again(task) for task in queryset)
        left = len(queryset) - again
        messages.success(request, f"{again} given to the worker to try again.")
        if left:
            messages.warning(request, f"{left} left alone: only dead tasks are tried again.")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False
