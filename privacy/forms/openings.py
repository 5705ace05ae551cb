"""Opening somebody's round as an administrator: whose and why, then which."""

from django import forms
from django.core.validators import MaxLengthValidator

from assessments.forms.text import PlainTextField
from govuk.layout import Cancel, FormHelper, Submit
from people.models import User

from ..models import BreakGlass
from ..openings import person_with, rounds_of

SHORTEST_REASON = 10


class LookUpForm(forms.Form):
    """Whose round, and why. Sound once there is somebody with that address, other than ``by``, who has one.

    ``rounds`` then has each round and what it is called.
    """

    email = forms.EmailField(
        label="Whose assessment? Their e-mail address",
        max_length=None,
        error_messages={
            "required": "Enter the e-mail address of the person whose assessment it is",
            "invalid": "Enter an e-mail address in the correct format, like name@example.com",
            "max_length": "The e-mail address must be %(limit_value)d characters or fewer",
            "null_characters_not_allowed": "The e-mail address must not contain a NUL character",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = PlainTextField(
        label="Why are you opening it?",
        help_text="Its owner reads this, with your name. Say who asked, and on what grounds. Do not write about anybody else.",
        limit=BreakGlass.REASON_LIMIT,
        what="The reason",
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Enter why you are opening it"},
    )

    def __init__(self, *args, by, leave, **kwargs):
        super().__init__(*args, **kwargs)
        self.by = by
        self.person, self.rounds = None, ()
        email = self.fields["email"]
        email.validators = [each for each in email.validators if not isinstance(each, MaxLengthValidator)]
        email.validators.append(MaxLengthValidator(User._meta.get_field("email").max_length))
        self.helper = FormHelper(self, Submit("See which assessments there are"), Cancel("Go back", leave))

    def clean_reason(self):
        reason = self.cleaned_data["reason"]
        if len(reason) < SHORTEST_REASON:
            raise forms.ValidationError(f"The reason must be {SHORTEST_REASON} characters or more")
        return reason

    def clean(self):
        cleaned = super().clean()
        # Without a reason nobody is told whether there is anything.
        if not self.errors:
            self._find(cleaned["email"])
        return cleaned

    def _find(self, email):
        self.person = person_with(email)
        if self.person is None:
            self.add_error("email", "Nobody has an account with this e-mail address")
        elif self.person == self.by:
            self.add_error("email", "This is your own address. What is yours is on the page of your assessments")
        else:
            self.rounds = rounds_of(self.person)
            if not self.rounds:
                self.add_error("email", "This person has no assessment that could be opened")


class OpeningForm(LookUpForm):
    """Which round, of somebody who was looked up, with the reason to be read once more."""

    round = forms.ChoiceField(
        label="Which assessment do you want to open?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose which assessment to open",
            "invalid_choice": "Choose one of the assessments on this page",
        },
    )
    field_order = ["email", "round", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].widget = forms.HiddenInput()
        self.helper.inputs[0] = Submit("Open it for one hour", name="open", value="yes", kind="warning")

    def offer(self, rounds):
        """Let one of these be chosen: pairs of a round and what it is called."""
        self.fields["round"].choices = [(str(each.pk), name) for each, name in rounds]
        self.rounds = rounds

    def _find(self, email):
        """It was found by the form before."""

    @property
    def chosen(self):
        """The round that was chosen."""
        return next(each for each, _ in self.rounds if str(each.pk) == self.cleaned_data["round"])
