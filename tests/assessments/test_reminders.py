"""What time brings about: who is told of a goal or of a year gone by, and that nobody is told twice."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from assessments.actions import remind_of_goals, remind_of_years
from assessments.models import Assessment, Goal
from people.models import Notice
from tests.factories import agree, make_assessment, rate_all

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def make_goal(owner, framework, days, **fields):
    """A goal that is due so many days from TODAY."""
    said = {"what": "Sit in on a board", "kind": "on-the-job", "due_on": TODAY + timedelta(days=days)}
    return Goal.objects.create(owner=owner, framework=framework, **said | fields)


@pytest.fixture
def framework(published_version):
    return published_version.framework


def told():
    return [(notice.recipient, notice.kind, notice.due_on) for notice in Notice.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("days", "kinds"),
    [(15, []), (14, ["goal-due"]), (0, ["goal-due"]), (-1, ["goal-overdue"]), (-400, ["goal-overdue"])],
)
def test_remind_of_goals_tells_their_owner(contract_manager, framework, days, kinds):
    goal = make_goal(contract_manager, framework, days)
    assert remind_of_goals(today=TODAY) == len(kinds)
    assert told() == [(contract_manager, kind, goal.due_on) for kind in kinds]


def test_remind_of_goals_tells_once_before_the_day_and_once_after_it(contract_manager, framework):
    make_goal(contract_manager, framework, 3)
    days = range(20)
    assert [remind_of_goals(today=TODAY + timedelta(days=day)) for day in days] == [int(day in (0, 4)) for day in days]


def test_remind_of_goals_tells_again_of_one_that_was_put_off(contract_manager, framework):
    goal = make_goal(contract_manager, framework, 3)
    remind_of_goals(today=TODAY)
    Goal.objects.filter(pk=goal.pk).update(due_on=TODAY + timedelta(days=10))
    assert remind_of_goals(today=TODAY) == 1


def test_remind_of_goals_told_of_before_takes_as_many_queries_for_one_as_for_many(
    contract_manager, framework, django_assert_num_queries
):
    for days in (3, 4, -5):
        make_goal(contract_manager, framework, days)
        remind_of_goals(today=TODAY)
        with django_assert_num_queries(2):
            assert remind_of_goals(today=TODAY) == 0


@pytest.mark.parametrize("state", ["done", "dropped"])
def test_remind_of_goals_leaves_those_that_are_over(contract_manager, framework, state):
    make_goal(contract_manager, framework, 3, state=state, ended_on=TODAY, outcome="As it went")
    assert remind_of_goals(today=TODAY) == 0


def test_remind_of_goals_leaves_closed_accounts(contract_manager, framework):
    make_goal(contract_manager, framework, 3)
    contract_manager.is_active = False
    contract_manager.save()
    assert remind_of_goals(today=TODAY) == 0


@pytest.fixture
def agreed(contract_manager, line_manager, framework):
    assessment = make_assessment(contract_manager)
    rate_all(assessment)
    agreed = agree(assessment, line_manager)
    Notice.objects.all().delete()
    return agreed


def a_year_on():
    return timezone.localdate() + timedelta(days=365)


def test_remind_of_years_tells_the_owner_once(agreed, contract_manager):
    assert remind_of_years(today=a_year_on() - timedelta(days=1)) == 0
    assert [remind_of_years(today=a_year_on() + timedelta(days=day)) for day in (0, 1, 365)] == [1, 0, 0]
    assert told() == [(contract_manager, "year-passed", timezone.localtime(agreed.agreed_at).date())]


def test_remind_of_years_leaves_those_who_have_begun_another(agreed, contract_manager):
    make_assessment(contract_manager)
    assert remind_of_years(today=a_year_on()) == 0


def test_remind_of_years_leaves_those_who_never_agreed_one(contract_manager, framework):
    make_assessment(contract_manager)
    Assessment.objects.update(started_at=timezone.now() - timedelta(days=800))
    assert remind_of_years(today=a_year_on()) == 0


def test_send_reminders_says_how_many(agreed, contract_manager, framework, capsys):
    make_goal(contract_manager, framework, 0, due_on=timezone.localdate())
    call_command("send_reminders")
    said = "Reminded of goals: 1; of a year gone by: 0; of versions: 0. Notices cut off: 0; sent on: 0. "
    assert capsys.readouterr().out == said + "Carry-over runs started again: 0.\n"
