"""A made-up population is what it says: everybody in their place, and rows as the portal's actions would have left them."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from assessments.actions import share_assessment
from assessments.models import Assessment, Rating, Summary
from assessments.standing import read_views
from assessments.summaries import summaries_of
from insights.models import NeededCover, Release
from insights.seeding import department
from insights.seeding.plans import Place, plan_department, plan_people, plan_service
from insights.seeding.writing import Writer, write_places
from people.models import Descent, Organisation, ReportingLine, User
from standards.tree import version_tree
from tests.factories import make_line, make_organisation, make_user

PLACES = (Place("made-up", "Made-up Department", "department", "", 0), *plan_department("made-up", 60))


def test_a_plan_places_everybody_and_is_as_broad_for_many_as_for_few():
    for people in (1, 1000, 60_000):
        places = plan_service(people)
        assert sum(each.people for each in places) == people
        assert Counter(each.kind for each in places)["department"] == 21
        assert Counter(each.kind for each in places)["directorate"] == 100
        assert len({(each.parent, each.name) for each in places}) == len(places)


def test_everybody_but_the_heads_has_a_line_manager_in_their_own_team():
    people = list(plan_people(plan_service(3000)))
    places = {each.number: each.place for each in people}
    assert [each.number for each in people] == list(range(1, 3001))
    assert all(places[each.line_manager] == each.place for each in people if each.line_manager)
    heads = Counter(each.place for each in people if each.line_manager is None)
    assert set(heads.values()) == {1}


@pytest.fixture
def written(published_version):
    """Sixty people, of whom forty have answers."""
    organisations = write_places(PLACES)
    Writer(published_version, ratings_for=40).write(plan_people(PLACES), organisations)
    return organisations


def test_rounds_come_to_what_their_answers_do(written, published_version):
    tree = version_tree(published_version)
    rounds = Assessment.objects.exclude(state="draft").filter(ratings__isnull=False).distinct()
    assert rounds.count() > 5
    fields = ("area_id", "level", "target", "missed")
    for each in rounds:
        fresh = summaries_of(each, tree, read_views(each), is_agreed=each.is_agreed)
        kept = Summary.objects.filter(assessment=each).order_by("area_id")
        assert [tuple(getattr(row, name) for name in fields) for row in sorted(fresh, key=lambda row: row.area_id)] == [
            *kept.values_list(*fields)
        ]


def test_a_draft_of_theirs_can_be_shared(written):
    draft = Assessment.objects.filter(
        state="draft", ratings__isnull=False, owner__reporting_lines__isnull=False
    ).first()
    share_assessment(assessment=draft, by=draft.owner)
    assert draft.summaries.count() == 8


def test_the_tree_is_whole_and_everybody_is_placed(written):
    assert User.objects.count() == 60 == User.objects.filter(organisation__isnull=False).count()
    top = Organisation.objects.get(parent=None)
    assert Organisation.objects.within(top).count() == len(written) == Organisation.objects.count()
    assert Descent.objects.filter(depth=0).count() == len(written)
    assert ReportingLine.objects.live().count() == sum(1 for each in plan_people(PLACES) if each.line_manager)


def test_only_so_many_have_answers(written):
    beyond = User.objects.filter(email__in=[f"person-{number}@made-up.example.com" for number in range(41, 61)])
    assert not Rating.objects.filter(assessment__owner__in=beyond).exists()
    assert Summary.objects.filter(assessment__owner__in=beyond).exists()


def test_seed_people_refuses_where_there_is_somebody(published_version):
    make_user()
    with pytest.raises(CommandError, match="There are people in this portal"):
        call_command("seed_people", people=10)
    assert User.objects.count() == 1


def test_the_demos_department_is_around_the_demos_own_people(published_version, monkeypatch, settings):
    settings.PORTAL_DEMO = True
    for name, value in {"PEOPLE": 40, "TEAM": 4, "CAME": 2, "MORE": 2}.items():
        monkeypatch.setattr(department, name, value)
    top = make_organisation(name="Department for Examples")
    tomasz = make_user(email="tomasz.quillfeather@example.com", organisation=top)
    nia = make_user(organisation=top)
    make_line(nia, tomasz)
    call_command("make_demo_department")
    places = Organisation.objects.within(top)
    assert Counter(places.values_list("kind", flat=True)) == {"department": 1, "directorate": 5, "team": 11}
    work_in = Organisation.objects.get(name="Facilities contracts")
    assert {*User.objects.filter(organisation=work_in, email__endswith="@example.com")} == {tomasz, nia}
    assert ReportingLine.objects.live().filter(line_manager=tomasz).count() == 3
    assert [each.figures.count() for each in Release.objects.filter(organisation=top)] == [17, 17]
    needed = NeededCover.objects.filter(line_manager=tomasz).values_list("area_code", "rank", "people")
    assert {code: wanted for code, *wanted in needed} == {code: [*wanted] for code, wanted in department.NEEDED.items()}
    call_command("make_demo_department")
    assert Release.objects.count() == 2
