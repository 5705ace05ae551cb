"""The cache that counts tries: shared by all workers in production, and without anything personal in what it is called."""

import hashlib

import pytest
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.urls import reverse

from service.cache_keys import keyed

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(settings):
    """The cache as production has it."""
    settings.CACHES = {
        "default": {
            "BACKEND": "service.shared_cache.SharedCache",
            "LOCATION": "portal_cache",
            "KEY_FUNCTION": "service.cache_keys.keyed",
        }
    }
    return caches["default"]


def kept_keys():
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM portal_cache")
        return {key for (key,) in cursor.fetchall()}


def test_the_migrations_make_its_table(shared):
    assert isinstance(shared, DatabaseCache)
    shared.set("one", [1], 60)
    # Another worker's.
    assert DatabaseCache("portal_cache", {"KEY_FUNCTION": keyed}).get("one") == [1]
    assert shared.add("one", 2) is False
    assert (shared.incr("two", 1) if shared.add("two", 0, 60) else None) == 1


def test_limits_are_counted_in_it(client, shared, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "2/h/key"}
    statuses = [
        client.post(reverse("account_reset_password"), {"email": "nia@example.com"}).status_code for _ in range(3)
    ]
    assert statuses[:2] == [302, 302]
    assert statuses[2] in (200, 429)
    assert len(kept_keys()) == 1


def test_no_key_tells_an_address_or_where_somebody_came_from(client, shared, contract_manager):
    for page, fields in (
        ("account_login", {"login": contract_manager.email, "password": "a guess"}),
        ("account_reset_password", {"email": contract_manager.email}),
        ("account_signup", {"email": "new@example.com", "name": "New", "password1": "three random words"}),
    ):
        client.post(reverse(page), fields, REMOTE_ADDR="192.0.2.7")
    keys = kept_keys()
    assert len(keys) >= 5
    known = [contract_manager.email, "new@example.com", "192.0.2.7"]
    # Neither as it is, nor as a digest that anybody can make who guesses the address.
    plain = [*known, *(hashlib.sha256(each.encode()).hexdigest() for each in known)]
    assert [key for key in keys if len(key) != 64 or any(each in key for each in plain)] == []


def test_a_key_depends_on_the_secret(settings):
    before = keyed("one", "", 1)
    assert before == keyed("one", "", 1) != keyed("one", "", 2)
    settings.SECRET_KEY = "another" * 10
    assert keyed("one", "", 1) != before
