from django import forms
from django.core.validators import URLValidator

from govuk.fields import DateField

from ..models import Evidence


class EvidenceForm(forms.ModelForm):
    """A work example. Which statements it supports is chosen from the round's own version."""

    link = forms.CharField(
        label="Link (optional)",
        help_text="Where the record is kept, such as https://example.gov.uk/records/1. People who open your report need their "
        "own access to it.",
        required=False,
        max_length=500,
        validators=[
            URLValidator(
                schemes=["http", "https"],
                message="Enter a link that begins with https:// or http://, or leave it empty",
            )
        ],
        widget=forms.URLInput(attrs={"spellcheck": "false"}),
    )
    dated = DateField(label="When was it? (optional)", required=False)

    class Meta:
        model = Evidence
        fields = ["title", "text", "link", "dated", "statements"]
        labels = {"title": "What is the example?", "text": "What did you do, and what came of it? (optional)"}
        help_texts = {
            "title": "A few words, such as Quarterly performance paper, cleaning contract.",
            "text": "Leave out names of suppliers and people, prices and anything marked as sensitive.",
        }
        error_messages = {"title": {"required": "Enter a few words that name the example"}}
        widgets = {"text": forms.Textarea(attrs={"rows": 5}), "statements": forms.CheckboxSelectMultiple}

    def __init__(self, *args, tree, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["statements"] = forms.TypedMultipleChoiceField(
            coerce=int,
            required=False,
            choices=[(statement.pk, f"{statement.code} {statement.topic}") for statement in tree.statements],
            error_messages={"invalid_choice": "Choose statements from the list"},
        )
        if self.instance.pk and not self.is_bound:
            self.initial["statements"] = [row.pk for row in self.instance.statements.all()]
