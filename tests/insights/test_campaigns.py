"""Campaigns: who is invited and reminded, how often, and by which of several campaigns. The clock is turned by ``at``."""

import random
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from io import StringIO
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessments import actions as rounds
from insights import tasks
from insights.actions import inviting
from insights.actions.campaigns import (
    AlreadyInvited,
    NotOpenForRounds,
    NotStanding,
    WrongDays,
    end_campaign,
    start_campaign,
)
from insights.actions.inviting import invite_newcomers, invite_next, remind_invited
from insights.models import Campaign, Invitation
from insights.permissions import can_invite
from people.actions import move_organisation, place_person
from people.models import AnalystGrant, Notice, Recount, User
from privacy.actions.erasing import erase_person
from standards.models import Framework, Version
from tests.conftest import HEAVY
from tests.factories import agree, close, make_assessment, make_organisation, make_user, rate_all, share

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
DUE = TODAY + timedelta(days=60)


@contextmanager
def at(day):
    """What is done within is done at noon of that day."""
    now = timezone.make_aware(datetime.combine(day, time(12)))
    with mock.patch("django.utils.timezone.now", return_value=now):
        yield


@pytest.fixture(scope="module")
def framework(kept_for_the_module):
    return Version.objects.published().get().framework


@pytest.fixture(scope="module")
def tree(framework):
    """A department, two directorates in it, a team in the first, and another department."""
    names = ("department", "first", "team", "second", "elsewhere")
    made = {}
    for name, above in zip(names, (None, "department", "first", "department", None), strict=True):
        made[name] = make_organisation(name=name.title(), parent=made.get(above))
    return made


@pytest.fixture(scope="module")
def analyst(tree):
    return make_user(name="Ada Thistlewood")


@pytest.fixture(scope="module")
def people(tree):
    """Two who work in each organisation."""
    return {name: [make_user(organisation=place) for _ in range(2)] for name, place in tree.items()}


@pytest.fixture
def begin(tree, framework, analyst):
    """``begin("first")`` starts a campaign of that organisation today, and invites nobody yet."""

    def started(name="department", *, due_on=DUE, remind_days=(14, 3), day=TODAY, of=framework):
        with at(day):
            return start_campaign(
                organisation=tree[name], framework=of, due_on=due_on, remind_days=remind_days, by=analyst
            )

    return started


def invite(campaign, day=TODAY):
    """All batches of a campaign, on a day."""
    with at(day):
        after = invite_next(campaign_id=campaign.pk)
        while after:
            after = invite_next(campaign_id=campaign.pk, after=after)


def remind(day):
    with at(day):
        return remind_invited(today=day)


def invited(campaign=None):
    found = Invitation.objects.filter(campaign=campaign) if campaign else Invitation.objects.all()
    return {each.person for each in found.select_related("person")}


def told(kind=Notice.Kind.INVITED):
    return [each.recipient for each in Notice.objects.filter(kind=kind).order_by("pk")]


def finished(person, day):
    """A round that is finished, begun on that day."""
    with at(day):
        assessment = make_assessment(person)
        rate_all(assessment)
    return assessment


def shared(person, line_manager, day):
    assessment = finished(person, day)
    with at(day):
        return share(assessment, line_manager)


def agreed(person, line_manager, day):
    assessment = finished(person, day)
    with at(day):
        return agree(assessment, line_manager, held_on=day)


# Starting


def test_start_campaign_keeps_what_was_chosen_and_gives_it_to_the_worker(begin, tree, framework, analyst):
    campaign = begin("first", remind_days=[3, 14])
    kept = Campaign.objects.get()
    assert (kept.organisation, kept.framework, kept.started_by) == (tree["first"], framework, analyst)
    assert (kept.opened_on, kept.due_on, kept.remind_days, kept.ended_at) == (TODAY, DUE, [14, 3], None)
    waiting = DBTaskResult.objects.get()
    assert waiting.task_path == tasks.invite_people.module_path
    assert waiting.args_kwargs == {"args": [campaign.pk], "kwargs": {}}


def test_a_campaign_is_still_inviting_until_nobody_is_left(begin, people):
    campaign = begin("department")
    with at(TODAY):
        assert inviting.still_inviting() == [campaign.pk]
        assert tasks.sweep_campaigns() == 0, "its task waits"
        DBTaskResult.objects.all().delete()
        assert [tasks.sweep_campaigns() for _ in range(2)] == [1, 0]
        while inviting.still_inviting():
            invite_next(campaign_id=campaign.pk)
        DBTaskResult.objects.all().delete()
        assert tasks.sweep_campaigns() == 0
    with at(TODAY + inviting.FIRST_DAYS + timedelta(days=1)):
        Invitation.objects.all().delete()
        assert inviting.still_inviting() == [], "the daily command invites who comes later"


def test_start_campaign_refuses_a_framework_without_a_version_open_for_rounds(begin, framework):
    other = Framework.objects.create(slug="other", title="Other standards")
    with pytest.raises(NotOpenForRounds):
        begin(of=other)
    Version.objects.filter(framework=framework).update(closes_on=TODAY - timedelta(days=1))
    with pytest.raises(NotOpenForRounds):
        begin()
    assert not Campaign.objects.exists()
    assert not DBTaskResult.objects.exists()


@pytest.mark.parametrize(
    ("ahead", "problem"),
    [
        (-1, "The day must be in the future"),
        (0, "The day must be at least 7 days from today, so that people have time"),
        (6, "The day must be at least 7 days from today, so that people have time"),
        (7, ""),
        (366, ""),
        (367, "The day must be within a year from today"),
    ],
)
def test_start_campaign_refuses_a_day_that_is_past_too_near_or_too_far(begin, ahead, problem):
    due = TODAY + timedelta(days=ahead)
    if not problem:
        assert begin(due_on=due, remind_days=[]).due_on == due
        return
    with pytest.raises(WrongDays, match=f"^{problem}$"):
        begin(due_on=due, remind_days=[])


@pytest.mark.parametrize("days", [[15], [14, 14], [0], [-3], [28.5]])
def test_start_campaign_refuses_reminders_that_there_are_not(begin, days):
    with pytest.raises(WrongDays, match=r"^Choose from the reminders shown$"):
        begin(remind_days=days)


def test_start_campaign_refuses_a_reminder_that_comes_no_later_than_the_invitation(begin):
    with pytest.raises(WrongDays, match=r"^A reminder 14 days before would come no later than the invitation"):
        begin(due_on=TODAY + timedelta(days=14), remind_days=[14, 3])
    assert begin(due_on=TODAY + timedelta(days=15), remind_days=[14, 3]).remind_days == [14, 3]


@pytest.mark.parametrize(
    ("stands", "wanted", "is_refused"),
    [
        ("first", "first", True),
        ("first", "department", True),
        ("department", "team", True),
        ("team", "department", True),
        ("first", "second", False),
        ("department", "elsewhere", False),
    ],
)
def test_start_campaign_refuses_one_above_below_or_beside_another_of_the_same_framework(
    begin, stands, wanted, is_refused
):
    begin(stands)
    if is_refused:
        with pytest.raises(AlreadyInvited):
            begin(wanted)
    else:
        begin(wanted)
    assert Campaign.objects.count() == 2 - is_refused


def test_start_campaign_is_not_hindered_by_what_is_over(begin):
    end_campaign(campaign=begin("first"))
    begin("department", due_on=TODAY + timedelta(days=7), remind_days=[])
    with pytest.raises(AlreadyInvited):
        begin("team", day=TODAY + timedelta(days=7), due_on=DUE)
    begin("team", day=TODAY + timedelta(days=8), due_on=DUE)


def test_another_framework_has_campaigns_of_its_own(begin, framework):
    begin()
    other = Framework.objects.create(slug="other", title="Other standards")
    version = Version.objects.create(framework=other, number="1.0")
    with mock.patch.object(type(Version.objects.all()), "open_for_rounds", lambda rows: rows.filter(pk=version.pk)):
        begin("first", of=other)
    assert Campaign.objects.count() == 2


# Inviting


def test_invite_next_invites_who_works_there_or_below_and_tells_each(begin, people, tree):
    campaign = begin("first")
    Recount.objects.all().delete()
    invite(campaign)
    assert invited(campaign) == {*people["first"], *people["team"]}
    notices = list(Notice.objects.filter(kind=Notice.Kind.INVITED))
    assert {each.recipient for each in notices} == {*people["first"], *people["team"]}
    assert {(each.due_on, each.path, each.actor, each.delivery) for each in notices} == {
        (DUE, "/assessments/", None, Notice.Delivery.WAITING)
    }
    counted = {each.organisation for each in Recount.objects.all()}
    assert counted == {tree["first"], tree["team"]}


def test_invite_next_leaves_the_choice_of_e_mails_to_each(begin, people):
    person = people["team"][0]
    person.notice_choices.create(kind=Notice.Kind.INVITED)
    invite(begin("team"))
    assert dict(Notice.objects.values_list("recipient", "delivery")) == {
        person.pk: Notice.Delivery.PORTAL,
        people["team"][1].pk: Notice.Delivery.WAITING,
    }


def test_the_rows_of_tasks_hold_keys_alone(begin, monkeypatch, people):
    monkeypatch.setattr(inviting, "BATCH", 1)
    campaign = begin("team")
    with at(TODAY):
        assert tasks.invite_people.func(campaign.pk) == str(people["team"][0].pk)
    rows = DBTaskResult.objects.filter(task_path=tasks.invite_people.module_path)
    assert [each.args_kwargs["args"] for each in rows.order_by("enqueued_at")] == [
        [campaign.pk],
        [campaign.pk, str(people["team"][0].pk)],
    ]


def test_invite_next_leaves_out_who_is_inactive_erased_or_nowhere(begin, people):
    inactive, erased = people["team"]
    User.objects.filter(pk=inactive.pk).update(is_active=False)
    erase_person(person=erased)
    nowhere = people["first"][0]
    place_person(person=nowhere, organisation=None)
    campaign = begin("first")
    invite(campaign)
    assert invited(campaign) == {people["first"][1]}


def test_invite_next_asks_nobody_again_who_has_shared_or_agreed_lately(begin, people, line_manager):
    long_shared, lately_agreed = people["first"]
    long_agreed, with_draft = people["team"]
    withdrawn, closed = people["second"]
    shared(long_shared, line_manager, TODAY - timedelta(days=300))
    agreed(lately_agreed, line_manager, TODAY - timedelta(days=60))
    agreed(long_agreed, line_manager, TODAY - timedelta(days=61))
    finished(with_draft, TODAY - timedelta(days=5))
    given_back = shared(withdrawn, line_manager, TODAY - timedelta(days=5))
    rounds.withdraw_assessment(assessment=given_back, by=withdrawn)
    close(finished(closed, TODAY - timedelta(days=5)))
    campaign = begin()
    invite(campaign)
    assert invited(campaign) == {long_agreed, with_draft, withdrawn, closed, *people["department"]}


def test_who_had_agreed_lately_is_not_asked_later_either(begin, people, line_manager):
    agreed(people["team"][0], line_manager, TODAY - timedelta(days=60))
    campaign = begin("team")
    invite(campaign, TODAY)
    invite(campaign, TODAY + timedelta(days=30))
    assert invited(campaign) == {people["team"][1]}


def test_who_comes_later_is_invited_by_the_daily_run_until_the_day(begin, people, tree):
    campaign = begin("team")
    invite(campaign)
    newcomer, late = people["elsewhere"]
    place_person(person=newcomer, organisation=tree["team"])
    assert invite_newcomers(today=DUE) == 1
    place_person(person=late, organisation=tree["team"])
    assert invite_newcomers(today=DUE + timedelta(days=1)) == 0
    assert invited(campaign) == {*people["team"], newcomer}
    assert invite_newcomers(today=DUE) == 1


def test_nobody_is_invited_once_it_is_ended(begin, people):
    campaign = begin("team")
    with at(TODAY):
        end_campaign(campaign=campaign)
    invite(campaign)
    assert invite_newcomers(today=TODAY) == 0
    assert not Invitation.objects.exists()


def test_end_campaign_refuses_what_is_over(begin):
    campaign = begin(due_on=TODAY + timedelta(days=7), remind_days=[])
    with at(TODAY + timedelta(days=8)), pytest.raises(NotStanding):
        end_campaign(campaign=campaign)
    with at(TODAY + timedelta(days=7)):
        end_campaign(campaign=campaign)
        with pytest.raises(NotStanding):
            end_campaign(campaign=campaign)


def test_who_moves_has_one_standing_invitation_at_most(begin, people, tree):
    """Invited in one directorate, moved to the other: invited there, and again by neither when they go back and forth."""
    first, second = begin("first"), begin("second")
    mover = people["first"][0]
    invite(first)
    place_person(person=mover, organisation=tree["second"])
    invite(second)
    assert set(mover.invitations.values_list("campaign", flat=True)) == {first.pk, second.pk}
    assert [each.campaign for each in mover.invitations.all().standing(TODAY)] == [second]
    place_person(person=mover, organisation=tree["first"])
    assert [each.campaign for each in mover.invitations.all().standing(TODAY)] == [first]
    invite(first)
    assert told().count(mover) == 2


def test_an_organisation_that_moves_under_a_campaign_is_not_invited_twice(begin, people, tree):
    below, above = begin("elsewhere"), begin("department")
    invite(below)
    move_organisation(organisation=tree["elsewhere"], parent=tree["first"])
    newcomer = make_user(organisation=tree["elsewhere"])
    invite(above)
    invite(below)
    assert invited(below) == {*people["elsewhere"]}
    assert newcomer in invited(above)
    assert len(told()) == len(set(told()))


def test_inviting_takes_the_same_queries_beside_those_of_each_notice(begin, people, django_assert_max_num_queries):
    invite(begin())
    with at(TODAY), django_assert_max_num_queries(7):
        assert invite_newcomers(today=TODAY) == 0


class Killed(Exception):
    """What a worker that is killed does not catch."""


def test_nobody_is_invited_twice_whatever_is_killed_and_whoever_moves(begin, tree, monkeypatch, people):
    """Random orders of batches, daily runs, kills, moves and closed accounts: 200 with HEAVY."""
    monkeypatch.setattr(inviting, "BATCH", 2)
    wrong = []
    for seed in range(200 if HEAVY else 8):
        point = transaction.savepoint()
        wrong += play(random.Random(seed), begin("department"), tree, [*people["team"], *people["elsewhere"]])
        transaction.savepoint_rollback(point)
    assert wrong == []


def play(chance, campaign, tree, movers):
    """One random order of events; a sentence for each thing that is wrong at its end."""
    going_on = [""]
    for _ in range(6):
        match chance.choice(("batch", "batch", "batch", "kill", "daily", "move", "deactivate", "return")):
            case "batch":
                # Whatever was begun before may be begun again.
                with at(TODAY):
                    going_on.append(invite_next(campaign_id=campaign.pk, after=chance.choice(going_on)))
            case "kill":
                kill_a_batch(chance, campaign, going_on)
            case "daily":
                invite_newcomers(today=TODAY)
            case "move":
                place = chance.choice([None, *tree.values()])
                User.objects.filter(pk=chance.choice(movers).pk).update(organisation=place)
            case "deactivate":
                User.objects.filter(pk=chance.choice(movers).pk).update(is_active=False)
            case "return":
                User.objects.filter(pk=chance.choice(movers).pk).update(is_active=True)
    invite_newcomers(today=TODAY)
    within = User.objects.filter(is_active=True, organisation__lines_up__ancestor=campaign.organisation)
    keys = list(Invitation.objects.values_list("person", flat=True))
    notices = list(Notice.objects.filter(kind=Notice.Kind.INVITED).values_list("recipient", flat=True))
    if sorted(keys) != sorted(notices) or len(keys) != len(set(keys)):
        yield f"{len(keys)} invitations of {len(set(keys))} people, {len(notices)} notices"
    if missing := {each.pk for each in within} - set(keys):
        yield f"{len(missing)} were not invited"


def kill_a_batch(chance, campaign, going_on):
    """A batch whose worker dies after some of its notices."""
    left = [chance.randrange(2)]

    def notify(**said):
        if not left[0]:
            raise Killed
        left[0] -= 1
        return real(**said)

    real = inviting.notify
    with mock.patch.object(inviting, "notify", notify), at(TODAY):
        try:
            invite_next(campaign_id=campaign.pk, after=chance.choice(going_on))
        except Killed:
            return


# Reminding


def test_remind_invited_tells_who_has_not_shared_once_on_each_day_chosen(begin, people):
    campaign = begin("team")
    invite(campaign)
    days = [DUE - timedelta(days=days) for days in range(60, -3, -1)]
    assert {day: count for day in days if (count := remind(day))} == {
        DUE - timedelta(days=14): 2,
        DUE - timedelta(days=3): 2,
    }
    notices = Notice.objects.filter(kind=Notice.Kind.INVITATION_DUE)
    assert {(each.due_on, each.path, each.actor) for each in notices} == {(DUE, "/assessments/", None)}


def test_remind_invited_run_twice_or_late_tells_once(begin, people):
    invite(begin("team"))
    late = DUE - timedelta(days=12)
    assert [remind(late), remind(late), remind(late + timedelta(days=1))] == [2, 0, 0]
    # Both days have passed: of the last one alone.
    assert [remind(DUE), remind(DUE)] == [2, 0]


def test_remind_invited_goes_on_after_a_kill(begin, people, monkeypatch):
    monkeypatch.setattr(inviting, "BATCH", 1)
    invite(begin("team"))
    real, calls = inviting.notify, []

    def notify(**said):
        calls.append(said)
        if len(calls) == 2:
            raise Killed
        return real(**said)

    day = DUE - timedelta(days=14)
    with mock.patch.object(inviting, "notify", notify), pytest.raises(Killed):
        remind(day)
    assert told(Notice.Kind.INVITATION_DUE) == [people["team"][0]]
    assert remind(day) == 1
    assert told(Notice.Kind.INVITATION_DUE) == people["team"]


def test_remind_invited_leaves_who_has_shared_since(begin, people, line_manager):
    sharing, agreeing = people["team"]
    invite(begin("team"))
    shared(sharing, line_manager, TODAY + timedelta(days=5))
    agreed(agreeing, line_manager, TODAY)
    assert remind(DUE - timedelta(days=14)) == 0


def test_remind_invited_tells_who_took_it_back_or_had_agreed_before(begin, people, line_manager):
    withdrawing, before = people["team"]
    agreed(before, line_manager, TODAY - timedelta(days=100))
    invite(begin("team"))
    given = shared(withdrawing, line_manager, TODAY + timedelta(days=5))
    rounds.withdraw_assessment(assessment=given, by=withdrawing)
    assert remind(DUE - timedelta(days=14)) == 2


def test_remind_invited_leaves_who_left_is_inactive_or_erased(begin, people):
    (leaver, inactive), (erased, stays) = people["team"], people["first"]
    invite(begin("first"))
    place_person(person=leaver, organisation=None)
    User.objects.filter(pk=inactive.pk).update(is_active=False)
    erase_person(person=erased)
    assert remind(DUE - timedelta(days=14)) == 1
    assert told(Notice.Kind.INVITATION_DUE) == [stays]
    assert {leaver, inactive, stays} == invited()


def test_remind_invited_leaves_who_was_invited_that_day_or_later(begin, people, tree):
    campaign = begin("team")
    invite(campaign)
    newcomer = people["elsewhere"][0]
    place_person(person=newcomer, organisation=tree["team"])
    invite(campaign, DUE - timedelta(days=14))
    assert remind(DUE - timedelta(days=10)) == 2
    assert remind(DUE - timedelta(days=3)) == 3


def test_remind_invited_leaves_what_is_over_and_who_is_to_be_reminded_of_nothing(begin, people):
    ended, never = begin("team"), begin("second", remind_days=[])
    invite(ended)
    invite(never)
    with at(TODAY):
        end_campaign(campaign=ended)
    assert remind(DUE - timedelta(days=3)) == 0


def test_reminding_who_was_reminded_takes_as_many_queries_for_one_as_for_many(
    begin, people, django_assert_max_num_queries
):
    invite(begin())
    day = DUE - timedelta(days=3)
    remind(day)
    with at(day), django_assert_max_num_queries(6):
        assert remind_invited(today=day) == 0


def test_invite_and_remind_says_how_many_and_nothing_else(begin, people):
    begin("team")
    said = StringIO()
    with at(TODAY):
        call_command("invite_and_remind", stdout=said)
    with at(DUE - timedelta(days=14)):
        call_command("invite_and_remind", stdout=said)
    assert said.getvalue() == "Invited: 2. Reminded: 0.\nInvited: 0. Reminded: 2.\n"


# Who may


def test_can_invite_is_given_of_an_organisation_and_what_lies_below(tree, analyst, superuser):
    AnalystGrant.objects.create(analyst=analyst, organisation=tree["first"], may_invite=True)
    AnalystGrant.objects.create(analyst=analyst, organisation=tree["second"])
    assert [name for name, place in tree.items() if can_invite(analyst, place)] == ["first", "team"]
    assert not any(can_invite(superuser, place) for place in tree.values())


def test_the_campaigns_of_an_organisation_are_seen_by_its_analysts(begin, tree, analyst, superuser):
    begin("team")
    assert not Campaign.objects.visible_to(analyst).exists()
    AnalystGrant.objects.create(analyst=analyst, organisation=tree["first"])
    assert Campaign.objects.visible_to(analyst).get().organisation == tree["team"]
    assert not Campaign.objects.visible_to(superuser).exists()


def test_an_invitation_goes_with_whoever_is_erased(begin, people):
    invite(begin("team"))
    erase_person(person=people["team"][0])
    assert invited() == {people["team"][1]}
