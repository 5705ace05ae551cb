"""Answers: the owner's own, and what the other views are written with."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from django.db import transaction

from people.written_queries import WrittenQuery, WrittenUpsert
from standards.tree import version_tree

from ..answers import Answered, Change, Conflict
from ..models import Rating
from .claims import claim_draft
from .refusals import NotAskable

_SAID = ("rank", "not_relevant", "reason", "note", "revision")
_SIGNED = ("rated_by_id", "about_revision")


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a page of answers: the ``conflicts`` were not saved; ``revisions`` are of the answers that stand as typed."""

    at: datetime
    conflicts: tuple[Conflict, ...]
    revisions: dict[int, int]


@transaction.atomic
def save_ratings(*, assessment, changes: list[Change]) -> Saved:
    """Save the owner's answers that were really typed; one that was changed elsewhere meanwhile is a conflict and stays as it is.

    The same number of queries for one answer and for all. Raises ``NotOpen``, and ``NotAskable`` for a statement or a rank
    that the round's version does not have.
    """
    return write_answers(assessment, changes, Rating.View.SELF, at=claim_draft(assessment))


def write_answers(assessment, changes, view, *, at, rated_by=None, about=None) -> Saved:
    """The same of any view, for an action that has claimed the round ``at`` that moment.

    ``about`` maps a statement's pk to the revision of the owner's rating that a line manager's is about. A rating that says what
    stands already is written again where that revision has changed since, or where somebody else has signed it.
    """
    typed = [change for change in changes if change.is_typed]
    # The owner's own are signed by nobody, and are the most by far.
    written = _SAID if view == Rating.View.SELF else (*_SAID, *_SIGNED)
    _check_answers(version_tree(assessment.version), typed)
    standing = _read_standing(assessment, view, [change.statement_id for change in typed], written)
    signed = {"rated_by_id": rated_by.pk} if rated_by else {}
    rows, conflicts, revisions = [], [], {}
    for change in typed:
        row = standing.get(change.statement_id)
        revision = row["revision"] if row else 0
        saved = Answered(row["rank"], row["not_relevant"], row["reason"], row["note"]) if row else Answered()
        concerns = about.get(change.statement_id, 0) if about is not None else None
        is_signed = not row or about is None or (row["rated_by_id"], row["about_revision"]) == (rated_by.pk, concerns)
        if saved == change.answer and is_signed:
            revisions[change.statement_id] = revision
            continue
        if saved != change.answer and revision != change.revision:
            saved_at = row["rated_at"] if row else None
            conflicts.append(Conflict(change.statement_id, change.answer, saved, revision, saved_at))
            continue
        answer = change.answer
        is_same_choice = (saved.choice, saved.reason) == (answer.choice, answer.reason)
        revisions[change.statement_id] = revision + 1
        rows.append(
            Rating(
                assessment=assessment,
                statement_id=change.statement_id,
                view=view,
                rank=answer.rank,
                not_relevant=answer.not_relevant,
                reason=answer.reason,
                note=answer.note,
                revision=revision + 1,
                # Another level, or another reason, is given under the round's own version.
                given_under_id=row["given_under_id"] if row and is_same_choice else None,
                rated_at=at,
                **signed | {"about_revision": concerns} if signed else {},
            )
        )
    _writing(written).run(rows)
    return Saved(at, tuple(conflicts), revisions)


@cache
def _writing(names):
    return WrittenUpsert(
        Rating,
        unique_fields=["assessment", "statement", "view"],
        update_fields=[*names, "given_under", "rated_at"],
    )


@cache
def _standing(count, names):
    """Reads ``names`` of that many ratings of one view of a round."""
    return WrittenQuery(
        lambda assessment, view, *statements: (
            Rating.objects.filter(assessment=assessment, view=view, statement_id__in=statements)
            .order_by()
            .values_list(*names)
        ),
        UUID,
        str,
        *[int] * count,
    )


def _read_standing(assessment, view, statement_ids, written):
    names = ("statement_id", "rated_at", "given_under_id", *written)
    rows = _standing(len(statement_ids), names).rows(assessment.pk, str(view), *statement_ids) if statement_ids else ()
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def _check_answers(tree, changes):
    for change in changes:
        try:
            statement = tree.statement_by_pk(change.statement_id)
        except KeyError:
            raise NotAskable(f"This version has no statement {change.statement_id}.") from None
        answer = change.answer
        if answer.rank is not None and (answer.not_relevant or answer.rank not in statement.choices):
            raise NotAskable(f"{statement.code} does not offer that answer.")
        if answer.not_relevant != bool(answer.reason):
            raise NotAskable(f"{statement.code} is not relevant for a reason, or relevant without one.")
