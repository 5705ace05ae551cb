"""The one way to a round for somebody who is neither its owner nor their line manager: with a reason, and for an hour."""

import logging

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from assessments.models import Reading
from assessments.shown import shows
from assessments.views.refused import Refused
from people.reauthentication import proof_required

from ..actions.opening import NotOpenable, open_round
from ..forms import LookUpForm, OpeningForm
from ..models import BreakGlass
from ..openings import find_opening, opened
from ..permissions import can_open_rounds

logger = logging.getLogger(__name__)
LISTED = 50


@require_safe
def break_glass_list(request):
    """What one has opened oneself, the newest first, and the way to another."""
    if not can_open_rounds(request.user):
        raise PermissionDenied
    mine = BreakGlass.objects.filter(opened_by=request.user).select_related("assessment__owner")
    return render(request, "privacy/break_glass_list.html", {"openings": mine[:LISTED]})


@require_http_methods(["GET", "HEAD", "POST"])
def break_glass_create(request):
    """Whose and why; then which, when the reason is given; then it is open."""
    if not can_open_rounds(request.user):
        raise PermissionDenied
    return _create(request)


@proof_required
def _create(request):
    options = {"by": request.user, "leave": reverse("break-glass-list")}
    form = LookUpForm(request.POST if request.method == "POST" else None, **options)
    if form.is_valid():
        logger.warning("An administrator looked up the rounds of user %s: user %s", form.person.pk, request.user.pk)
        for each, _ in form.rounds:
            shows(request, each, Reading.What.LOOKED_UP)
        chosen = OpeningForm(request.POST if "open" in request.POST else None, initial=form.cleaned_data, **options)
        chosen.offer(form.rounds)
        if chosen.is_valid():
            return _open(request, chosen)
        context = {"form": chosen, "person": form.person}
        return render(request, "privacy/break_glass_create.html", context, status=422 if chosen.errors else 200)
    context = {"form": form, "person": None}
    return render(request, "privacy/break_glass_create.html", context, status=422 if form.errors else 200)


def _open(request, form):
    try:
        opening = open_round(assessment=form.chosen, by=request.user, reason=form.cleaned_data["reason"])
    except NotOpenable:
        raise Refused("The assessment was deleted or erased meanwhile.") from None
    return redirect("break-glass-detail", opening_id=opening.pk)


@require_safe
def break_glass_detail(request, opening_id):
    """The round, for as long as it is open: nothing to change, and nothing to take along."""
    opening = find_opening(request.user, opening_id)
    if opening is None:
        raise Http404
    if not can_open_rounds(request.user):
        raise PermissionDenied
    if not opening.is_open:
        raise Refused(
            "It was open for one hour. To read it again, open it again with a reason.", "This is closed again"
        )
    shows(request, opening.assessment, Reading.What.BREAK_GLASS)
    context = {"opening": opening, "assessment": opening.assessment, **opened(opening.assessment)}
    return render(request, "privacy/break_glass_detail.html", context)
