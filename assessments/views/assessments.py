"""A round as a whole: the list, starting, its role, the list of areas, checking, closing and deleting."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from standards.models import Version
from standards.tree import version_tree

from .. import permissions
from ..actions import AlreadyOpen, NotOpen, choose_role, close_assessment, delete_assessment, start_assessment
from ..forms import RoleForm
from ..forms.role import NONE_OF_THESE
from ..models import Assessment
from ..progress import progress_of
from ..report_words import listed
from ..wording import targets_in_words


@require_safe
def assessment_list(request):
    rounds = list(Assessment.objects.visible_to(request.user).with_version())
    current = next((each for each in rounds if each.state in Assessment.OPEN_STATES), None)
    context = {
        "current": current,
        "earlier": [each for each in rounds if each is not current],
        "held_posts": request.user.held_posts.visible_to(request.user),
    }
    if current:
        context |= _standing(current)
        context["codes_after"] = listed([each.area.code for each in context["progress"].unfinished[1:]])
    else:
        context["version"] = Version.objects.latest_published()
    return render(request, "assessments/assessment_list.html", context)


def _standing(assessment):
    """Where a round stands, as the list of rounds and the list of areas show it."""
    tree = version_tree(assessment.version)
    progress = progress_of(assessment, tree)
    return {
        "tree": tree,
        "progress": progress,
        "targets_in_words": targets_in_words(tree, [area.target for area in progress.areas]),
        "evidence_count": assessment.evidence.count(),
    }


@require_safe
def assessment_start(request):
    version = Version.objects.latest_published()
    if version is None:
        return render(request, "assessments/assessment_start_closed.html")
    return render(request, "assessments/assessment_start.html", {"tree": version_tree(version), "version": version})


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_create(request):
    version = Version.objects.latest_published()
    if version is None:
        return redirect("assessment-start")
    tree = version_tree(version)
    form = RoleForm(request.POST if request.method == "POST" else None, tree=tree)
    if form.is_valid():
        try:
            assessment = start_assessment(owner=request.user, version=version, role_profile_id=form.chosen_pk())
        except AlreadyOpen:
            messages.info(
                request, "You have an assessment under way. Go on with it, or close it before you start another."
            )
            return redirect("assessment-list")
        return redirect("target-edit", assessment_id=assessment.pk)
    return render(request, "assessments/assessment_create.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def assessment_detail(request, assessment_id):
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    context = {
        "assessment": assessment,
        "may_rate": permissions.can_rate(request.user, assessment),
        "may_close": permissions.can_close(request.user, assessment),
        "may_delete": permissions.can_delete(request.user, assessment),
        **_standing(assessment),
    }
    return render(request, "assessments/assessment_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_role(request, assessment_id):
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    if not permissions.can_rate(request.user, assessment):
        raise PermissionDenied
    chosen = assessment.role_profile.slug if assessment.role_profile else NONE_OF_THESE
    form = RoleForm(
        request.POST if request.method == "POST" else None,
        tree=version_tree(assessment.version),
        initial={"role_profile": chosen},
        leave=reverse("assessment-detail", args=[assessment.pk]),
    )
    if form.is_valid():
        if form.cleaned_data["role_profile"] != chosen:
            try:
                choose_role(assessment=assessment, role_profile_id=form.chosen_pk())
            except NotOpen:
                raise PermissionDenied from None
        return redirect("target-edit", assessment_id=assessment.pk)
    context = {"form": form, "assessment": assessment}
    return render(request, "assessments/assessment_role.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_close(request, assessment_id):
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    if not permissions.can_close(request.user, assessment):
        raise PermissionDenied
    if request.method == "POST":
        try:
            close_assessment(assessment=assessment, by=request.user)
        except NotOpen:
            raise PermissionDenied from None
        messages.success(request, f"Your {assessment.title} is closed. You can still read it and its report.")
        return redirect("assessment-list")
    return render(request, "assessments/assessment_close.html", {"assessment": assessment})


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_delete(request, assessment_id):
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    if not permissions.can_delete(request.user, assessment):
        raise PermissionDenied
    if request.method == "POST":
        try:
            delete_assessment(assessment=assessment)
        except NotOpen:
            raise PermissionDenied from None
        messages.success(request, f"Your {assessment.title} and everything in it is deleted.")
        return redirect("assessment-list")
    return render(request, "assessments/assessment_delete.html", {"assessment": assessment})
