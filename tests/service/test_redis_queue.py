"""The queue in Redis: a real one, which is killed, as are its workers. Skipped where redis-server is not installed."""

import json
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import time
import zlib
from datetime import UTC, timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks import task_backends
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks_db.models import DBTaskResult
from redis import Redis
from redis.exceptions import RedisError
from rq.job import Job
from rq.serializers import JSONSerializer

from insights.tasks import count_marked
from people import tasks
from people.actions import notify, sweep_notices
from people.models import Notice
from service.models import WorkerBeat
from service.redis_queue import worker as workers
from service.sweeping import sweep
from service.worker import loop, trying
from service.worker.trying import LOST, MOST_LOST, MOST_TRIES
from tests.servers import ROOT

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed"),
]


class Server:
    """A Redis on a loopback port of its own, which keeps nothing on disk: killed, it has lost everything."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self):
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                return Redis.from_url(self.url).ping()
            except RedisError:
                time.sleep(0.02)
        raise AssertionError("Redis did not start")

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("redis"))
    made.start()
    yield made
    made.kill()


@pytest.fixture
def queue(server, settings):
    """The portal's queue, empty."""
    if server.process.poll() is not None:
        server.start()
    settings.RQ_QUEUES = {"default": {"URL": server.url}}
    settings.TASKS = {"default": {"BACKEND": "service.redis_queue.Backend", "QUEUES": ["default"]}}
    made = task_backends["default"]
    made.redis.flushall()
    return made


@pytest.fixture
def worker(queue):
    return queue.worker(batch=True, interval=0)


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    def run(do, *arguments, **named):
        with django_capture_on_commit_callbacks(execute=True):
            return do(*arguments, **named)

    return run


@pytest.fixture
def notice(queue, commit, line_manager):
    """A notice that is to be sent, with its task in Redis."""
    return commit(notify, recipient=line_manager, kind="shared", path="/assessments/")


@pytest.fixture
def broken(monkeypatch):
    """The task fails before it claims its notice, past what it expects to go wrong."""

    def fail(**_):
        raise ValueError("Zofia's words")

    monkeypatch.setattr(Notice.objects, "filter", fail)


def waiting(queue):
    return [pk.decode() for pk in queue.redis.lrange(queue.queue.key, 0, -1)]


def resting(queue):
    """The seconds that each of those that rest still has."""
    found = queue.redis.zrange(queue.queue.scheduled_job_registry.key, 0, -1, withscores=True)
    return [round(moment - timezone.now().timestamp()) for _, moment in found]


def wake(queue):
    for pk in queue.redis.zrange(queue.queue.scheduled_job_registry.key, 0, -1):
        queue.redis.zadd(queue.queue.scheduled_job_registry.key, {pk: 1})


def jobs(queue):
    return list(queue.redis.scan_iter("rq:job:*"))


def test_a_task_is_put_there_once_its_cause_is_committed(
    queue, line_manager, django_capture_on_commit_callbacks, mailoutbox
):
    with django_capture_on_commit_callbacks(execute=True):
        notice = notify(recipient=line_manager, kind="shared")
        assert waiting(queue) == []
    [pk] = waiting(queue)
    job = Job.fetch(pk, connection=queue.redis, serializer=JSONSerializer)
    assert (job.func_name, list(job.args)) == ("people.tasks.send_notice", [notice.pk])
    queue.worker(batch=True).run()
    assert (len(mailoutbox), waiting(queue), jobs(queue)) == (1, [], [])
    assert not DBTaskResult.objects.exists()
    assert not WorkerBeat.objects.exists()


def test_what_is_rolled_back_puts_nothing_there(queue, line_manager, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as put:
        notify(recipient=line_manager, kind="shared")
    assert (len(put), waiting(queue)) == (1, [])


def test_nothing_personal_and_no_code_is_there(queue, notice):
    texts = []
    for key in queue.redis.scan_iter("*"):
        kind = queue.redis.type(key)
        texts.append(queue.redis.hgetall(key) if kind == b"hash" else key)
    said = str(texts)
    assert notice.recipient.email not in said
    assert notice.recipient.name not in said
    [job] = jobs(queue)
    assert json.loads(zlib.decompress(queue.redis.hget(job, "data"))) == [
        "people.tasks.send_notice",
        None,
        [notice.pk],
        {},
    ]
    called = ("success_callback_name", "failure_callback_name", "stopped_callback_name", "webhooks")
    assert {queue.redis.hget(job, name) or b"" for name in called} == {b""}


def test_it_may_be_put_there_for_later(queue, commit, worker):
    commit(tasks.send_notice.using(run_after=timezone.now() + timedelta(minutes=5)).enqueue, 1)
    assert waiting(queue) == []
    assert resting(queue) in ([299], [300])
    assert worker.take() is None
    wake(queue)
    assert worker.take().args == [1]


def test_what_fails_rests_longer_and_longer_and_is_dead_in_the_end(queue, notice, worker, broken, caplog):
    rests = []
    for _ in range(MOST_TRIES - 1):
        worker.run_task(worker.take())
        assert worker.take() is None
        rests += resting(queue)
        wake(queue)
    assert [round(each, -1) for each in rests] == [60, 300, 1800, 7200]
    worker.run_task(worker.take())
    assert jobs(queue) == []
    dead = DBTaskResult.objects.get()
    assert (dead.status, dead.exception_class_path, len(dead.worker_ids)) == ("FAILED", "builtins.ValueError", 5)
    assert dead.args_kwargs == {"args": [notice.pk], "kwargs": {}}
    assert "Zofia" not in dead.traceback


def test_a_dead_one_is_not_given_again_by_a_sweep_but_by_a_person(queue, notice, commit, worker, mailoutbox):
    worker._keep_dead(worker.take(), LOST, "")
    worker.redis.flushall()
    assert commit(sweep_notices) == (0, 0)
    assert commit(queue.try_again, DBTaskResult.objects.get())
    assert not DBTaskResult.objects.exists()
    assert not queue.try_again(DBTaskResult(pk="0" * 32))
    worker.run()
    assert len(mailoutbox) == 1


def test_a_task_of_no_name_is_not_imported(queue, worker):
    job = queue.queue.create_job("os.system", args=["true"])
    job._id = "11111111-1111-1111-1111-111111111111"
    queue.queue.enqueue_job(job)
    worker.run_task(worker.take())
    assert DBTaskResult.objects.get().exception_class_path == workers.UNKNOWN


def test_what_somebody_else_wrote_is_never_unpickled(queue, worker, notice, caplog, log_watch):
    [pk] = waiting(queue)

    class Harm:
        def __reduce__(self):
            return (os.mkdir, ("/tmp/portal-was-harmed",))

    queue.redis.hset(Job.key_for(pk), "data", pickle.dumps(("people.tasks.send_notice", None, [Harm()], {})))
    assert queue.known(tasks.send_notice) == set()
    assert worker.take() is None
    assert not os.path.exists("/tmp/portal-was-harmed")
    assert jobs(queue) == []
    assert "nothing to do in it" in caplog.text


def test_a_task_that_is_gone_is_passed_over(queue, worker, notice):
    [pk] = waiting(queue)
    queue.redis.delete(Job.key_for(pk))
    assert worker.take() is None
    assert waiting(queue) == []
    assert queue.redis.lrange(worker.in_hand, 0, -1) == []


def test_nobody_asks_what_became_of_one(queue):
    with pytest.raises(TaskResultDoesNotExist):
        queue.get_result("1")
    assert queue.check() == ()


def test_what_waits_rests_and_is_in_hand_is_known(queue, commit, worker):
    for number in (1, 2, 3):
        commit(tasks.send_notice.enqueue, number)
    commit(tasks.send_notice.using(run_after=timezone.now() + timedelta(hours=1)).enqueue, 4)
    worker.take()
    assert queue.known(tasks.send_notice) == {(1,), (2,), (3,), (4,)}
    assert queue.known(count_marked) == set()


def test_a_queue_that_is_long_is_left_to_the_worker(queue, commit, notice, monkeypatch):
    commit(tasks.send_notice.enqueue, 5)
    assert len(queue.known(tasks.send_notice)) == 2
    monkeypatch.setattr(trying, "MOST_LOOKED_AT", 1)
    assert queue.known(tasks.send_notice) is None
    assert sum(commit(sweep).values()) == 0


def test_how_long_it_is_and_since_when_the_first_waits(queue, commit):
    assert queue.backlog(timezone.now()) == (0, None)
    commit(tasks.send_notice.enqueue, 1)
    commit(tasks.send_notice.enqueue, 2)
    waiting_for, since = queue.backlog(timezone.now())
    assert waiting_for == 2
    assert timezone.now() - since < timedelta(seconds=5)
    assert since.tzinfo == UTC


# A worker that dies, or sleeps


def test_what_a_dead_worker_had_is_given_back(queue, notice, worker):
    other = queue.worker(batch=True)
    taken = worker.take()
    WorkerBeat.objects.create(worker_id=worker.worker_id)
    assert other.free_abandoned() == 0
    WorkerBeat.objects.update(seen_at=timezone.now() - timedelta(seconds=91))
    assert other.free_abandoned() == 1
    assert other.free_abandoned() == 0
    assert other.take().id == taken.id
    assert queue.redis.lrange(worker.in_hand, 0, -1) == []


def test_a_worker_that_slept_writes_nothing_of_a_task_that_was_given_away(queue, notice, worker, broken, mailoutbox):
    mine = worker.take()
    other = queue.worker(batch=True)
    other.free_abandoned()
    theirs = other.take()
    worker.run_task(mine)
    assert resting(queue) == []
    assert [pk.decode() for pk in queue.redis.lrange(other.in_hand, 0, -1)] == [theirs.id]
    worker._note_dead(mine, LOST, "")
    assert not DBTaskResult.objects.exists()
    assert not worker._let_go(mine.id, lambda pipe: pipe.flushall())
    assert len(jobs(queue)) == 1


def test_workers_that_are_lost_are_no_tries_that_failed(queue, notice, worker, broken, caplog):
    for _ in range(MOST_TRIES):
        worker.take()
        worker.give_back_own()
    taken = worker.take()
    worker.run_task(taken)
    assert f"Task {taken.id}: try 1 of 5 failed (builtins.ValueError)" in caplog.messages
    assert len(resting(queue)) == 1
    assert not DBTaskResult.objects.exists()


def test_one_that_took_its_workers_with_it_is_dead(queue, notice, worker):
    for _ in range(MOST_LOST):
        taken = worker.take()
        queue.worker().free_abandoned()
    assert (taken.tries, taken.lost) == (MOST_LOST, MOST_LOST - 1)
    assert (waiting(queue), jobs(queue)) == ([], [])
    assert DBTaskResult.objects.get().exception_class_path == LOST


def test_a_second_signal_gives_the_task_back(queue, notice, worker, monkeypatch):
    monkeypatch.setattr(tasks, "_send", lambda notice: (_ for _ in ()).throw(SystemExit(1)))
    with pytest.raises(SystemExit):
        worker.run_task(worker.take())
    assert len(waiting(queue)) == 1


# Redis, or the database, that goes away


def test_redis_is_killed_and_comes_back_empty(
    server, queue, notice, commit, line_manager, mailoutbox, caplog, log_watch
):
    server.kill()
    second = commit(notify, recipient=line_manager, kind="returned", path="/assessments/")
    assert second.pk
    assert caplog.text.count("Redis does not answer (ConnectionError): a sweep finds what is to be done") == 1
    given = commit(sweep)
    assert given["notices"] == 0
    server.start()
    assert commit(sweep)["notices"] == 2
    assert commit(sweep)["notices"] == 0
    queue.worker(batch=True).run()
    assert len(mailoutbox) == 2


def test_a_worker_waits_for_redis_and_goes_on(
    server, queue, notice, commit, monkeypatch, mailoutbox, caplog, log_watch
):
    worker, rests = queue.worker(interval=0.5), []

    def sleep(seconds):
        rests.append(seconds)
        if len(rests) == 1:
            server.kill()
        elif len(rests) == 4:
            server.start()
            commit(sweep)
        elif mailoutbox:
            worker._end(signal.SIGTERM, None)

    queue.redis.delete(queue.queue.key)
    monkeypatch.setattr(loop.time, "sleep", sleep)
    with pytest.raises(SystemExit):
        worker.run()
    assert rests[:4] == [0.5, 1, 2, 4]
    assert len(mailoutbox) == 1
    assert caplog.text.count("Waiting for what does not answer (ConnectionError)") == 1


def test_a_task_is_not_to_blame_for_a_database_that_is_gone(queue, notice, worker, broken, monkeypatch):
    taken = worker.take()
    monkeypatch.setattr(workers, "ask_the_database", lambda: (_ for _ in ()).throw(OperationalError("gone")))
    with pytest.raises(OperationalError):
        worker.run_task(taken)
    with pytest.raises(OperationalError):
        worker.take()
    assert (resting(queue), waiting(queue)) == ([], [])
    monkeypatch.undo()
    worker.give_back_own()
    assert len(waiting(queue)) == 1


DRIVER = """
import os, signal, sys
import django
django.setup()
from django.core.management import call_command
from people import tasks
from service.models import WorkerBeat
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1] == "die":
    tasks._send = die
else:
    WorkerBeat.objects.update(seen_at="2020-01-01T00:00:00Z")
call_command("run_worker", batch=True, interval=0.05)
"""


@pytest.mark.heavy
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the worker's database has to be a copy of the test's")
@pytest.mark.django_db(transaction=True)
def test_a_worker_is_killed_with_a_notice_in_hand_and_another_takes_it(server, queue, line_manager, portals):
    notify(recipient=line_manager, kind="shared", path="/assessments/")
    environment = portals.environment(sqlite_file=connection.settings_dict["NAME"])
    environment |= {"PORTAL_QUEUE": "redis", "REDIS_URL": server.url}

    def run(how):
        ended = subprocess.run(
            [sys.executable, "-c", DRIVER, how], cwd=ROOT, env=environment, capture_output=True, check=False
        )
        return ended.returncode

    assert run("die") == -signal.SIGKILL
    assert (waiting(queue), len(queue.jobs())) == ([], 1)
    assert run("live") == 0
    assert jobs(queue) == []
