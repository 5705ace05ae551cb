"""Who was shown something of a round that is not theirs."""

from contextlib import suppress

from django.db import IntegrityError, connection
from django.utils import timezone

from ..models import Assessment, Reading


def note_reading(*, assessment, reader, what):
    """Keep that ``reader`` was shown ``what`` (a ``Reading.What``) of ``assessment`` now; nothing of what its owner reads.

    Asks for no claim: a reading changes nothing of the round, and is kept beside a frozen one too. One INSERT.
    """
    note_readings(reader=reader, shown=[(assessment, what)])


def note_readings(*, reader, shown):
    """The same of several at once: ``shown`` has pairs of a round, or what has its ``pk`` and ``owner_id``, and what of it.

    One INSERT, however many.
    """
    by_kind = {}
    for assessment, what in shown:
        if assessment.owner_id != reader.pk:
            by_kind.setdefault(str(what), []).append(assessment.pk)
    if by_kind:
        # A round that is deleted in this very moment has nobody left to tell.
        with suppress(IntegrityError):
            _insert(by_kind, reader.pk, timezone.now())


def _insert(by_kind, reader_pk, at):
    """A row for each of these rounds that is there, made by the database: a team has many, on each first look of an hour."""
    quoted, key = connection.ops.quote_name, Assessment._meta.pk
    reading, rounds = quoted(Reading._meta.db_table), quoted(Assessment._meta.db_table)
    moment = _MOMENT[connection.vendor]
    selects, values = [], []
    for what, keys in by_kind.items():
        places = ", ".join(["%s"] * len(keys))
        selects.append(f"SELECT id, %s, %s, {moment} FROM {rounds} WHERE id IN ({places})")  # noqa: S608 names of ours
        values += [reader_pk, what, connection.ops.adapt_datetimefield_value(at)]
        values += [key.get_db_prep_value(each, connection) for each in keys]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {reading} (assessment_id, reader_id, what, at) {' UNION ALL '.join(selects)}",
            values,
        )


# How a moment is written among what a SELECT gives, where it has no column to take its type from.
_MOMENT = {"postgresql": "%s::timestamptz", "sqlite": "%s"}
