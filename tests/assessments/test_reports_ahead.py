"""The PDFs of a report that are made before anybody asks for them: by the worker, as each reader would get them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessments import actions
from assessments.actions import make_report_files, report_files, sweep_report_files
from assessments.models import Assessment, Rating, ReportFile
from assessments.reports import files
from documents.pdf import PdfUnavailable
from service.worker.rows import DatabaseWorker
from tests.conftest import HEAVY
from tests.factories import agree, make_assessment, make_line, make_user, rate_all, reread, review, share

pytestmark = pytest.mark.django_db

OWNER, LINE_MANAGER = "owner", "line_manager"
NOW = timedelta(0)


@pytest.fixture
def made(monkeypatch):
    """The sources of the PDFs that were made; the bytes are short and tell them apart."""
    sources = []

    def make_pdf(source):
        sources.append(source)
        return f"%PDF-{len(sources)}".encode()

    monkeypatch.setattr(files, "make_pdf", make_pdf)
    monkeypatch.setattr(report_files, "warm", lambda: None)
    return sources


def finished(owner):
    assessment = make_assessment(owner)
    rate_all(assessment)
    return reread(assessment)


@pytest.fixture
def draft(contract_manager):
    return finished(contract_manager)


@pytest.fixture
def shared(draft, line_manager):
    return share(draft, line_manager)


def work():
    DatabaseWorker(batch=True, interval=0).run()


def tasks_for(assessment):
    rows = DBTaskResult.objects.filter(task_path=make_report_files.module_path)
    return [row["args"] for row in rows.values_list("args_kwargs", flat=True)].count([str(assessment.pk)])


def forget_tasks():
    DBTaskResult.objects.all().delete()


def kept(assessment):
    return sorted(ReportFile.objects.filter(assessment=assessment).values_list("reader", flat=True))


def pdf(sign_in, person, assessment):
    return sign_in(person).get(reverse("report-pdf", kwargs={"assessment_id": assessment.pk}))


# Who gets what, made when


def test_after_the_worker_ran_nobody_waits_for_a_report(sign_in, shared, contract_manager, line_manager, made):
    assert tasks_for(shared) == 1
    work()
    assert [source.reader for source in made] == [OWNER, LINE_MANAGER]
    assert pdf(sign_in, contract_manager, shared).content == b"%PDF-1"
    assert pdf(sign_in, line_manager, shared).content == b"%PDF-2"
    assert len(made) == 2, "the kept ones were served"


def test_it_is_made_for_each_state_that_readers_get(contract_manager, line_manager, shared, made):
    reviewed = review(shared)
    assert tasks_for(shared) == 2
    work()
    assert {(source.is_reviewed, source.is_agreed) for source in made} == {(True, False)}
    agreed = agree(finished(make_user(name="Ola")), line_manager)
    assert tasks_for(agreed) == 3
    work()
    assert [source.is_agreed for source in made[2:]] == [True, True]
    assert kept(agreed) == kept(reviewed) == [LINE_MANAGER, OWNER]


def test_handing_over_makes_them_for_the_new_line_manager(shared, contract_manager, line_manager, made):
    new = make_user(name="Ada New")
    make_line(contract_manager, new)
    actions.hand_over_assessment(assessment=reread(shared), by=contract_manager)
    assert tasks_for(shared) == 2
    work()
    assert {source.line_manager.name for source in made} == {"Ada New"}


def test_a_line_manager_who_rates_first_gets_none_before(draft, line_manager, made):
    round_ = share(draft, line_manager, rates_first=True)
    work()
    assert (kept(round_), len(made)) == ([OWNER], 1)
    assert sweep_report_files(settled_after=NOW) == 0


def test_a_line_manager_whose_line_has_ended_gets_none(shared, contract_manager, made):
    contract_manager.reporting_lines.update(ended_at=timezone.now(), ended_by=contract_manager)
    work()
    assert kept(shared) == [OWNER]
    assert sweep_report_files(settled_after=NOW) == 0


def test_whose_account_is_closed_gets_none(shared, contract_manager, line_manager, made):
    type(line_manager).objects.filter(pk=line_manager.pk).update(is_active=False)
    work()
    assert kept(shared) == [OWNER]
    assert sweep_report_files(settled_after=NOW) == 0


def test_a_draft_s_is_made_when_it_is_asked_for(draft, made):
    assert make_report_files.call(str(draft.pk)) == 0
    assert (made, tasks_for(draft)) == ([], 0)


def test_a_round_that_is_gone_is_done(shared, made):
    pk = str(shared.pk)
    shared.delete()
    assert make_report_files.call(pk) == 0


def test_it_is_made_once_however_often_it_is_asked_for(shared, made):
    assert [make_report_files.call(str(shared.pk)) for _ in range(3)] == [2, 0, 0]
    assert len(made) == 2


def test_one_that_names_former_line_managers_is_not_kept_nor_made(shared, made):
    forget_tasks()
    review(shared)
    Rating.objects.filter(assessment=shared, view="line_manager").update(rated_by=make_user(name="Fay Former"))
    assert make_report_files.call(str(shared.pk)) == 0
    assert (made, kept(shared)) == ([], [])
    forget_tasks()
    assert sweep_report_files(settled_after=NOW) == 0


@pytest.mark.parametrize("change", ["changed", "deleted"])
def test_a_round_that_changes_meanwhile_is_left_to_whoever_changed_it(shared, monkeypatch, change):
    def make_pdf(source):
        rounds = Assessment.objects.filter(pk=shared.pk)
        rounds.update(changed_at=timezone.now()) if change == "changed" else rounds.delete()
        return b"%PDF"

    monkeypatch.setattr(files, "make_pdf", make_pdf)
    assert make_report_files.call(str(shared.pk)) == 0
    assert not ReportFile.objects.exists()


def test_a_round_that_is_deleted_at_the_last_moment_keeps_none(shared, made, monkeypatch):
    def gone(**_):
        raise IntegrityError

    monkeypatch.setattr(report_files, "keep_report_file", gone)
    assert make_report_files.call(str(shared.pk)) == 0


def test_where_no_pdf_can_be_made_it_is_done(shared, monkeypatch, caplog, log_watch):
    def missing(*_):
        raise PdfUnavailable("no pango")

    monkeypatch.setattr(files, "make_pdf", missing)
    monkeypatch.setattr(report_files, "warm", missing)
    work()
    row = DBTaskResult.objects.get(task_path=make_report_files.module_path)
    assert (row.status, row.return_value, len(row.worker_ids)) == ("SUCCESSFUL", 0, 1)
    assert "no PDF can be made on this machine" in caplog.text
    assert sweep_report_files(settled_after=NOW) == 0


@pytest.mark.skipif(not HEAVY, reason="makes PDFs in earnest")
def test_it_has_the_same_bytes_as_one_that_is_made_when_it_is_asked_for(
    sign_in, shared, contract_manager, line_manager
):
    work()
    ahead = [pdf(sign_in, person, shared).content for person in (contract_manager, line_manager)]
    ReportFile.objects.all().delete()
    assert [pdf(sign_in, person, shared).content for person in (contract_manager, line_manager)] == ahead


# What it costs whoever shares


def test_sharing_costs_one_row_more(draft, line_manager, contract_manager, made):
    make_line(contract_manager, line_manager)
    with CaptureQueriesContext(connection) as queries:
        actions.share_assessment(assessment=draft, by=contract_manager)
    about = [each["sql"] for each in queries if make_report_files.module_path in each["sql"]]
    assert [sql.partition("(")[0] for sql in about] == ['INSERT INTO "django_tasks_database_dbtaskresult" ']


# What the sweep finds


def test_a_sweep_finds_a_round_whose_task_was_lost(shared, made):
    forget_tasks()
    assert sweep_report_files() == 0, "it changed a moment ago"
    assert [sweep_report_files(settled_after=NOW) for _ in range(2)] == [1, 0]
    work()
    assert kept(shared) == [LINE_MANAGER, OWNER]
    assert sweep_report_files(settled_after=NOW) == 0


def test_a_sweep_finds_a_round_that_changed_after_its_report_was_made(shared, made):
    work()
    ReportFile.objects.filter(reader=LINE_MANAGER).update(made_at=shared.changed_at - timedelta(seconds=1))
    assert sweep_report_files(settled_after=NOW) == 1


def test_a_sweep_leaves_a_dead_task_to_people(shared, made):
    DBTaskResult.objects.filter(task_path=make_report_files.module_path).update(status="FAILED")
    assert sweep_report_files(settled_after=NOW) == 0


@pytest.mark.parametrize(("ago", "found"), [(timedelta(hours=23), 1), (timedelta(hours=25), 0)])
def test_a_sweep_looks_at_the_last_day(shared, made, ago, found):
    forget_tasks()
    Assessment.objects.filter(pk=shared.pk).update(changed_at=timezone.now() - ago)
    assert sweep_report_files() == found


def test_a_sweep_costs_the_same_for_one_and_many(shared, line_manager, made, django_assert_num_queries):
    work()
    for count in (0, 3):
        for _ in range(count):
            share(finished(make_user()), line_manager)
        work()
        with django_assert_num_queries(2):
            sweep_report_files(settled_after=NOW)


def test_a_report_that_anybody_could_read_is_found(shared, line_manager, made, monkeypatch):
    """The check on a planted fault: without the readers' own question, who rates first would get one."""
    Assessment.objects.filter(pk=shared.pk).update(rates_first=True)
    monkeypatch.setattr(report_files, "can_read_report", lambda *_: True)
    make_report_files.call(str(shared.pk))
    assert kept(shared) == [LINE_MANAGER, OWNER]
