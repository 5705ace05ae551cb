"""Everything that editors did to the rows of a version, page by page."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Value

from .edits import BEGINNING, REMOVED, Edit, ever_in
from .version_tables import VERSION_PATHS, parent_model, parent_name


class VersionEdits:
    """Every record of a version's rows, the latest first, to be sliced by a paginator; one query for a slice."""

    def __init__(self, version):
        self._models = list(VERSION_PATHS)
        first, *others = (
            model.history.filter(ever_in(model, version))
            .exclude(history_date=BEGINNING)
            .order_by()
            .annotate(table=Value(n, output_field=models.IntegerField()))
            .values_list("history_date", "table", "history_id")
            for n, model in enumerate(self._models)
        )
        self._all = first.union(*others, all=True).order_by("-history_date", "-history_id")

    def __len__(self):
        return self._all.count()

    def __getitem__(self, part):
        return list(self._all[part])

    def told(self, part, names) -> list["VersionEdit"]:
        """The edits of a slice; three queries for each table in it."""
        by_table = {}
        for _, table, history_id in part:
            by_table.setdefault(table, []).append(history_id)
        found = {}
        for table, ids in by_table.items():
            model = self._models[table]
            records = list(model.history.filter(history_id__in=ids).select_related("history_user"))
            there = _there(model, [each.id for each in records])
            parents = _parents(model, records)
            for each in records:
                edit = Edit(model, each.history_type, names.of(model, each), (), each)
                who = each.history_user.name if each.history_user_id else ""
                is_gone = each.history_type == REMOVED and each.id not in there
                has_parent = parents is None or getattr(each, f"{parent_name(model)}_id") in parents
                found[table, each.history_id] = VersionEdit(edit, who, each.id in there, is_gone and has_parent)
        return [found[table, history_id] for _, table, history_id in part]


@dataclass(frozen=True)
class VersionEdit:
    """One edit among all of a version. ``is_there``: the row is.

    ``can_come_back``: the row was removed, and what it belongs to is there.
    """

    edit: Edit
    who: str
    is_there: bool
    can_come_back: bool


def _there(model, keys):
    return set(model.objects.filter(pk__in=keys).values_list("pk", flat=True))


def _parents(model, records):
    """The keys of what ``records`` belong to, as far as it is there; None for a version's own."""
    parent = parent_model(model)
    return _there(parent, [getattr(each, f"{parent_name(model)}_id") for each in records]) if parent else None


def version_edits(version) -> VersionEdits:
    """What was done to the rows of ``version``, each record by itself."""
    return VersionEdits(version)
