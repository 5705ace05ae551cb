"""What every page's template knows."""

from functools import cache

from django.conf import settings
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from insights.models import Invitation

from . import held_posts


def _said(number, unit):
    return f"{number:.0f} {unit}{'' if number == 1 else 's'}"


PORTAL = {
    "organisation_name": settings.PORTAL_ORGANISATION_NAME,
    "service_name": settings.PORTAL_SERVICE_NAME,
    "contact_email": settings.PORTAL_CONTACT_EMAIL,
    "demo": settings.PORTAL_DEMO,
    "session_idle": _said(settings.SESSION_IDLE.total_seconds() // 60, "minute"),
    "session_lasts": _said(settings.SESSION_LASTS.total_seconds() // 3600, "hour"),
}


def portal(request):
    """The portal's names, and the hidden fields that forms begin with: ``csrf_field()``, and ``form_token()`` for all that save.

    The forms of a page have the same token, masked once for each answer. ``invitations()`` are those that stand and that the reader
    has not answered yet; they are asked for on the page that draws them, and on no other.
    """

    @cache
    def csrf_field() -> SafeString:
        return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))

    def form_token() -> SafeString:
        if not request.user.is_authenticated:
            return csrf_field()
        return csrf_field() + format_html(
            '<input type="hidden" name="{}" value="{}">', held_posts.DRAWN_FOR, held_posts.sign_for(request.user)
        )

    def invitations() -> list[Invitation]:
        return list(Invitation.objects.waiting_for(request.user, timezone.localdate()))

    return {"portal": PORTAL, "csrf_field": csrf_field, "form_token": form_token, "invitations": invitations}
