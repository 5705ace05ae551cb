from django import forms

from ..models import Organisation
from ..models.organisation import new_code


class OrganisationForm(forms.ModelForm):
    """An organisation as an administrator adds or changes it; one without a code gets one."""

    class Meta:
        model = Organisation
        fields = ["name", "code", "kind", "parent"]
        labels = {"parent": "Lies within"}
        help_texts = {
            "code": "What CSV files call it: letters without accents, digits, hyphens and underscores.",
            "parent": "Empty for a department or agency at the top. What lies within this organisation moves with it.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding and "code" in self.fields:
            self.fields["code"].required = False
            self.fields["code"].help_text += " Left empty, it gets one."
            self.initial["code"] = ""

    def clean_code(self):
        return self.cleaned_data["code"] or new_code()

    def clean(self):
        typed = super().clean()
        parent = typed.get("parent")
        if parent and self.instance.pk and Organisation.objects.within(self.instance).filter(pk=parent.pk).exists():
            self.add_error(
                "parent", "Choose another one: an organisation lies neither within itself nor within what it holds"
            )
        elif "parent" in typed and typed.get("name"):
            same = Organisation.objects.filter(parent=parent, name=typed["name"]).exclude(pk=self.instance.pk)
            if same.exists():
                self.add_error("name", "Choose another name: one in the same place has this one")
        return typed
