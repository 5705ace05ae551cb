"""Work examples of a round."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from standards.tree import version_tree

from .. import permissions
from ..actions import NotOpen, delete_evidence, save_evidence
from ..forms import EvidenceForm
from ..models import Assessment, Evidence


@require_safe
def evidence_list(request, assessment_id):
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    context = {
        "assessment": assessment,
        "evidence": assessment.evidence.prefetch_related("statements"),
        "may_rate": permissions.can_rate(request.user, assessment),
    }
    return render(request, "assessments/evidence_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_create(request, assessment_id):
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    tree = version_tree(assessment.version)
    chosen = [statement.pk for statement in tree.statements if statement.code == request.GET.get("statement")]
    form = EvidenceForm(_posted(request), tree=tree, initial={"statements": chosen})
    return _edit(request, assessment, tree, form)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_edit(request, assessment_id, evidence_id):
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    evidence = get_object_or_404(assessment.evidence, pk=evidence_id)
    tree = version_tree(assessment.version)
    return _edit(request, assessment, tree, EvidenceForm(_posted(request), instance=evidence, tree=tree))


def _posted(request):
    return request.POST if request.method == "POST" else None


def _edit(request, assessment, tree, form):
    if not permissions.can_rate(request.user, assessment):
        raise PermissionDenied
    if form.is_valid():
        evidence = form.save(commit=False)
        try:
            save_evidence(assessment=assessment, evidence=evidence, statement_ids=form.cleaned_data["statements"])
        except NotOpen:
            raise PermissionDenied from None
        messages.success(request, "Your work example is saved.")
        return redirect("evidence-list", assessment_id=assessment.pk)
    context = {"assessment": assessment, "tree": tree, "form": form}
    return render(request, "assessments/evidence_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_delete(request, assessment_id, evidence_id):
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    evidence = get_object_or_404(Evidence.objects.filter(assessment=assessment), pk=evidence_id)
    if not permissions.can_rate(request.user, assessment):
        raise PermissionDenied
    if request.method == "POST":
        try:
            delete_evidence(assessment=assessment, evidence=evidence)
        except NotOpen:
            raise PermissionDenied from None
        messages.success(request, "Your work example is deleted.")
        return redirect("evidence-list", assessment_id=assessment.pk)
    return render(request, "assessments/evidence_delete.html", {"assessment": assessment, "evidence": evidence})
