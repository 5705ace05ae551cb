"""What happens to rounds as versions come and go: the impact told before, and notices to people midway."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessments import actions, editions
from assessments.actions import reminders
from assessments.models import Assessment, CarryOver, CarryOverRun
from assessments.tasks import tell_of_published_version, tell_of_retiring_version
from people.models import Notice
from standards.actions import publish_unreviewed
from standards.models import Version
from tests.factories import close, make_assessment, make_user, rate, rate_all, reread, share
from tests.standards.made_up import make_made_up_version

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def draft_version(kept_for_the_module):
    return make_made_up_version(Version.objects.published().get())


@pytest.fixture
def older(draft_version):
    return draft_version.follows


@pytest.fixture
def newer(draft_version):
    return publish_unreviewed(version=draft_version)


def tasks(task):
    """What the worker was given of ``task``."""
    return [
        row["args"]
        for row in DBTaskResult.objects.filter(task_path=task.module_path).values_list("args_kwargs", flat=True)
    ]


def told(kind):
    return sorted(Notice.objects.filter(kind=kind).values_list("recipient__email", "path", "due_on"))


def test_impact_is_what_carrying_over_does_then(older, draft_version, contract_manager, stranger, line_manager):
    rate_all(make_assessment(contract_manager, version=older))
    rate(make_assessment(stranger, version=older), {"B4.2": 1, "B2.3": "Not mine", "A2.7": 3, "A1.1": 2})
    rate(make_assessment(make_user(), version=older), {"B4.2": 1, "B4.7": "Not mine", "B3.7": 3, "B3.9": 1})
    shared = make_assessment(make_user(), version=older)
    rate_all(shared)
    share(shared, line_manager)
    said = editions.impact(draft_version)
    assert (said.open_rounds, said.drafts, said.shared, said.answers) == (4, 3, 1, 74)
    version = publish_unreviewed(version=draft_version)
    for assessment in Assessment.objects.filter(state="draft").select_related("version", "owner"):
        actions.carry_over(assessment=assessment, to_version=version)
    done = [
        CarryOver.objects.values_list(name, flat=True) for name in ("carried", "asked_again", "proposed", "archived")
    ]
    assert [sum(counts) for counts in done] == [said.carried, said.asked_again, said.proposed, said.archived]
    assert min(said.carried, said.asked_again, said.proposed, said.archived) > 0


def test_impact_asks_the_same_number_of_queries_of_one_round_and_of_many(older, draft_version):
    took = []
    for count in (1, 3):
        for _ in range(count):
            rate_all(make_assessment(make_user(), version=older))
        with CaptureQueriesContext(connection) as queries:
            editions.impact(draft_version)
        took.append(len(queries))
    assert took[0] == took[1] <= 20


def test_nobody_midway_means_no_impact(older, draft_version, contract_manager):
    close(make_assessment(contract_manager, version=older))
    said = editions.impact(draft_version)
    assert (said.open_rounds, said.drafts, said.shared, said.answers) == (0, 0, 0, 0)
    assert editions.midway(older) == 0


def test_midway_counts_drafts_and_shared_rounds(older, contract_manager, stranger, line_manager):
    rate_all(assessment := make_assessment(contract_manager, version=older))
    share(assessment, line_manager)
    make_assessment(stranger, version=older)
    assert editions.midway(older) == 2


def test_people_midway_are_told_once_that_a_version_is_published(
    newer, older, contract_manager, stranger, line_manager
):
    rate_all(shared := make_assessment(stranger, version=older))
    share(shared, line_manager)
    make_assessment(make_user(), version=newer)
    draft = make_assessment(contract_manager, version=older)
    editions.published(newer, None)
    assert tasks(tell_of_published_version) == [[newer.pk]]
    assert not Notice.objects.filter(kind="version-published").exists()
    for _ in range(2):
        assert tell_of_published_version.func(newer.pk) == ""
    assert told("version-published") == [(contract_manager.email, f"/assessments/{draft.pk}/carry-over/", None)]
    assert actions.remind_of_versions() == 0
    # Whoever has followed need not open it any more.
    actions.carry_over(assessment=reread(draft), to_version=newer, by=contract_manager)
    assert not Notice.objects.filter(kind="version-published").unread().exists()


def test_many_are_told_in_batches(newer, older, monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 2)
    for _ in range(3):
        make_assessment(make_user(), version=older)
    following = tell_of_published_version.func(newer.pk)
    assert tasks(tell_of_published_version) == [[newer.pk, following]]
    assert len(told("version-published")) == 2
    assert tell_of_published_version.func(newer.pk, following) == ""
    assert len(told("version-published")) == 3


def test_people_midway_are_told_of_the_day_and_again_of_another_one(newer, older, contract_manager):
    draft = make_assessment(contract_manager, version=older)
    day = timezone.localdate() + timedelta(days=60)
    for retires_on in (day, day, day + timedelta(days=1)):
        Version.objects.filter(pk=older.pk).update(closes_on=day, retires_on=retires_on)
        older.refresh_from_db()
        editions.retiring(older)
        tell_of_retiring_version.func(older.pk)
    path = f"/assessments/{draft.pk}/"
    assert told("version-retires") == [(contract_manager.email, path, day), (contract_manager.email, path, retires_on)]
    Version.objects.filter(pk=older.pk).update(closes_on=None, retires_on=None)
    assert tell_of_retiring_version.func(older.pk) == ""


def test_whom_the_worker_missed_is_told_by_the_daily_reminders(newer, older, contract_manager):
    make_assessment(contract_manager, version=older)
    day = timezone.localdate() + timedelta(days=60)
    Version.objects.filter(pk=older.pk).update(closes_on=day, retires_on=day)
    assert [actions.remind_of_versions() for _ in range(2)] == [2, 0]


def test_reviewers_are_told_that_they_are_asked(draft_version, editor, superuser):
    editions.review_asked(draft_version, editor, [superuser, editor])
    path = f"/admin/standards/version/{draft_version.pk}/sign-off/"
    assert told("sign-off-asked") == [(superuser.email, path, None)]


def test_the_editor_is_told_that_a_reviewer_has_answered_and_nothing_of_what(draft_version, editor, superuser):
    editions.review_answered(draft_version, superuser, editor)
    path = f"/admin/standards/version/{draft_version.pk}/review/"
    assert told("sign-off-answered") == [(editor.email, path, None)]


def retire(version):
    Version.objects.filter(pk=version.pk).update(state="retired", retired_at=timezone.now())
    version.refresh_from_db()
    editions.retired(version)


def test_a_version_that_retires_leaves_its_drafts_to_the_worker(newer, older, contract_manager):
    make_assessment(contract_manager, version=older)
    retire(older)
    [run] = CarryOverRun.objects.all()
    assert (run.from_version, run.to_version, run.total, run.finished_at) == (older, newer, 1, None)


def test_a_version_that_retires_without_drafts_or_without_another_one_begins_no_run(newer, older, contract_manager):
    retire(older)
    make_assessment(contract_manager, version=newer)
    retire(newer)
    assert not CarryOverRun.objects.exists()


def test_drafts_left_behind_are_carried_over_once_another_version_is_published(draft_version, older, contract_manager):
    make_assessment(contract_manager, version=older)
    retire(older)
    assert not CarryOverRun.objects.exists()
    newer = publish_unreviewed(version=draft_version)
    for _ in range(2):
        editions.published(newer, None)
    [run] = CarryOverRun.objects.all()
    assert (run.from_version, run.to_version, run.total) == (older, newer, 1)
