"""An OpenID Connect provider within the process: real keys, discovery, PKCE and single use of codes, and any fault on demand.

It takes the place of requests' transport, so that all that the portal does with an answer is done.
"""

import base64
import hashlib
import html
import io
import json
import re
import secrets
import time
from functools import cache
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.urls import reverse

from people.single_sign_on import SignOnProvider

ISSUER = "https://id.example.gov.uk"
CALLBACK = "/accounts/oidc/work/login/callback/"
SETTINGS = SignOnProvider("work", "Work account", ISSUER, "portal", "a-secret-of-the-portal's")
OTHER_SETTINGS = SignOnProvider(
    "other", "Other account", "https://other.example.gov.uk", "portal", "another-secret-here"
)
SUNNIVA = {"sub": "s-1", "email": "Sunniva@example.gov.uk", "email_verified": True, "name": "Sunniva Ørnfjell"}


@cache
def rsa_key(name="first", size=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def jwk_of(key, **fields):
    """The public part of a key, as a provider publishes it."""
    return json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) | {"kid": "1", "use": "sig"} | fields


class Provider:
    """``person`` is who signs in there. Faults: ``config``, ``claims``, ``header`` and ``said`` (by userinfo) replace what it would
    say, None leaving it out; ``algorithm`` and ``key`` are what it signs with; ``answers`` maps the last part of an address to a
    status and a body.
    """

    def __init__(self, issuer=ISSUER):
        self.issuer = issuer
        self.person = dict(SUNNIVA)
        self.config, self.claims, self.header, self.said, self.answers = {}, {}, {}, {}, {}
        self.algorithm, self.key, self.keys = "RS256", rsa_key(), [jwk_of(rsa_key())]
        self.codes, self.tokens, self.asked = {}, {}, []

    # What browsers do there

    def sign_in(self, address):
        """Where somebody who signs in at ``address`` is sent back to."""
        asked = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (
            "portal",
            "code",
            "S256",
        )
        assert asked["scope"].split() == ["openid", "profile", "email"]
        self.asked.append(asked)
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked | {"at": time.time(), "person": self.person}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    # What the portal asks

    def send(self, request, **options):
        """In place of ``requests.adapters.HTTPAdapter.send``."""
        assert options["timeout"] is not None
        path = urlsplit(request.url).path
        last = path.rpartition("/")[2]
        status, body = self.answers.get(last) or getattr(self, f"_{last.replace('-', '_')}")(request)
        if isinstance(body, Exception):
            raise body
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = status, request.url, request
        answer.headers["Content-Type"] = "application/json"
        answer.raw = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        return answer

    def _openid_configuration(self, request):
        return 200, _replaced(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            },
            self.config,
        )

    def _jwks(self, request):
        return 200, {"keys": self.keys}

    def _token(self, request):
        sent = {name: value for name, (value,) in parse_qs(request.body).items()}
        known = self.codes.pop(sent["code"], None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if known is None or known["code_challenge"] != challenge or known["redirect_uri"] != sent["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if (sent["client_id"], sent["client_secret"]) != (SETTINGS.client_id, SETTINGS.client_secret):
            return 401, {"error": "invalid_client"}
        access_token = secrets.token_urlsafe(8)
        self.tokens[access_token] = known["person"]
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "portal", "sub": known["person"]["sub"], "nonce": known["nonce"]}
        claims |= {"iat": now, "exp": now + 300}
        if "max_age" in known:
            claims["auth_time"] = now
        claims, header = _replaced(claims, self.claims), _replaced({"kid": "1"}, self.header)
        token = jwt.encode(claims, self.key, self.algorithm, header)
        return 200, {"access_token": access_token, "token_type": "Bearer", "id_token": token, "expires_in": 300}

    def _userinfo(self, request):
        person = self.tokens[request.headers["Authorization"].removeprefix("Bearer ")]
        return 200, _replaced(person | {"picture": "https://id.example.gov.uk/face.png", "phone": "1"}, self.said)


def _replaced(fields, replacements):
    return {name: value for name, value in (fields | replacements).items() if value is not None}


def leave(browser, *, process="login", onward="", key="work"):
    """The provider's address to which somebody is sent who chooses it."""
    response = browser.post(reverse("openid_connect_login", args=[key]), {"process": process, "next": onward})
    assert response.status_code == 200, response
    return address_in(response)


def address_in(response):
    return html.unescape(
        re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', response.content.decode()).group(1)
    )


def round_trip(browser, provider, **chosen):
    """The answer to somebody who chose the provider, signed in there and came back."""
    return come_back(browser, provider.sign_in(leave(browser, **chosen)))


def come_back(browser, address):
    return browser.get(address.removeprefix("http://testserver"))
