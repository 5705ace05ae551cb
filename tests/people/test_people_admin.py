"""Accounts in the admin: searchable, without passwords, and no way to anybody's rounds."""

import pytest
from django.urls import reverse

from people.actions import notify
from people.models import Notice, ReportingLine, User
from tests.factories import make_assessment, make_organisation
from tests.people.lines import make_line

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/people/user/"


def test_the_admin_sends_people_to_the_portals_own_sign_in_page(client):
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/").url == f"{reverse('account_login')}?next=/admin/"
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


LINES, NOTICES = "/admin/people/reportingline/", "/admin/people/notice/"


def test_lines_are_read_and_ended_and_nothing_else(sign_in, superuser, contract_manager, line_manager, stranger):
    line = make_line(contract_manager, line_manager)
    waiting = make_line(stranger, line_manager, state="waiting")
    browser = sign_in(superuser)
    pages = [LINES, f"{LINES}{line.pk}/change/", f"{LINES}add/", f"{LINES}{line.pk}/delete/"]
    assert [browser.get(page).status_code for page in pages] == [200, 200, 403, 403]
    assert browser.post(f"{LINES}{line.pk}/change/", {"email": "x@example.org"}).status_code == 403
    for state, found in (("live", [line]), ("pending", [waiting]), ("over", [])):
        assert list(browser.get(LINES, {"state": state}).context["cl"].result_list) == found
    browser.post(LINES, {"action": "end_lines", "_selected_action": [line.pk, waiting.pk]})
    assert [(each.state, each.ended_by) for each in ReportingLine.objects.order_by("pk")] == [
        ("ended", superuser),
        ("withdrawn", superuser),
    ]
    html = browser.post(LINES, {"action": "end_lines", "_selected_action": [line.pk]}, follow=True).content.decode()
    assert "0 ended." in html


def test_notices_are_read_and_sent_again_and_nothing_else(sign_in, superuser, contract_manager, line_manager):
    notice = notify(recipient=line_manager, kind="shared", actor=contract_manager)
    failed = notify(recipient=line_manager, kind="agreed", actor=contract_manager)
    Notice.objects.filter(pk=failed.pk).update(delivery="failed", tries=5)
    browser = sign_in(superuser)
    pages = [NOTICES, f"{NOTICES}{notice.pk}/change/", f"{NOTICES}add/", f"{NOTICES}{notice.pk}/delete/"]
    assert [browser.get(page).status_code for page in pages] == [200, 200, 403, 403]
    assert "Nia" not in browser.get(NOTICES).content.decode()
    again = {"action": "send_again", "_selected_action": [notice.pk, failed.pk]}
    html = browser.post(NOTICES, again, follow=True).content.decode()
    assert "1 given to the worker to send again." in html
    assert "1 left alone" in html
    assert set(Notice.objects.values_list("delivery", "tries")) == {("waiting", 0)}


@pytest.mark.parametrize("page", [LINES, NOTICES])
def test_an_editor_sees_neither_lines_nor_notices(sign_in, editor, page):
    assert sign_in(editor).get(page).status_code == 403
