"""The forms of second factors, in the portal's words. What allauth's forms check stays as it is."""

from struct import error as StructError

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base_forms
from allauth.mfa.recovery_codes import forms as recovery_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.urls import reverse

from govuk.layout import Cancel, FormHelper, Submit

CODE_IS = "Enter a code of 6 digits, or a recovery code of 8"
NOT_WHAT_IT_SHOWS = "Enter the code that the app shows now. This is not it"
NO_PASSKEY = "The browser gave no passkey that the portal can use. Try again, or use something else"
# What is raised deep inside by what no browser sends.
UNREADABLE = (
    *(ArithmeticError, AttributeError, LookupError, RecursionError, StructError, TypeError, ValueError),
    *(InvalidSignature, UnsupportedAlgorithm),
)
LONGEST_CREDENTIAL = 20_000


def _word_code(field, *, label, hint, required):
    field.label, field.help_text = label, hint
    field.error_messages |= {"required": required, "null_characters_not_allowed": CODE_IS, "max_length": CODE_IS}
    field.validators = [*field.validators, MaxLengthValidator(40)]
    field.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


class CredentialField(forms.JSONField):
    """What a browser's passkey says, as JSON. It is on no page; what is wrong with it is said of the whole form."""

    widget = forms.HiddenInput
    default_error_messages = {"required": NO_PASSKEY, "invalid": NO_PASSKEY}

    def bound_data(self, data, initial):
        return ""

    def prepare_value(self, value):
        # It answers one question, which is not asked again.
        return ""

    def to_python(self, value):
        try:
            if len(value or "") > LONGEST_CREDENTIAL:
                raise RecursionError
            found = super().to_python(value)
        except (RecursionError, ValueError):
            found = "too much"
        if found is not None and not isinstance(found, dict):
            raise ValidationError(NO_PASSKEY, "invalid")
        return found


def _read_with_distrust(read):
    """What ``read`` gives. Raises ``ValidationError``, in words for a passkey, whatever goes wrong in it."""
    try:
        return read()
    except ValidationError as refused:
        is_about_codes = getattr(refused, "code", "") == "incorrect_code"
        raise (ValidationError(NO_PASSKEY, "invalid") if is_about_codes else refused) from None
    except UNREADABLE:
        raise ValidationError(NO_PASSKEY, "invalid") from None


def _ask_for_a_code(form):
    _word_code(
        form.fields["code"],
        label="Code",
        hint="From the app that shows your codes, or one of your recovery codes",
        required="Enter the code from your app, or a recovery code",
    )
    form.helper = FormHelper(form, Submit("Continue"))


class AuthenticateForm(base_forms.AuthenticateForm):
    """The code from the app, or one of the recovery codes, while signing in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _ask_for_a_code(self)


class CodeAgainForm(base_forms.ReauthenticateForm):
    """The code from the app, or one of the recovery codes, before something that matters."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _ask_for_a_code(self)


class ActivateAppForm(totp_forms.ActivateTOTPForm):
    """The first code from an app, which shows that it was set up."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _word_code(
            self.fields["code"],
            label="Code that the app shows now",
            hint="6 digits. They change every 30 seconds",
            required="Enter the code that the app shows",
        )
        self.helper = FormHelper(self, Submit("Save"), Cancel("Cancel", reverse("mfa_index")))

    def clean_code(self):
        try:
            return super().clean_code()
        except ValidationError as refused:
            # allauth's words name recovery codes too, of which there are none yet.
            raise (ValidationError(NOT_WHAT_IT_SHOWS) if refused.code == "incorrect_code" else refused) from None

    @property
    def secret_in_fours(self):
        """The secret as it is easiest to type."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


class DeactivateAppForm(totp_forms.DeactivateTOTPForm):
    """Doing without the app."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self, Submit("Remove the app", kind="warning"), Cancel("Cancel", reverse("mfa_index")))


class GenerateCodesForm(recovery_forms.GenerateRecoveryCodesForm):
    """New recovery codes in place of the old."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self, Submit("Make new codes"), Cancel("Cancel", reverse("mfa_index")))


def _name_of_a_passkey():
    return forms.CharField(
        label="What to call it",
        help_text="So that you know it again, such as “Work phone”",
        max_length=60,
        error_messages={
            "required": "Enter what to call the passkey",
            "max_length": "What to call it must be %(limit_value)d characters or fewer",
            "null_characters_not_allowed": "What to call it must not contain a NUL character",
        },
    )


class AddPasskeyForm(webauthn_forms.AddWebAuthnForm):
    """A new passkey: what to call it, and what the browser made.

    Each is good for signing in by itself, because it asks who uses it: by finger, face or PIN.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        self.fields["name"] = _name_of_a_passkey()
        self.fields["name"].required = False
        self.fields["credential"] = CredentialField()
        self.helper = FormHelper(self, Submit("Make the passkey"), Cancel("Cancel", reverse("mfa_index")))

    def clean_credential(self):
        """Only what is used of it is kept."""
        said = self.cleaned_data["credential"]
        return _read_with_distrust(
            lambda: {
                **{name: str(said[name]) for name in ("id", "rawId", "type")},
                "response": {name: str(said["response"][name]) for name in ("clientDataJSON", "attestationObject")},
                "clientExtensionResults": {
                    "credProps": {"rk": said["clientExtensionResults"]["credProps"]["rk"] is True}
                },
            }
        )

    def clean(self):
        self.cleaned_data["passwordless"] = True
        return _read_with_distrust(super().clean)


class EditPasskeyForm(webauthn_forms.EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name_of_a_passkey()
        self.helper = FormHelper(self, Submit("Save"), Cancel("Cancel", reverse("mfa_list_webauthn")))


class RemovePasskeyForm(forms.Form):
    """Doing without a passkey."""

    def __init__(self, *args, authenticator, **kwargs):
        super().__init__(*args, **kwargs)
        self.authenticator = authenticator
        self.helper = FormHelper(
            self, Submit("Remove the passkey", kind="warning"), Cancel("Cancel", reverse("mfa_list_webauthn"))
        )

    def clean(self):
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.authenticator):
            raise adapter.validation_error("cannot_delete_authenticator")
        return super().clean()


class PasskeyForm(webauthn_forms.AuthenticateWebAuthnForm):
    """A passkey as the second factor, while signing in."""

    credential = CredentialField()

    def clean_credential(self):
        return _read_with_distrust(super().clean_credential)


class PasskeySignInForm(webauthn_forms.LoginWebAuthnForm):
    """A passkey instead of an address and a password, where the portal has sign-ins of its own."""

    credential = CredentialField()

    def clean_credential(self):
        if not settings.PORTAL_LOCAL_PASSWORDS:
            raise ValidationError("Sign in with your organisation's account. A passkey is not enough here")
        return _read_with_distrust(super().clean_credential)


class PasskeyAgainForm(webauthn_forms.ReauthenticateWebAuthnForm):
    """A passkey before something that matters."""

    credential = CredentialField()

    def clean_credential(self):
        return _read_with_distrust(super().clean_credential)
