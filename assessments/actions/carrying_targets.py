"""The role profile and the targets of a draft that is carried over, for the action that has claimed it."""

from ..carrying import carry_targets
from ..models import AgreedTarget, Assessment, EarlierTarget, Rating, Target
from .targets import write_targets


def carry_role_profile(assessment, before, tree):
    """Give the round the role profile of the same name in ``tree``; none where there is none. ``before`` is the earlier tree."""
    rounds = Assessment.objects.filter(pk=assessment.pk)
    # Read under the lock: another window may have chosen another role since the caller read the round.
    had = before.role_profile(rounds.values_list("role_profile_id", flat=True).get())
    has = next((profile.pk for profile in tree.role_profiles if had and profile.slug == had.slug), None)
    if had:
        rounds.update(role_profile_id=has)
    assessment.role_profile_id = has


def carry_targets_over(assessment, paths, tree):
    """Put the targets, the owner's and the agreed ones, at the areas of ``tree``, and keep those that have no place there."""
    by_code = tree.proposed_ranks(assessment.role_profile_id)
    proposed = {area.pk: by_code[area.code] for area in tree.areas}
    may_leave_out = [area.pk for area in tree.areas if area.chosen_by_role]
    carried, left = carry_targets(paths, _take(Target, assessment), proposed, may_leave_out)
    write_targets(Target, assessment, carried)
    agreed = _take(AgreedTarget, assessment)
    # Nothing is proposed for the rest: it was not agreed.
    agreed_carried, agreed_left = carry_targets(paths, agreed, {}, may_leave_out)
    write_targets(AgreedTarget, assessment, agreed_carried)
    EarlierTarget.objects.bulk_create(
        EarlierTarget(assessment=assessment, area_id=pk, view=view, rank=rank, reason=reason)
        for view, them in ((Rating.View.SELF, left), (Rating.View.AGREED, agreed_left))
        for pk, (rank, reason) in them.items()
    )


def _take(model, assessment):
    rows = model.objects.filter(assessment=assessment).order_by()
    found = {pk: (rank, reason) for pk, rank, reason in rows.values_list("area_id", "rank", "reason")}
    rows.delete()
    return found
