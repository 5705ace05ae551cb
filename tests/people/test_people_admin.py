"""Accounts in the admin: searchable, without passwords, and no way to anybody's rounds."""

import pytest
from django.urls import reverse

from people.models import User
from tests.factories import make_assessment, make_organisation

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/people/user/"


def test_the_admin_sends_people_to_the_portals_own_sign_in_page(client):
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/").url == f"{reverse('account_login')}?next=%2Fadmin%2F"
    response = client.post("/admin/login/", {"username": "nia@example.com", "password": "a guess"})
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("who", ["contract_manager", "line_manager"])
def test_people_without_the_right_cannot_enter_the_admin(request, sign_in, who):
    assert sign_in(request.getfixturevalue(who)).get("/admin/login/").status_code == 403


def test_an_editor_sees_no_people_there(sign_in, editor, contract_manager):
    browser = sign_in(editor)
    pages = [PEOPLE, f"{PEOPLE}{contract_manager.pk}/change/", "/admin/people/organisation/"]
    assert [browser.get(page).status_code for page in pages] == [403, 403, 403]


def test_a_superuser_finds_people_by_name_and_address(sign_in, superuser, contract_manager, stranger):
    browser = sign_in(superuser)
    for sought in ("Penŵydd", "nia@"):
        html = browser.get(PEOPLE, {"q": sought}).content.decode()
        assert "nia@example.com" in html
        assert "zofia@example.com" not in html


def test_a_superuser_sees_neither_password_nor_rounds(sign_in, superuser, contract_manager, published_version):
    assessment = make_assessment(contract_manager)
    browser = sign_in(superuser)
    html = browser.get(f"{PEOPLE}{contract_manager.pk}/change/").content.decode()
    assert contract_manager.password not in html
    assert str(assessment.pk) not in html
    assert 'name="password"' not in html
    assert 'name="email"' not in html
    pages = ["/admin/account/emailaddress/", "/admin/assessments/assessment/", "/admin/assessments/rating/"]
    assert [browser.get(page).status_code for page in pages] == [404, 404, 404]
    assert browser.get(f"{PEOPLE}{contract_manager.pk}/delete/").status_code == 403


def test_a_superuser_changes_what_a_person_may_do_and_not_their_address(sign_in, superuser, contract_manager):
    organisation = make_organisation()
    typed = {"name": "Nia P.", "job_title": "", "organisation": organisation.pk, "is_active": "on", "is_staff": "on"}
    response = sign_in(superuser).post(f"{PEOPLE}{contract_manager.pk}/change/", typed | {"email": "mine@example.com"})
    assert response.url == PEOPLE
    contract_manager.refresh_from_db()
    changed = (contract_manager.name, contract_manager.email, contract_manager.is_staff, contract_manager.organisation)
    assert changed == ("Nia P.", "nia@example.com", True, organisation)


def test_a_person_made_there_has_no_password(sign_in, superuser):
    response = sign_in(superuser).post(f"{PEOPLE}add/", {"name": "New", "email": "New@Example.com", "is_active": "on"})
    assert response.status_code == 302
    made = User.objects.get(email="new@example.com")
    assert made.has_usable_password() is False
