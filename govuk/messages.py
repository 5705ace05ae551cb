"""What an error says: Django's stock messages in the words that the design system asks for.

A message that a form wrote itself is left alone.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

DETERMINERS = {"a", "an", "any", "the", "your"}
CHOICES = (forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple)


def error_texts(field: BoundField) -> list[str]:
    """The messages of one field's errors, each saying what to do: "Enter the job title" for "This field is required."."""
    return [_text(field, error) for error in field.errors.as_data()]


def _text(field: BoundField, error: ValidationError) -> str:
    own_words = field.field.error_messages.get(error.code)
    stock = type(field.field).default_error_messages.get(error.code, forms.Field.default_error_messages.get(error.code))
    is_stock = own_words is None or own_words == stock
    if is_stock and error.code == "required" and error.message == forms.Field.default_error_messages["required"]:
        return _required(field)
    if is_stock and error.code == "invalid_choice":
        return f"{_thing(field.label)}: choose one of the answers shown"
    if is_stock and error.code == "max_length":
        limit, length = error.params["limit_value"], error.params["show_value"]
        return f"{_thing(field.label)} must be {limit:,} characters or fewer. It has {length:,}"
    return next(iter(error))


def _required(field: BoundField) -> str:
    if isinstance(field.field.widget, forms.CheckboxInput):
        return f"Tick “{field.label}”"
    verb = "Choose" if isinstance(field.field.widget, CHOICES) else "Enter"
    if field.label.endswith("?"):
        return f"{_thing(field.label)}: {verb.lower()} an answer"
    first, _, rest = field.label.partition(" ")
    first = first.lower() if first.capitalize() == first else first
    article = "" if first in DETERMINERS else "the "
    return f"{verb} {article}{first} {rest}".rstrip()


def _thing(label: str) -> str:
    return f"“{label}”" if label.endswith("?") else label
