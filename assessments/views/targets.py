"""Which level each area needs, and which areas belong to the role."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from standards.tree import version_tree

from .. import permissions
from ..actions import NotOpen, set_targets
from ..forms import TargetForm
from ..models import Assessment


@require_http_methods(["GET", "HEAD", "POST"])
def target_edit(request, assessment_id):
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    if not permissions.can_rate(request.user, assessment):
        raise PermissionDenied
    tree = version_tree(assessment.version)
    standing = {
        code: (rank, reason) for code, rank, reason in assessment.targets.values_list("area__code", "rank", "reason")
    }
    form = TargetForm(
        tree,
        tree.proposed_ranks(assessment.role_profile_id),
        standing,
        has_profile=assessment.role_profile_id is not None,
        data=request.POST if request.method == "POST" else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_targets(assessment=assessment, targets=form.targets)
        except NotOpen:
            raise PermissionDenied from None
        return redirect("assessment-detail", assessment_id=assessment.pk)
    context = {"assessment": assessment, "tree": tree, "target_form": form, "page_has_errors": not form.is_valid()}
    return render(request, "assessments/target_edit.html", context, status=200 if form.is_valid() else 422)
