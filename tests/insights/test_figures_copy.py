"""Figures of organisations come from a copy of the database where one is named, and from the database itself when it fails."""

import json

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse

from insights.organisations import copy
from people.models import AnalystGrant
from people.written_queries import WrittenQuery
from tests.conftest import HEAVY
from tests.factories import make_organisation, make_user
from tests.insights.figures import MADE_AT, figures_of, make_release
from tests.servers import run_python

pytestmark = pytest.mark.django_db

RUN_THERE = """
import json
from people.models import AnalystGrant
from tests.insights.figures import MADE_AT, figures_of, make_release
from tests.factories import make_organisation, make_user
from standards.models import Version
version = Version.objects.published().get()
department = make_organisation(name="Department of Marchmains")
make_release(department, version.framework, {department: figures_of(version, 12, seed=1)}, made_at=MADE_AT)
analyst = make_user(name="Ada Thistlewood")
AnalystGrant.objects.create(analyst=analyst, organisation=department)
print(json.dumps([analyst.pk, department.pk]))
"""
READ_THERE = """
from django.contrib.auth import get_user_model
from insights.organisations.reading import read_organisation
analyst = get_user_model().objects.get(pk={analyst})
print(read_organisation(analyst, {department}).people.people)
"""
CHANGE_THERE = """
from insights.models import Figure
for each in Figure.objects.all():
    each.numbers["people"] += 5
    each.save()
"""


class Asked:
    """Stands in for two databases: what was asked of which, and which one of them does not answer."""

    def __init__(self, rows):
        self.rows = rows
        self.databases = []
        self.broken = ""

    def answer(self, query, *values, using="default"):
        self.databases.append(using)
        if using == self.broken:
            raise DatabaseError("host=10.0.0.7 password=hunter2")
        return self.rows(query, *values)


@pytest.fixture
def asked(monkeypatch):
    monkeypatch.setattr(copy, "_asked_again_from", 0.0)
    asked = Asked(WrittenQuery.rows)
    monkeypatch.setattr(WrittenQuery, "rows", lambda query, *values, **using: asked.answer(query, *values, **using))
    return asked


@pytest.fixture
def grant(published_version):
    department = make_organisation(name="Department of Marchmains")
    figures = {department: figures_of(published_version, 12, seed=1)}
    make_release(department, published_version.framework, figures, made_at=MADE_AT)
    return AnalystGrant.objects.create(analyst=make_user(name="Ada Thistlewood"), organisation=department)


@pytest.fixture
def page(sign_in, grant):
    """Asks for the page of the organisation; returns what it shows between header and footer."""
    browser = sign_in(grant.analyst)

    def ask():
        answer = browser.get(reverse("organisation-detail", args=[grant.organisation_id]))
        assert answer.status_code == 200
        return answer.content.decode().partition("<main")[2].partition("</main>")[0]

    return ask


def test_without_a_copy_all_is_asked_of_the_database(page, asked):
    page()
    assert set(asked.databases) == {"default"}


def test_the_figures_alone_are_asked_of_a_copy(page, asked, settings):
    whole = page()
    asked.databases.clear()
    settings.FIGURES_DATABASE = "replica"
    assert page() == whole
    assert asked.databases.count("replica") == 1


def test_a_copy_that_fails_is_left_alone_for_a_while(page, asked, settings, monkeypatch, caplog):
    whole = page()
    settings.FIGURES_DATABASE, asked.broken = "replica", "replica"
    monkeypatch.setitem(copy.connections.settings, "replica", copy.connections.settings["default"])
    now = iter([100.0, 100.0, 110.0, 130.0])
    monkeypatch.setattr(copy, "monotonic", lambda: next(now))
    asked.databases.clear()

    assert page() == whole
    assert [each.getMessage() for each in caplog.records if each.name == copy.__name__] == [
        "The copy of the database does not answer (DatabaseError); figures are read from the database itself for 30 seconds"
    ]
    assert page() == whole
    assert asked.databases.count("replica") == 1
    asked.broken = ""
    assert page() == whole
    assert asked.databases.count("replica") == 2


@pytest.mark.heavy
@pytest.mark.skipif(not HEAVY, reason="two databases of its own: script/test --heavy")
def test_on_postgresql_the_copy_is_what_is_read_until_it_goes(portals):
    """The copy is another database here, changed so that one can tell which of the two was read."""
    if connection.vendor != "postgresql":
        pytest.skip("a copy is PostgreSQL's")
    with portals.serve(plant="cold") as first, portals.serve(plant="cold") as second:
        analyst, department = json.loads(first.python(RUN_THERE))
        assert json.loads(second.python(RUN_THERE)) == [analyst, department]
        read = "import django\ndjango.setup()\n" + READ_THERE.format(analyst=analyst, department=department)
        second.python(CHANGE_THERE)
        whole = int(run_python(read, first.environment))
        copied = first.environment | {"DATABASE_REPLICA_URL": second.database_url}
        gone = first.environment | {"DATABASE_REPLICA_URL": f"{second.database_url}_gone"}
        assert int(run_python(read, copied)) == whole + 5
        assert int(run_python(read, gone)) == whole
