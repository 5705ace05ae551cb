"""Shared learning needs: the statements that several people of a team are below their target in.

``shared_needs`` is pure, over values that were read; ``read_needs`` reads what it asks for beside a team.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db.models import Q

from assessments.models import Goal, Rating

from .goals import TeamGoal
from .levels import Person, Table

SMALL_TEAM, OF_SMALL_TEAM, OF_LARGER_TEAM = 6, 2, 3


@dataclass(frozen=True, slots=True)
class Need:
    """A statement that several people are below their target in.

    version_id, statement_id    the keys of the version and of the statement's row in it
    people                      those below their target, by name
    of                          of how many it is asked: their role has the area, and they did not mark it as not relevant
    rank, level, words          the next level that most of them need, and its published words; of levels that share their words,
                                the highest rank and all names
    there                       those of whom it is asked who are at that level or above
    goals                       (kind of goal, how many that are open are for it), in the order 70, 20, 10
    """

    version_id: int
    statement_id: int
    lineage: UUID
    code: str
    topic: str
    people: tuple[Person, ...]
    of: int
    rank: int
    level: str
    words: str
    there: tuple[Person, ...]
    goals: tuple[tuple[str, int], ...]


def least_for(people: int) -> int:
    """How many people below their target make a need shared, where so many people's levels are seen."""
    return OF_SMALL_TEAM if people < SMALL_TEAM else OF_LARGER_TEAM


@dataclass(frozen=True, slots=True)
class TableNeeds:
    """The first ``needs`` of one table of a team, most people first; ``found`` says how many there are of ``least`` people."""

    table: Table
    least: int
    found: int
    needs: tuple[Need, ...]


def shared_needs(team, held: Mapping[object, Mapping[int, int | None]], goals: Iterable[TeamGoal]) -> tuple[Need, ...]:
    """The shared needs under each version of ``team``: most people first, in the order of the standards among equals.

    ``held`` has the rank that somebody chose by round's pk and statement's pk, None for not relevant; ``goals`` are open.
    """
    goals = tuple(goals)
    return tuple(
        need for table in team.tables for need in _needs_of_table(table, _missed_by_several(table), held, goals)
    )


def _missed_by_several(table) -> dict[int, list[tuple[Person, int]]]:
    """Who is below target in each statement that is a shared need, and the rank reached, by the statement's pk, in their order."""
    missed = {}
    for row in table.with_levels:
        for cell in row.cells:
            for pk, rank in cell.missed:
                missed.setdefault(pk, []).append((row.person, rank))
    least = least_for(len(table.with_levels))
    found = [(each.pk, missed[each.pk]) for each in table.tree.statements if len(missed.get(each.pk, ())) >= least]
    return dict(sorted(found, key=lambda pair: -len(pair[1])))


def _needs_of_table(table, missed, held, goals):
    members = {row.person.pk for row in table.rows}
    planned = {}
    for goal in goals:
        if goal.person_id in members:
            for lineage in {aim.lineage for aim in goal.aims}:
                planned.setdefault(lineage, Counter())[goal.kind] += 1
    chosen = [(row, held.get(row.round.pk, {})) for row in table.with_levels]
    return [_need(table, pk, people, chosen, planned) for pk, people in missed.items()]


def _need(table, pk, missed, chosen, planned):
    statement = table.tree.statement_by_pk(pk)
    steps = Counter(next(cell.rank for cell in statement.cells if cell.rank > rank) for _, rank in missed)
    # Of two levels that as many need, the lower: whoever needs the higher one is past its words.
    step = min(steps, key=lambda rank: (-steps[rank], rank))
    cell = statement.cell(step)
    place = next(place for place, area in enumerate(table.areas) if area.code == statement.area_code)
    asked = [
        (row.person, ranks.get(pk))
        for row, ranks in chosen
        if row.cells[place].target is not None and ranks.get(pk, 0) is not None
    ]
    kinds = planned.get(statement.lineage, ())
    return Need(
        version_id=table.version_id,
        statement_id=pk,
        lineage=statement.lineage,
        code=statement.code,
        topic=statement.topic,
        people=tuple(person for person, _ in missed),
        of=len(asked),
        rank=cell.rank,
        level=cell.name,
        words=cell.text,
        there=tuple(person for person, rank in asked if (rank or 0) >= cell.ranks[0]),
        goals=tuple((kind.value, kinds[kind]) for kind in Goal.Kind if kind in kinds),
    )


def read_needs(team, goals) -> tuple[Need, ...]:
    """The shared needs of a team that was read, with one query more."""
    return tuple(need for each in read_tables(team, goals) for need in each.needs)


def read_tables(team, goals, *, most=None) -> tuple[TableNeeds, ...]:
    """The same by table, of those that show levels, and no more of each than ``most``: the ratings of the others are not read."""
    tables = [(table, _missed_by_several(table)) for table in team.tables if table.with_levels]
    read = [(table, len(missed), dict(islice(missed.items(), most))) for table, missed in tables]
    held = _read_held(team, [pk for *_, missed in read for pk in missed])
    return tuple(
        TableNeeds(table, least_for(len(table.with_levels)), found, tuple(_needs_of_table(table, missed, held, goals)))
        for table, found, missed in read
    )


def _read_held(team, statements):
    """What those with levels chose in each of these statements: what they agreed, where they did, else their own."""
    agreed = [each.pk for each in team.rounds if each.is_agreed]
    shared = [each.pk for each in team.rounds if not each.is_agreed]
    rows = (
        Rating.objects.filter(
            Q(assessment__in=agreed, view=Rating.View.AGREED) | Q(assessment__in=shared, view=Rating.View.SELF),
            statement__in=statements,
        )
        .order_by()
        .values_list("assessment_id", "statement_id", "rank")
    )
    held = {}
    for assessment, statement, rank in rows:
        held.setdefault(assessment, {})[statement] = rank
    return held
