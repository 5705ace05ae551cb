"""Keeping what a row says before it is changed, so that one can go back to it."""

from ..edits import BEFORE, BEGINNING


def keep_before(rows):
    """Record ``rows`` as they stand in the database, where their history does not say so yet.

    A version that was loaded, copied or imported has no history: what its rows said would be lost with the first change.
    Called within the transaction of that change; two queries for each model of which nothing has to be recorded.
    """
    keys = {}
    for row in rows:
        keys.setdefault(type(row), set()).add(row.pk)
    for model, pks in keys.items():
        records = model.history.filter(id__in=pks).order_by("history_date", "history_id")
        last = {record.id: record for record in records}
        for row in model._base_manager.filter(pk__in=pks):
            record = last.get(row.pk)
            if record is None or _differs(row, record):
                _record(row, is_first=record is None)


def _differs(row, record):
    return any(getattr(row, field.attname) != getattr(record, field.attname) for field in record.tracked_fields)


def _record(row, *, is_first):
    # Nobody's change: it stood so.
    row._history_user, row._change_reason = None, BEFORE
    if is_first:
        row._history_date = BEGINNING
    any_field = next(field.name for field in row._meta.concrete_fields if not field.primary_key)
    row.save(update_fields=[any_field])
