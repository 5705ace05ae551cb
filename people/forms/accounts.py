"""The forms of signing in, signing up and one's own account, in the portal's words.

The forms of allauth keep their checks; only what people read and the order of the fields is set here.
"""

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db.models import Q
from django.urls import reverse

from govuk.layout import Cancel, FormHelper, Submit

from ..addresses import forget_wishes_for, is_of
from ..demo import demo_people
from ..models import Organisation, TooManyTries, User
from ..single_sign_on import is_allowed

EMAIL_FORMAT = "Enter an e-mail address in the correct format, like name@example.com"
PASSWORD_HINT = "At least 12 characters. Three random words are easy to remember and hard to guess"  # noqa: S105


# More organisations than this nobody looks through; administrators place people in them.
MOST_OFFERED = 500


def word(field, *, label, required="", hint="", autocomplete):
    """Give a field the portal's label, hint and messages."""
    called = label.removesuffix(" (optional)")
    field.label, field.help_text = label, hint
    field.widget.attrs["autocomplete"] = autocomplete
    field.error_messages |= {
        "required": required,
        "max_length": f"{called} must be %(limit_value)d characters or fewer",
        "null_characters_not_allowed": f"{called} must not contain a NUL character",
    }


def word_email(field, *, label="E-mail address", hint="", autocomplete="email"):
    word(field, label=label, required="Enter your e-mail address", hint=hint, autocomplete=autocomplete)
    field.error_messages["invalid"] = EMAIL_FORMAT
    # Django's own limit for the field is longer than the column is.
    field.validators = [each for each in field.validators if not isinstance(each, MaxLengthValidator)]
    field.validators.append(MaxLengthValidator(User._meta.get_field("email").max_length))


def check_domain(email):
    """The address, which must be at a domain of ``PORTAL_EMAIL_DOMAINS`` where there are some. Raises ``ValidationError``."""
    if is_allowed(email, settings.PORTAL_EMAIL_DOMAINS):
        return email
    raise ValidationError(f"Enter your address at work, which ends in {domains_in_words()}", "domain")


def domains_in_words():
    """The domains of ``PORTAL_EMAIL_DOMAINS`` as a sentence names them."""
    *others, last = (f"@{domain}" for domain in sorted(settings.PORTAL_EMAIL_DOMAINS))
    return f"{', '.join(others)} or {last}" if others else last


def _word_password(field, *, label="Password", required="Enter your password", is_new=False):
    autocomplete = "new-password" if is_new else "current-password"
    word(field, label=label, required=required, hint=PASSWORD_HINT if is_new else "", autocomplete=autocomplete)


class LoginForm(allauth_forms.LoginForm):
    """E-mail address and password, which a portal may have switched off (``takes_passwords``).

    ``providers`` say who somebody is as well; ``demo_people`` are the made-up accounts that the page offers, in demo mode only.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        word_email(self.fields["login"], autocomplete="username")
        _word_password(self.fields["password"])
        self.demo_people = _demo_people_here() if settings.PORTAL_DEMO else ()
        self.providers = settings.SIGN_ON_PROVIDERS
        self.takes_passwords = settings.PORTAL_LOCAL_PASSWORDS
        self.helper = FormHelper(self, Submit("Sign in"))

    def clean(self):
        try:
            return super().clean()
        except ValidationError as refused:
            self.add_error("login", refused)
            return self.cleaned_data


def _demo_people_here():
    # They may try out being erased, too.
    here = set(User.objects.filter(is_active=True).values_list("email", flat=True))
    return [person for person in demo_people() if person.email in here]


class SignupForm(allauth_forms.SignupForm):
    """Name, e-mail address and a password, typed once because it can be shown."""

    field_order = ["name", "email", "password1"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = User._meta.get_field("name").formfield()
        word(
            self.fields["name"],
            label="Full name",
            required="Enter your full name",
            hint="As it should stand on your gap report",
            autocomplete="name",
        )
        word_email(self.fields["email"], hint="Your address at work. We send a link there to confirm it is yours")
        _word_password(self.fields["password1"], label="Create a password", required="Enter a password", is_new=True)
        self.order_fields(self.field_order)
        self.helper = FormHelper(self, Submit("Create account"))

    def clean_name(self):
        return one_line(self.cleaned_data["name"])

    def clean_email(self):
        return check_domain(super().clean_email())

    def validate_unique_email(self, value):
        forget_wishes_for(value)
        return super().validate_unique_email(value)


class AddEmailForm(allauth_forms.AddEmailForm):
    """The new address of an account; it counts once its link has been opened."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        word_email(self.fields["email"], label="New e-mail address")
        self.helper = FormHelper(
            self,
            Submit("Send a confirmation link", name="action_add", value="1"),
            Cancel("Cancel", reverse("account-detail")),
        )

    def clean_email(self):
        return check_domain(super().clean_email())


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """The present password and the new one, typed once because it can be shown."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        _word_password(self.fields["oldpassword"], label="Current password", required="Enter your current password")
        _word_password(self.fields["password1"], label="New password", required="Enter a new password", is_new=True)
        self.helper = FormHelper(self, Submit("Change password"), Cancel("Cancel", reverse("account-detail")))

    def clean_oldpassword(self):
        try:
            return super().clean_oldpassword()
        except TooManyTries:
            raise get_adapter().validation_error("too_many_login_attempts") from None


class SetPasswordForm(allauth_forms.SetPasswordForm):
    """A first password, for somebody whose account has none."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        _word_password(self.fields["password1"], label="New password", required="Enter a new password", is_new=True)
        self.helper = FormHelper(self, Submit("Set password"), Cancel("Cancel", reverse("account-detail")))


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """The address to which a link for a new password is sent."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        word_email(self.fields["email"])
        self.helper = FormHelper(self, Submit("Send the link"))

    def clean_email(self):
        email = super().clean_email()
        self.users = [each for each in self.users if is_of(each, email)]
        return email


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    """A new password for somebody who came by the link, typed once because it can be shown."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        _word_password(self.fields["password1"], label="New password", required="Enter a new password", is_new=True)
        self.helper = FormHelper(self, Submit("Save new password"))


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    """The password again, before something that matters."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _word_password(self.fields["password"])
        self.helper = FormHelper(self, Submit("Continue"))


class AccountForm(forms.ModelForm):
    """What a person says of themselves. Their reports carry it."""

    class Meta:
        model = User
        fields = ["name", "job_title", "organisation"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name, job_title, organisation = (self.fields[each] for each in self.Meta.fields)
        word(name, label="Full name", required="Enter your full name", autocomplete="name")
        word(job_title, label="Job title (optional)", autocomplete="organization-title")
        organisation.label = "Organisation (optional)"
        organisation.empty_label = "Not in this list, or rather not say"
        organisation.queryset = Organisation.objects.all()
        organisation.choices = [("", organisation.empty_label), *self._offered().items()]
        organisation.error_messages["invalid_choice"] = not_in_list = "Choose an organisation from the list"
        organisation.validate_no_null_characters = ProhibitNullCharactersValidator(not_in_list)
        self.helper = FormHelper(self, Submit("Save changes"))

    def _offered(self):
        """Organisations with their paths, as a tree; where it is too big to choose from, those at the top and one's own."""
        paths = Organisation.objects.tree()
        if len(paths) <= MOST_OFFERED:
            return paths
        at_hand = Q(parent=None) | Q(pk=self.instance.organisation_id)
        few = set(Organisation.objects.filter(at_hand).values_list("pk", flat=True))
        return {pk: path for pk, path in paths.items() if pk in few}

    def clean_name(self):
        return one_line(self.cleaned_data["name"])

    def clean_job_title(self):
        return one_line(self.cleaned_data["job_title"])


def one_line(text):
    """``text`` with each run of white space, line breaks included, as one space."""
    return " ".join(text.split())
