"""How often a password may be tried on an account: ten times in five minutes, by whatever way, right or wrong."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from people.models import PasswordTry, TooManyTries
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

TOO_OFTEN = "You have tried too often. Wait five minutes, then try again"
WRONG = "Enter an e-mail address and a password that belong together. One of them is wrong"


@pytest.fixture(autouse=True)
def no_other_limits(settings):
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def evaluated(monkeypatch):
    """Grows by one with each password that is hashed, to compare it or to take as long."""
    hashed = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return hashed


def sign_in_with(client, email, password="a guess"):
    return client.post(reverse("account_login"), {"login": email, "password": password})


@pytest.mark.parametrize("email", ["nia@example.com", "nobody@example.com"])
def test_ten_guesses_are_evaluated_whether_or_not_there_is_an_account(client, contract_manager, evaluated, email):
    evaluated.clear()
    answers = [sign_in_with(client, email).content.decode() for _ in range(13)]
    assert [(WRONG in each, TOO_OFTEN in each) for each in answers] == [(True, False)] * 10 + [(False, True)] * 3
    assert len(evaluated) == 10
    assert PasswordTry.objects.count() == 10


def test_the_right_password_is_not_evaluated_either(client, contract_manager, evaluated):
    for _ in range(10):
        sign_in_with(client, "nia@example.com")
    evaluated.clear()
    assert TOO_OFTEN in sign_in_with(client, "nia@example.com", PASSWORD).content.decode()
    assert evaluated == []
    PasswordTry.objects.update(at=timezone.now() - timedelta(minutes=5))
    assert sign_in_with(client, "nia@example.com", PASSWORD).url == reverse("assessment-list")


def test_any_five_minutes_have_ten(client, contract_manager):
    now = timezone.now()
    # Counted from the last one back, not in stretches that begin anew.
    for minutes in (4.9, 4, 3, 2, 1):
        for _ in range(2):
            PasswordTry.objects.spend(account=f"user {contract_manager.pk}")
            latest = PasswordTry.objects.latest("pk")
            PasswordTry.objects.filter(pk=latest.pk).update(at=now - timedelta(minutes=minutes))
    assert TOO_OFTEN in sign_in_with(client, "nia@example.com").content.decode()
    PasswordTry.objects.filter(at__lt=now - timedelta(minutes=4.5)).update(at=now - timedelta(minutes=5.1))
    assert [WRONG in sign_in_with(client, "nia@example.com").content.decode() for _ in range(3)] == [True, True, False]


def test_trying_on_does_not_lengthen_the_wait(client, contract_manager):
    for _ in range(20):
        sign_in_with(client, "nia@example.com")
    PasswordTry.objects.filter(pk__in=PasswordTry.objects.order_by("pk")[:10]).update(
        at=timezone.now() - timedelta(minutes=5)
    )
    assert WRONG in sign_in_with(client, "nia@example.com").content.decode()


@pytest.mark.parametrize("email", ["nia@example.com", "nobody@example.com"])
def test_another_spelling_of_an_address_is_the_same_account(client, contract_manager, email):
    spelt = [email, email.upper(), f" {email} ", email.replace("n", "N", 1), email.title()] * 2
    for each in spelt:
        assert WRONG in sign_in_with(client, each).content.decode()
    assert TOO_OFTEN in sign_in_with(client, email).content.decode()


def test_another_address_of_the_same_account_is_the_same_account(client, contract_manager):
    contract_manager.emailaddress_set.create(email="nia.other@example.com")
    for email in ["nia@example.com", "nia.other@example.com"] * 5:
        sign_in_with(client, email)
    assert [
        TOO_OFTEN in sign_in_with(client, f"{each}@example.com").content.decode() for each in ("nia", "nia.other")
    ] == [
        True,
        True,
    ]


def test_one_account_does_not_count_for_another(client, contract_manager, stranger):
    for _ in range(11):
        sign_in_with(client, "nia@example.com")
    assert sign_in_with(client, "zofia@example.com", PASSWORD).url == reverse("assessment-list")


def current_password(browser):
    page = reverse("account_change_password")
    return browser.post(page, {"oldpassword": "a guess", "password1": "another three words"})


def password_again(browser):
    return browser.post(reverse("account_reauthenticate"), {"password": "a guess"})


def through_django(browser):
    authenticate(None, email="owain@example.com", password="a guess")


def by_user_name(browser):
    authenticate(None, username="owain@example.com", password="a guess")


WAYS = [current_password, password_again, through_django, by_user_name]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_try_a_password_counts_and_is_refused(client, sign_in, superuser, evaluated, way):
    browser = sign_in(superuser)
    for _ in range(9):
        sign_in_with(client, superuser.email)
    evaluated.clear()
    for _ in range(3):
        response = way(browser)
    assert len(evaluated) == 1
    assert PasswordTry.objects.count() == 10
    if response is not None:
        assert TOO_OFTEN in response.content.decode()
    assert TOO_OFTEN in sign_in_with(client, superuser.email).content.decode()


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_the_admins_own_form_evaluates_nothing_beyond(
    client, sign_in, superuser, contract_manager, evaluated, is_signed_in
):
    browser = sign_in(superuser) if is_signed_in else client
    evaluated.clear()
    for _ in range(13):
        browser.post("/admin/login/", {"username": contract_manager.email, "password": "a guess"})
    assert len(evaluated) <= 10


def test_a_closed_account_counts_too(client, contract_manager, evaluated):
    contract_manager.is_active = False
    contract_manager.save()
    evaluated.clear()
    for _ in range(12):
        sign_in_with(client, "nia@example.com", PASSWORD)
    assert len(evaluated) == 10


def test_tries_for_different_purposes_count_apart(contract_manager):
    for _ in range(10):
        PasswordTry.objects.spend(account="1", purpose="code")
    with pytest.raises(TooManyTries):
        PasswordTry.objects.spend(account="1", purpose="code")
    PasswordTry.objects.spend(account="1")
    assert PasswordTry.objects.count() == 11


def test_no_row_tells_whose_account_it_is(client, contract_manager, settings):
    for email in ("nia@example.com", "nobody@example.com"):
        sign_in_with(client, email)
    first = set(PasswordTry.objects.values_list("account", flat=True))
    assert all(len(each) == 64 and set(each) <= set("0123456789abcdef") for each in first)
    settings.SECRET_KEY = "another" * 10
    for email in ("nia@example.com", "nobody@example.com"):
        sign_in_with(client, email)
    assert len(set(PasswordTry.objects.values_list("account", flat=True)) - first) == 2


@pytest.mark.django_db(transaction=True)
def test_a_try_within_another_transaction_is_refused_before_it_is_evaluated(evaluated):
    user = make_user(email="nia@example.com")
    evaluated.clear()
    with pytest.raises(RuntimeError), transaction.atomic():
        user.check_password(PASSWORD)
    assert evaluated == []
