"""Numbers of versions, such as 2.0: which is higher. Plain values."""

import re

_NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}")
_DIGITS = re.compile(r"[0-9]+")


def is_version_number(text: str) -> bool:
    """Whether ``text`` is a number that a new version may have: up to four numbers with full stops between them."""
    return bool(_NUMBER.fullmatch(text))


def is_higher(number: str, than: str) -> bool:
    """Whether ``number`` comes after ``than``, compared number by number: 2.10 after 2.9, and 2 is no other than 2.0."""
    return _parts(number) > _parts(than)


def _parts(number: str) -> tuple[int, ...]:
    parts = [int(digits) for digits in _DIGITS.findall(number)]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)
