"""The worker: its lease, what becomes of a task that fails, of one whose worker dies, and of a worker whose task was given away."""

import ast
import os
import signal
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks.signals import task_finished
from django_tasks_db.models import DBTaskResult, get_date_max

from documents import pdf
from people import tasks
from people.actions import notify
from people.models import Notice
from service.models import WorkerBeat
from service.worker import keeper, loop, rows
from service.worker.rows import DatabaseWorker, free_abandoned, take_back, try_again
from service.worker.trying import LOST, MOST_LOST, MOST_TRIES, NAMES, next_try
from tests.test_architecture import ROOT, House

pytestmark = pytest.mark.django_db

MINUTES = (1, 5, 30, 120)


@pytest.fixture
def worker():
    return DatabaseWorker(batch=True, interval=0)


@pytest.fixture
def row(line_manager):
    """A task that waits: a notice that is to be sent."""
    notify(recipient=line_manager, kind="shared", path="/assessments/")
    return DBTaskResult.objects.get()


@pytest.fixture
def broken(monkeypatch):
    """The task fails before it claims its notice, past what it expects to go wrong."""

    def fail(**_):
        raise ValueError("Zofia's words")

    monkeypatch.setattr(Notice.objects, "filter", fail)


def fresh(row):
    return DBTaskResult.objects.get(pk=row.pk)


def due(row):
    """Let its rest be over."""
    DBTaskResult.objects.filter(pk=row.pk).update(run_after=timezone.now() - timedelta(seconds=1))


def beat(worker_id, ago=0):
    return WorkerBeat.objects.create(worker_id=worker_id, seen_at=timezone.now() - timedelta(seconds=ago))


def test_it_does_what_there_is_and_ends_in_a_batch(worker, row, mailoutbox):
    worker.run()
    done = fresh(row)
    assert (done.status, done.return_value, done.worker_ids) == ("SUCCESSFUL", "sent", [worker.worker_id])
    assert len(mailoutbox) == 1
    assert not WorkerBeat.objects.exists(), "it says that it has ended"


def test_the_command_makes_a_worker_of_the_queue_that_lowers_its_priority(monkeypatch, row):
    lowered, obeyed = [], []
    monkeypatch.setattr(os, "nice", lowered.append)
    monkeypatch.setattr(pdf, "_spare_time", None)
    monkeypatch.setattr(signal, "signal", lambda number, handler: obeyed.append(number))
    call_command("run_worker", batch=True, interval=0.5)
    assert (lowered, obeyed) == ([10], [signal.SIGTERM, signal.SIGINT])
    assert pdf._spare_time is not None
    assert fresh(row).status == "SUCCESSFUL"


def test_an_empty_queue_is_looked_at_without_a_lock(worker, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert worker.take() is None


def test_what_rests_is_not_taken(worker, row):
    DBTaskResult.objects.update(run_after=timezone.now() + timedelta(seconds=5))
    assert worker.take() is None


def test_a_task_that_fails_is_tried_again_later_and_later_on_the_same_row(worker, row, broken):
    rests = []
    for _ in range(MOST_TRIES - 1):
        before = timezone.now()
        worker.run_task(worker.take())
        after = fresh(row)
        assert (after.status, after.exception_class_path) == ("READY", "builtins.ValueError")
        assert worker.take() is None
        rests.append(round((after.run_after - before).total_seconds() / 60))
        due(row)
    assert rests == list(MINUTES)
    worker.run_task(worker.take())
    dead = fresh(row)
    assert (dead.status, len(dead.worker_ids), dead.exception_class_path) == ("FAILED", 5, "builtins.ValueError")
    assert "tests/service/test_worker.py" in dead.traceback
    assert "Zofia" not in f"{dead.traceback}{dead.return_value}{dead.args_kwargs}"
    assert DBTaskResult.objects.count() == 1
    due(row)
    assert worker.take() is None


def test_a_task_that_is_done_at_a_later_try_keeps_no_error(worker, row, broken, monkeypatch):
    worker.run_task(worker.take())
    monkeypatch.undo()
    due(row)
    worker.run_task(worker.take())
    assert (fresh(row).status, fresh(row).exception_class_path, fresh(row).traceback) == ("SUCCESSFUL", "", "")


def test_rests_are_those_of_notices():
    now = timezone.now()
    assert [next_try(tries, now) - now for tries in range(1, MOST_TRIES)] == list(tasks.RESTS.values())
    assert next_try(MOST_TRIES, now) is None


def test_whoever_listens_is_told_what_became_of_a_task(worker, row, broken):
    told = []

    def listen(task_result, **kwargs):
        told.append(str(task_result.status))

    task_finished.connect(listen)
    try:
        worker.run_task(worker.take())
    finally:
        task_finished.disconnect(listen)
    assert told == ["READY"]


def test_a_task_of_another_release_rests_and_is_dead_in_the_end(worker, row):
    DBTaskResult.objects.update(task_path="people.tasks.gone", worker_ids=["a"] * 4)
    worker.run_task(worker.take())
    assert (fresh(row).status, fresh(row).exception_class_path) == ("FAILED", "builtins.ImportError")


def test_a_task_that_is_none_is_not_called(worker, row):
    DBTaskResult.objects.update(task_path="os.getpid")
    worker.run_task(worker.take())
    assert fresh(row).exception_class_path == "django.core.exceptions.SuspiciousOperation"


def test_what_a_task_returns_is_json_or_it_failed(worker, row, monkeypatch):
    monkeypatch.setattr(rows, "normalize_json", lambda value: (_ for _ in ()).throw(TypeError("no JSON")))
    worker.run_task(worker.take())
    assert (fresh(row).status, fresh(row).exception_class_path) == ("READY", "builtins.TypeError")


# The lease


@pytest.mark.parametrize(
    ("seen_ago", "taken_ago", "status"),
    [(0, 600, "RUNNING"), (85, 600, "RUNNING"), (95, 600, "READY"), (None, 95, "READY"), (None, 85, "RUNNING")],
)
def test_what_a_worker_had_that_was_not_seen_for_so_long_is_given_back(worker, row, seen_ago, taken_ago, status):
    worker.take()
    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(seconds=taken_ago))
    if seen_ago is not None:
        beat(worker.worker_id, seen_ago)
    assert free_abandoned() == (status == "READY")
    assert (fresh(row).status, len(fresh(row).worker_ids)) == (status, 1)
    assert free_abandoned() == 0


def test_the_last_one_who_took_it_has_the_lease(worker, row):
    DBTaskResult.objects.update(
        status="RUNNING", worker_ids=["dead", "alive"], started_at=timezone.now() - timedelta(hours=1)
    )
    beat("alive")
    assert free_abandoned() == 0
    DBTaskResult.objects.update(worker_ids=["alive", "dead"])
    assert free_abandoned() == 1


def test_workers_that_are_lost_are_no_tries_that_failed(worker, row, broken, caplog):
    for _ in range(MOST_TRIES):
        take_back(worker.take())
    worker.run_task(worker.take())
    assert (fresh(row).status, fresh(row).worker_ids) == ("READY", ["gone"] * 5 + [worker.worker_id])
    assert f"Task {row.pk}: try 1 of 5 failed (builtins.ValueError)" in caplog.messages


def test_a_task_that_took_as_many_workers_with_it_as_it_may_is_dead(worker, row, broken):
    for _ in range(MOST_LOST - 1):
        take_back(worker.take())
    worker.run_task(worker.take())
    assert fresh(row).status == "READY", "it failed, once"
    DBTaskResult.objects.update(run_after=get_date_max())
    take_back(worker.take())
    assert (fresh(row).status, fresh(row).exception_class_path) == ("FAILED", LOST)


def test_given_back_is_taken_at_once(worker, row):
    take_back(worker.take())
    assert fresh(row).run_after == get_date_max()
    assert worker.take().pk == row.pk


def test_a_worker_that_slept_while_its_task_was_given_to_another_writes_nothing_of_it(worker, row, broken):
    mine = worker.take()
    take_back(mine)
    other = DatabaseWorker()
    theirs = other.take()
    mine.status = "RUNNING"
    assert not rows.note_done(mine, "late")
    assert (fresh(row).status, fresh(row).worker_ids) == ("RUNNING", ["gone", other.worker_id])
    assert not rows.note_failed(mine, ValueError())
    assert not take_back(mine)
    assert fresh(row).status == "RUNNING"
    assert rows.note_done(theirs, "sent")
    assert not rows.note_failed(mine, ValueError())
    assert (fresh(row).status, fresh(row).return_value) == ("SUCCESSFUL", "sent")


def test_a_worker_that_slept_with_a_notice_in_hand_sends_it_once(worker, row, mailoutbox, monkeypatch):
    """It had claimed the notice, and slept: whoever is given the task finds nothing to claim, and leaves the notice to it."""
    claimed = tasks._send
    other = DatabaseWorker()

    def sleep(notice):
        monkeypatch.setattr(tasks, "_send", claimed)
        take_back(fresh(row))
        other.run_task(other.take())
        claimed(notice)

    monkeypatch.setattr(tasks, "_send", sleep)
    worker.run_task(worker.take())
    assert (fresh(row).status, fresh(row).return_value, len(mailoutbox)) == ("SUCCESSFUL", "", 1)
    assert Notice.objects.get().delivery == "sent"


def test_a_lease_that_is_not_asked_for_is_found(worker, row, monkeypatch):
    """The check on a planted fault: without it, the task of a worker that is at work is given away."""
    beat(worker.worker_id)
    worker.take()
    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(hours=1))
    monkeypatch.setattr(rows.WorkerBeat.objects, "alive", WorkerBeat.objects.none)
    assert free_abandoned() == 1


# The keeper


def test_a_beat_is_one_row_of_a_worker(worker):
    watch = keeper.Keeper(worker)
    watch._beat()
    WorkerBeat.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    watch._beat()
    [row] = WorkerBeat.objects.all()
    assert row.worker_id == worker.worker_id
    assert timezone.now() - row.seen_at < timedelta(seconds=5)


def test_it_sweeps_as_it_begins_and_thoroughly_now_and_then(worker, monkeypatch):
    swept = []
    monkeypatch.setattr(keeper, "sweep", lambda *, thoroughly: swept.append(thoroughly))
    watch = keeper.Keeper(worker)
    watch.begin()
    for _ in range(keeper.THOROUGHLY_EVERY):
        watch._look()
    assert swept == [True, *[False] * (keeper.THOROUGHLY_EVERY - 1), True]


def test_what_dead_workers_had_is_given_to_others_and_said(worker, row, caplog, log_watch):
    DBTaskResult.objects.update(status="RUNNING", worker_ids=["gone"], started_at=timezone.now() - timedelta(hours=1))
    keeper.Keeper(worker).begin()
    assert fresh(row).status == "READY"
    assert "1 tasks of workers that are gone were given to others" in caplog.text


def test_a_keeper_outlives_a_database_that_goes(worker, monkeypatch, caplog):
    watch, turns = keeper.Keeper(worker), []

    def wait(_):
        turns.append(1)
        return len(turns) > 2

    monkeypatch.setattr(watch._ended, "wait", wait)
    monkeypatch.setattr(keeper.connections, "close_all", lambda: None)
    monkeypatch.setattr(watch, "_beat", lambda: (_ for _ in ()).throw(OperationalError("gone")))
    watch.run()
    assert caplog.text.count("No beat (OperationalError)") == 1


def test_one_that_cannot_say_that_it_has_ended_ends(worker, monkeypatch):
    monkeypatch.setattr(WorkerBeat.objects, "filter", lambda **_: (_ for _ in ()).throw(OperationalError("gone")))
    keeper.Keeper(worker).end()


# Signals


def test_a_signal_ends_it_after_the_task_in_hand(row, line_manager, monkeypatch):
    worker = DatabaseWorker(interval=0)
    notify(recipient=line_manager, kind="shared")
    send = tasks._send
    monkeypatch.setattr(tasks, "_send", lambda notice: (worker._end(signal.SIGTERM, None), send(notice)))
    worker.run()
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["READY", "SUCCESSFUL"]


def test_a_signal_ends_a_rest_at_once(monkeypatch):
    worker = DatabaseWorker(interval=60)
    monkeypatch.setattr(loop.time, "sleep", lambda _: worker._end(signal.SIGTERM, None))
    with pytest.raises(SystemExit) as ended:
        worker.run()
    assert ended.value.code == 0
    assert not WorkerBeat.objects.exists()


def test_a_second_signal_ends_the_task_and_gives_it_back(worker, row, monkeypatch):
    def twice(notice):
        worker._end(signal.SIGTERM, None)
        worker._end(signal.SIGTERM, None)

    monkeypatch.setattr(tasks, "_send", twice)
    with pytest.raises(SystemExit) as ended:
        worker.run()
    assert (ended.value.code, fresh(row).status) == (1, "READY")


# A database that goes away


@pytest.fixture
def waits(monkeypatch):
    """The rests that workers take; they take no time."""
    taken = []
    monkeypatch.setattr(loop.time, "sleep", taken.append)
    monkeypatch.setattr(loop, "drop_connections", lambda: None)
    return taken


def away(times, do):
    """``do``, once the database has not been there for so many times."""
    left = [times]

    def ask(*arguments):
        if left[0]:
            left[0] -= 1
            raise OperationalError("the database is gone")
        return do(*arguments)

    return ask


def test_it_waits_for_a_database_that_is_not_there_as_it_begins(row, waits, monkeypatch, caplog):
    worker = DatabaseWorker(interval=0)
    monkeypatch.setattr(keeper.Keeper, "_beat", away(7, keeper.Keeper._beat))
    run = worker.run_task
    monkeypatch.setattr(worker, "run_task", lambda taken: (run(taken), worker._end(signal.SIGTERM, None)))
    worker.run()
    assert waits == [1, 2, 4, 8, 15, 15, 15]
    assert fresh(row).status == "SUCCESSFUL"
    assert caplog.text.count("Waiting for what does not answer (OperationalError)") == 1
    assert caplog.text.count("It answers again") == 1


def test_a_batch_does_not_wait(waits, monkeypatch):
    worker = DatabaseWorker(batch=True)
    monkeypatch.setattr(worker, "take", away(1, worker.take))
    with pytest.raises(OperationalError):
        worker.run()


@pytest.mark.parametrize("name", ["note_done", "note_failed"])
def test_a_task_whose_end_could_not_be_written_down_is_given_back(row, waits, monkeypatch, name, broken):
    if name == "note_done":
        monkeypatch.undo()
        monkeypatch.setattr(loop.time, "sleep", waits.append)
    worker = DatabaseWorker(interval=0)
    monkeypatch.setattr(rows, name, away(1, getattr(rows, name)))
    take, states = worker.take, []

    def watched():
        states.append(fresh(row).status)
        if len(states) == 3:
            worker._end(signal.SIGTERM, None)
        return take()

    monkeypatch.setattr(worker, "take", watched)
    worker.run()
    assert states[:2] == ["READY", "READY"], "it was not left as if it were in hand"
    assert len(fresh(row).worker_ids) == 2


def test_another_worker_s_tasks_are_not_given_back(row):
    worker, other = DatabaseWorker(), DatabaseWorker()
    other.take()
    worker.give_back_own()
    assert fresh(row).status == "RUNNING"


def test_connections_are_dropped_unless_a_transaction_holds_them():
    loop.drop_connections()
    assert connection.connection is not None
    done = []

    def elsewhere():
        connection.ensure_connection()
        loop.drop_connections()
        done.append(connection.connection is None)
        connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert done == [True]


# Trying again, by hand


def test_a_dead_task_is_tried_as_often_as_a_new_one(worker, row):
    DBTaskResult.objects.update(status="FAILED", worker_ids=["a"] * 5, finished_at=timezone.now())
    assert try_again(row)
    assert (fresh(row).status, fresh(row).worker_ids, fresh(row).finished_at) == ("READY", [], None)
    assert not try_again(row)
    worker.run_task(worker.take())
    assert fresh(row).status == "SUCCESSFUL"


def test_every_task_has_a_name_and_every_name_a_task():
    house = House(ROOT)
    found = {
        f"{module.name}.{function.name}"
        for module in house.modules
        for function in module.functions()
        for decorator in function.decorator_list
        if ast.unparse(decorator).partition("(")[0] == "task"
    }
    assert found == set(NAMES)
