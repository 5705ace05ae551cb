"""What happens around every view."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.urls import reverse
from django.utils.cache import patch_cache_control

from . import held_posts as held

_CHARSETS = {"utf-8", "utf8"}


def readable_requests(get_response):
    """Answer 400 to what no browser sends and no database keeps: a NUL in a cookie, and a form that is not UTF-8, which is what
    each page asks for. Other codecs fail, or let half characters through."""

    def middleware(request):
        if any("\0" in value for value in request.COOKIES.values()):
            raise BadRequest("A cookie holds a NUL.")
        if request.method == "POST" and request.content_params.get("charset", "utf-8").lower() not in _CHARSETS:
            raise BadRequest("The form is not in UTF-8.")
        if not str(request.META.get("CONTENT_LENGTH") or 0).isdecimal():
            raise BadRequest("The length of the form is not a number.")
        return get_response(request)

    return middleware


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
