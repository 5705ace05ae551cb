"""How the worker keeps up: what waits for it, for how long, and when one was last heard of. Counts and seconds only."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Min, Q
from django.utils import timezone
from django_tasks import default_task_backend
from django_tasks_db.models import DBTaskResult

from .models import WorkerBeat

# A task that may be done and is not for so long says that workers are too few, or that there is none.
LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, and who does it.

    waiting         how many tasks may be done now; those that rest until a later try are not counted
    oldest_seconds  for how long the oldest of them might have been; 0 where none waits
    seen_seconds    since a worker was last heard of; None where none was in a day
    """

    waiting: int
    oldest_seconds: int
    seen_seconds: int | None

    @property
    def is_late(self) -> bool:
        """Whether no worker is there, or all together are too slow."""
        lost = self.seen_seconds is None or self.seen_seconds > WorkerBeat.LOST_AFTER.total_seconds()
        return lost or self.oldest_seconds > LATE.total_seconds()


def read_backlog() -> Backlog:
    """Asked of the queue that the portal uses. Raises what the database, or Redis, raises."""
    now = timezone.now()
    ask = getattr(default_task_backend, "backlog", _rows)
    waiting, since = ask(now)
    seen = WorkerBeat.objects.order_by().aggregate(latest=Min(now - F("seen_at")))["latest"]
    return Backlog(waiting, _seconds(since and now - since) or 0, _seconds(seen))


def _rows(now):
    """How many rows are ready, and since when the oldest may be done: since it was put there, or since its rest was over."""
    ready = DBTaskResult.objects.ready().order_by()
    first = ready.aggregate(
        waiting=Count("pk"),
        put=Min("enqueued_at", filter=Q(run_after__gt=now)),
        rested=Min("run_after", filter=Q(run_after__lte=now)),
    )
    return first["waiting"], min(filter(None, [first["put"], first["rested"]]), default=None)


def _seconds(duration):
    return None if duration is None else max(0, int(duration.total_seconds()))
