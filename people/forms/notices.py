from django import forms
from django.urls import reverse

from govuk.layout import Cancel, FormHelper, Submit

from ..notice_words import GROUPS


class NoticeChoiceForm(forms.Form):
    """Which kinds of notice a person gets by e-mail: a group of check boxes for each subject."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for number, (heading, kinds) in enumerate(GROUPS, 1):
            self.fields[f"kinds_{number}"] = forms.MultipleChoiceField(
                label=heading,
                choices=kinds,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                error_messages={"invalid_choice": "Choose from the kinds of notice in the list"},
            )
        self.helper = FormHelper(self, Submit("Save changes"), Cancel("Cancel", reverse("account-detail")))

    @property
    def by_email(self) -> list[str]:
        """The kinds that were ticked."""
        return [kind for chosen in self.cleaned_data.values() for kind in chosen]

    @staticmethod
    def ticked(unwanted) -> dict[str, list[str]]:
        """``initial`` for somebody who does not want the kinds ``unwanted`` by e-mail."""
        return {
            f"kinds_{number}": [kind for kind, _ in kinds if kind not in unwanted]
            for number, (_, kinds) in enumerate(GROUPS, 1)
        }
