"""How the worker keeps up is counted from the rows of the queue, whatever else is in them."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus as Status
from django_tasks_db.models import DBTaskResult, get_date_max

from service.backlog import Backlog, read_backlog
from service.models import WorkerBeat

pytestmark = pytest.mark.django_db


def ago(**length):
    return timezone.now() - timedelta(**length)


def put(*, status=Status.READY, put_at=None, run_after=None):
    row = DBTaskResult.objects.create(
        status=status, args_kwargs={"args": [], "kwargs": {}}, task_path="x", run_after=run_after or get_date_max()
    )
    DBTaskResult.objects.filter(pk=row.pk).update(enqueued_at=put_at or timezone.now())


def test_nothing_waits_for_nobody():
    assert read_backlog() == Backlog(0, 0, None)
    assert read_backlog().is_late


def test_what_may_be_done_is_counted_and_the_oldest_told(django_assert_num_queries):
    for seconds in (10, 400, 20):
        put(put_at=ago(seconds=seconds))
    put(put_at=ago(days=2), run_after=ago(seconds=-60))  # rests
    put(put_at=ago(days=2), run_after=ago(seconds=500))  # has rested
    for status in (Status.RUNNING, Status.SUCCESSFUL, Status.FAILED):
        put(status=status, put_at=ago(days=2))
    for number, seconds in enumerate((70, 7, 80)):
        WorkerBeat.objects.create(worker_id=str(number), seen_at=ago(seconds=seconds))
    with django_assert_num_queries(2):
        assert read_backlog() == Backlog(4, 500, 7)


@pytest.mark.parametrize(
    ("oldest", "seen", "is_late"), [(0, 0, False), (300, 90, False), (301, 0, True), (0, 91, True), (0, None, True)]
)
def test_late_is_a_task_that_waits_long_or_a_worker_that_is_not_heard(oldest, seen, is_late):
    assert Backlog(1, oldest, seen).is_late == is_late
