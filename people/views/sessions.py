"""How long somebody stays signed in: asked by a page before it warns them, and made longer when they say so."""

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe


@require_http_methods(["GET", "HEAD", "POST"])
def session_extend(request):
    """A POST keeps the session alive, as any other use does; a GET only asks, and keeps nothing alive.

    ``left`` is in seconds; ``more`` whether staying longer is possible without signing in again; ``token`` what a form of this
    session carries, since another window may have signed in anew.
    """
    session = request.session
    more = session.can_be_extended
    if request.method == "POST":
        session.stay_alive()
    else:
        request.in_background = True
    return JsonResponse({"left": session.seconds_left_unused, "more": more, "token": get_token(request)})


@login_not_required
@require_safe
def session_warning(request):
    """The words of the warning, for the script, which asks for them when it has something to say: also after the end."""
    request.in_background = True
    return render(request, "people/session_warning.html")
