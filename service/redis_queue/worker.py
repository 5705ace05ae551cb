"""The worker at the queue in Redis.

rq's own is not used: it does what Redis tells it, and whoever may write into Redis is not the portal. It calls functions that a
job names, loads results with pickle, sends webhooks, and ends when Redis is gone. This one does tasks of the list in ``trying``.

A task moves from the queue into the list of the worker that takes it, in one command. So it is in one of them at any moment, and
what a dead worker had in hand is found in its list. Redis itself may lose all of it: then sweeps find what is to be done.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus as Status
from django_tasks.base import TaskResult
from django_tasks.signals import task_finished, task_started
from django_tasks.utils import normalize_json
from django_tasks_db.models import DBTaskResult, get_date_max
from redis.exceptions import RedisError, WatchError
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from ..models import WorkerBeat
from ..worker.discreet import class_and_places
from ..worker.loop import Loop
from ..worker.trying import LOST, MOST_LOST, MOST_TRIES, NAMES, next_try
from .backend import IN_HAND

logger = logging.getLogger(__name__)

UNKNOWN = "service.redis_queue.Unknown"


@dataclass(frozen=True, slots=True)
class Taken:
    """A job in hand. ``tries`` counts this one; ``lost`` are those of them whose worker did not come to an end with it."""

    id: str
    path: str
    args: list
    kwargs: dict
    tries: int
    lost: int
    enqueued_at: datetime | None


class RedisWorker(Loop):
    away = (*Loop.away, RedisError, OSError)

    def __init__(self, backend, **options):
        super().__init__(**options)
        self.backend, self.redis, self.queue = backend, backend.redis, backend.queue
        self.in_hand = IN_HAND + self.worker_id

    def take(self):
        # What a task writes is written to the database: without it, every task there is would fail.
        ask_the_database()
        self._wake_rested()
        while pk := self.redis.lmove(self.queue.key, self.in_hand, "LEFT", "RIGHT"):
            pk = pk.decode()
            taken = self._read(pk, tries=self.redis.hincrby(Job.key_for(pk), "tries", 1))
            if taken is not None:
                return taken
            # Done by a worker that was slow, or nothing that the portal put there.
            self.redis.pipeline().delete(Job.key_for(pk)).lrem(self.in_hand, 0, pk).execute()
        return None

    def run_task(self, taken):
        if taken.path not in NAMES:
            self._note_dead(taken, UNKNOWN, "")
            return
        task = import_string(taken.path)
        sender = type(task.get_backend())
        task_started.send(sender=sender, task_result=_result(task, taken, Status.RUNNING))
        try:
            normalize_json(task.call(*taken.args, **taken.kwargs))
        except Exception as error:
            # Where the database has gone it was not the task's fault: it is begun again when the database is back.
            ask_the_database()
            status = self._note_failed(taken, error)
            task_finished.send(sender=sender, task_result=_result(task, taken, status))
        except BaseException:  # the worker is to end at once
            self.give_back_own()
            raise
        else:
            if self._let_go(taken.id, lambda pipe: pipe.delete(Job.key_for(taken.id))):
                task_finished.send(sender=sender, task_result=_result(task, taken, Status.SUCCESSFUL))

    def free_abandoned(self) -> int:
        # First the lists, then who is alive: whoever takes a task has a beat by then.
        lists = [key.decode() for key in self.redis.scan_iter(f"{IN_HAND}*")]
        alive = {IN_HAND + each for each in WorkerBeat.objects.alive().values_list("worker_id", flat=True)}
        return sum(self._empty(key) for key in lists if key not in alive)

    def give_back_own(self):
        self._empty(self.in_hand)

    def _read(self, pk, tries):
        try:
            job = Job.fetch(pk, connection=self.redis, serializer=JSONSerializer)
            lost = int(self.redis.hget(Job.key_for(pk), "lost") or 0)
            return Taken(pk, job.func_name, list(job.args), job.kwargs, tries, lost, job.enqueued_at)
        except (NoSuchJobError, DeserializationError, ValueError, TypeError) as error:
            logger.warning("Task %s: nothing to do in it (%s)", pk, type(error).__name__)
            return None

    def _wake_rested(self):
        """Put what has rested into the queue."""
        resting = self.queue.scheduled_job_registry.key
        for pk in self.redis.zrangebyscore(resting, 0, timezone.now().timestamp()):
            with self.redis.pipeline() as pipe:
                pipe.zrem(resting, pk)
                # Twice in the queue is harmless: the second finds nothing to do. In none would have to be swept up.
                pipe.lpush(self.queue.key, pk)
                pipe.execute()

    def _empty(self, key) -> int:
        """Put what stands in the list of a worker back to the front of the queue; returns how many tasks that were."""
        freed = 0
        while pk := self.redis.lindex(key, 0):
            pk = pk.decode()
            lost = self.redis.hincrby(Job.key_for(pk), "lost", 1)
            taken = self._read(pk, tries=lost) if lost >= MOST_LOST else None
            if taken is not None:
                self._keep_dead(taken, LOST, "")
                self.redis.pipeline().lrem(key, 0, pk).delete(Job.key_for(pk)).execute()
            else:
                self.redis.lmove(key, self.queue.key, "LEFT", "LEFT")
            freed += 1
        return freed

    def _note_failed(self, taken, error):
        kind, places = class_and_places(error)
        tries = taken.tries - taken.lost
        logger.warning("Task %s: try %s of %s failed (%s)", taken.id, tries, MOST_TRIES, kind, exc_info=error)
        again = next_try(tries, timezone.now())
        if again is None:
            self._note_dead(taken, kind, places)
            return Status.FAILED
        resting = self.queue.scheduled_job_registry.key
        self._let_go(taken.id, lambda pipe: pipe.zadd(resting, {taken.id: again.timestamp()}))
        return Status.READY

    def _note_dead(self, taken, kind, places):
        """Keep a dead task where people look at those, and take it out of Redis."""
        if self._is_ours(taken.id):
            self._keep_dead(taken, kind, places)
            self._let_go(taken.id, lambda pipe: pipe.delete(Job.key_for(taken.id)))

    def _keep_dead(self, taken, kind, places):
        now = timezone.now()
        DBTaskResult.objects.get_or_create(
            pk=taken.id,
            defaults={
                "status": Status.FAILED,
                "task_path": taken.path,
                "args_kwargs": {"args": taken.args, "kwargs": taken.kwargs},
                "worker_ids": [self.worker_id] * taken.tries,
                "backend_name": self.backend.alias,
                "run_after": get_date_max(),
                "started_at": now,
                "finished_at": now,
                "exception_class_path": kind,
                "traceback": places,
            },
        )

    def _is_ours(self, pk):
        return self.redis.lpos(self.in_hand, pk) is not None

    def _let_go(self, pk, write) -> bool:
        """Write what became of a task and let go of it at once, if it still is this worker's; returns whether it was."""
        while True:
            with self.redis.pipeline() as pipe:
                pipe.watch(self.in_hand)
                if pipe.lpos(self.in_hand, pk) is None:
                    logger.warning("Task %s was given to another worker meanwhile", pk)
                    return False
                pipe.multi()
                write(pipe)
                pipe.lrem(self.in_hand, 0, pk)
                try:
                    pipe.execute()
                except WatchError:
                    continue
                return True


def ask_the_database():
    """Raises what the database raises where it is not there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _result(task, taken, status):
    return TaskResult(
        task=task,
        id=taken.id,
        status=status,
        enqueued_at=taken.enqueued_at,
        started_at=None,
        last_attempted_at=None,
        finished_at=None,
        args=taken.args,
        kwargs=taken.kwargs,
        backend=task.backend,
        errors=[],
        worker_ids=[],
    )
