"""Passwords are kept by Argon2id as OWASP asks for; those that were kept in another way come along at the next sign-in."""

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher, make_password

from standards_portal import settings as production

PASSWORD = "Cŷmru 2026 – crwydro’r bryniau"


@pytest.fixture(autouse=True)
def hashers_of_production(settings):
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS


def test_a_password_is_kept_with_19_mib_two_passes_and_one_lane():
    kept = make_password(PASSWORD)
    assert kept.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password(PASSWORD, kept)
    assert not check_password(PASSWORD + " ", kept)


@pytest.mark.django_db
def test_a_password_kept_before_comes_along_at_the_next_sign_in(contract_manager):
    contract_manager.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    contract_manager.save()
    assert not contract_manager.check_password("another one")
    assert identify_hasher(contract_manager.password).algorithm == "pbkdf2_sha256"
    assert contract_manager.check_password(PASSWORD)
    contract_manager.refresh_from_db()
    assert identify_hasher(contract_manager.password).algorithm == "argon2"
    assert contract_manager.check_password(PASSWORD)
