"""Whether the portal is alive and ready is answered to whoever asks, soon, whatever is wrong, and says nothing else."""

import pytest
from django.test import Client

from service import health

pytestmark = pytest.mark.django_db

READY = {"ready": True, "database": "answers", "migrations": "applied", "cache": "works"}


@pytest.fixture(autouse=True)
def afresh(monkeypatch):
    """No look of another test's, and none that is said again."""
    monkeypatch.setattr(health._Look, "latest", None)
    monkeypatch.setattr(health._Look, "was_ready", True)
    monkeypatch.setattr(health, "STANDS_FOR", 0)


def test_alive_asks_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_ready_says_that_all_is_well():
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, READY)
