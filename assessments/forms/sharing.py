"""Letting a line manager read a round, and giving it back."""

from django import forms

from govuk.layout import Cancel, FormHelper, Layout, Submit

from ..models import Assessment
from .text import PlainTextField


class SeenForm(forms.Form):
    """A button under a list of what somebody will see. ``mark`` stands for the list and for who they are.

    ``is_stale`` says that either has changed since the page was drawn: nobody lets anybody see what they have not read.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, button, mark, leave, **kwargs):
        super().__init__(*args, initial={"seen": mark}, **kwargs)
        self.mark = mark
        self.is_stale = False
        self.helper = FormHelper(self, Submit(button), Cancel("Go back", leave))

    def clean(self):
        cleaned = super().clean()
        self.is_stale = cleaned.get("seen") != self.mark
        if self.is_stale:
            self.data = self.data.copy()
            self.data["seen"] = self.mark
        return cleaned

    @property
    def is_agreed_to(self):
        """Whether it was sent for the list as it stands."""
        return self.is_valid() and not self.is_stale


class ShareForm(SeenForm):
    """Sharing with somebody called ``name``."""

    rate_first = forms.BooleanField(required=False)

    def __init__(self, *args, name, **kwargs):
        super().__init__(*args, button=f"Share with {name}", **kwargs)
        field = self.fields["rate_first"]
        field.label = f"Let {name} rate first, before they see your levels"
        field.help_text = (
            f"Tick this for two views formed apart. {name} then sees your notes, work examples, targets and goals at once. "
            "Your levels, what you marked as not relevant and your gap report stay hidden until they have finished their own "
            "ratings. Then each of you sees the other’s, at the same moment. A note that names your level gives it away."
        )
        self.helper.layout = Layout("rate_first")


class ReturnForm(forms.Form):
    """Why a line manager gives a round back to its owner, ``name``."""

    reason = PlainTextField(
        label="Why do you return it?",
        limit=Assessment.RETURN_REASON_LIMIT,
        what="The reason",
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Enter why you return it"},
    )

    def __init__(self, *args, name, leave, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = f"{name} reads this. Say what to change or to add."
        self.helper = FormHelper(self, Submit(f"Return it to {name}"), Cancel("Go back", leave))
