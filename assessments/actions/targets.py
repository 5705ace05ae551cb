"""Which level each area needs, as the owner says and as both agree."""

from django.db import transaction

from standards.tree import version_tree

from ..answers import target_mark
from ..models import Target
from .claims import claim_draft
from .refusals import NotAskable


@transaction.atomic
def set_targets(*, assessment, targets, drawn=None) -> tuple[str, ...]:
    """Set the level needed in each area: ``targets`` maps area codes to (rank or None for "not in my role", reason).

    ``drawn`` holds the ``target_mark`` of what a page showed, by area code. With it, an area that was changed after the page was
    drawn stays as it is; the codes of those are returned. Without it, no page is asked.

    Raises ``NotOpen``, and ``NotAskable`` for an area or rank that the version does not have, an area that may not be left out,
    or a target that departs from the role profile without a reason.
    """
    check_targets(assessment, targets)
    claim_draft(assessment)
    # Read under the lock: another window may have chosen another role since the caller read the round.
    standing, role_profile_id = _standing_targets(assessment)
    is_other_role = role_profile_id != assessment.role_profile_id
    rows, conflicts = changed_targets(
        assessment, targets, standing=standing, role_profile_id=role_profile_id, drawn={} if is_other_role else drawn
    )
    write_targets(Target, assessment, rows)
    return conflicts


def check_targets(assessment, targets):
    """Raises ``NotAskable`` for an area or a rank that the version does not have, and for an area that may not be left out."""
    tree = version_tree(assessment.version)
    for code, (rank, _) in targets.items():
        try:
            area = tree.area(code)
        except KeyError:
            raise NotAskable(f"There is no area {code}.") from None
        if rank is None and not area.chosen_by_role:
            raise NotAskable(f"{code} belongs to every role.")
        if rank is not None and rank not in tree.ranks:
            raise NotAskable(f"There is no level of rank {rank}.")


def changed_targets(assessment, targets, *, standing, role_profile_id, drawn):
    """What of ``targets`` is to be written, by area's pk, and the codes of the areas that were changed after ``drawn`` was drawn.

    Raises ``NotAskable`` for a target that departs from the role profile without a reason.
    """
    tree = version_tree(assessment.version)
    proposed = tree.proposed_ranks(role_profile_id)
    rows, conflicts = {}, []
    for code, (rank, reason) in targets.items():
        departs = rank != proposed[code]
        wanted = (rank, reason if departs else "")
        stands = standing.get(code, (proposed[code], ""))
        if wanted == stands:
            continue
        if drawn is not None and drawn.get(code) != target_mark(*stands):
            conflicts.append(code)
        elif departs and role_profile_id and not reason:
            raise NotAskable(f"{code} departs from the role profile without a reason.")
        else:
            rows[tree.area(code).pk] = wanted
    return rows, tuple(conflicts)


def _standing_targets(assessment):
    """The targets by area code, and the role profile, as they now stand: one query."""
    standing, role_profile_id = {}, assessment.role_profile_id
    rows = Target.objects.filter(assessment=assessment)
    for code, rank, reason, chosen in rows.values_list("area__code", "rank", "reason", "assessment__role_profile"):
        standing[code] = (rank, reason)
        role_profile_id = chosen
    return standing, role_profile_id


def write_targets(model, assessment, rows):
    """Write the targets or agreed targets of a round; ``rows`` maps an area's pk to (rank, reason)."""
    model.objects.bulk_create(
        [model(assessment=assessment, area_id=pk, rank=rank, reason=reason) for pk, (rank, reason) in rows.items()],
        update_conflicts=True,
        unique_fields=["assessment", "area"],
        update_fields=["rank", "reason"],
    )
