"""What somebody has beside a password: an app that shows codes, passkeys, and recovery codes for when those are lost.

allauth keeps them (``allauth.mfa``). Here is who must have one, and whether a session was begun with one.
"""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
FEW_CODES = 3


def used_second_factor(request) -> bool:
    """Whether more than a password stands behind this session: a code, a passkey, or a provider that asks for one itself.

    Which providers do is a setting, ``SECOND_FACTOR_PROVIDERS``; no other's sign-in counts.
    """
    return any(
        record["method"] == "mfa" or record.get("provider") in settings.SECOND_FACTOR_PROVIDERS
        for record in get_authentication_records(request, request.user)
    )


def has_second_factor(user) -> bool:
    """Whether ``user`` has an app that shows codes or a passkey. Recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def must_keep(authenticator) -> bool:
    """Whether its person may not do without it: the last second factor of somebody who may enter the admin."""
    if not settings.SECOND_FACTOR_REQUIRED or not authenticator.user.is_staff:
        return False
    others = Authenticator.objects.filter(user=authenticator.user_id, type__in=FACTORS).exclude(pk=authenticator.pk)
    return not others.exists()


def standing(user) -> dict:
    """What ``user`` has, as their account page says it: ``app``, ``passkeys`` (a number) and ``codes_left`` (None without any)."""
    app, passkeys, codes_left = False, 0, None
    for each in Authenticator.objects.filter(user=user):
        if each.type == Authenticator.Type.TOTP:
            app = True
        elif each.type == Authenticator.Type.WEBAUTHN:
            passkeys += 1
        else:
            codes_left = len(each.wrap().get_unused_codes())
    return {"app": app, "passkeys": passkeys, "codes_left": codes_left}
