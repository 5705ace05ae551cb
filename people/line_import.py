"""Reading a CSV file of reporting lines, and saying of each row what it would do. Nothing is written here."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from .csv_files import read_rows
from .models import ReportingLine, User

COLUMNS = ("person", "line_manager")
MOST_BYTES = 256 * 1024
MOST_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, with the number of its line in it; both addresses in lower case."""

    number: int
    person: str
    email: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What a row would do: ask (``asks``), nothing, or nothing because of an ``error``. ``does`` says it in words."""

    number: int
    person: str
    email: str
    user: User | None = None
    asks: bool = False
    does: str = ""
    error: str = ""


def read_lines(content: bytes) -> list[Line]:
    """The rows of a file with the columns ``person`` and ``line_manager``, in any order. Raises ``Unreadable``."""
    rows = read_rows(content, COLUMNS, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)
    return [Line(number, *(cell.lower() for cell in cells)) for number, cells in rows]


def plan_lines(lines: list[Line]) -> list[Planned]:
    """What each row would do. The same number of queries for one row and for many."""
    people = User.objects.in_bulk([line.person for line in lines], field_name="email")
    own = {pk: {email.lower() for email in emails} for pk, emails in _addresses(people).items()}
    standing = {}
    open_lines = ReportingLine.objects.filter(person__in=people.values())
    for row in open_lines.pending() | open_lines.live():
        standing.setdefault(row.person_id, []).append(row)
    seen, planned = set(), []
    for line in lines:
        user = people.get(line.person)
        error = _error(line, user, own, seen)
        seen.add(line.person)
        if error:
            planned.append(Planned(line.number, line.person, line.email, error=error))
        else:
            asks, does = _effect(line, standing.get(user.pk, []))
            planned.append(Planned(line.number, line.person, line.email, user=user, asks=asks, does=does))
    return planned


def _addresses(people):
    found = {user.pk: [user.email] for user in people.values()}
    named = User.objects.filter(pk__in=found).exclude(emailaddress=None)
    for pk, email in named.values_list("pk", "emailaddress__email").order_by():
        found[pk].append(email)
    return found


def _error(line, user, own, seen):
    for name, email in (("person", line.person), ("line_manager", line.email)):
        try:
            validate_email(email)
        except ValidationError:
            return f"{name} is not an e-mail address"
        if len(email) > ReportingLine._meta.get_field("email").max_length:
            return f"{name} is too long"
    if user is None:
        return "Nobody has an account with the address of the person"
    if not user.is_active:
        return "The account of the person is closed"
    if line.email in own[user.pk]:
        return "Nobody is their own line manager"
    if line.person in seen:
        return "The person stands in an earlier row too"
    return ""


def _effect(line, standing):
    live = next((row for row in standing if row.is_live), None)
    pending = next((row for row in standing if row.is_pending), None)
    if live and live.email == line.email:
        return False, "Changes nothing: this is their line manager already"
    if pending and pending.email == line.email:
        return False, "Changes nothing: this address has been asked already"
    does = "Asks this address"
    if pending:
        does += f", and withdraws the request to {pending.email}"
    if live:
        does += f". {live.email} stays until they accept"
    return True, does
