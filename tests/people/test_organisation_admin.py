"""Organisations in the admin: a tree that people can read, changed through the actions, and people placed through theirs."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from insights.models import Figure, Release
from people.actions import WithinItself, make_analyst, place_person
from people.models import Descent, Organisation, Recount, User
from tests.assessments.pages import words_of
from tests.factories import make_organisation, make_user
from tests.people.test_organisations import recomputed, written

pytestmark = pytest.mark.django_db

LIST = "/admin/people/organisation/"
ADD = f"{LIST}add/"
PEOPLE = "/admin/people/user/"


@pytest.fixture
def department():
    return make_organisation(name="Department", code="dep")


@pytest.fixture
def commercial(department):
    return make_organisation(name="Commercial", code="com", kind="directorate", parent=department)


@pytest.fixture
def team(commercial):
    return make_organisation(name="Team", code="t-1", kind="team", parent=commercial)


@pytest.fixture
def browser(sign_in, superuser):
    return sign_in(superuser)


def rows_of(response):
    return [(each.path, each.code, each.placed) for each in response.context["cl"].result_list]


def change(organisation):
    return f"{LIST}{organisation.pk}/change/"


def delete(organisation):
    return f"{LIST}{organisation.pk}/delete/"


def test_the_list_is_a_tree(browser, team, commercial, department):
    for organisation in (team, team, department):
        make_user(organisation=organisation, password=None)
    make_user(organisation=team, is_active=False, password=None)
    make_organisation(name="Agency", code="ag")
    page = browser.get(LIST)
    assert rows_of(page) == [
        ("Agency", "ag", 0),
        ("Department", "dep", 1),
        ("Department › Commercial", "com", 0),
        ("Department › Commercial › Team", "t-1", 2),
    ]
    assert f'href="{PEOPLE}?organisation__exact={team.pk}&amp;is_active__exact=1">2</a>' in page.text
    assert len(browser.get(f"{PEOPLE}?organisation__exact={team.pk}&is_active__exact=1").context["cl"].result_list) == 2


@pytest.mark.parametrize(
    ("query", "codes"),
    [({"q": "comm"}, ["com"]), ({"q": "t-1"}, ["t-1"]), ({"kind__exact": "department"}, ["dep"]), ({"q": "zz"}, [])],
)
def test_the_list_is_searched_by_name_and_code_and_narrowed_by_kind(browser, team, query, codes):
    assert [code for _, code, _ in rows_of(browser.get(LIST, query))] == codes


def test_the_list_has_pages_in_the_order_of_the_tree(browser, team, monkeypatch):
    monkeypatch.setattr("people.admin.organisations.OrganisationAdmin.list_per_page", 2)
    assert [code for _, code, _ in rows_of(browser.get(LIST, {"p": "2"}))] == ["t-1"]
    assert len(rows_of(browser.get(LIST, {"all": ""}))) == 3
    assert browser.get(LIST, {"p": "9"}).url == f"{LIST}?e=1"


def test_the_list_costs_the_same_for_few_and_many(browser, department, django_assert_num_queries):
    browser.get(LIST)
    for _ in range(2):
        with django_assert_num_queries(4):  # session, person, the tree, its rows
            browser.get(LIST)
        for _ in range(5):
            make_user(organisation=make_organisation(parent=department), password=None)


def test_an_organisation_is_added_where_it_lies(browser, commercial):
    typed = {"name": "Buying", "code": "", "kind": "team", "parent": commercial.pk}
    assert browser.post(ADD, typed).url == LIST
    made = Organisation.objects.get(name="Buying")
    assert (made.parent, made.kind, made.code[:4]) == (commercial, "team", "org-")
    assert written() == recomputed()
    assert browser.get(ADD).context["adminform"].form["code"].value() == ""


def test_an_organisation_is_renamed_moved_and_both_at_once(browser, team, commercial, department):
    agency = make_organisation(name="Agency")
    make_organisation(name="Commercial", parent=agency)
    make_organisation(name="Buying", parent=department)
    typed = {"name": "Commerce", "code": "commerce", "kind": "team", "parent": department.pk}
    assert browser.post(change(commercial), typed).url == LIST
    assert browser.post(change(commercial), typed | {"name": "Buying", "parent": agency.pk}).url == LIST
    moved = Organisation.objects.get(pk=commercial.pk)
    assert (moved.name, moved.code, moved.kind, moved.parent) == ("Buying", "commerce", "team", agency)
    assert written() == recomputed()
    assert browser.post(change(commercial), typed | {"parent": ""}).url == LIST
    assert Organisation.objects.paths()[team.pk] == "Commerce › Team"


@pytest.mark.parametrize("within", ["commercial", "team"])
def test_an_organisation_within_itself_is_refused_beside_the_field(request, browser, team, commercial, within):
    typed = {"name": "Commercial", "code": "com", "kind": "directorate", "parent": request.getfixturevalue(within).pk}
    answer = browser.post(change(commercial), typed)
    assert answer.context["errors"] == [
        ["Choose another one: an organisation lies neither within itself nor within what it holds"]
    ]
    assert written() == recomputed()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "Commercial"}, "name"),
        ({"name": ""}, "name"),
        ({"code": "com"}, "code"),
        ({"code": "not a code"}, "code"),
        ({"kind": "tribe"}, "kind"),
        ({"parent": "0"}, "parent"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(browser, commercial, department, typed, field):
    fine = {"name": "Buying", "code": "buy", "kind": "team", "parent": department.pk}
    answer = browser.post(ADD, fine | typed)
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [field]
    assert Organisation.objects.count() == 2


def test_a_name_may_stand_in_two_places_and_not_twice_at_the_top(browser, commercial, department):
    fine = {"name": "Commercial", "code": "", "kind": "team", "parent": ""}
    assert browser.post(ADD, fine).url == LIST
    assert list(browser.post(ADD, fine).context["adminform"].form.errors) == ["name"]


def test_what_somebody_changed_meanwhile_is_told(browser, commercial, department, monkeypatch):
    def overtaken(**moved):
        raise WithinItself

    monkeypatch.setattr("people.admin.organisations.move_organisation", overtaken)
    typed = {"name": "Commercial", "code": "com", "kind": "directorate", "parent": ""}
    answer = browser.post(change(commercial), typed, follow=True)
    assert "Somebody changed the organisations meanwhile, and nothing was saved." in answer.text
    assert Organisation.objects.get(pk=commercial.pk).parent == department


def test_an_organisation_is_deleted_when_it_is_empty(browser, team, commercial):
    make_analyst(user=make_user(), organisation=team)
    assert browser.post(delete(team), {"post": "yes"}).url == LIST
    assert not Organisation.objects.filter(pk=team.pk).exists()
    assert not Descent.objects.filter(descendant=team.pk).exists()


def test_what_stands_in_the_way_of_deleting_is_said_in_numbers(browser, team, commercial):
    for _ in range(2):
        make_user(organisation=commercial, password=None)
    page = browser.get(delete(commercial))
    assert page.context["protected"] == ["organisations that lie within it: 1", "people placed in it: 2"]
    assert "“Commercial” stays for as long as something is in it or figures name it." in words_of(page)
    assert browser.post(delete(commercial), {"post": "yes"}).status_code == 200
    assert Organisation.objects.filter(pk=commercial.pk).exists()


def test_an_organisation_that_figures_name_is_kept(browser, commercial, published_version):
    named = {"organisation": commercial, "framework": published_version.framework}
    release = Release.objects.create(**named, base=5)
    Figure.objects.create(release=release, organisation=commercial, numbers={})
    page = browser.get(delete(commercial))
    assert sorted(page.context["protected"]) == ["figures: 1", "releases: 1"]
    assert browser.post(delete(commercial), {"post": "yes"}).status_code == 200
    assert Organisation.objects.filter(pk=commercial.pk).exists()


def test_several_are_not_deleted_at_once(browser, team):
    browser.post(LIST, {"action": "delete_selected", "_selected_action": [team.pk], "post": "yes"})
    assert Organisation.objects.filter(pk=team.pk).exists()


def test_whoever_changes_the_tree_has_proved_lately_who_they_are(client, superuser, team):
    client.force_login(superuser)
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    for address in (change(team), f"{LIST}import/", f"{PEOPLE}place/"):
        answer = client.post(address, {"name": "Other"})
        assert answer.url.startswith(reverse("account_reauthenticate"))
    assert Organisation.objects.get(pk=team.pk).name == "Team"


def test_organisations_are_offered_with_their_path(browser, team, superuser):
    offered = browser.get(
        reverse("admin:autocomplete"),
        {"app_label": "people", "model_name": "user", "field_name": "organisation", "term": "t-1"},
    )
    assert offered.json()["results"] == [{"id": str(team.pk), "text": "Department › Commercial › Team"}]
    people = {"app_label": "people", "model_name": "analystgrant", "field_name": "analyst", "term": superuser.email}
    offered = browser.get(reverse("admin:autocomplete"), people)
    assert offered.json()["results"] == [{"id": str(superuser.pk), "text": superuser.name}]
    person = make_user(organisation=team)
    assert "Department › Commercial › Team" in browser.get(f"{PEOPLE}{person.pk}/change/").text


# Where somebody works


def typed_of(person, **changed):
    return {
        "name": person.name,
        "job_title": "",
        "organisation": person.organisation_id or "",
        "is_active": "on",
    } | changed


def marks():
    found = [each.organisation for each in Recount.objects.order_by("organisation_id")]
    Recount.objects.all().delete()
    return found


def test_a_person_is_placed_through_the_action(browser, contract_manager, team, commercial):
    address = f"{PEOPLE}{contract_manager.pk}/change/"
    for organisation, marked in ((team, [team]), (commercial, [commercial, team]), (commercial, [])):
        browser.post(address, typed_of(contract_manager, organisation=organisation.pk))
        contract_manager.refresh_from_db()
        assert (contract_manager.organisation, marks()) == (organisation, marked)


def test_what_was_not_changed_on_the_page_stays_as_it_is_meanwhile(
    browser, contract_manager, team, commercial, monkeypatch
):
    place_person(person=contract_manager, organisation=team)
    read = User.objects.get

    def and_moved(*args, **named):
        found = read(*args, **named)
        place_person(person=User(pk=contract_manager.pk), organisation=commercial)
        return found

    page = "people.admin.accounts.UserAdmin.get_object"
    monkeypatch.setattr(page, lambda self, request, object_id, field=None: and_moved(pk=object_id))
    browser.post(f"{PEOPLE}{contract_manager.pk}/change/", typed_of(User.objects.get(pk=contract_manager.pk), name="N"))
    contract_manager.refresh_from_db()
    assert (contract_manager.name, contract_manager.organisation) == ("N", commercial)


def test_a_new_person_is_placed_and_a_closed_account_counted_again(browser, team):
    browser.post(
        f"{PEOPLE}add/", {"name": "New", "email": "new@example.com", "is_active": "on", "organisation": team.pk}
    )
    person = User.objects.get(email="new@example.com")
    assert (person.organisation, marks()) == (team, [team])
    address = f"{PEOPLE}{person.pk}/change/"
    closed = typed_of(person)
    del closed["is_active"]
    browser.post(address, closed)
    person.refresh_from_db()
    assert (person.is_active, person.organisation, marks()) == (False, team, [team])
    browser.post(address, typed_of(person))
    assert marks() == [team]


def test_whoever_may_only_look_changes_nothing(sign_in, team):
    looker = make_user(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_organisation"))
    browser = sign_in(looker)
    page = browser.get(LIST)
    assert "Download as CSV" in words_of(page)
    assert "Import" not in words_of(page)
    answers = browser.get(change(team)), browser.post(change(team), {}), browser.get(ADD), browser.get(delete(team))
    assert [each.status_code for each in answers] == [200, 403, 403, 403]
    assert browser.get(f"{LIST}organisations.csv").status_code == 200
