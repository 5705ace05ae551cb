"""What a gap report says, as frozen plain values: page and PDF are drawn from these and from nothing else."""

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from ..charts import ChartRow
from ..comparisons import ComparisonPart
from .sentences import listed
from .talk import AreaViews, BothViews, ConversationRecord, Plan, PlannedGoal, SaidOf

TOP_GAPS = 3


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement as answered. `level` is "Not yet" below the lowest, and empty when unanswered, left out or not in the role.

    gap_number   its place among the gaps, from 1; 0 when it is none
    reason       why it was left out as not relevant
    evidence     the numbers of the work examples that support it
    said         what each view says of it, where the report has both
    """

    code: str
    topic: str
    level: str
    is_left_out: bool
    gap_number: int
    note: str
    reason: str
    evidence: tuple[int, ...]
    said: SaidOf | None = None

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """What was written of it, each under its label."""
        if self.said:
            return self.said.written
        return (("Note", self.note),) if self.note else ()

    @property
    def written(self) -> str:
        """The same as one text, to measure by."""
        return "\n".join(f"{label}: {text}" for label, text in self.notes)


@dataclass(frozen=True, slots=True)
class AreaReport:
    """One area. `gap` is in levels, None when it is not known; `at_target` counts statements, empty without a target.

    explanation    why it is at its level; `held_by` are the codes that belong after it
    left_out       codes of the statements marked as not relevant
    in_both        its level in each view, where the report has both
    """

    code: str
    title: str
    short_title: str
    is_finished: bool
    is_in_role: bool
    level: str
    target: str
    gap: int | None
    gap_words: str
    at_target: str
    explanation: str
    held_by: tuple[str, ...]
    left_out: tuple[str, ...]
    chart: ChartRow
    statements: tuple[StatementRow, ...]
    in_both: AreaViews | None = None

    @property
    def reason_in_full(self) -> str:
        """Why it is at its level, with the codes, as one sentence."""
        return f"{self.explanation}: {listed(self.held_by)}" if self.held_by else self.explanation


@dataclass(frozen=True, slots=True)
class Words:
    """Published words under a label. `html` has new words marked; `is_faded` when the words that are not may recede."""

    label: str
    level: str
    text: str
    html: Markup
    is_faded: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A statement below its target. `now` is what the person's level says, None below the lowest level.

    aim       the words of the next level up
    further   the words of the target, where the next level up is not enough to meet it
    """

    number: int
    code: str
    topic: str
    area: str
    level: str
    target: str
    levels: int
    why: str
    now: Words | None
    aim: Words
    further: Words | None
    goals: tuple[PlannedGoal, ...] = ()


@dataclass(frozen=True, slots=True)
class Strength:
    """A statement above its target."""

    code: str
    topic: str
    area: str
    level: str
    target: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """What would move an area to its next level."""

    code: str
    title: str
    level: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A statement marked as not relevant, or an area that is not in the role, and the reason given."""

    code: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Archived:
    """An answer to a statement of an earlier version that is not asked any more. `said` is the level, or why it was left out."""

    number: str
    code: str
    topic: str
    said: str
    note: str


@dataclass(frozen=True, slots=True)
class TargetReason:
    """Why a target departs from the role profile's, or from the one that the owner chose.

    proposed   the role profile's; empty without a profile
    chosen     the owner's, where both agreed on another one; else empty
    """

    code: str
    title: str
    target: str
    proposed: str
    reason: str
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class ReadinessRow:
    """How many statements are at a level or above."""

    level: str
    met: int
    in_scope: int
    with_evidence: int
    ready: bool


@dataclass(frozen=True, slots=True)
class WorkExample:
    """A work example. `link` is empty unless it leads to a website; `address` is the link as text, whatever it is; `dated` is
    `dated_on` in words."""

    number: int
    title: str
    text: str
    link: str
    address: str
    dated: str
    dated_on: date | None
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapReport:
    """A round's gap report. Dates are in words; `as_of` is the day of the last change.

    is_own        its reader is the person that it is about
    both          the line manager's view beside the owner's, from when the review is finished
    record, plan  the development conversation, where there is one, and the development plan
    comparison    this round and the one before, where the reader may see both
    given_under   a sentence for each earlier version that answers came along from
    archived      the answers to statements that are not asked any more; the owner's report alone has them
    """

    title: str
    name: str
    job_title: str
    organisation: str
    role_profile: str
    framework: str
    number: str
    issued: str
    licence: str
    fingerprint: str
    short_fingerprint: str
    state: str
    is_own: bool
    is_draft: bool
    is_shared: bool
    is_agreed: bool
    as_of: str
    shared_on: str
    over_on: str
    line_manager: str
    line_manager_post: str
    check_code: str
    summary: str
    levels: tuple[str, ...]
    is_finished: bool
    is_started: bool
    in_scope: int
    answered: int
    statement_count: int
    areas: tuple[AreaReport, ...]
    gaps: tuple[Gap, ...]
    strengths: tuple[Strength, ...]
    next_steps: tuple[NextStep, ...]
    is_below_target: bool
    readiness: tuple[ReadinessRow, ...]
    left_out: tuple[LeftOut, ...]
    areas_left_out: tuple[LeftOut, ...]
    target_reasons: tuple[TargetReason, ...]
    evidence: tuple[WorkExample, ...]
    both: BothViews | None
    record: ConversationRecord | None
    plan: Plan
    comparison: ComparisonPart | None
    given_under: tuple[str, ...] = ()
    archived: tuple[Archived, ...] = ()

    @property
    def top_gaps(self) -> tuple[Gap, ...]:
        return self.gaps[:TOP_GAPS]

    @property
    def other_gaps(self) -> tuple[Gap, ...]:
        return self.gaps[TOP_GAPS:]

    @property
    def departing_areas(self) -> str:
        """The areas whose targets depart from the role profile, as a list in words."""
        return listed([reason.code for reason in self.target_reasons])

    @property
    def has_unanswered(self) -> bool:
        return self.answered < self.in_scope
