"""The worker's runs: in batches, started again, with rounds that fail; their page in the admin, and the command."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessments import actions, editions
from assessments.actions import NotStopped, carry_runs
from assessments.models import Assessment, CarryOver, CarryOverRun
from assessments.tasks import carry_on
from people.models import Notice
from tests.assessments.carried import make_small_versions
from tests.factories import close, make_assessment, make_user, rate_all

pytestmark = pytest.mark.django_db

RUNS = "/admin/assessments/carryoverrun/"


@pytest.fixture(scope="module")
def versions(kept_for_the_module):
    return make_small_versions()


@pytest.fixture
def older(versions):
    return versions[0]


@pytest.fixture
def newer(versions):
    return versions[1]


@pytest.fixture
def drafts(older, monkeypatch):
    """Five drafts, which a run comes to in batches of two."""
    monkeypatch.setattr(carry_runs, "BATCH", 2)
    return [make_assessment(make_user(), version=older, role_profile="clerk") for _ in range(5)]


@pytest.fixture
def run(older, newer, drafts):
    return actions.start_run(from_version=older, to_version=newer)[0]


def work(run, *, most=100):
    """Let the worker do a run's batches, at most so many; returns how many it did."""
    after, count = "", 0
    while count < most:
        after = actions.run_batch(run_id=run.pk, after=after)
        count += 1
        if not after:
            break
    run.refresh_from_db()
    return count


def figures(run):
    run.refresh_from_db()
    return (run.total, run.done, run.failed, run.finished_at is not None)


def broken_for(keys):
    """Carrying over as it is, but for the rounds with these keys."""

    def carry_over(*, assessment, **others):
        done = actions.carry_over(assessment=assessment, **others)
        if assessment.pk in keys:
            raise DatabaseError("Somebody’s own words")
        return done

    return carry_over


def test_a_run_carries_every_draft_over_in_batches(run, newer, drafts):
    assert figures(run) == (5, 0, 0, False)
    assert work(run) == 3
    assert figures(run) == (5, 5, 0, True)
    assert set(Assessment.objects.values_list("version", flat=True)) == {newer.pk}
    assert set(CarryOver.objects.values_list("run", "assessment")) == {(run.pk, each.pk) for each in drafts}
    assert Notice.objects.filter(kind="carried-over").count() == 5
    assert actions.run_batch(run_id=run.pk) == ""
    assert figures(run) == (5, 5, 0, True)


def test_each_task_holds_keys_only_and_gives_the_worker_the_next(run, drafts):
    assert carry_on.func(run.pk)
    keys = sorted(str(each.pk) for each in drafts)
    [row] = DBTaskResult.objects.filter(task_path=carry_on.module_path)
    assert row.args_kwargs == {"args": [run.pk, keys[1]], "kwargs": {}}
    assert carry_on.func(run.pk, keys[1]) == keys[3]
    assert carry_on.func(run.pk, keys[3]) == ""
    assert DBTaskResult.objects.filter(task_path=carry_on.module_path).count() == 2
    assert figures(run) == (5, 5, 0, True)


def test_a_round_that_fails_is_counted_and_stays_for_another_try(run, newer, drafts, monkeypatch, caplog):
    failing = {drafts[0].pk, drafts[3].pk}
    monkeypatch.setattr(carry_runs, "carry_over", broken_for(failing))
    work(run)
    assert figures(run) == (5, 3, 2, True)
    assert set(Assessment.objects.exclude(version=newer).values_list("pk", flat=True)) == failing
    assert CarryOver.objects.count() == 3
    assert "DatabaseError" in caplog.text
    assert "Somebody" not in caplog.text
    monkeypatch.undo()
    again = editions.go_on(run)
    assert again.pk != run.pk
    work(again)
    assert figures(again) == (2, 2, 0, True)


def test_a_run_that_stopped_goes_on_where_it_was(run, drafts, monkeypatch):
    monkeypatch.setattr(carry_runs, "carry_over", broken_for({min(each.pk for each in drafts)}))
    work(run, most=2)
    assert figures(run) == (5, 3, 1, False)
    with pytest.raises(NotStopped):
        editions.go_on(run)
    CarryOverRun.objects.update(beat_at=timezone.now() - timedelta(minutes=11))
    run.refresh_from_db()
    assert run.has_stopped
    monkeypatch.undo()
    assert editions.go_on(run) == run
    run.refresh_from_db()
    assert not run.has_stopped
    with pytest.raises(NotStopped):
        editions.go_on(run)
    work(run)
    assert figures(run) == (5, 5, 0, True)
    with pytest.raises(NotStopped):
        editions.go_on(run)


def test_a_draft_that_is_not_left_any_more_counts_as_done(run, newer, drafts):
    actions.carry_over(assessment=drafts[0], to_version=newer, by=drafts[0].owner)
    close(drafts[1])
    actions.delete_assessment(assessment=drafts[2])
    work(run)
    assert figures(run) == (5, 5, 0, True)
    assert CarryOver.objects.filter(run=run).count() == 2


def test_a_draft_that_came_meanwhile_is_carried_over_too(run, older):
    for _ in range(2):
        make_assessment(make_user(), version=older, role_profile="clerk")
    work(run)
    assert figures(run) == (7, 7, 0, True)


def test_two_workers_at_one_run_count_each_round_once(run, monkeypatch):
    inner = carry_runs.carry_over

    def overtaken(*, assessment, **others):
        # The other worker comes first, after this one has read the round.
        inner(assessment=Assessment.objects.get(pk=assessment.pk), **others)
        return inner(assessment=assessment, **others)

    monkeypatch.setattr(carry_runs, "carry_over", overtaken)
    assert actions.run_batch(run_id=run.pk)
    assert figures(run) == (5, 0, 0, False)
    monkeypatch.undo()
    monkeypatch.setattr(carry_runs, "BATCH", 2)
    work(run)
    assert figures(run) == (5, 5, 0, True)
    assert CarryOver.objects.count() == 5


def test_there_is_one_run_at_work_for_a_version(run, older, newer):
    assert actions.start_run(from_version=older, to_version=newer) == (run, False)


def test_a_run_asks_the_same_number_of_queries_for_every_round(older, newer, django_assert_num_queries, monkeypatch):
    for answered in (False, True):
        assessment = make_assessment(make_user(), version=older, role_profile="clerk")
        if answered:
            rate_all(assessment)
    run, _ = actions.start_run(from_version=older, to_version=newer)
    actions.way_between(older, newer)
    keys = carry_runs.drafts_left(older).values_list("pk", flat=True)
    took = []
    for key in list(keys):
        with django_assert_num_queries(33, exact=False) as asked:
            carry_runs._carry_one(run, key)
        took.append(len(asked))
    assert max(took) - min(took) <= 2


@pytest.fixture
def stopped(run):
    CarryOverRun.objects.update(done=2, beat_at=timezone.now() - timedelta(minutes=11))
    run.refresh_from_db()
    return run


def page(browser, run):
    response = browser.get(f"{RUNS}{run.pk}/change/")
    assert response.status_code == 200
    return response.content.decode()


def test_an_editor_sees_how_far_a_run_is_and_no_name(sign_in, editor, run, drafts):
    browser = sign_in(editor)
    assert "The worker is at it: 0 of 5 drafts." in page(browser, run)
    listed = browser.get(RUNS).content.decode()
    assert "At work: 0 of 5" in listed
    for text in (listed, page(browser, run)):
        assert "go-on" not in text
        for draft in drafts:
            assert str(draft.pk) not in text
            assert draft.owner.email not in text


def test_an_editor_starts_a_run_again_that_has_stopped(sign_in, editor, stopped):
    browser = sign_in(editor)
    assert "Seems to have stopped, after 2 of 5" in browser.get(RUNS).content.decode()
    assert "Start again" in page(browser, stopped)
    response = browser.post(f"{RUNS}{stopped.pk}/go-on/", follow=True)
    assert "Given to the worker again." in response.content.decode()
    assert [row.args_kwargs["args"] for row in DBTaskResult.objects.filter(task_path=carry_on.module_path)] == [
        [stopped.pk]
    ]
    response = browser.post(f"{RUNS}{stopped.pk}/go-on/", follow=True)
    assert "It is at work, or has nothing left to do." in response.content.decode()


def test_an_editor_tries_again_what_failed(sign_in, editor, run, drafts, monkeypatch):
    monkeypatch.setattr(carry_runs, "carry_over", broken_for({drafts[0].pk}))
    work(run)
    browser = sign_in(editor)
    assert "1 draft could not be brought to the other version" in page(browser, run)
    response = browser.post(f"{RUNS}{run.pk}/go-on/")
    [again] = CarryOverRun.objects.filter(finished_at=None)
    assert response.url == f"{RUNS}{again.pk}/change/"
    assert "Try again" not in page(browser, again)


def test_the_daily_reminders_start_a_run_again_that_has_stopped(stopped):
    assert [editions.wake_runs() for _ in range(2)] == [1, 0]
    [row] = DBTaskResult.objects.filter(task_path=carry_on.module_path)
    assert row.args_kwargs["args"] == [stopped.pk]


def test_nobody_else_sees_or_starts_a_run(sign_in, stopped, contract_manager, line_manager):
    for person in (contract_manager, line_manager):
        browser = sign_in(person)
        assert browser.get(RUNS).status_code in (302, 403)
        assert browser.post(f"{RUNS}{stopped.pk}/go-on/").status_code in (302, 403)
    assert not DBTaskResult.objects.filter(task_path=carry_on.module_path).exists()


def test_a_run_is_neither_added_nor_changed_nor_deleted_in_the_admin(sign_in, superuser, run):
    browser = sign_in(superuser)
    assert browser.get(f"{RUNS}add/").status_code == 403
    assert browser.get(f"{RUNS}{run.pk}/delete/").status_code == 403
    assert browser.post(f"{RUNS}{run.pk}/change/", {"total": 7}).status_code == 403
    assert browser.get(f"{RUNS}{run.pk}/go-on/").status_code == 405
    assert figures(run) == (5, 0, 0, False)


def test_carry_over_rounds_does_it_here_and_now(older, newer, drafts, capsys, monkeypatch):
    asked = ["carry_over_rounds", "--framework", older.framework.slug, "--from", "1", "--to", "2"]
    monkeypatch.setattr(carry_runs, "carry_over", broken_for({drafts[0].pk}))
    with pytest.raises(CommandError):
        call_command(*asked)
    monkeypatch.undo()
    call_command(*asked)
    assert capsys.readouterr().out == "5 drafts: 4 done, 1 failed.\n1 drafts: 1 done, 0 failed.\n"


@pytest.mark.parametrize(("number", "other"), [("2", "1"), ("1", "1"), ("1", "9")])
def test_carry_over_rounds_refuses_other_versions(older, number, other):
    with pytest.raises(CommandError):
        call_command("carry_over_rounds", "--framework", older.framework.slug, "--from", number, "--to", other)
    assert not CarryOverRun.objects.exists()
