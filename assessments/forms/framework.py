from django import forms
from django.urls import reverse

from govuk.environment import plural, words
from govuk.fields import Radios
from govuk.layout import Cancel, Field, FormHelper, Layout, Submit


class FrameworkForm(forms.Form):
    """Which standards to begin with. ``trees`` maps each version offered to its tree; ``under_way`` holds keys of frameworks."""

    framework = forms.ChoiceField(
        label="Which standards do you assess yourself against?",
        widget=Radios(),
        error_messages={
            "required": "Choose the standards that you assess yourself against",
            "invalid_choice": "Choose one of the standards shown",
        },
    )

    def __init__(self, *args, trees, under_way=(), **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["framework"]
        field.choices = [(version.framework.slug, version.framework.title) for version in trees]
        field.widget.hints = {
            version.framework.slug: _hint(version, tree, version.framework_id in under_way)
            for version, tree in trees.items()
        }
        layout = Layout(Field("framework", heading=True, label_size="xl"))
        self.helper = FormHelper(self, Submit("Continue"), Cancel("Cancel", reverse("assessment-list")), layout=layout)


def _hint(version, tree, is_under_way):
    sentences = [
        version.framework.purpose,
        f"By {version.framework.owner}, version {version.number}",
        f"{_counted(tree.statements, 'statement')} in {_counted(tree.areas, 'area')}",
        "You have an assessment under way" if is_under_way else "",
    ]
    return " ".join(f"{each[:1].upper()}{each[1:].rstrip('.')}." for each in sentences if each)


def _counted(items, noun):
    return f"{words(len(items))} {plural(len(items), noun)}"
