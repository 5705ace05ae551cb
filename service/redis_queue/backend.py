"""Tasks as rq's jobs, so that its tools can show them. They hold a task's name and keys, as JSON: nothing in them is code.

A task is put there once what causes it is committed. Where Redis is not there, the request succeeds all the same: whatever the
task was to do can be found again in the database, and a sweep finds it.
"""

import logging
from datetime import UTC, datetime
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.functional import cached_property
from django_tasks import TaskResultStatus as Status
from django_tasks.base import TASK_MAX_PRIORITY, TaskResult
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.signals import task_enqueued
from django_tasks.utils import normalize_json
from django_tasks_rq import RQBackend
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DeserializationError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from ..worker import DiscreetTask, trying

logger = logging.getLogger(__name__)

QUEUE = "default"
# Seconds. A page waits no longer for a Redis that does not answer.
PATIENCE = 2
# What a worker took stands in a list of its own until it is done.
IN_HAND = "portal:in-hand:"


class Backend(RQBackend):
    """What ``service.worker.Backend`` is in the database. Priorities are not kept, but for the highest."""

    task_class = DiscreetTask
    supports_priority = True
    supports_async_task = False
    supports_get_result = False

    @cached_property
    def redis(self) -> Redis:
        return Redis.from_url(
            settings.RQ_QUEUES[QUEUE]["URL"], socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=None
        )

    @cached_property
    def queue(self) -> Queue:
        return Queue(QUEUE, connection=self.redis, serializer=JSONSerializer)

    def enqueue(self, task, args, kwargs):
        """Put a task into the queue when the transaction is committed. Raises nothing where Redis is not there."""
        self.validate_task(task)
        said = normalize_json({"args": args, "kwargs": kwargs})
        result = TaskResult(
            task=task,
            id=str(uuid4()),
            status=Status.READY,
            enqueued_at=None,
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=said["args"],
            kwargs=said["kwargs"],
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
        transaction.on_commit(lambda: self._put(result))
        return result

    def _put(self, result):
        task = result.task
        try:
            job = self.queue.create_job(task.module_path, args=result.args, kwargs=result.kwargs, job_id=result.id)
            if task.run_after is None:
                self.queue.enqueue_job(job, at_front=task.priority == TASK_MAX_PRIORITY)
            else:
                job.set_status(JobStatus.SCHEDULED)
                self.queue.schedule_job(job, task.run_after)
        except (RedisError, OSError) as error:
            logger.warning("Redis does not answer (%s): a sweep finds what is to be done", type(error).__name__)
        else:
            task_enqueued.send(type(self), task_result=result)

    def get_result(self, result_id):
        """Nothing asks what became of a task: that stands in what it was to do."""
        raise TaskResultDoesNotExist(result_id)

    def check(self, **kwargs):
        """Nothing: the settings have looked at the address, and Redis may come later."""
        return ()

    def known(self, task) -> set[tuple] | None:
        """As in the database, where the dead stand; None where more tasks wait than may be looked at. Raises what Redis raises."""
        if self.queue.count > trying.MOST_LOOKED_AT:
            return None
        return self._dead(task) | {tuple(job.args) for job in self.jobs() if _is_of(job, task)}

    def jobs(self) -> list[Job]:
        """What waits, rests and is in hand."""
        keys = [self.redis.lrange(key, 0, -1) for key in (self.queue.key, *self.redis.scan_iter(f"{IN_HAND}*"))]
        keys.append(self.redis.zrange(self.queue.scheduled_job_registry.key, 0, -1))
        ids = [pk.decode() for each in keys for pk in each]
        found = Job.fetch_many(ids, connection=self.redis, serializer=JSONSerializer)
        return [job for job in found if job is not None]

    def _dead(self, task):
        from django_tasks_db.models import DBTaskResult

        rows = DBTaskResult.objects.failed().filter(task_path=task.module_path).order_by()
        return {tuple(row["args"]) for row in rows.values_list("args_kwargs", flat=True)}

    def backlog(self, now: datetime) -> tuple[int, datetime | None]:
        """How many tasks may be done now, and since when the first of them waits. Raises what Redis raises."""
        first = self.redis.lindex(self.queue.key, 0)
        enqueued_at = first and self.redis.hget(Job.key_for(first.decode()), "enqueued_at")
        since = enqueued_at and datetime.fromisoformat(enqueued_at.decode().replace("Z", "+00:00"))
        if since and since.tzinfo is None:
            since = since.replace(tzinfo=UTC)
        return self.queue.count, since or None

    def try_again(self, row) -> bool:
        """Let a dead task be tried as often as a new one; returns whether it was dead."""
        if not row._meta.model.objects.failed().filter(pk=row.pk).delete()[0]:
            return False
        row.task.enqueue(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
        return True

    def worker(self, **options):
        """A worker at this queue (``service.worker.loop.Loop``)."""
        from .worker import RedisWorker

        return RedisWorker(self, **options)


def _is_of(job, task):
    try:
        return job.func_name == task.module_path
    except DeserializationError:  # nothing that the portal put there
        return False
