"""A team's report as PDF/UA-1, A4 landscape. Made anew each time and kept nowhere."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.template.loader import render_to_string

from assessments.models import Goal
from documents import pdf
from govuk.environment import day, plural

from ..team.cover import ENOUGH, FEWER, NOBODY, NOT_NEEDED, ONE, AreaCover
from ..team.goals import TeamGoal
from ..team.needs import Need
from .team_pages import PAGE_HEIGHT, heat_maps, in_tables, people_tables, section_room
from .team_report import TeamReport, standards_of

TEMPLATE = "insights/team_pdf.html"
CSS_FILE = Path(pdf.__file__).with_name("team.css")
MOST_NAMES = 6
# Boxes beside "7 of 8": so many stand in a row; of more people there is one bar.
MOST_BOXES = 16
BOX, BOX_GAP, BAR_WIDTH = 12, 3, 156
FILLED, OUTLINE = "#1d3d63", "#505a5f"
# What is long in a row, and the width of its column less the space beside it: documents/team.css.
COVER_WIDTHS = (("area", 58), ("needs", 38), ("finding", 33), ("holders", 116))
LEVEL_WIDTH = 22
NEED_WIDTHS = (("statement", 42), ("said", 107), ("goals", 32))
GOAL_WIDTHS = (("person", 42), ("what", 78), ("aims", 64), ("due", 34))


@dataclass(frozen=True, slots=True)
class CoverLine:
    """An area’s cover as a row; ``is_thin`` where the team has less than it needs, ``held`` how many hold each level or above."""

    area: str
    needs: str
    finding: str
    is_thin: bool
    holders: str
    held: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A shared need as a row; ``below`` of ``of`` people are below their target, and ``there`` at the next level."""

    code: str
    topic: str
    below: int
    of: int
    level: str
    words: str
    there: int
    goals: str

    @property
    def statement(self) -> str:
        return f"{self.code}\n{self.topic}"

    @property
    def said(self) -> str:
        return f"{self.level}: {self.words}"


@dataclass(frozen=True, slots=True)
class GoalLine:
    """An open goal as a row."""

    person: str
    what: str
    aims: str
    kind: str
    due: str
    is_overdue: bool


def make_team_pdf(report: TeamReport) -> bytes:
    """Return the PDF. Raises ``documents.pdf.PdfUnavailable``."""
    return pdf.render_pdf(team_html(report), stylesheets=[_css()], made_at=report.made_at)


def team_html(report: TeamReport) -> str:
    """Return the report as the page that its PDF is made from."""
    cover_people, more_people = people_tables(report.people)
    names_versions = report.has_several_tables
    context = {
        "report": report,
        "cover_people": cover_people,
        "more_people": more_people,
        "levels": [
            (each.table, standards_of(each.table) if names_versions else "", heat_maps(each)) for each in report.chosen
        ],
        "covers": _covers(report),
        "needs": _needs(report),
        "goals": _goals(report),
        "boxes": boxes,
    }
    return render_to_string(TEMPLATE, context)


@cache
def _css():
    return CSS_FILE.read_text(encoding="utf-8")


def cover_line(area: AreaCover) -> CoverLine:
    """An area's cover in words."""
    finding, people = area.finding, len(area.holders)
    needed = area.needed
    or_above = " or above" if needed and needed.rank < area.held[-1].rank else ""
    wants = f"{needed.people} at {area.needed_level}{or_above}" if needed else "–"
    said = {
        NOBODY: "Nobody",
        ONE: "Only one person",
        FEWER: f"{people} of {needed.people if needed else 0}",
        ENOUGH: f"{people} {plural(people, 'person', 'people')}",
        NOT_NEEDED: "Nobody’s role needs it",
    }
    # More are counted, and stand in the table of levels.
    names = [person.name for person in area.holders] if people <= MOST_NAMES else []
    return CoverLine(
        area=f"{area.code} {area.title}",
        needs=f"{wants}, as you set it" if area.is_set else wants,
        finding=said[finding],
        is_thin=finding in (NOBODY, ONE, FEWER),
        holders=", ".join(names) or "–",
        held=tuple(len(each.people) for each in area.held),
    )


def need_line(need: Need) -> NeedLine:
    """A shared need in words."""
    goals = ", ".join(f"{count} {Goal.Kind(kind).label.lower()}" for kind, count in need.goals)
    return NeedLine(
        *(need.code, need.topic, len(need.people), need.of, need.level, need.words, len(need.there)),
        goals=goals or "None yet",
    )


def goal_line(goal: TeamGoal) -> GoalLine:
    """An open goal in words."""
    aims = ", ".join(f"{aim.code} {aim.topic}" for aim in goal.aims)
    due = f"{day(goal.due_on)}{f', {goal.due}' if goal.due else ''}"
    return GoalLine(goal.person, goal.what, aims or "–", goal.kind_label, due, goal.is_overdue)


def boxes(filled: int, of: int) -> str:
    """Return ``filled`` of ``of`` boxes as SVG, in one bar where there are many: presentation attributes only, title first."""
    title = f"<title>{filled} of {of}</title>"
    if of > MOST_BOXES:
        dark, width = BAR_WIDTH * filled / of, BAR_WIDTH
        paths = _box(0, dark, FILLED) + _outline(dark, BAR_WIDTH - dark)
    else:
        step, width = BOX + BOX_GAP, MOST_BOXES * (BOX + BOX_GAP)
        paths = "".join(
            _box(place * step, BOX, FILLED) if place < filled else _outline(place * step, BOX) for place in range(of)
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {BOX}">{title}{paths}</svg>'


def _box(x, width, colour):
    return f'<rect x="{x:g}" y="0" width="{width:g}" height="{BOX}" fill="{colour}"/>' if width else ""


def _outline(x, width):
    inside = f'x="{x + 0.5:g}" y="0.5" width="{width - 1:g}" height="{BOX - 1}"'
    return f'<rect {inside} fill="none" stroke="{OUTLINE}"/>' if width > 1 else ""


def _covers(report):
    """The cover of each framework as (framework, levels, tables)."""
    frameworks = list(dict.fromkeys(area.framework for area in report.cover))
    lost = "\n".join(each.text for each in report.losses)
    found = []
    for framework in frameworks:
        areas = [area for area in report.cover if area.framework == framework]
        levels = tuple(held.level for held in areas[0].held)
        *widths, (name, width) = COVER_WIDTHS
        widths.append((name, width - LEVEL_WIDTH * len(levels)))
        runs = _cut([cover_line(area) for area in areas], widths, section_room(lost if not found else ""))
        found.append((framework if len(frameworks) > 1 else "", levels, runs))
    return found


def _needs(report):
    """The shared needs under each version that has some as (standards, tables)."""
    found = []
    for table in report.team.tables:
        rows = [need_line(need) for need in report.needs if need.version_id == table.version_id]
        if rows:
            name = standards_of(table) if report.has_several_tables else ""
            found.append((name, _cut(rows, NEED_WIDTHS, section_room())))
    return found


def _goals(report):
    return _cut([goal_line(goal) for goal in report.goals], GOAL_WIDTHS, section_room())


def _cut(rows, widths, room):
    columns = [(lambda row, name=name: getattr(row, name), width) for name, width in widths]
    return in_tables(rows, *columns, first=min(room, PAGE_HEIGHT))
