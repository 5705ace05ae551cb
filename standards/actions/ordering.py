"""The order of the rows of a version: each changes places with the one before or after it, and nobody types a number."""

from django.db import transaction
from django.db.models import Max

from ..models import LearningResource, Version, one_change
from ..version_tables import VERSION_PATHS, parent_name, version_of
from .editing import touch_version
from .recording import keep_before
from .refusals import NotEditable

# Models whose rows have a place among their siblings that an editor chooses.
ORDERED = frozenset(model for model in VERSION_PATHS if any(field.name == "order" for field in model._meta.fields))


def last_place(row) -> int:
    """The place of ``row`` when it goes behind all others that belong to the same row."""
    return (_siblings(row).exclude(pk=row.pk).aggregate(last=Max("order"))["last"] or 0) + 1


@transaction.atomic
def move_row(*, row, up, by) -> bool:
    """Let ``row`` change places with the one before it, or after it; returns whether there was one.

    Raises ``NotEditable`` where the version is no draft; learning resources are the portal's own and move at any time.
    """
    version = Version.objects.select_for_update().get(pk=version_of(row).pk)
    if version.state != Version.State.DRAFT and type(row) is not LearningResource:
        raise NotEditable("The order can be changed in a draft only.")
    siblings = list(_siblings(row))
    here = next(n for n, each in enumerate(siblings) if each.pk == row.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(siblings):
        return False
    places = [each.order for each in siblings]
    if len(set(places)) < len(places):
        places = range(1, len(places) + 1)
    siblings[here], siblings[there] = siblings[there], siblings[here]
    moved = [(each, place) for each, place in zip(siblings, places, strict=True) if each.order != place]
    with one_change(by):
        keep_before([each for each, _ in moved])
        for each, place in moved:
            each.order = place
            each.save(update_fields=["order"])
    touch_version(version_id=version.pk)
    return True


def _siblings(row):
    name = parent_name(type(row))
    return type(row).objects.filter(**{name: getattr(row, f"{name}_id")}).order_by("order", "pk")
