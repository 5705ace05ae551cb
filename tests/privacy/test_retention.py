"""What has been kept for its time ends, what has not stays, and a legal hold keeps it."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.utils import timezone

from assessments.actions import start_next_assessment
from assessments.models import Assessment, Goal, Rating
from people.actions import lines, notify
from people.models import Notice, PasswordTry, ReportingLine, User
from privacy.actions import erase_due, lift_hold, place_hold, prune, pruning
from privacy.models import Erasure, LegalHold
from privacy.retention import KINDS, before
from service.models import HeldPost
from standards_portal.environment import env_period
from tests.factories import agree, close, make_assessment, make_line, make_user, rate_all, reread

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def pruned(now=None, **options):
    """What ``prune`` ends, by title, without what there is none of."""
    return {each.title: each.count for each in prune(now=now, **options) if each.count}


def in_time(name, days=0):
    """A moment at which what is of today has been kept for the period of a kind, and some days more."""
    count, unit = settings.KEEP[name]
    return timezone.now() + {"day": DAY, "month": 31 * DAY, "year": 366 * DAY}[unit] * count + days * DAY


@pytest.fixture(autouse=True)
def _periods(settings):
    # An account that nobody uses is another test's matter.
    settings.KEEP = settings.KEEP | {"ACCOUNTS": (50, "year")}


def test_drafts_that_nobody_touches_go(contract_manager, stranger):
    make_assessment(contract_manager)
    fresh = make_assessment(stranger)
    Assessment.objects.filter(owner=contract_manager).update(changed_at=before(timezone.now(), 25, "month"))
    assert pruned(dry_run=True) == {"Draft assessments": 1}
    assert pruned() == {"Draft assessments": 1}
    assert pruned() == {}
    assert Assessment.objects.get() == fresh


def test_closed_and_agreed_rounds_go_through_the_one_exit(contract_manager, line_manager):
    first = make_assessment(contract_manager)
    close(first)
    second = make_assessment(contract_manager)
    rate_all(second)
    second = agree(second, line_manager)
    assert pruned(in_time("CLOSED")).get("Closed assessments") == 1
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, first.owner, second.state) == ("erased", None, "agreed")
    assert pruned(in_time("AGREED")).get("Agreed assessments") == 1
    second.refresh_from_db()
    assert (second.state, second.check_code) == ("erased", None)
    assert not Rating.objects.exists()
    assert not pruned(in_time("AGREED"))


def test_a_round_stands_without_the_one_before_it(contract_manager, line_manager, sign_in):
    first = make_assessment(contract_manager)
    close(first)
    second = start_next_assessment(owner=contract_manager, previous=reread(first), version=first.version)
    rate_all(second)
    second = agree(second, line_manager)
    assert second.previous == first
    assert pruned(in_time("CLOSED"))["Closed assessments"] == 1
    browser = sign_in(contract_manager)
    for page in ("", "report/", "check/"):
        assert browser.get(f"/assessments/{second.pk}/{page}").status_code == 200
    assert browser.get(f"/assessments/{first.pk}/").status_code == 404


def test_a_hold_keeps_what_is_old(contract_manager, superuser):
    close(make_assessment(contract_manager))
    hold = place_hold(person=contract_manager, reason="A claim", placed_by=superuser)
    assert pruned(in_time("CLOSED")) == {}
    lift_hold(hold=hold, lifted_by=superuser)
    assert pruned(in_time("CLOSED")) == {"Closed assessments": 1}


def test_lines_notices_and_invitations_go(contract_manager, line_manager, stranger):
    line = make_line(contract_manager, line_manager)
    lines.name_line_manager(person=stranger, email="nobody@example.com", asked_by=stranger)
    found = pruned(in_time("INVITATIONS", days=1))
    assert found == {
        "Requests to be somebody’s line manager that nobody has answered": 1,
        "Invitations to people without an account": 1,
    }
    lines.end_line(line=line, ended_by=contract_manager)
    notices = Notice.objects.count()
    assert notices == 3
    assert pruned(in_time("LINES", days=1)) == {"Notices": notices, "Who was whose line manager": 1}
    assert not ReportingLine.objects.exists()


def test_what_is_held_for_an_hour_and_tries_of_a_day_go(contract_manager):
    HeldPost.objects.create(user=contract_manager, path="/", fields={}, held_at=timezone.now() - timedelta(hours=2))
    HeldPost.objects.create(user=contract_manager, path="/", fields={})
    PasswordTry.objects.create(account="0", at=timezone.now() - 2 * DAY)
    PasswordTry.objects.create(account="1")
    assert pruned(dry_run=True) == {"Counts of passwords that were tried": 1, "Held posts": 1}
    assert pruned() == {"Counts of passwords that were tried": 1, "Held posts": 1}
    assert HeldPost.objects.count() == PasswordTry.objects.count() == 1


def test_goals_that_ended_and_belong_to_no_round_go(contract_manager, published_version):
    ended = before(timezone.now(), 8, "year").date()
    own = {"owner": contract_manager, "framework_id": published_version.framework_id, "kind": "formal", "due_on": ended}
    Goal.objects.create(what="Old", state="done", ended_on=ended, **own)
    Goal.objects.create(what="Open for long", **own)
    assert pruned() == {"Goals that are done or dropped and belong to no assessment": 1}
    assert Goal.objects.get().what == "Open for long"


def test_accounts_that_were_never_confirmed_go():
    old = before(timezone.now(), 2, "month")
    for address, is_verified in (("new@example.com", False), ("known@example.com", True)):
        make_user(email=address, is_verified=is_verified)
    User.objects.update(date_joined=old)
    recent = make_user(is_verified=False)
    assert pruned() == {"Accounts whose address was never confirmed": 1}
    assert set(User.objects.values_list("email", flat=True)) == {"known@example.com", recent.email}


def test_whoever_does_not_sign_in_for_long_is_asked_and_stays_by_signing_in(settings):
    settings.KEEP = settings.KEEP | {"ACCOUNTS": (36, "month")}
    away, back, here = (make_user() for _ in range(3))
    User.objects.filter(pk__in=[away.pk, back.pk]).update(last_login=before(timezone.now(), 37, "month"))
    User.objects.filter(pk=here.pk).update(last_login=timezone.now())
    title = next(kind.title for kind in KINDS if kind.name == "ACCOUNTS")
    assert pruned() == {title: 2}
    assert pruned() == {}
    asked = Erasure.objects.get(person=away)
    assert asked.due_at >= asked.asked_at + timedelta(days=30)
    assert Notice.objects.get(recipient=away).kind == "account-unused"
    User.objects.filter(pk=back.pk).update(last_login=timezone.now() + DAY)
    assert erase_due(now=asked.due_at + DAY) == {"erased": 1, "kept": 1, "put off": 0, "failed": 0}
    away.refresh_from_db(), back.refresh_from_db()
    assert away.erased_at
    assert not back.erased_at


def test_many_go_in_batches(contract_manager, monkeypatch):
    monkeypatch.setattr(pruning, "BATCH", 2)
    for _ in range(5):
        notify(recipient=contract_manager, kind=Notice.Kind.YEAR_PASSED)
    assert pruned(in_time("NOTICES")) == {"Notices": 5}


def test_the_command_says_counts_only(contract_manager, capsys):
    make_assessment(contract_manager)
    Assessment.objects.update(changed_at=before(timezone.now(), 25, "month"))
    call_command("prune_records", dry_run=True)
    said = capsys.readouterr().out
    assert "     1 would be deleted  Draft assessments (24 months)" in said
    assert contract_manager.name not in said
    assert Assessment.objects.count() == 1
    call_command("prune_records")
    assert not Assessment.objects.exists()


def test_one_command_does_all_that_is_daily(contract_manager, capsys):
    call_command("run_daily")
    said = capsys.readouterr().out
    for name in (
        "send_reminders",
        "invite_and_remind",
        "retire_versions",
        "erase_people",
        "prune_records",
        "clearsessions",
    ):
        assert f"{name}:" in said


def test_a_hold_that_was_lifted_long_ago_goes(contract_manager, superuser):
    lift_hold(hold=place_hold(person=contract_manager, reason="A claim", placed_by=superuser), lifted_by=superuser)
    assert pruned(in_time("HOLDS")).get("Legal holds that were lifted") == 1
    assert not LegalHold.objects.exists()
    assert EmailAddress.objects.exists()


@pytest.mark.parametrize(
    ("period", "moment"),
    [
        ((1, "day"), "2024-03-30"),
        ((1, "month"), "2024-02-29"),
        ((13, "month"), "2023-02-28"),
        ((7, "year"), "2017-03-31"),
    ],
)
def test_periods_go_by_the_calendar(period, moment):
    assert f"{before(datetime(2024, 3, 31, tzinfo=UTC), *period):%Y-%m-%d}" == moment


@pytest.mark.parametrize("value", ["24", "0 months", "two years", "24 weeks", "99999 days", "-1 day"])
def test_a_period_that_cannot_be_read_stops_the_start(monkeypatch, value):
    monkeypatch.setenv("KEEP_DRAFTS", value)
    with pytest.raises(ImproperlyConfigured, match="KEEP_DRAFTS"):
        env_period("KEEP_DRAFTS", "24 months")


def test_a_period_in_the_environment_counts(monkeypatch):
    monkeypatch.setenv("KEEP_DRAFTS", "1 year")
    assert env_period("KEEP_DRAFTS", "24 months") == (1, "year")
