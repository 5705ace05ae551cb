"""How long somebody stays signed in. The server decides it, whatever the browser does, by one date in the session's row.

idle       a session ends ``settings.SESSION_IDLE`` after its last request. To spare the database that is written at most once in
           ``WRITTEN_EVERY``, so that a session may end that much sooner, and never later.
absolute   it ends ``settings.SESSION_LASTS`` after signing in, which nothing puts off but signing in again.

A request that only asks (``in_background``) is no use of the portal and keeps nothing alive. A session of somebody who has not
signed in holds what they were about to do, such as confirming an address; it lasts ``SESSION_LASTS`` from when it was written.
"""

import logging
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import Error
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone

from .written_queries import WrittenQuery

logger = logging.getLogger(__name__)

WRITTEN_EVERY = timedelta(minutes=1)
SIGNED_IN_AT = "signed_in_at"
# What the address of the sign-in page says to somebody whose session has ended.
ENDED = "ended"

# Found by a query whose SQL is written once.
_sessions = WrittenQuery(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now), str, datetime)


class SessionStore(db.SessionStore):
    """Sessions in the database, as Django keeps them, that end as the module says.

    ``ends_at`` is when the row says that it ends; None before there is one.
    """

    ends_at = None

    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        # Whatever way somebody signs in by, this is what does it.
        if key == SESSION_KEY:
            super().__setitem__(SIGNED_IN_AT, timezone.now().timestamp())

    def _get_session_from_db(self):
        found = _sessions.first(self.session_key, timezone.now())
        if found is None:
            self._session_key = None
        else:
            self.ends_at = found.expire_date
        return found

    def get_expiry_date(self, **kwargs):
        """When it ends if it is used now."""
        now = kwargs.get("modification") or timezone.now()
        if SESSION_KEY not in self:
            return now + settings.SESSION_LASTS
        signed_in_at = datetime.fromtimestamp(self.get(SIGNED_IN_AT, 0), UTC)
        return min(now + settings.SESSION_IDLE, signed_in_at + settings.SESSION_LASTS)

    def get_expiry_age(self, **kwargs):
        now = kwargs.get("modification") or timezone.now()
        return max(0, int((self.get_expiry_date(modification=now) - now).total_seconds()))

    @property
    def can_be_extended(self) -> bool:
        """Whether using it now makes it end so much later that it is worth a write."""
        return self.ends_at is None or self.get_expiry_date() - self.ends_at >= WRITTEN_EVERY

    @property
    def seconds_left(self) -> int:
        """How long it lasts from now on, when what is being answered keeps it alive."""
        ends_at = self.get_expiry_date() if self.can_be_extended else self.ends_at
        return max(0, int((ends_at - timezone.now()).total_seconds()))

    @property
    def seconds_left_unused(self) -> int:
        """How long it lasts from now on, when what is being answered does not keep it alive."""
        return max(0, int(((self.ends_at or self.get_expiry_date()) - timezone.now()).total_seconds()))

    def stay_alive(self):
        """Note that it is used. One that another window has ended meanwhile stays ended.

        Where it cannot be noted it ends as it would have: people can read while nothing can be saved, and what they have just
        saved is saved.
        """
        ends_at = self.get_expiry_date()
        if self.session_key and self.ends_at and abs(ends_at - self.ends_at) >= WRITTEN_EVERY:
            try:
                Session.objects.filter(session_key=self.session_key).update(expire_date=ends_at)
            except Error as error:
                logger.warning("The use of a session could not be noted (%s)", type(error).__name__)
            else:
                self.ends_at = ends_at


def lasting_sessions(get_response):
    """Keep the session of somebody who uses the portal alive; let the sign-in page say so to somebody whose session has ended."""

    def middleware(request):
        had_session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        response = get_response(request)
        if request.user.is_authenticated:
            # One that was changed is written with its new end anyway.
            is_use = not getattr(request, "in_background", False) and response.status_code < 500
            if is_use and not request.session.modified:
                request.session.stay_alive()
        # Of somebody whose account was closed the session is still there, and signs nobody in.
        elif (had_session and (request.session.is_empty() or SESSION_KEY in request.session)) or ENDED in request.GET:
            _say_that_it_ended(response)
        return response

    return middleware


def _say_that_it_ended(response):
    place, _, query = response.get("Location", "").partition("?")
    asks_to_sign_in = place in {resolve_url(settings.LOGIN_URL), reverse("admin:login")}
    if response.status_code == 302 and asks_to_sign_in and f"{ENDED}=" not in query:
        response["Location"] = f"{place}?{query}{'&' if query else ''}{ENDED}=1"
