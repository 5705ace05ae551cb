"""Checking the code of a report."""

from django import forms
from django.urls import reverse

from govuk.layout import FormHelper, Submit

from ..records import read_code

LONGEST = 200


class CheckCodeForm(forms.Form):
    """A check code as it was typed; what is valid is the code in the form in which it is kept."""

    code = forms.CharField(
        label="Check code",
        help_text="Sixteen letters and digits at the foot of each page of an agreed report, such as K7QF-2M9X-0TBC-H4RD. "
        "Capitals, spaces and dashes make no difference.",
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "govuk-input--width-20"}),
        error_messages={"required": "Enter the check code"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self, Submit("Check the report"))
        self.helper.form_action = reverse("report-verify")

    def clean_code(self):
        code = read_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError("A check code has sixteen letters and digits, such as K7QF-2M9X-0TBC-H4RD")
        return code
