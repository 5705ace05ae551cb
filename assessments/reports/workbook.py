"""The gap report as an Excel workbook: what the PDF says, a table on each sheet. Numbers are numbers, days are days."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from documents.workbook import Column, Sheet, make_workbook
from govuk.environment import plural

from .both_views import NOT_ANSWERED, NOT_RELEVANT
from .making import NOT_IN_ROLE, make_report
from .parts import GapReport
from .source import ReportSource
from .talk import AreaViews, SaidOf

CODE, NUMBER, LEVEL, NAME, TEXT = 10, 12, 22, 36, 70
BELOW, AT, ABOVE = "below target", "at target", "above target"
NO_VIEWS = (None, None, None)


def make_report_workbook(source: ReportSource) -> bytes:
    """Return the workbook, the same bytes for the same source. What it says is the `GapReport` of the source and nothing else."""
    report = make_report(source)
    found = (
        _about(report, source),
        _levels(report),
        _statements(report),
        _gaps(report),
        _next_steps(report),
        _readiness(report),
        _goals(report),
        _work_examples(report),
        _left_out(report),
        _target_reasons(report),
        _changes(report),
        _archived(report),
    )
    # A workbook knows no time zones, and its bytes are to be the same for the same report.
    made_at = datetime.combine(source.changed_on, time(), UTC)
    sheets = [sheet for sheet in found if sheet is not None]
    # Its beginning stands at the foot of each sheet on paper.
    title = f"Gap report, {_state(report).lower()}: {report.name}"
    return make_workbook(sheets, title=title, author=report.name, made_at=made_at)


def _sheet(name, columns, rows):
    return Sheet(name, [Column(title, width) for title, width in columns], list(rows))


def _sheet_of_any(name, columns, rows):
    """The same; None where there are no rows."""
    rows = list(rows)
    return _sheet(name, columns, rows) if rows else None


def _listed(items):
    return ", ".join(items)


def _numbered(what, numbers):
    """Such as "examples 1, 3": with its word, no spreadsheet takes it for a number that was typed as text."""
    return f"{plural(len(numbers), what)} {_listed(map(str, numbers))}" if numbers else None


# What it is


def _about(report, source):
    rows = [*_what_it_is(report, source), *_record(report, source), *_how_to_read_it(report)]
    return _sheet("About", (("About", NAME), ("", 100)), [row for row in rows if row[1]])


def _what_it_is(report: GapReport, source: ReportSource) -> Iterator[tuple]:
    over = "Agreed on" if report.is_agreed else "Closed on"
    yield "Gap report of", report.name
    yield "Post", ", ".join(filter(None, (report.job_title, report.organisation)))
    yield "Assessment", report.title
    yield "Standards", f"{report.framework}, version {report.number} ({report.issued})"
    yield "State", _state(report)
    yield "Whose levels", _whose(report)
    yield "Private", _private(report)
    yield "Answers as of", source.changed_on
    yield "Shared on", source.shared_on
    yield over, source.over_on
    if report.has_unanswered:
        answered = f"{report.answered} of the {report.in_scope} statements that count are answered."
        yield "Not finished", answered
    yield "In short", report.summary
    yield "Role profile", report.role_profile
    yield "Line manager", ", ".join(filter(None, (report.line_manager, report.line_manager_post)))
    for said in report.given_under:
        yield "Answers that came along", said
    if report.comparison:
        yield f"Since {report.comparison.then}", report.comparison.summary


def _state(report):
    return f"{report.state}, not agreed" if report.is_shared else report.state


def _whose(report):
    if report.is_agreed:
        return "Agreed in a development conversation, with both views beside what was agreed."
    own = f"A self-assessment: {report.name}’s own levels"
    if report.both:
        return f"{own}, with both views beside them, on the way to an agreement. Nothing is agreed yet."
    return f"{own}, not agreed with a line manager."


def _private(report):
    if report.both:
        return "This holds what two people wrote. Keep it where only the two of you can open it."
    if report.is_own:
        return "This holds what you wrote. Keep it where only you can open it."
    return f"This holds what {report.name} wrote. Keep it where nobody else can open it."


def _record(report: GapReport, source: ReportSource) -> Iterator[tuple]:
    """The conversation, from when anything of it is recorded, and where both views differ."""
    both, record, held = report.both, report.record, source.held
    if not both:
        return
    if report.is_agreed or record.is_begun:
        yield "Conversation held on", held.held_on
        yield "Points", record.points
        yield "We look again on", held.look_again_on
        days = (held.owner_confirmed_on, held.line_manager_confirmed_on)
        for each, on in zip(record.confirmations, days, strict=True):
            yield f"Confirmed by {each.name}", on
        yield f"{report.name} recorded a disagreement", record.disagreement
    same = both.compared - len(both.differences)
    of = f"Of {both.compared} {plural(both.compared, 'statement')}, {same} {plural(same, 'has', 'have')}"
    yield "Where views differ", f"{of} the same answer in both views."
    for each in both.signed:
        yield "Line manager before", f"{each.name} rated {_listed(each.codes)}."


def _how_to_read_it(report: GapReport) -> Iterator[tuple]:
    if not report.next_steps:
        yield (
            "Next steps",
            "Every area is at the highest level."
            if report.is_finished
            else "No area has a level yet. Answering the rest of an area gives it one.",
        )
    if report.plan.goals and report.plan.gaps_without:
        yield "Gaps without a goal", "; ".join(f"{aim.code} {aim.topic}" for aim in report.plan.gaps_without)
    yield "Level of an area", "The lowest among its statements in the role. There is no overall score and no average."
    yield "Gap", "The target less the level, in levels, never below nought."
    yield "What it is not", "It is not an accreditation and not a performance rating."
    yield "Topics", "The portal’s own labels, not the published words."
    yield "Check code", report.check_code
    yield "Licence of the standards", report.licence
    yield "Fingerprint of the published words", report.fingerprint


# Levels and statements


def _levels(report):
    columns = (
        *(("Area", CODE), ("Title", NAME), ("Level", LEVEL), ("Target", LEVEL), ("Gap in levels", NUMBER)),
        *(("What explains it", TEXT), ("Statements at target", NUMBER), ("Statements in scope", NUMBER)),
        *((f"At {level} or above", NUMBER) for level in report.levels),
        *_view_columns(report, "Agreed so far"),
    )
    return _sheet("Levels", columns, (_area(report, area) for area in report.areas))


def _area(report, area):
    chart = area.chart
    if area.is_in_role:
        counts = (chart.at_or_above[chart.target], chart.in_scope, *chart.at_or_above[1:])
    else:
        counts = (None,) * (2 + len(report.levels))
    return (
        *(area.code, area.title, area.level, area.target, area.gap, f"{area.reason_in_full}.", *counts),
        *(_views(area.in_both) if report.both else ()),
    )


def _view_columns(report, so_far):
    if not report.both:
        return ()
    return (("Self", LEVEL), ("Line manager", LEVEL), ("Agreed" if report.is_agreed else so_far, LEVEL))


def _views(area: AreaViews):
    return area.own, area.line_manager, area.agreed


def _said(said: SaidOf):
    return said.own.words, said.line_manager.words, said.agreed.words


def _statements(report):
    columns = (
        *(("Statement", CODE), ("Topic", NAME), ("Area", CODE), ("Level", LEVEL), ("Target", LEVEL)),
        *(("Gap in levels", NUMBER), ("Against target", LEVEL), ("Place among the gaps", NUMBER)),
        *_view_columns(report, "Agreed so far"),
        *(("Notes" if report.both else "Note", TEXT), ("Work examples", NUMBER)),
    )
    gaps = {gap.code: gap.levels for gap in report.gaps}
    strengths = {strength.code for strength in report.strengths}
    rows = (_statement(report, area, row, gaps, strengths) for area in report.areas for row in area.statements)
    return _sheet("Statements", columns, rows)


def _statement(report, area, row, gaps, strengths):
    views = NO_VIEWS if report.both else ()
    if not area.is_in_role:
        # As in the PDF, nothing is said of what is left out with its area.
        return (row.code, row.topic, area.code, NOT_IN_ROLE, *(None,) * 4, *views, None, None)
    if row.is_left_out:
        level, target, gap, standing = NOT_RELEVANT, None, None, None
    elif not row.level:
        level, target, gap, standing = NOT_ANSWERED, area.target, None, None
    else:
        level, target, gap = row.level, area.target, gaps.get(row.code, 0)
        standing = BELOW if gap else ABOVE if row.code in strengths else AT
    return (
        *(row.code, row.topic, area.code, level, target, gap, standing, row.gap_number or None),
        *(_said(row.said) if row.said else views),
        *(row.written if report.both else row.note, _numbered("example", row.evidence)),
    )


# What to do about it


def _gaps(report):
    columns = (
        *(("Place", NUMBER), ("Statement", CODE), ("Topic", NAME), ("Area", CODE), ("Level", LEVEL), ("Target", LEVEL)),
        *(("Gap in levels", NUMBER), ("Why here", NAME), ("Next level", LEVEL), ("Its published words", TEXT)),
        ("Goals", NUMBER),
    )
    rows = (
        (
            *(gap.number, gap.code, gap.topic, gap.area, gap.level, gap.target, gap.levels, f"{gap.why}."),
            *(gap.aim.level, gap.aim.text, _numbered("goal", [goal.number for goal in gap.goals])),
        )
        for gap in report.gaps
    )
    return _sheet_of_any("Gaps", columns, rows)


def _next_steps(report):
    columns = (
        ("Area", CODE),
        ("Title", NAME),
        ("To reach", LEVEL),
        ("How many", NUMBER),
        ("Statements to raise", TEXT),
    )
    rows = (
        (step.code, step.title, step.level, len(step.statements), _listed(step.statements))
        for step in report.next_steps
    )
    return _sheet("Next steps", columns, rows)


def _readiness(report):
    columns = (
        *(("Level", LEVEL), ("Statements at it or above", NUMBER), ("Statements in scope", NUMBER)),
        ("With a work example", NUMBER),
    )
    rows = ((row.level, row.met, row.in_scope, row.with_evidence) for row in report.readiness)
    return _sheet("Readiness", columns, rows) if report.is_started else None


def _goals(report):
    columns = (
        *(("No.", NUMBER), ("Goal", TEXT), ("How we will know", TEXT), ("How", LEVEL), ("Due", LEVEL)),
        ("Statements, and the level aimed at", TEXT),
    )
    rows = (
        (
            *(goal.number, goal.what, goal.measure, goal.way, goal.due_on),
            "\n".join(f"{aim.code} {aim.topic}, to {aim.level}" for aim in goal.aims),
        )
        for goal in report.plan.goals
    )
    return _sheet_of_any("Goals", columns, rows)


def _work_examples(report):
    columns = (("No.", NUMBER), ("Title", NAME), ("Text", TEXT), ("Link", NAME), ("Date", LEVEL), ("Statements", NAME))
    rows = (
        (each.number, each.title, each.text, each.address, each.dated_on, _listed(each.statements))
        for each in report.evidence
    )
    return _sheet_of_any("Work examples", columns, rows)


# What stands behind it


def _left_out(report):
    columns = (("Area or statement", CODE), ("Title", NAME), ("Reason given", TEXT))
    rows = ((each.code, each.title, each.reason) for each in report.areas_left_out + report.left_out)
    return _sheet_of_any("Left out", columns, rows)


def _target_reasons(report):
    columns = (
        *(("Area", CODE), ("Title", NAME), ("Target", LEVEL), ("Role profile’s", LEVEL), ("As first chosen", LEVEL)),
        ("Reason given", TEXT),
    )
    rows = (
        (each.code, each.title, each.target, each.proposed, each.chosen, each.reason) for each in report.target_reasons
    )
    return _sheet_of_any("Changed targets", columns, rows)


def _changes(report):
    """This round and the one before: the areas, then the statements of which something became."""
    found = report.comparison
    if found is None:
        return None
    columns = (("Area or statement", CODE), ("Title", NAME), (found.then, LEVEL), (found.now, LEVEL), ("Change", NAME))
    areas = [(area.code, area.title, area.then, area.now, area.change) for area in found.areas]
    statements = [(row.code, row.topic, row.then, row.now, group.title) for group in found.groups for row in group.rows]
    return _sheet("Changes", columns, areas + statements)


def _archived(report):
    columns = (("Statement", CODE), ("Topic", NAME), ("Version", NUMBER), ("Answer", NAME), ("Note", TEXT))
    rows = ((each.code, each.topic, each.number, each.said, each.note) for each in report.archived)
    return _sheet_of_any("Earlier answers", columns, rows)
