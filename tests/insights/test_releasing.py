"""Making releases: when one is made and when not, what it holds, and what it leaves behind."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from insights.actions import releasing
from insights.actions.counting import follow_marks
from insights.actions.releasing import NotAtTheTop, make_release, release_due
from insights.exact import below, least_changed
from insights.figures import Figures
from insights.models import Figure, Release, StageCount
from people.actions import move_organisation, place_person
from people.models import Organisation
from tests.factories import agree, make_assessment, make_organisation, make_user, rate_all

pytestmark = pytest.mark.django_db

MONTH = timedelta(days=30)


@pytest.fixture(scope="module")
def department(kept_for_the_module):
    """Two teams in a department, with nine people and one, of whom one has agreed a round; counted."""
    top = make_organisation(name="Department of Works")
    teams = [make_organisation(name=f"Team {number}", parent=top) for number in (1, 2)]
    people = [make_user() for _ in range(10)]
    for number, person in enumerate(people):
        place_person(person=person, organisation=teams[number == 9])
    assessment = make_assessment(people[0])
    rate_all(assessment)
    agree(assessment, make_user())
    follow_marks()
    return {"top": top, "teams": teams, "people": people}


@pytest.fixture
def top(department):
    return department["top"]


@pytest.fixture
def framework(published_version):
    return published_version.framework


@pytest.fixture
def released(top, framework):
    """The first release, made two months ago."""
    return make_release(organisation=top, framework=framework, at=timezone.now() - 2 * MONTH).release


def newcomers(organisation, count):
    for _ in range(count):
        place_person(person=make_user(), organisation=organisation)
    follow_marks()


def test_the_first_release_has_figures_of_every_organisation(department, top, framework):
    at = timezone.now() - MONTH
    outcome = make_release(organisation=top, framework=framework, at=at)
    release = outcome.release
    assert (outcome.reason, release.organisation, release.framework, release.made_at) == ("", top, framework, at)
    assert release.base == 5
    figures = {each.organisation_id: Figures.of(each.numbers) for each in release.figures.all()}
    assert figures.keys() == {top.pk, *(team.pk for team in department["teams"])}
    assert figures[top.pk].people == 10
    assert sum(figures[top.pk].stages.values()) == 10
    assert {number % 5 for each in figures.values() for number in (each.people, *each.stages.values())} == {0}


def test_a_release_notes_what_it_released(released, top, framework):
    assert least_changed(below(top), framework) == 0
    assert set(StageCount.objects.values_list("people", "released")) == {(1, 1), (8, 8)}


def test_too_few_people_are_not_released(department, top, framework):
    place_person(person=department["people"][1], organisation=None)
    follow_marks()
    outcome = make_release(organisation=top, framework=framework)
    assert (outcome.release, outcome.reason) == (None, "fewer than 10 people are counted, or not certainly so many")
    assert not Release.objects.exists()


def test_a_release_needs_ten_people_who_changed(released, department, top, framework):
    newcomers(department["teams"][0], 9)
    outcome = make_release(organisation=top, framework=framework)
    assert outcome.release is None
    assert outcome.reason == "fewer than 10 people have changed since the last one, or not certainly so many"
    newcomers(department["teams"][0], 1)
    assert make_release(organisation=top, framework=framework).release.figures.count() == 3


def test_a_release_needs_a_month(released, department, top, framework):
    newcomers(department["teams"][0], 30)
    day = timezone.localtime(released.made_at)
    outcome = make_release(organisation=top, framework=framework, at=released.made_at + MONTH - timedelta(seconds=1))
    assert outcome.release is None
    assert outcome.reason == f"the last one is of {day:%-d %B %Y}, less than 30 days before"
    assert make_release(organisation=top, framework=framework, at=released.made_at + MONTH).release


def test_nothing_is_released_before_the_last_release(released, department, top, framework):
    newcomers(department["teams"][0], 30)
    assert make_release(organisation=top, framework=framework, at=released.made_at - MONTH).release is None


def test_the_numbers_can_be_set_higher(department, top, framework, settings):
    settings.PORTAL_FIGURES_CHANGED = 12
    assert make_release(organisation=top, framework=framework).reason.startswith("fewer than 12 people are counted")
    settings.PORTAL_FIGURES_CHANGED, settings.PORTAL_FIGURES_BASE = 10, 10
    release = make_release(organisation=top, framework=framework).release
    assert (release.base, Figures.of(release.figures.get(organisation=top).numbers).people) == (10, 10)


def test_only_an_organisation_at_the_top_has_releases(department, framework):
    with pytest.raises(NotAtTheTop):
        make_release(organisation=department["teams"][0], framework=framework)


def test_an_organisation_that_was_released_with_another_tree_says_nothing_of_this_one(
    released, department, top, framework
):
    team = department["teams"][0]
    other = make_organisation(name="Department of Roads")
    newcomers(other, 10)
    move_organisation(organisation=team, parent=other)
    assert make_release(organisation=Organisation.objects.get(pk=other.pk), framework=framework).release
    # Those who come now changed since the other's release, which is not the one that this tree's figures are compared with.
    newcomers(team, 40)
    move_organisation(organisation=team, parent=top)
    assert make_release(organisation=top, framework=framework).release is None
    newcomers(department["teams"][1], 10)
    assert make_release(organisation=top, framework=framework).release


def test_a_person_erased_since_is_not_in_the_next_release(released, department, top, framework):
    for person in department["people"]:
        place_person(person=person, organisation=None)
    newcomers(department["teams"][1], 20)
    release = make_release(organisation=top, framework=framework).release
    figures = {each.organisation_id: Figures.of(each.numbers).people for each in release.figures.all()}
    assert (figures[top.pk], figures[department["teams"][0].pk]) == (20, 0)
    assert not StageCount.objects.filter(people=0).exists()


# All that are due


def test_what_is_due_is_released_of_every_tree(department, top, framework):
    other = make_organisation(name="Department of Roads")
    outcomes = release_due()
    assert [(each.organisation, each.framework, bool(each.release)) for each in outcomes] == [
        (other, framework, False),
        (top, framework, True),
    ]


def test_the_command_counts_and_releases(department, top, framework, capsys):
    newcomer = make_user()
    place_person(person=newcomer, organisation=top)
    call_command("make_releases")
    day = timezone.localtime()
    what = "Department of Works under Contract Management Professional Standards"
    assert capsys.readouterr().out == f"Organisations counted again: 1.\nReleased: {what}, {day:%-d %B %Y}.\n"
    call_command("make_releases")
    assert capsys.readouterr().out == (
        "Organisations counted again: 0.\n"
        f"Not released: {what}: the last one is of {day:%-d %B %Y}, less than 30 days before.\n"
    )


def test_a_release_that_fails_leaves_nothing_and_the_others_are_made(department, top, capsys, monkeypatch, log_watch):
    other = make_organisation(name="Department of Roads")
    newcomers(other, 10)
    real = releasing.rounded

    def rounded(parents, *args, **kwargs):
        if other.pk in parents:
            raise ValueError("Words of the database")
        return real(parents, *args, **kwargs)

    monkeypatch.setattr(releasing, "rounded", rounded)
    with pytest.raises(CommandError, match="1 could not be made"):
        call_command("make_releases")
    said = capsys.readouterr().out
    assert "Department of Roads under Contract Management Professional Standards: something went wrong" in said
    assert "Words" not in said
    assert [each.organisation for each in Release.objects.all()] == [top]
    assert Figure.objects.exclude(release__organisation=top).count() == 0
