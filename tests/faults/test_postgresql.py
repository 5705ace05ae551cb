"""PostgreSQL that is gone, says nothing, is lost in a commit, takes no writes or no connections, or whose rows somebody holds:
people are told within seconds, lose nothing, and when it is over nobody restarts anything."""

import os
from contextlib import closing, contextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.conftest import HEAVY
from tests.faults.cable import plugged_in
from tests.faults.portals import LINE_MANAGER, SOON, Somebody, served, shared_round
from tests.servers import connect
from tests.windows import Window

pytestmark = pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="this run is not on PostgreSQL"
)
ROUNDS = 10 if HEAVY else 1


@pytest.fixture(scope="module")
def environment(portals):
    return portals.served_environment()


@pytest.fixture(scope="module")
def cable(environment):
    parts = urlsplit(environment["DATABASE_URL"])
    with plugged_in(parts.hostname, parts.port) as cable:
        yield cable


@pytest.fixture(scope="module")
def portal(environment, cable, tmp_path_factory):
    url = environment["DATABASE_URL"]
    parts = urlsplit(url)
    through = urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{cable.port}"))
    log = tmp_path_factory.mktemp("served") / "log"
    with served(environment | {"DATABASE_URL": through}, log, database_url=url) as portal:
        yield portal


@pytest.fixture
def somebody(portal):
    with closing(Somebody(portal)) as somebody:
        assert somebody.save().status == 200
        yield somebody
        assert somebody.slowest < SOON
        assert "Traceback" not in portal.printed()
        assert "Internal Server Error" not in portal.printed()


@contextmanager
def altered(portal, change, back):
    """Meanwhile the portal's database is otherwise, for every connection that is made from now on."""
    name = urlsplit(portal.database_url).path[1:]
    with closing(connect(os.environ["DATABASE_URL"])) as connection, closing(connection.cursor()) as cursor:
        connection.autocommit = True
        cursor.execute(f'ALTER DATABASE "{name}" {change}')
        end_connections(cursor, name)
        yield
        cursor.execute(f'ALTER DATABASE "{name}" {back}')
        end_connections(cursor, name)


@contextmanager
def gone(portal, cable):
    cable.pull()
    yield
    cable.mend()


@contextmanager
def silent(portal, cable):
    cable.go_dead()
    yield
    cable.mend()


def read_only(portal, cable):
    setting = "default_transaction_read_only"
    return altered(portal, f"SET {setting} = on", f"RESET {setting}")


def crowded(portal, cable):
    """There is no connection left for the portal."""
    return altered(portal, "ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true")


@contextmanager
def held(portal, cable):
    """Somebody holds the round's row and does not let go."""
    with closing(connect(portal.database_url)) as other, closing(other.cursor()) as cursor:
        cursor.execute("SELECT id FROM assessments_assessment FOR UPDATE")
        yield
        other.rollback()


def end_connections(cursor, name):
    cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


FAULTS = [
    pytest.param(gone, "unreachable", 503, id="gone"),
    pytest.param(silent, "unreachable", 503, id="silent"),
    pytest.param(read_only, "read-only", 200, id="read-only"),
    pytest.param(crowded, "unreachable", 503, id="crowded"),
    pytest.param(
        held, "unreachable", 200, id="held", marks=pytest.mark.skipif(not HEAVY, reason="takes a minute: HEAVY=1")
    ),
]


@pytest.mark.parametrize(("fault", "problem", "reading"), FAULTS)
def test_people_are_told_and_lose_nothing(portal, cable, somebody, fault, problem, reading):
    own = ("/assessments/", somebody.page) if fault is silent else ("/assessments/", somebody.round, somebody.page)
    for _ in range(ROUNDS):
        before = somebody.acknowledged
        with fault(portal, cable):
            assert somebody.statuses(*own) == [reading] * len(own)
            answer = somebody.save()
            assert (answer.status, answer.text) == (503, f'{{"problem": "{problem}", "saved": "no"}}')
            answer, typed = somebody.send()
            assert answer.status == 503
            assert "What you have just sent is not saved yet" in answer.text
        somebody.comes_back()
        assert somebody.kept() == before
        assert somebody.send_again(answer.text, typed) == 302
        assert somebody.kept() == typed
        somebody.comes_back()
        assert somebody.save().status == 200
        assert somebody.kept() == somebody.acknowledged


def test_a_connection_lost_in_the_commit_is_said_to_be_not_known_and_sending_again_does_no_harm(cable, somebody):
    for _ in range(ROUNDS):
        cable.cut_at_commit = True
        answer, typed = somebody.send()
        assert answer.status == 503
        assert "What you have just sent may not be saved" in answer.text
        assert somebody.kept() == typed
        assert somebody.send_again(answer.text, typed) == 302
        assert somebody.kept() == typed
        somebody.comes_back()
        cable.cut_at_commit = True
        answer = somebody.save()
        assert (answer.status, answer.text) == (503, '{"problem": "unreachable", "saved": "not known"}')
        somebody.comes_back()
        assert somebody.save().status == 200


def test_connections_that_were_ended_meanwhile_are_noticed_by_nobody(portal, somebody):
    """As when PostgreSQL was restarted between two requests."""
    with altered(portal, "CONNECTION LIMIT 50", "CONNECTION LIMIT -1"):
        assert somebody.save().status == 200
    assert somebody.save().status == 200


def test_a_page_of_somebody_elses_is_not_shown_unnoted(portal, cable):
    with closing(Window(portal)) as window:
        window.sign_in(LINE_MANAGER)
        path = shared_round(portal)
        assert window.get(path).status == 200
        with read_only(portal, cable):
            answer = window.get(path)
            assert answer.status == 503
            assert "it is shown only when that can be noted" in answer.text
        assert window.get(path).status == 200
