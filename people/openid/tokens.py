"""Whether an identity token may be believed: OpenID Connect Core 1.0, section 3.1.3.7, and no step of it left out."""

import hmac
import time

import jwt

from .refusals import Refused

# Signed with a key that only the provider has. None of these is "none" or is keyed with our own secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC"}
SMALLEST_RSA_KEY = 2048
NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
# Seconds by which two clocks may differ, and after which a token is not of this sign-in.
LEEWAY = 60
FRESH = 10 * 60
LONGEST_SUB = 191


def verified_claims(
    token, *, keys: dict, issuer: str, client_id: str, nonce: str, proved_since: float | None = None
) -> dict:
    """The claims of an identity token that was made for this sign-in. ``keys`` is the provider's JWK set.

    ``proved_since`` is the time since which its person must have proved to the provider who they are. Raises ``Refused``, whose
    reason says what is wrong.
    """
    if not isinstance(token, str):
        raise Refused("no-token")
    claims = _signed_claims(token, keys, issuer, client_id)
    said = claims["nonce"]
    if not isinstance(said, str) or not said.isascii() or not hmac.compare_digest(said, nonce):
        raise Refused("nonce")
    parties = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims.get("azp", client_id) != client_id or (len(parties) > 1 and "azp" not in claims):
        raise Refused("audience")
    if not _is_moment(claims["iat"]):
        raise Refused("unreadable-token")
    if claims["iat"] < time.time() - FRESH - LEEWAY:
        raise Refused("expired")
    if not claims["sub"] or len(claims["sub"]) > LONGEST_SUB or not claims["sub"].isprintable():
        raise Refused("subject")
    if proved_since is not None:
        proved = claims.get("auth_time")
        if not _is_moment(proved) or proved < proved_since - LEEWAY:
            raise Refused("not-proved-again")
    return claims


def _is_moment(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def _signed_claims(token, keys, issuer, client_id):
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise Refused("algorithm")
        return jwt.decode(
            token,
            _key(keys, header.get("kid"), algorithm),
            algorithms=[algorithm],
            issuer=issuer,
            audience=client_id,
            leeway=LEEWAY,
            options={"require": NEEDED},
        )
    except jwt.InvalidIssuerError:
        reason = "issuer"
    except jwt.InvalidAudienceError:
        reason = "audience"
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
        reason = "expired"
    except jwt.MissingRequiredClaimError as missing:
        reason = "nonce" if missing.claim == "nonce" else "unreadable-token"
    except jwt.InvalidSignatureError:
        reason = "signature"
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        reason = "unreadable-token"
    raise Refused(reason)


def _key(keys, kid, algorithm):
    """The public key that a token says it was signed with; the only fitting one where it says nothing."""
    listed = keys.get("keys")
    fitting = [
        each
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict)
        and each.get("kty") == KEY_TYPES[algorithm[:2]]
        and each.get("use", "sig") == "sig"
        and each.get("alg", algorithm) == algorithm
        and (kid is None or each.get("kid") == kid)
    ]
    if len(fitting) != 1:
        raise Refused("key")
    key = jwt.PyJWK(fitting[0], algorithm).key
    if getattr(key, "key_size", 0) < SMALLEST_RSA_KEY and KEY_TYPES[algorithm[:2]] == "RSA":
        raise Refused("key")
    return key
