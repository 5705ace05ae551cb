"""Several frameworks at once: which one is begun, and that each round stands under its own."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.beginnings import beginnings_of
from assessments.models import Assessment
from standards.models import Version
from tests.assessments.pages import links_of, summary_of, words_of
from tests.assessments.plans import make_goal
from tests.factories import agree, close, make_assessment, make_user, rate, rate_all, reread, share
from tests.insights.test_team_list import TEAM
from tests.standards.second_framework import LEVELS, SLUG, TITLE, publish_second_framework

FIRST = "contract-management"
START = reverse("assessment-start")


@pytest.fixture(scope="module")
def second(kept_for_the_module):
    return publish_second_framework()


@pytest.fixture
def first(second):
    return Version.objects.published().exclude(pk=second.pk).get()


def own(person):
    return list(Assessment.objects.owned_by(person).order_by("-started_at"))


def told(person):
    """What somebody may begin: framework, whether it goes on from a round, and the query of the address."""
    return [(each.version.framework.slug, each.last is not None, each.choice) for each in beginnings_of(own(person))]


# What may be begun


def test_somebody_new_may_begin_with_each_framework(contract_manager, second):
    assert told(contract_manager) == [
        (FIRST, False, f"?framework={FIRST}"),
        (SLUG, False, f"?framework={SLUG}"),
    ]


def test_a_framework_under_way_is_not_begun_again(contract_manager, first, second):
    make_assessment(contract_manager, version=first)
    assert told(contract_manager) == [(SLUG, False, f"?framework={SLUG}")]


def test_the_round_that_was_over_last_is_gone_on_from_first(contract_manager, first, second):
    for version in (first, second):
        close(make_assessment(contract_manager, version=version, role_profile=""))
    assert [slug for slug, *_ in told(contract_manager)] == [SLUG, FIRST]
    assert all(has_last for _, has_last, _ in told(contract_manager))


def test_the_only_framework_is_not_named_in_addresses(contract_manager, first, second):
    Version.objects.filter(pk=second.pk).update(closes_on="2020-01-01")
    assert told(contract_manager) == [(FIRST, False, "")]


# assessment-start


def test_assessment_start_asks_which_standards(manager_client, second):
    response = manager_client.get(START)
    words = words_of(response)
    assert "Which standards do you assess yourself against?" in words
    assert (
        "For people who manage government contracts. By Cabinet Office, version 2.0. 66 statements in eight areas."
        in words
    )
    assert f"{TITLE} By Nobody: it is made up for tests, version 1.0. 150 statements in 30 areas." in words
    assert "under way." not in words


def test_assessment_start_says_what_is_under_way(manager_client, contract_manager, second):
    make_assessment(contract_manager, version=second, role_profile="keeper")
    assert "30 areas. You have an assessment under way." in words_of(manager_client.get(START))


@pytest.mark.parametrize(
    ("posted", "message"),
    [
        ({}, "Choose the standards that you assess yourself against"),
        ({"framework": "x\0"}, "Choose one of the standards shown"),
        ({"framework": "no-such"}, "Choose one of the standards shown"),
    ],
)
def test_assessment_start_without_a_choice_says_so_at_the_field(manager_client, second, posted, message):
    response = manager_client.post(START, posted)
    assert response.status_code == 422
    assert summary_of(response) == [(message, "#id_framework")]


def test_the_choice_leads_through_the_start_to_a_round_of_its_own(manager_client, second):
    chosen = manager_client.post(START, {"framework": SLUG})
    assert (chosen.status_code, chosen.url) == (302, f"{START}?framework={SLUG}")
    page = manager_client.get(chosen.url)
    assert f"against the {TITLE}" in words_of(page)
    create = links_of(page)["Start now"]
    assert create == f"{reverse('assessment-create')}?framework={SLUG}"
    role = words_of(manager_client.get(create))
    assert "Head of records" in role
    assert "Contract Manager" not in role
    manager_client.post(create, {"role_profile": "head-of-records"})
    assessment = Assessment.objects.get()
    assert (assessment.version, assessment.targets.count()) == (second, 30)


@pytest.mark.parametrize("query", ["", "?framework=no-such"])
def test_assessment_create_without_a_framework_leads_to_the_choice(manager_client, second, query):
    for send in (manager_client.get, manager_client.post):
        response = send(reverse("assessment-create") + query)
        assert (response.status_code, response.url) == (302, START)


def test_no_round_is_begun_after_the_last_day_for_new_ones(contract_manager, second):
    Version.objects.filter(pk=second.pk).update(closes_on="2020-01-01")
    with pytest.raises(actions.NotAskable):
        make_assessment(contract_manager, version=reread_version(second), role_profile="")


def reread_version(version):
    return Version.objects.get(pk=version.pk)


# The list of rounds


def test_assessment_list_of_somebody_new_leads_to_the_choice(manager_client, second):
    links = links_of(manager_client.get(reverse("assessment-list")))
    assert links["Choose the standards and start"] == START
    assert [href for href in links.values() if href.startswith(f"{START}?")] == []


def test_assessment_list_leads_on_in_the_round_changed_last_and_names_the_other(
    manager_client, contract_manager, first, second
):
    older = make_assessment(contract_manager, version=second, role_profile="keeper")
    make_assessment(contract_manager, version=first, ratings={"A1.1": 1})
    response = manager_client.get(reverse("assessment-list"))
    assert "Next: finish A1 Business Acumen" in words_of(response)
    assert links_of(response)[f"{TITLE}: your {older.title}"] == reverse("assessment-detail", args=[older.pk])


def test_assessment_list_offers_the_other_standards_beside_a_round(manager_client, contract_manager, first, second):
    make_assessment(contract_manager, version=first)
    links = links_of(manager_client.get(reverse("assessment-list")))
    assert links[f"Start an assessment: {TITLE}"] == f"{START}?framework={SLUG}"


def test_assessment_list_goes_on_from_the_last_round_and_offers_the_next_of_the_other(
    manager_client, contract_manager, first, second
):
    rounds = [make_assessment(contract_manager, version=each, role_profile="") for each in (first, second)]
    for each in rounds:
        close(each)
    links = links_of(manager_client.get(reverse("assessment-list")))
    following = [reverse("assessment-next", args=[each.pk]) for each in rounds]
    assert links[f"Start from your {rounds[1].title}"] == following[1]
    assert links["Start afresh instead"] == f"{START}?framework={SLUG}"
    assert links["Start your next assessment: Contract Management Professional Standards"] == following[0]


def test_assessment_list_asks_no_more_of_two_frameworks_than_of_one(
    manager_client, contract_manager, first, second, django_assert_num_queries
):
    make_assessment(contract_manager, version=first)
    with CaptureQueriesContext(connection) as one:
        manager_client.get(reverse("assessment-list"))
    make_assessment(contract_manager, version=second, role_profile="keeper")
    with django_assert_num_queries(len(one)):
        manager_client.get(reverse("assessment-list"))


# Two rounds at once


def test_two_rounds_of_one_person_are_read_and_agreed_apart(contract_manager, line_manager, sign_in, first, second):
    theirs = [make_assessment(contract_manager, version=each, role_profile="") for each in (first, second)]
    for each in theirs:
        rate_all(each)
        share(each, line_manager)
    team = words_of(sign_in(line_manager).get(TEAM))
    assert "Contract Management Professional Standards" in team
    assert TITLE in team
    waits = words_of(sign_in(line_manager).get(reverse("assessment-list")))
    assert f"{TITLE}. Waits for you" in waits
    assert [reread(each).state for each in theirs] == ["shared", "shared"]


def test_rounds_of_two_frameworks_are_not_compared(contract_manager, sign_in, first, second):
    one, other = (make_assessment(contract_manager, version=each, role_profile="") for each in (first, second))
    address = reverse("assessment-compare", args=[one.pk, other.pk])
    assert sign_in(contract_manager).get(address).status_code == 404


def test_a_check_code_names_the_framework(contract_manager, line_manager, sign_in, second):
    draft = make_assessment(contract_manager, version=second, role_profile="")
    rate_all(draft)
    agreed = agree(draft, line_manager)
    page = sign_in(make_user()).post(reverse("report-verify"), {"code": agreed.check_code})
    assert f"under {TITLE}, version 1.0" in words_of(page)
    assert not any(level in words_of(page) for level in LEVELS)


# Goals


def test_goal_list_names_the_gaps_of_each_framework(manager_client, contract_manager, first, second):
    for version, code in ((first, "B4.6"), (second, "R2.1")):
        draft = make_assessment(contract_manager, version=version, role_profile="")
        rate_all(draft, rank=4 if version == second else 3)
        rate(draft, {code: 0})
    response = manager_client.get(reverse("goal-list"))
    assert f"Gaps without a goal: {TITLE}" in words_of(response)
    create = reverse("goal-create")
    assert {href for href in links_of(response).values() if href.startswith(f"{create}?statement")} == {
        f"{create}?statement=B4.6&framework={FIRST}",
        f"{create}?statement=R2.1&framework={SLUG}",
    }


@pytest.mark.parametrize(("slug", "code"), [(FIRST, "B4.6"), (SLUG, "R2.1")])
def test_goal_create_is_for_statements_of_the_framework_that_is_named(manager_client, second, slug, code):
    page = manager_client.get(f"{reverse('goal-create')}?framework={slug}&statement={code}")
    other = {FIRST: TITLE, SLUG: "Contract Management Professional Standards"}[slug]
    assert f"Begin anew with those of {other}" in words_of(page)
    assert f"For {code} " in words_of(page)


def test_a_goal_belongs_to_the_round_of_its_framework(contract_manager, first, second):
    rounds = {each: make_assessment(contract_manager, version=each, role_profile="") for each in (first, second)}
    for version, code in ((first, "B4.6"), (second, "R2.1")):
        goal = make_goal(contract_manager, (code, 1), version=version)
        assert (goal.assessment, goal.framework_id) == (rounds[version], version.framework_id)
