"""Asking to be erased, and changing one's mind before the day comes."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people.reauthentication import proof_required_to_post

from ..actions import AlreadyAsked, Held, LastSuperuser, NotAsked, ask_erasure, cancel_erasure
from ..forms import ErasureForm
from ..models import Erasure


@require_http_methods(["GET", "HEAD", "POST"])
@proof_required_to_post
def erasure_ask(request):
    """What would happen, what stays and why; then a word to type. Whoever cannot be erased today reads why, and gets no form."""
    if Erasure.objects.standing_of(request.user):
        return redirect("erasure-cancel")
    why_not = Erasure.objects.hindrance(request.user)
    form = None if why_not else ErasureForm(request.POST if request.method == "POST" else None)
    if form is not None and form.is_valid():
        try:
            ask_erasure(person=request.user)
        except AlreadyAsked:
            return redirect("erasure-cancel")
        except (Held, LastSuperuser):
            why_not, form = Erasure.objects.hindrance(request.user), None
        else:
            messages.success(request, "You have asked to be erased")
            return redirect("erasure-cancel")
    status = 403 if why_not and request.method == "POST" else 422 if form and form.errors else 200
    context = {"form": form, "why_not": why_not, "days": settings.ERASURE_DELAY_DAYS}
    return render(request, "privacy/erasure_ask.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def erasure_cancel(request):
    """When it will be, and a button to stay."""
    erasure = Erasure.objects.standing_of(request.user)
    if request.method == "POST":
        try:
            cancel_erasure(person=request.user)
        except NotAsked:
            messages.info(request, "Nothing is to be erased")
        else:
            messages.success(request, "Your account stays, and everything in it")
        return redirect("my-data-detail")
    if erasure is None:
        # By the link of a notice from before they changed their mind.
        return redirect("my-data-detail")
    context = {
        "erasure": erasure,
        "is_due": erasure.due_at <= timezone.now(),
        "is_held": Erasure.objects.hindrance(request.user) == Erasure.HELD,
    }
    return render(request, "privacy/erasure_cancel.html", context)
