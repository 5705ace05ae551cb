"""What editors say of a statement to one another while a version is made."""

from django.db import transaction
from django.utils import timezone

from ..models import StatementComment, Version
from ..version_tables import version_of
from .refusals import NotEditable


@transaction.atomic
def add_comment(*, statement, text, by):
    """Say ``text`` of ``statement`` to fellow editors. Raises ``NotEditable`` where its version is published."""
    if Version.objects.select_for_update().get(pk=version_of(statement).pk).is_frozen:
        raise NotEditable("This version is published. Comment on the statement in the version after it.")
    return StatementComment.objects.create(statement=statement, text=text, by=by)


def resolve_comment(*, comment) -> bool:
    """Mark ``comment`` as resolved; returns whether it was open. Anybody who edits may."""
    return bool(StatementComment.objects.filter(pk=comment.pk, resolved_at=None).update(resolved_at=timezone.now()))
