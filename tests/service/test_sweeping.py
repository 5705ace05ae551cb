"""What has no task is found, on every start of a worker and every minute."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from insights import tasks as insights_tasks
from people.actions import notify, recount
from people.models import Organisation, Recount
from service import sweeping
from service.sweeping import sweep
from service.worker import trying

pytestmark = pytest.mark.django_db

NOTHING = {"notices": 0, "carry_overs": 0, "report_files": 0}
NOTHING_MORE = {"campaigns": 0, "organisations": 0}


@pytest.fixture(autouse=True)
def _nobody_counted():
    cache.delete(sweeping.COUNTED_LATELY)


def paths():
    return sorted(path.rpartition(".")[2] for path in DBTaskResult.objects.values_list("task_path", flat=True))


def test_where_nothing_waits_nothing_is_given():
    assert sweep() == NOTHING | NOTHING_MORE
    assert sweep(thoroughly=False) == NOTHING
    assert paths() == []


def test_a_notice_without_a_task_is_given_once(line_manager):
    notify(recipient=line_manager, kind="shared")
    DBTaskResult.objects.all().delete()
    assert [sweep(thoroughly=False)["notices"] for _ in range(2)] == [1, 0]
    assert paths() == ["send_notice"]


def test_while_very_many_wait_none_is_looked_for(line_manager, monkeypatch):
    for _ in range(2):
        notify(recipient=line_manager, kind="shared")
    DBTaskResult.objects.first().delete()
    Recount.objects.create(organisation=Organisation.objects.create(name="Bureau of Weights"))
    monkeypatch.setattr(trying, "MOST_LOOKED_AT", -1)
    monkeypatch.setattr(insights_tasks, "still_inviting", lambda: [4])
    assert sum(sweep().values()) == 0
    monkeypatch.setattr(trying, "MOST_LOOKED_AT", 1)
    assert sweep(thoroughly=False)["notices"] == 1
    assert sweep(thoroughly=False)["notices"] == 0


def test_organisations_that_are_marked_are_counted_once_an_hour():
    organisation = Organisation.objects.create(name="Bureau of Weights")
    recount(organisation.pk)
    assert [sweep()["organisations"] for _ in range(2)] == [1, 0]
    cache.delete(sweeping.COUNTED_LATELY)
    assert sweep()["organisations"] == 0, "it is still to be done"
    assert paths() == ["count_marked"]


def test_where_one_part_fails_the_others_are_swept(line_manager, monkeypatch, caplog, log_watch):
    def fail():
        raise ValueError("Zofia's words")

    monkeypatch.setattr(sweeping, "wake_runs", fail)
    notify(recipient=line_manager, kind="shared")
    DBTaskResult.objects.all().delete()
    assert sweep(thoroughly=False) == NOTHING | {"notices": 1}
    assert "Sweeping carry_overs failed (ValueError)" in caplog.text
    assert "Zofia" not in caplog.text


def test_a_database_that_is_gone_is_said(monkeypatch):
    monkeypatch.setattr(sweeping, "wake_runs", lambda: (_ for _ in ()).throw(OperationalError("gone")))
    with pytest.raises(OperationalError):
        sweep()


def test_a_campaign_that_was_not_invited_to_the_end_goes_on(monkeypatch):
    monkeypatch.setattr(insights_tasks, "still_inviting", lambda: [4, 5])
    insights_tasks.invite_people.enqueue(4, "77")
    assert [sweep()["campaigns"] for _ in range(2)] == [1, 0]
    rows = DBTaskResult.objects.values_list("args_kwargs", flat=True)
    assert sorted(row["args"] for row in rows) == [[4, "77"], [5]]


def test_every_part_costs_the_same_for_one_and_many(
    line_manager, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12) as queries:
        sweep()
    for _ in range(10):
        notify(recipient=line_manager, kind="shared")
    with django_assert_num_queries(len(queries)):
        sweep()


def test_a_run_that_stopped_without_a_task_goes_on(monkeypatch):
    from assessments import editions

    class Run:
        pk, has_stopped = 5, True

    given = []
    monkeypatch.setattr(editions, "go_on", lambda run: given.append(run.pk))
    monkeypatch.setattr(editions.CarryOverRun.objects, "filter", lambda **_: [Run()])
    assert editions.wake_runs() == 1
    made = editions.carry_on.enqueue(5, "after")
    assert editions.wake_runs() == 0
    DBTaskResult.objects.filter(pk=made.id).update(status="FAILED", finished_at=timezone.now() - timedelta(hours=1))
    assert editions.wake_runs() == 0, "a person decides what becomes of a dead one"
    DBTaskResult.objects.filter(pk=made.id).update(status="SUCCESSFUL")
    assert editions.wake_runs() == 1
    assert given == [5, 5]
