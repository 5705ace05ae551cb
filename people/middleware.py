"""Who must show more of themselves before a page: the admin asks for a second factor, some of allauth's views for a new proof."""

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse_lazy

from .post import NotSent
from .reauthentication import ask_for_proof, proved_recently
from .second_factors import has_second_factor, used_second_factor

ADMIN = reverse_lazy("admin:index")
# One may always leave, and whoever is not signed in is led to the sign-in page.
OPEN_TO_ALL = {"login", "logout"}
# allauth lets whoever has no password set one; with it somebody could come back to a session that they found open.
PROVED_FIRST = {"account_set_password"}
SET_ONE_UP = "The administration pages need a second step when you sign in. Set one up, then come back"


def proof_again(get_response):
    """Where a view of allauth's wants a new proof, or should, ask for it as the portal's own do (``people.reauthentication``)."""

    def middleware(request):
        return get_response(request)

    def process_view(request, view, args, kwargs):
        if (
            request.resolver_match.url_name in PROVED_FIRST
            and request.user.is_authenticated
            and not proved_recently(request)
        ):
            return ask_for_proof(request)
        return None

    def process_exception(request, exception):
        if isinstance(exception, ReauthenticationRequired) and request.user.is_authenticated:
            return ask_for_proof(request)
        return None

    middleware.process_view = process_view
    middleware.process_exception = process_exception
    return middleware


def second_factor(get_response):
    """Keep whoever comes without a second factor out of the admin: lead them to set one up, or to use the one they have."""

    def middleware(request):
        return get_response(request)

    def process_view(request, view, args, kwargs):
        if not settings.SECOND_FACTOR_REQUIRED or not request.path_info.startswith(str(ADMIN)):
            return None
        if request.resolver_match.url_name in OPEN_TO_ALL or not request.user.is_staff or used_second_factor(request):
            return None
        if has_second_factor(request.user):
            return ask_for_proof(request, by_second_factor=True)
        messages.warning(request, SET_ONE_UP)
        return redirect("mfa_index")

    middleware.process_view = process_view
    return middleware


def unsent_mail(get_response):
    """Where the mail server keeps a page from doing what it is for, say so, and how to ask again."""

    def middleware(request):
        return get_response(request)

    def process_exception(request, exception):
        if not isinstance(exception, NotSent):
            return None
        context = {"asked_by": request.resolver_match.url_name}
        response = render(request, "account/mail_unsent.html", context, status=503)
        response["Retry-After"] = "300"
        return response

    middleware.process_exception = process_exception
    return middleware
