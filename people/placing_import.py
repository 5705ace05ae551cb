"""Who works where as CSV: reading a file of it, saying of each row what it would do, and writing all of it as such a file."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from .csv_files import read_rows, write_rows
from .models import Organisation, User

COLUMNS = ("email", "organisation_code")
# What is confirmed travels with the page, and a page may send 1 MB.
MOST_BYTES = 900 * 1024
MOST_ROWS = 20_000
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Placing:
    """One row of the file, with the number of its line in it; the address in lower case, ``code`` "" for nowhere."""

    number: int
    email: str
    code: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What a row would do: ``does`` says it in words. With an ``error`` it is left out.

    ``person`` and ``organisation`` are keys; None is nobody, and nowhere.
    """

    number: int
    email: str
    code: str
    person: int | None = None
    organisation: int | None = None
    does: str = ""
    error: str = ""
    changes: bool = False

    @property
    def cells(self):
        return self.email, self.code


def read_placings(content: bytes) -> list[Placing]:
    """The rows of a file with the columns ``email`` and ``organisation_code``. Raises ``Unreadable``."""
    rows = read_rows(content, COLUMNS, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)
    return [Placing(number, email.lower(), code) for number, (email, code) in rows]


def write_placings() -> Iterator[bytes]:
    """Where everybody works who has an account, as a file that ``read_placings`` reads."""
    people = User.objects.filter(is_active=True, erased_at=None).order_by("email")
    found = people.values_list("email", "organisation__code").iterator(chunk_size=_BATCH)
    return write_rows(COLUMNS, ((email, code or "") for email, code in found))


def plan_placings(placings: list[Placing], *, by) -> list[Planned]:
    """What each row would do where ``by`` confirms it. As many queries for one row as for ``_BATCH``."""
    organisations = {code: (pk, name) for code, pk, name in Organisation.objects.values_list("code", "pk", "name")}
    names = dict(organisations.values())
    people = _people([placing.email for placing in placings])
    first, planned = {}, []
    for placing in placings:
        found = people.get(placing.email)
        error = _error(placing, found, organisations, first, by)
        first.setdefault(placing.email, placing.number)
        if error:
            planned.append(Planned(placing.number, placing.email, placing.code, error=error))
            continue
        before, (after, name) = found["organisation_id"], organisations.get(placing.code, (None, ""))
        planned.append(
            Planned(
                placing.number,
                placing.email,
                placing.code,
                person=found["pk"],
                organisation=after,
                does=_does(names.get(before), name, is_same=before == after),
                changes=before != after,
            )
        )
    return planned


def _people(emails):
    found = {}
    wanted = ("pk", "email", "organisation_id", "is_active", "is_superuser")
    for start in range(0, len(emails), _BATCH):
        some = User.objects.filter(email__in=emails[start : start + _BATCH], erased_at=None).order_by()
        found |= {each["email"]: each for each in some.values(*wanted)}
    return found


def _error(placing, found, organisations, first, by):
    if found is None:
        try:
            validate_email(placing.email)
        except ValidationError:
            return "email is not an e-mail address"
        return "Nobody has an account with this address"
    if placing.code and placing.code not in organisations:
        return "No organisation has this code"
    if placing.email in first:
        return f"Line {first[placing.email]} is about the same person"
    if placing.code and not found["is_active"]:
        return "The account of the person is closed"
    if found["is_superuser"] and not by.is_superuser:
        return "Only a superuser changes this account"
    return ""


def _does(before, after, *, is_same):
    if is_same:
        return "Changes nothing"
    if before is None:
        return f"Places them in {after}"
    return f"Moves them from {before} to {after}" if after else f"Takes them out of {before}"
