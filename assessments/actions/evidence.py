"""Work examples."""

from django.db import transaction

from standards.tree import version_tree

from ..models import Evidence
from .claims import claim_draft
from .refusals import ChangedElsewhere, NotAskable


@transaction.atomic
def save_evidence(*, assessment, evidence, statement_ids, revision=None):
    """Add or change a work example and say which statements it supports.

    ``revision`` is the one that the page was drawn with; unless given, the one that ``evidence`` was read with. Raises
    ``ChangedElsewhere`` where another one stands that says something else, ``NotOpen`` and ``NotAskable``.
    """
    claim_draft(assessment)
    known = {statement.pk for statement in version_tree(assessment.version).statements}
    if not known.issuperset(statement_ids):
        raise NotAskable("A work example can only support statements of the round's own version.")
    if evidence.pk is None:
        evidence.assessment = assessment
        evidence.save()
    else:
        _change_evidence(assessment, evidence, statement_ids, evidence.revision if revision is None else revision)
    evidence.statements.set(statement_ids)
    return evidence


def _change_evidence(assessment, evidence, statement_ids, revision):
    said = {name: getattr(evidence, name) for name in ("title", "text", "link", "dated")}
    kept = Evidence.objects.filter(assessment=assessment, pk=evidence.pk)
    evidence.revision = revision + 1
    if kept.filter(revision=revision).update(revision=revision + 1, **said):
        return
    saved = kept.first()
    if saved is None or any(getattr(saved, name) != value for name, value in said.items()):
        raise ChangedElsewhere(saved)
    if set(saved.statements.values_list("pk", flat=True)) != set(statement_ids):
        raise ChangedElsewhere(saved)
    evidence.revision = saved.revision


@transaction.atomic
def delete_evidence(*, assessment, evidence):
    """Take a work example away. The answers that it supported stay. Raises ``NotOpen``."""
    claim_draft(assessment)
    evidence.delete()
