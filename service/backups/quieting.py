"""What must not come to life again with a restored database.

A worker would send every notice that waited when the backup was made, also those that it has sent since. Whoever was signed in then
may have been signed out since, and what was held for somebody for an hour may have been thrown away.
"""

from django.apps import apps
from django.db import connection
from django.db.models import F
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from people.actions import hold_notices
from people.models import User

_HELD = ("sessions.Session", "service.HeldPost", "standards.HeldImport", "service.WorkerBeat")
CACHE = "portal_cache"


def quiet() -> dict[str, int]:
    """Do it, in the caller's transaction; returns how many of what, in words. Harmless twice."""
    there = set(connection.introspection.table_names())
    done = {}
    for label in _HELD:
        app, _, name = label.partition(".")
        model = apps.all_models[app].get(name.lower())
        if model and model._meta.db_table in there:
            done[f"{model._meta.verbose_name_plural} forgotten"] = _emptied(model._meta.db_table)
    # Ends sign-ins and one-time links, whatever they were signed with.
    User.objects.update(session_generation=F("session_generation") + 1)
    done['notices that waited are "Not known"'] = hold_notices()
    to_come = DBTaskResult.objects.filter(status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING])
    done["tasks forgotten"] = to_come.delete()[0]
    if CACHE in there:
        done["limits and other cached values forgotten"] = _emptied(CACHE)
    return done


def _emptied(table):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 a name of ours
        return cursor.rowcount
