"""A portal on which people sign in by their organisation alone: the pages of passwords are closed."""

from django.conf import settings
from django.shortcuts import render

CLOSED = {
    "account_signup",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}
CLOSED_TO_POSTS = {"account_login", "account_reauthenticate"}


def closed_pages(get_response):
    """Middleware: with ``PORTAL_LOCAL_PASSWORDS=0`` nobody makes an account with a password, types one or gets a new one."""

    def middleware(request):
        return get_response(request)

    def process_view(request, view, args, kwargs):
        if settings.PORTAL_LOCAL_PASSWORDS:
            return None
        name = request.resolver_match.url_name
        if name in CLOSED or (name in CLOSED_TO_POSTS and request.method == "POST"):
            return render(request, "account/passwords_closed.html", status=403)
        return None

    middleware.process_view = process_view
    return middleware
