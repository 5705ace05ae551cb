"""Every change of state of a round, and every write that touches more than one row.

Each action claims the round first, with an UPDATE that its state conditions: that is the lock which makes two windows take turns.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from standards.models import Version
from standards.tree import version_tree

from .answers import Answered, Change, Conflict, target_mark
from .models import Assessment, Evidence, Rating, ReportFile, Target


class AlreadyOpen(Exception):
    """The person has an open round under this framework."""


class NotOpen(Exception):
    """The round is no longer a draft, or is gone: nothing was changed."""


class ChangedElsewhere(Exception):
    """A work example was changed after the page was drawn: ``saved`` is as it stands, None once deleted. Nothing was changed."""

    def __init__(self, saved):
        super().__init__(saved)
        self.saved = saved


class NotAskable(ValueError):
    """Something that the round's version does not ask, or does not offer as an answer."""


def start_assessment(*, owner, version, role_profile_id=None):
    """A new draft with the targets that the role profile proposes (without one, the lowest level in every area).

    Raises ``AlreadyOpen``, and ``NotAskable`` when the version is not published or the profile is another version's.
    """
    if version.state != Version.State.PUBLISHED:
        raise NotAskable(f"Version {version.number} is not published.")
    try:
        with transaction.atomic():
            assessment = Assessment.objects.create(
                owner=owner, version=version, framework_id=version.framework_id, role_profile_id=role_profile_id
            )
            _propose_targets(assessment)
    except IntegrityError as clash:
        if Assessment.objects.open().filter(owner=owner, framework_id=version.framework_id).exists():
            raise AlreadyOpen from clash
        raise
    return assessment


@transaction.atomic
def choose_role(*, assessment, role_profile_id):
    """Take another role profile, whose targets replace the ones chosen before, reasons included. Raises ``NotOpen``."""
    _claim(assessment, role_profile_id=role_profile_id)
    _propose_targets(assessment)


def _propose_targets(assessment):
    tree = version_tree(assessment.version)
    if assessment.role_profile_id and tree.role_profile(assessment.role_profile_id) is None:
        raise NotAskable("That role profile belongs to another version.")
    proposed = tree.proposed_ranks(assessment.role_profile_id)
    _write_targets(assessment, {area.pk: (proposed[area.code], "") for area in tree.areas})


@transaction.atomic
def set_targets(*, assessment, targets, drawn=None) -> tuple[str, ...]:
    """Set the level needed in each area: ``targets`` maps area codes to (rank or None for "not in my role", reason).

    ``drawn`` holds the ``target_mark`` of what a page showed, by area code. With it, an area that was changed after the page was
    drawn stays as it is; the codes of those are returned. Without it, no page is asked.

    Raises ``NotOpen``, and ``NotAskable`` for an area or rank that the version does not have, an area that may not be left out,
    or a target that departs from the role profile without a reason.
    """
    tree = version_tree(assessment.version)
    for code, (rank, _) in targets.items():
        _check_target(tree, code, rank)
    _claim(assessment)
    # Read under the lock: another window may have chosen another role since the caller read the round.
    standing, role_profile_id = _standing_targets(assessment)
    is_other_role = role_profile_id != assessment.role_profile_id
    proposed = tree.proposed_ranks(role_profile_id)
    rows, conflicts = {}, []
    for code, (rank, reason) in targets.items():
        departs = rank != proposed[code]
        wanted = (rank, reason if departs else "")
        stands = standing.get(code, (proposed[code], ""))
        if wanted == stands:
            continue
        if drawn is not None and (is_other_role or drawn.get(code) != target_mark(*stands)):
            conflicts.append(code)
        elif departs and role_profile_id and not reason:
            raise NotAskable(f"{code} departs from the role profile without a reason.")
        else:
            rows[tree.area(code).pk] = wanted
    _write_targets(assessment, rows)
    return tuple(conflicts)


def _standing_targets(assessment):
    """The targets by area code, and the role profile, as they now stand: one query."""
    standing, role_profile_id = {}, assessment.role_profile_id
    rows = Target.objects.filter(assessment=assessment)
    for code, rank, reason, chosen in rows.values_list("area__code", "rank", "reason", "assessment__role_profile"):
        standing[code] = (rank, reason)
        role_profile_id = chosen
    return standing, role_profile_id


def _check_target(tree, code, rank):
    try:
        area = tree.area(code)
    except KeyError:
        raise NotAskable(f"There is no area {code}.") from None
    if rank is None and not area.chosen_by_role:
        raise NotAskable(f"{code} belongs to every role.")
    if rank is not None and rank not in tree.ranks:
        raise NotAskable(f"There is no level of rank {rank}.")


def _write_targets(assessment, rows):
    Target.objects.bulk_create(
        [Target(assessment=assessment, area_id=pk, rank=rank, reason=reason) for pk, (rank, reason) in rows.items()],
        update_conflicts=True,
        unique_fields=["assessment", "area"],
        update_fields=["rank", "reason"],
    )


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a page of answers: the ``conflicts`` were not saved; ``revisions`` are of the answers that stand as typed."""

    at: datetime
    conflicts: tuple[Conflict, ...]
    revisions: dict[int, int]


@transaction.atomic
def save_ratings(*, assessment, changes: list[Change], view=Rating.View.SELF) -> Saved:
    """Save the answers that were really typed; one that was changed elsewhere meanwhile is a conflict and stays as it is.

    The same number of queries for one answer and for all. Raises ``NotOpen``, and ``NotAskable`` for a statement or a rank
    that the round's version does not have.
    """
    at = _claim(assessment)
    typed = [change for change in changes if change.is_typed]
    _check_answers(version_tree(assessment.version), typed)
    standing = {
        row["statement_id"]: row
        for row in Rating.objects.filter(
            assessment=assessment, view=view, statement_id__in=[change.statement_id for change in typed]
        )
        .order_by()
        .values("statement_id", "rank", "not_relevant", "reason", "note", "revision", "rated_at")
    }
    rows, conflicts, revisions = [], [], {}
    for change in typed:
        row = standing.get(change.statement_id)
        revision = row["revision"] if row else 0
        saved = Answered(row["rank"], row["not_relevant"], row["reason"], row["note"]) if row else Answered()
        if saved == change.answer:
            revisions[change.statement_id] = revision
            continue
        if revision != change.revision:
            saved_at = row["rated_at"] if row else None
            conflicts.append(Conflict(change.statement_id, change.answer, saved, revision, saved_at))
            continue
        answer = change.answer
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
                rated_at=at,
            )
        )
    Rating.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["assessment", "statement", "view"],
        update_fields=["rank", "not_relevant", "reason", "note", "revision", "rated_at"],
    )
    return Saved(at, tuple(conflicts), revisions)


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


@transaction.atomic
def save_evidence(*, assessment, evidence, statement_ids, revision=None):
    """Add or change a work example and say which statements it supports.

    ``revision`` is the one that the page was drawn with; unless given, the one that ``evidence`` was read with. Raises
    ``ChangedElsewhere`` where another one stands that says something else, ``NotOpen`` and ``NotAskable``.
    """
    _claim(assessment)
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
    _claim(assessment)
    evidence.delete()


@transaction.atomic
def close_assessment(*, assessment):
    """End a draft without agreeing it. It stays readable to its owner and can never be changed again. Raises ``NotOpen``."""
    _claim(assessment, state=Assessment.State.CLOSED, closed_at=timezone.now())


@transaction.atomic
def delete_assessment(*, assessment):
    """Delete a draft and everything in it, for good. Raises ``NotOpen``."""
    _claim(assessment)
    assessment.delete()


def keep_report_file(*, assessment, digest, content):
    """Keep a round's PDF in place of the one made before. Allowed in every state: it is made from what the round says."""
    ReportFile.objects.bulk_create(
        [ReportFile(assessment=assessment, digest=digest, content=content, made_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["assessment"],
        update_fields=["digest", "content", "made_at"],
    )


def _claim(assessment, **changes):
    """Lock a draft for the rest of the transaction and note when it changed; ``changes`` are written along."""
    at = timezone.now()
    claimed = Assessment.objects.filter(pk=assessment.pk, state=Assessment.State.DRAFT).update(changed_at=at, **changes)
    if not claimed:
        raise NotOpen
    assessment.changed_at = at
    for name, value in changes.items():
        setattr(assessment, name, value)
    return at
