"""Who else may say who somebody is: OpenID Connect providers, as the environment names them (docs/single-sign-on.md).

Pure: a mapping in, plain values out. What is missing, weak or unsafe stops the start with advice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET = 16
MICROSOFT = "login.microsoftonline.com"
GOOGLE = "accounts.google.com"
# A tenant's key, which the tokens of its people name; an alias, or its domain, is no issuer of any token.
TENANT = re.compile(r"/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/v2\.0", re.IGNORECASE)


@dataclass(frozen=True)
class SignOnProvider:
    """One OpenID Connect provider.

    key             its short name, which stands in addresses and beside each ``sub``: for one issuer, for ever
    name            what the button on the sign-in page calls it
    issuer          its address, exactly as its tokens name it
    required_claim  a claim and the value that it must have in each token, or two empty texts
    """

    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: str
    required_claim: tuple[str, str] = ("", "")

    def __repr__(self):
        return f"<SignOnProvider {self.key}>"

    @property
    def is_on_http(self):
        """Whether it may be spoken to without encryption, which only development and tests allow."""
        return self.issuer.startswith("http://")


def providers_in(environment: Mapping[str, str], *, http_allowed: bool = False) -> tuple[SignOnProvider, ...]:
    """The providers that ``OIDC_PROVIDERS`` names, in its order. Raises ``ImproperlyConfigured`` with advice."""
    keys = environment.get("OIDC_PROVIDERS", "").replace(",", " ").split()
    for key in keys:
        if not re.fullmatch(r"[a-z][a-z0-9]{0,29}", key):
            _stop(f"OIDC_PROVIDERS names {key!r}. Use short names of small letters and digits, such as: entra google")
    if len(set(keys)) < len(keys):
        _stop("OIDC_PROVIDERS names a provider twice. Name each once.")
    return tuple(_provider(key, environment, http_allowed) for key in keys)


def allowed_domains(texts: list[str]) -> frozenset[str]:
    """The e-mail domains of ``PORTAL_EMAIL_DOMAINS``, in small letters; none means any. Raises ``ImproperlyConfigured``."""
    domains = frozenset(text.lower().removeprefix("@") for text in texts)
    for domain in domains:
        if not re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*", domain):
            _stop(f"PORTAL_EMAIL_DOMAINS has {domain!r}. Name domains, such as: example.gov.uk another.gov.uk")
    return domains


def is_allowed(email: str, domains: frozenset[str]) -> bool:
    """Whether an address is at one of the domains itself, not beneath it; any address where there are none."""
    name, _, domain = email.rpartition("@")
    return not domains or (name != "" and domain.lower() in domains)


def _provider(key, environment, http_allowed):
    def value(what, advice):
        found = environment.get(f"OIDC_{key.upper()}_{what}", "").strip()
        if not found:
            _stop(f"OIDC_{key.upper()}_{what} is missing. {advice}")
        return found

    prefix = f"OIDC_{key.upper()}"
    name = value("NAME", "Set it to what people call their account there; the button says: Sign in with …")
    if len(name) > 60 or not name.isprintable():
        _stop(f"{prefix}_NAME is longer than 60 characters or has some that cannot be printed. Shorten it.")
    issuer = value("ISSUER", "Set it to the provider's issuer, such as https://id.example.gov.uk")
    required_claim = _required_claim(f"{prefix}_REQUIRED_CLAIM", environment)
    _check_issuer(f"{prefix}_ISSUER", issuer, required_claim, http_allowed)
    secret = value("CLIENT_SECRET", "Set it to the secret that the provider made for this portal.")
    if len(secret) < SHORTEST_SECRET or len(set(secret)) < 5:
        _stop(f"{prefix}_CLIENT_SECRET is shorter than {SHORTEST_SECRET} characters. Have the provider make a new one.")
    client_id = value("CLIENT_ID", "Set it to the identifier that the provider gave this portal.")
    return SignOnProvider(key, name, issuer, client_id, secret, required_claim)


def _required_claim(setting, environment):
    text = environment.get(setting, "").strip()
    claim, _, wanted = text.partition("=")
    if text and not (claim and wanted):
        _stop(f"{setting} is {text!r}. Write it as claim=value, such as hd=example.gov.uk")
    return claim, wanted


def _check_issuer(setting, issuer, required_claim, http_allowed):
    try:
        address = urlsplit(issuer)
        host = address.hostname
    except ValueError:
        host = None
    if not host or address.scheme not in ("https", "http") or address.query or address.fragment or "@" in issuer:
        _stop(f"{setting} is no issuer. Set it to an address such as https://id.example.gov.uk, without ? and #")
    if address.scheme == "http" and not http_allowed:
        _stop(f"{setting} begins with http://, where anybody on the way could sign in as anybody. Use https://")
    if "/.well-known/" in issuer:
        _stop(f"{setting} is the address of a document. Set it to what stands before /.well-known/")
    if host == MICROSOFT and not TENANT.fullmatch(address.path):
        _stop(
            f"{setting} is for people of any organisation, or names yours by another name than its tokens do. "
            f"Set it to https://{MICROSOFT}/<your tenant's ID>/v2.0"
        )
    if host == GOOGLE and required_claim[0] != "hd":
        claim = setting.removesuffix("ISSUER") + "REQUIRED_CLAIM"
        _stop(f"{claim} is missing, and anybody may have an account with Google. Set it to hd=<your Workspace domain>")


def _stop(advice):
    raise ImproperlyConfigured(advice)
