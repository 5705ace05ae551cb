"""The worker at the queue in the database. What becomes of a task is written only while the task is still the worker's.

A row is claimed at a moment, ``started_at``, that is its claim's alone. Every UPDATE below names it. So a worker that slept while
its task was given to another can write nothing of it, and two that free the same row free it once.
"""

import logging

from django.core.exceptions import SuspiciousOperation
from django.utils import timezone
from django_tasks import TaskResultStatus as Status
from django_tasks.signals import task_finished, task_started
from django_tasks.utils import normalize_json
from django_tasks_db.models import DBTaskResult, get_date_max
from django_tasks_db.utils import exclusive_transaction

from ..models import WorkerBeat
from .discreet import class_and_places
from .loop import Loop
from .trying import LOST, MOST_LOST, MOST_TRIES, next_try

logger = logging.getLogger(__name__)

# Stands in the row of a task for each worker that had it and did not come to an end with it.
GONE = "gone"


class DatabaseWorker(Loop):
    """Takes rows of ``DBTaskResult``, each in a transaction of its own, and one at a time."""

    def take(self):
        ready = DBTaskResult.objects.ready()
        # Without a lock first: on SQLite there is one for all who write.
        if not ready.exists():
            return None
        with exclusive_transaction(ready.db):
            row = ready.get_locked()
            if row is not None:
                row.claim(self.worker_id)
        return row

    def run_task(self, taken):
        try:
            result = taken.task_result
        except (ImportError, SuspiciousOperation) as error:
            # A release took the task away, or the row never named one.
            note_failed(taken, error)
            return
        sender = type(result.task.get_backend())
        task_started.send(sender=sender, task_result=result)
        try:
            value = normalize_json(result.task.call(*result.args, **result.kwargs))
        except Exception as error:
            note_failed(taken, error)
            task_finished.send(sender=sender, task_result=taken.task_result)
        except BaseException:  # the worker is to end at once
            take_back(taken)
            raise
        else:
            note_done(taken, value)
            task_finished.send(sender=sender, task_result=taken.task_result)

    def free_abandoned(self) -> int:
        return free_abandoned()

    def give_back_own(self):
        for row in DBTaskResult.objects.running():
            if row.worker_ids[-1:] == [self.worker_id]:
                take_back(row)


def note_done(row, value) -> bool:
    """Note that a task is done; returns whether it was still the worker's."""
    return _write(
        row,
        status=Status.SUCCESSFUL,
        finished_at=timezone.now(),
        return_value=value,
        exception_class_path="",
        traceback="",
    )


def note_failed(row, error) -> bool:
    """Note that a task failed, and when it is tried again; after ``MOST_TRIES`` it is dead."""
    now, tries = timezone.now(), len(row.worker_ids) - row.worker_ids.count(GONE)
    kind, places = class_and_places(error)
    again = next_try(tries, now)
    said = {"exception_class_path": kind, "traceback": places, "return_value": None}
    logger.warning("Task %s: try %s of %s failed (%s)", row.pk, tries, MOST_TRIES, kind, exc_info=error)
    if again is None:
        return _write(row, status=Status.FAILED, finished_at=now, **said)
    return _write(row, status=Status.READY, run_after=again, **said)


def take_back(row) -> bool:
    """Let another worker do a task at once; one that took ``MOST_LOST`` of them with it is dead."""
    workers = [*row.worker_ids[:-1], GONE]
    if workers.count(GONE) >= MOST_LOST:
        return _write(
            row,
            worker_ids=workers,
            status=Status.FAILED,
            finished_at=timezone.now(),
            exception_class_path=LOST,
            traceback="",
            return_value=None,
        )
    return _write(row, worker_ids=workers, status=Status.READY, run_after=get_date_max())


def free_abandoned() -> int:
    """Give back what workers had in hand that were not seen for ``WorkerBeat.LOST_AFTER``; returns how many tasks that were.

    A worker of another kind, which leaves no beat, has as long from when it took the task.
    """
    alive = set(WorkerBeat.objects.alive().values_list("worker_id", flat=True))
    lost = DBTaskResult.objects.running().filter(started_at__lte=timezone.now() - WorkerBeat.LOST_AFTER)
    return sum(take_back(row) for row in lost if not alive.intersection(row.worker_ids[-1:]))


def try_again(row) -> bool:
    """Let a dead task be tried as often as a new one; returns whether it was dead."""
    return bool(
        DBTaskResult.objects.filter(pk=row.pk, status=Status.FAILED).update(
            status=Status.READY, run_after=get_date_max(), worker_ids=[], finished_at=None
        )
    )


def _write(row, **changes) -> bool:
    ours = DBTaskResult.objects.filter(pk=row.pk, status=Status.RUNNING, started_at=row.started_at)
    if not ours.update(**changes):
        logger.warning("Task %s was given to another worker meanwhile", row.pk)
        return False
    for name, value in changes.items():
        setattr(row, name, value)
    return True
