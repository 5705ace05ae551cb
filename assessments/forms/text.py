"""Free text as browsers send it."""

import re

from django import forms

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def cleaned(text: str) -> str:
    """``text`` with line ends as one character and without white space around it, as it is kept and counted."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def text_problem(text: str, *, limit: int, what: str) -> str:
    """What is wrong with a cleaned text, as a sentence about ``what`` ("Your note on B4.3"); empty when nothing is."""
    if _UNSTORABLE.search(text):
        return f"{what} holds a character that cannot be kept. Take out what was pasted last and type it again."
    if len(text) > limit:
        return f"{what} must be {limit:,} characters or fewer. It has {len(text):,}."
    return ""


class PlainTextField(forms.CharField):
    """Free text of at most ``limit`` characters; ``what`` begins its messages ("The title").

    ``max_length`` is there for the field's drawing; the check and its message are ``text_problem``'s.
    """

    def __init__(self, *, limit, what, validators=(), **kwargs):
        super().__init__(**kwargs)
        self.max_length = limit
        self.what = what
        self.validators = [*validators]

    def to_python(self, value):
        return cleaned(super().to_python(value))

    def validate(self, value):
        super().validate(value)
        problem = text_problem(value, limit=self.max_length, what=self.what)
        if problem:
            raise forms.ValidationError(problem)
