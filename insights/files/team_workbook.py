"""A team's report as an Excel workbook, a table on each sheet. Levels and targets are names, numbers are numbers."""

from django.utils import timezone

from assessments.models import Goal
from documents.workbook import Column, Sheet, make_workbook
from govuk.environment import day

from ..team.choosing import Chosen
from ..team.levels import Cell, Table
from .team_pages import NO_PROFILE, NOT_IN_ROLE, OWN_LEVELS
from .team_pdf import cover_line
from .team_report import TeamReport, standards_of, state_of

CODE, LEVEL, NAME, TEXT = 10, 22, 28, 60


def make_team_workbook(report: TeamReport) -> bytes:
    """Return the workbook. Levels under several versions have a sheet each."""
    sheets = [
        *(
            _levels(chosen, number if report.has_several_tables else 0)
            for number, chosen in enumerate(report.chosen, 1)
        ),
        *(_missed(report), _cover(report), _needs(report), _goals(report), _about(report)),
    ]
    # A workbook knows no time zones, and its bytes are to be the same for the same day.
    made_at = timezone.localtime(report.made_at).replace(hour=0, minute=0, second=0, microsecond=0)
    title = f"Team report for {report.line_manager}"
    return make_workbook(sheets, title=title, author=report.line_manager, made_at=made_at)


def _sheet(name, columns, rows):
    return Sheet(name, [Column(title, width) for title, width in columns], list(rows))


def _levels(chosen: Chosen, number):
    table = chosen.table
    areas = [table.areas[place] for place in chosen.places]
    columns = [("Person", NAME), ("Role profile", NAME), ("Assessment", NAME), ("Whose levels", NAME)]
    for area in areas:
        columns += [(f"{area.code} {area.title}", LEVEL), (f"{area.code} target", LEVEL)]
    rows = []
    for row in chosen.rows:
        cells = [row.cells[place] for place in chosen.places] if row.shows_levels else []
        levels = [text for cell in cells for text in level_and_target(cell, table)] or [None] * (2 * len(areas))
        rows.append((row.name, _role(row), state_of(row), _whose(row), *levels))
    return _sheet(f"Levels {number}" if number else "Levels", columns, rows)


def _role(row):
    return (row.role or NO_PROFILE) if row.round else None


def _whose(row):
    if not row.shows_levels:
        return "not shown"
    return "agreed" if row.round.is_agreed else OWN_LEVELS


def level_and_target(cell: Cell, table: Table) -> tuple[str, str | None]:
    """A cell as the names of its level and its target; nothing where there is none."""
    if not cell.in_role:
        return NOT_IN_ROLE, None
    return table.tree.level_name(cell.level), None if cell.target is None else table.tree.level_name(cell.target)


def _missed(report):
    columns = (("Person", NAME), ("Standards", NAME), ("Area", NAME), ("Statement", CODE), ("Topic", NAME))
    rows = []
    for table in report.team.tables:
        for row in table.with_levels:
            for area, cell in zip(table.areas, row.cells, strict=True):
                for pk, rank in cell.missed:
                    statement = table.tree.statement_by_pk(pk)
                    said = table.tree.answer_name(statement, rank), table.tree.level_name(cell.target)
                    facts = (
                        row.name,
                        standards_of(table),
                        f"{area.code} {area.title}",
                        statement.code,
                        statement.topic,
                    )
                    rows.append((*facts, *said))
    return _sheet("Statements below target", (*columns, ("Level", LEVEL), ("Target", LEVEL)), rows)


def _cover(report):
    levels = list(dict.fromkeys(held.level for area in report.cover for held in area.held))
    topped = {held.level for area in report.cover for held in area.held[:-1]}
    columns = (
        *(("Standards", NAME), ("Area", CODE), ("Title", NAME), ("People needed", CODE), ("Level needed", LEVEL)),
        *(("Set by you", CODE), ("Cover", NAME), ("People who hold it", CODE), ("Who they are", TEXT)),
        *((f"{level} or above" if level in topped else level, LEVEL) for level in levels),
    )
    rows = []
    for area in report.cover:
        held = {each.level: len(each.people) for each in area.held}
        needed = (area.needed.people, area.needed_level) if area.needed else (None, None)
        names = "\n".join(person.name for person in area.holders)
        rows.append(
            (
                *(area.framework, area.code, area.title, *needed, "yes" if area.is_set else "no"),
                *(cover_line(area).finding, len(area.holders) if area.needed else None, names),
                *(held.get(level) for level in levels),
            )
        )
    return _sheet("Cover", columns, rows)


def _needs(report):
    kinds = [(kind, f"Goals: {kind.label.lower()}") for kind in Goal.Kind]
    columns = (
        *(("Standards", NAME), ("Statement", CODE), ("Topic", NAME), ("Below target", CODE), ("Asked of", CODE)),
        *(("Who they are", NAME), ("Next level", LEVEL), ("Its published words", TEXT), ("Already there", CODE)),
        *((title, CODE) for _, title in kinds),
    )
    standards = {table.version_id: standards_of(table) for table in report.team.tables}
    rows = []
    for need in report.needs:
        goals = dict(need.goals)
        rows.append(
            (
                *(standards[need.version_id], need.code, need.topic, len(need.people), need.of),
                "\n".join(person.name for person in need.people),
                *(need.level, need.words, len(need.there)),
                *(goals.get(kind, 0) for kind, _ in kinds),
            )
        )
    return _sheet("Needs", columns, rows)


def _goals(report):
    columns = (("Person", NAME), ("Goal", TEXT), ("For", TEXT), ("How", LEVEL), ("Due", LEVEL), ("", LEVEL))
    rows = (
        (
            *(goal.person, goal.what, "\n".join(f"{aim.code} {aim.topic}" for aim in goal.aims)),
            *(goal.kind_label, goal.due_on.isoformat(), goal.due),
        )
        for goal in report.goals
    )
    return _sheet("Goals", columns, rows)


def _about(report):
    team = report.team
    rows = [
        ("What it is", "What your team shared with you: levels, cover, needs and open goals."),
        ("For", report.line_manager),
        ("Organisation", report.organisation),
        *(("Standards", each) for each in report.standards),
        ("Made on", day(report.made_at)),
        ("Made from", report.made_from),
        *(("Narrowed", each) for each in report.narrowed),
        *(("Not shared yet", person.name) for person in team.not_shared),
        *(("What to look at first", each.text) for each in report.findings),
        *(("What would be lost", each.text) for each in report.losses),
        ("Level of an area", "The lowest among its statements in the role. There is no overall score and no average."),
        ("Whose levels", "Those agreed, where there are some, else the person’s own. What is a draft is not in it."),
        ("Ranking", "Nobody is ranked and nobody has a total. Do not pass it on: it is for planning development."),
        ("Who knows", "Each person can read on their own pages that you downloaded it."),
    ]
    return _sheet("About", (("About", NAME), ("", 100)), [row for row in rows if row[1]])
