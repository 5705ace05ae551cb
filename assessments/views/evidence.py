"""Work examples of a round."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from standards.tree import version_tree

from .. import permissions
from ..actions import ChangedElsewhere, NotOpen, delete_evidence, save_evidence
from ..forms import EvidenceForm
from ..models import Assessment, Evidence, Reading
from ..shown import shows


@require_safe
def evidence_list(request, assessment_id):
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    shows(request, assessment, Reading.What.EVIDENCE)
    context = {
        "assessment": assessment,
        "evidence": assessment.evidence.prefetch_related("statements"),
        "is_own": permissions.is_owner(request.user, assessment),
        "may_read_levels": permissions.can_read_levels(request.user, assessment),
        "may_rate": permissions.can_rate(request.user, assessment),
    }
    return render(request, "assessments/evidence_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_create(request, assessment_id):
    assessment = get_object_or_404(Assessment.objects.owned_by(request.user).with_version(), pk=assessment_id)
    tree = version_tree(assessment.version)
    chosen = [statement.pk for statement in tree.statements if statement.code == request.GET.get("statement")]
    form = EvidenceForm(_posted(request), tree=tree, initial={"statements": chosen})
    return _edit(request, assessment, form)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_edit(request, assessment_id, evidence_id):
    assessment = get_object_or_404(Assessment.objects.owned_by(request.user).with_version(), pk=assessment_id)
    evidence = assessment.evidence.filter(pk=evidence_id).first()
    # A form that says what it was drawn with was drawn for a work example that was there.
    if evidence is None and "revision" not in request.POST:
        raise Http404
    form = EvidenceForm(_posted(request), instance=evidence, tree=version_tree(assessment.version))
    if evidence is None:
        form.meet(None)
    return _edit(request, assessment, form)


def _posted(request):
    return request.POST if request.method == "POST" else None


def _edit(request, assessment, form):
    if not permissions.can_rate(request.user, assessment):
        raise PermissionDenied
    if form.instance.pk and "discard" in request.POST:
        messages.success(request, "The work example saved in the other window is kept.")
        return redirect("evidence-list", assessment_id=assessment.pk)
    if form.is_valid() and not form.is_gone:
        try:
            save_evidence(
                assessment=assessment,
                evidence=form.save(commit=False),
                statement_ids=form.cleaned_data["statements"],
                revision=form.revision,
            )
        except NotOpen:
            raise PermissionDenied from None
        except ChangedElsewhere as changed:
            form.meet(changed.saved)
        else:
            messages.success(request, "Your work example is saved.")
            return redirect("evidence-list", assessment_id=assessment.pk)
    has_errors = bool(form.summary)
    context = {"assessment": assessment, "tree": form.tree, "form": form, "page_has_errors": has_errors}
    return render(request, "assessments/evidence_edit.html", context, status=422 if has_errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_delete(request, assessment_id, evidence_id):
    assessment = get_object_or_404(Assessment.objects.owned_by(request.user).with_version(), pk=assessment_id)
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
