"""Sessions in the database, as Django keeps them; only how one is found differs: by a query whose SQL is written once."""

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from .written_queries import WrittenQuery

_sessions = WrittenQuery(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now), str, datetime)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self):
        found = _sessions.first(self.session_key, timezone.now())
        if found is None:
            self._session_key = None
        return found
