"""Beginning a first round: which standards, what it is about, and the role."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from standards.models import Version
from standards.tree import version_tree

from ..actions import AlreadyOpen, start_assessment
from ..beginnings import chosen
from ..forms import FrameworkForm, RoleForm
from ..models import Assessment


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_start(request):
    """What an assessment is. Where there are several frameworks to choose from, that is asked first."""
    versions = Version.objects.latest_of_each_framework()
    if not versions:
        return render(request, "assessments/assessment_start_closed.html")
    version = _named(request, versions)
    if version is None:
        return _choose(request, versions)
    choice = chosen(version) if len(versions) > 1 else ""
    if request.method == "POST":
        return redirect(reverse("assessment-start") + choice)
    context = {"tree": version_tree(version), "version": version, "choice": choice}
    return render(request, "assessments/assessment_start.html", context)


def _named(request, versions):
    """The version of the framework that the address names, or the only one; None where it is to be asked."""
    if len(versions) == 1:
        return versions[0]
    return next((each for each in versions if each.framework.slug == request.GET.get("framework")), None)


def _choose(request, versions):
    own = Assessment.objects.owned_by(request.user).open()
    form = FrameworkForm(
        request.POST if request.method == "POST" else None,
        trees={version: version_tree(version) for version in versions},
        under_way=set(own.values_list("framework_id", flat=True)),
    )
    if form.is_valid():
        named = next(each for each in versions if each.framework.slug == form.cleaned_data["framework"])
        return redirect(reverse("assessment-start") + chosen(named))
    status = 422 if form.errors else 200
    return render(request, "assessments/assessment_start_choose.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_create(request):
    versions = Version.objects.latest_of_each_framework()
    version = _named(request, versions) if versions else None
    if version is None:
        return redirect("assessment-start")
    form = RoleForm(request.POST if request.method == "POST" else None, tree=version_tree(version))
    if form.is_valid():
        try:
            assessment = start_assessment(owner=request.user, version=version, role_profile_id=form.chosen_pk())
        except AlreadyOpen:
            messages.info(
                request, "You have an assessment under way. Go on with it, or close it before you start another."
            )
            return redirect("assessment-list")
        return redirect("target-edit", assessment_id=assessment.pk)
    context = {"form": form, "version": version, "choice": chosen(version) if len(versions) > 1 else ""}
    return render(request, "assessments/assessment_create.html", context, status=422 if form.errors else 200)
