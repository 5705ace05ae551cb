"""Who was shown something of a round that is not theirs."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

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
    reader_pk, by_kind = reader.pk, {}
    for assessment, what in shown:
        if assessment.owner_id != reader_pk:
            by_kind.setdefault(what, []).append(assessment.pk)
    if by_kind:
        # A round that is deleted in this very moment has nobody left to tell.
        with suppress(IntegrityError):
            _insert(by_kind, reader_pk, timezone.now())


def _insert(by_kind, reader_pk, at):
    """A row for each of these rounds that is there, made by the database: a team has many, on each first look of an hour."""
    quoted, own = connection.ops.quote_name, _OF_ENGINE[connection.vendor]
    reading, rounds = quoted(Reading._meta.db_table), quoted(Assessment._meta.db_table)
    select = f"SELECT id, %s, %s, {own.moment} FROM {rounds} WHERE id {own.is_one_of}"  # noqa: S608 names of ours
    values = []
    for what, keys in by_kind.items():
        values += [reader_pk, str(what), connection.ops.adapt_datetimefield_value(at), own.as_list(keys)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {reading} (assessment_id, reader_id, what, at) {' UNION ALL '.join([select] * len(by_kind))}",
            values,
        )


class _Engine(NamedTuple):
    """How a kind of database is given a moment among what a SELECT gives, where it has no column to take its type from; and the
    keys of many rounds as one value, so that neither side has to write or read each."""

    moment: str
    is_one_of: str
    as_list: Callable[[list[UUID]], str]


_OF_ENGINE = {
    "postgresql": _Engine("%s::timestamptz", "= ANY(%s::uuid[])", lambda keys: f"{{{','.join(map(str, keys))}}}"),
    "sqlite": _Engine("%s", "IN (SELECT value FROM JSON_EACH(%s))", lambda keys: json.dumps([key.hex for key in keys])),
}
