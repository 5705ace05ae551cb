"""Letting one person in by a link that whoever runs the portal makes: for when nobody gets in otherwise."""

import logging

from allauth.account.adapter import get_adapter
from django.core import signing
from django.utils import timezone

from ..models import User

logger = logging.getLogger(__name__)
SALT = "people.one-time-link"
LINK_LASTS = 10 * 60  # seconds


def make_one_time_link(*, user):
    """A key that signs ``user`` in once within ``LINK_LASTS`` seconds, and not after they signed in otherwise."""
    logger.warning("A one-time link was made for person %s", user.pk)
    return signing.dumps(_standing_of(user), salt=SALT)


def holder_of(key):
    """The person whom a key would sign in now; None when it is spent, stale or nobody's."""
    try:
        standing = signing.loads(key, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=standing[0], is_active=True).first()
    return user if user and _standing_of(user) == standing else None


def spend_one_time_link(*, key):
    """The person whom a key signs in, which it then never does again; None where it does not. They get a letter about it."""
    user = holder_of(key)
    # Of two at once only one finds the time of the last sign-in as the key has it.
    if user is None or not User.objects.filter(pk=user.pk, last_login=user.last_login).update(
        last_login=timezone.now()
    ):
        return None
    logger.warning("Person %s was let in by a one-time link", user.pk)
    get_adapter().send_notification_mail("account/email/let_in", user)
    return user


def _standing_of(user):
    last_login = user.last_login.isoformat() if user.last_login else ""
    return [user.pk, last_login, user.session_generation]
