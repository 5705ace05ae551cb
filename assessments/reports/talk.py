"""What two people add to a gap report, as frozen plain values: both views, the conversation and the development plan."""

from dataclasses import dataclass
from datetime import date

from .sentences import listed

MOST_TOPICS = 4
MOST_DIFFERENCES = 24


@dataclass(frozen=True, slots=True)
class Said:
    """What one view says of a statement. `words` is empty where nothing is agreed yet.

    is_same   it is what is agreed, or says nothing
    by        who signed it, where that is a line manager before this one
    """

    words: str
    is_same: bool = False
    note: str = ""
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class SaidOf:
    """What each view says of a statement."""

    own: Said
    line_manager: Said
    agreed: Said

    @property
    def written(self) -> tuple[tuple[str, str], ...]:
        """What was written in each view, under whose it is."""
        found = []
        for label, said in (("Self", self.own), ("Line manager", self.line_manager), ("Agreed", self.agreed)):
            name = f"{label} ({said.by})" if said.by else label
            # The agreed reason stands with what is left out.
            found += [(f"{name}, not relevant", said.reason)] if said.reason not in ("", self.agreed.reason) else []
            found += [(name, said.note)] if said.note else []
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Aim:
    """A statement that a goal is for, and the level aimed at."""

    code: str
    topic: str
    level: str


@dataclass(frozen=True, slots=True)
class PlannedGoal:
    """A goal of the development plan. `way` is its kind and `share` that kind's part of a hundred; `due` is `due_on` in words."""

    number: int
    way: str
    share: int
    what: str
    measure: str
    due: str
    due_on: date
    aims: tuple[Aim, ...]

    @property
    def aimed_at(self) -> tuple[str, ...]:
        """What it is for, a line each: its statements by their topics, or by their codes alone where there are many."""
        if len(self.aims) > MOST_TOPICS:
            return (listed([aim.code for aim in self.aims]),)
        return tuple(f"{aim.code} {aim.topic}, to {aim.level}" for aim in self.aims)


@dataclass(frozen=True, slots=True)
class Plan:
    """The goals by kind and day due, and the statements below target that none of them is for, with the level to aim for."""

    goals: tuple[PlannedGoal, ...]
    gaps_without: tuple[Aim, ...]


@dataclass(frozen=True, slots=True)
class AreaViews:
    """One area's level in each view; `agreed` is what is agreed so far."""

    code: str
    title: str
    own: str
    line_manager: str
    agreed: str
    target: str

    @property
    def is_same(self) -> bool:
        """Whether both views give the same level."""
        return self.own == self.line_manager


@dataclass(frozen=True, slots=True)
class Difference:
    """A statement of which the two say different things; `agreed` is empty while that is open."""

    code: str
    topic: str
    area: str
    own: str
    line_manager: str
    agreed: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The statements whose ratings a line manager before this one gave."""

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BothViews:
    """The owner's and the line manager's view side by side. `compared` counts the statements that both say something of."""

    areas: tuple[AreaViews, ...]
    differences: tuple[Difference, ...]
    compared: int
    signed: tuple[Signed, ...]

    @property
    def are_few(self) -> bool:
        """Whether a table of them says more than the statements themselves, which show both views too."""
        return len(self.differences) <= MOST_DIFFERENCES

    @property
    def open(self) -> int:
        """How many differences have no agreed level yet."""
        return sum(not difference.agreed for difference in self.differences)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who confirmed the conversation, and on what day; no day before they did."""

    name: str
    role: str
    on: str


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """What is recorded of the development conversation. Dates are in words, empty where there is none."""

    held_on: str
    points: str
    look_again_on: str
    disagreement: str
    confirmations: tuple[Confirmation, ...]

    @property
    def is_begun(self) -> bool:
        """Whether anything is recorded."""
        return bool(self.held_on or self.points or self.look_again_on)

    @property
    def confirmed(self) -> tuple[Confirmation, ...]:
        return tuple(each for each in self.confirmations if each.on)
