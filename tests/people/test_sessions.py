"""When a session ends: at the next request after what it was opened for has changed, after an idle hour, after half a day."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from people.actions import end_sessions, make_editor
from people.models import User
from tests.factories import PASSWORD, make_organisation

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/people/user/"
ACCOUNT = "/account/"


def is_signed_in(browser):
    """Whether the next page of a browser is drawn for somebody; fails where it answers anything else than a page or the sign-in."""
    response = browser.get(ACCOUNT)
    if response.status_code == 302:
        assert response.url.partition("?")[0] == reverse("account_login")
    return response.status_code == 200


# Ended by a change


def test_every_session_of_a_person_ends_at_once_and_nobody_elses(sign_in, contract_manager, stranger):
    browsers = [sign_in(contract_manager), sign_in(contract_manager), sign_in(stranger)]
    end_sessions(user=contract_manager)
    assert [is_signed_in(each) for each in browsers] == [False, False, True]
    assert is_signed_in(sign_in(contract_manager))


@pytest.mark.parametrize("change", [{"is_staff": True}, {"is_superuser": True}, {"password": "another"}])
def test_a_change_that_goes_past_the_actions_ends_sessions_too(sign_in, contract_manager, change):
    browser = sign_in(contract_manager)
    User.objects.filter(pk=contract_manager.pk).update(**change)
    assert not is_signed_in(browser)


def test_being_made_an_editor_ends_sessions_even_of_staff(sign_in, contract_manager):
    User.objects.filter(pk=contract_manager.pk).update(is_staff=True)
    contract_manager.refresh_from_db()
    browser = sign_in(contract_manager)
    make_editor(user=contract_manager)
    assert not is_signed_in(browser)


def test_a_new_secret_key_keeps_sessions_while_the_old_one_is_named(sign_in, contract_manager, settings):
    browser = sign_in(contract_manager)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n3w" * 20, [settings.SECRET_KEY]
    assert is_signed_in(browser)
    User.objects.filter(pk=contract_manager.pk).update(session_generation=7)
    assert not is_signed_in(browser)


@pytest.mark.parametrize("field", ["is_active", "is_staff", "is_superuser", "groups"])
def test_a_role_changed_in_the_admin_ends_every_session_of_theirs(sign_in, superuser, contract_manager, field):
    browser = sign_in(contract_manager)
    group = Group.objects.create(name="Some group")
    typed = {"name": contract_manager.name, "job_title": contract_manager.job_title, "is_active": "on"}
    typed |= {"is_active": {"is_active": ""}, "groups": {"groups": [group.pk]}}.get(field, {field: "on"})
    assert sign_in(superuser).post(f"{PEOPLE}{contract_manager.pk}/change/", typed).url == PEOPLE
    assert not is_signed_in(browser)
    # An account that is opened again does not bring its old sessions back.
    User.objects.filter(pk=contract_manager.pk).update(is_active=True)
    assert not is_signed_in(browser)


def test_a_name_changed_in_the_admin_ends_nothing(sign_in, superuser, contract_manager):
    browser = sign_in(contract_manager)
    typed = {"name": "Nia P.", "job_title": "", "organisation": make_organisation().pk, "is_active": "on"}
    assert sign_in(superuser).post(f"{PEOPLE}{contract_manager.pk}/change/", typed).url == PEOPLE
    assert is_signed_in(browser)


def test_a_changed_password_ends_the_other_sessions_and_not_this_one(sign_in, contract_manager):
    here, elsewhere = sign_in(contract_manager), sign_in(contract_manager)
    before = here.session.session_key
    typed = {"oldpassword": PASSWORD, "password1": "another three words"}
    assert here.post(reverse("account_change_password"), typed).url == reverse("account-detail")
    assert [is_signed_in(here), is_signed_in(elsewhere)] == [True, False]
    assert here.session.session_key != before
