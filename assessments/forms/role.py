from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

NONE_OF_THESE = "none"


class RoleForm(forms.Form):
    """Which role profile comes closest. ``tree`` is the version's."""

    role_profile = forms.ChoiceField(
        label="Which role is closest to yours?",
        help_text="It proposes the level that you need in each area. You can change every one of them.",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose the role that is closest to yours, or “None of these”",
            "invalid_choice": "Choose one of the roles shown, or “None of these”",
        },
    )

    def __init__(self, *args, tree, button, **kwargs):
        super().__init__(*args, **kwargs)
        self.tree = tree
        self.fields["role_profile"].choices = [
            *((profile.slug, profile.name) for profile in tree.role_profiles),
            (NONE_OF_THESE, "None of these"),
        ]
        self.helper = FormHelper()
        self.helper.add_input(Submit("", button))

    def chosen_pk(self):
        """The primary key of the profile chosen; None for "None of these"."""
        slug = self.cleaned_data["role_profile"]
        return next((profile.pk for profile in self.tree.role_profiles if profile.slug == slug), None)
