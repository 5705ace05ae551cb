"""The gap report as a PDF: made once for each state of a round, each reader and each layout, then kept (`ReportFile`).

What a report says follows from the round, the people whom it names, the standards' words and our code. Every action notes when
it changed the round, and every edit of a published version when it was edited, so the digest is taken over those two moments,
over what the report says of the people, and over the files that lay it out: no answer is read to see that nothing has changed.
Goals belong to their owner and change by themselves, so those of a shared round are read; an agreed round keeps its own. A report
that names line managers before this one is not kept (`may_be_kept`). A report made while the round changes is kept under the
moment before, which never comes again.
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from django.db.models.functions import Length
from django.template.loader import render_to_string
from django.utils import timezone

from documents import measure, pdf

from ..charts import change_chart, key_chart, level_chart
from ..models import Assessment, ReportFile
from ..wording import person_in_words
from .making import make_report
from .parts import AreaReport, GapReport, NextStep
from .source import ReportSource, earlier_shown, read_goals
from .talk import PlannedGoal

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CSS_FILE = ROOT / "documents" / "report.css"
TEMPLATE = "assessments/report_pdf.html"
CHARTS = {"level_chart": level_chart, "key_chart": key_chart, "change_chart": change_chart}
LINES_PER_PAGE = 56
# The plan's table, in millimetres, points and lines: those of report.css.
AIMS_WIDTH = 48
GOAL_WIDTH = 91
PLAN_POINTS = 9
# So many areas stand in the table of levels with their titles in full; more are set closer, by their short titles. Millimetres.
FULL_AREAS = 12
LEVEL_WIDTHS = (43, 20)
LEVEL_LINE = 3.9
LEVEL_ROWS = {False: (10.2, 2.4), True: (7.6, 1.4)}
LEVELS_UNDER_THE_COVER = 165
LEVELS_ON_A_PAGE = 220
# Strengths and next steps: the width of the column that is long, and the lines that a page has room for under a heading.
LIST_WIDTH = 76
LIST_LINES = 50
ROW_PADDING = 0.5
WAY_ROW = 1.5
LAYOUT_MODULES = (
    *(
        "agreement.py",
        "answers.py",
        "before.py",
        "charts.py",
        "coming_along.py",
        "earlier.py",
        "comparing.py",
        "comparisons.py",
        "meaning.py",
        "plans.py",
    ),
    *("scoring.py", "wording.py"),
)
LAYOUT_FILES = (
    *sorted(HERE.glob("*.py")),
    *(HERE.parent / name for name in LAYOUT_MODULES),
    *(ROOT / "standards" / name for name in ("tree.py", "wording.py")),
    CSS_FILE,
    CSS_FILE.with_name("print.css"),
    *(CSS_FILE.with_name(name) for name in ("measure.py", "pdf.py")),
    *sorted((ROOT / "templates" / "assessments").glob("*report*pdf*.html")),
)


@cache
def layout_version() -> str:
    """SHA-256 of the files that lay a report out, read once per process."""
    hashed = hashlib.sha256()
    for file in LAYOUT_FILES:
        hashed.update(file.read_bytes() + b"\0")
    return hashed.hexdigest()


@cache
def _css() -> str:
    return CSS_FILE.read_text(encoding="utf-8")


def digest(assessment: Assessment, reader: str, layout: str) -> str:
    """SHA-256, in hexadecimal, of what decides what the report of a round from `round_to_report()` says to a reader.

    Makes no query, but for one for the goals of a shared round.
    """
    owner, version, earlier = assessment.owner, assessment.version, earlier_shown(assessment, reader)
    line_manager = assessment.line_manager if assessment.state in Assessment.LINE_MANAGER_STATES else None
    decides = (
        layout,
        reader,
        str(assessment.pk),
        str(assessment.state),
        assessment.changed_at.isoformat(),
        assessment.role_profile_id,
        person_in_words(owner),
        owner.job_title,
        owner.organisation.name if owner.organisation_id else "",
        line_manager and (person_in_words(line_manager), line_manager.job_title),
        version.pk,
        version.edited_at.isoformat(),
        version.framework.title,
        earlier and (str(earlier.pk), earlier.version.pk, earlier.version.edited_at.isoformat()),
        read_goals(assessment) if assessment.is_shared else (),
    )
    return hashlib.sha256(repr(decides).encode()).hexdigest()


def kept_content(assessment: Assessment, reader: str, wanted: str) -> bytes | None:
    """The kept PDF when its digest is the one `wanted`, else None; one query, which carries no PDF that does not match."""
    kept = _kept(assessment, reader, wanted).values_list("content", flat=True)
    return next((bytes(content) for content in kept), None)


def kept_size(assessment: Assessment, reader: str, wanted: str) -> int | None:
    """How many bytes the kept PDF has when its digest is the one `wanted`, else None."""
    return next(iter(_kept(assessment, reader, wanted).values_list(Length("content"), flat=True)), None)


def _kept(assessment, reader, wanted):
    return ReportFile.objects.filter(assessment_id=assessment.pk, reader=reader, digest=wanted)


def may_be_kept(source: ReportSource) -> bool:
    """Whether the digest covers all that the report says: it does not look at the names of former line managers."""
    return not source.signed


def report_html(source: ReportSource) -> str:
    """Return the report as the page that its PDF is made from."""
    report = make_report(source)
    context = {
        "report": report,
        "comparison": report.comparison,
        "are_many": len(report.areas) > FULL_AREAS,
        "in_tables": in_tables,
        "plan_tables": plan_tables,
        "level_tables": level_tables,
        "strength_tables": strength_tables,
        "step_tables": step_tables,
    }
    return render_to_string(TEMPLATE, context | CHARTS)


def make_pdf(source: ReportSource) -> bytes:
    """Return the report as PDF/UA-1, the same bytes for the same source. Raises `documents.pdf.PdfUnavailable`."""
    return pdf.render_pdf(report_html(source), stylesheets=[_css()])


def in_tables(rows: Iterable, *texts: str, across: int) -> list[list]:
    """Cut rows into runs that each fit on a page as one table, because a table that runs over pages is tagged as several.

    `texts` name what is long in a row, and `across` is how many characters of it stand in a line.
    """
    tables, used = [], LINES_PER_PAGE
    for row in rows:
        lines = 2 + sum(_lines(getattr(row, name), across) for name in texts)
        if used + lines > LINES_PER_PAGE:
            tables.append([])
            used = 0
        tables[-1].append(row)
        used += lines
    return tables


def plan_tables(goals: Iterable[PlannedGoal]) -> list[list[PlannedGoal]]:
    """Cut a plan's goals into runs that each fit on a page as one table, with a row above the first of each kind."""
    tables, used, way = [], LINES_PER_PAGE, ""
    for goal in goals:
        lines = _plan_lines(goal) + (WAY_ROW if goal.way != way else 0)
        if used + lines > LINES_PER_PAGE:
            tables.append([])
            used, lines = 3, _plan_lines(goal) + WAY_ROW
        tables[-1].append(goal)
        used, way = used + lines, goal.way
    return tables


def level_tables(areas: Sequence[AreaReport]) -> list[list[AreaReport]]:
    """Cut the table of levels where its page ends; the first run has what the cover leaves of a page."""
    least, padding = LEVEL_ROWS[len(areas) > FULL_AREAS]

    def height(area):
        texts = (area.short_title if len(areas) > FULL_AREAS else area.title, area.level)
        lines = (
            measure.lines(text, width=width, points=PLAN_POINTS)
            for text, width in zip(texts, LEVEL_WIDTHS, strict=True)
        )
        return max(least, max(lines) * LEVEL_LINE + padding)

    return _runs(areas, height, LEVELS_UNDER_THE_COVER, LEVELS_ON_A_PAGE)


def strength_tables(report: GapReport) -> list[list[tuple]]:
    """The strengths by area, as (area, ((level, strengths), ...)), cut into runs that each fit on a page as one table."""
    found = []
    for area in report.areas:
        own = [each for each in report.strengths if each.area == area.code]
        if own:
            levels = sorted({each.level for each in own})
            found.append((area, tuple((level, [each for each in own if each.level == level]) for level in levels)))

    def height(row):
        text = "; ".join(f"{level} in " + ", ".join(f"{s.code} {s.topic}" for s in own) for level, own in row[1])
        return _list_lines(text)

    return _runs(found, height, LIST_LINES, LIST_LINES)


def step_tables(report: GapReport) -> list[list[NextStep]]:
    """The next steps, cut into runs that each fit on a page as one table."""
    return _runs(report.next_steps, lambda step: _list_lines(", ".join(step.statements)), LIST_LINES, LIST_LINES)


def _list_lines(text):
    return measure.lines(text, width=LIST_WIDTH, points=PLAN_POINTS) + ROW_PADDING


def _runs(rows, height, first, rest):
    """Cut rows into runs of at most ``first`` and then ``rest``, each row as high as ``height`` says."""
    runs, left = [[]], first
    for row in rows:
        needed = height(row)
        if needed > left and runs[-1]:
            runs.append([])
            left = rest
        runs[-1].append(row)
        left -= needed
    return runs


def _plan_lines(goal):
    """How many lines a goal's row takes: those of its longer cell."""
    aims = sum(measure.lines(text, width=AIMS_WIDTH, points=PLAN_POINTS) for text in goal.aimed_at)
    goals = (measure.lines(text, width=GOAL_WIDTH, points=PLAN_POINTS) for text in (goal.what, goal.measure) if text)
    return max(aims, sum(goals)) + ROW_PADDING


def _lines(text, across):
    return sum(1 + len(line) // across for line in text.splitlines())


def file_name(assessment: Assessment, ending: str) -> str:
    """What the file is called on the person's own disk: the day of the last change, and no name of a person."""
    return f"gap-report-{timezone.localtime(assessment.changed_at).date().isoformat()}.{ending}"
