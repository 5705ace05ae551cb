"""Pages that belong to no piece of work: home, help, promises, errors, and what was held after a sign-in ended."""

import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from standards.models import Version
from standards.tree import version_tree

from . import held_posts
from .logging import current_id
from .models import HeldPost
from .outages import Outage, kind_of


@login_not_required
@require_safe
def home(request):
    if request.user.is_authenticated:
        return redirect("assessment-list")
    offered = [(each, version_tree(each)) for each in Version.objects.latest_of_each_framework()]
    return render(request, "service/home.html", {"offered": offered})


@login_not_required
@require_safe
def help(request):
    return render(request, "service/help.html")


@login_not_required
@require_safe
def who_can_see_what(request):
    return render(request, "service/who_can_see_what.html")


@login_not_required
@require_safe
def scoring_explained(request):
    return render(request, "service/scoring_explained.html")


@login_not_required
@require_safe
def accessibility(request):
    return render(request, "service/accessibility.html", {"statement": settings.PORTAL_ACCESSIBILITY})


@login_not_required
@require_safe
def cookies(request):
    return render(request, "service/cookies.html")


@require_http_methods(["GET", "HEAD", "POST"])
def heldpost_detail(request, heldpost_id):
    """Offer what was typed before the sign-in ended. A POST throws it away; saving it posts to where it was meant for."""
    held_post = get_object_or_404(HeldPost.objects.visible_to(request.user), pk=heldpost_id)
    if request.method == "POST":
        held_post.delete()
        return redirect("assessment-list")
    return render(request, "service/heldpost_detail.html", {"held_post": held_post, "held_name": held_posts.HELD})


def csrf_failure(request, reason=""):
    """A form with a stale or missing token: keep what was typed where it is surely the sender's own, and say what to do."""
    held_post = held_posts.hold(request=request) if request.method == "POST" else None
    if held_post and held_post.user == request.user:
        return redirect(reverse("heldpost-detail", args=[held_post.pk]))
    return render(request, "service/form_expired.html", status=403)


def bad_request(request, exception=None):
    return render(request, "service/bad_request.html", status=400)


def permission_denied(request, exception=None):
    """``exception.reason`` is a sentence for the page, where whoever refused gave one, and ``exception.title`` its heading."""
    context = {"reason": getattr(exception, "reason", ""), "title": getattr(exception, "title", "")}
    context["typed"] = held_posts.typed_texts(request)
    return render(request, "service/permission_denied.html", context, status=403)


def page_not_found(request, exception=None):
    return render(request, "service/page_not_found.html", {"typed": held_posts.typed_texts(request)}, status=404)


def server_error(request):
    """Drawn without the context processors, which may be what failed. Raises ``Outage`` where it is the database that did.

    Django calls it for what nobody caught, in a view, a template or a middleware, while that is being handled.
    """
    error = sys.exc_info()[1]
    kind = kind_of(error)
    if kind and hasattr(request, "sent"):
        raise Outage(kind, error)
    context = {"service_name": settings.PORTAL_SERVICE_NAME, "request_id": current_id.get()}
    return render(None, "service/server_error.html", context, status=500)
