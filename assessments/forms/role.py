from django import forms
from django.utils.html import format_html

from govuk.fields import Radios
from govuk.layout import Cancel, Field, FormHelper, Layout, Submit, Text

from ..wording import targets_in_words

NONE_OF_THESE = "none"


class RoleForm(forms.Form):
    """Which role profile comes closest. ``tree`` is the version's.

    ``leave`` is where "Cancel" leads; it is given where a role was chosen before, whose targets another choice replaces. The page
    then carries the role that it was drawn with: one chosen in another window meanwhile is replaced only once it was seen.
    """

    role_profile = forms.ChoiceField(
        label="Which role is closest to yours?",
        help_text="It proposes the level that you need in each area. You can change every one of them on the next page.",
        widget=Radios(divider_before=NONE_OF_THESE),
        error_messages={
            "required": "Choose the role that is closest to yours, or “None of these”",
            "invalid_choice": "Choose one of the roles shown, or “None of these”",
        },
    )

    def __init__(self, *args, tree, leave="", **kwargs):
        super().__init__(*args, **kwargs)
        self.tree = tree
        field = self.fields["role_profile"]
        field.choices = [
            *((profile.slug, profile.name) for profile in tree.role_profiles),
            (NONE_OF_THESE, "None of these"),
        ]
        field.widget.hints = {profile.slug: _hint(tree, profile) for profile in tree.role_profiles}
        field.widget.hints[NONE_OF_THESE] = f"Proposes {_proposal(tree, None)}, for you to change."
        self.standing = self.initial.get("role_profile")
        if self.standing:
            self.fields["drawn"] = forms.Field(initial=self.standing, required=False, widget=forms.HiddenInput)
        layout = Layout(Field("role_profile", heading=True, label_size="l"))
        buttons = [Submit("Continue")]
        if leave:
            layout.append(
                Text("If you choose another role, its targets replace yours, reasons included. Your answers stay.")
            )
            buttons.append(Cancel("Cancel", leave))
        self.helper = FormHelper(self, *buttons, layout=layout)

    def clean(self):
        cleaned = super().clean()
        drawn = cleaned.get("drawn")
        if drawn and drawn != self.standing and cleaned.get("role_profile", self.standing) != self.standing:
            name = dict(self.fields["role_profile"].choices)[self.standing]
            self.add_error("role_profile", f"You chose “{name}” in another window. Choose the role to keep")
            self.data = self.data.copy()
            self.data["drawn"] = self.standing
        return cleaned

    def chosen_pk(self):
        """The primary key of the profile chosen; None for "None of these"."""
        slug = self.cleaned_data["role_profile"]
        return next((profile.pk for profile in self.tree.role_profiles if profile.slug == slug), None)


def _hint(tree, profile):
    return format_html(
        "{}<br>{} pathway. Proposes {}.", profile.description, profile.pathway, _proposal(tree, profile.pk)
    )


def _proposal(tree, profile_pk):
    return targets_in_words(tree, tree.proposed_ranks(profile_pk).values())
