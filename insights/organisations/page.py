"""What the page of an organisation and its files say: plain values, every count among them out of a release.

Numbers are written by ``insights.figures.shown``; a change between two releases is a difference of two such numbers.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from ..figures import shown

# Of fewer blocks than this in every area, a page says that its numbers are rough.
FEW_BLOCKS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation by key and name."""

    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class Issue:
    """A release: when it was made, and the number that each count in it is a multiple of."""

    pk: int
    made_at: datetime
    base: int


class Count(NamedTuple):
    """People, as released. ``change`` since the release before is None where that says nothing of it."""

    people: int
    base: int
    change: int | None = None

    @property
    def words(self) -> str:
        """ "15", or "fewer than 5"."""
        return shown(self.people, self.base)

    @property
    def change_words(self) -> str:
        """ "5 more", "10 fewer", "no change", or nothing where there is none before."""
        if self.change is None:
            return ""
        return f"{abs(self.change):,} {'more' if self.change > 0 else 'fewer'}" if self.change else "no change"


class Option(NamedTuple):
    """One thing that the page may show: ``value`` as its address has it, ``query`` the query string of the page that shows it."""

    value: str
    words: str
    query: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """What there is to choose from: nothing where there is no choice. Frameworks and versions begin with what is shown unasked.

    ``roles`` and ``needs`` exclude one another, and ``everybody`` both.
    """

    frameworks: tuple[Option, ...] = ()
    versions: tuple[Option, ...] = ()
    everybody: Option | None = None
    roles: tuple[Option, ...] = ()
    needs: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Some of the people: ``kind`` "role" or "need", ``value`` as the address has it, ``name`` of the role profile or level.

    ``words`` say all of it: "Role profile: Contract Manager".
    """

    kind: str
    value: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class AreaLine:
    """The people whose role an area is in: ``levels`` as ``OrganisationPage.level_names``, ``people`` all of them.

    ``at_target`` is None where the release does not say it: by role profile.
    """

    pk: int
    code: str
    title: str
    short_title: str
    levels: tuple[Count, ...]
    people: Count
    at_target: Count | None

    @property
    def counts(self) -> tuple[Count, ...]:
        """Every number of the line, from left to right."""
        return (*self.levels, self.people, *([self.at_target] if self.at_target else ()))


@dataclass(frozen=True, slots=True)
class Line:
    """A number with its name and what it means."""

    name: str
    meaning: str
    count: Count


@dataclass(frozen=True, slots=True)
class MissedLine:
    """A statement, how many people are below the level that they need in it, and its words by the names of their levels."""

    pk: int
    code: str
    topic: str
    area_code: str
    area_title: str
    below: Count
    texts: tuple[tuple[str, str], ...]


class PartLine(NamedTuple):
    """An organisation directly below. Its counts are None where it is not in the release."""

    pk: int
    name: str
    people: Count | None
    counted: Count | None
    shared: Count | None
    agreed: Count | None


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """All that an analyst is shown of one organisation.

    above            what it lies in, from the organisation that the analyst was given down
    may_invite       whether the analyst may invite its people
    issue, before    the release and the one before it; None where there is none: then nothing below is there either
    next_on          the first day on which there may be other figures
    framework        what is shown is of this framework, by its title, and of the rounds under this version, by its number
    narrowing        what it is narrowed to; None for everybody
    query            the same as a query string, "" or "?role=3"
    ignored          a sentence for each thing that was asked for and is not there
    level_names      "Not yet at Foundation" and the names of the levels, the lowest first
    people           everybody who is placed there, whatever the page is narrowed to
    counted          the people whose levels the page shows; None by needed level, where it differs between areas
    participation    how far everybody has come under the framework; ready and missed: by what they hold. Empty when narrowed
    parts            the organisations directly below, by name; whatever the page is narrowed to
    caution          what whoever reads the levels of few people must know, as their numbers are rough; empty for more people
    is_small         whether too few people are counted for their levels to be shown
    """

    organisation: Place
    above: tuple[Place, ...]
    may_invite: bool
    framework: str = ""
    version: str = ""
    issue: Issue | None = None
    before: Issue | None = None
    next_on: date | None = None
    narrowing: Narrowing | None = None
    query: str = ""
    ignored: tuple[str, ...] = ()
    filters: Filters = Filters()
    level_names: tuple[str, ...] = ()
    people: Count | None = None
    counted: Count | None = None
    areas: tuple[AreaLine, ...] = ()
    participation: tuple[Line, ...] = ()
    ready: tuple[Line, ...] = ()
    missed: tuple[MissedLine, ...] = ()
    parts: tuple[PartLine, ...] = ()

    @property
    def standards(self) -> str:
        """What the figures are of: "Contract Management Professional Standards, version 2.0"."""
        return f"{self.framework}, version {self.version}" if self.version else self.framework

    @property
    def narrowed(self) -> str:
        """ "Role profile: Contract Manager", or nothing for everybody."""
        return self.narrowing.words if self.narrowing else ""

    def query_of(self, people: str) -> str:
        """The query string of the page that shows its form's list calls "role-3" or "need-2"; else of everybody."""
        kind, _, value = people.partition("-")
        options = {"role": self.filters.roles, "need": self.filters.needs}.get(kind, ())
        everybody = self.filters.everybody.query if self.filters.everybody else ""
        return next((option.query for option in options if option.value == value), everybody)

    @property
    def tells_targets(self) -> bool:
        """Whether the areas say how many are at the level that they need."""
        return any(area.at_target for area in self.areas)

    @property
    def compares(self) -> bool:
        """Whether the areas say what changed."""
        return any(area.people.change is not None for area in self.areas)

    @property
    def has_changes(self) -> bool:
        """Whether anything in the areas is another number than before."""
        return any(count.change for area in self.areas for count in area.counts)

    @property
    def caution(self) -> str:
        if self.is_small or self._most >= FEW_BLOCKS * self.issue.base:
            return ""
        base = self.issue.base
        return (
            f"Few people are counted here, so rounding changes a lot: where it says {base}, it may be nobody, or nearly "
            f"{2 * base}. Take no number for what one person holds."
        )

    @property
    def is_small(self) -> bool:
        return self.issue is None or self._most < self.fewest

    @property
    def fewest(self) -> int:
        """Of fewer people nothing is drawn: a single group of ``base`` looks like one person."""
        return 2 * self.issue.base if self.issue else 0

    @property
    def _most(self):
        return max((area.people.people for area in self.areas), default=0)
