"""Who was shown something of a round that is not theirs."""

from contextlib import suppress

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ..models import Reading


def note_reading(*, assessment, reader, what):
    """Keep that ``reader`` was shown ``what`` (a ``Reading.What``) of ``assessment`` now; nothing of what its owner reads.

    Asks for no claim: a reading changes nothing of the round, and is kept beside a frozen one too. One INSERT.
    """
    note_readings(reader=reader, shown=[(assessment, what)])


def note_readings(*, reader, shown):
    """The same of several at once: ``shown`` has pairs of a round, or what has its ``pk`` and ``owner_id``, and what of it.

    One INSERT, however many.
    """
    now = timezone.now()
    rows = [
        Reading(assessment_id=assessment.pk, reader_id=reader.pk, what=what, at=now)
        for assessment, what in shown
        if assessment.owner_id != reader.pk
    ]
    try:
        if len(rows) > 1:
            _insert(rows)
            return
    except IntegrityError:
        # One of the rounds was deleted while the page was made; the others are noted one by one.
        pass
    for row in rows:
        # A round that was deleted meanwhile has nobody left to tell.
        with suppress(IntegrityError):
            row.save(force_insert=True)


def _insert(rows):
    """What ``bulk_create`` does, in less time: of a team there are many rows, on each first look of an hour."""
    fields = [field for field in Reading._meta.concrete_fields if not field.primary_key]
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(field.column) for field in fields)
    places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(rows))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]
    # With the check of foreign keys that comes at the end of a transaction.
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quoted(Reading._meta.db_table)} ({columns}) VALUES {places}", values)  # noqa: S608 names of ours
