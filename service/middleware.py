"""What happens around every view."""

import logging
import re
from secrets import token_hex
from time import perf_counter

from django.conf import settings
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, ValidationError
from django.urls import reverse
from django.utils.cache import patch_cache_control

from . import held_posts as held
from .logging import current_id, path_of
from .outage_pages import answer
from .outages import SAFE, Outage, followed, reading_only

access = logging.getLogger("service.access")

_CHARSETS = {"utf-8", "utf8"}
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
# Nothing of a browser's is for any page, nor for what it might frame, but for passkeys.
_OFF = re.findall(
    r"\S+",
    """
    accelerometer autoplay camera display-capture encrypted-media fullscreen gamepad geolocation gyroscope hid
    idle-detection local-fonts magnetometer microphone midi payment picture-in-picture screen-wake-lock serial sync-xhr usb
    window-management xr-spatial-tracking
""",
)
_OURS = ("publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS = ", ".join([*(f"{name}=()" for name in _OFF), *(f"{name}=(self)" for name in _OURS)])


def identified_requests(get_response):
    """Give each request an id, which its answer, its lines in the log and the page of an error name; write a line about it.

    A proxy's own id is taken where a proxy is trusted (``TRUST_PROXY``). The line says nothing of who asked, nor from where.
    """

    def middleware(request):
        began = perf_counter()
        proxys = request.headers.get("X-Request-ID", "") if settings.TRUST_PROXY else ""
        request_id = proxys if _REQUEST_ID.fullmatch(proxys) else token_hex(8)
        request.request_id = request_id
        before = current_id.set(request_id)
        try:
            response = get_response(request)
            response["X-Request-ID"] = request_id
            if access.isEnabledFor(logging.INFO):
                _write_line(request, response.status_code, perf_counter() - began)
        finally:
            current_id.reset(before)
        return response

    return middleware


def _write_line(request, status, seconds):
    figures = {
        "method": request.method if request.method in _METHODS else "other",
        "path": path_of(request, status),
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    access.info("%(method)s %(path)s %(status)s", figures, extra={"figures": figures})


def guarded_responses(get_response):
    """Say on every answer, static files and errors included, that it is for the portal's own pages and needs nothing of a
    browser's; and let no cache keep a page that says what went wrong."""

    def middleware(request):
        response = get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Permissions-Policy"] = PERMISSIONS
        if response.status_code >= 400 and not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True, private=True)
        return response

    return middleware


def answered_outages(get_response):
    """Answer 503, with what was sent, where the database cannot do what was asked for, wherever within that turns out."""

    def middleware(request):
        try:
            with followed(request):
                return get_response(request)
        except Outage as outage:
            return read_anyway(request, outage) or answer(request, outage)

    def read_anyway(request, outage):
        if request.method not in SAFE:
            return None
        with reading_only(outage.kind) as is_possible:
            if not is_possible:
                return None
            try:
                return get_response(request)
            except Outage as again:
                return answer(request, again)

    return middleware


def readable_requests(get_response):
    """Answer 400 to what no browser sends and no database keeps: a NUL in a cookie, and a form that is not UTF-8, which is what
    each page asks for. Other codecs fail, or let half characters through. And what Django's admin stumbles over: rows that are
    chosen by what is no key, a field without a name."""

    def middleware(request):
        if any("\0" in value for value in request.COOKIES.values()):
            raise BadRequest("A cookie holds a NUL.")
        if request.method == "POST" and request.content_params.get("charset", "utf-8").lower() not in _CHARSETS:
            raise BadRequest("The form is not in UTF-8.")
        if not str(request.META.get("CONTENT_LENGTH") or 0).isdecimal():
            raise BadRequest("The length of the form is not a number.")
        return get_response(request)

    def process_view(request, view, args, kwargs):
        model_admin = getattr(view, "model_admin", None)
        if model_admin and "" in (request.GET.get(TO_FIELD_VAR), request.POST.get(TO_FIELD_VAR)):
            raise BadRequest("A field without a name.")
        if request.method == "POST" and model_admin:
            for key in request.POST.getlist("_selected_action"):
                _check_key(model_admin.opts.pk, key)

    middleware.process_view = process_view
    return middleware


def _check_key(field, text):
    """Refuse what is no key of any row; Django's admin would ask the database for it."""
    try:
        key = field.to_python(text)
    except ValidationError:
        raise BadRequest("A row that is chosen has no such key.") from None
    if isinstance(key, int) and not 0 <= key < 2**63:
        raise BadRequest("A row that is chosen has no such key.")


def held_posts(get_response):
    """Hold a form that comes from someone signed out, and ask them to sign in; forget it once it was sent again."""

    def middleware(request):
        response = get_response(request)
        if request.method == "POST" and response.status_code == 302 and held.HELD in request.POST:
            held.release(request=request)
        return response

    def process_view(request, view, args, kwargs):
        wants_page = "application/json" not in request.headers.get("Accept", "")
        if request.method != "POST" or not wants_page or not getattr(view, "login_required", True):
            return None
        if held.DRAWN_FOR not in request.POST or request.user.is_authenticated:
            return None
        post = held.hold(request=request)
        return redirect_to_login(reverse("heldpost-detail", args=[post.pk])) if post else None

    middleware.process_view = process_view
    return middleware


def private_pages(get_response):
    """Keep what a signed-in person was shown out of every cache, the browser's own included."""

    def middleware(request):
        response = get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True, private=True)
        return response

    return middleware
