"""Reporting lines: every refusal, what the database refuses by itself, who is told, and that no address is told from another."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.actions import (
    MOST_ASKED_IN_A_DAY,
    AlreadyAsked,
    AskedTooOften,
    NotAsked,
    NotLive,
    NotPending,
    NotTheirs,
    OwnAddress,
    accept_line,
    choose_notices,
    decline_line,
    end_line,
    import_lines,
    name_line_manager,
    withdraw_line,
)
from people.models import Notice, ReportingLine
from tests.factories import make_user
from tests.people.lines import STATES, make_line

pytestmark = pytest.mark.django_db


def name(person, email):
    return name_line_manager(person=person, email=email, asked_by=person)


def states(person):
    return [(line.email, line.state) for line in ReportingLine.objects.filter(person=person).order_by("pk")]


def told(user=None):
    """The kinds of notices in order, of one person or of all."""
    notices = Notice.objects.filter(recipient=user) if user else Notice.objects.all()
    return list(notices.order_by("pk").values_list("kind", flat=True))


def test_naming_asks_and_gives_nothing_yet(contract_manager, line_manager):
    line = name(contract_manager, " Tomasz@EXAMPLE.com ")
    assert (line.email, line.state, line.line_manager) == ("tomasz@example.com", "waiting", None)
    assert list(ReportingLine.objects.pending()) == [line]
    assert list(ReportingLine.objects.live()) == []
    assert ReportingLine.objects.line_manager_of(contract_manager) is None
    [notice] = line_manager.notices.all()
    assert (notice.kind, notice.actor, notice.path) == ("line-asked", contract_manager, f"/line-manager/{line.pk}/")


def test_accepting_makes_it_live(contract_manager, line_manager):
    line = name(contract_manager, line_manager.email)
    accept_line(line=line, line_manager=line_manager)
    [kept] = ReportingLine.objects.between(contract_manager, line_manager)
    assert (kept.state, kept.line_manager) == ("accepted", line_manager)
    assert (line.state, line.line_manager) == ("accepted", line_manager)
    assert ReportingLine.objects.line_manager_of(contract_manager) == line_manager
    assert told(contract_manager) == ["line-accepted"]


def test_declining_names_nobody(contract_manager, line_manager):
    line = make_line(contract_manager, line_manager, state="declined")
    assert (line.state, ReportingLine.objects.get().line_manager) == ("declined", None)
    [notice] = contract_manager.notices.all()
    assert (notice.kind, notice.actor) == ("line-declined", None)


def test_a_line_manager_whose_account_is_closed_is_none(contract_manager, line_manager):
    make_line(contract_manager, line_manager)
    line_manager.is_active = False
    line_manager.save()
    assert ReportingLine.objects.line_manager_of(contract_manager) is None


def test_the_one_before_stays_until_the_new_one_accepts(contract_manager, line_manager, stranger):
    make_line(contract_manager, line_manager)
    second = name(contract_manager, stranger.email)
    assert ReportingLine.objects.line_manager_of(contract_manager) == line_manager
    accept_line(line=second, line_manager=stranger)
    assert ReportingLine.objects.line_manager_of(contract_manager) == stranger
    assert states(contract_manager) == [("tomasz@example.com", "ended"), ("zofia@example.com", "accepted")]
    assert told(line_manager) == ["line-asked", "line-ended"]
    former = ReportingLine.objects.over().get()
    assert (former.ended_by, former.ended_at) == (contract_manager, ReportingLine.objects.live().get().accepted_at)


def test_naming_another_withdraws_the_request_that_waits(contract_manager, line_manager, stranger):
    name(contract_manager, line_manager.email)
    name(contract_manager, stranger.email)
    assert states(contract_manager) == [("tomasz@example.com", "withdrawn"), ("zofia@example.com", "waiting")]


@pytest.mark.parametrize("ends", ["person", "line manager", "superuser"])
def test_either_of_the_two_or_an_administrator_ends_a_line(contract_manager, line_manager, superuser, ends):
    line = make_line(contract_manager, line_manager)
    Notice.objects.all().delete()
    ended_by = {"person": contract_manager, "line manager": line_manager, "superuser": superuser}[ends]
    end_line(line=line, ended_by=ended_by)
    kept = ReportingLine.objects.get()
    assert (kept.state, kept.ended_by, kept.line_manager) == ("ended", ended_by, line_manager)
    others = {contract_manager.pk, line_manager.pk} - {ended_by.pk}
    assert set(Notice.objects.values_list("recipient", "kind")) == {(pk, "line-ended") for pk in others}


@pytest.mark.parametrize("withdraws", ["person", "superuser"])
def test_the_person_or_an_administrator_withdraws_a_request(contract_manager, line_manager, superuser, withdraws):
    line = name(contract_manager, line_manager.email)
    withdraw_line(line=line, withdrawn_by={"person": contract_manager, "superuser": superuser}[withdraws])
    assert states(contract_manager) == [("tomasz@example.com", "withdrawn")]


# Refusals


def test_nobody_names_themselves(contract_manager):
    contract_manager.emailaddress_set.create(email="Nia.Other@example.com", verified=False)
    for own in ("nia@example.com", "NIA@example.com", "nia.other@example.com"):
        with pytest.raises(OwnAddress):
            name(contract_manager, own)
    assert states(contract_manager) == []


@pytest.mark.parametrize("state", STATES)
def test_an_address_is_named_again_only_once_it_is_over(contract_manager, line_manager, state):
    make_line(contract_manager, line_manager, state=state)
    if state in ("waiting", "accepted"):
        with pytest.raises(AlreadyAsked):
            name(contract_manager, line_manager.email)
    else:
        assert name(contract_manager, line_manager.email).state == "waiting"


def test_a_person_names_ten_in_a_day_and_an_administrator_any_number(contract_manager, superuser):
    for number in range(MOST_ASKED_IN_A_DAY):
        name(contract_manager, f"person.{number}@example.org")
    with pytest.raises(AskedTooOften):
        name(contract_manager, "one.more@example.org")
    assert states(contract_manager)[-1] == ("person.9@example.org", "waiting")
    name_line_manager(person=contract_manager, email="one.more@example.org", asked_by=superuser)
    ReportingLine.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    name(contract_manager, "tomorrow@example.org")


@pytest.mark.parametrize("answer", [accept_line, decline_line])
@pytest.mark.parametrize("who", ["stranger", "contract_manager", "superuser", "unconfirmed", "closed"])
def test_only_who_confirmed_the_address_answers(request, contract_manager, line_manager, answer, who):
    line = name(contract_manager, line_manager.email)
    if who == "unconfirmed":
        line_manager.emailaddress_set.update(verified=False)
    if who == "closed":
        line_manager.is_active = False
    someone = line_manager if who in ("unconfirmed", "closed") else request.getfixturevalue(who)
    with pytest.raises(NotAsked):
        answer(line=line, line_manager=someone)
    assert states(contract_manager) == [("tomasz@example.com", "waiting")]


def test_nobody_accepts_their_own_line(contract_manager):
    line = name(contract_manager, "new@example.com")
    contract_manager.emailaddress_set.create(email="new@example.com", verified=True)
    with pytest.raises(NotAsked):
        accept_line(line=line, line_manager=contract_manager)


@pytest.mark.parametrize("answer", [accept_line, decline_line])
@pytest.mark.parametrize("state", [state for state in STATES if state != "waiting"])
def test_what_is_answered_or_withdrawn_is_not_answered_again(contract_manager, line_manager, stranger, answer, state):
    make_line(contract_manager, stranger)
    line = make_line(contract_manager, line_manager, state=state)
    before = (states(contract_manager), told())
    with pytest.raises(NotPending):
        answer(line=line, line_manager=line_manager)
    assert (states(contract_manager), told()) == before, "the one before has stayed"


@pytest.mark.parametrize("state", [state for state in STATES if state != "waiting"])
def test_what_does_not_wait_is_not_withdrawn(contract_manager, line_manager, state):
    line = make_line(contract_manager, line_manager, state=state)
    with pytest.raises(NotPending):
        withdraw_line(line=line, withdrawn_by=contract_manager)
    assert states(contract_manager) == [("tomasz@example.com", state)]


@pytest.mark.parametrize("state", [state for state in STATES if state != "accepted"])
def test_what_is_not_live_is_not_ended(contract_manager, line_manager, state):
    line = make_line(contract_manager, line_manager, state=state)
    with pytest.raises(NotLive):
        end_line(line=line, ended_by=contract_manager)
    assert states(contract_manager) == [("tomasz@example.com", state)]


@pytest.mark.parametrize("who", ["stranger", "editor"])
def test_others_end_and_withdraw_nothing(request, contract_manager, line_manager, who):
    line = make_line(contract_manager, line_manager)
    second = name(contract_manager, "another@example.org")
    with pytest.raises(NotTheirs):
        end_line(line=line, ended_by=request.getfixturevalue(who))
    with pytest.raises(NotTheirs):
        withdraw_line(line=second, withdrawn_by=request.getfixturevalue(who))
    assert [state for _, state in states(contract_manager)] == ["accepted", "waiting"]


def test_whoever_is_asked_withdraws_nothing(contract_manager, line_manager):
    line = name(contract_manager, line_manager.email)
    with pytest.raises(NotTheirs):
        withdraw_line(line=line, withdrawn_by=line_manager)


NOW = timezone.now()


@pytest.mark.parametrize(
    "illegal",
    [
        {"accepted_at": NOW},
        {"line_manager": "line_manager"},
        {"line_manager": "contract_manager", "accepted_at": NOW},
        {"declined_at": NOW, "accepted_at": NOW, "line_manager": "line_manager"},
        {"declined_at": NOW, "ended_at": NOW, "ended_by": "contract_manager"},
        {"ended_at": NOW},
        {"ended_by": "contract_manager"},
        {"email": "Tomasz@example.com"},
    ],
    ids=lambda illegal: "-".join(illegal),
)
def test_the_database_refuses_an_illegal_line(request, contract_manager, line_manager, illegal):
    line = name(contract_manager, line_manager.email)
    people = {"line_manager", "contract_manager"}
    values = {
        field: request.getfixturevalue(value) if isinstance(value, str) and value in people else value
        for field, value in illegal.items()
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportingLine.objects.filter(pk=line.pk).update(**values)


@pytest.mark.parametrize("state", ["waiting", "accepted"])
def test_the_database_refuses_a_second_one(contract_manager, line_manager, stranger, state):
    make_line(contract_manager, line_manager, state=state)
    dates = {"line_manager": stranger, "accepted_at": NOW} if state == "accepted" else {}
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportingLine.objects.create(person=contract_manager, email=stranger.email, asked_by=contract_manager, **dates)


# Two at once: each acts on the row as it read it before the other one


def test_of_two_who_name_at_once_one_is_refused(contract_manager, line_manager, monkeypatch):
    def overtaken(*asked):
        raise IntegrityError("one_pending_line_per_person")

    monkeypatch.setattr("people.actions.lines._name", overtaken)
    with pytest.raises(IntegrityError):
        name(contract_manager, line_manager.email)
    monkeypatch.undo()
    name(contract_manager, "first@example.org")
    monkeypatch.setattr("people.actions.lines._name", overtaken)
    with pytest.raises(AlreadyAsked):
        name(contract_manager, line_manager.email)


def test_accepting_what_is_withdrawn_meanwhile_leaves_the_one_before(contract_manager, line_manager, stranger):
    make_line(contract_manager, stranger)
    drawn = name(contract_manager, line_manager.email)
    withdraw_line(line=ReportingLine.objects.get(pk=drawn.pk), withdrawn_by=contract_manager)
    with pytest.raises(NotPending):
        accept_line(line=drawn, line_manager=line_manager)
    assert ReportingLine.objects.line_manager_of(contract_manager) == stranger


def test_withdrawing_what_is_accepted_meanwhile_does_not_end_it(contract_manager, line_manager):
    drawn = name(contract_manager, line_manager.email)
    accept_line(line=ReportingLine.objects.get(pk=drawn.pk), line_manager=line_manager)
    with pytest.raises(NotPending):
        withdraw_line(line=drawn, withdrawn_by=contract_manager)
    assert ReportingLine.objects.line_manager_of(contract_manager) == line_manager


# Who may see a line


@pytest.mark.parametrize(
    ("state", "visible", "waits"),
    [
        ("waiting", {"person", "line manager"}, {"line manager"}),
        ("declined", {"person", "line manager"}, set()),
        ("withdrawn", {"person", "line manager"}, set()),
        ("accepted", {"person", "line manager"}, set()),
        ("ended", {"person", "line manager"}, set()),
    ],
)
def test_a_line_is_seen_by_the_two_alone(contract_manager, line_manager, stranger, superuser, state, visible, waits):
    make_line(contract_manager, line_manager, state=state)
    people = {
        "person": contract_manager,
        "line manager": line_manager,
        "stranger": stranger,
        "superuser": superuser,
        "nobody": AnonymousUser(),
    }
    assert {who for who, user in people.items() if ReportingLine.objects.visible_to(user).exists()} == visible
    assert {who for who, user in people.items() if ReportingLine.objects.waiting_for(user).exists()} == waits


@pytest.mark.parametrize(("state", "is_seen"), [("accepted", True), ("ended", False), ("waiting", False)])
def test_without_the_address_a_live_line_alone_is_seen(contract_manager, line_manager, state, is_seen):
    make_line(contract_manager, line_manager, state=state)
    line_manager.emailaddress_set.all().delete()
    assert ReportingLine.objects.visible_to(line_manager).exists() == is_seen
    assert not ReportingLine.objects.waiting_for(line_manager).exists()


def test_an_address_is_matched_in_any_case_and_as_a_second_one(contract_manager, line_manager):
    line = name(contract_manager, "t.quill@example.org")
    address = line_manager.emailaddress_set.create(email="T.Quill@Example.org", verified=False)
    assert list(ReportingLine.objects.waiting_for(line_manager)) == []
    address.verified = True
    address.save()
    assert list(ReportingLine.objects.waiting_for(line_manager)) == [line]


# An address that is known, and one that is not


def shape(sql):
    """A statement without its values."""
    return re.sub(r"'[^']*'|\bNULL\b|\b\d+\b|\bs\d+_x\d+\b", "?", re.sub(r"\s+", " ", sql))


def test_naming_asks_the_database_the_same_whether_or_not_the_address_is_known(contract_manager, line_manager):
    choosy = make_user()
    choose_notices(user=choosy, by_email=[])
    closed = make_user(is_active=False)
    unconfirmed = make_user(is_verified=False)
    invited = "invited@example.org"
    name(make_user(), invited)
    asked = [line_manager.email, choosy.email, closed.email, unconfirmed.email, invited, "nobody@example.org"]
    shapes = []
    for email in asked:
        point = transaction.savepoint()
        with CaptureQueriesContext(connection) as queries:
            name(contract_manager, email)
        transaction.savepoint_rollback(point)
        shapes.append([shape(query["sql"]) for query in queries])
    assert shapes == [shapes[0]] * len(asked)
    assert len(shapes[0]) > 10


def letters(address):
    return Notice.objects.by_email().filter(recipient=None, address=address).count()


def test_an_unknown_address_gets_one_letter_from_the_same_person_ever(contract_manager, superuser):
    for _ in range(3):
        line = name(contract_manager, "nobody@example.org")
        withdraw_line(line=line, withdrawn_by=contract_manager)
        Notice.objects.update(made_at=timezone.now() - timedelta(days=400))
    assert letters("nobody@example.org") == 1


def test_an_unknown_address_gets_one_letter_a_day_from_all_people(contract_manager, line_manager, stranger):
    name(contract_manager, "nobody@example.org")
    name(stranger, "nobody@example.org")
    assert letters("nobody@example.org") == 1
    # Yesterday's, whose key names its day.
    day_ago = timezone.now() - timedelta(hours=25)
    Notice.objects.by_email().update(made_at=day_ago, key=f"line-asked:nobody@example.org:{day_ago:%Y-%m-%d}")
    name(line_manager, "nobody@example.org")
    assert letters("nobody@example.org") == 2


def test_of_two_who_invite_at_once_one_does(contract_manager, stranger, monkeypatch):
    name(contract_manager, "nobody@example.org")
    monkeypatch.setattr("people.models.notice.NoticeQuerySet.by_email", lambda notices: notices.none())
    name(stranger, "nobody@example.org")
    monkeypatch.undo()
    assert letters("nobody@example.org") == 1
    assert [state for _, state in states(stranger)] == ["waiting"]


def test_a_known_person_gets_one_letter_a_day_from_the_same_person_and_each_notice(contract_manager, line_manager):
    for _ in range(2):
        withdraw_line(line=name(contract_manager, line_manager.email), withdrawn_by=contract_manager)
    deliveries = list(line_manager.notices.order_by("pk").values_list("delivery", flat=True))
    assert deliveries == ["waiting", "portal"]


def test_an_account_that_is_closed_is_told_nothing(contract_manager):
    closed = make_user(is_active=False)
    name(contract_manager, closed.email)
    assert list(Notice.objects.values_list("recipient", "address", "delivery")) == [(None, closed.email, "portal")]


def test_a_new_account_finds_the_line_that_waits_once_its_address_is_confirmed(contract_manager):
    line = name(contract_manager, "new@example.org")
    newcomer = make_user(email="new@example.org", is_verified=False)
    assert list(ReportingLine.objects.waiting_for(newcomer)) == []
    newcomer.emailaddress_set.update(verified=True)
    accept_line(line=line, line_manager=newcomer)
    assert ReportingLine.objects.line_manager_of(contract_manager) == newcomer


def test_import_lines_leaves_out_what_is_there(contract_manager, line_manager, stranger, superuser):
    make_line(contract_manager, line_manager)
    pairs = [
        (contract_manager, "tomasz@example.com"),
        (stranger, "zofia@example.com"),
        (stranger, "tomasz@example.com"),
    ]
    assert import_lines(lines=pairs, asked_by=superuser) == 1
    [line] = ReportingLine.objects.pending()
    assert (line.person, line.asked_by) == (stranger, superuser)
