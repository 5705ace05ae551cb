"""What the environment says of database, pooler, copy and queue, as Django is told it."""

import pytest

from standards_portal.engines import read_databases, read_queue

MAIN = "postgres://portal:p%40ss@db.example.gov.uk:6432/standards?sslmode=require"
COPY = "postgres://reader:p%40ss@copy.example.gov.uk/standards"
NAMES = ("DATABASE_URL", "DATABASE_REPLICA_URL", "DATABASE_POOLER", "PORTAL_QUEUE", "REDIS_URL")


@pytest.fixture
def databases(monkeypatch, tmp_path):
    def read(**environment):
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return read_databases(tmp_path / "portal.sqlite3")

    return read


def test_without_an_address_it_is_a_file_that_waits_its_turn_to_write(databases, tmp_path):
    assert databases() == {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": f"{tmp_path}/portal.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
            },
        }
    }


def test_connections_to_postgresql_last_and_are_looked_at_before_they_are_used_again(databases):
    main = databases(DATABASE_URL=MAIN)["default"]
    assert (main["CONN_MAX_AGE"], main["CONN_HEALTH_CHECKS"]) == (600, True)
    assert (main["HOST"], main["PORT"], main["NAME"], main["PASSWORD"]) == (
        "db.example.gov.uk",
        "6432",
        "standards",
        "p@ss",
    )
    assert main["OPTIONS"]["sslmode"] == "require"
    assert main["DISABLE_SERVER_SIDE_CURSORS"] is False


def test_behind_a_pooler_nothing_is_left_with_a_connection(databases):
    both = databases(DATABASE_URL=MAIN, DATABASE_REPLICA_URL=COPY, DATABASE_POOLER="transaction")
    assert [each["DISABLE_SERVER_SIDE_CURSORS"] for each in both.values()] == [True, True]


def test_a_copy_is_a_second_database_that_tests_take_for_the_first(databases):
    copy = databases(DATABASE_URL=MAIN, DATABASE_REPLICA_URL=COPY)["replica"]
    assert (copy["HOST"], copy["USER"], copy["TEST"]) == ("copy.example.gov.uk", "reader", {"MIRROR": "default"})


def test_tasks_wait_in_the_database_or_in_redis(databases, monkeypatch):
    databases()
    assert read_queue() == ({"default": {"BACKEND": "service.worker.Backend", "QUEUES": ["default"]}}, {})
    monkeypatch.setenv("PORTAL_QUEUE", "redis")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    tasks, queues = read_queue()
    assert tasks["default"]["BACKEND"] == "service.redis_queue.Backend"
    assert queues["default"]["URL"] == "redis://127.0.0.1:6379/0"
