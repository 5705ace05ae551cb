"""By when an organisation invites its people to a round, and when it reminds them."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from govuk.fields import Checkboxes, DateField, Radios
from govuk.layout import Cancel, FormHelper, Layout, Submit

from ..models import Campaign

PARTS = ("day", "month", "year")


class CampaignForm(forms.Form):
    """Which framework, by when, and the days before it on which people are reminded.

    ``frameworks`` are those that may be chosen; of one alone nobody is asked. ``leave`` is where its link to cancel leads.
    """

    framework = forms.ChoiceField(
        label="Which standards?",
        widget=Radios,
        error_messages={"required": "Choose the standards", "invalid_choice": "Choose one of the standards shown"},
    )
    due_on = DateField(
        label="By when are they to share it?",
        name="The day",
        error_messages={"required": "Enter the day by which people are to share their assessment"},
    )
    remind_days = forms.TypedMultipleChoiceField(
        label="When are they reminded? (optional)",
        help_text="Only people who have not shared by then get it. Each reminder is sent once.",
        choices=[(days, f"{days} days before" if days > 1 else "The day before") for days in Campaign.REMINDERS],
        coerce=int,
        required=False,
        widget=Checkboxes,
        error_messages={"invalid_choice": "Choose from the reminders shown"},
    )

    def __init__(self, data=None, *, frameworks, leave):
        super().__init__(data, initial={"remind_days": [14, 3]})
        self.frameworks = {each.slug: each for each in frameworks}
        example = timezone.localdate() + timedelta(days=60)
        self.fields["due_on"].help_text = f"For example, {example.day} {example.month} {example.year}"
        names = ["framework", "due_on", "remind_days"]
        if len(frameworks) == 1:
            del self.fields["framework"]
            names.remove("framework")
        else:
            self.fields["framework"].choices = [(each.slug, each.title) for each in frameworks]
        self.helper = FormHelper(
            self, Submit("Continue", name="step", value="check"), Cancel("Cancel", leave), layout=Layout(*names)
        )

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if problem := Campaign.day_problem(day, timezone.localdate()):
            raise forms.ValidationError(problem, params={"parts": PARTS})
        return day

    def clean(self):
        cleaned = super().clean()
        if "due_on" in cleaned and "remind_days" in cleaned:
            problem = Campaign.reminders_problem(cleaned["remind_days"], cleaned["due_on"], timezone.localdate())
            if problem:
                self.add_error("remind_days", problem)
        return cleaned

    @property
    def chosen(self):
        """The framework that was chosen in a sound form."""
        if "framework" in self.fields:
            return self.frameworks[self.cleaned_data["framework"]]
        return next(iter(self.frameworks.values()))

    @property
    def sent(self) -> list[tuple[str, str]]:
        """What a sound form holds, as hidden fields send it again."""
        due = self.cleaned_data["due_on"]
        fields = [("due_on_day", due.day), ("due_on_month", due.month), ("due_on_year", due.year)]
        fields += [("remind_days", days) for days in self.cleaned_data["remind_days"]]
        if "framework" in self.fields:
            fields.append(("framework", self.cleaned_data["framework"]))
        return fields
