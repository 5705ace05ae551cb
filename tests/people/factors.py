"""Second factors as tests have them: an app whose code can be told, a passkey that no browser made, and time that has passed."""

import hashlib
import json
import os
import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

ORIGIN = "http://testserver"


def make_app(user) -> str:
    """Give ``user`` an app that shows codes, and recovery codes as allauth does; returns the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def make_passkey(user, name="Work phone"):
    """A passkey of ``user`` on a phone that nobody has: it can be listed, renamed and removed."""
    made = Phone().create({"publicKey": {"challenge": b"none", "user": {"id": "AA"}, "rp": {"id": "localhost"}}})
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": json.loads(made)}
    )


def code_of(secret, *, steps=0) -> str:
    """What an app with ``secret`` shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def recovery_codes_of(user) -> list[str]:
    """The recovery codes that ``user`` has not used."""
    return Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()


def use_recovery_code(user, code):
    """Use up one of the recovery codes of ``user``."""
    assert Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap().validate_code(code)


def let_pass(client, seconds):
    """Whatever the person in ``client`` has proved, they proved so many seconds earlier."""
    session = client.session
    records = session[AUTHENTICATION_METHODS_SESSION_KEY]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [each | {"at": each["at"] - seconds} for each in records]
    session.save()


class Phone:
    """Makes one passkey and uses it, as a browser with a phone would: ``options`` are what the page has for it.

    ``is_asked_who`` is whether it makes sure who uses it, by finger, face or PIN.
    """

    def __init__(self, *, is_asked_who=True):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = os.urandom(16)
        self.flags = AuthenticatorData.FLAG.UP | (AuthenticatorData.FLAG.UV if is_asked_who else 0)
        self.user = b""

    def create(self, options) -> str:
        """What is posted for a new passkey."""
        asked = options["publicKey"]
        self.user = websafe_decode(asked["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(b"\0" * 16, self.credential_id, public)
        about = AuthenticatorData.create(
            _hash(asked["rp"]["id"]), self.flags | AuthenticatorData.FLAG.AT, 0, credential
        )
        said = CollectedClientData.create("webauthn.create", asked["challenge"], ORIGIN)
        made = {
            "clientDataJSON": websafe_encode(said),
            "attestationObject": websafe_encode(AttestationObject.create("none", about, {})),
        }
        return self._credential(made, {"credProps": {"rk": True}, "more": "not asked for"})

    def get(self, options, **changes) -> str:
        """What is posted for the passkey that is used; ``changes`` replace parts of it."""
        asked = options["publicKey"]
        about = AuthenticatorData.create(_hash(asked["rpId"]), self.flags, 1)
        said = CollectedClientData.create("webauthn.get", asked["challenge"], ORIGIN)
        signature = self.key.sign(about + said.hash, ec.ECDSA(hashes.SHA256()))
        found = {"clientDataJSON": said, "authenticatorData": about, "signature": signature, "userHandle": self.user}
        return self._credential({name: websafe_encode(part) for name, part in (found | changes).items()}, {})

    def _credential(self, response, extensions):
        name = websafe_encode(self.credential_id)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": extensions,
            }
        )


def _hash(text):
    return hashlib.sha256(text.encode()).digest()


def options_of(response) -> dict:
    """What a page has for a passkey."""
    html = response.content.decode()
    return json.loads(html.split("data-passkey-options='")[1].split("'")[0])


def add_passkey(client, phone, name="Work phone"):
    """Add a passkey that ``phone`` makes to the account of the person in ``client``; returns the answer."""
    page = client.get("/accounts/2fa/webauthn/add/")
    return client.post("/accounts/2fa/webauthn/add/", {"name": name, "credential": phone.create(options_of(page))})
