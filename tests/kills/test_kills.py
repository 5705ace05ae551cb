"""Servers killed while people write: nothing acknowledged is lost, no e-mail is sent twice, and all work is done in the end.

Real processes on a database of their own, killed by SIGKILL at moments that nobody chose: gunicorn with its workers, the worker,
and all of PostgreSQL. With script/test --heavy, 200 of each on the engine of the run.
"""

from contextlib import closing

import pytest

from tests.clusters import cluster
from tests.conftest import HEAVY
from tests.servers import PortalFactory

from .runs import Run
from .stage import open_stage

pytestmark = pytest.mark.heavy

KINDS = ("app", "worker", "database")
KILLS = 200 if HEAVY else 2
SIZE = {"owners": 8, "pairs": 24, "talking": 3} if HEAVY else {"owners": 4, "pairs": 1, "talking": 1, "couples": 1}


@pytest.fixture(scope="module")
def home(portals, tmp_path_factory):
    """Where portals get their databases, and the PostgreSQL that may be killed under them, None on SQLite."""
    if not portals.cluster:
        yield portals, None
        return
    folder = tmp_path_factory.mktemp("killed")
    with cluster() as killed:
        factory = PortalFactory(folder, folder)
        factory.cluster = killed.url
        yield factory, killed


@pytest.fixture
def stage(home, tmp_path):
    factory, killed = home
    options = [] if HEAVY else ["spare-reports"]
    with open_stage(factory.served_environment(), tmp_path, killed, *options) as opened:
        yield opened


@pytest.mark.parametrize("kinds", [(kind,) for kind in KINDS] if HEAVY else [KINDS], ids="-".join)
def test_nothing_acknowledged_is_lost(stage, kinds):
    if stage.cluster is None:
        kinds = [kind for kind in kinds if kind != "database"]
        if not kinds:
            pytest.skip("SQLite has no server that could be killed")
    stage.sink.delay = 0.02
    with closing(Run(stage, **SIZE)) as run:
        run.begin()
        for number in range(KILLS):
            for kind in kinds:
                assert run.kill(kind) == [], run.figures
            if number % 20 == 19:
                print(run.figures, flush=True)  # noqa: T201
        found = run.end()
        print(run.figures)  # noqa: T201
        assert found == []
