"""The development conversation: where it stands, its agenda, its record, and both confirmations. Both see the same pages."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from people.reauthentication import proof_required_to_post

from .. import permissions
from ..actions import (
    AlreadyConfirmed,
    ChangedElsewhere,
    NoDay,
    NotOpen,
    Unfinished,
    confirm_conversation,
    record_conversation,
)
from ..forms import ConfirmForm, RecordForm
from ..preparing import Prepared
from ..seen import Seen, changes_since
from ..unconfirmed import unconfirmed_of
from ..wording import person_in_words
from .refused import refused
from .talking import people_of, round_or_404, say_unconfirmed, shown

# How many of the statements on which they differ the agenda shows; all of them are a page of their own.
MOST_DIFFERING = 10


@require_safe
def conversation_detail(request, assessment_id):
    """Where the conversation stands, and the way to each part of it; once agreed, the record."""
    assessment = round_or_404(request, assessment_id)
    if not permissions.can_read_conversation(request.user, assessment):
        return _not_yet(request, assessment)
    prepared = Prepared(assessment)
    context = shown(request, assessment, prepared) | {"is_before_review": _is_before_review(assessment)}
    if permissions.can_converse(request.user, assessment):
        unconfirmed = None if context["my_confirmed_at"] else unconfirmed_of(request.user, assessment, prepared)
        context |= {"may_change": True, "is_lacking": _is_lacking(prepared), "unconfirmed": unconfirmed}
    else:
        context |= {"may_change": False, **_leading_on(request.user, assessment)}
    return render(request, "assessments/conversation_detail.html", context)


@require_safe
def conversation_agenda(request, assessment_id):
    """What the two have to talk about, made from what both said and from the targets."""
    assessment = round_or_404(request, assessment_id)
    if not permissions.can_converse(request.user, assessment):
        return redirect("conversation-detail", assessment_id=assessment.pk)
    prepared = Prepared(assessment)
    context = shown(request, assessment, prepared) | {"agenda": prepared.agenda, "most_differing": MOST_DIFFERING}
    return render(request, "assessments/conversation_agenda.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def conversation_record(request, assessment_id):
    """The day, what was talked about, and the day to look again."""
    assessment = round_or_404(request, assessment_id)
    if not permissions.can_converse(request.user, assessment):
        if request.method == "POST":
            raise refused(assessment, request.user)
        return redirect("conversation-detail", assessment_id=assessment.pk)
    record = RecordForm(request.POST) if request.method == "POST" else RecordForm.of(assessment.conversation)
    if request.method == "POST":
        if "discard" in request.POST or (record.is_valid() and _record(request, assessment, record)):
            return redirect("conversation-detail", assessment_id=assessment.pk)
        assessment = round_or_404(request, assessment_id)
    has_errors = bool(record.summary)
    context = people_of(request, assessment)
    context |= {"record": record, "is_before_review": _is_before_review(assessment), "page_has_errors": has_errors}
    return render(request, "assessments/conversation_record.html", context, status=422 if has_errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@proof_required_to_post
def conversation_confirm(request, assessment_id):
    """What would be frozen, and one person's confirmation of it."""
    assessment = round_or_404(request, assessment_id)
    if not permissions.can_converse(request.user, assessment):
        if request.method == "POST":
            raise refused(assessment, request.user)
        return redirect("conversation-detail", assessment_id=assessment.pk)
    form = _confirm_form(request, assessment)
    changed, is_missing = None, False
    if request.method == "POST" and form.is_valid():
        try:
            return _confirm(request, assessment, form)
        except NotOpen:
            raise refused(assessment, request.user) from None
        except (NoDay, Unfinished):
            is_missing = True
        except ChangedElsewhere:
            changed = Seen.read(form.cleaned_data["seen"]) or Seen()
        assessment = round_or_404(request, assessment_id)
    prepared = Prepared(assessment)
    context = shown(request, assessment, prepared) | _to_confirm(prepared, form, changed)
    context |= {"missing": _missing(prepared) if is_missing else (), "agenda": prepared.agenda}
    has_errors = is_missing or changed is not None or (form.is_bound and bool(form.errors))
    context["page_has_errors"] = has_errors
    status = 422 if has_errors else 200
    return render(request, "assessments/conversation_confirm.html", context, status=status)


# What is read


def _is_lacking(prepared):
    """Whether something is missing that confirming asks for."""
    return prepared.assessment.conversation.held_on is None or bool(prepared.compared.open)


def _missing(prepared):
    """What is missing, as lines of an error summary that lead to the fields on the pages where it is given."""
    assessment = prepared.assessment
    differences, record = (
        reverse(name, args=[assessment.pk]) for name in ("conversation-differences", "conversation-record")
    )
    keys = {code: prepared.lines[code].statement.pk for code in prepared.compared.open}
    found = [
        {"text": f"Choose the level that you agree for {code}", "href": f"{differences}#agreed-{pk}"}
        for code, pk in keys.items()
    ]
    if assessment.conversation.held_on is None:
        found.append({"text": "Enter the day that you talked", "href": f"{record}#id_held_on_day"})
    return found


def _confirm_form(request, assessment):
    is_owner = permissions.is_owner(request.user, assessment)
    name = person_in_words(assessment.line_manager) if is_owner else ""
    initial = {"disagreement": assessment.conversation.disagreement}
    return ConfirmForm(request.POST if request.method == "POST" else None, initial=initial, line_manager=name)


# What is done


def _record(request, assessment, record):
    """Record what was typed, and say so; False where it was changed elsewhere, which ``record`` then shows beside it."""
    if not record.is_typed:
        return True
    try:
        saved = record_conversation(
            assessment=assessment, by=request.user, drawn=record.cleaned_data["drawn"], **record.recorded
        )
    except NotOpen:
        raise refused(assessment, request.user) from None
    except ChangedElsewhere as changed:
        record.meet(changed.saved)
        return False
    say_unconfirmed(request, assessment, saved.unconfirmed)
    messages.success(request, "What you recorded is saved.")
    return True


def _confirm(request, assessment, form):
    other = people_of(request, assessment)["other"]
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


def _is_before_review(assessment):
    held_on = assessment.conversation.held_on
    return held_on is not None and held_on < timezone.localdate(assessment.reviewed_at)


def _leading_on(user, assessment):
    """What its owner can do with a shared round that the two cannot go on with."""
    return {name: getattr(permissions, f"can_{name[4:]}")(user, assessment) for name in ("may_hand_over", "may_close")}


def _to_confirm(prepared, form, changed):
    """What the confirmation page asks, and what was ``changed`` since it was drawn."""
    conversation = prepared.assessment.conversation
    now = prepared.seen(conversation)
    goals = {str(goal.pk): goal.what for goal in prepared.goals}
    return {
        "confirm_form": form,
        "revision": conversation.revision,
        "seen": now.text(),
        "changed": None if changed is None else changes_since(changed, now, prepared.level_now, goals.get),
        "is_lacking": _is_lacking(prepared),
    }
