"""The tables of the tests, made by the migrations and soon.

Django draws every model that is linked to a new one anew before it makes its table. Where a migration begins with many tables,
all of them are known before the first is made, which gives the same tables for a fraction of the work. Portals that the tests
serve (``tests.servers``) are migrated as any portal is, but for those of a run of the browser tests alone.
"""

from copy import copy
from itertools import takewhile

from django.db.migrations import CreateModel, Migration

_step_by_step = Migration.apply


def _tables_at_once(self, project_state, schema_editor, collect_sql=False):
    tables = list(takewhile(lambda each: type(each) is CreateModel, self.operations))
    if len(tables) < 2:
        return _step_by_step(self, project_state, schema_editor, collect_sql)
    vars(project_state).pop("apps", None)
    for each in tables:
        each.state_forwards(self.app_label, project_state)
    for each in tables:
        each.database_forwards(self.app_label, schema_editor, None, project_state)
    rest = copy(self)
    rest.operations = self.operations[len(tables) :]
    return _step_by_step(rest, project_state, schema_editor, collect_sql)


def make_tables_at_once(monkeypatch):
    """Until ``monkeypatch`` is undone, migrations make the tables that they begin with together."""
    monkeypatch.setattr(Migration, "apply", _tables_at_once)
