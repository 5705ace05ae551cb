"""Going on from an earlier round: beginning the next one from it, and comparing the two."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from standards.models import Version
from standards.tree import version_tree

from .. import permissions
from ..actions import AlreadyOpen, NotOpen, start_next_assessment
from ..comparisons import CHARTS, comparison_part, read_round
from ..meaning import kept
from ..models import Assessment, Reading
from ..previous import finished_goals, read_offer
from ..shown import shows


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_next(request, assessment_id):
    """Say what of a round that is over comes along into the next one, and begin that."""
    assessment = get_object_or_404(Assessment.objects.owned_by(request.user).with_version(), pk=assessment_id)
    if not permissions.can_start_next(request.user, assessment):
        raise PermissionDenied
    version = Version.objects.filter(framework=assessment.framework_id).open_for_rounds().latest_published()
    if request.method == "POST" and version:
        return _start_next(request, assessment, version)
    open_rounds = Assessment.objects.owned_by(request.user).open().filter(framework=assessment.framework_id)
    context = {"assessment": assessment, "version": version, "is_open": open_rounds.exists()}
    if version and not context["is_open"]:
        context |= _coming_along(assessment, version)
    return render(request, "assessments/assessment_next.html", context)


def _coming_along(previous, version):
    """What a round under ``version`` begins with, and what is asked again."""
    tree = version_tree(version)
    offer = read_offer(previous, version, tree.statements, until=timezone.now())
    befores = offer.answers.values()
    profile = previous.role_profile
    return {
        "is_same_version": version.pk == previous.version_id,
        "keeps_profile": profile is not None and any(each.slug == profile.slug for each in tree.role_profiles),
        "offered": sum(not before.is_proposed for before in befores if before.is_offered),
        "proposed": sum(before.is_proposed for before in befores if before.is_offered),
        "to_rate_again": sum(before.is_to_rate_again for before in befores),
        "asked_again": sum(before.offer is None and not before.is_to_rate_again for before in befores),
        "goals": list(finished_goals(previous, timezone.now()).order_by("ended_on", "pk")),
    }


def _start_next(request, previous, version):
    try:
        assessment = start_next_assessment(owner=request.user, previous=previous, version=version)
    except AlreadyOpen:
        messages.info(request, "You have an assessment under way. Go on with it, or close it before you start another.")
        return redirect("assessment-list")
    except NotOpen:
        raise PermissionDenied from None
    has_lost_profile = previous.role_profile_id and not assessment.role_profile_id
    onward = "assessment-role" if has_lost_profile else "target-edit"
    return redirect(onward, assessment_id=assessment.pk)


@require_safe
def assessment_compare(request, assessment_id, other_id):
    """Two rounds of one person side by side, the earlier one first."""
    rounds = Assessment.objects.visible_to(request.user).with_version()
    assessment = get_object_or_404(rounds, pk=assessment_id)
    others = rounds.filter(owner=assessment.owner_id, framework=assessment.framework_id).exclude(pk=assessment.pk)
    by_pk = {each.pk: each for each in others}
    if other_id not in by_pk:
        raise Http404
    for each in (assessment, by_pk[other_id]):
        shows(request, each, Reading.What.COMPARISON)
    if not all(permissions.can_read_levels(request.user, each) for each in (assessment, by_pk[other_id])):
        raise PermissionDenied
    earlier, later = sorted((assessment, by_pk.pop(other_id)), key=lambda each: each.started_at)
    context = {
        "earlier": earlier,
        "later": later,
        "is_owner": permissions.is_owner(request.user, assessment),
        "comparison": comparison_part(read_round(earlier), read_round(later), kept(later.version, earlier.version)),
        "others": [each for each in by_pk.values() if permissions.can_read_levels(request.user, each)],
        **CHARTS,
    }
    return render(request, "assessments/assessment_compare.html", context)
