"""Who was shown something of a round that is not theirs."""

from contextlib import suppress

from django.db import IntegrityError
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
            Reading.objects.bulk_create(rows)
            return
    except IntegrityError:
        # One of the rounds was deleted while the page was made; the others are noted one by one.
        pass
    for row in rows:
        # A round that was deleted meanwhile has nobody left to tell.
        with suppress(IntegrityError):
            row.save(force_insert=True)
