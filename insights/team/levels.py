"""A team as it was read at one moment: each person's level in each area, as far as it was shared. Plain values.

Of somebody's rounds under one framework the shared one counts, else the one agreed last. A draft looks like no round at all.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.utils import timezone

from assessments.models import Assessment
from assessments.waiting import Wait, wait_of
from standards.tree import TreeArea, VersionTree, version_tree

from .reading import ROUND, TALK, VERSION, read_lines, read_rounds, version_of

_ROUND = slice(len(ROUND))
_TALK = slice(len(ROUND), len(ROUND) + len(TALK))
_VERSION = slice(_TALK.stop, _TALK.stop + len(VERSION))
_VERSION_ID, _FRAMEWORK = (_VERSION.start + VERSION.index(name) for name in ("id", "framework_id"))


class Standing(StrEnum):
    """Whose levels a row has: agreed by both, the person's own, the person's own but not shown yet, or nobody's."""

    AGREED = "agreed"
    SHARED = "shared"
    HIDDEN = "hidden"
    NOT_SHARED = "not-shared"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a round comes to in one area.

    level      the rank reached; None where no statement of the area is in the role
    target     the rank needed; None where the area is not in the role
    kept       the statements below the target as the summary keeps them, in JSON; None where they were not read
    in_role    whether there is a level to show
    gap        how many levels are missing to the target; never negative
    """

    level: int | None
    target: int | None
    kept: str | None = "[]"
    in_role: bool = field(init=False)
    gap: int = field(init=False)

    def __post_init__(self):
        # Worked out once: a cell is made once and asked many times.
        missing = 0 if self.level is None or self.target is None else self.target - self.level
        object.__setattr__(self, "in_role", self.level is not None)
        object.__setattr__(self, "gap", max(missing, 0))

    @property
    def missed(self) -> tuple[tuple[int, int], ...]:
        """The statements below the target, in published order: a statement's pk and the rank reached.

        Raises TypeError where they were not read.
        """
        return () if self.kept == "[]" else tuple((pk, rank) for pk, rank in json.loads(self.kept))


_NO_CELL = Cell(None, None)


class Talk(NamedTuple):
    """How far the conversation about a round has come."""

    held_on: date | None
    owner_confirmed_at: datetime | None
    line_manager_confirmed_at: datetime | None
    changed_at: datetime | None


class Round(NamedTuple):
    """A shared or agreed round; what ``waiting.wait_of`` asks of one is called as it is there.

    noted_lately   whether its owner can already read that this line manager saw its levels a short time ago
    """

    pk: object
    owner_id: int
    state: str
    role_profile_id: int | None
    rates_first: bool
    started_at: datetime
    shared_at: datetime
    acted_at: datetime | None
    reviewed_at: datetime | None
    agreed_at: datetime | None
    noted_lately: bool
    conversation: Talk | None

    is_draft = False

    @property
    def is_shared(self) -> bool:
        return self.state == "shared"

    @property
    def is_agreed(self) -> bool:
        return self.state == "agreed"

    @property
    def is_reviewed(self) -> bool:
        return self.reviewed_at is not None

    @property
    def hides_levels(self) -> bool:
        """Whether the line manager does not see the owner's levels yet, because they rate first."""
        return self.rates_first and not self.is_reviewed

    @property
    def title(self) -> str:
        """What pages call it; the year it was started in."""
        return self.title_in(timezone.get_current_timezone())

    def title_in(self, zone) -> str:
        """The same where the time zone is at hand: to ask for it takes longer than all else of a title."""
        return f"{self.started_at.astimezone(zone).year} assessment"

    @property
    def wait(self) -> Wait:
        """Whom and what it waits for."""
        return wait_of(self)


class Person(NamedTuple):
    """Somebody with a live line to the line manager, since ``joined_at``."""

    pk: int
    name: str
    job_title: str
    line_id: int
    joined_at: datetime


class Row(NamedTuple):
    """One person under one version. ``cells`` are in the order of the table's areas; () where there are no levels to show.

    ``role`` is the title of the round's role profile, "" without one.
    """

    person: Person
    standing: Standing
    round: Round | None = None
    role: str = ""
    cells: tuple[Cell, ...] = ()

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def shows_levels(self) -> bool:
        return bool(self.cells)


@dataclass(frozen=True)
class AreaCount:
    """How the people with a level in one area are spread: nobody who is not in the role, hidden or not shared.

    levels    people by the rank that they hold
    below     how many are below their own target
    """

    levels: Counter
    below: int

    @cached_property
    def of(self) -> int:
        """How many have a level here."""
        return sum(self.levels.values())

    def at_least(self, rank: int) -> int:
        """How many hold this level or a higher one."""
        return sum(people for held, people in self.levels.items() if held >= rank)


@dataclass(frozen=True, slots=True)
class Table:
    """The rounds of a team under one version: a row for each person, by name.

    rows      with the people who have shared nothing where this is the team's only table
    counts    an ``AreaCount`` for each of ``areas``, always of every row that shows levels, also where only some are chosen
    """

    version_id: int
    number: str
    framework_id: int
    framework: str
    tree: VersionTree
    areas: tuple[TreeArea, ...]
    rows: tuple[Row, ...]
    counts: tuple[AreaCount, ...]

    @property
    def with_levels(self) -> tuple[Row, ...]:
        """The rows that show levels."""
        return tuple(row for row in self.rows if row.cells)


@dataclass(frozen=True, slots=True)
class LineRequest:
    """Somebody who asks the reader to be their line manager, as ``people/_line_requests.html`` draws it."""

    pk: int
    person: "Asking"
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody with a live line to a line manager, by name, and what they shared.

    tables      one for each version that somebody's counted round is under: by framework, the latest version first
    not_shared  those who have shared nothing
    requests    who asks to be let into the team, whoever asked last first
    """

    people: tuple[Person, ...]
    tables: tuple[Table, ...]
    not_shared: tuple[Person, ...]
    requests: tuple[LineRequest, ...] = ()

    @property
    def shared_by(self) -> int:
        """How many people have a round that is shared or agreed."""
        return len(self.people) - len(self.not_shared)

    @property
    def waiting(self) -> frozenset[int]:
        """The keys of the people of whom something waits for the line manager."""
        found = (row for table in self.tables for row in table.rows if row.round)
        return frozenset(row.person.pk for row in found if row.round.wait.for_line_manager)

    @property
    def rounds(self) -> tuple[Round, ...]:
        """The rounds whose levels the team's pages show or are made of: what the reader is shown (``What.TEAM``)."""
        return tuple(row.round for table in self.tables for row in table.rows if row.cells)


def read_team(line_manager, *, with_missed=True) -> Team:
    """The team of ``line_manager`` with all levels that they may see, in two queries whatever its size.

    Without ``with_missed`` the statements that somebody is below their target in are left unread (``Cell.missed``). Each version
    that is not remembered by the process costs its own (``standards.tree``).
    """
    people, requests = [], []
    for line_id, pk, name, email, job_title, accepted_at, asked_at in read_lines(line_manager):
        if accepted_at is None:
            requests.append(LineRequest(line_id, Asking(name, email), asked_at))
        else:
            people.append((name.casefold(), email, Person(pk, name or email, job_title, line_id, accepted_at)))
    people = tuple(person for *_, person in sorted(people, key=lambda each: each[:2]))
    tables, not_shared = _tables(people, read_rounds(line_manager, with_missed=with_missed))
    return Team(people, tables, not_shared, tuple(sorted(requests, key=lambda each: each.asked_at, reverse=True)))


def _tables(people, rows):
    """The tables of a team, and who has shared nothing."""
    versions, members, by_owner = {}, {}, {}
    for values in rows:
        versions.setdefault(values[_VERSION_ID], values)
        by_owner.setdefault(values[1], []).append(values)
    for person in people:
        for values in _counted(by_owner.get(person.pk, ())):
            members.setdefault(values[_VERSION_ID], []).append((person, values))
    not_shared = tuple(person for person in people if person.pk not in by_owner)
    found = [(version_of(versions[pk][_VERSION]), versions[pk][-2], of) for pk, of in members.items()]
    found.sort(key=lambda each: each[0].published_at, reverse=True)
    found.sort(key=lambda each: (each[1], each[0].framework_id))
    alone = not_shared if len(found) == 1 else ()
    return tuple(_table(*each, people, alone) for each in found), not_shared


def _counted(rounds):
    """Of one person's rounds, the latest first, those that count: of each framework the shared one, else the one agreed last."""
    counted = {}
    for values in rounds:
        framework = values[_FRAMEWORK]
        if framework not in counted or values[2] == Assessment.State.SHARED:
            counted[framework] = values
    return counted.values()


def _table(version, framework, members, people, not_shared):
    tree = version_tree(version)
    roles = {profile.pk: profile.title for profile in tree.role_profiles}
    rows = [_row(person, values, tree.areas, roles) for person, values in members]
    rows += [Row(person, Standing.NOT_SHARED) for person in not_shared]
    places = {person.pk: place for place, person in enumerate(people)}
    rows.sort(key=lambda row: places[row.person.pk])
    levels = [row.cells for row in rows if row.cells]
    counts = tuple(map(_count, zip(*levels, strict=True) if levels else [()] * len(tree.areas)))
    return Table(version.pk, version.number, version.framework_id, framework, tree, tree.areas, tuple(rows), counts)


def _row(person, values, areas, roles):
    talk = values[_TALK]
    found = Round(*values[_ROUND], Talk(*talk[1:]) if talk[0] else None)
    role = roles.get(found.role_profile_id, "")
    if found.hides_levels:
        return Row(person, Standing.HIDDEN, found, role)
    sums = dict(map(_sum, (values[-1] or "").splitlines()))
    cells = tuple([sums.get(area.pk, _NO_CELL) for area in areas])
    return Row(person, Standing.AGREED if found.is_agreed else Standing.SHARED, found, role, cells)


@lru_cache(maxsize=4096)
def _sum(line):
    """The area's pk and the cell that a line of ``read_rounds`` says: there are few different ones, so each is made once."""
    area, level, target, *kept = line.split(" ", 3)
    return int(area), Cell(int(level) if level else None, int(target) if target else None, kept[0] if kept else None)


def _count(cells):
    held = Counter([cell.level for cell in cells])
    del held[None]
    return AreaCount(held, sum([cell.gap > 0 for cell in cells]))
