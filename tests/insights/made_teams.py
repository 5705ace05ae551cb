"""Small teams of plain values, for what is worked out of a team without asking a database."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from insights.team.goals import PlannedIn, TeamAim, TeamGoal
from insights.team.levels import AreaCount, Cell, Person, Round, Row, Standing, Table, Team
from standards.statement_cells import Cell as Words
from standards.statement_cells import TreeStatement
from standards.tree import TreeArea, TreeLevel, VersionTree

NAMES = ("Foundation", "Practitioner", "Expert")
NOW = datetime(2026, 9, 1, tzinfo=UTC)


def make_tree(areas=("A1", "B4"), *, pk=1, statements=2, joined=(), names=NAMES):
    """A version of ``areas``, each of so many statements: "B4.2" has the primary key of its place, and its lineage by its code.

    ``joined`` has codes of statements whose two highest levels share their words.
    """
    levels = tuple(TreeLevel(rank, rank, name, "", "") for rank, name in enumerate(names, 1))
    made, number = [], 100 * pk
    for place, code in enumerate(areas):
        found = []
        for each in range(1, statements + 1):
            number += 1
            found.append(_statement(number, f"{code}.{each}", code, names, f"{code}.{each}" in joined))
        made.append(
            TreeArea(
                10 * pk + place,
                code,
                f"Title of {code}",
                f"Short {code}",
                "",
                "",
                code[0],
                True,
                (),
                (),
                (),
                tuple(found),
            )
        )
    return _Tree(pk, f"{pk}.0", "", NOW, levels, (), (), (), tuple(made))


class _Tree(VersionTree):
    """A tree whose areas are given as they are, without sections."""

    def __init__(self, *fields):
        *fields, areas = fields
        super().__init__(*fields)
        self.__dict__["areas"] = areas


def _statement(pk, code, area, names, is_joined):
    groups = [(1,), (2, 3)] if is_joined else [(rank,) for rank in range(1, len(names) + 1)]
    cells = tuple(
        Words(ranks, tuple(names[rank - 1] for rank in ranks), f"Words of {code} at {ranks[0]}", "", False, False)
        for ranks in groups
    )
    return TreeStatement(pk, code, f"Topic of {code}", lineage(code), area, "", (3,) if is_joined else (), cells, ())


def lineage(code):
    return UUID(bytes=code.encode().ljust(16, b"\0"))


def make_person(name):
    return Person(sum(map(ord, name)), name, "", 0, NOW)


def make_row(tree, name, *, rank=2, target=2, ranks=None, targets=None, standing=Standing.AGREED):
    """Somebody's row: ``ranks`` by statement's code, ``rank`` elsewhere; ``targets`` by area's code, None for not in role.

    A rank of None is "not relevant". A hidden row shows nothing.
    """
    ranks, targets = ranks or {}, targets or {}
    found = Round(uuid4(), 0, "agreed", None, False, NOW, NOW, NOW, NOW, NOW, False, None)
    person = make_person(name)
    if standing == Standing.HIDDEN:
        return Row(person, standing, found)
    cells = []
    for area in tree.areas:
        wanted = targets.get(area.code, target)
        reached = [(each.pk, ranks.get(each.code, rank)) for each in area.statements]
        counted = [(pk, reach) for pk, reach in reached if reach is not None and wanted is not None]
        missed = [(pk, reach) for pk, reach in counted if reach < wanted]
        cells.append(Cell(min((reach for _, reach in counted), default=None), wanted, json.dumps(missed)))
    return Row(person, standing, found, "", tuple(cells))


def chosen(*answers):
    """What was chosen, as needs take it: (row, statement of a tree, rank or None for not relevant) each."""
    held = {}
    for row, statement, rank in answers:
        held.setdefault(row.round.pk, {})[statement.pk] = rank
    return held


def make_table(tree, rows, *, framework=1, title="Contract Management"):
    counts = tuple(AreaCount(Counter(), 0) for _ in tree.areas)
    return Table(tree.pk, tree.number, framework, title, tree, tree.areas, tuple(rows), counts)


def make_team(*tables):
    people = {row.person.pk: row.person for table in tables for row in table.rows}
    return Team(tuple(people.values()), tables, ())


def make_goal(name, *codes, kind="formal", pk=1):
    aims = tuple(TeamAim(1, lineage(code), code, f"Topic of {code}") for code in codes)
    person = make_person(name)
    return TeamGoal(
        pk, person.pk, name, "Something", kind, date(2026, 10, 1), "", PlannedIn(uuid4(), 0), False, aims, "", False
    )
