"""A round as a gap report: what the page and the PDF show, worded.

`read_source` reads the round in three queries; the standards come from memory (`standards.tree`). `make_report` is a pure
function of what was read.
"""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.utils import timezone

from govuk.environment import day
from standards.tree import NOT_YET, TreeStatement, VersionTree, version_tree

from . import report_words, scoring
from .charts import ChartRow
from .models import Assessment, Evidence, Rating, Target
from .report_parts import (
    AreaReport,
    Gap,
    GapReport,
    LeftOut,
    NextStep,
    ReadinessRow,
    StatementRow,
    Strength,
    TargetReason,
    Words,
    WorkExample,
)

NO_PROFILE = "None of these"
NOT_IN_ROLE = "Not in the role"
NOT_YET_IN_SHORT = "Not yet"
NO_TARGET = (None, "")
UNANSWERED = (None, False, "", "")


# What is read


@dataclass(frozen=True, slots=True)
class ReportSource:
    """Everything that a report is made from.

    targets    (area, rank or None for "not in the role", reason), by area
    ratings    (statement, rank, not relevant, reason, note) of one view, by statement
    evidence   (work example, title, text, link, date, statement or None), a row for each statement that it supports
    """

    title: str
    state: str
    view: str
    name: str
    job_title: str
    organisation: str
    role_profile_id: int | None
    framework: str
    licence: str
    fingerprint: str
    changed_on: date
    over_on: date | None
    targets: tuple[tuple, ...]
    ratings: tuple[tuple, ...]
    evidence: tuple[tuple, ...]
    tree: VersionTree


def read_source(assessment: Assessment) -> ReportSource:
    """Read a round that came from `with_version()`, in three queries: targets, ratings and work examples.

    The ratings are the agreed ones where the round is agreed, else the owner's own.
    """
    owner, version = assessment.owner, assessment.version
    view = Rating.View.AGREED if assessment.state == Assessment.State.AGREED else Rating.View.SELF
    over_at = assessment.agreed_at or assessment.closed_at
    return ReportSource(
        title=assessment.title,
        state=str(assessment.state),
        view=view.value,
        name=owner.name,
        job_title=owner.job_title,
        organisation=owner.organisation.name if owner.organisation_id else "",
        role_profile_id=assessment.role_profile_id,
        framework=version.framework.title,
        licence=version.licence,
        fingerprint=version.fingerprint,
        changed_on=timezone.localtime(assessment.changed_at).date(),
        over_on=timezone.localtime(over_at).date() if over_at else None,
        targets=tuple(
            Target.objects.filter(assessment_id=assessment.pk)
            .order_by("area_id")
            .values_list("area_id", "rank", "reason")
        ),
        ratings=tuple(
            Rating.objects.filter(assessment_id=assessment.pk, view=view)
            .order_by("statement_id")
            .values_list("statement_id", "rank", "not_relevant", "reason", "note")
        ),
        evidence=tuple(
            Evidence.objects.filter(assessment_id=assessment.pk)
            .order_by("added_at", "pk", "statements")
            .values_list("pk", "title", "text", "link", "dated", "statements")
        ),
        tree=version_tree(version),
    )


# What is made of it


def gap_report(assessment: Assessment) -> GapReport:
    """Read a round that came from `with_version()` and return its report."""
    return make_report(read_source(assessment))


def make_report(source: ReportSource) -> GapReport:
    """Return the report of a source, worded. Makes no query."""
    return _Making(source).report()


class _Making:
    """The making of one report: what several of its parts look up."""

    def __init__(self, source):
        self.source = source
        self.tree = tree = source.tree
        self.names = tree.level_name
        self.profile = tree.role_profile(source.role_profile_id)
        self.targets = {area: (rank, reason) for area, rank, reason in source.targets}
        self.ratings = {statement: answer for statement, *answer in source.ratings}
        self.examples, self.examples_for = _work_examples(source.evidence, tree)
        self.score = scoring.score([self._answers(area) for area in tree.areas], tree.ranks)
        self.scored = {area.code: area for area in self.score.areas}
        self.statements = {statement.code: statement for statement in tree.statements}
        self.gap_numbers = {gap.code: number for number, gap in enumerate(self.score.gaps, start=1)}

    def report(self):
        source, tree, score = self.source, self.tree, self.score
        return GapReport(
            title=source.title,
            name=source.name,
            job_title=source.job_title,
            organisation=source.organisation,
            role_profile=self.profile.name if self.profile else NO_PROFILE,
            framework=source.framework,
            number=tree.number,
            issued=tree.issued,
            licence=source.licence,
            fingerprint=_in_fours(source.fingerprint[:12]),
            state=Assessment.State(source.state).label,
            is_draft=source.state == Assessment.State.DRAFT,
            is_agreed=source.view == Rating.View.AGREED,
            as_of=day(source.changed_on),
            over_on=day(source.over_on) if source.over_on else "",
            summary=report_words.summary(score),
            levels=tuple(level.name for level in tree.levels),
            is_finished=score.is_finished,
            is_started=score.answered > 0,
            in_scope=score.in_scope,
            answered=score.answered,
            statement_count=len(tree.statements),
            areas=tuple(self._area(area) for area in tree.areas),
            gaps=tuple(self._gap(number, gap) for number, gap in enumerate(score.gaps, start=1)),
            strengths=tuple(self._strength(statement) for statement in score.strengths),
            next_steps=self._next_steps(),
            is_below_target=score.areas_at_target < score.areas_finished,
            readiness=tuple(
                ReadinessRow(self.names(row.rank), row.met, row.in_scope, row.with_evidence, row.ready)
                for row in score.readiness
            ),
            left_out=self._statements_left_out(),
            areas_left_out=self._areas_left_out(),
            target_reasons=self._target_reasons(),
            evidence=self.examples,
        )

    def _answers(self, area):
        rank, _ = self.targets.get(area.pk, NO_TARGET)
        return scoring.AreaAnswers(area.code, rank, tuple(self._answer(statement) for statement in area.statements))

    def _answer(self, statement):
        rank, not_relevant, *_ = self.ratings.get(statement.pk, UNANSWERED)
        examples = len(self.examples_for.get(statement.pk, ()))
        return scoring.Answer(statement.code, rank, not not_relevant, statement.joined, examples)

    def _area(self, area):
        score = self.scored[area.code]
        in_role = score.state != scoring.AreaState.NOT_IN_ROLE
        explanation, held_by = report_words.explanation(score, self.names)
        rows = zip(area.statements, score.statements, strict=True)
        return AreaReport(
            code=area.code,
            title=area.title,
            short_title=area.short_title,
            is_finished=score.level is not None,
            is_in_role=in_role,
            level=report_words.level_words(score, self.names),
            target=self.names(score.target) if score.target is not None else "",
            gap=score.gap,
            gap_words=report_words.gap_words(score, self.names),
            at_target=f"{score.at_target} of {score.in_scope}" if in_role else "",
            explanation=explanation,
            held_by=held_by,
            left_out=score.left_out,
            chart=ChartRow(
                words=report_words.chart_words(area.code, score, self.names),
                at_or_above=score.at_or_above,
                in_scope=score.in_scope,
                answered=score.answered,
                level=score.level,
                target=score.target,
            ),
            statements=tuple(self._row(*pair) for pair in rows),
        )

    def _row(self, statement, score):
        _, not_relevant, reason, note = self.ratings.get(statement.pk, UNANSWERED)
        return StatementRow(
            code=statement.code,
            topic=statement.topic,
            level="" if score.rank is None else self.names(score.rank) if score.rank else NOT_YET_IN_SHORT,
            is_left_out=not_relevant,
            gap_number=self.gap_numbers.get(statement.code, 0),
            note=note,
            reason=reason,
            evidence=self.examples_for.get(statement.pk, ()),
        )

    def _gap(self, number, gap):
        statement = self.statements[gap.code]
        target = self.names(gap.target)
        aim_label = (
            f"Aim for {target}, your target" if gap.aim_reaches_target else f"First aim for {self.names(gap.aim)}"
        )
        now = f"You are at {self.names(gap.rank)}"
        return Gap(
            number=number,
            code=gap.code,
            topic=statement.topic,
            area=gap.area,
            level=self.names(gap.rank),
            target=target,
            levels=gap.gap,
            why=report_words.why_here(gap, self.scored[gap.area], self.names),
            now=self._words(statement, gap.rank, now) if gap.rank > NOT_YET else None,
            aim=self._words(statement, gap.aim, aim_label),
            further=None
            if gap.aim_reaches_target
            else self._words(statement, gap.target_words, f"Then {target}, your target"),
        )

    def _words(self, statement: TreeStatement, rank, label):
        cell = statement.cell(rank)
        if cell is None:
            return None
        return Words(label, cell.name, cell.text, cell.html, cell.is_mostly_kept)

    def _strength(self, strength):
        return Strength(
            code=strength.code,
            topic=self.statements[strength.code].topic,
            area=strength.area,
            level=self.names(strength.rank),
            target=self.names(strength.target),
        )

    def _next_steps(self):
        """The areas below their target, the furthest first; where there are none, those that can still rise."""
        steps = [area for area in self.score.areas if area.next_steps]
        below = [area for area in steps if area.gap]
        return tuple(
            NextStep(area.code, self.tree.area(area.code).short_title, self.names(area.next_level), area.next_steps)
            for area in sorted(below or steps, key=lambda area: -area.gap)
        )

    def _statements_left_out(self):
        """Those of the areas in the role; an area out of it is left out whole."""
        return tuple(
            LeftOut(code, self.statements[code].topic, self.ratings[self.statements[code].pk][2])
            for area in self.score.areas
            for code in area.left_out
        )

    def _areas_left_out(self):
        chosen = ((area, self.targets.get(area.pk, NO_TARGET)) for area in self.tree.areas)
        return tuple(LeftOut(area.code, area.title, reason) for area, (rank, reason) in chosen if rank is None)

    def _target_reasons(self):
        found = []
        for area in self.tree.areas:
            rank, reason = self.targets.get(area.pk, NO_TARGET)
            proposed = self.profile.targets.get(area.code) if self.profile else None
            if reason and rank != proposed:
                names = [NOT_IN_ROLE if each is None else self.names(each) for each in (rank, proposed)]
                found.append(TargetReason(area.code, area.title, *names, reason))
        return tuple(found)


def _work_examples(rows, tree):
    """The work examples, numbered as they were added, and the numbers of those that support each statement."""
    order = {statement.pk: place for place, statement in enumerate(tree.statements)}
    made, numbers_for = [], {}
    for number, (first, supported) in enumerate(_by_example(rows).values(), start=1):
        _, title, text, link, dated, _ = first
        known = sorted((pk for pk in supported if pk in order), key=order.get)
        for pk in known:
            numbers_for.setdefault(pk, []).append(number)
        made.append(
            WorkExample(
                number=number,
                title=title,
                text=text,
                link=link if leads_to_a_website(link) else "",
                address=link.removeprefix("https://").removeprefix("http://"),
                dated=day(dated) if dated else "",
                statements=tuple(tree.statements[order[pk]].code for pk in known),
            )
        )
    return tuple(made), {pk: tuple(numbers) for pk, numbers in numbers_for.items()}


def _by_example(rows):
    grouped = {}
    for row in rows:
        grouped.setdefault(row[0], (row, []))[1].append(row[-1])
    return grouped


def leads_to_a_website(link: str) -> bool:
    """Whether a link may be one on a page: http or https, to a named host."""
    try:
        address = urlsplit(link)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and bool(address.hostname)


def _in_fours(text):
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
