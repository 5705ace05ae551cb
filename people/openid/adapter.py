"""How allauth's social accounts behave here: which providers there are, who is let in by one, and what people are told."""

import logging
import secrets

from allauth.account.utils import filter_users_by_email
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.db import IntegrityError, transaction
from django.shortcuts import render
from django.urls import reverse

from ..addresses import forget_wishes_for
from ..reauthentication import proved_at_provider
from ..single_sign_on import SignOnProvider, is_allowed
from .provider import LOGIN, PROVE, OpenIDProvider
from .refusals import Refused

logger = logging.getLogger(__name__)
GONE = "A provider that is no longer used here"
LAST_WAY_IN = "You would have no other way to sign in. {} first, then disconnect this one"


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """The providers are those of the settings, whatever the database holds, and nobody is ever known by an e-mail address."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "no_password": LAST_WAY_IN.format("Set a password"),
        "no_verified_email": LAST_WAY_IN.format("Confirm your e-mail address"),
        "last_way_in": LAST_WAY_IN.format("Connect another"),
    }

    def list_apps(self, request, provider=None, client_id=None):
        return [
            _app_of(each)
            for each in settings.SIGN_ON_PROVIDERS
            if provider in (None, "openid_connect", each.key) and client_id in (None, each.client_id)
        ]

    def get_provider(self, request, provider, client_id=None):
        """A provider by its key; one that the settings no longer name has nothing left but that, for who still is connected."""
        try:
            return super().get_provider(request, provider, client_id)
        except SocialApp.DoesNotExist:
            return OpenIDProvider(request, _app_of(SignOnProvider(provider, GONE, "", "", "")))

    def generate_state_param(self, state):
        return secrets.token_urlsafe(32)

    def authenticate_by_email(self, login):
        return None

    def populate_user(self, request, sociallogin, data):
        user = sociallogin.user
        user.email, user.name = (data.get("email") or "").lower(), data.get("name") or ""
        return user

    def save_user(self, request, sociallogin, form=None):
        """Both rows of a newcomer or none: of two who come at once with one address or one key, the second is refused."""
        try:
            with transaction.atomic():
                return super().save_user(request, sociallogin, form)
        except IntegrityError:
            found = {"provider": sociallogin.provider, "reason": "taken"}
            answer = render(request, "socialaccount/authentication_error.html", found, status=403)
            raise ImmediateHttpResponse(answer) from None

    def is_auto_signup_allowed(self, request, sociallogin):
        """Whether the provider said all that an account needs; if not, its person is asked."""
        return bool(sociallogin.user.name) and super().is_auto_signup_allowed(request, sociallogin)

    def is_open_for_signup(self, request, sociallogin):
        return sociallogin.provider.sub_id in {each.key for each in settings.SIGN_ON_PROVIDERS}

    def pre_social_login(self, request, sociallogin):
        """Lead on whoever proves it once more; let in a newcomer whose address nobody else has, and which may have an account."""
        process = sociallogin.state["process"]
        if process == PROVE:
            raise ImmediateHttpResponse(self._proved(request, sociallogin))
        if process != LOGIN or sociallogin.is_existing or not sociallogin.user.email:
            return
        email, why = sociallogin.user.email, ""
        forget_wishes_for(email)
        if not is_allowed(email, settings.PORTAL_EMAIL_DOMAINS):
            why = "domain"
        elif filter_users_by_email(email):
            why = "taken"
        if why:
            self._note(sociallogin.provider, why)
            found = {
                "provider": sociallogin.provider,
                "why": why,
                "email": email,
                "domains": sorted(settings.PORTAL_EMAIL_DOMAINS),
                "takes_passwords": settings.PORTAL_LOCAL_PASSWORDS,
            }
            raise ImmediateHttpResponse(render(request, "socialaccount/newcomer_refused.html", found, status=403))

    def _proved(self, request, sociallogin):
        account = sociallogin.account
        if request.user.is_authenticated and sociallogin.user.pk == request.user.pk:
            onward = sociallogin.state.get("next")
            return proved_at_provider(request, provider=account.provider, uid=account.uid, onward=onward)
        self._note(sociallogin.provider, "somebody-else")
        found = {"provider": sociallogin.provider, "reason": "somebody-else"}
        return render(request, "socialaccount/authentication_error.html", found, status=403)

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None):
        """Say on the page, and write down, which of our own words it was: nothing that the provider said."""
        if error == AuthError.CANCELLED:
            return
        is_ours = isinstance(exception, Refused)
        fallback = "state" if exception is None and "state_id" in extra_context else "not-understood"
        extra_context |= {"provider": provider, "reason": exception.reason if is_ours else fallback}
        self._note(provider, extra_context["reason"])

    def _note(self, provider, reason):
        logger.warning("A sign-in by way of %s was refused: %s", provider.sub_id, reason)

    def validate_disconnect(self, account, accounts):
        """Raises ``ValidationError`` where its person would be left without a way in."""
        others = accounts.exclude(pk=account.pk).filter(provider__in=[each.key for each in settings.SIGN_ON_PROVIDERS])
        by_password = settings.PORTAL_LOCAL_PASSWORDS and account.user.has_usable_password()
        if not by_password and not others.exists():
            raise self.validation_error("no_password" if settings.PORTAL_LOCAL_PASSWORDS else "last_way_in")


def _app_of(provider):
    return SocialApp(
        provider="openid_connect",
        provider_id=provider.key,
        name=provider.name,
        client_id=provider.client_id,
        secret=provider.client_secret,
        settings={"server_url": provider.issuer, "required_claim": provider.required_claim},
    )


def ways_to_prove(user):
    """The providers at which somebody may prove once more who they are, as allauth lists such ways."""
    keys = {each.key: each.name for each in settings.SIGN_ON_PROVIDERS}
    if not keys:
        return []
    connected = SocialAccount.objects.filter(user_id=user.pk, provider__in=keys).values_list("provider", flat=True)
    return [
        {
            "id": f"provider:{key}",
            "description": f"Sign in again with {keys[key]}",
            "url": reverse("openid_connect_prove", args=[key]),
        }
        for key in connected
    ]
