"""One's own account: what it shows, what it refuses, and what it costs."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from people.models import Recount, User
from tests.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db

ACCOUNT = "/account/"


def fields_of(user):
    user.refresh_from_db()
    return (user.name, user.job_title, user.organisation)


def test_account_detail_saves_and_says_so(manager_client, contract_manager):
    organisation = make_organisation(name="Department for Examples")
    typed = {"name": "  Nia  Penŵydd ", "job_title": "Contract\tManager, Facilities", "organisation": organisation.pk}
    response = manager_client.post(ACCOUNT, typed)
    assert (response.status_code, response.url) == (302, ACCOUNT)
    assert fields_of(contract_manager) == ("Nia Penŵydd", "Contract Manager, Facilities", organisation)
    html = manager_client.get(ACCOUNT).content.decode()
    assert "Your details are saved" in html
    assert f'<option value="{organisation.pk}" selected>Department for Examples</option>' in html
    assert "Your details are saved" not in manager_client.get(ACCOUNT).content.decode()


def test_account_detail_has_organisations_counted_again_where_somebody_moves(manager_client, contract_manager):
    before, after = make_organisation(name="Catering"), make_organisation(name="Cleaning")
    User.objects.filter(pk=contract_manager.pk).update(organisation=before)
    for organisation, marked in ((before, []), (after, ["Catering", "Cleaning"])):
        manager_client.post(ACCOUNT, {"name": "Nia", "job_title": "", "organisation": organisation.pk})
        found = Recount.objects.order_by("organisation__name").values_list("organisation__name", flat=True)
        assert list(found) == marked
    contract_manager.refresh_from_db()
    assert contract_manager.organisation == after


def test_account_detail_offers_organisations_as_a_tree(manager_client, contract_manager, monkeypatch):
    department = make_organisation(name="Department")
    team = make_organisation(name="Team", parent=department)
    make_organisation(name="Unit", parent=team)
    offered = {"Department": department, "Department › Team": team}
    manager_client.post(ACCOUNT, {"name": "Nia", "job_title": "", "organisation": team.pk})
    for most, last in ((3, True), (2, False)):
        monkeypatch.setattr("people.forms.accounts.MOST_OFFERED", most)
        html = manager_client.get(ACCOUNT).content.decode()
        for path, organisation in offered.items():
            chosen = " selected" if organisation == team else ""
            assert f'<option value="{organisation.pk}"{chosen}>{path}</option>' in html
        assert (">Department › Team › Unit</option>" in html) is last


def test_account_detail_leaves_job_title_and_organisation_open(manager_client, contract_manager):
    manager_client.post(ACCOUNT, {"name": "Nia Penŵydd"})
    assert fields_of(contract_manager) == ("Nia Penŵydd", "", None)


def test_account_detail_leads_to_address_and_password(manager_client):
    html = manager_client.get(ACCOUNT).content.decode()
    changes = re.findall(r'href="([^"]+)">Change<span class="govuk-visually-hidden"> ([^<]+)</span>', html)
    expected = [("account_email", "your e-mail address"), ("account_change_password", "your password")]
    assert changes == [(reverse(name), words) for name, words in expected]


@pytest.mark.parametrize(
    ("who", "leads"), [("contract_manager", 0), ("line_manager", 0), ("editor", 1), ("superuser", 1)]
)
def test_account_detail_leads_to_the_admin_only_those_who_may_enter_it(request, sign_in, who, leads):
    html = sign_in(request.getfixturevalue(who)).get(ACCOUNT).content.decode()
    assert html.count('href="/admin/"') == 2 * leads, "once in the navigation and once on the page"


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("name", "", "Enter your full name"),
        ("name", " \t\r\n", "Enter your full name"),
        ("name", "x" * 151, "Full name must be 150 characters or fewer"),
        ("name", "\0", "Full name must not contain a NUL character"),
        ("job_title", "x" * 151, "Job title must be 150 characters or fewer"),
        ("job_title", "Head\0", "Job title must not contain a NUL character"),
        ("organisation", "0", "Choose an organisation from the list"),
        ("organisation", "nonsense", "Choose an organisation from the list"),
        ("organisation", "\0", "Choose an organisation from the list"),
        ("organisation", "9" * 40, "Choose an organisation from the list"),
    ],
)
def test_account_detail_refuses_at_the_field_and_keeps_the_rest(manager_client, contract_manager, field, typed, error):
    before = fields_of(contract_manager)
    rest = {"name": "Somebody Else", "job_title": "Something Else", "organisation": ""}
    response = manager_client.post(ACCOUNT, rest | {field: typed})
    html = response.content.decode()
    assert response.status_code == 200
    assert html.count("<title>Error: Your account – ") == 1
    assert f'<a href="#id_{field}">{error}</a>' in html
    assert f'id="id_{field}-error"' in html
    assert [other for other in ("name", "job_title") if other != field and f'value="{rest[other]}"' not in html] == []
    assert fields_of(contract_manager) == before
    assert "Nia Penŵydd" in html.partition("<main")[0]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{{7*7}}{% debug %}", "&amp; ŵ ą “quotes”", "\ud7ff\ufffd😀"]
)
def test_account_detail_keeps_hostile_text_as_text(manager_client, contract_manager, text):
    manager_client.post(ACCOUNT, {"name": text, "job_title": text})
    assert fields_of(contract_manager)[:2] == (text, text)
    html = manager_client.get(ACCOUNT).content.decode()
    assert "<script>alert" not in html
    assert "{{7*7}}" in html or "{{" not in text


def test_account_detail_changes_nothing_but_the_three_fields(manager_client, contract_manager, stranger):
    forged = {"is_staff": "1", "is_superuser": "1", "email": "other@example.com", "id": stranger.pk, "password": "x"}
    manager_client.post(ACCOUNT, {"name": "Nia"} | forged)
    contract_manager.refresh_from_db()
    stranger.refresh_from_db()
    assert (contract_manager.name, contract_manager.email) == ("Nia", "nia@example.com")
    assert (contract_manager.is_staff, contract_manager.is_superuser) == (False, False)
    assert stranger.name == "Zofia Dąbrówka"


def test_account_detail_is_ones_own_and_asks_to_sign_in(client, sign_in, stranger, contract_manager):
    assert client.get(ACCOUNT).url == f"{reverse('account_login')}?next={ACCOUNT}"
    html = sign_in(stranger).get(ACCOUNT).content.decode()
    assert "zofia@example.com" in html
    assert "nia@example.com" not in html


def test_account_detail_answers_to_get_and_post_only(manager_client):
    statuses = [getattr(manager_client, method)(ACCOUNT).status_code for method in ("put", "patch", "delete", "head")]
    assert statuses == [405, 405, 405, 200]


def test_account_detail_is_kept_out_of_caches(manager_client):
    assert set(manager_client.get(ACCOUNT)["Cache-Control"].split(", ")) == {"no-store", "private"}


@pytest.mark.parametrize("organisations", [1, 30])
def test_account_detail_costs_the_same_with_few_and_many_organisations(
    manager_client, organisations, django_assert_num_queries
):
    for _ in range(organisations):
        make_organisation()
    # The session, the user, and again for the form, what is unread, second factors, an erasure that they asked for, whose
    # figures they see, and organisations.
    with django_assert_num_queries(8):
        manager_client.get(ACCOUNT)


def test_an_address_is_one_persons_in_any_case(contract_manager):
    with pytest.raises(ValidationError):
        make_user(email="NIA@EXAMPLE.COM")
    assert User.objects.count() == 1
