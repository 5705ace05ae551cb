"""Second factors as tests have them: an app whose code can be told, a passkey that no browser made, and time that has passed."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value


def make_app(user) -> str:
    """Give ``user`` an app that shows codes, and recovery codes as allauth does; returns the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def make_passkey(user, name="Work phone"):
    """A passkey of ``user`` that can be listed, renamed and removed, and signs nobody in."""
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": {}}
    )


def code_of(secret, *, steps=0) -> str:
    """What an app with ``secret`` shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def recovery_codes_of(user) -> list[str]:
    """The recovery codes that ``user`` has not used."""
    return Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()


def let_pass(client, seconds):
    """Whatever the person in ``client`` has proved, they proved so many seconds earlier."""
    session = client.session
    records = session[AUTHENTICATION_METHODS_SESSION_KEY]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [each | {"at": each["at"] - seconds} for each in records]
    session.save()
