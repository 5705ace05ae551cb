"""Sending a notice: what was certainly not sent is tried again, what may have been sent is not, and nothing personal is noted."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from people.actions import NotSendable, notify, send_again, sweep_notices
from people.models import Notice
from people.tasks import send_notice
from tests import smtp

pytestmark = pytest.mark.django_db
Delivery = Notice.Delivery


@pytest.fixture
def sink(settings):
    with smtp.listening() as (sink, port):
        settings.EMAIL_BACKEND = "people.post.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
        yield sink


@pytest.fixture
def notice(line_manager, contract_manager):
    return notify(recipient=line_manager, kind="shared", actor=contract_manager, path="/assessments/1/")


def send(notice):
    """What became of it, as the task says and as the row says."""
    returned = send_notice.call(notice.pk)
    notice.refresh_from_db()
    return returned, notice.delivery, notice.tries


def tasks():
    return list(DBTaskResult.objects.order_by("enqueued_at").values_list("task_path", "args_kwargs"))


def test_a_notice_is_sent_once(sink, notice):
    assert send(notice) == ("sent", "sent", 0)
    assert send(notice) == ("", "sent", 0)
    [(recipient, text)] = sink.accepted
    assert recipient == "tomasz@example.com"
    assert notice.claimed_at <= notice.sent_at
    head, _, body = text.partition("\r\n\r\n")
    assert "\r\nTo: tomasz@example.com\r\n" in head
    assert f"Message-ID: <notice-{notice.pk}-" in head
    assert "Auto-Submitted: auto-generated" in head
    assert "http://127.0.0.1:8000/assessments/1/" in body


def test_a_notice_that_another_worker_has_claimed_is_left_alone(sink, notice):
    Notice.objects.filter(pk=notice.pk).update(delivery=Delivery.SENDING, claimed_at=timezone.now())
    assert send(notice) == ("", "sending", 0)
    assert sink.accepted == []


@pytest.mark.parametrize(
    "refuses",
    [
        {"EHLO": "421 busy", "HELO": "421 busy"},
        {"MAIL": "451 later"},
        {"RCPT": "550 no such person tomasz@example.com"},
        {"DATA": "554 no"},
        {"TEXT": "552 too much"},
        {"TEXT": "451 later"},
    ],
    ids=str,
)
def test_a_refusal_is_tried_again(sink, notice, refuses, caplog):
    sink.refuses = refuses
    assert send(notice) == ("waiting", "waiting", 1)
    assert sink.accepted == []
    assert len(tasks()) == 2
    assert "tomasz" not in caplog.text
    sink.refuses = {}
    assert send(notice) == ("sent", "sent", 1)
    assert len(sink.accepted) == 1


def test_a_server_that_is_away_is_tried_five_times(settings, notice, line_manager):
    with smtp.listening() as (_, port):
        pass
    settings.EMAIL_BACKEND = "people.post.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    became = [send(notice) for _ in range(6)]
    waiting = [("waiting", "waiting", tries) for tries in range(1, 5)]
    assert became == [*waiting, ("failed", "failed", 5), ("", "failed", 5)]
    assert (notice.claimed_at, notice.sent_at) == (None, None)
    assert len(tasks()) == 5
    later = list(DBTaskResult.objects.order_by("run_after").values_list("run_after", flat=True))[:4]
    assert later[0] > timezone.now() + timedelta(seconds=50)


@pytest.mark.parametrize(("moment", "accepted"), [("text", 0), ("reply", 1)])
def test_a_connection_lost_after_the_text_was_asked_for_is_not_known(sink, notice, moment, accepted):
    sink.hang_up = moment
    assert send(notice) == ("not-known", "not-known", 0)
    assert len(sink.accepted) == accepted
    sink.hang_up = ""
    assert send(notice) == ("", "not-known", 0)
    assert len(sink.accepted) == accepted


def test_an_unreadable_reply_is_not_known(sink, notice):
    sink.refuses = {"TEXT": "hello"}
    assert send(notice) == ("not-known", "not-known", 0)


@pytest.mark.parametrize("broken", ["hang_up", "reply"])
def test_what_was_accepted_stays_sent_however_the_server_parts(sink, notice, broken):
    sink.hang_up = "quit" if broken == "hang_up" else ""
    sink.refuses = {} if broken == "hang_up" else {"TEXT": "251 forwarded", "QUIT": "500 what"}
    assert send(notice) == ("sent", "sent", 0)
    assert len(sink.accepted) == 1


def test_a_worker_that_was_taken_for_dead_still_notes_what_it_sent(notice, monkeypatch):
    def slow(notice):
        Notice.objects.filter(pk=notice.pk).update(delivery=Delivery.NOT_KNOWN)

    monkeypatch.setattr("people.tasks._send", slow)
    assert send(notice) == ("sent", "sent", 0)


def test_a_worker_that_was_taken_for_dead_does_not_undo_what_a_person_did(notice, monkeypatch):
    def slow(notice):
        Notice.objects.filter(pk=notice.pk).update(delivery=Delivery.WAITING, claimed_at=None)

    monkeypatch.setattr("people.tasks._send", slow)
    assert send(notice) == ("", "waiting", 0)


def test_nothing_is_sent_to_an_account_that_was_closed_meanwhile(sink, notice, line_manager):
    line_manager.is_active = False
    line_manager.save()
    assert send(notice) == ("portal", "portal", 0)
    assert sink.accepted == []


def test_a_fault_of_ours_is_noted_without_a_word_of_the_notice(notice, monkeypatch, caplog):
    def broken(notice):
        raise ValueError(f"no {notice.recipient.email}")

    monkeypatch.setattr("people.tasks._message", broken)
    caplog.set_level(logging.DEBUG)
    assert send(notice) == ("waiting", "waiting", 1)
    assert "try 1 failed (ValueError)" in caplog.text
    assert "tomasz" not in caplog.text


def test_a_task_holds_the_id_of_its_notice_and_nothing_else(notice):
    assert tasks() == [("people.tasks.send_notice", {"args": [notice.pk], "kwargs": {}})]


def test_a_notice_is_gone(notice):
    pk = notice.pk
    notice.delete()
    assert send_notice.call(pk) == ""


def claimed_ago(notice, minutes, delivery=Delivery.SENDING):
    claimed_at = timezone.now() - timedelta(minutes=minutes)
    Notice.objects.filter(pk=notice.pk).update(delivery=delivery, claimed_at=claimed_at)


@pytest.mark.parametrize(("minutes", "becomes"), [(9, "sending"), (11, "not-known")])
def test_sweep_shows_what_was_cut_off_and_sends_it_to_nobody(notice, minutes, becomes):
    claimed_ago(notice, minutes)
    assert sweep_notices() == (int(becomes == "not-known"), 0)
    notice.refresh_from_db()
    assert notice.delivery == becomes
    assert len(tasks()) == 1


@pytest.mark.parametrize(
    ("status", "minutes", "given"),
    [("READY", 0, 0), ("RUNNING", 9, 0), ("RUNNING", 11, 0), ("FAILED", 0, 0), ("SUCCESSFUL", 0, 1)],
)
def test_sweep_gives_the_worker_what_waits_without_a_task(notice, status, minutes, given):
    started_at = timezone.now() - timedelta(minutes=minutes)
    DBTaskResult.objects.update(status=status, started_at=started_at)
    assert sweep_notices() == (0, given)
    assert sweep_notices() == (0, 0)


def test_sweep_shows_what_was_cut_off_also_while_very_many_wait(notice, monkeypatch):
    claimed_ago(notice, 11)
    monkeypatch.setattr("people.actions.notices.tasks_to_come", lambda: None)
    assert sweep_notices() == (1, 0)


def test_sweep_costs_the_same_for_one_and_many(line_manager, django_assert_num_queries):
    for count in (1, 10):
        for _ in range(count):
            notify(recipient=line_manager, kind="shared")
        with django_assert_num_queries(5):  # a savepoint and its end, the cut off, the waiting, their tasks
            sweep_notices()


@pytest.mark.parametrize("stopped", [Delivery.NOT_KNOWN, Delivery.FAILED])
def test_a_person_sends_again_what_is_not_known_or_failed(sink, notice, stopped):
    claimed_at = timezone.now() if stopped == Delivery.NOT_KNOWN else None
    Notice.objects.filter(pk=notice.pk).update(delivery=stopped, claimed_at=claimed_at, tries=5)
    send_again(notice=notice)
    assert len(tasks()) == 2
    assert send(notice) == ("sent", "sent", 0)


@pytest.mark.parametrize("delivery", [Delivery.PORTAL, Delivery.WAITING, Delivery.SENDING, Delivery.SENT])
def test_nothing_else_is_sent_again(notice, delivery):
    now = timezone.now()
    claimed_at = now if delivery in (Delivery.SENDING, Delivery.SENT) else None
    sent_at = now if delivery == Delivery.SENT else None
    Notice.objects.filter(pk=notice.pk).update(delivery=delivery, claimed_at=claimed_at, sent_at=sent_at)
    with pytest.raises(NotSendable):
        send_again(notice=notice)
    notice.refresh_from_db()
    assert (notice.delivery, len(tasks())) == (delivery, 1)
