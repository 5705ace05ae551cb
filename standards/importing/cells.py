"""What a cell of an editors' file may hold, and how it stands for a value: widgets of django-import-export.

Each takes the cell's text to the value of a row, or raises ``ValueError`` with what is wrong, and renders a value as text again.
``book`` is the ``Book`` that the row belongs to.
"""

import re
import uuid

from import_export.widgets import Widget

HIGHEST_ORDER = 32_767
_YES, _NO = "Yes", "No"


class Text(Widget):
    """Words, kept as they are."""

    def clean(self, value, row=None, **kwargs):
        return value

    def render(self, value, obj=None, **kwargs):
        return value or ""


class Code(Text):
    """A code, name or title by which rows are told apart: white space around it is no part of it."""

    def clean(self, value, row=None, **kwargs):
        value = value.strip()
        if not value:
            raise ValueError("is empty.")
        return value


class WholeNumber(Widget):
    """A whole number from ``least``; an empty cell is None."""

    def __init__(self, least=0):
        super().__init__()
        self.least = least

    def clean(self, value, row=None, **kwargs):
        value = value.strip()
        if not value:
            return None
        if not re.fullmatch("[0-9]{1,9}", value) or not self.least <= int(value) <= HIGHEST_ORDER:
            raise ValueError(f"is not a whole number from {self.least} to {HIGHEST_ORDER:,}: “{shown(value)}”.")
        return int(value)

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(value)


class YesNo(Widget):
    """Yes or No; an empty cell is No."""

    def clean(self, value, row=None, **kwargs):
        value = value.strip().lower()
        if value not in ("", "yes", "no", "true", "false"):
            raise ValueError(f"is neither Yes nor No: “{shown(value)}”.")
        return value in ("yes", "true")

    def render(self, value, obj=None, **kwargs):
        return _YES if value else _NO


class Choice(Widget):
    """One of a model's choices, by its label or its value."""

    def __init__(self, choices):
        super().__init__()
        self.choices = choices

    def clean(self, value, row=None, **kwargs):
        value = value.strip()
        for each, label in self.choices.choices:
            if value.lower() in (label.lower(), each):
                return each
        if value:
            allowed = ", ".join(f"“{label}”" for label in self.choices.labels)
            raise ValueError(f"is none of {allowed}: “{shown(value)}”.")
        return ""

    def render(self, value, obj=None, **kwargs):
        return self.choices(value).label if value else ""


class Lineage(Widget):
    """A statement's identity across versions, a UUID; an empty cell leaves it as it is, or makes a new one."""

    def clean(self, value, row=None, **kwargs):
        try:
            return uuid.UUID(value.strip())
        except ValueError:
            raise ValueError(f"is no UUID: “{shown(value)}”. Leave it empty for a new statement.") from None

    def render(self, value, obj=None, **kwargs):
        return str(value)


class One(Widget):
    """A row of another sheet, by its code."""

    def __init__(self, sheet, *, is_needed=True):
        super().__init__()
        self.sheet, self.is_needed = sheet, is_needed

    def clean(self, value, row=None, *, book, **kwargs):
        value = value.strip()
        if not value and not self.is_needed:
            return None
        if not value:
            raise ValueError("is empty.")
        return book.find(self.sheet, value)

    def render(self, value, obj=None, *, book, **kwargs):
        return book.name(self.sheet, value) if value else ""


class Several(Widget):
    """Rows of another sheet, by their codes with commas between: a tuple of codes in the order of that sheet."""

    def __init__(self, sheet):
        super().__init__()
        self.sheet = sheet

    def clean(self, value, row=None, *, book, **kwargs):
        named = [code for each in value.split(",") if (code := each.strip())]
        return book.in_order(self.sheet, {book.name(self.sheet, book.find(self.sheet, code)) for code in named})

    def render(self, value, obj=None, *, book, **kwargs):
        return ", ".join(book.in_order(self.sheet, value or ()))


class AtLevel(Widget):
    """A level, by its name or rank; the value is the rank."""

    def clean(self, value, row=None, *, book, **kwargs):
        return book.find("Levels", value.strip()).rank if value.strip() else None

    def render(self, value, obj=None, *, book, **kwargs):
        return book.level_name(value) if value else ""


def shown(value):
    """As much of a text as a message quotes."""
    return value if len(value) <= 40 else f"{value[:40]}…"
