"""The worker's tasks in the admin, and how long they are kept."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from people.tasks import send_notice
from service.admin import STATES
from service.models import Task, WorkerBeat
from service.worker.trying import LOST, MOST_TRIES

pytestmark = pytest.mark.django_db

TASKS = "/admin/service/task/"
TRACE = "builtins.ValueError\n    people/tasks.py:44 send_notice\n    people/models/notice.py:9 waiting\ndjango.db.X\n    a.py:1 b"


def make(state, **fields):
    """A task in a state; the key that it holds is 987654."""
    made = send_notice.enqueue(987654)
    now = timezone.now()
    tried = {"worker_ids": ["worker"], "started_at": now}
    failed = {"exception_class_path": "builtins.ValueError", "traceback": TRACE}
    changes = {
        "waiting": {},
        "resting": tried | failed | {"run_after": now + timedelta(minutes=5)},
        "in-hand": tried | {"status": "RUNNING"},
        "done": tried | {"status": "SUCCESSFUL", "finished_at": now},
        "dead": tried | failed | {"status": "FAILED", "finished_at": now, "worker_ids": ["a"] * MOST_TRIES},
    }[state]
    DBTaskResult.objects.filter(pk=made.id).update(**changes | fields)
    return Task.objects.get(pk=made.id)


@pytest.fixture
def all_states():
    return {state: make(state) for state in STATES}


def shown(browser, **query):
    """The rows of the list: (state, error, tries, next try)."""
    page = browser.get(TASKS, query)
    model_admin = page.context["cl"].model_admin
    columns = ("state", "error", "tries", "next_try")
    return {
        each.pk: tuple(getattr(model_admin, column)(each) for column in columns)
        for each in page.context["cl"].result_list
    }


def test_tasks_are_listed_in_plain_words_without_their_keys(sign_in, superuser, all_states):
    browser = sign_in(superuser)
    html = browser.get(TASKS).content.decode()
    assert html.count("Send a notice by e-mail") == len(STATES)
    assert "987654" not in html
    rest, error = all_states["resting"].run_after, "ValueError at people/models/notice.py:9"
    assert shown(browser) == {
        all_states["waiting"].pk: ("Waiting", "-", 0, "now"),
        all_states["resting"].pk: ("To be tried again", error, 1, rest),
        all_states["in-hand"].pk: ("In hand", "-", 1, "-"),
        all_states["done"].pk: ("Done", "-", 1, "-"),
        all_states["dead"].pk: ("Dead", error, 5, "-"),
    }


@pytest.mark.parametrize("state", STATES)
def test_they_are_filtered_by_state(sign_in, superuser, all_states, state):
    assert [*shown(sign_in(superuser), state=state)] == [all_states[state].pk]


def test_one_that_has_rested_may_be_done_now(sign_in, superuser):
    task = make("resting", run_after=timezone.now() - timedelta(seconds=1))
    assert shown(sign_in(superuser))[task.pk][3] == "now"


def test_one_that_took_its_workers_with_it_says_so(sign_in, superuser):
    task = make("dead", exception_class_path=LOST, traceback="")
    assert shown(sign_in(superuser))[task.pk] == ("Dead", "Its worker died each time", 5, "-")


def test_one_of_another_version_says_so(sign_in, superuser):
    make("dead", task_path="people.tasks.gone")
    assert "A task that this version does not know" in sign_in(superuser).get(TASKS).content.decode()


def test_one_is_read_and_not_changed_added_or_deleted(sign_in, superuser, all_states):
    browser, dead = sign_in(superuser), all_states["dead"]
    html = browser.get(f"{TASKS}{dead.pk}/change/").content.decode()
    assert "people/tasks.py:44 send_notice<br>" in html
    assert "987654" not in html
    pages = [f"{TASKS}add/", f"{TASKS}{dead.pk}/delete/"]
    assert [browser.get(page).status_code for page in pages] == [403, 403]
    assert browser.post(f"{TASKS}{dead.pk}/change/", {"status": "READY"}).status_code == 403


def test_dead_ones_and_no_others_are_tried_again(sign_in, superuser, all_states):
    chosen = {"action": "try_again", "_selected_action": [each.pk for each in all_states.values()]}
    html = sign_in(superuser).post(TASKS, chosen, follow=True).content.decode()
    assert "1 given to the worker to try again." in html
    assert "4 left alone: only dead tasks are tried again." in html
    again = DBTaskResult.objects.get(pk=all_states["dead"].pk)
    assert (again.status, again.worker_ids) == ("READY", [])


def test_all_that_are_dead_may_be_tried_again(sign_in, superuser):
    dead = make("dead")
    chosen = {"action": "try_again", "_selected_action": [dead.pk]}
    html = sign_in(superuser).post(TASKS, chosen, follow=True).content.decode()
    assert "left alone" not in html


def test_the_list_costs_the_same_for_one_and_many(sign_in, superuser, django_assert_num_queries):
    browser = sign_in(superuser)
    make("dead")
    browser.get(TASKS)
    counts = []
    for count in (1, 10):
        for _ in range(count):
            make("dead")
        with django_assert_num_queries(counts[0] if counts else 6, exact=False) as queries:
            browser.get(TASKS)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_nobody_else_sees_them(sign_in, editor, line_manager, all_states):
    assert sign_in(editor).get(TASKS).status_code == 403
    assert sign_in(line_manager).get(TASKS).status_code == 302
    again = {"action": "try_again", "_selected_action": [all_states["dead"].pk]}
    assert sign_in(editor).post(TASKS, again).status_code == 403
    assert DBTaskResult.objects.get(pk=all_states["dead"].pk).status == "FAILED"


def test_the_library_s_own_page_is_gone(sign_in, superuser):
    assert sign_in(superuser).get("/admin/django_tasks_database/dbtaskresult/").status_code == 404


def test_done_ones_are_kept_for_a_day_and_dead_ones_for_thirty():
    now = timezone.now()
    kept = [
        make("done", finished_at=now - timedelta(hours=23)),
        make("dead", finished_at=now - timedelta(days=29)),
        make("waiting", enqueued_at=now - timedelta(days=90)),
        make("resting", enqueued_at=now - timedelta(days=90)),
        make("in-hand", started_at=now - timedelta(days=90)),
    ]
    make("done", finished_at=now - timedelta(hours=25))
    make("dead", finished_at=now - timedelta(days=31))
    WorkerBeat.objects.create(worker_id="a", seen_at=now - timedelta(hours=25))
    lately = WorkerBeat.objects.create(worker_id="b", seen_at=now - timedelta(hours=23))
    said = io.StringIO()
    call_command("prune_tasks", stdout=said)
    assert said.getvalue() == "1 done, 1 dead and 1 workers deleted.\n"
    assert set(Task.objects.all()) == set(kept)
    assert list(WorkerBeat.objects.all()) == [lately]
    assert str(lately) == "Worker b"
    assert str(kept[0]) == f"Task {kept[0].pk}"
