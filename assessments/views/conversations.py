"""The development conversation: preparing it, recording what is agreed, confirming it. Both see the same pages."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from govuk.environment import day
from standards.tree import version_tree

from .. import permissions
from ..actions import (
    AlreadyConfirmed,
    ChangedElsewhere,
    NoDay,
    NotOpen,
    Recorded,
    Unfinished,
    confirm_conversation,
    record_conversation,
    save_agreed,
    set_agreed_targets,
)
from ..forms import AgreedForm, AgreedTargetForm, ConfirmForm, RecordForm
from ..models import Assessment, Conversation
from ..preparing import prepare_conversation
from ..seen import Seen, changes_since
from ..segments import segments_of
from ..standing import read_views
from ..unconfirmed import unconfirmed_of
from ..wording import person_in_words
from .refused import refused


@require_http_methods(["GET", "HEAD", "POST"])
def conversation_detail(request, assessment_id):
    """The agenda, what is agreed and what is recorded, in one form; once agreed, the record."""
    assessment = _round_or_404(request, assessment_id)
    may_change = permissions.can_converse(request.user, assessment)
    if request.method == "POST":
        if not may_change:
            raise refused(assessment, request.user)
        levels = AgreedForm(version_tree(assessment.version), request.POST)
        record = _save(request, assessment, levels)
        is_saved = not levels.is_open and not record.summary
        if is_saved and request.POST.get("onward") != "confirm":
            return redirect(_onward(request, assessment))
        prepared = prepare_conversation(assessment)
        if is_saved and not _is_lacking(assessment.conversation, prepared):
            return redirect("conversation-confirm", assessment_id=assessment.pk)
        return _draw(request, assessment, prepared, levels, record, is_asked_for_all=is_saved)
    if not permissions.can_read_conversation(request.user, assessment):
        return _not_yet(request, assessment)
    prepared = prepare_conversation(assessment)
    if not may_change:
        context = _shown(request, assessment, prepared) | _leading_on(request.user, assessment) | {"may_change": False}
        return render(request, "assessments/conversation_detail.html", context)
    levels = AgreedForm(prepared.tree)
    return _draw(request, assessment, prepared, levels, RecordForm.of(assessment.conversation))


@require_http_methods(["GET", "HEAD", "POST"])
def conversation_agree(request, assessment_id):
    """The statements on which both say the same, which is agreed unless something else is chosen here."""
    assessment = _round_or_404(request, assessment_id)
    if not permissions.can_converse(request.user, assessment):
        if request.method == "POST":
            raise refused(assessment, request.user)
        return redirect("conversation-detail", assessment_id=assessment.pk)
    prepared = prepare_conversation(assessment)
    levels = AgreedForm(prepared.tree, request.POST if request.method == "POST" else None, _common(prepared))
    if request.method == "POST":
        saved = _save_levels(request, assessment, levels)
        _say_unconfirmed(request, assessment, saved.unconfirmed)
        if not levels.is_open:
            if saved.revisions:
                messages.success(request, "The agreed levels are saved.")
            return redirect("conversation-detail", assessment_id=assessment.pk)
        assessment = _round_or_404(request, assessment_id)
        prepared = prepare_conversation(assessment)
        levels.common = _common(prepared)
    lines = {code: prepared.lines[code] for code in prepared.agenda.same}
    lines |= {row.code: prepared.lines[row.code] for row in levels.typed.values()}
    levels.draw(line for code, line in prepared.lines.items() if code in lines)
    has_errors = bool(levels.summary)
    context = _shown(request, assessment, prepared)
    context |= {"levels": levels, "drawn": segments_of(assessment.version), "page_has_errors": has_errors}
    context["rows_by_area"] = _by_area(levels.rows)
    return render(request, "assessments/conversation_agree.html", context, status=422 if has_errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def agreed_target_edit(request, assessment_id):
    """The level that both agree each area needs, and which areas belong to the role."""
    assessment = _round_or_404(request, assessment_id)
    if not permissions.can_converse(request.user, assessment):
        if request.method == "POST":
            raise refused(assessment, request.user)
        return redirect("conversation-detail", assessment_id=assessment.pk)
    form = _target_form(request, assessment)
    if request.method == "POST" and form.is_valid():
        try:
            saved = set_agreed_targets(assessment=assessment, by=request.user, targets=form.targets, drawn=form.drawn)
        except NotOpen:
            raise refused(assessment, request.user) from None
        _say_unconfirmed(request, assessment, saved.unconfirmed)
        if not saved.conflicts:
            messages.success(request, "The agreed targets are saved.")
            return redirect("conversation-detail", assessment_id=assessment.pk)
        form = _target_form(request, assessment)
    has_errors = bool(form.summary)
    chosen = assessment.targets.values_list("area_id", "rank", "reason")
    context = {
        **_people(request, assessment),
        "tree": version_tree(assessment.version),
        "chosen_targets": {pk: (rank, reason) for pk, rank, reason in chosen},
        "target_form": form,
        "page_has_errors": has_errors,
    }
    return render(request, "assessments/agreed_target_edit.html", context, status=422 if has_errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def conversation_confirm(request, assessment_id):
    """What would be frozen, and one person's confirmation of it."""
    assessment = _round_or_404(request, assessment_id)
    if not permissions.can_converse(request.user, assessment):
        if request.method == "POST":
            raise refused(assessment, request.user)
        return redirect("conversation-detail", assessment_id=assessment.pk)
    form = _confirm_form(request, assessment)
    changed = None
    if request.method == "POST" and form.is_valid():
        try:
            return _confirm(request, assessment, form)
        except NotOpen:
            raise refused(assessment, request.user) from None
        except (NoDay, Unfinished):
            return _ask_for_all(request, _round_or_404(request, assessment_id))
        except ChangedElsewhere:
            changed = Seen.read(form.cleaned_data["seen"]) or Seen()
            assessment = _round_or_404(request, assessment_id)
    prepared = prepare_conversation(assessment)
    context = _shown(request, assessment, prepared) | _to_confirm(request, assessment, prepared, form, changed)
    status = 422 if context["page_has_errors"] else 200
    return render(request, "assessments/conversation_confirm.html", context, status=status)


# What is read


def _round_or_404(request, assessment_id):
    assessment = Assessment.objects.find_visible(request.user, assessment_id, "version", "line_manager", "conversation")
    if assessment is None:
        raise Http404
    return assessment


def _common(prepared):
    """What both say of the statements on which they say the same, by pk."""
    lines = (prepared.lines[code] for code in prepared.agenda.same)
    return {line.statement.pk: line.common for line in lines}


def _by_area(rows):
    found = {}
    for row in rows:
        found.setdefault(row.line.statement.area_code, []).append(row)
    return found


def _is_lacking(conversation, prepared):
    return conversation.held_on is None or bool(prepared.agenda.open)


def _target_form(request, assessment):
    tree, views = version_tree(assessment.version), read_views(assessment)
    return AgreedTargetForm(
        tree,
        tree.proposed_ranks(assessment.role_profile_id),
        {area.code: views.target_in_force(area.pk) for area in tree.areas},
        has_profile=assessment.role_profile_id is not None,
        data=request.POST if request.method == "POST" else None,
    )


def _confirm_form(request, assessment):
    is_owner = permissions.is_owner(request.user, assessment)
    name = person_in_words(assessment.line_manager) if is_owner else ""
    initial = {"disagreement": assessment.conversation.disagreement}
    return ConfirmForm(request.POST if request.method == "POST" else None, initial=initial, line_manager=name)


# What is done


def _save(request, assessment, levels):
    """Save what was typed, and return the record's form as the page shows it again; the conversation is read anew."""
    posted, record = RecordForm(request.POST), None
    saved = _save_levels(request, assessment, levels)
    unconfirmed = saved.unconfirmed
    is_changed = bool(saved.revisions)
    if "discard" not in request.POST and (not posted.is_valid() or posted.is_typed):
        record = posted
        if posted.is_valid():
            try:
                recorded = record_conversation(
                    assessment=assessment, by=request.user, drawn=posted.cleaned_data["drawn"], **posted.recorded
                )
            except NotOpen:
                raise refused(assessment, request.user) from None
            except ChangedElsewhere as changed:
                posted.meet(changed.saved)
            else:
                record, is_changed = None, True
                unconfirmed = unconfirmed or recorded.unconfirmed
    _say_unconfirmed(request, assessment, unconfirmed)
    if is_changed and record is None and not levels.is_open:
        messages.success(request, "What you recorded is saved.")
    assessment.conversation = Conversation.objects.get(assessment=assessment)
    return record or RecordForm.of(assessment.conversation)


def _save_levels(request, assessment, levels):
    try:
        saved = Recorded()
        if levels.changes:
            saved = save_agreed(assessment=assessment, by=request.user, changes=levels.changes)
    except NotOpen:
        raise refused(assessment, request.user) from None
    levels.meet(saved.conflicts)
    return saved


def _confirm(request, assessment, form):
    other = _people(request, assessment)["other"]
    try:
        is_agreed = confirm_conversation(
            assessment=assessment,
            by=request.user,
            revision=form.confirmed_revision,
            disagreement=form.cleaned_data.get("disagreement", ""),
        )
    except AlreadyConfirmed:
        messages.info(request, "You have confirmed this already.")
        return redirect("conversation-detail", assessment_id=assessment.pk)
    if is_agreed:
        messages.success(request, f"You and {other} have both confirmed. The assessment is agreed and frozen.")
        return redirect("report-detail", assessment_id=assessment.pk)
    messages.success(request, f"You have confirmed. {other} is asked to confirm too.")
    return redirect("conversation-detail", assessment_id=assessment.pk)


def _say_unconfirmed(request, assessment, unconfirmed):
    """Say that a change has removed a confirmation, and whose; ``assessment`` has the conversation as it was before."""
    if not unconfirmed:
        return
    people, before = _people(request, assessment), assessment.conversation
    if people["other_confirmed_at"]:
        text = f"{people['other']} had confirmed. After your change, that no longer counts. They are told."
    elif before.owner_confirmed_at or before.line_manager_confirmed_at:
        text = "You had confirmed. After your change, that no longer counts: confirm again once you both have read it."
    else:
        text = "A confirmation was given while your page was open. After your change, that no longer counts."
    messages.info(request, text)


# What is answered


def _not_yet(request, assessment):
    """To what comes first: the review for the line manager; the round for its owner, who is told what it waits for."""
    if permissions.can_review(request.user, assessment):
        messages.info(request, "The conversation can begin when you have finished the review.")
        return redirect("review-detail", assessment_id=assessment.pk)
    if assessment.is_shared:
        name = person_in_words(assessment.line_manager)
        messages.info(request, f"The conversation waits for {name}, who has not finished the review yet.")
    elif assessment.is_draft:
        messages.info(request, "The conversation waits until you have shared the assessment and it has been reviewed.")
    else:
        messages.info(request, "The assessment was closed before there was a conversation about it.")
    return redirect("assessment-detail", assessment_id=assessment.pk)


def _onward(request, assessment):
    """Where the button that was chosen leads, once everything is saved."""
    onward, _, key = request.POST.get("onward", "").partition(":")
    pages = {"agree": "conversation-agree", "targets": "agreed-target-edit"}
    if onward in pages:
        return reverse(pages[onward], args=[assessment.pk])
    if onward == "goal" and key.isascii() and key.isdecimal() and len(key) < 10:
        return reverse("goal-edit", args=[int(key)])
    if onward == "add":
        known = {statement.code for statement in version_tree(assessment.version).statements}
        query = {"assessment": assessment.pk} | ({"statement": key} if key in known else {})
        return f"{reverse('goal-create')}?{urlencode(query)}"
    return reverse("conversation-detail", args=[assessment.pk])


def _ask_for_all(request, assessment):
    """The conversation's page with everything that is missing as errors."""
    prepared, levels = prepare_conversation(assessment), AgreedForm(version_tree(assessment.version))
    record = RecordForm.of(assessment.conversation)
    return _draw(request, assessment, prepared, levels, record, is_asked_for_all=True)


def _draw(request, assessment, prepared, levels, record, *, is_asked_for_all=False):
    differing = {line.statement.code: line for line in prepared.differing}
    kept = {row.code: prepared.lines[row.code] for row in levels.typed.values()}
    levels.draw((differing | kept).values())
    if is_asked_for_all:
        levels.ask_for(prepared.agenda.open)
        if assessment.conversation.held_on is None:
            record = RecordForm.of(assessment.conversation, is_bound=True)
            record.ask_for_day()
    summary = levels.summary + record.summary
    context = _shown(request, assessment, prepared)
    context |= {
        "may_change": True,
        "drawn": segments_of(assessment.version),
        "levels": levels,
        "record": record,
        "summary": summary,
        "page_has_errors": bool(summary),
        "unconfirmed": None if context["my_confirmed_at"] else unconfirmed_of(request.user, assessment, prepared),
    }
    return render(request, "assessments/conversation_detail.html", context, status=422 if summary else 200)


def _people(request, assessment):
    """Who is who, for pages that both read."""
    owner, line_manager = person_in_words(assessment.owner), person_in_words(assessment.line_manager)
    conversation = assessment.conversation
    confirmed = (conversation.owner_confirmed_at, conversation.line_manager_confirmed_at)
    is_owner = permissions.is_owner(request.user, assessment)
    mine, theirs = confirmed if is_owner else confirmed[::-1]
    names = {assessment.owner_id: owner, assessment.line_manager_id: line_manager}
    return {
        "assessment": assessment,
        "conversation": conversation,
        "owner": owner,
        "line_manager": line_manager,
        "is_owner": is_owner,
        "other": line_manager if is_owner else owner,
        "changed_by": names.get(conversation.changed_by_id) or conversation.changed_by,
        "my_confirmed_at": mine,
        "other_confirmed_at": theirs,
    }


def _shown(request, assessment, prepared):
    return {
        **_people(request, assessment),
        "tree": prepared.tree,
        "names": {rank: prepared.tree.level_name(rank) for rank in (0, *prepared.tree.ranks)},
        "prepared": prepared,
        "agenda": prepared.agenda,
        "is_lacking": _is_lacking(assessment.conversation, prepared),
        "is_before_review": _is_before_review(assessment),
    }


def _is_before_review(assessment):
    held_on = assessment.conversation.held_on
    return held_on is not None and held_on < timezone.localdate(assessment.reviewed_at)


def _leading_on(user, assessment):
    """What its owner can do with a shared round that the two cannot go on with."""
    return {name: getattr(permissions, f"can_{name[4:]}")(user, assessment) for name in ("may_hand_over", "may_close")}


def _to_confirm(request, assessment, prepared, form, changed):
    """What the confirmation page asks, and what was ``changed`` since it was drawn."""
    conversation = assessment.conversation
    now = prepared.seen(conversation)
    goals = {str(goal.pk): goal.what for goal in prepared.goals}
    found = None
    if changed is not None:
        found = changes_since(changed, now, prepared.level_now, goals.get)
    return {
        "confirm_form": form,
        "revision": conversation.revision,
        "seen": now.text(),
        "changed": found,
        "page_has_errors": found is not None or bool(form.is_bound and form.errors),
        "today": day(timezone.localdate()),
    }
