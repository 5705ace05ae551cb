"""Servers killed while people write: nothing acknowledged is lost, no e-mail is sent twice, and all work is done in the end.

Real processes on a database of their own, killed by SIGKILL at moments that nobody chose: gunicorn with its workers, the worker,
and all of PostgreSQL. With script/test --heavy, 200 of each on the engine of the run.
"""

from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.clusters import cluster
from tests.conftest import HEAVY
from tests.servers import PortalFactory, connect

from .facts import TASKS, Facts, notice_of
from .runs import Run
from .stage import open_stage

pytestmark = pytest.mark.heavy

KINDS = ("app", "worker", "database")
SMALL = {"owners": 4, "pairs": 1, "talking": 1, "couples": 1}
WHOLE = {"owners": 5, "pairs": 12, "talking": 2, "pause": 0.08}
SMALL_KILLS, WHOLE_KILLS = 2, 200
# Seconds that the mail server takes to say that it has an e-mail: a moment at which a worker may be killed.
MAIL_TAKES = 0.02


@pytest.fixture(scope="module")
def home(portals):
    """Where portals get their databases, and the PostgreSQL that may be killed under them, None on SQLite."""
    if not portals.cluster:
        yield portals, None
        return
    # Before it recovers PostgreSQL syncs each of its files, which a busy disk takes long for. What a killed process has written
    # the system keeps, wherever that is.
    memory = Path("/dev/shm")
    with cluster(memory if memory.is_dir() else None) as killed:
        factory = PortalFactory(portals.folder, portals.shared)
        factory.cluster = killed.url
        factory.prepared = killed.copy(portals.served_environment()["DATABASE_URL"])
        yield factory, killed


def environment_in(home):
    """The environment of processes on a database of their own."""
    factory, killed = home
    environment = factory.served_environment()
    if killed:
        # Else the copy of a database forgets by a crash how far its sequences were: PostgreSQL takes the first numbers of each
        # for noted in its log, which they are in that of the original.
        with closing(connect(environment["DATABASE_URL"])) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("CHECKPOINT")
    return environment


def kinds_for(killed):
    """What there is to kill. SQLite has no server."""
    return [kind for kind in KINDS if killed or kind != "database"]


def kill_again_and_again(run, kinds, kills):
    """Kill each kind so often, in any order; returns what was wrong after the first kill that lost something, or at the end."""
    run.stage.sink.delay = MAIL_TAKES
    run.begin()
    for number, kind in enumerate(run.chance.sample(kinds * kills, len(kinds) * kills), start=1):
        if found := run.kill(kind):
            return found
        if number % 50 == 0:
            print(run.figures, flush=True)  # noqa: T201
    return run.end()


@pytest.fixture(scope="module")
def ended(home, tmp_path_factory):
    """A small run with kills of every kind that has ended, and what was wrong. Its reports are a few bytes each."""
    _, killed = home
    folder = tmp_path_factory.mktemp("stage")
    with (
        open_stage(environment_in(home), folder, killed, "spare-reports") as stage,
        closing(Run(stage, **SMALL)) as run,
    ):
        yield run, kill_again_and_again(run, kinds_for(killed), SMALL_KILLS)


def test_nothing_is_lost_by_a_few_kills(ended):
    run, found = ended
    print(run.figures)  # noqa: T201
    assert found == []


@pytest.mark.skipif(not HEAVY, reason="takes minutes: HEAVY=1")
def test_nothing_is_lost_by_many_kills(home, tmp_path):
    _, killed = home
    with open_stage(environment_in(home), tmp_path, killed) as stage, closing(Run(stage, **WHOLE)) as run:
        found = kill_again_and_again(run, kinds_for(killed), WHOLE_KILLS)
        print(run.figures)  # noqa: T201
        assert found == []


# The check on planted faults


@contextmanager
def changed(run, table, where, **columns):
    """One row changed behind the portal's back, past references and guards, and as it was again at the end."""
    url = run.stage.database_url
    mark = "%s" if url.startswith("postgres") else "?"
    with closing(connect(url)) as connection, closing(connection.cursor()) as cursor:
        if url.startswith("postgres"):
            cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"SELECT id, {', '.join(columns)} FROM {table} WHERE {where} ORDER BY id LIMIT 1")
        ((pk, *stood),) = cursor.fetchall()

        def put(values):
            said = ", ".join(f"{name} = {mark}" for name in columns)
            cursor.execute(f"UPDATE {table} SET {said} WHERE id = {mark}", [*values, pk])
            connection.commit()

        put(columns.values())
        yield
        put(stood)


def of_who_talk(run, column="assessment_id"):
    """The round that stays shared, as a condition of SQL."""
    pk = run.rounds[-1] if run.stage.cluster else run.rounds[-1].replace("-", "")
    return f"{column} = '{pk}'"


def answer(run, **columns):
    """An answer that was acknowledged, with something changed."""
    return changed(run, RATINGS, f"note = '{run.ledger.known('answer')[0][-1].value.note}'", **columns)


def put_back(run):
    """The same as it was acknowledged before."""
    older, newer = run.ledger.known("answer")[0][-2:]
    return changed(run, RATINGS, f"note = '{newer.value.note}'", **older.value._asdict())


def make_twice(run):
    """A goal that says the same as another."""
    one, other, *_ = (sent[-1].place[1] for sent in run.ledger.known("goal"))
    return changed(run, "assessments_goal", f"what = '{one}'", what=other)


RATINGS, EVENTS, NOTICES = "assessments_rating", "assessments_event", "people_notice"
NOBODY = 2_000_000_000
PLANTED = {
    "an answer put back": (put_back, "the older"),
    "an answer of nobody": (lambda run: answer(run, note="x"), "which nobody sent"),
    "an answer lost": (lambda run: answer(run, view="agreed"), "nothing instead of"),
    "a broken reference": (lambda run: answer(run, statement_id=NOBODY), RATINGS),
    "a target": (lambda run: changed(run, "assessments_target", "reason LIKE 'Writer %'", reason="x"), "('target'"),
    "a goal made twice": (make_twice, ": 2, which nobody sent"),
    "what was recorded": (
        lambda run: changed(run, "assessments_conversation", of_who_talk(run), points="x"),
        "('points'",
    ),
    "an event": (
        lambda run: changed(run, EVENTS, f"kind = 'reviewed' AND {of_who_talk(run)}", kind="confirmed"),
        "is no outcome of",
    ),
    "a state": (
        lambda run: changed(run, EVENTS, f"kind = 'reviewed' AND {of_who_talk(run)}", kind="returned"),
        "is shared after",
    ),
    "a notice": (
        lambda run: changed(run, NOTICES, f"kind = 'reviewed' AND path LIKE '%{run.rounds[-1]}%'", kind="closed"),
        "notices 'reviewed'",
    ),
    "a notice sent for ever": (
        lambda run: changed(run, NOTICES, "delivery = 'sent'", delivery="sending", sent_at=None),
        "is being sent for ever",
    ),
    "a notice that waits for nobody": (
        lambda run: changed(run, NOTICES, "delivery = 'sent'", delivery="waiting", sent_at=None, claimed_at=None),
        "waits for nobody",
    ),
    "a task that runs for ever": (
        lambda run: changed(run, TASKS, "status = 'SUCCESSFUL'", status="RUNNING"),
        "running for ever",
    ),
    "a report": (lambda run: changed(run, "assessments_reportfile", of_who_talk(run), digest="x"), "no PDF is kept of"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_changed_behind_the_portals_back_is_found(ended, name):
    run, _ = ended
    plant, said = PLANTED[name]
    with plant(run):
        found = run.verdict()
    assert [each for each in found if said in str(each)], found
    assert run.verdict() == []


def test_an_email_that_comes_twice_or_never_is_found(ended):
    run, _ = ended
    accepted, standing = run.stage.sink.accepted, dict(Facts(run.stage.database_url).notices)
    index = next(index for index, (_, text) in enumerate(accepted) if standing[notice_of(text)] == "sent")
    accepted.append(accepted[index])
    (found,) = run.verdict()
    assert found.endswith("was sent 2 times")
    accepted.pop()
    email = accepted.pop(index)
    (found,) = run.verdict()
    assert "is lost" in found
    accepted.append(email)


@pytest.mark.parametrize("plant", ["forgetful", "hasty"])
def test_a_portal_that_says_done_and_does_not_is_found_out(ended, plant):
    stage = ended[0].stage
    with closing(Run(stage, owners=2, pairs=0, talking=0, couples=0, pause=0.01)) as run:
        run.begin(plant)
        run.wait_for_acknowledgements(20)
        found = run.kill("app")
    assert [each for each in found if "instead of the acknowledged" in each], found
