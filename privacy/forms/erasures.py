"""Asking for everything about oneself to be erased."""

from django import forms
from django.urls import reverse

from govuk.layout import Cancel, FormHelper, Submit

WORD = "erase"
WANTED = f"Type the word {WORD} to go on"


class ErasureForm(forms.Form):
    """A word to type, so that nobody asks by a slip of the hand."""

    word = forms.CharField(
        label=f"Type the word “{WORD}”",
        required=False,
        strip=True,
        error_messages={"null_characters_not_allowed": WANTED},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "class": "govuk-input--width-10",
            }
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self, Submit("Erase me", kind="warning"), Cancel("Go back", reverse("my-data-detail")))

    def clean_word(self):
        word = self.cleaned_data["word"]
        if word.casefold().strip("“”\"'. ") != WORD:
            raise forms.ValidationError(WANTED)
        return word
