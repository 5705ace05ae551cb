import pytest

from service import checks


def test_psycopg_2_alone_passes():
    assert checks.psycopg_3_is_absent(None) == []


def test_psycopg_3_beside_it_stops_the_start_and_says_how_to_remove_it(monkeypatch):
    monkeypatch.setattr(checks, "find_spec", lambda name: object())
    (error,) = checks.psycopg_3_is_absent(None)
    assert error.id == "service.E001"
    assert error.hint == "Remove it: pip uninstall psycopg psycopg-binary psycopg-c"


@pytest.mark.parametrize("backend", ["locmem.LocMemCache", "dummy.DummyCache"])
def test_a_cache_of_each_process_stops_production(settings, backend):
    settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}
    assert checks.cache_is_shared(None) == []
    settings.PORTAL_PRODUCTION = True
    (error,) = checks.cache_is_shared(None)
    assert error.id == "service.E002"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache"}}
    assert checks.cache_is_shared(None) == []
