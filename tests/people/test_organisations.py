"""The tree of organisations: what lies within what, who may see which, who works where, and what is counted again because of it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from people.actions import (
    WithinItself,
    import_organisations,
    make_analyst,
    make_person,
    move_organisation,
    place_people,
    place_person,
    recount_of,
)
from people.models import Descent, Organisation, Recount, User
from people.organisation_import import Row
from privacy.actions import ask_erasure, erase_due
from tests.conftest import HEAVY
from tests.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db


def written():
    """What lies within what, as the rows have it."""
    rows = list(Descent.objects.values_list("ancestor_id", "descendant_id", "depth"))
    assert len(rows) == len(set(rows))
    return set(rows)


def recomputed():
    """The same from the parents alone."""
    parents = dict(Organisation.objects.values_list("pk", "parent_id"))
    found = set()
    for pk in parents:
        ancestor, depth = pk, 0
        while ancestor is not None:
            found.add((ancestor, pk, depth))
            ancestor, depth = parents[ancestor], depth + 1
    return found


def marks():
    """Of which organisations the figures are to be counted again; none is then."""
    found = sorted(Recount.objects.values_list("organisation__name", flat=True).distinct().order_by())
    Recount.objects.all().delete()
    return found


@pytest.fixture
def tree():
    """A department with two directorates, the first of which has a team; and another department."""
    department = make_organisation(name="Department")
    commercial = make_organisation(name="Commercial", kind="directorate", parent=department)
    return {
        "department": department,
        "commercial": commercial,
        "estates": make_organisation(name="Estates", kind="directorate", parent=department),
        "team": make_organisation(name="Team", kind="team", parent=commercial),
        "agency": make_organisation(name="Agency"),
    }


CHANGES = st.lists(
    st.tuples(st.sampled_from(("add", "move", "import")), st.integers(0, 50), st.integers(-1, 50)), max_size=12
)


@settings(max_examples=300 if HEAVY else 12)
@given(CHANGES)
def test_descents_are_what_the_parents_say_after_any_adds_and_moves(changes):
    point = transaction.savepoint()
    there = [make_organisation(name="0")]
    for number, (does, which, where) in enumerate(changes, start=1):
        organisation = there[which % len(there)]
        parent = there[where % len(there)] if where >= 0 else None
        if does == "add":
            there.append(make_organisation(name=f"{number}", parent=parent))
        elif does == "move":
            try:
                move_organisation(organisation=organisation, parent=parent)
            except WithinItself:
                assert organisation.pk in Organisation.objects.above(parent).values_list("pk", flat=True)
        else:
            code = parent.code if parent else ""
            rows = [Row(2, "new", "New", "team", organisation.code), Row(3, f"n{number}", f"n{number}", "team", code)]
            import_organisations(rows=rows)
        assert written() == recomputed()
    transaction.savepoint_rollback(point)


def test_an_organisation_lies_neither_within_itself_nor_below(tree):
    before = written()
    for parent in ("commercial", "team"):
        with pytest.raises(WithinItself):
            move_organisation(organisation=tree["commercial"], parent=tree[parent])
    assert (written(), Organisation.objects.get(name="Commercial").parent) == (before, tree["department"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=tree["agency"].pk).update(parent=tree["agency"])


def test_what_moves_takes_all_below_it_along_and_may_be_renamed_in_the_same_step(tree):
    make_organisation(name="Commercial", parent=tree["agency"])
    make_organisation(name="Buying", parent=tree["department"])
    move_organisation(organisation=tree["commercial"], parent=tree["agency"], name="Buying")
    assert Organisation.objects.paths()[tree["team"].pk] == "Agency › Buying › Team"
    assert written() == recomputed()


def test_a_name_stands_once_in_a_place(tree):
    for parent, name in ((None, "Agency"), (tree["department"], "Estates")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.create(name=name, parent=parent)
    make_organisation(name="Estates", parent=tree["agency"])


def test_within_above_paths_and_the_tree_are_read_in_one_query(tree, django_assert_num_queries):
    with django_assert_num_queries(4):
        assert [each.name for each in Organisation.objects.within(tree["commercial"])] == ["Commercial", "Team"]
        assert [each.name for each in Organisation.objects.above(tree["team"])] == ["Team", "Commercial", "Department"]
        some = Organisation.objects.filter(name__in=["Team", "Agency"])
        assert some.paths() == {
            tree["team"].pk: "Department › Commercial › Team",
            tree["agency"].pk: "Agency",
        }
        assert list(Organisation.objects.tree().values()) == [
            "Agency",
            "Department",
            "Department › Commercial",
            "Department › Commercial › Team",
            "Department › Estates",
        ]


def seen_by(user):
    return [each.name for each in Organisation.objects.visible_to(User.objects.get(pk=user.pk))]


def test_an_analyst_sees_what_they_were_given_and_what_lies_below(tree):
    analyst = make_user()
    make_analyst(user=analyst, organisation=tree["commercial"])
    make_analyst(user=analyst, organisation=tree["team"])
    assert seen_by(analyst) == ["Commercial", "Team"]
    move_organisation(organisation=tree["estates"], parent=tree["team"])
    assert seen_by(analyst) == ["Commercial", "Estates", "Team"]
    User.objects.filter(pk=analyst.pk).update(is_active=False)
    assert seen_by(analyst) == []


def test_nobody_else_sees_any(tree):
    working_there = make_user(organisation=tree["department"])
    for user in (working_there, make_user(is_staff=True), make_user(is_staff=True, is_superuser=True)):
        assert seen_by(user) == []
    assert list(Organisation.objects.visible_to(AnonymousUser())) == []


def test_placing_somebody_counts_both_organisations_again(tree):
    person = make_user()
    for name, counted in (
        ("team", ["Team"]),
        ("team", []),
        ("agency", ["Agency", "Team"]),
        (None, ["Agency"]),
        (None, []),
    ):
        place_person(person=person, organisation=tree.get(name))
        assert marks() == counted
        person.refresh_from_db()
        assert person.organisation == tree.get(name)


def test_many_are_placed_in_few_steps_and_each_organisation_is_marked_once(tree, django_assert_num_queries):
    team, agency = tree["team"], tree["agency"]
    people = [make_user(organisation=team, password=None) for _ in range(6)]
    marks()
    with django_assert_num_queries(7):  # organisations, people, two groups of these, marks; and a savepoint
        moved = place_people(places={each.pk: agency.pk if number % 2 else None for number, each in enumerate(people)})
    assert Recount.objects.count() == 2
    assert (moved, marks()) == (6, ["Agency", "Team"])
    assert [User.objects.get(pk=each.pk).organisation for each in people] == [None, agency] * 3
    assert place_people(places={each.pk: None for each in people[::2]}) == 0
    assert place_people(places={people[0].pk: 0, 0: team.pk}) == 0
    assert marks() == []


def test_whoever_is_erased_works_nowhere_and_stays_there(tree):
    person = make_user(organisation=tree["team"])
    marks()
    ask_erasure(person=person, delay=timedelta(0))
    erase_due()
    assert (marks(), User.objects.get(pk=person.pk).organisation) == (["Team"], None)
    place_person(person=person, organisation=tree["agency"])
    assert place_people(places={person.pk: tree["agency"].pk}) == 0
    assert (marks(), User.objects.get(pk=person.pk).organisation) == ([], None)


def test_a_new_person_and_whoever_changes_is_counted(tree):
    person, _ = make_person(email="new@example.com", name="New", organisation_name="Agency")
    assert marks() == ["Agency"]
    make_person(email="other@example.com", name="Other")
    assert marks() == []
    recount_of(person.pk)
    assert marks() == ["Agency"]
