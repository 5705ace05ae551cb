from django import forms


class CsvForm(forms.Form):
    """A CSV file as an administrator uploads it; which columns it has is for whoever reads it."""

    file = forms.FileField(
        label="CSV file",
        allow_empty_file=True,
        error_messages={"required": "Choose a CSV file", "invalid": "Choose a CSV file"},
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
