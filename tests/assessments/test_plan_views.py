"""The development plan of a round, for its owner and for its line manager."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.models import Assessment, Goal
from people.actions import lines
from people.models import ReportingLine, User
from tests.assessments.pages import links_of, words_of
from tests.assessments.plans import IN_A_YEAR, WHAT, aims, make_goal
from tests.factories import (
    close,
    confirm,
    converse,
    make_assessment,
    make_line,
    make_user,
    rate,
    rate_all,
    review,
    share,
)


@pytest.fixture(scope="module")
def world(kept_for_the_module):
    """Nia's round, whose conversation with Tomasz is on; gaps in B4.6 and B6.7, a goal for B4.6."""
    nia, tomasz = make_user(name="Nia Penŵydd"), make_user(name="Tomasz Quillfeather")
    make_line(nia, tomasz)
    draft = make_assessment(nia)
    rate_all(draft)
    rate(draft, {"B4.6": 1, "B6.7": 0})
    goal = make_goal(nia, ("B4.6", 2), measure="I chair one.")
    return nia.pk, tomasz.pk, converse(review(share(draft, tomasz))).pk, goal.pk


@pytest.fixture
def nia(db, world):
    return User.objects.get(pk=world[0])


@pytest.fixture
def tomasz(db, world):
    return User.objects.get(pk=world[1])


@pytest.fixture
def talked(db, world):
    return Assessment.objects.with_version().get(pk=world[2])


@pytest.fixture
def goal(db, world):
    return Goal.objects.get(pk=world[3])


@pytest.fixture
def owner(sign_in, nia):
    """A browser in which the round's owner is signed in."""
    return sign_in(nia)


@pytest.fixture
def boss(sign_in, tomasz):
    """A browser in which the line manager is signed in."""
    return sign_in(tomasz)


def plan(assessment):
    return reverse("plan-detail", args=[assessment.pk])


def change(goal, **fields):
    goal = Goal.objects.select_related("framework").get(pk=goal.pk)
    for name, value in fields.items():
        setattr(goal, name, value)
    version = goal.framework.versions.published().get()
    actions.save_goal(goal=goal, by=goal.owner, version=version, aims=aims(("B4.6", 2)))


def test_plan_detail_of_a_draft_shows_what_sharing_brings_along(
    manager_client, contract_manager, line_manager, published_version
):
    first = make_assessment(contract_manager)
    make_goal(contract_manager, what="From before")
    close(first)
    draft = make_assessment(contract_manager)
    words = words_of(manager_client.get(plan(draft)))
    assert "Until then each is seen by whoever sees the assessment that it was made in." in words
    assert "From before" in words
    Goal.objects.all().delete()
    words = words_of(manager_client.get(plan(draft)))
    assert "Until then only you can see them. Add a goal There is no open goal on your plan yet." in words


def test_plan_detail_in_the_conversation_is_for_both(owner, boss, talked, goal):
    for browser, name in ((owner, "You and Tomasz Quillfeather"), (boss, "Nia Penŵydd and you")):
        response = browser.get(plan(talked))
        words = words_of(response)
        assert f"{name} can see these goals. They are agreed together with the levels." in words
        assert f"On the job {WHAT} B4.6 Acting outside the contract: Practitioner" in words
        links = links_of(response)
        assert links[WHAT] == reverse("goal-detail", args=[goal.pk])
        assert links["Add a goal"] == f"{reverse('goal-create')}?from=plan&assessment={talked.pk}"
        assert (
            links["Add a goal for B6.7 Strategic risks"]
            == f"{reverse('goal-create')}?statement=B6.7&from=plan&assessment={talked.pk}"
        )
        assert "Add a goal for B4.6 Acting outside the contract" not in links


def test_plan_detail_before_the_review_is_finished(sign_in, published_version):
    person, line_manager = make_user(name="Rhodri"), make_user()
    draft = make_assessment(person)
    rate_all(draft)
    rate(draft, {"B4.6": 1})
    make_goal(person, ("B6.7", 3))
    shared = share(draft, line_manager, rates_first=True)
    words = words_of(sign_in(line_manager).get(plan(shared)))
    assert "B6.7 Strategic risks" in words
    for each in ("Expert", "Practitioner", "B4.6", "Add a goal", "Gaps"):
        assert each not in words
    words = words_of(sign_in(person).get(plan(shared)))
    assert "B6.7 Strategic risks: Expert" in words
    assert "Gaps without a goal B4.6 Acting outside the contract Foundation. Target: Practitioner" in words


def test_plan_detail_without_goals_tells_the_line_manager_who_adds_them(sign_in, published_version):
    person, line_manager = make_user(name="Rhodri"), make_user()
    draft = make_assessment(person)
    rate_all(draft)
    words = words_of(sign_in(line_manager).get(plan(share(draft, line_manager))))
    assert "Rhodri adds goals; you can add some once you have finished your review." in words


def test_plan_detail_of_an_agreed_round_shows_what_was_agreed_and_how_it_stands(owner, boss, nia, tomasz, talked, goal):
    make_goal(nia, what="Given up", kind="formal")
    done = make_goal(nia, what="Done before")
    actions.finish_goal(goal=done, by=nia)
    agreed = confirm(talked, tomasz, nia)
    change(goal, what="In other words", due_on=IN_A_YEAR.replace(day=1))
    actions.drop_goal(goal=Goal.objects.get(what="Given up"), by=nia, reason="It ended.")
    make_goal(nia, ("B6.7", 1), what="Added later")
    for browser in (owner, boss):
        words = words_of(browser.get(plan(agreed)))
        assert "how each goal stands now" in words
        assert f"{WHAT} I chair one. B4.6 Acting outside the contract: Practitioner By " in words
        order = [
            WHAT,
            "Open, now by 1 ",
            "Changed since",
            "Given up",
            "Dropped on",
            "Added since",
            "Added later",
            "Done before",
        ]
        places = [words.index(each) for each in order]
        assert places == sorted(places)
        assert "In other words" not in words
    assert "Add a goal" not in links_of(boss.get(plan(agreed)))
    assert "Gaps without a goal" not in words_of(owner.get(plan(agreed)))


def test_plan_detail_of_an_agreed_round_without_goals(owner, boss, nia, tomasz, talked, goal):
    actions.drop_goal(goal=goal, by=nia, reason="It ended.")
    agreed = confirm(talked, tomasz, nia)
    words = words_of(boss.get(plan(agreed)))
    assert "No goal was agreed on" in words
    assert "Gaps without a goal B6.7 Strategic risks" in words
    assert "Add a goal for" not in words
    assert "Add a goal for B6.7 Strategic risks" in links_of(owner.get(plan(agreed)))


def test_plan_detail_shows_the_line_manager_nothing_of_a_goal_that_went_on_to_a_round_of_its_owners_alone(
    owner, boss, nia, tomasz, talked, goal
):
    agreed = confirm(talked, tomasz, nia)
    draft = make_assessment(nia)
    rate_all(draft)
    shared = share(draft, tomasz)
    actions.withdraw_assessment(assessment=shared, by=nia)
    actions.finish_goal(goal=goal, by=nia)
    words = words_of(boss.get(plan(agreed)))
    assert f"{WHAT} I chair one." in words
    assert "Not shown" in words
    assert "Done on" not in words
    assert reverse("goal-detail", args=[goal.pk]) not in links_of(boss.get(plan(agreed))).values()
    assert "Done on" in words_of(owner.get(plan(agreed)))


def test_plan_detail_of_a_closed_round_is_its_owners_alone(manager_client, contract_manager, published_version):
    draft = make_assessment(contract_manager)
    make_goal(contract_manager)
    close(draft)
    words = words_of(manager_client.get(plan(draft)))
    assert "Only you can see these goals." in words
    assert WHAT in words


def test_plan_detail_is_not_there_for_anybody_else(sign_in, client, boss, nia, talked, superuser):
    lines.end_line(line=ReportingLine.objects.live().get(person=nia), ended_by=nia)
    for browser in (sign_in(make_user()), sign_in(superuser), boss):
        assert browser.get(plan(talked)).status_code == 404
    assert client.get(plan(talked)).status_code == 302
    assert sign_in(nia).post(plan(talked)).status_code == 405


def test_plan_detail_after_the_line_has_ended_is_its_owners_alone(owner, nia, talked):
    lines.end_line(line=ReportingLine.objects.live().get(person=nia), ended_by=nia)
    assert "Only you can see these goals." in words_of(owner.get(plan(talked)))


@pytest.mark.parametrize("is_agreed", [False, True])
def test_plan_detail_takes_as_many_queries_for_one_goal_as_for_many(owner, nia, tomasz, talked, is_agreed):
    counts = []
    for _ in range(2):
        if is_agreed and not talked.is_agreed:
            for each in range(3):
                make_goal(nia, ("A1.1", 3), ("B3.2", 3), what=f"Agreed {each}")
            talked = confirm(talked, tomasz, nia)
        with CaptureQueriesContext(connection) as queries:
            owner.get(plan(talked))
        counts.append(len(queries))
        for each in range(5):
            make_goal(nia, ("A1.1", 3), ("B3.2", 3), what=f"Goal {each}")
    assert counts[0] == counts[1] <= 10
