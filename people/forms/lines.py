from django import forms
from django.core.validators import MaxLengthValidator

from govuk.layout import FormHelper, Submit

from ..models import ReportingLine
from .accounts import EMAIL_FORMAT


class LineManagerForm(forms.Form):
    """The address of the one who is to be asked."""

    email = forms.EmailField(
        label="Your line manager’s e-mail address",
        help_text="Their address at work. We ask whoever signs in with it",
        max_length=None,
        error_messages={
            "required": "Enter your line manager’s e-mail address",
            "invalid": EMAIL_FORMAT,
            "max_length": "The e-mail address must be %(limit_value)d characters or fewer",
            "null_characters_not_allowed": "The e-mail address must not contain a NUL character",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args, button, **kwargs):
        super().__init__(*args, **kwargs)
        # Django's own limit for the field is longer than the column is.
        field = self.fields["email"]
        limit = ReportingLine._meta.get_field("email").max_length
        field.validators = [each for each in field.validators if not isinstance(each, MaxLengthValidator)]
        field.validators.append(MaxLengthValidator(limit))
        self.helper = FormHelper(self, Submit(button))

    def clean_email(self):
        return self.cleaned_data["email"].lower()


class LineAnswerForm(forms.Form):
    """Accept or decline, as one of two buttons."""

    ACCEPT, DECLINE = "accept", "decline"

    answer = forms.ChoiceField(
        choices=[(ACCEPT, "Accept"), (DECLINE, "Decline")],
        error_messages={"required": "Choose Accept or Decline", "invalid_choice": "Choose Accept or Decline"},
    )
