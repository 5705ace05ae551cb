import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal.httpkit import clean_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.urls import reverse

from .openid.adapter import ways_to_prove
from .post import CutOff, NotSent
from .reauthentication import proved_recently
from .sealing import seal, unseal
from .second_factors import must_keep

logger = logging.getLogger(__name__)

# Seconds that somebody who asked for an e-mail waits for each answer of the mail server.
MAIL_PATIENCE = 8

PASSWORD_MESSAGES = {
    "password_too_short": "Password must be %(min_length)d characters or more",
    "password_too_common": "Choose a password that is harder to guess. This one is on a list of common passwords",
    "password_too_similar": "Choose a password that is less like your name or e-mail address",
}

PROOFS = {
    "reauthenticate": "Enter your password",
    "mfa_reauthenticate": "Enter a code from your app, or a recovery code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}
SECOND_FACTORS = {"mfa_reauthenticate", "mfa_reauthenticate:webauthn"}


class AccountAdapter(DefaultAccountAdapter):
    """How allauth's local accounts behave here: the portal's words, and a name for each new person."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account has been closed",
        "duplicate_email": "Enter an address that is different from the one you use now",
        "email_password_mismatch": "Enter an e-mail address and a password that belong together. One of them is wrong",
        "email_taken": "Enter an address that no other account uses",
        "enter_current_password": "Enter your current password. This is not it",
        "incorrect_password": "Enter your password. This is not it",
        "rate_limited": "You have tried too often. Wait a few minutes, then try again",
        "too_many_login_attempts": "You have tried too often. Wait five minutes, then try again",
    }

    def save_user(self, request, user, form, commit=True):
        user.name = form.cleaned_data["name"]
        return super().save_user(request, user, form, commit)

    def clean_password(self, password, user=None):
        try:
            return super().clean_password(password, user)
        except ValidationError as refused:
            first = refused.error_list[0]
            message = PASSWORD_MESSAGES.get(first.code)
            raise (ValidationError(message, first.code, first.params) if message else first) from None

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user is None and getattr(request, "tried_too_often", False):
            raise self.validation_error("too_many_login_attempts")
        return user

    def render_mail(self, template_prefix, email, context, headers=None):
        message = super().render_mail(template_prefix, email, context, headers)
        message.connection = get_connection(timeout=MAIL_PATIENCE)
        return message

    def send_mail(self, template_prefix, email, context):
        """Send it now: a link in it opens an account, and is kept nowhere. Raises ``NotSent`` (``middleware.unsent_mail``)."""
        try:
            super().send_mail(template_prefix, email, context)
        except CutOff as lost:
            # The mail server may have it; the page says what to do if nothing comes.
            logger.warning("An e-mail of an account was cut off (%s)", lost)
        except OSError as error:  # smtplib's own errors are among them
            logger.warning("An e-mail of an account was not sent (%s)", type(error).__name__)
            # One that was not sent does not count towards how many may be.
            ratelimit.clear(self.request, action="confirm_email", key=email.lower())
            raise NotSent(type(error).__name__) from None

    def send_notification_mail(self, *args, **kwargs):
        """What it tells of is done: that the mail server is away makes it no less so."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except NotSent:
            return

    def set_password(self, user, password):
        """Only the password: what an administrator changes in the same moment stands."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def get_client_ip(self, request):
        """The address that the outermost of the portal's own proxies saw; what came before that one anybody may have written."""
        proxies, passed = settings.ALLAUTH_TRUSTED_PROXY_COUNT, request.headers.get("X-Forwarded-For", "")
        seen = [each.strip() for each in passed.split(",")][-proxies:] if proxies and passed else []
        return clean_client_ip(seen[0] if seen else request.META.get("REMOTE_ADDR", "")) or "unknown"

    def get_password_change_redirect_url(self, request):
        return reverse("account-detail")

    def is_reauthentication_required(self, *, app, **kwargs):
        """One rule for allauth's pages and the portal's. Raises ``ReauthenticationRequired`` where a proof is wanted: allauth's
        own would let through whoever has neither a password nor a second factor here."""
        if not super().is_reauthentication_required(app=app, **kwargs) or proved_recently(self.request):
            return False
        raise ReauthenticationRequired

    def get_reauthentication_methods(self, user):
        ours = [way | {"description": PROOFS[way["id"]]} for way in super().get_reauthentication_methods(user)]
        if not settings.PORTAL_LOCAL_PASSWORDS:
            ours = [way for way in ours if way["id"] != "reauthenticate"]
        ways = ours + ways_to_prove(user)
        if settings.SECOND_FACTOR_REQUIRED and user.is_staff and any(way["id"] in SECOND_FACTORS for way in ways):
            # A password would lead whoever wants to enter the admin back to the same question.
            strong = SECOND_FACTORS | {f"provider:{each}" for each in settings.SECOND_FACTOR_PROVIDERS}
            ways = [way for way in ways if way["id"] in strong]
        return ways


class MFAAdapter(DefaultMFAAdapter):
    """How allauth's second factors behave here: the portal's words, and who may not do without one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "Add another app or passkey first. The administration pages need a second step",
        "cannot_generate_recovery_codes": "Add an app or a passkey first. Recovery codes are for when it is lost",
        "incorrect_code": "Enter the code that your app shows now, or a recovery code you have not used. This is not one",
    }

    def get_totp_issuer(self):
        return settings.PORTAL_SERVICE_NAME

    def encrypt(self, text):
        return seal(text)

    def decrypt(self, encrypted_text):
        return unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator):
        return not must_keep(authenticator)

    def generate_authenticator_name(self, user, type):
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def get_public_key_credential_rp_entity(self):
        return super().get_public_key_credential_rp_entity() | {"name": settings.PORTAL_SERVICE_NAME}
