"""Placing a legal hold, in the admin."""

from django import forms

from ..models import LegalHold


class HoldForm(forms.ModelForm):
    """Whose records are to be kept, and the matter that it is for."""

    class Meta:
        model = LegalHold
        fields = ["person", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "person" in self.fields:
            self.fields["person"].queryset = self.fields["person"].queryset.filter(erased_at=None)

    def clean_person(self):
        person = self.cleaned_data["person"]
        if LegalHold.objects.holds(person):
            raise forms.ValidationError("A legal hold stands for this person already.")
        return person
