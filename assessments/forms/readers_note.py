import hashlib

from django import forms

from govuk.fields import Radios
from govuk.layout import Cancel, Field, FormHelper, Layout, Submit
from standards.models import ReadersNote

from .text import PlainTextField

NOTHING = "nothing"


class ReadersNoteForm(forms.Form):
    """What is wrong with a statement of ``area``, for the editors of the standards.

    ``standing`` maps a statement's pk to the note that its reader wrote before. ``statement`` is the one that the address names;
    without one the form asks. The page carries what it was drawn with: a note that was written in another window meanwhile is
    replaced only once it was seen.
    """

    statement = forms.ChoiceField(
        label="Which statement?",
        widget=Radios(),
        error_messages={
            "required": "Choose the statement that you want to say something of",
            "invalid_choice": "Choose one of the statements shown",
        },
    )
    kind = forms.ChoiceField(
        label="What is wrong with it?",
        choices=ReadersNote.Kind.choices,
        widget=Radios(),
        error_messages={
            "required": "Choose what is wrong with the statement",
            "invalid_choice": "Choose one of the answers shown",
        },
    )
    text = PlainTextField(
        label="In your own words (optional)",
        help_text="What would make it better? Do not name anybody, and leave out what would tell who you are.",
        limit=ReadersNote.TEXT_LIMIT,
        what="What you say",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    drawn = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, area, standing, leave, statement=None, **kwargs):
        note = standing.get(statement.pk) if statement else None
        initial = {"kind": note.kind, "text": note.text} if note else {}
        super().__init__(*args, initial=initial | {"drawn": mark_of(note)}, **kwargs)
        self.standing = standing
        self.fields["statement"].choices = [(each.pk, f"{each.code} {each.topic}") for each in area.statements]
        self.replaced = None
        if statement:
            self.fields["statement"].initial = statement.pk
            self.fields["statement"].widget = forms.HiddenInput()
        # The Enter key presses the first button, which must not be the one that removes.
        buttons = [Submit("Save" if note else "Tell the editors"), Cancel("Cancel", leave)]
        if note:
            buttons.insert(1, Submit("Remove what I said", name="remove", value="1", kind="secondary"))
        layout = Layout(
            "statement" if statement else Field("statement", label_size="m"), Field("kind", label_size="m"), "text"
        )
        self.helper = FormHelper(self, *buttons, layout=layout)

    def clean(self):
        cleaned = super().clean()
        if "statement" not in cleaned:
            return cleaned
        note = self.standing.get(int(cleaned["statement"]))
        said = (cleaned.get("kind"), cleaned.get("text"))
        if cleaned.get("drawn") != mark_of(note) and note and said != (note.kind, note.text):
            self.replaced = note
            name = dict(self.fields["statement"].choices)[note.statement_id]
            self.add_error("kind", f"You said something else of {name} before. Save again to replace it")
            self.data = self.data.copy()
            self.data["drawn"] = mark_of(note)
        return cleaned


def mark_of(note) -> str:
    """What stands for a note as it was shown; of none, a word."""
    if note is None:
        return NOTHING
    return hashlib.sha256(f"{note.kind}\0{note.text}".encode()).hexdigest()[:16]
