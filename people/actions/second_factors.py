"""When somebody has lost what they prove themselves by."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from .accounts import end_sessions


@transaction.atomic
def reset_second_factors(*, user):
    """Remove the app, the passkeys and the recovery codes of ``user`` and end their sessions: their password alone lets them in.

    They are told by e-mail.
    """
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user=user)
    transaction.on_commit(lambda: get_adapter().send_notification_mail("mfa/email/factors_reset", user))
