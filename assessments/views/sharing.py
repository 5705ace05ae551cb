"""Letting a line manager read a round: sharing, taking it back, returning it, handing it over."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from people.models import ReportingLine, User
from standards.tree import version_tree

from .. import permissions
from ..actions import (
    NoLineManager,
    NotOpen,
    Unfinished,
    hand_over_assessment,
    return_assessment,
    share_assessment,
    withdraw_assessment,
)
from ..contents import contents_of
from ..forms import ReturnForm, SeenForm, ShareForm
from ..models import Assessment, Rating, Reading
from ..shown import shows
from ..wording import person_in_words
from .refused import refused


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_share(request, assessment_id):
    """Everything that the line manager will see, and the button that lets them."""
    assessment = _own_or_404(request, assessment_id)
    if not permissions.can_share(request.user, assessment):
        raise refused(assessment, request.user)
    context = _asked(assessment, request.user)
    form = _share_form(request, context)
    if form and form.is_bound and form.is_agreed_to and not context["contents"].unfinished:
        try:
            _share(assessment, request.user, context["line_manager"], form.cleaned_data["rate_first"])
        except NotOpen:
            raise refused(assessment, request.user) from None
        except (NoLineManager, Unfinished):
            return redirect("assessment-share", assessment_id=assessment.pk)
        messages.success(request, f"Your {assessment.title} is shared with {person_in_words(assessment.line_manager)}.")
        return redirect("assessment-detail", assessment_id=assessment.pk)
    context |= {"share_form": form, "page_has_errors": request.method == "POST"}
    return render(request, "assessments/assessment_share.html", context, status=_status(request))


def _share_form(request, context):
    if context["line_manager"] is None:
        return None
    leave = reverse("assessment-detail", args=[context["assessment"].pk])
    name, mark = person_in_words(context["line_manager"]), context["contents"].mark(context["line_manager"])
    return ShareForm(request.POST if request.method == "POST" else None, name=name, mark=mark, leave=leave)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_withdraw(request, assessment_id):
    assessment = _own_or_404(request, assessment_id)
    if not permissions.can_withdraw(request.user, assessment):
        raise refused(assessment, request.user)
    line_manager = assessment.line_manager
    if request.method == "POST":
        try:
            withdraw_assessment(assessment=assessment, by=request.user)
        except NotOpen:
            raise refused(assessment, request.user) from None
        messages.success(
            request,
            f"Your {assessment.title} is yours alone again. {person_in_words(line_manager)} cannot see it any more.",
        )
        return redirect("assessment-detail", assessment_id=assessment.pk)
    context = {"assessment": assessment, "former": _former_reviewers(assessment)}
    return render(request, "assessments/assessment_withdraw.html", context)


def _former_reviewers(assessment):
    """The names of those who rated the round as its line manager before the one who is named on it now."""
    theirs = Rating.objects.filter(assessment=assessment, view=Rating.View.LINE_MANAGER)
    people = User.objects.filter(pk__in=theirs.values("rated_by")).exclude(pk=assessment.line_manager_id)
    return sorted(person_in_words(each) for each in people)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_return(request, assessment_id):
    """The line manager gives it back to its owner, who reads why."""
    rounds = Assessment.objects.read_by(request.user).with_version()
    assessment = get_object_or_404(rounds, pk=assessment_id)
    shows(request, assessment, Reading.What.REVIEW)
    if not permissions.can_return(request.user, assessment):
        raise refused(assessment, request.user)
    owner = person_in_words(assessment.owner)
    form = ReturnForm(
        request.POST if request.method == "POST" else None,
        name=owner,
        leave=reverse("assessment-detail", args=[assessment.pk]),
    )
    if form.is_valid():
        try:
            return_assessment(assessment=assessment, by=request.user, reason=form.cleaned_data["reason"])
        except NotOpen:
            raise refused(assessment, request.user) from None
        messages.success(request, f"The {assessment.title} is returned to {owner}, who reads why.")
        return redirect("team-list")
    context = {"assessment": assessment, "form": form}
    return render(request, "assessments/assessment_return.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_hand_over(request, assessment_id):
    """A shared round whose line manager has changed goes to the one whom its owner has now."""
    assessment = _own_or_404(request, assessment_id)
    if not permissions.can_hand_over(request.user, assessment):
        raise refused(assessment, request.user)
    context = _asked(assessment, request.user)
    form = _hand_over_form(request, context)
    if form and form.is_bound and form.is_agreed_to:
        try:
            _hand_over(assessment, request.user, context["line_manager"])
        except NotOpen:
            raise refused(assessment, request.user) from None
        except NoLineManager:
            return redirect("assessment-hand-over", assessment_id=assessment.pk)
        messages.success(
            request, f"Your {assessment.title} is handed over to {person_in_words(assessment.line_manager)}."
        )
        return redirect("assessment-detail", assessment_id=assessment.pk)
    context |= {"hand_over_form": form, "page_has_errors": request.method == "POST"}
    return render(request, "assessments/assessment_hand_over.html", context, status=_status(request))


def _hand_over_form(request, context):
    if context["line_manager"] is None:
        return None
    return SeenForm(
        request.POST if request.method == "POST" else None,
        button=f"Hand it over to {person_in_words(context['line_manager'])}",
        mark=context["contents"].mark(context["line_manager"]),
        leave=reverse("assessment-detail", args=[context["assessment"].pk]),
    )


def _share(assessment, user, line_manager, rates_first):
    """Share with ``line_manager`` and nobody else. Raises ``NoLineManager`` where they have just been replaced."""
    with transaction.atomic():
        share_assessment(assessment=assessment, by=user, rates_first=rates_first)
        if assessment.line_manager != line_manager:
            raise NoLineManager


def _hand_over(assessment, user, line_manager):
    """The same of a round that is handed over."""
    with transaction.atomic():
        hand_over_assessment(assessment=assessment, by=user)
        if assessment.line_manager != line_manager:
            raise NoLineManager


def _own_or_404(request, assessment_id):
    return get_object_or_404(Assessment.objects.owned_by(request.user).with_version(), pk=assessment_id)


def _asked(assessment, user):
    """What the pages list that ask before somebody may read a round, and who that is: ``line`` is the live one, if any."""
    tree = version_tree(assessment.version)
    lines = ReportingLine.objects.filter(person=user)
    line = lines.live().filter(line_manager__is_active=True).with_people().first()
    return {
        "assessment": assessment,
        "tree": tree,
        "contents": contents_of(assessment, tree),
        "line": line,
        "line_manager": line.line_manager if line else None,
        "pending": lines.pending().first(),
    }


def _status(request):
    """A page that is drawn again after a POST was not accepted."""
    return 422 if request.method == "POST" else 200
