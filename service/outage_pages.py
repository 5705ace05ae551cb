"""What people are told while the database cannot do what they asked for, and what they sent, on its way back to them.

Drawn without the database, the session, the cache and the context processors, any of which may be what failed.
"""

import logging
import re
from dataclasses import dataclass

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.http import JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from .context_processors import PORTAL
from .held_posts import texts_of, was_drawn_here
from .logging import current_id
from .outages import Outage, code_of

logger = logging.getLogger(__name__)

# Seconds after which it is worth asking again.
RETRY_AFTER = 30
MOST_CHARACTERS = 1_000_000
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
# Where people prove who they are: what they type there is for the portal alone.
_PROOFS = ("/accounts/", "/let-in/", "/admin/login/", "/demo-sign-in/")
_SECRET = re.compile(r"passw|secret|otp|credential", re.IGNORECASE)


@dataclass(frozen=True)
class SentForm:
    """A form that can be sent again: its ``fields`` as (name, value), and what in it reads as ``texts``.

    ``had_files`` where a file was with it, which no page can send again.
    """

    fields: tuple
    texts: tuple = ()
    had_files: bool = False


def answer(request, outage: Outage):
    """The 503 for whoever asked: a page, or JSON for a script. Writes one line, which names nobody."""
    kind = outage.kind
    is_lost = not request.sent.is_surely_not_saved(kind, outage.error)
    logger.warning("The database is %s (%s): answered 503", kind.value, code_of(outage.error))
    if "application/json" in request.headers.get("Accept", ""):
        response = JsonResponse({"problem": kind.value, "saved": "not known" if is_lost else "no"}, status=503)
    else:
        context = {
            "portal": PORTAL,
            "kind": kind.value,
            "was_sent": request.method == "POST",
            "is_lost": is_lost,
            "is_proof": request.path_info.startswith(_PROOFS),
            "form": sent_form(request),
            "action": request.get_full_path(),
            "is_of_others": bool(getattr(request, "rounds_shown", ())),
            "request_id": current_id.get(),
        }
        response = render(None, "service/outage.html", context, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    patch_cache_control(response, no_store=True, private=True)
    return response


def sent_form(request) -> SentForm | None:
    """What was sent, where a page may hold it: no proof of who somebody is, no more than a form ever holds.

    Its token is the one that came with it. A fresh one would let a page of somebody else's, which has none, be sent in earnest by
    one press of the button. For the same reason texts are shown only of a form that this portal drew.
    """
    if request.method != "POST" or request.content_type not in _FORMS or request.path_info.startswith(_PROOFS):
        return None
    try:
        posted = request.POST
        had_files = any(request.FILES.values())
    except (RequestDataTooBig, TooManyFieldsSent, SuspiciousOperation, MultiPartParserError, OSError):
        return None
    fields = tuple((name, value) for name, values in posted.lists() for value in values)
    if not fields or any(_SECRET.search(name) for name, _ in fields):
        return None
    if sum(len(name) + len(value) for name, value in fields) > MOST_CHARACTERS:
        return None
    texts = texts_of(posted) if was_drawn_here(posted) else ()
    return SentForm(fields, tuple(texts), had_files)
