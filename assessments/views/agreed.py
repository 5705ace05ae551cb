"""What both agree: a level for each statement, whether their views differ or not, and the targets."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from standards.tree import version_tree

from .. import permissions
from ..actions import NotOpen, Recorded, save_agreed, set_agreed_targets
from ..forms import AgreedForm, AgreedTargetForm
from ..preparing import Prepared
from ..segments import segments_of
from ..standing import read_targets
from .refused import refused
from .talking import people_of, round_or_404, say_unconfirmed, shown


@require_http_methods(["GET", "HEAD", "POST"])
def conversation_differences(request, assessment_id):
    """The statements on which the two views differ, the bigger difference first, each with the level that is agreed."""
    assessment = round_or_404(request, assessment_id)
    if not permissions.can_converse(request.user, assessment):
        if request.method == "POST":
            raise refused(assessment, request.user)
        return redirect("conversation-detail", assessment_id=assessment.pk)
    levels = AgreedForm(version_tree(assessment.version), request.POST if request.method == "POST" else None)
    if request.method == "POST":
        _save_levels(request, assessment, levels)
        if not levels.is_open:
            leads_to = "conversation-agree" if request.POST.get("onward") == "agree" else "conversation-detail"
            return redirect(leads_to, assessment_id=assessment.pk)
        assessment = round_or_404(request, assessment_id)
    prepared = Prepared(assessment)
    kept = {row.code: prepared.lines[row.code] for row in levels.typed.values()}
    differing = {line.statement.code: line for line in prepared.differing}
    levels.draw((differing | kept).values())
    return _draw(request, "assessments/conversation_differences.html", assessment, prepared, levels)


@require_http_methods(["GET", "HEAD", "POST"])
def conversation_agree(request, assessment_id):
    """The statements on which both say the same, which is agreed unless something else is chosen here."""
    assessment = round_or_404(request, assessment_id)
    if not permissions.can_converse(request.user, assessment):
        if request.method == "POST":
            raise refused(assessment, request.user)
        return redirect("conversation-detail", assessment_id=assessment.pk)
    prepared = Prepared(assessment)
    levels = AgreedForm(prepared.tree, request.POST if request.method == "POST" else None, _common(prepared))
    if request.method == "POST":
        _save_levels(request, assessment, levels)
        if not levels.is_open:
            return redirect("conversation-detail", assessment_id=assessment.pk)
        assessment = round_or_404(request, assessment_id)
        prepared = Prepared(assessment)
        levels.common = _common(prepared)
    codes = {*prepared.compared.same, *(row.code for row in levels.typed.values())}
    levels.draw(prepared.lines[each.code] for each in prepared.tree.statements if each.code in codes)
    return _draw(
        request,
        "assessments/conversation_agree.html",
        assessment,
        prepared,
        levels,
        rows_by_area=_by_area(levels.rows),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def agreed_target_edit(request, assessment_id):
    """The level that both agree each area needs, and which areas belong to the role."""
    assessment = round_or_404(request, assessment_id)
    if not permissions.can_converse(request.user, assessment):
        if request.method == "POST":
            raise refused(assessment, request.user)
        return redirect("conversation-detail", assessment_id=assessment.pk)
    chosen, agreed = read_targets(assessment)
    form = _target_form(request, assessment, chosen, agreed)
    if request.method == "POST" and form.is_valid():
        try:
            saved = set_agreed_targets(assessment=assessment, by=request.user, targets=form.targets, drawn=form.drawn)
        except NotOpen:
            raise refused(assessment, request.user) from None
        say_unconfirmed(request, assessment, saved.unconfirmed)
        if not saved.conflicts:
            messages.success(request, "The agreed targets are saved.")
            return redirect("conversation-detail", assessment_id=assessment.pk)
        form = _target_form(request, assessment, *read_targets(assessment))
    has_errors = bool(form.summary)
    context = {
        **people_of(request, assessment),
        "tree": version_tree(assessment.version),
        "chosen_targets": chosen,
        "target_form": form,
        "page_has_errors": has_errors,
    }
    return render(request, "assessments/agreed_target_edit.html", context, status=422 if has_errors else 200)


def _common(prepared):
    """What both say of the statements on which they say the same, by pk."""
    lines = (prepared.lines[code] for code in prepared.compared.same)
    return {line.statement.pk: line.common for line in lines}


def _by_area(rows):
    found = {}
    for row in rows:
        found.setdefault(row.line.statement.area_code, []).append(row)
    return found


def _target_form(request, assessment, chosen, agreed):
    tree = version_tree(assessment.version)
    return AgreedTargetForm(
        tree,
        tree.proposed_ranks(assessment.role_profile_id),
        {area.code: (chosen | agreed).get(area.pk, (None, "")) for area in tree.areas},
        has_profile=assessment.role_profile_id is not None,
        data=request.POST if request.method == "POST" else None,
    )


def _save_levels(request, assessment, levels):
    """Record what was chosen, and say so; ``levels`` keeps what could not be recorded."""
    saved = Recorded()
    try:
        if levels.changes:
            saved = save_agreed(assessment=assessment, by=request.user, changes=levels.changes)
    except NotOpen:
        raise refused(assessment, request.user) from None
    levels.meet(saved.conflicts)
    say_unconfirmed(request, assessment, saved.unconfirmed)
    if saved.revisions and not levels.is_open:
        messages.success(request, "The agreed levels are saved.")


def _draw(request, template, assessment, prepared, levels, **context):
    has_errors = bool(levels.summary)
    context |= shown(request, assessment, prepared)
    context |= {"levels": levels, "drawn": segments_of(assessment.version), "page_has_errors": has_errors}
    return render(request, template, context, status=422 if has_errors else 200)
