"""The privacy notice: what law asks to be said, with the periods by which the portal in fact deletes."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..retention import KINDS


@login_not_required
@require_safe
def privacy(request):
    context = {
        "notice": settings.PORTAL_PRIVACY,
        "kinds": KINDS,
        "erasure_delay": settings.ERASURE_DELAY_DAYS,
    }
    return render(request, "privacy/privacy.html", context)
