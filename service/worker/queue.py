"""The queue in the portal's own database: a task is a row, written in the transaction of what causes it."""

from django_tasks import TaskResultStatus
from django_tasks_db import DatabaseBackend

from . import trying
from .discreet import DiscreetTask


class Backend(DatabaseBackend):
    """The worker's queue, unless ``PORTAL_QUEUE`` names another one. Both have the methods below."""

    task_class = DiscreetTask

    def known(self, task) -> set[tuple] | None:
        """The arguments of the tasks of this kind that wait, are in hand, or are dead: nobody needs to give those again.

        None where they are too many to look at (``MOST_LOOKED_AT``).
        """
        from django_tasks_db.models import DBTaskResult

        rows = DBTaskResult.objects.filter(task_path=task.module_path).exclude(status=TaskResultStatus.SUCCESSFUL)
        found = rows.order_by().values_list("args_kwargs", flat=True)[: trying.MOST_LOOKED_AT + 1]
        return {tuple(row["args"]) for row in found} if len(found) <= trying.MOST_LOOKED_AT else None

    def try_again(self, row) -> bool:
        """Let a dead task be tried as often as a new one; returns whether it was dead."""
        from .rows import try_again

        return try_again(row)

    def worker(self, **options):
        """A worker at this queue (``service.worker.loop.Loop``)."""
        from .rows import DatabaseWorker

        return DatabaseWorker(**options)
