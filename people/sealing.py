"""Secrets as they stand in the database: sealed with the key of the settings, so that a copy of it alone opens nothing."""

from base64 import urlsafe_b64encode

from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(text: str) -> str:
    """``text`` as it may be stored."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed under ``SECRET_KEY`` or one of ``SECRET_KEY_FALLBACKS``; under any other, a secret that nobody knows."""
    try:
        return _box().decrypt(sealed).decode()
    except InvalidToken:
        return generate_totp_secret()


def _box():
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = (salted_hmac("people.sealing", "", secret=key, algorithm="sha256").digest() for key in keys)
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])
