"""Which level each area needs, and which areas belong to the role."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from standards.tree import version_tree

from .. import permissions
from ..actions import NotOpen, set_targets
from ..forms import TargetForm
from ..models import Assessment
from .refused import refuse_page_of_another_version, refused


@require_http_methods(["GET", "HEAD", "POST"])
def target_edit(request, assessment_id):
    assessment = get_object_or_404(Assessment.objects.owned_by(request.user).with_version(), pk=assessment_id)
    if not permissions.can_rate(request.user, assessment):
        raise PermissionDenied
    refuse_page_of_another_version(assessment, request.POST)
    tree = version_tree(assessment.version)
    form = _form(request, assessment, tree)
    if request.method == "POST" and form.is_valid():
        try:
            conflicts = set_targets(assessment=assessment, targets=form.targets, drawn=form.drawn)
        except NotOpen:
            raise refused(assessment, request.user) from None
        if not conflicts:
            return redirect("assessment-detail", assessment_id=assessment.pk)
        # The other window may have chosen another role.
        assessment.refresh_from_db(fields=["role_profile"])
        form = _form(request, assessment, tree)
    has_errors = bool(form.summary)
    context = {"assessment": assessment, "tree": tree, "target_form": form, "page_has_errors": has_errors}
    return render(request, "assessments/target_edit.html", context, status=422 if has_errors else 200)


def _form(request, assessment, tree):
    rows = assessment.targets.values_list("area__code", "rank", "reason")
    return TargetForm(
        tree,
        tree.proposed_ranks(assessment.role_profile_id),
        {code: (rank, reason) for code, rank, reason in rows},
        has_profile=assessment.role_profile_id is not None,
        data=request.POST if request.method == "POST" else None,
    )
