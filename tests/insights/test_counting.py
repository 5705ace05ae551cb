"""Counting organisations again: what stands in the rollup, what is written, and by which command."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.actions import close_assessment, start_next_assessment
from insights import tally
from insights.actions import counting
from insights.actions.counting import count_again, follow_marks
from insights.exact import counted, exact_counts, least_changed, note_released
from insights.models import Campaign, Invitation, LevelCount, MissCount, ReadyCount, StageCount
from insights.tasks import count_marked
from people.actions import place_person, recount_of
from people.models import Organisation, Recount, User
from tests.factories import agree, make_assessment, make_organisation, make_user, rate, rate_all, reread, share

pytestmark = pytest.mark.django_db

OWN = {"A1.1": 1, "A2.3": 0}


@pytest.fixture(scope="module")
def department(kept_for_the_module):
    """A team in a department with somebody at each stage; counted, nothing marked."""
    top = make_organisation(name="Department", code="dept")
    team = make_organisation(name="Team", code="team", parent=top)
    line_manager = make_user()
    people = {stage: make_user() for stage in ("nothing", "started", "shared", "agreed")}
    for person in people.values():
        place_person(person=person, organisation=team)
    for stage in ("started", "shared", "agreed"):
        assessment = make_assessment(people[stage])
        rate_all(assessment)
        rate(assessment, OWN)
        {"started": lambda *_: None, "shared": share, "agreed": agree}[stage](assessment, line_manager)
    follow_marks()
    return {"top": top, "team": team, "line manager": line_manager} | people


@pytest.fixture
def team(department):
    return department["team"]


@pytest.fixture
def framework(published_version):
    return published_version.framework


def stages(organisation):
    """People by stage, and by campaign where one invited them."""
    rows = StageCount.objects.filter(organisation=organisation, people__gt=0).order_by("stage", "campaign", "reached")
    return [(row.stage, row.people, *((row.campaign_id, row.reached) if row.campaign_id else ())) for row in rows]


ONE_OF_EACH = [("agreed", 1), ("not-started", 1), ("shared", 1), ("started", 1)]


# What is counted


def test_everybody_is_counted_by_how_far_they_have_come(department):
    assert stages(department["team"]) == ONE_OF_EACH
    assert stages(department["top"]) == []


def test_levels_are_counted_of_shared_and_agreed_rounds(team, framework):
    version = framework.versions.get()
    profile = version.role_profiles.get(slug="contract-manager")
    found = exact_counts([team.pk], framework)[team.pk].versions[version.pk]
    areas = {area.code: area.pk for section in version.sections.all() for area in section.areas.all()}
    assert found.ready == {(profile.pk, 0): 2}
    assert {key: count for key, count in found.levels.items() if key[0] in (areas["A1"], areas["A2"], areas["B1"])} == {
        (areas["A1"], profile.pk, 1, 2): 2,
        (areas["A2"], profile.pk, 0, 2): 2,
        (areas["B1"], profile.pk, 2, 2): 2,
    }
    assert sorted(found.missed.values()) == [2, 2]
    assert {area for area, _ in found.missed} == {areas["A1"], areas["A2"]}


def test_whoever_has_agreed_and_begins_again_stays_agreed(department, team):
    person = department["agreed"]
    start_next_assessment(owner=person, previous=person.assessments.get(), version=person.assessments.get().version)
    follow_marks()
    assert stages(team) == ONE_OF_EACH


def test_the_round_shared_last_is_the_one_whose_levels_count(department, team, framework):
    person = department["agreed"]
    previous = person.assessments.get()
    following = start_next_assessment(owner=person, previous=previous, version=previous.version)
    rate_all(following, rank=3)
    share(reread(following), department["line manager"])
    follow_marks()
    (counts,) = exact_counts([team.pk], framework)[team.pk].versions.values()
    assert sorted((rank, people) for (_, rank), people in counts.ready.items()) == [(0, 1), (3, 1)]
    assert stages(team) == ONE_OF_EACH


def test_a_closed_round_counts_nowhere(department, team):
    close_assessment(assessment=reread(department["started"].assessments.get()), by=department["started"])
    follow_marks()
    assert stages(team) == [("agreed", 1), ("not-started", 2), ("shared", 1)]


def test_whoever_cannot_sign_in_counts_nowhere(department, team):
    User.objects.filter(pk=department["shared"].pk).update(is_active=False)
    recount_of(department["shared"].pk)
    follow_marks()
    assert stages(team) == [("agreed", 1), ("not-started", 1), ("started", 1)]


def test_whoever_moves_counts_where_they_are_now(department, team):
    place_person(person=department["agreed"], organisation=department["top"])
    assert follow_marks() == 2
    assert (stages(department["top"]), len(stages(team))) == ([("agreed", 1)], 3)
    assert LevelCount.objects.filter(organisation=department["top"]).count() == 8


def test_the_campaign_that_invited_last_counts(department, team, framework):
    today = timezone.localdate()
    days = {"opened_on": today, "due_on": today + timedelta(days=30)}
    first, second = (Campaign.objects.create(organisation=team, framework=framework, **days) for _ in range(2))
    invited = [(first, "nothing"), (second, "nothing"), (first, "started"), (second, "agreed")]
    for campaign, stage in invited:
        Invitation.objects.create(campaign=campaign, person=department[stage])
    count_again([team.pk])
    assert stages(team) == [
        ("agreed", 1, second.pk, "agreed"),
        ("not-started", 1, second.pk, "not-started"),
        ("shared", 1),
        ("started", 1, first.pk, "started"),
    ]


def test_a_round_that_was_agreed_before_a_campaign_is_not_one_since(department, team, framework):
    tomorrow = timezone.localdate() + timedelta(days=1)
    campaign = Campaign.objects.create(
        organisation=team, framework=framework, opened_on=tomorrow, due_on=tomorrow + timedelta(days=30)
    )
    Invitation.objects.create(campaign=campaign, person=department["agreed"])
    count_again([team.pk])
    assert stages(team)[0] == ("agreed", 1, campaign.pk, "not-started")


# What is written


def test_counting_again_changes_nothing(team):
    before = {model: list(model.objects.order_by("pk").values()) for model in tally.KEYS}
    assert count_again() == 2
    assert {model: list(model.objects.order_by("pk").values()) for model in tally.KEYS} == before


def test_what_was_released_stays_until_the_next_release(department, team, framework):
    note_released([team.pk], framework)
    assert least_changed([team.pk], framework) == 0
    place_person(person=department["agreed"], organisation=None)
    follow_marks()
    row = StageCount.objects.get(organisation=team, stage="agreed")
    assert (row.people, row.released) == (0, 1)
    assert least_changed([team.pk], framework) == 1
    place_person(person=department["agreed"], organisation=team)
    follow_marks()
    assert least_changed([team.pk], framework) == 0


def test_a_row_of_nobody_goes_with_the_next_release(department, team, framework):
    note_released([team.pk], framework)
    place_person(person=department["agreed"], organisation=None)
    follow_marks()
    note_released([team.pk], framework)
    assert not StageCount.objects.filter(organisation=team, stage="agreed").exists()
    assert not StageCount.objects.filter(people=0).exists()


def test_whoever_moves_within_a_tree_is_one_who_changed(department, team, framework):
    both = [department["top"].pk, team.pk]
    note_released(both, framework)
    place_person(person=department["agreed"], organisation=department["top"])
    follow_marks()
    assert least_changed(both, framework) == 1


def test_whatever_changes_of_somebody_they_are_one(department, team, framework):
    note_released([team.pk], framework)
    previous = department["agreed"].assessments.get()
    following = start_next_assessment(owner=department["agreed"], previous=previous, version=previous.version)
    rate_all(following, rank=3)
    share(reread(following), department["line manager"])
    follow_marks()
    assert least_changed([team.pk], framework) == 1


# Which organisations, and how


def test_marks_are_followed_and_gone(team):
    Recount.objects.bulk_create(Recount(organisation=team) for _ in range(3))
    assert follow_marks() == 1
    assert not Recount.objects.exists()
    assert follow_marks() == 0


def test_an_organisation_that_was_never_counted_is_found(team):
    StageCount.objects.all().delete()
    assert follow_marks() == 1
    assert stages(team) == ONE_OF_EACH


def test_the_worker_counts_what_is_marked(team):
    StageCount.objects.filter(stage="agreed").update(people=7)
    Recount.objects.create(organisation=team)
    assert count_marked.call() == 1
    assert stages(team) == ONE_OF_EACH


def test_counting_takes_as_many_queries_for_many_people(department, team):
    def queries():
        with CaptureQueriesContext(connection) as found:
            count_again([team.pk])
        return len(found)

    queries()
    few = queries()
    for _ in range(4):
        place_person(person=make_user(), organisation=team)
    queries()
    assert queries() == few


@pytest.mark.parametrize(("most_people", "batches"), [(1, [[0], [1], [2]]), (4, [[0], [1, 2]]), (9, [[0, 1, 2]])])
def test_a_batch_holds_so_many_people(team, monkeypatch, most_people, batches):
    monkeypatch.setattr(counting, "MOST_PEOPLE", most_people)
    keys = [team.pk, *(make_organisation().pk for _ in range(2))]
    for pk in keys[1:]:
        place_person(person=make_user(), organisation=Organisation.objects.get(pk=pk))
    assert list(counting._batches(keys)) == [[keys[number] for number in batch] for batch in batches]


def test_a_round_that_is_taken_back_between_two_queries_is_read_again(department, team, monkeypatch):
    read, tries = tally._add_summaries, []

    def taken_back(organisation_ids, current, counts):
        tries.append(len(current))
        is_whole = read(organisation_ids, current, counts)
        return is_whole and len(tries) > 1

    monkeypatch.setattr(tally, "_add_summaries", taken_back)
    count_again([team.pk])
    assert tries == [2, 2]
    assert stages(team) == ONE_OF_EACH


# The command


def test_the_command_counts_everything(team, capsys):
    StageCount.objects.all().delete()
    call_command("count_again")
    assert capsys.readouterr().out == "Organisations counted: 2.\n"
    assert stages(team) == ONE_OF_EACH


def test_the_command_compares_with_every_answer(team, capsys):
    call_command("count_again", "--compare")
    assert capsys.readouterr().out == "Organisations compared: 2. Differences: 0.\n"


@pytest.mark.parametrize("model", [StageCount, LevelCount, ReadyCount, MissCount])
def test_the_command_finds_what_differs(team, capsys, model):
    row = model.objects.filter(organisation=team).order_by("pk").first()
    model.objects.filter(pk=row.pk).update(people=9)
    before = counted([team.pk])
    with pytest.raises(CommandError, match="not what the answers come to"):
        call_command("count_again", "--compare", "--organisation", "dept")
    said = capsys.readouterr().out
    assert f"{model.__name__} of organisation_id {team.pk}, " in said
    assert f": 9 stand, {row.people} are right\n" in said
    assert said.endswith("Organisations compared: 2. Differences: 1.\n")
    assert counted([team.pk]) == before


def test_the_command_says_what_is_still_to_be_counted(team, capsys):
    Recount.objects.create(organisation=team)
    call_command("count_again", "--compare", "--organisation", "team")
    assert capsys.readouterr().out == (
        "Organisations that are still to be counted again: 1. They may differ.\n"
        "Organisations compared: 1. Differences: 0.\n"
    )


def test_the_command_knows_the_organisation(team):
    with pytest.raises(CommandError, match="There is no organisation with the code nowhere"):
        call_command("count_again", "--organisation", "nowhere")
