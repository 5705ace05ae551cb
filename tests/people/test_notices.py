"""The outbox: who is told what, once; what the database refuses; and what a person chooses."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from people.actions import choose_notices, notify, read_notice, read_notices, read_notices_about
from people.models import Notice, NoticeChoice
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def kept(user):
    return list(user.notices.order_by("pk").values_list("kind", "delivery"))


def test_notify_writes_and_gives_the_worker_its_task(line_manager, contract_manager):
    notice = notify(
        recipient=line_manager, kind=Notice.Kind.GOAL_DUE, actor=contract_manager, path="/x/", due_on=date(2026, 12, 3)
    )
    [row] = Notice.objects.all()
    assert (row.recipient, row.actor, row.kind) == (line_manager, contract_manager, "goal-due")
    assert (row.path, row.due_on, row.delivery) == ("/x/", date(2026, 12, 3), "waiting")
    assert (row.address, row.key, row.read_at, row.tries) == ("", None, None, 0)
    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[notice.pk]]


def test_notify_tells_nobody_what_they_did_themselves(line_manager):
    assert notify(recipient=line_manager, kind="shared", actor=line_manager) is None
    assert kept(line_manager) == []


def test_notify_tells_a_closed_account_nothing():
    closed = make_user(is_active=False)
    assert notify(recipient=closed, kind="shared") is None
    assert kept(closed) == []


def test_notify_knows_its_kinds(line_manager):
    with pytest.raises(ValueError, match="nonsense"):
        notify(recipient=line_manager, kind="nonsense")


def test_notify_makes_the_same_notice_once(line_manager, stranger):
    first = notify(recipient=line_manager, kind="goal-due", key="goal-due:1")
    assert first is not None
    assert notify(recipient=line_manager, kind="goal-due", key="goal-due:1") is None
    assert notify(recipient=line_manager, kind="goal-due", key="goal-due:2") is not None
    assert [notify(recipient=stranger, kind="shared") is None for _ in range(2)] == [False, False]
    assert DBTaskResult.objects.count() == 4


def test_notify_goes_with_the_transaction_of_its_caller(line_manager):
    point = transaction.savepoint()
    notify(recipient=line_manager, kind="shared")
    transaction.savepoint_rollback(point)
    assert (kept(line_manager), DBTaskResult.objects.count()) == ([], 0)


def test_notify_costs_three_queries(line_manager, contract_manager):
    with CaptureQueriesContext(connection) as queries:
        notify(recipient=line_manager, kind="shared", actor=contract_manager)
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "INSERT", "INSERT"]


def test_a_kind_that_is_not_wanted_by_e_mail_is_told_in_the_portal(line_manager, stranger):
    choose_notices(user=line_manager, by_email=set(Notice.Kind) - {Notice.Kind.SHARED})
    for user in (line_manager, stranger):
        notify(recipient=user, kind="shared")
        notify(recipient=user, kind="agreed")
    assert kept(line_manager) == [("shared", "portal"), ("agreed", "waiting")]
    assert kept(stranger) == [("shared", "waiting"), ("agreed", "waiting")]
    assert DBTaskResult.objects.count() == 3


@pytest.mark.parametrize("by_email", [[], ["shared"], list(Notice.Kind.values)])
def test_choose_notices_replaces_what_was_chosen(line_manager, stranger, by_email):
    choose_notices(user=stranger, by_email=["agreed"])
    choose_notices(user=line_manager, by_email=["agreed", "closed"])
    choose_notices(user=line_manager, by_email=by_email)
    unwanted = set(NoticeChoice.objects.filter(user=line_manager).values_list("kind", flat=True))
    assert unwanted == set(Notice.Kind.values) - set(by_email)
    assert NoticeChoice.objects.filter(user=stranger).count() == len(Notice.Kind) - 1


def test_reading_notes_the_first_time_and_ones_own_alone(line_manager, stranger):
    notices = [notify(recipient=user, kind="shared") for user in (line_manager, line_manager, stranger)]
    read_notice(notice=notices[0])
    first = Notice.objects.get(pk=notices[0].pk).read_at
    read_notice(notice=notices[0])
    assert read_notices(recipient=line_manager) == 1
    assert Notice.objects.get(pk=notices[0].pk).read_at == first
    assert list(Notice.objects.unread()) == [notices[2]]


def test_notices_of_which_the_matter_is_done_are_read(line_manager, stranger):
    told = [(line_manager, "/a/"), (line_manager, "/a/"), (line_manager, "/b/"), (stranger, "/a/")]
    notices = [notify(recipient=user, kind="shared", path=path) for user, path in told]
    read_notice(notice=notices[0])
    first = Notice.objects.get(pk=notices[0].pk).read_at
    read_notices_about(recipient=line_manager, path="/a/")
    assert list(Notice.objects.unread().order_by("pk")) == notices[2:]
    assert Notice.objects.get(pk=notices[0].pk).read_at == first


def test_notices_are_ones_own(line_manager, stranger, superuser):
    mine = notify(recipient=line_manager, kind="shared")
    notify(recipient=stranger, kind="shared")
    assert list(Notice.objects.visible_to(line_manager)) == [mine]
    assert [Notice.objects.visible_to(user).count() for user in (superuser, AnonymousUser())] == [0, 0]
    line_manager.is_active = False
    assert list(Notice.objects.visible_to(line_manager)) == []


@pytest.mark.parametrize(
    "illegal",
    [
        {"recipient": None},
        {"address": "a@example.org"},
        {"delivery": "sending"},
        {"delivery": "sent"},
        {"delivery": "sent", "sent_at": NOW},
        {"delivery": "sending", "claimed_at": NOW, "sent_at": NOW},
        {"delivery": "not-known"},
        {"delivery": "nonsense"},
        {"claimed_at": NOW},
        {"sent_at": NOW},
        {"delivery": "portal", "claimed_at": NOW},
        {"delivery": "failed", "claimed_at": NOW},
    ],
    ids=lambda illegal: "-".join(map(str, illegal)),
)
def test_the_database_refuses_an_illegal_notice(line_manager, illegal):
    notice = notify(recipient=line_manager, kind="shared")
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**illegal)
