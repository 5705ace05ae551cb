"""Fields and widgets that the design system has and Django lacks: a date in three inputs, choices with hints."""

from collections.abc import Mapping, Sequence
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


class DateWidget(forms.MultiWidget):
    """Three text inputs, ``<name>_day``, ``<name>_month`` and ``<name>_year``; keeps what was typed."""

    PARTS = ("day", "month", "year")
    use_fieldset = True

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__({part: forms.TextInput() for part in self.PARTS}, attrs)

    def decompress(self, value: date | None) -> list[str]:
        return ["", "", ""] if value is None else [str(value.day), str(value.month), str(value.year)]

    def typed(self, value: date | Sequence[str | None] | None) -> list[str]:
        """The text of each input, for a date or for what somebody typed."""
        if isinstance(value, list | tuple):
            return [text or "" for text in value]
        return self.decompress(value)


class DateField(forms.Field):
    """A date asked for as day, month and year; a month may be a number or a name ("3", "March", "mar").

    ``name`` begins its messages ("Date must include a month"). ``past_only`` refuses days after today. Each
    ``ValidationError`` says in ``params["parts"]`` which inputs it is about.
    """

    widget = DateWidget
    default_error_messages = {"required": "Enter a date"}

    def __init__(self, *, name: str = "Date", past_only: bool = False, **kwargs) -> None:
        self.name = name
        self.past_only = past_only
        super().__init__(**kwargs)

    def to_python(self, value: date | Sequence[str | None] | None) -> date | None:
        if value is None or isinstance(value, date):
            return value
        day, month, year = texts = [(text or "").strip() for text in value]
        missing = tuple(part for part, text in zip(DateWidget.PARTS, texts, strict=True) if not text)
        if len(missing) == len(texts):
            return None
        if missing:
            raise self._error(f"{self.name} must include a {' and '.join(missing)}", "incomplete", missing)
        if not (year.isdecimal() and len(year) == 4):
            raise self._error("Year must have four digits", "year", ("year",))
        return self._real_date(_number(day, 31), _month_number(month), int(year))

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is not None and self.past_only and value > timezone.localdate():
            raise self._error(f"{self.name} must be today or in the past", "future", DateWidget.PARTS)

    def _real_date(self, day: int | None, month: int | None, year: int) -> date:
        wrong = tuple(part for part, number in (("day", day), ("month", month)) if number is None)
        if not wrong:
            try:
                return date(year, month, day)
            except ValueError:
                wrong = DateWidget.PARTS
        raise self._error(f"{self.name} must be a real date", "unreal", wrong)

    @staticmethod
    def _error(message: str, code: str, parts: tuple[str, ...]) -> ValidationError:
        return ValidationError(message.replace("%", "%%"), code=code, params={"parts": parts})


class Radios(forms.RadioSelect):
    """Radios whose choices may carry a hint each, by value, and the word "or" before the choice ``divider_before``."""

    def __init__(
        self, attrs: dict | None = None, choices=(), *, hints: Mapping | None = None, divider_before: object = None
    ) -> None:
        super().__init__(attrs, choices)
        self.hints = dict(hints or {})
        self.divider_before = divider_before


class Checkboxes(forms.CheckboxSelectMultiple):
    """Checkboxes whose choices may carry a hint each, by value."""

    def __init__(self, attrs: dict | None = None, choices=(), *, hints: Mapping | None = None) -> None:
        super().__init__(attrs, choices)
        self.hints = dict(hints or {})


def _number(text: str, largest: int) -> int | None:
    is_number = text.isdecimal() and len(text) <= 2
    return int(text) if is_number and 1 <= int(text) <= largest else None


def _month_number(text: str) -> int | None:
    named = [number for number, name in enumerate(MONTHS, 1) if len(text) >= 3 and name.startswith(text.lower())]
    return named[0] if named else _number(text, 12)
