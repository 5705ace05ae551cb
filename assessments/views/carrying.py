"""Bringing a draft to a later version of the standards: what would come along, and what did."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from .. import permissions
from ..actions import NotAskable, NotOpen, carry_over
from ..coming_along import came_along, carry_offer, later_version
from ..models import Assessment
from .refused import refused


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_carry_over(request, assessment_id):
    """Say what of a draft would come along to the version that is published now, and bring it there."""
    assessment = get_object_or_404(Assessment.objects.owned_by(request.user).with_version(), pk=assessment_id)
    if not permissions.can_carry_over(request.user, assessment):
        raise PermissionDenied
    version = later_version(assessment)
    if version is None:
        return redirect("assessment-carried" if assessment.carried_from_id else "assessment-detail", assessment.pk)
    if request.method == "POST" and request.POST.get("version") != version.number:
        messages.info(
            request, f"Version {version.number} was published since you opened the page. Nothing is changed yet."
        )
        return redirect("assessment-carry-over", assessment_id=assessment.pk)
    if request.method == "POST":
        try:
            carry_over(assessment=assessment, to_version=version, by=request.user)
        except (NotOpen, NotAskable):
            raise refused(assessment, request.user) from None
        messages.success(request, f"Your {assessment.title} is under version {version.number} now. No answer was lost.")
        return redirect("assessment-carried", assessment_id=assessment.pk)
    context = {"assessment": assessment, "version": version, "offer": carry_offer(assessment, version)}
    return render(request, "assessments/assessment_carry_over.html", context)


@require_safe
def assessment_carried(request, assessment_id):
    """What came along, what is asked again, and the answers that are kept with the words that they were given to."""
    assessment = get_object_or_404(
        Assessment.objects.owned_by(request.user).with_version().select_related("carried_from"), pk=assessment_id
    )
    if assessment.carried_from_id is None:
        raise Http404
    context = {
        "assessment": assessment,
        "came": came_along(assessment),
        "last": assessment.carry_overs.select_related("to_version").order_by("at", "pk").last(),
        "may_rate": permissions.can_rate(request.user, assessment),
    }
    return render(request, "assessments/assessment_carried.html", context)
