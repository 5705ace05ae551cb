"""Who was shown something of a round that is not theirs."""

from ..models import Reading


def note_reading(*, assessment, reader, what):
    """Keep that ``reader`` was shown ``what`` (a ``Reading.What``) of ``assessment`` now; nothing of what its owner reads.

    Asks for no claim: a reading changes nothing of the round, and is kept beside a frozen one too. One INSERT.
    """
    if assessment.owner_id != reader.pk:
        Reading.objects.create(assessment=assessment, reader=reader, what=what)
