"""What every page's template knows."""

from django.conf import settings
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString

from . import held_posts

PORTAL = {
    "organisation_name": settings.PORTAL_ORGANISATION_NAME,
    "service_name": settings.PORTAL_SERVICE_NAME,
    "contact_email": settings.PORTAL_CONTACT_EMAIL,
    "demo": settings.PORTAL_DEMO,
}


def portal(request):
    """The portal's names, and ``form_token()``: the hidden fields that each form begins with."""

    def form_token() -> SafeString:
        token = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
        if not request.user.is_authenticated:
            return token
        return token + format_html(
            '<input type="hidden" name="{}" value="{}">', held_posts.DRAWN_FOR, held_posts.sign_for(request.user)
        )

    return {"portal": PORTAL, "form_token": form_token}
