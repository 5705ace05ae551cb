"""A provider as allauth knows one: how somebody is sent there, and what is believed of what it says when they come back."""

import hmac
import secrets
import time
from urllib.parse import urlsplit

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.http import urlencode
from requests.auth import HTTPBasicAuth

from . import calls
from .refusals import Refused
from .tokens import verified_claims

LOGIN, CONNECT, PROVE = "login", "connect", "prove"
SCOPES = "openid profile email"
LONGEST_NAME = 150


class OpenIDAdapter(OpenIDConnectOAuth2Adapter):
    """What is asked of a provider. ``state`` is what was kept in the session while somebody was away there."""

    state: dict

    @cached_property
    def provider(self):
        return self.get_provider()

    @cached_property
    def openid_config(self):
        """The provider's own description, which must name the issuer that the settings name. Raises ``Refused``."""
        config = calls.ask("GET", f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        if config.get("issuer") != self.provider.issuer:
            raise Refused("issuer")
        return config

    def endpoint(self, name):
        """One of the provider's addresses, encrypted as its issuer is. Raises ``Refused``."""
        found = self.openid_config.get(name)
        schemes = ("https", "http") if self.provider.issuer.startswith("http://") else ("https",)
        try:
            address = urlsplit(found) if isinstance(found, str) else None
        except ValueError:
            address = None
        if address is None or address.scheme not in schemes or not address.hostname:
            raise Refused("unreadable-answer")
        return found

    @property
    def access_token_url(self):
        return self.endpoint("token_endpoint")

    @property
    def authorize_url(self):
        return self.endpoint("authorization_endpoint")

    def get_access_token_data(self, request, app, client, pkce_code_verifier=None):
        """What the token endpoint gives for the code that somebody came back with. Raises ``Refused``."""
        named = request.GET.get("iss")
        if named is None and self.openid_config.get("authorization_response_iss_parameter_supported") is True:
            raise Refused("issuer")
        if named is not None and not hmac.compare_digest(named.encode(), self.provider.issuer.encode()):
            raise Refused("issuer")
        fields = {
            "grant_type": "authorization_code",
            "code": request.GET["code"],
            "redirect_uri": self.get_callback_url(request, app),
            "code_verifier": pkce_code_verifier,
        }
        if self._knows_the_secret_by_header():
            return calls.ask("POST", self.access_token_url, data=fields, auth=HTTPBasicAuth(app.client_id, app.secret))
        fields |= {"client_id": app.client_id, "client_secret": app.secret}
        return calls.ask("POST", self.access_token_url, data=fields)

    def _knows_the_secret_by_header(self):
        ways = self.openid_config.get("token_endpoint_auth_methods_supported")
        return not (isinstance(ways, list) and "client_secret_post" in ways)

    def parse_token(self, data):
        # Nothing of it is kept, not even in the session of somebody who is still asked for their name.
        return SocialToken(token="")

    def complete_login(self, request, app, token, **kwargs):
        """Who came back, from the verified token and from userinfo, which must agree. Raises ``Refused``."""
        answer = kwargs["response"]
        claims = verified_claims(
            answer.get("id_token"),
            keys=calls.ask("GET", self.endpoint("jwks_uri")),
            issuer=self.provider.issuer,
            client_id=app.client_id,
            nonce=self.state["nonce"],
            proved_since=self.state["began"] if self.state["process"] == PROVE else None,
        )
        claim, wanted = self.provider.required_claim
        if claim and claims.get(claim) != wanted:
            raise Refused("not-one-of-yours")
        # A short name in the settings stands for one issuer: the people of another are others, whatever their keys.
        known = SocialAccount.objects.filter(provider=self.provider.sub_id, uid=claims["sub"]).first()
        if known and known.extra_data.get("iss") != self.provider.issuer:
            raise Refused("issuer")
        about = claims | self._userinfo(answer, claims["sub"])
        return self.provider.sociallogin_from_response(request, about)

    def _userinfo(self, answer, sub):
        """What userinfo says of the token's person, if there is such an address. The address and its confirmation go together."""
        if "userinfo_endpoint" not in self.openid_config:
            return {}
        access_token = answer.get("access_token")
        if not isinstance(access_token, str) or not access_token.isascii() or not access_token.isprintable():
            raise Refused("no-token")
        said = calls.ask("GET", self.endpoint("userinfo_endpoint"), headers={"Authorization": f"Bearer {access_token}"})
        if said.get("sub") != sub:
            raise Refused("subject")
        taken = {"name": said["name"]} if said.get("name") else {}
        if said.get("email"):
            taken |= {"email": said["email"], "email_verified": said.get("email_verified")}
        return taken


class OpenIDProvider(OpenIDConnectProvider):
    """A provider of ``settings.SIGN_ON_PROVIDERS``."""

    package = "people.openid"
    oauth2_adapter_class = OpenIDAdapter
    supports_token_authentication = False

    @property
    def issuer(self):
        return self.app.settings["server_url"]

    @property
    def required_claim(self):
        return self.app.settings["required_claim"]

    def serialize(self):
        return super().serialize() | {"id": self.sub_id}

    def redirect_from_request(self, request, process):
        """Send somebody there, to come back to where ``next`` says, if that is in the portal."""
        return self.redirect(request, process, next_url=get_next_redirect_url(request))

    def redirect(self, request, process, next_url=None, data=None, **kwargs):
        """Send somebody there, from a page of ours: the redirection of a form may, by our own policy, lead nowhere else.

        Only what is written here is asked for, whatever the address held that led to it. Raises ``Refused``.
        """
        adapter = self.get_oauth2_adapter(request)
        endpoint = adapter.authorize_url
        pkce = generate_code_challenge()
        nonce = secrets.token_urlsafe(32)
        state = self.stash_redirect_state(
            request,
            process,
            next_url,
            pkce_code_verifier=pkce.pop("code_verifier"),
            nonce=nonce,
            began=time.time(),
        )
        asked = pkce | {
            "client_id": self.app.client_id,
            "redirect_uri": adapter.get_callback_url(request, self.app),
            "response_type": "code",
            "scope": SCOPES,
            "state": state,
            "nonce": nonce,
        }
        if process == PROVE:
            asked |= {"prompt": "login", "max_age": 0}
        if self.required_claim[0] == "hd":
            asked["hd"] = self.required_claim[1]
        address = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"
        return render(request, "socialaccount/onward.html", {"provider": self, "address": address})

    def extract_uid(self, data):
        return data["sub"]

    def extract_extra_data(self, data):
        """What is stored of the provider's answer: who said it, of whom, and what the portal makes use of."""
        return {
            "iss": self.issuer,
            "sub": data["sub"],
            "email": _text(data.get("email"), 254),
            "email_verified": data.get("email_verified") is True,
            "name": _text(data.get("name"), LONGEST_NAME),
        }

    def extract_common_fields(self, data):
        kept = self.extract_extra_data(data)
        return {"email": kept["email"], "name": kept["name"]}

    def extract_email_addresses(self, data):
        kept = self.extract_extra_data(data)
        return super().extract_email_addresses(kept | {"email": kept["email"].lower()})


def _text(value, longest):
    """A claim as one line of text; none where it is anything else or too long."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    # JSON may hold half a character, which no database takes; nor does it take NUL.
    is_storable = "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)
    return text if is_storable and len(text) <= longest else ""
