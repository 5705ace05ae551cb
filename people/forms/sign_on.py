"""The forms of whoever signs in through a provider: what it did not say of them, and which connection is to end."""

from allauth.account.utils import filter_users_by_email
from allauth.socialaccount import forms as allauth_forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.urls import reverse

from govuk.layout import Cancel, FormHelper, Submit

from ..addresses import forget_wishes_for
from ..models import User
from .accounts import check_domain, one_line, word, word_email

NOT_IN_LIST = "Choose a sign-in from the list"


class SocialSignupForm(allauth_forms.SignupForm):
    """Name, and the address where the provider gave none. One that it gave is shown and stays."""

    field_order = ["name", "email"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = User._meta.get_field("name").formfield(initial=self.sociallogin.user.name)
        word(
            self.fields["name"],
            label="Full name",
            required="Enter your full name",
            hint="As it should stand on your gap report",
            autocomplete="name",
        )
        self.given_email = self.sociallogin.user.email
        if self.given_email:
            del self.fields["email"]
        else:
            word_email(self.fields["email"], hint="Your address at work. We send a link there to confirm it is yours")
        self.order_fields(self.field_order)
        self.helper = FormHelper(self, Submit("Create account"), Cancel("Cancel", reverse("account_login")))

    def clean_name(self):
        return one_line(self.cleaned_data["name"])

    def clean_email(self):
        return check_domain(super().clean_email())

    def validate_unique_email(self, value):
        forget_wishes_for(value)
        return super().validate_unique_email(value)

    def clean(self):
        cleaned = super().clean()
        if not self.given_email:
            return cleaned
        # Somebody may have come by it since the provider gave it.
        self.account_already_exists = bool(filter_users_by_email(self.given_email))
        return cleaned | {"email": self.given_email}


class DisconnectForm(allauth_forms.DisconnectForm):
    """Which of the connected sign-ins is to end. ``to_connect`` are the providers with which there is no connection yet."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.connected = list(self.accounts.order_by("date_joined", "pk"))
        self.to_connect = [
            provider
            for provider in settings.SIGN_ON_PROVIDERS
            if provider.key not in {account.provider for account in self.connected}
        ]
        field = self.fields["account"]
        field.label = "Which sign-in do you want to disconnect?"
        field.error_messages |= dict.fromkeys(("required", "invalid_choice"), NOT_IN_LIST)
        field.validate_no_null_characters = ProhibitNullCharactersValidator(NOT_IN_LIST)
        field.empty_label = None
        field.label_from_instance = _described
        self.helper = FormHelper(self, Submit("Disconnect", kind="warning"))

    def clean(self):
        try:
            return super().clean()
        except ValidationError as refused:
            self.add_error("account", refused)
            return self.cleaned_data


def _described(account):
    name, email = account.get_provider().name, account.extra_data.get("email")
    return f"{name} ({email})" if email else name
