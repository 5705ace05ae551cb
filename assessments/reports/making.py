"""A round as a gap report: what the page and the PDF show, worded.

`source` reads the round; the standards come from memory (`standards.tree`). `make_report` is a pure function of what was
read.
"""

from urllib.parse import urlsplit

from govuk.environment import day
from standards.tree import NOT_YET, TreeStatement

from .. import scoring
from ..answers import Answered
from ..charts import ChartRow
from ..comparisons import comparison_part
from ..models import Assessment
from . import plan, sentences
from .both_views import NO_TARGET, NOT_ANSWERED, NOT_RELEVANT, NOT_YET_IN_SHORT, SideBySide, as_answers, scored
from .parts import (
    Archived,
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
from .source import OWN, Reader, ReportSource, read_source

NO_PROFILE = "None of the role profiles"
NOT_IN_ROLE = "Not in the role"
NOTHING_SAID = Answered()


def gap_report(assessment: Assessment, reader: str) -> GapReport:
    """Read a round that came from `round_to_report()` and return its report."""
    return make_report(read_source(assessment, reader))


def make_report(source: ReportSource) -> GapReport:
    """Return the report of a source, worded. Makes no query."""
    return _Making(source).report()


class _Making:
    """The making of one report: what several of its parts look up."""

    def __init__(self, source):
        self.source = source
        self.tree = tree = source.tree
        self.names = tree.level_name
        self.is_own = source.reader == Reader.OWNER
        self.voice = sentences.YOU if self.is_own else sentences.speaking_of(source.name)
        self.profile = tree.role_profile(source.role_profile_id)
        self.targets = {area: (rank, reason) for area, rank, reason in source.targets}
        self.chosen = {area: rank for area, rank, _ in source.chosen}
        self.answers = as_answers(source.ratings)
        self.examples, self.examples_for = _work_examples(source.evidence, tree)
        self.score = scored(tree, self.targets, self.answers, self.examples_for)
        self.scored = {area.code: area for area in self.score.areas}
        self.statements = {statement.code: statement for statement in tree.statements}
        self.gap_numbers = {gap.code: number for number, gap in enumerate(self.score.gaps, start=1)}
        self.side_by_side = SideBySide.of(source) if source.is_reviewed else None
        self.both = self.side_by_side.both() if self.side_by_side else None
        self.in_both = {area.code: area for area in self.both.areas} if self.both else {}
        self.goals = plan.planned_goals(source.goals, tree)

    def report(self):
        source, tree, score = self.source, self.tree, self.score
        party = source.line_manager
        gaps = tuple(self._gap(number, gap) for number, gap in enumerate(score.gaps, start=1))
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
            fingerprint=source.fingerprint,
            short_fingerprint=_in_fours(source.fingerprint[:8]),
            state=Assessment.State(source.state).label,
            is_own=self.is_own,
            is_draft=source.state == Assessment.State.DRAFT,
            is_shared=source.state == Assessment.State.SHARED,
            is_agreed=source.is_agreed,
            as_of=day(source.changed_on),
            shared_on=day(source.shared_on) if source.shared_on else "",
            over_on=day(source.over_on) if source.over_on else "",
            line_manager=party.name if party else "",
            line_manager_post=party.job_title if party else "",
            check_code=source.check_code,
            summary=sentences.summary(score, self.voice),
            levels=tuple(level.name for level in tree.levels),
            is_finished=score.is_finished,
            is_started=score.answered > 0,
            in_scope=score.in_scope,
            answered=score.answered,
            statement_count=len(tree.statements),
            areas=tuple(self._area(area) for area in tree.areas),
            gaps=gaps,
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
            both=self.both,
            record=plan.conversation_record(source.held, source.name, party.name if party else ""),
            plan=plan.plan(self.goals, gaps),
            comparison=comparison_part(source.earlier, source, source.earlier.kept) if source.earlier else None,
            given_under=tuple(self._given_under()),
            archived=tuple(_archived(each) for each in source.archived),
        )

    def _area(self, area):
        score = self.scored[area.code]
        in_role = score.state != scoring.AreaState.NOT_IN_ROLE
        explanation, held_by = sentences.explanation(score, self.names)
        rows = zip(area.statements, score.statements, strict=True)
        return AreaReport(
            code=area.code,
            title=area.title,
            short_title=area.short_title,
            is_finished=score.level is not None,
            is_in_role=in_role,
            level=sentences.level_words(score, self.names),
            target=self.names(score.target) if score.target is not None else "",
            gap=score.gap,
            gap_words=sentences.gap_words(score, self.names),
            at_target=f"{score.at_target} of {score.in_scope}" if in_role else "",
            explanation=explanation,
            held_by=held_by,
            left_out=score.left_out,
            chart=ChartRow(
                words=sentences.chart_words(area.code, score, self.names),
                at_or_above=score.at_or_above,
                in_scope=score.in_scope,
                answered=score.answered,
                level=score.level,
                target=score.target,
            ),
            statements=tuple(self._row(*pair) for pair in rows),
            in_both=self.in_both.get(area.code),
        )

    def _row(self, statement, score):
        answer = self.answers.get(statement.pk, NOTHING_SAID)
        return StatementRow(
            code=statement.code,
            topic=statement.topic,
            level="" if score.rank is None else self.names(score.rank) if score.rank else NOT_YET_IN_SHORT,
            is_left_out=answer.not_relevant,
            gap_number=self.gap_numbers.get(statement.code, 0),
            note=answer.note,
            reason=answer.reason,
            evidence=self.examples_for.get(statement.pk, ()),
            said=self.side_by_side.said_of(statement) if self.side_by_side else None,
        )

    def _gap(self, number, gap):
        statement = self.statements[gap.code]
        target = self.names(gap.target)
        whose = f"{target}, {'your' if self.is_own else 'the'} target"
        aim_label = f"Aim for {whose}" if gap.aim_reaches_target else f"First aim for {self.names(gap.aim)}"
        now = f"{self.voice.now} {self.names(gap.rank)}"
        return Gap(
            number=number,
            code=gap.code,
            topic=statement.topic,
            area=gap.area,
            level=self.names(gap.rank),
            target=target,
            levels=gap.gap,
            why=sentences.why_here(gap, self.scored[gap.area], self.names),
            now=self._words(statement, gap.rank, now) if gap.rank > NOT_YET else None,
            aim=self._words(statement, gap.aim, aim_label),
            further=None if gap.aim_reaches_target else self._words(statement, gap.target_words, f"Then {whose}"),
            goals=plan.goals_for(gap.code, self.goals),
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
            LeftOut(code, self.statements[code].topic, self.answers[self.statements[code].pk].reason)
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
            chosen = self.chosen.get(area.pk)
            if (reason and rank != proposed) or rank != chosen:
                found.append(
                    TargetReason(
                        area.code,
                        area.title,
                        self._target(rank),
                        self._target(proposed) if self.profile else "",
                        reason,
                        self._target(chosen) if rank != chosen else "",
                    )
                )
        return tuple(found)

    def _given_under(self):
        """A sentence for each version that answers came along from, the one with the most first."""
        under = dict(self.source.given_under)
        own = as_answers(self.source.views[OWN])
        answered = [each.code for each in self.tree.statements if each.pk in own and own[each.pk].is_answer]
        codes = {}
        for statement in self.tree.statements:
            if statement.pk in under:
                codes.setdefault(under[statement.pk], []).append(statement.code)
        for number in sorted(codes, key=lambda number: -len(codes[number])):
            yield sentences.given_under(number, codes[number], answered)

    def _target(self, rank):
        return NOT_IN_ROLE if rank is None else self.names(rank)


def _archived(source):
    answer = source.answer
    said = f"{NOT_RELEVANT}, because: {answer.reason}" if answer.not_relevant else source.level or NOT_ANSWERED
    return Archived(source.tree.number, source.statement.code, source.statement.topic, said, answer.note)


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
                dated_on=dated,
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
