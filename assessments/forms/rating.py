"""The rating page's form. Its own code, not Django's forms: the page asks four things about each of up to dozens of statements."""

from dataclasses import dataclass, field

from django.core.exceptions import SuspiciousOperation

from ..answers import NOT_RELEVANT, Answered, Change
from ..models import Rating
from .text import cleaned, text_problem

_FIELDS = ("level", "note", "reason", "drawn", "discard")


@dataclass(slots=True)
class Row:
    """One statement on the page: what stands in its fields, and what is said beside them.

    ``drawn`` is the hidden field that remembers the answer that the page was drawn with: revision and mark. ``problems`` maps
    the name of a field (level, note, reason) to a sentence.
    """

    statement: object
    choice: str = ""
    note: str = ""
    reason: str = ""
    drawn: str = ""
    problems: dict = field(default_factory=dict)
    conflict: object = None

    @property
    def is_answered(self):
        return bool(self.choice)


class RatingForm:
    """The answers of one area: ``rows`` to draw, and, once posted, ``changes`` to save and whether there are ``problems``.

    ``standing`` maps a statement's pk to (``Answered``, revision). A posted row with a problem keeps what was typed and is left
    out of ``changes``; the other rows are saved all the same. ``role`` is whose role messages speak of.
    """

    role = "your role"

    def __init__(self, area, standing, data=None):
        self.area = area
        self.changes = []
        self.problems = False
        self.rows = [] if data is not None else self._drawn_rows(standing)
        if data is not None:
            self._refuse_strangers(data)
            for statement in area.statements:
                self._read(statement, data)

    def _drawn_rows(self, standing):
        nothing = (Answered(), 0)
        return [drawn_row(each, *standing.get(each.pk, nothing)) for each in self.area.statements]

    def _refuse_strangers(self, data):
        known = {f"{field}-{statement.pk}" for statement in self.area.statements for field in _FIELDS}
        for name in data:
            if name.partition("-")[0] in _FIELDS and name not in known:
                raise SuspiciousOperation("The form names a statement that this area does not have.")

    def _read(self, statement, data):
        pk = statement.pk
        if f"drawn-{pk}" not in data:
            return
        row = Row(
            statement,
            choice=data.get(f"level-{pk}", ""),
            note=cleaned(data.get(f"note-{pk}", "")),
            reason=cleaned(data.get(f"reason-{pk}", "")),
            drawn=data[f"drawn-{pk}"],
        )
        self.rows.append(row)
        if f"discard-{pk}" in data:
            return
        row.problems = problems_of(row, self.role)
        if row.problems:
            self.problems = True
            return
        is_left_out = row.choice == NOT_RELEVANT
        answer = Answered(
            rank=None if is_left_out or not row.choice else int(row.choice),
            not_relevant=is_left_out,
            reason=row.reason if is_left_out else "",
            note=row.note,
        )
        revision, _, mark = row.drawn.partition(".")
        self.changes.append(
            Change(pk, answer, int(revision) if revision.isdecimal() and len(revision) < 9 else 0, mark)
        )

    @property
    def summary(self):
        """What is wrong on the page, in the order of the page, as the error summary's list of text and link."""
        found = []
        for row in self.rows:
            pk = row.statement.pk
            if row.conflict:
                text = f"{row.statement.code} was changed in another window. Choose which answer to keep."
                found.append({"text": text, "href": f"#discard-{pk}"})
            found += [{"text": text, "href": f"#{field}-{pk}"} for field, text in row.problems.items()]
        return found

    def redraw(self, standing, conflicts):
        """After a save that left something open: draw what is saved as it now stands, and keep what is not as it was typed.

        A row in conflict shows what was typed beside what was saved elsewhere; its next save counts as having seen that.
        """
        by_pk = {conflict.statement_id: conflict for conflict in conflicts}
        for index, row in enumerate(self.rows):
            row.conflict = by_pk.get(row.statement.pk)
            answered, revision = standing.get(row.statement.pk, (Answered(), 0))
            if row.conflict:
                row.drawn = drawn(answered, revision)
            elif not row.problems:
                self.rows[index] = drawn_row(row.statement, answered, revision)


def drawn(answered, revision) -> str:
    """The value of the hidden field that remembers what a page was drawn with."""
    return f"{revision}.{answered.mark()}"


def drawn_row(statement, answered, revision) -> Row:
    """A row that shows a saved answer."""
    return Row(statement, answered.choice, answered.note, answered.reason, drawn(answered, revision))


def problems_of(row, role="your role") -> dict:
    """What keeps a row from being saved, a sentence per field."""
    code = row.statement.code
    problems = {}
    if row.choice not in ("", NOT_RELEVANT, *map(str, row.statement.choices)):
        problems["level"] = f"Choose one of the answers shown for {code}"
    found = text_problem(row.note, limit=Rating.NOTE_LIMIT, what=f"Your note on {code}")
    if found:
        problems["note"] = found
    if row.choice == NOT_RELEVANT:
        found = text_problem(row.reason, limit=Rating.REASON_LIMIT, what=f"Your reason for {code}")
        if found:
            problems["reason"] = found
        elif not row.reason:
            problems["reason"] = f"Say why {code} is not relevant to {role}"
    return problems
