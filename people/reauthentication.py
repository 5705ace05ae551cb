"""Proving once more that one is oneself, before something that matters.

What counts are allauth's records of a session: each way in which its person signed in, or proved it again, and when. Whoever has
neither a password nor anything else to prove it by, as the demo's people, counts as proved.
"""

import json
import time
from functools import wraps

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY, resume_request
from allauth.core.internal.httpkit import add_query_params, serialize_request
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

ONCE_MORE = {"GET", "HEAD", "POST"}


def proved_recently(request) -> bool:
    """Whether this session's person signed in, or proved it again, within ``settings.PROOF_LASTS`` seconds."""
    if not request.user.is_authenticated:
        return False
    since = time.time() - settings.PROOF_LASTS
    if any(record["at"] > since for record in get_authentication_records(request, request.user)):
        return True
    return not get_adapter().get_reauthentication_methods(request.user)


def proof_required(view):
    """Decorator: who has not proved it recently is asked to, and then comes back. A POST is kept and goes through after that."""
    return _required(view, methods=ONCE_MORE)


def proof_required_to_post(view):
    """As ``proof_required``, of a view that anybody who may see it reads as before."""
    return _required(view, methods={"POST"})


def _required(view, *, methods):
    @wraps(view)
    def asked(request, *args, **kwargs):
        if request.method in methods and not proved_recently(request):
            return ask_for_proof(request)
        return view(request, *args, **kwargs)

    return asked


def ask_for_proof(request, *, by_second_factor=False):
    """Lead to the page that asks who it is. What was posted is kept in the session until then, a password never."""
    # What somebody posted and then thought better of must not go through with a later proof.
    request.session.pop(STATE_SESSION_KEY, None)
    onward = request.get_full_path()
    # Nor may it go through with less than was asked for: any proof takes it along.
    is_kept = not by_second_factor and not any("password" in name for name in request.POST)
    if request.method == "POST" and is_kept:
        request.session[STATE_SESSION_KEY] = {"request": _kept(request)}
        onward = request.path
    ways = get_adapter().get_reauthentication_methods(request.user)
    way = next(way for way in ways if not by_second_factor or way["id"].startswith("mfa_"))
    return HttpResponseRedirect(add_query_params(way["url"], {REDIRECT_FIELD_NAME: onward}))


def proved_at_provider(request, *, provider, uid, onward):
    """Record that this session's person has just proved it at ``provider``, as ``uid`` there; the answer goes on to ``onward``.

    Whoever calls it has checked that they are, and that they typed something there since they were sent (``auth_time``).
    """
    record_authentication(request, request.user, "socialaccount", provider=provider, uid=uid, reauthenticated=True)
    request.GET = QueryDict(urlencode({REDIRECT_FIELD_NAME: onward or ""}))
    return resume_request(request) or HttpResponseRedirect(reverse("account-detail"))


def _kept(request):
    kept = json.loads(serialize_request(request))
    kept["META"].pop("HTTP_COOKIE", None)
    return json.dumps(kept)
