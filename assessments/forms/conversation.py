"""The forms of a development conversation: levels agreed (its own code, for dozens of statements), its record, confirming."""

from dataclasses import dataclass, field
from functools import lru_cache

from django import forms
from django.core.exceptions import SuspiciousOperation
from markupsafe import Markup, escape

from govuk.fields import DateField
from govuk.parameters import error_list
from govuk.rendering import govuk_field

from ..answers import NOT_RELEVANT, Answered, Change, conversation_mark
from ..models import Conversation, Rating
from .rating import drawn
from .target import TargetForm
from .text import PlainTextField, cleaned, text_problem

_PLACE = "\ue000"  # where the points go in what is drawn once for all: a character that no text of ours has
_NOTHING_DRAWN = f"{drawn(Answered(), 0)}.{Answered().mark()}"
_FIELDS = ("agreed", "reason", "drawn", "discard", "clear")


@dataclass(slots=True)
class AgreedRow:
    """One statement on the page: what stands in its fields, and what is said beside them.

    ``drawn`` is the hidden field that remembers what was recorded when the page was drawn, and what the page then showed.
    """

    code: str
    pk: int
    choice: str = ""
    reason: str = ""
    drawn: str = ""
    problems: dict = field(default_factory=dict)
    conflict: object = None
    line: object = None


class AgreedForm:
    """The levels agreed. Once posted, ``changes`` to record; ``rows_for`` draws, keeping what was typed and could not be saved.

    ``common`` maps a statement's pk to what both say, where they say the same and the page therefore shows it as agreed: choosing
    that takes back what was recorded. A row that shows what the page was drawn with changes nothing.
    """

    def __init__(self, tree, data=None, common=None):
        self.changes = []
        self.rows = []
        self.typed = {}
        self.common = common or {}
        if data is not None:
            self._refuse_strangers(tree, data)
            for statement in tree.statements:
                if f"drawn-{statement.pk}" in data:
                    self._read(statement, data)

    @staticmethod
    def _refuse_strangers(tree, data):
        known = {str(statement.pk) for statement in tree.statements}
        for name in data:
            kind, dash, pk = name.partition("-")
            if dash and kind in _FIELDS and pk not in known:
                raise SuspiciousOperation("The form names a statement that this version does not have.")

    def _read(self, statement, data):
        pk = statement.pk
        if f"discard-{pk}" in data:
            return
        row = AgreedRow(
            statement.code,
            pk,
            choice="" if f"clear-{pk}" in data else data.get(f"agreed-{pk}", ""),
            reason=cleaned(data.get(f"reason-{pk}", "")),
            drawn=data[f"drawn-{pk}"],
        )
        revision, mark, shown = [*row.drawn.split("."), "", ""][:3]
        row.problems = _problems_of(row, statement)
        if row.problems:
            self.typed[pk] = row
            return
        answer = _answer(row)
        if answer.mark() == shown:
            return
        if pk in self.common and answer.mark() == self.common[pk].mark():
            answer = Answered()
        self.typed[pk] = row
        self.changes.append(
            Change(pk, answer, int(revision) if revision.isdecimal() and len(revision) < 9 else 0, mark)
        )

    def meet(self, conflicts):
        """Keep of what was typed only what is not saved: with a problem, or in conflict with what was recorded elsewhere."""
        by_pk = {conflict.statement_id: conflict for conflict in conflicts}
        for pk, row in list(self.typed.items()):
            row.conflict = by_pk.get(pk)
            if not (row.conflict or row.problems):
                del self.typed[pk]

    @property
    def is_open(self):
        """Whether something that was typed is not saved."""
        return bool(self.typed)

    def draw(self, lines):
        """Make the rows of ``lines``; a row whose typing is not saved comes along wherever it belongs now."""
        self.rows = []
        for line in lines:
            row = self.typed.get(line.statement.pk) or AgreedRow(line.statement.code, line.statement.pk)
            self._fill(row, line, is_kept=line.statement.pk in self.typed)
            self.rows.append(row)

    def _fill(self, row, line, *, is_kept):
        recorded = line.recorded.answer if line.recorded else Answered()
        shown = recorded if recorded.is_answer else self.common.get(row.pk, Answered())
        row.line = line
        if not is_kept:
            row.choice = shown.choice
            row.reason = shown.reason or _reason_given(line)
        if row.conflict or not is_kept:
            is_open = not (line.revision or shown.is_answer)
            row.drawn = _NOTHING_DRAWN if is_open else f"{drawn(recorded, line.revision)}.{shown.mark()}"

    @property
    def summary(self):
        """What is wrong, in the order of the page, as the error summary's list of text and link."""
        found = []
        for row in self.rows:
            if not (row.conflict or row.problems):
                continue
            if row.conflict:
                text = f"{row.code} was changed after you opened this page. Choose which level to keep."
                found.append({"text": text, "href": f"#discard-{row.pk}"})
            found += [{"text": text, "href": f"#{name}-{row.pk}"} for name, text in row.problems.items()]
        return found


def _answer(row):
    if not row.choice:
        return Answered()
    is_left_out = row.choice == NOT_RELEVANT
    return Answered(None if is_left_out else int(row.choice), is_left_out, row.reason if is_left_out else "")


def _reason_given(line):
    """Why one of the two says that it is not relevant; empty where neither does."""
    given = (view.answer.reason for view in (line.own, line.line_manager) if view and view.answer.not_relevant)
    return next(given, "")


def _problems_of(row, statement):
    if row.choice not in ("", NOT_RELEVANT, *map(str, statement.choices)):
        return {"agreed": f"Choose one of the levels shown for {row.code}"}
    if row.choice != NOT_RELEVANT:
        return {}
    found = text_problem(row.reason, limit=Rating.REASON_LIMIT, what=f"The reason for {row.code}")
    if not found and not row.reason:
        found = f"Say why {row.code} is not relevant to the role"
    return {"reason": found} if found else {}


class RecordForm(forms.Form):
    """What is recorded of the conversation; ``saved`` is it as saved elsewhere, where that says something else."""

    held_on = DateField(
        name="The day that you talked",
        label="When did you talk?",
        help_text="For example, 8 12 2026. You can fill in the rest before you meet.",
        required=False,
        past_only=True,
    )
    points = PlainTextField(
        label="What did you talk about? (optional)",
        help_text="Only the two of you can read this. It stands in the agreed report. Leave out names of suppliers and people, "
        "prices and anything sensitive.",
        limit=Conversation.POINTS_LIMIT,
        what="What you talked about",
        required=False,
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    look_again_on = DateField(
        name="The day to look again",
        label="When will you look at this again? (optional)",
        help_text="For example, 8 6 2027.",
        required=False,
    )
    drawn = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    saved = None

    @classmethod
    def of(cls, conversation):
        """The form as the conversation stands."""
        initial = {name: getattr(conversation, name) for name in ("held_on", "points", "look_again_on")}
        return cls(initial=initial | {"drawn": conversation_mark(**initial)})

    def clean(self):
        found = super().clean()
        held_on, again = found.get("held_on"), found.get("look_again_on")
        if held_on and again and again <= held_on:
            self.add_error("look_again_on", "The day to look again must be after the day that you talked")
        return found

    def day(self, name):
        """The field of a day as HTML, drawn once for each day while nothing is typed."""
        return govuk_field(self[name]) if self.is_bound else _day_as_drawn(name, self.initial.get(name))

    @property
    def text_of_points(self):
        """The field of the points as HTML, in the same way."""
        if self.is_bound:
            return govuk_field(self["points"])
        return Markup(str(_points_as_drawn()).replace(_PLACE, escape(self.initial["points"])))  # noqa: S704 escaped here

    @property
    def recorded(self):
        """What was typed, as the action takes it."""
        return {name: self.cleaned_data[name] for name in ("held_on", "points", "look_again_on")}

    @property
    def is_typed(self):
        """Whether it says something else than the page that it was drawn with."""
        return conversation_mark(**self.recorded) != self.cleaned_data["drawn"]

    def meet(self, saved):
        """Keep what was typed beside ``saved``; the next save counts as having seen that."""
        self.saved = saved
        self.data = self.data.copy()
        self.data["drawn"] = conversation_mark(saved.held_on, saved.points, saved.look_again_on)

    @property
    def summary(self):
        """What is wrong, as the error summary's list of text and link."""
        found = error_list(self) if self.is_bound else []
        if self.saved:
            text = "The day or what you talked about was changed after you opened this page. Choose what to keep."
            found.insert(0, {"text": text, "href": "#discard"})
        return found


@lru_cache(maxsize=256)
def _day_as_drawn(name, day):
    # The design system's date input is the dearest thing on the page, and what it draws of a day is always the same.
    return govuk_field(RecordForm(initial={name: day})[name])


@lru_cache(maxsize=1)
def _points_as_drawn():
    return govuk_field(RecordForm(initial={"points": _PLACE})["points"])


_DISAGREEMENT_HINT = "You can confirm and say so. {} reads it, and it stands in the agreed report."


@lru_cache(maxsize=1)
def _disagreement_as_drawn():
    field = govuk_field(ConfirmForm(initial={"disagreement": _PLACE}, line_manager=_PLACE)["disagreement"])
    return tuple(map(Markup, str(field).split(_PLACE)))


class ConfirmForm(forms.Form):
    """One person's confirmation of what the page showed: its revision, and what that said. The owner may record a disagreement."""

    disagreement = PlainTextField(
        label="Is there something that you disagree with? (optional)",
        limit=Conversation.DISAGREEMENT_LIMIT,
        what="What you disagree with",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    revision = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, line_manager="", **kwargs):
        """``line_manager`` is the name of whoever reads a disagreement; without one it cannot be recorded."""
        super().__init__(*args, **kwargs)
        self.line_manager = line_manager
        if line_manager:
            self.fields["disagreement"].help_text = _DISAGREEMENT_HINT.format(line_manager)
        else:
            del self.fields["disagreement"]

    @property
    def text_of_disagreement(self):
        """The field of the disagreement as HTML, put together from what is drawn once for all while nothing is typed."""
        if self.is_bound:
            return govuk_field(self["disagreement"])
        before, between, after = _disagreement_as_drawn()
        return Markup("").join(
            [before, escape(self.line_manager), between, escape(self.initial["disagreement"]), after]
        )

    @property
    def confirmed_revision(self):
        """The revision that the page was drawn with; 0 for none that a page of ours has sent."""
        typed = self.cleaned_data["revision"]
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else 0


class AgreedTargetForm(TargetForm):
    """The level that both agree each area needs."""

    role = "the role"
    elsewhere = "after you opened this page"
