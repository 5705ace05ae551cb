"""Analysts' grants: given and taken back in the admin, shown to whoever has one, and opening no page about a person."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from people.backends import AuthenticationBackend
from people.models import AnalystGrant, User
from tests.assessments.pages import words_of
from tests.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db
ADD = reverse("admin:people_analystgrant_add")
CHANGELIST = reverse("admin:people_analystgrant_changelist")


@pytest.fixture
def analyst():
    return make_user(name="Ada Thistlewood")


@pytest.fixture
def department():
    return make_organisation(name="Department for Marchmains")


def test_a_superuser_gives_a_grant_and_takes_it_back(sign_in, superuser, analyst, department):
    client = sign_in(superuser)
    assert client.post(ADD, {"analyst": analyst.pk, "organisation": department.pk}).status_code == 302
    grant = AnalystGrant.objects.get()
    assert (grant.analyst, grant.organisation, grant.given_by) == (analyst, department, superuser)
    assert "Ada Thistlewood" in client.get(CHANGELIST).text
    change = reverse("admin:people_analystgrant_change", args=[grant.pk])
    assert client.get(change).status_code == 200
    other = {"analyst": analyst.pk, "organisation": make_organisation().pk}
    assert client.post(change, other).status_code == 403
    client.post(reverse("admin:people_analystgrant_delete", args=[grant.pk]), {"post": "yes"})
    assert not AnalystGrant.objects.exists()


def test_whether_an_analyst_may_invite_is_chosen_when_it_is_given(sign_in, superuser, analyst, department):
    team = make_organisation(name="Team of Marchmains", parent=department)
    client = sign_in(superuser)
    given = {"analyst": analyst.pk, "organisation": team.pk}
    for may_invite, typed in ((False, {}), (True, {"may_invite": "on"})):
        client.post(ADD, given | typed)
        grant = AnalystGrant.objects.get()
        assert grant.may_invite is may_invite
        assert client.post(reverse("admin:people_analystgrant_change", args=[grant.pk]), typed).status_code == 403
        client.post(reverse("admin:people_analystgrant_delete", args=[grant.pk]), {"post": "yes"})


def test_the_list_shows_where_each_organisation_lies(
    sign_in, superuser, analyst, department, django_assert_num_queries
):
    client = sign_in(superuser)
    team = make_organisation(name="Team of Marchmains", parent=department)
    AnalystGrant.objects.create(analyst=analyst, organisation=team, may_invite=True)
    assert [each.path for each in client.get(CHANGELIST).context["cl"].result_list] == [
        "Department for Marchmains › Team of Marchmains"
    ]
    for _ in range(2):
        with django_assert_num_queries(6):  # session, person, two counts, the grants, their paths
            client.get(CHANGELIST)
        AnalystGrant.objects.create(analyst=analyst, organisation=make_organisation(parent=team))


def test_the_same_grant_is_not_given_twice(sign_in, superuser, analyst, department):
    AnalystGrant.objects.create(analyst=analyst, organisation=department)
    answer = sign_in(superuser).post(ADD, {"analyst": analyst.pk, "organisation": department.pk})
    assert answer.status_code == 200
    assert AnalystGrant.objects.count() == 1


def test_whoever_holds_the_permission_gives_one_and_no_other_member_of_staff(sign_in, analyst, department):
    staff, permitted = make_user(is_staff=True), make_user(is_staff=True)
    codenames = ("add_analystgrant", "view_analystgrant", "view_user", "view_organisation")
    permitted.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    fields = {"analyst": analyst.pk, "organisation": department.pk}
    assert sign_in(staff).post(ADD, fields).status_code == 403
    assert sign_in(staff).get(CHANGELIST).status_code == 403
    assert not AnalystGrant.objects.exists()
    assert sign_in(permitted).post(ADD, fields).status_code == 302
    assert AnalystGrant.objects.get().given_by == permitted


def test_an_analyst_reads_on_their_account_page_what_they_may_see(sign_in, analyst, department):
    said = "You may see the figures of these organisations, and of all within them: rounded counts, and never a person."
    client = sign_in(analyst)
    assert said not in words_of(client.get(reverse("account-detail")))
    team = make_organisation(name="Agency for Samples", parent=make_organisation(name="Department of All"))
    for organisation in (department, team):
        AnalystGrant.objects.create(analyst=analyst, organisation=organisation)
    AnalystGrant.objects.create(analyst=make_user(), organisation=make_organisation(name="Office of Somebody Else"))
    page = words_of(client.get(reverse("account-detail")))
    assert f"{said} Department for Marchmains Department of All › Agency for Samples" in page
    assert f'href="{reverse("organisation-detail", args=[team.pk])}"' in client.get(reverse("account-detail")).text
    assert "Office of Somebody Else" not in page.partition("Figures")[2].partition("Sign out")[0]


def test_whether_somebody_is_an_analyst_is_read_with_them(analyst, department, django_assert_num_queries):
    AnalystGrant.objects.create(analyst=analyst, organisation=department)
    backend = AuthenticationBackend()
    for person, is_analyst in ((analyst, True), (make_user(is_staff=True, is_superuser=True), False)):
        with django_assert_num_queries(1):
            assert backend.get_user(person.pk).is_analyst is is_analyst
        assert User.objects.get(pk=person.pk).is_analyst is is_analyst
