"""The release before runs beside each migration that came since: while it is made, and afterwards."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django_migration_linter.sql_analyser import analyse_sql_statements, get_sql_analyser_class

from tests.conftest import HEAVY
from tests.releases.beside import Release, wrong_beside
from tests.releases.last import last_release, migrations_at, unpack
from tests.servers import ROOT

CHANGES = (ROOT / "CHANGELOG.md").read_text()


def sql_of(migration):
    app, name = migration.split(".")
    written = StringIO()
    call_command("sqlmigrate", app, name, stdout=written, no_color=True)
    return [line for line in written.getvalue().splitlines() if line and not line.startswith("--")]


def found_in(sql):
    """What the release before could not run beside, in the linter's words."""
    analyser = get_sql_analyser_class(connection.vendor)
    errors, _, _ = analyse_sql_statements(analyser, sql)
    return [each.code for each in errors]


def migrations_since_the_last_release():
    released = last_release(CHANGES)
    if released is None:
        return []
    here = {f"{path.parts[-3]}.{path.stem}" for path in ROOT.glob("*/migrations/[0-9]*.py")}
    return sorted(here - migrations_at(released[1]))


@pytest.mark.parametrize(
    ("changes", "release"),
    [
        ("# Changes\n\n## Unreleased\n\n* One.\n", None),
        (
            "## Unreleased\n\n## 1.2.0, 3 May 2027 (0123456789ab)\n\n## 1.1.0, 2 May 2027 (aaaaaaaaaaaa)\n",
            ("1.2.0", "0123456789ab"),
        ),
        ("## 1.2.0, 3 May 2027 (not yet)\n", None),
    ],
)
def test_the_last_release_is_read_from_the_changes(changes, release):
    assert last_release(changes) == release


def test_no_migration_of_the_last_release_was_taken_back():
    released = last_release(CHANGES)
    if released is None:
        pytest.skip("nothing is released yet")
    here = {f"{path.parts[-3]}.{path.stem}" for path in ROOT.glob("*/migrations/[0-9]*.py")}
    assert sorted(migrations_at(released[1]) - here) == []


@pytest.mark.django_db
def test_no_migration_since_takes_away_what_the_last_release_uses():
    assert {each: found for each in migrations_since_the_last_release() if (found := found_in(sql_of(each)))} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ('ALTER TABLE "people_user" DROP COLUMN "name" CASCADE;', ["DROP_COLUMN"]),
        ('ALTER TABLE "people_user" RENAME COLUMN "name" TO "called";', ["RENAME_COLUMN"]),
        ('DROP TABLE "people_notice" CASCADE;', ["DROP_TABLE"]),
        ('ALTER TABLE "people_user" ADD COLUMN "born" date NULL;', []),
    ],
)
def test_what_takes_something_away_is_found(sql, found):
    assert found_in(["BEGIN;", sql, "COMMIT;"]) == found


def test_the_last_release_serves_while_the_migrations_since_are_made(portals, tmp_path):
    if not migrations_since_the_last_release():
        pytest.skip("there is no migration since the last release")
    commit = last_release(CHANGES)[1]
    environment = portals.new_environment()
    older = Release(unpack(commit, tmp_path / "older"), environment)
    assert wrong_beside(older, Release(ROOT, environment)) == []


PLANTED = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("people", "{latest}")]
    operations = [{operation}]
"""


@pytest.mark.heavy
@pytest.mark.skipif(not HEAVY, reason="two releases and their databases: script/test --heavy")
@pytest.mark.parametrize(
    ("operation", "is_found"),
    [
        ('migrations.AddField("user", "mood", models.TextField(null=True))', False),
        ('migrations.RemoveField("user", "job_title")', True),
    ],
)
def test_a_migration_that_takes_a_column_away_is_found(portals, tmp_path, operation, is_found):
    environment = portals.new_environment()
    older, newer = (unpack("HEAD", tmp_path / name) for name in ("older", "newer"))
    latest = max(path.stem for path in (newer / "people" / "migrations").glob("[0-9]*.py"))
    planted = PLANTED.format(latest=latest, operation=operation)
    (newer / "people" / "migrations" / "9999_planted.py").write_text(planted)
    wrong = wrong_beside(Release(older, environment), Release(newer, environment))
    assert bool(wrong) is is_found, wrong
