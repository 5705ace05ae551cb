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
from ..models import Assessment
from ..previous import finished_goals, read_offer


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_next(request, assessment_id):
    """Say what of a round that is over comes along into the next one, and begin that."""
    assessment = get_object_or_404(Assessment.objects.owned_by(request.user).with_version(), pk=assessment_id)
    if not permissions.can_start_next(request.user, assessment):
        raise PermissionDenied
    version = Version.objects.filter(framework=assessment.framework_id).latest_published()
    if request.method == "POST" and version:
        return _start_next(request, assessment, version)
    open_rounds = Assessment.objects.owned_by(request.user).open().filter(framework=assessment.framework_id)
    context = {"assessment": assessment, "version": version, "is_open": open_rounds.exists()}
    if version and not context["is_open"]:
        tree = version_tree(version)
        offer = read_offer(assessment, tree, tree.statements, until=timezone.now())
        context |= {
            "is_same_version": version.pk == assessment.version_id,
            "offered": len(offer.offered),
            "to_rate_again": len(offer.answers) - len(offer.offered),
            "goals": list(finished_goals(assessment, timezone.now()).order_by("ended_on", "pk")),
        }
    return render(request, "assessments/assessment_next.html", context)


def _start_next(request, previous, version):
    try:
        assessment = start_next_assessment(owner=request.user, previous=previous, version=version)
    except AlreadyOpen:
        messages.info(request, "You have an assessment under way. Go on with it, or close it before you start another.")
        return redirect("assessment-list")
    except NotOpen:
        raise PermissionDenied from None
    onward = "target-edit" if version.pk == previous.version_id else "assessment-role"
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
    if not all(permissions.can_read_levels(request.user, each) for each in (assessment, by_pk[other_id])):
        raise PermissionDenied
    earlier, later = sorted((assessment, by_pk.pop(other_id)), key=lambda each: each.started_at)
    context = {
        "earlier": earlier,
        "later": later,
        "is_owner": permissions.is_owner(request.user, assessment),
        "comparison": comparison_part(read_round(earlier), read_round(later)),
        "others": [each for each in by_pk.values() if permissions.can_read_levels(request.user, each)],
        **CHARTS,
    }
    return render(request, "assessments/assessment_compare.html", context)
