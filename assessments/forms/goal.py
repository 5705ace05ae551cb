"""A goal of a development plan, a note on how it is going, and how it ends."""

from dataclasses import dataclass

from django import forms
from django.utils import timezone

from govuk.fields import DateField, Radios
from govuk.layout import Cancel, FormHelper, Layout, Submit
from govuk.parameters import error_list

from ..models import Goal, GoalNote
from ..plans import KINDS
from .text import PlainTextField

YEARS_AHEAD = 10
CAME_OF_IT = (
    "What you did, and what is different for it. It goes into your next assessment as a work example, for you to change. Leave out "
    "names of suppliers and people."
)
FAR = f"The date must be within the next {YEARS_AHEAD} years"


@dataclass(slots=True)
class AimRow:
    """A statement on the form, and the rank chosen in it as text; "" where the goal is not for it."""

    statement: object
    choice: str
    problem: str = ""


class GoalForm(forms.Form):
    """What, how it is learnt, by when, how one will know, and the statements that it is for.

    The page draws the statements itself (``rows``: each with the level aimed at); ``helper`` draws the other fields. ``aims`` are
    what was proposed or is saved, as pairs of a statement's pk and a rank. ``goal`` is the one to change; None for a new one, and
    ``whose`` the name of its owner where somebody else writes it. ``reader`` is the line manager who can read it; a page that was
    drawn for nobody else to read saves nothing before that is said.

    ``typed`` is a page that was sent for something else than saving: the form shows what it holds, and finds nothing wrong.
    ``revision`` is the one that the page was drawn with. ``saved`` is the goal as it was saved in another window, where that says
    something else. ``is_in_vain`` says that ideas were asked for without a statement.
    """

    what = PlainTextField(
        label="What will you do?",
        help_text="One thing, in words that you will still understand in a year. Leave out names of suppliers and people.",
        limit=Goal.WHAT_LIMIT,
        what="The goal",
        error_messages={"required": "Enter what you will do"},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    kind = forms.ChoiceField(
        label="How will you learn it?",
        choices=[(kind, label) for kind, label, _, _ in KINDS],
        widget=Radios(hints={kind: hint for kind, _, _, hint in KINDS}),
        error_messages={
            "required": "Choose how you will learn it",
            "invalid_choice": "Choose one of the ways of learning shown",
        },
    )
    due_on = DateField(
        label="By when?", name="The date", error_messages={"required": "Enter the date by which you will do it"}
    )
    measure = PlainTextField(
        label="How will you know that it is done? (optional)",
        limit=Goal.MEASURE_LIMIT,
        what="How you will know",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data=None, *, tree, aims=(), goal=None, whose="", reader=None, typed=None):
        posted = typed if data is None else data
        super().__init__(data, initial=_said(goal) if typed is None else _typed(typed))
        self.tree, self.goal, self.saved, self.is_in_vain = tree, goal, None, False
        self.revision = goal.revision if goal and posted is None else _whole(posted or {}, "revision")
        self.reader = reader
        drawn_for = "" if posted is None or reader is None else posted.get("reader", str(reader.pk))
        self.is_read_by_more = bool(posted and reader) and drawn_for != str(reader.pk)
        if whose:
            self._speak_of(whose)
        day = timezone.localdate()
        self.fields["due_on"].help_text = f"For example, 30 {day.month} {day.year + 1}"
        self.rows = self._rows(posted, dict(aims))
        self.helper = FormHelper(self, layout=Layout("what", "kind", "due_on", "measure"))
        self.helper.form_tag = False

    def _speak_of(self, name):
        self.fields["what"].label = f"What will {name} do?"
        self.fields["what"].error_messages["required"] = f"Enter what {name} will do"
        self.fields["kind"].label = f"How will {name} learn it?"
        self.fields["kind"].error_messages["required"] = f"Choose how {name} will learn it"
        self.fields["measure"].label = "How will you both know that it is done? (optional)"
        self.fields["due_on"].error_messages["required"] = f"Enter the date by which {name} will do it"

    def _rows(self, posted, aims):
        rows = []
        for statement in self.tree.statements:
            proposed = str(aims.get(statement.pk, ""))
            row = AimRow(statement, proposed if posted is None else posted.get(f"aim-{statement.pk}", ""))
            if row.choice and row.choice not in {str(rank) for rank in statement.choices if rank}:
                row.choice, row.problem = "", f"Choose one of the levels shown for {statement.code}"
            rows.append(row)
        return rows

    def clean_due_on(self):
        day, today = self.cleaned_data["due_on"], timezone.localdate()
        stays = self.goal is not None and day == self.goal.due_on
        if day < today and not stays:
            raise forms.ValidationError("The date must be today or later", params={"parts": ("day", "month", "year")})
        if day.year > today.year + YEARS_AHEAD:
            raise forms.ValidationError(FAR, params={"parts": ("year",)})
        return day

    @property
    def chosen(self):
        """The rows of the statements that the goal is for, or on which something is wrong."""
        return [row for row in self.rows if row.choice or row.problem]

    @property
    def others(self):
        """The rest, as areas with their rows."""
        left = {row.statement.code: row for row in self.rows if not (row.choice or row.problem)}
        areas = ((area, [left[each.code] for each in area.statements if each.code in left]) for area in self.tree.areas)
        return [(area, rows) for area, rows in areas if rows]

    @property
    def aims(self):
        """The statements chosen, as pairs of pk and rank."""
        return [(row.statement.pk, int(row.choice)) for row in self.rows if row.choice]

    @property
    def is_sound(self):
        """Whether a posted form can be saved."""
        return self.is_valid() and not self.is_read_by_more and not any(row.problem for row in self.rows)

    @property
    def summary(self):
        """What is wrong, in the order of the page, as the error summary's list of text and link."""
        found = []
        if self.saved:
            text = "This goal was changed meanwhile. Choose which one to keep."
            found.append({"text": text, "href": "#discard"})
        if self.is_in_vain:
            found.append(
                {"text": "Choose a statement to see ideas for it", "href": f"#aim-{self.rows[0].statement.pk}"}
            )
        if self.is_read_by_more:
            text = f"{self.reader.name or self.reader.email} can read this goal now. Save it again if that is right."
            found.append({"text": text, "href": "#save"})
        found += error_list(self)
        return found + [{"text": row.problem, "href": f"#aim-{row.statement.pk}"} for row in self.rows if row.problem]

    def meet(self, saved):
        """Keep what was typed beside ``saved``, the goal as it was saved elsewhere; the next save counts as having seen that."""
        self.saved = saved
        self.revision = saved.revision

    def use(self, suggestion, others):
        """Fill in what a suggestion says to do in the place of another; something else that was typed stays, before it."""
        typed = (self.initial.get("what") or "").strip()
        replaced = {"", suggestion.what, *(other.what for other in others)}
        self.initial["what"] = suggestion.what if typed in replaced else f"{typed}\n{suggestion.what}"
        self.initial["kind"] = suggestion.kind

    def fill(self, goal):
        """Write what was typed into ``goal``."""
        for name in ("what", "kind", "due_on", "measure"):
            setattr(goal, name, self.cleaned_data[name])
        return goal


def _said(goal):
    return {name: getattr(goal, name) for name in ("what", "kind", "due_on", "measure")} if goal else {}


def _typed(posted):
    said = {name: posted.get(name, "") for name in ("what", "kind", "measure")}
    return said | {"due_on": [posted.get(f"due_on_{part}", "") for part in ("day", "month", "year")]}


def _whole(posted, name):
    text = posted.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


class GoalNoteForm(forms.Form):
    """How a goal is going."""

    text = PlainTextField(
        label="How is it going?",
        help_text="What has been done so far, what is in the way, what comes next.",
        limit=GoalNote.TEXT_LIMIT,
        what="The note",
        error_messages={"required": "Enter how it is going"},
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args, leave="", **kwargs):
        super().__init__(*args, **kwargs)
        buttons = [Cancel("Cancel", leave)] if leave else []
        self.helper = FormHelper(self, Submit("Save note", kind="" if leave else "secondary"), *buttons)


class GoalFinishForm(forms.Form):
    """What came of a goal that is done."""

    outcome = PlainTextField(
        label="What came of it? (optional)",
        help_text=CAME_OF_IT,
        limit=Goal.OUTCOME_LIMIT,
        what="What came of it",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args, leave, whose="", **kwargs):
        super().__init__(*args, **kwargs)
        if whose:
            self.fields["outcome"].help_text = (
                f"What {whose} did, and what is different for it. "
                f"It goes into {whose}’s next assessment as a work example."
            )
        self.helper = FormHelper(self, Submit("Mark as done"), Cancel("Go back", leave))


class GoalOutcomeForm(forms.Form):
    """What came of a goal that was marked as done without it."""

    outcome = PlainTextField(
        label="What came of it?",
        help_text=CAME_OF_IT,
        limit=Goal.OUTCOME_LIMIT,
        what="What came of it",
        error_messages={"required": "Enter what came of it"},
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args, leave="", **kwargs):
        super().__init__(*args, **kwargs)
        buttons = [Cancel("Cancel", leave)] if leave else []
        self.helper = FormHelper(self, Submit("Save what came of it", kind="" if leave else "secondary"), *buttons)


class GoalDropForm(forms.Form):
    """Why a goal is given up."""

    outcome = PlainTextField(
        label="Why is it dropped?",
        help_text="For example, that the work ended, or that something else matters more now.",
        limit=Goal.OUTCOME_LIMIT,
        what="The reason",
        error_messages={"required": "Enter why the goal is dropped"},
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args, leave, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self, Submit("Drop this goal"), Cancel("Go back", leave))
