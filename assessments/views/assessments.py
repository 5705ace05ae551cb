"""A round as a whole: the list, its role, the list of areas, closing and deleting."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from people.models import Notice, ReportingLine
from standards.tree import version_tree

from .. import permissions
from ..actions import NotOpen, choose_role, close_assessment, delete_assessment
from ..beginnings import beginnings_of, over_at
from ..coming_along import later_version
from ..forms import RoleForm
from ..forms.role import NONE_OF_THESE
from ..models import Assessment, Event, Goal, Reading
from ..progress import progress_of
from ..reports.sentences import listed
from ..shown import shows
from ..waiting import must_confirm_again, wait_of, year_after
from ..wording import YOUR_ROLE, person_in_words, targets_in_words
from .refused import refused

GOALS_SHOWN = 3
# What the owner may do to get a round on: each has its permission.
LEADING_ON = ("share", "withdraw", "hand_over", "close", "delete")


@require_safe
def assessment_list(request):
    own = Assessment.objects.owned_by(request.user).with_version().select_related("conversation")
    rounds = list(own)
    under_way = [each for each in rounds if each.state in Assessment.OPEN_STATES]
    current = max(under_way, key=lambda each: each.changed_at, default=None)
    context = {
        "current": current,
        "also_open": [each for each in under_way if each is not current],
        "earlier": [each for each in rounds if each not in under_way],
        "held_posts": request.user.held_posts.visible_to(request.user),
        "goals": Goal.objects.open().filter(owner=request.user).order_by("due_on", "pk")[:GOALS_SHOWN],
        "today": timezone.localdate(),
        "unread_notices": Notice.objects.visible_to(request.user).unread().count(),
        **_waiting_for_line_manager(request.user),
        **_beginnings(rounds, current),
    }
    if current:
        context |= _standing(current) | _sharing(request.user, current)
    return render(request, "assessments/assessment_list.html", context)


def _beginnings(rounds, current):
    """What may be begun. Without a round under way the first of it is what the page leads with; the rest stands below."""
    beginnings = beginnings_of(rounds)
    if current:
        return {"beginnings": beginnings, "last": None}
    last = beginnings[0].last if beginnings else max(rounds, key=over_at, default=None)
    if last is None and len(beginnings) > 1:
        # Somebody new, to whom none comes before the others: the start asks.
        return {"beginnings": (), "last": None, "is_choice": True}
    return {
        "beginnings": beginnings[1:],
        "last": last,
        "version": beginnings[0].version if beginnings else None,
        "choice": beginnings[0].choice if beginnings else "",
        "is_choice": False,
        "next_on": last and year_after(last),
    }


def _waiting_for_line_manager(user):
    """What waits for somebody because of whom they are line manager of: rounds, and requests."""
    rounds = (
        Assessment.objects.open()
        .read_by(user)
        .select_related("owner", "conversation", "version__framework")
        .order_by("shared_at")
    )
    waits = [(each, wait_of(each)) for each in rounds]
    return {
        "names_standards": len({each.framework_id for each, _ in waits}) > 1,
        "to_review": [(each, wait) for each, wait in waits if wait.for_line_manager],
        "line_requests": ReportingLine.objects.waiting_for(user).with_people(),
    }


def _standing(assessment, role=YOUR_ROLE):
    """Where a round stands, as the list of rounds and the list of areas show it. ``role`` as in ``targets_in_words``."""
    tree = version_tree(assessment.version)
    progress = progress_of(assessment, tree)
    return {
        "tree": tree,
        "progress": progress,
        "targets_in_words": targets_in_words(tree, [area.target for area in progress.areas], role),
        "codes_after": listed([each.area.code for each in progress.unfinished[1:]]),
        "evidence_count": assessment.evidence.count(),
    }


def _sharing(user, assessment):
    """Who reads an owner's round or may come to, what it waits for, and what its owner may do about that."""
    lines = list(ReportingLine.objects.standing().filter(person=user).with_people())
    line = next((each for each in lines if each.is_live), None)
    has_line = line is not None and line.line_manager_id == assessment.line_manager_id
    wait = wait_of(assessment, has_line=has_line)
    returned = assessment.return_reason and assessment.events.filter(kind=Event.Kind.RETURNED)
    return {
        "line": line,
        "pending": next((each for each in lines if each.is_pending), None),
        "wait": wait,
        "confirms_again": must_confirm_again(assessment, wait, user),
        "returned": returned.select_related("actor").last() if returned else None,
        "later_version": later_version(assessment),
        **{f"may_{name}": getattr(permissions, f"can_{name}")(user, assessment) for name in LEADING_ON},
    }


def _reading(user, assessment):
    """What a round waits for, as its line manager reads it."""
    wait = wait_of(assessment)
    return {"wait": wait, "confirms_again": must_confirm_again(assessment, wait, user)}


@require_safe
def assessment_detail(request, assessment_id):
    """A round as its owner, or its line manager, finds it."""
    rounds = Assessment.objects.visible_to(request.user).with_version().select_related("conversation")
    assessment = get_object_or_404(rounds, pk=assessment_id)
    shows(request, assessment, Reading.What.OVERVIEW)
    is_own = permissions.is_owner(request.user, assessment)
    context = {
        "assessment": assessment,
        "is_own": is_own,
        "owner_name": person_in_words(assessment.owner),
        "line_manager_name": person_in_words(assessment.line_manager) if assessment.line_manager else "",
        "events": assessment.events.select_related("actor"),
        "may_rate": permissions.can_rate(request.user, assessment),
        "may_read_levels": permissions.can_read_levels(request.user, assessment),
        "may_read_conversation": permissions.can_read_conversation(request.user, assessment),
        "may_return": permissions.can_return(request.user, assessment),
        **_standing(assessment, YOUR_ROLE if is_own else "the role"),
        **(_sharing if is_own else _reading)(request.user, assessment),
    }
    return render(request, "assessments/assessment_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_role(request, assessment_id):
    assessment = get_object_or_404(Assessment.objects.owned_by(request.user).with_version(), pk=assessment_id)
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
    assessment = get_object_or_404(Assessment.objects.owned_by(request.user).with_version(), pk=assessment_id)
    if not permissions.can_close(request.user, assessment):
        raise refused(assessment, request.user)
    context = {"assessment": assessment, "may_hand_over": permissions.can_hand_over(request.user, assessment)}
    if request.method == "POST":
        try:
            close_assessment(assessment=assessment, by=request.user)
        except NotOpen:
            raise refused(assessment, request.user) from None
        messages.success(request, f"Your {assessment.title} is closed. You can still read it and its report.")
        return redirect("assessment-list")
    return render(request, "assessments/assessment_close.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_delete(request, assessment_id):
    assessment = get_object_or_404(Assessment.objects.owned_by(request.user).with_version(), pk=assessment_id)
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
