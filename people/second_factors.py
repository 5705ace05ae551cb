"""What somebody has beside a password: an app that shows codes, passkeys, and recovery codes for when those are lost.

allauth keeps them (``allauth.mfa``). Here is who must have one, and whether a session was begun with one.
"""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class SecondFactors:
    """What somebody has beside a password. ``passkeys`` is how many; ``codes_left`` is None for whoever was given none."""

    app: bool = False
    passkeys: int = 0
    codes_left: int | None = None

    @property
    def few_codes(self):
        """Whether it is time to make new ones."""
        return self.codes_left is not None and self.codes_left <= FEW_CODES


def second_factors_of(user) -> SecondFactors:
    """What ``user`` has, in one query."""
    found = list(Authenticator.objects.filter(user=user))
    codes = [each.wrap() for each in found if each.type == Authenticator.Type.RECOVERY_CODES]
    return SecondFactors(
        app=any(each.type == Authenticator.Type.TOTP for each in found),
        passkeys=sum(each.type == Authenticator.Type.WEBAUTHN for each in found),
        codes_left=len(codes[0].get_unused_codes()) if codes else None,
    )
