"""What names a person without a foreign key: sign-ins, and the log of the administration pages."""

import re

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone

ERASED = "Erased"


def addresses_of(person) -> set[str]:
    """The addresses that ``person`` has shown to be theirs, in lower case: anybody may type in another's."""
    own = EmailAddress.objects.filter(user=person, verified=True)
    return {each.lower() for each in own.values_list("email", flat=True)}


def _names_one_of(addresses, text) -> bool:
    """Whether one of ``addresses`` stands in ``text``, and not only as a part of somebody else's."""
    whole = "|".join(map(re.escape, addresses))
    return bool(addresses) and bool(re.search(rf"(?<![\w.+-])(?:{whole})(?!\.?[\w-])", text, re.IGNORECASE))


def log_entries_about(person):
    """What administrators did to ``person``'s account."""
    return LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(person), object_id=str(person.pk))


def _sessions_of(person, sessions, addresses=()):
    """Those of ``sessions`` that are sign-ins of ``person``, and whatever somebody began who typed one of their ``addresses``."""
    found = []
    for session in sessions.order_by().iterator():
        held = session.get_decoded()
        if held.get(SESSION_KEY) == str(person.pk) or _names_one_of(addresses, str(held)):
            found.append(session)
    return found


def lasting_sessions_of(person):
    """The sign-ins of ``person`` that have not ended. Whose they are stands inside, so each that lasts is read."""
    return _sessions_of(person, Session.objects.filter(expire_date__gt=timezone.now()))


def delete_sessions(person, addresses):
    """Forget every sign-in of ``person``."""
    Session.objects.filter(pk__in=[each.pk for each in _sessions_of(person, Session.objects.all(), addresses)]).delete()


def empty_log_entries(person, addresses):
    """Take ``person``'s name and ``addresses`` out of what administrators did to their account; that it was done stays."""
    about = Q(pk__in=log_entries_about(person))
    if person.name:
        about |= Q(object_repr=person.name)
    for each in addresses:
        named = LogEntry.objects.filter(Q(object_repr__icontains=each) | Q(change_message__icontains=each))
        texts = named.order_by().values_list("pk", "object_repr", "change_message")
        about |= Q(pk__in=[pk for pk, *said in texts if _names_one_of({each}, " ".join(said))])
    LogEntry.objects.filter(about).update(object_repr=ERASED, change_message="")


def empty_log_entries_about(rows):
    """The same of ``rows``, which are to be deleted."""
    if admin.site.is_registered(rows.model):
        keys = [str(key) for key in rows.values_list("pk", flat=True)]
        about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(rows.model), object_id__in=keys)
        about.update(object_repr=ERASED, change_message="")
