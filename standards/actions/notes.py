"""What readers say of statements, for whoever edits the next version. No page shows who said it."""

from django.db import transaction
from django.utils import timezone

from ..models import ReadersNote


@transaction.atomic
def write_readers_note(*, statement_id, reader, kind, text=""):
    """Say something of a statement, in place of what ``reader`` said of it before; returns the note.

    Whether they have to do with the statement is the caller's to know. Raises ``ValueError`` for a kind that there is not.
    """
    said = {"kind": ReadersNote.Kind(kind), "text": text, "at": timezone.now()}
    note, _ = ReadersNote.objects.update_or_create(statement_id=statement_id, reader=reader, defaults=said)
    return note


def remove_readers_note(*, statement_id, reader):
    """Take back what ``reader`` said of a statement; where they said nothing, nothing happens."""
    ReadersNote.objects.filter(statement_id=statement_id, reader=reader).delete()
