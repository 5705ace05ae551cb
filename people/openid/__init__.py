"""Signing in by OpenID Connect: allauth's provider with what it leaves open closed (docs/decisions/single-sign-on.md).

allauth 65 asks userinfo who somebody is, checks no signature of the identity token, and sends no nonce. Here the token is
verified whole, and userinfo must name the same person.
"""

from .refusals import Refused

__all__ = ["Refused"]
