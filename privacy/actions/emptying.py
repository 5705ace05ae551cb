"""Deleting what belongs to a person, or to rounds that are nobody's any more, as the register says."""

from django.apps import apps

from ..register import RECORDS, Fate
from ..traces import empty_log_entries_about

_OF_A_ROUND = "assessment__owner"


def _ways():
    for record in RECORDS:
        for way in record.ways:
            if way.fate is Fate.DELETED and way.path and not way.path.startswith("@"):
                yield apps.get_model(record.model)._base_manager, way.path


def delete_of_rounds(keys):
    """Delete all that hangs on the erased rounds with these keys."""
    for rows, path in _ways():
        if path.endswith(_OF_A_ROUND):
            _delete(rows.filter(**{f"{path.removesuffix('__owner')}__in": keys}))


def delete_of_person(person):
    """Delete all that is ``person``'s own."""
    for rows, path in _ways():
        _delete(rows.filter(**{path: person.pk}))


def _delete(rows):
    empty_log_entries_about(rows)
    rows.delete()
