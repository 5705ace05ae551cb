from django import forms
from django.core.validators import URLValidator

from govuk.fields import DateField
from govuk.layout import FormHelper, Layout
from govuk.parameters import error_list

from ..models import Evidence
from .text import PlainTextField


class EvidenceForm(forms.ModelForm):
    """A work example. Which statements it supports is chosen from the round's own version.

    The page draws the statements itself, by area; ``helper`` draws the other fields.

    ``revision`` is the one that the page was drawn with, 0 for a new work example. ``saved`` is the work example as it was
    saved in another window, where that says something else; ``is_gone`` says that it was deleted there.
    """

    title = PlainTextField(
        label="What is the example?",
        help_text="A few words, such as Quarterly performance paper, north region.",
        limit=Evidence._meta.get_field("title").max_length,
        what="The name of the example",
        error_messages={"required": "Enter a few words that name the example"},
    )
    text = PlainTextField(
        label="What did you do, and what came of it? (optional)",
        help_text="Leave out names of suppliers and people, prices and anything marked as sensitive.",
        limit=Evidence.TEXT_LIMIT,
        what="The description",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    link = PlainTextField(
        label="Link (optional)",
        help_text="Where the record is kept, such as https://example.gov.uk/records/1. People who open your report need "
        "their own access to it.",
        limit=Evidence._meta.get_field("link").max_length,
        what="The link",
        required=False,
        validators=[
            URLValidator(
                schemes=["http", "https"],
                message="Enter a link that begins with https:// or http://, or leave it empty",
            )
        ],
        widget=forms.URLInput(attrs={"spellcheck": "false"}),
    )
    dated = DateField(
        label="When was it? (optional)", help_text="For example, 27 3 2026", required=False, past_only=True
    )

    class Meta:
        model = Evidence
        fields = ["title", "text", "link", "dated", "statements"]

    def __init__(self, *args, tree, **kwargs):
        super().__init__(*args, **kwargs)
        self.tree = tree
        drawn = self.data.get("revision", "")
        self.revision = int(drawn) if drawn.isdecimal() and len(drawn) < 9 else 0
        if not self.is_bound and self.instance.pk:
            self.revision = self.instance.revision
        self.saved = None
        self.is_gone = False
        self.fields["statements"] = forms.TypedMultipleChoiceField(
            coerce=int,
            required=False,
            choices=[(statement.pk, f"{statement.code} {statement.topic}") for statement in tree.statements],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": "Choose statements from the list"},
        )
        if self.instance.pk:
            self.initial["statements"] = [row.pk for row in self.initial["statements"]]
        self.helper = FormHelper(self, layout=Layout("title", "text", "link", "dated"))
        self.helper.form_tag = False

    @property
    def chosen(self):
        """What is ticked under the statements: primary keys as text, as they were posted or as they are kept."""
        return {str(value) for value in self["statements"].value() or ()}

    @property
    def summary(self):
        """What is wrong, as the error summary's list of text and link."""
        found = []
        if self.is_gone:
            text = "This work example was deleted in another window. Choose whether to keep what you typed."
            found.append({"text": text, "href": "#save"})
        elif self.saved:
            text = "This work example was changed in another window. Choose which one to keep."
            found.append({"text": text, "href": "#discard"})
        return found + error_list(self)

    def meet(self, saved):
        """Keep what was typed beside ``saved``, the work example as it was saved elsewhere; None for one that is deleted.

        The next save counts as having seen that.
        """
        self.saved = saved
        self.is_gone = saved is None
        self.revision = saved.revision if saved else 0
