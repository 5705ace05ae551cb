"""Dates in three inputs: what is accepted, and what the messages say."""

from datetime import date, timedelta

import pytest
from django import forms
from django.utils import timezone

from govuk.fields import DateField


class WorkExample(forms.Form):
    dated = DateField(past_only=True)


class Optional(forms.Form):
    dated = DateField(required=False)


def posted(day: str, month: str, year: str) -> dict:
    return {"dated_day": day, "dated_month": month, "dated_year": year}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (("27", "3", "2026"), date(2026, 3, 27)),
        (("07", "03", "2026"), date(2026, 3, 7)),
        ((" 29 ", "February", "2024"), date(2024, 2, 29)),
        (("1", "sept", "2025"), date(2025, 9, 1)),
    ],
)
def test_a_date_is_read_from_its_three_parts(typed, expected):
    form = WorkExample(posted(*typed))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["dated"] == expected


@pytest.mark.parametrize(
    ("typed", "message", "parts"),
    [
        (("", "", ""), "Enter a date", None),
        (("27", "", "2026"), "Date must include a month", ("month",)),
        (("", "3", ""), "Date must include a day and year", ("day", "year")),
        (("27", "3", "26"), "Year must have four digits", ("year",)),
        (("27", "3", "two"), "Year must have four digits", ("year",)),
        (("27", "13", "2026"), "Date must be a real date", ("month",)),
        (("32", "ma", "2026"), "Date must be a real date", ("day", "month")),
        (("30", "2", "2026"), "Date must be a real date", ("day", "month", "year")),
        (("1", "1", "0000"), "Date must be a real date", ("day", "month", "year")),
        (("1" * 5000, "1", "2026"), "Date must be a real date", ("day",)),
        (("1\x00", "1", "2026"), "Date must be a real date", ("day",)),
    ],
)
def test_a_wrong_date_says_what_to_mend(typed, message, parts):
    form = WorkExample(posted(*typed))
    assert form.errors == {"dated": [message]}
    params = form.errors.as_data()["dated"][0].params
    assert (params and params["parts"]) == parts


def test_a_day_after_today_is_refused_where_only_the_past_makes_sense():
    tomorrow = timezone.localdate() + timedelta(days=1)
    form = WorkExample(posted(str(tomorrow.day), str(tomorrow.month), str(tomorrow.year)))
    assert form.errors == {"dated": ["Date must be today or in the past"]}


def test_an_optional_date_may_stay_empty():
    form = Optional(posted("", "", ""))
    assert form.is_valid()
    assert form.cleaned_data["dated"] is None


def test_a_date_that_was_not_posted_at_all_is_missing():
    assert WorkExample({}).errors == {"dated": ["Enter a date"]}


def test_only_another_date_is_a_change():
    unchanged = Optional(posted("27", "March", "2026"), initial={"dated": date(2026, 3, 27)})
    changed = Optional(posted("28", "3", "2026"), initial={"dated": date(2026, 3, 27)})
    assert not unchanged.has_changed()
    assert changed.has_changed()
