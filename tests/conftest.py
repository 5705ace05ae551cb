"""The cast of the tests, and the published standards, which every test that uses the database finds there."""

import gc
import logging
import os
from pathlib import Path

import hypothesis
import pytest
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest
from django.test import Client

import people.adapters
import people.middleware
from people.actions import make_editor
from standards.actions import load_fixture
from standards.models import Version
from tests.database import make_tables_at_once
from tests.factories import make_user
from tests.log_watch import LogWatch
from tests.servers import PortalFactory

# Django imports these when they are first needed. In a test that replaces what they import, they would keep the replacement.
IMPORTED_NOW = (people.adapters, people.middleware)

# A busy machine is slow, which no property is about. script/test --heavy tries each property far more often, and with new
# examples each time; CI tries the same ones, so that it fails on what changed.
HEAVY = bool(os.environ.get("HEAVY"))
hypothesis.settings.register_profile(
    "portal",
    deadline=None,
    max_examples=1000 if HEAVY else 20,
    derandomize="CI" in os.environ and not HEAVY,
)
hypothesis.settings.load_profile("portal")


def pytest_ignore_collect(collection_path, config):
    """Read nothing of the browser tests, whose driver takes a second to import, where no browser is wanted."""
    return (collection_path.name == "browser" and config.option.markexpr == "not browser") or None


# What a test asks for that has a database to do with it; so has one that is marked.
OF_THE_DATABASE = {"db", "transactional_db", "django_db_setup", "portals"}


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL leave out what no database has a part in: it was run on SQLite, and would be no other thing there."""
    if connection.vendor != "postgresql" or HEAVY:
        return
    asks = [_has_to_do_with_it(each) for each in items]
    kept = [each for each, it_does in zip(items, asks, strict=True) if it_does]
    config.hook.pytest_deselected(items=[each for each, it_does in zip(items, asks, strict=True) if not it_does])
    items[:] = kept


def _has_to_do_with_it(item):
    if item.get_closest_marker("drawn"):
        return False
    return bool(OF_THE_DATABASE & set(item.fixturenames) or item.get_closest_marker("django_db"))


def pytest_collection_finish():
    """Let the collector of garbage look seldom, and never at the modules and tests, which stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


def _with_room(run):
    """``run`` with a frame so large that whatever it calls has its frames in the same piece of memory.

    Python asks the system for the memory of frames in pieces of 16 KB, and gives each back as soon as it is empty. Where what is
    called again and again steps over the edge of a piece, it does so each time: a tenth of what these tests took.
    """
    run.__code__ = run.__code__.replace(co_stacksize=140_000)  # in pointers; a piece is a power of two that holds it
    return run


@pytest.hookimpl(tryfirst=True)
@_with_room
def pytest_runtest_protocol(item, nextitem):
    """Run each test as pytest does, with room for its frames."""
    return item.config.pluginmanager.getplugin("runner").pytest_runtest_protocol(item, nextitem)


def pytest_terminal_summary(terminalreporter):
    """Say how many cells of the access table were tried and how many were wrong, over all tests and workers."""
    reports = [each for found in terminalreporter.stats.values() for each in found if hasattr(each, "user_properties")]
    told = [dict(each.user_properties) for each in reports if getattr(each, "when", "") == "call"]
    cells = [each for each in told if "cells" in each]
    if cells:
        checked, wrong = (sum(each[name] for each in cells) for name in ("cells", "wrong"))
        terminalreporter.write_line(f"{checked} cells checked, {wrong} wrong")


STANDARDS = Path(__file__).parents[1] / "fixtures" / "contract-management-2.0"


@pytest.fixture(scope="session")
def tables_at_once():
    """Migrations make their tables together while the test database is made."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_tables_at_once(monkeypatch)
        yield monkeypatch


@pytest.fixture(scope="session")
def django_db_setup(tables_at_once, django_db_setup, django_db_blocker):
    """The test database with the published standards in it, loaded once."""
    tables_at_once.undo()
    with django_db_blocker.unblock():
        load_fixture(folder=STANDARDS)
        if connection.vendor == "sqlite":
            _flush_past_the_guards()


def _flush_past_the_guards():
    # Transactional tests end by emptying every table with DELETE, which the guards of published rows refuse on SQLite.
    flush = connection.ops.execute_sql_flush

    def execute_sql_flush(sql_list):
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            flush(sql_list)
            for _, sql in triggers:
                cursor.execute(sql)

    connection.ops.execute_sql_flush = execute_sql_flush


@pytest.fixture(scope="session", autouse=True)
def signing_in_is_recorded():
    """``Client.force_login`` leaves in the session what signing in by password leaves there."""

    def _login(client, user, backend=None):
        request = HttpRequest()
        request.session = client.session
        login(request, user, backend)
        record_authentication(request, user, method="password")
        request.session.save()
        client._set_login_cookies(request)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Client, "_login", _login)
        yield


@pytest.fixture(autouse=True)
def no_tries_counted():
    """Each test begins with no sign-in tried before."""
    cache.clear()


@pytest.fixture(scope="session")
def log_watch():
    """Reads along with whatever the tests make the portal write down (``tests.log_watch.LogWatch``)."""
    watch = LogWatch()
    logging.getLogger().addHandler(watch)
    yield watch
    logging.getLogger().removeHandler(watch)


@pytest.fixture(autouse=True)
def nothing_personal_is_written_down(log_watch):
    """No test makes the portal write down an address, a name of the cast, or what is planted in what people write."""
    yield
    assert log_watch.take() == []


@pytest.fixture
def published_version(db):
    """Version 2.0 of the Contract Management Professional Standards; loaded anew where a transactional test emptied the tables."""
    return Version.objects.published().first() or load_fixture(folder=STANDARDS)[0]


@pytest.fixture(scope="module")
def kept_for_the_module(django_db_setup, django_db_blocker):
    """What module-scoped fixtures write is undone after the module; each of its tests runs in a savepoint of its own.

    For modules whose tests all begin with the same rows. No test of such a module may be transactional.
    """
    around = transaction.atomic()
    # As Django marks the one around each test: within it, what is to be durable is taken to be.
    around._from_testcase = True
    with django_db_blocker.unblock(), around:
        if not Version.objects.published().exists():
            # A transactional test emptied the tables.
            load_fixture(folder=STANDARDS)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def contract_manager(db):
    return make_user(name="Nia Penŵydd", email="nia@example.com", job_title="Contract Manager")


@pytest.fixture
def stranger(db):
    """Another contract manager, who may see nothing of the first one's."""
    return make_user(name="Zofia Dąbrówka", email="zofia@example.com", job_title="Contract Manager")


@pytest.fixture
def line_manager(db):
    return make_user(name="Tomasz Quillfeather", email="tomasz@example.com", job_title="Head of Facilities")


@pytest.fixture
def editor(db):
    """An editor of the standards, who may enter the admin."""
    user = make_user(name="Harriet Molescroft", email="harriet@example.com")
    make_editor(user=user)
    return user


@pytest.fixture
def superuser(db):
    return make_user(name="Owain Bellweather", email="owain@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def sign_in():
    """``sign_in(user)`` gives a browser in which that person is signed in; without a user, one in which nobody is."""

    def signed_in(user=None, **options):
        browser = Client(**options)
        if user is not None:
            browser.force_login(user)
        return browser

    return signed_in


@pytest.fixture
def manager_client(sign_in, contract_manager):
    """A browser in which the contract manager is signed in."""
    return sign_in(contract_manager)


@pytest.fixture(scope="session")
def portals(tmp_path_factory, worker_id, pytestconfig):
    """Serves portals with processes and databases of their own: ``with portals.serve() as portal``."""
    folder = tmp_path_factory.mktemp("portals")
    shared = folder if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    factory = PortalFactory(folder, shared, tables_at_once=pytestconfig.option.markexpr == "browser")
    yield factory
    factory.close()


@pytest.fixture(scope="module")
def live_portal(portals):
    """A portal with the demo's people, served to the tests of one module (``tests.servers.LivePortal``)."""
    with portals.serve() as portal:
        yield portal


@pytest.fixture(scope="session")
def busy_portal(portals):
    """A portal for what happens at the same moment, which makes no PDF; the same one for all modules."""
    with portals.serve(plant="cold") as portal:
        yield portal
