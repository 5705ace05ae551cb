"""What a report is made from, read once: `read_source` makes five queries at most, however much was answered.

What a reader may not see yet is not read: a line manager's ratings before the review is finished, somebody else's round before
this one.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Q, Value
from django.utils import timezone

from standards.tree import VersionTree, version_tree

from ..before import Source
from ..coming_along import archived_answers
from ..meaning import Kept, kept
from ..models import AgreedGoal, AgreedTarget, Assessment, Evidence, Goal, Rating, ReportFile, Target
from ..wording import person_in_words

Reader = ReportFile.Reader
OWN, LINE_MANAGER, AGREED = (view.value for view in (Rating.View.SELF, Rating.View.LINE_MANAGER, Rating.View.AGREED))
CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody whom a report names."""

    name: str
    job_title: str


@dataclass(frozen=True, slots=True)
class Held:
    """What is recorded of the conversation; the days on which each confirmed it, None before."""

    held_on: date | None
    points: str
    look_again_on: date | None
    disagreement: str
    owner_confirmed_on: date | None
    line_manager_confirmed_on: date | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """The round that this one began as a copy of, to compare: agreed levels and targets where it was agreed, else the owner's
    own. Its fields are those of ``comparisons.RoundAnswers``, and what this round's version keeps of that one's (``meaning``)."""

    title: str
    is_agreed: bool
    over_on: date
    targets: tuple[tuple, ...]
    ratings: tuple[tuple, ...]
    tree: VersionTree
    kept: Kept | None


@dataclass(frozen=True, slots=True)
class ReportSource:
    """Everything that a report is made from.

    reader        whose report it is: the owner's or the line manager's (`ReportFile.Reader`)
    is_reviewed   both views are in it
    line_manager  who reviews it; None where it is not shared
    targets       (area, rank or None for "not in the role", reason), by area; the agreed ones where there are any
    chosen        the same as the owner chose them
    ratings       (statement, rank, not relevant, reason, note) of the view that is scored, by statement
    views         the same of each view that the reader may see
    signed        (name, statement) of the ratings that a line manager before this one gave
    given_under   (statement, number of an earlier version) of the owner's answers that came along from one
    archived      the owner's answers to statements that are not asked any more, for the owner alone
    evidence      (work example, title, text, link, date, statement or None), a row for each statement that it supports
    goals         (goal, what, measure, kind, day due, ((statement's code, rank aimed at), ...))
    """

    reader: str
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
    shared_on: date | None
    is_reviewed: bool
    line_manager: Party | None
    check_code: str
    targets: tuple[tuple, ...]
    chosen: tuple[tuple, ...]
    views: dict[str, tuple[tuple, ...]]
    signed: tuple[tuple[str, int], ...]
    given_under: tuple[tuple[int, str], ...]
    archived: tuple[Source, ...]
    evidence: tuple[tuple, ...]
    held: Held | None
    goals: tuple[tuple, ...]
    earlier: Earlier | None
    tree: VersionTree

    @property
    def ratings(self) -> tuple[tuple, ...]:
        return self.views[self.view]

    @property
    def is_agreed(self) -> bool:
        return self.view == AGREED


def round_to_report(user, pk) -> Assessment | None:
    """The round that ``user`` may read, with all that a report says of it besides answers and goals; None for any other."""
    return Assessment.objects.find_between(
        user, pk, "owner__organisation", "version__framework", "conversation", "previous__version"
    )


def reader_of(assessment: Assessment, user) -> str:
    """Whose report of a round it is that ``user`` reads."""
    return (Reader.OWNER if assessment.owner_id == user.pk else Reader.LINE_MANAGER).value


def shows_both_views(assessment: Assessment) -> bool:
    """Whether its report has the line manager's ratings beside the owner's."""
    return assessment.is_reviewed and assessment.state in Assessment.LINE_MANAGER_STATES


def earlier_shown(assessment: Assessment, reader: str) -> Assessment | None:
    """The round before, where an agreed report compares the two; None where the reader may not read that one.

    It is told without a query what `Assessment.objects.read_by` says: a line manager who reads this round has a live line to its
    owner, so they read the one before where it names them, too.
    """
    earlier = assessment.previous if assessment.is_agreed else None
    if earlier is None or reader == Reader.OWNER:
        return earlier
    names_them = earlier.line_manager_id == assessment.line_manager_id
    return earlier if names_them and earlier.state in Assessment.LINE_MANAGER_STATES else None


def read_source(assessment: Assessment, reader: str) -> ReportSource:
    """Read a round that came from `round_to_report()`, for its owner or its line manager.

    The ratings that are scored are the agreed ones where the round is agreed, else the owner's own.
    """
    owner, version = assessment.owner, assessment.version
    has_both = shows_both_views(assessment)
    is_shared = assessment.state in Assessment.LINE_MANAGER_STATES
    earlier = earlier_shown(assessment, reader)
    views, signed, given_under, earlier_ratings = _read_ratings(assessment, has_both, earlier)
    chosen, agreed, earlier_targets = _read_targets(assessment, has_both, earlier)
    return ReportSource(
        reader=reader,
        title=assessment.title,
        state=str(assessment.state),
        view=AGREED if assessment.is_agreed else OWN,
        name=person_in_words(owner),
        job_title=owner.job_title,
        organisation=owner.organisation.name if owner.organisation_id else "",
        role_profile_id=assessment.role_profile_id,
        framework=version.framework.title,
        licence=version.licence,
        fingerprint=version.fingerprint,
        changed_on=_day(assessment.changed_at),
        over_on=_day(assessment.agreed_at or assessment.closed_at),
        shared_on=_day(assessment.shared_at) if is_shared else None,
        is_reviewed=has_both,
        line_manager=_party(assessment.line_manager) if is_shared else None,
        check_code=assessment.check_code or "",
        targets=tuple((area, *target) for area, target in sorted((chosen | agreed).items())),
        chosen=tuple((area, *target) for area, target in sorted(chosen.items())),
        views=views,
        signed=signed,
        given_under=given_under,
        archived=archived_answers(assessment) if reader == Reader.OWNER else (),
        evidence=tuple(
            Evidence.objects.filter(assessment_id=assessment.pk)
            .order_by("added_at", "pk", "statements")
            .values_list("pk", "title", "text", "link", "dated", "statements")
        ),
        held=_held(assessment) if has_both else None,
        goals=read_goals(assessment),
        earlier=earlier and _earlier(earlier, earlier_targets, earlier_ratings, version),
        tree=version_tree(version),
    )


def _party(person):
    return Party(person_in_words(person), person.job_title)


def _day(moment):
    return timezone.localtime(moment).date() if moment else None


def _read_ratings(assessment, has_both, earlier):
    """The views of a round, who else signed ratings in it, which came from an earlier version, and what is compared of the round
    before."""
    wanted = Q(assessment_id=assessment.pk, view__in=[OWN, LINE_MANAGER, AGREED] if has_both else [OWN])
    if earlier:
        wanted |= Q(assessment_id=earlier.pk, view=AGREED if earlier.is_agreed else OWN)
    answered = ("statement_id", "rank", "not_relevant", "reason", "note")
    signature = ("rated_by_id", "rated_by__name", "rated_by__email") if has_both else ()
    under = ("given_under__number",) if assessment.carried_from_id else ()
    rows = Rating.objects.filter(wanted).order_by("statement_id")
    views = {OWN: [], LINE_MANAGER: [], AGREED: []} if has_both else {OWN: []}
    signed, given_under, before = [], [], []
    for round_id, view, *row in rows.values_list("assessment_id", "view", *answered, *under, *signature):
        answer, by = tuple(row[: len(answered)]), row[len(answered) + len(under) :]
        if round_id != assessment.pk:
            before.append(answer)
            continue
        views[view].append(answer)
        if under and view == OWN and row[len(answered)] and (answer[1] is not None or answer[2]):
            given_under.append((answer[0], row[len(answered)]))
        if view == LINE_MANAGER and by[0] != assessment.line_manager_id:
            signed.append((by[1] or by[2], answer[0]))
    views = {view: tuple(each) for view, each in views.items()}
    return views, tuple(signed), tuple(given_under), tuple(before)


def _read_targets(assessment, has_both, earlier):
    """The owner's and the agreed targets of a round, and those that are compared of the one before, by area."""
    ids = [assessment.pk, earlier.pk] if earlier else [assessment.pk]
    rows = _targets(Target, ids, CHOSEN)
    if has_both:
        rows = rows.union(_targets(AgreedTarget, ids, AGREED), all=True)
    found = {(round_id, kind): {} for round_id in ids for kind in (CHOSEN, AGREED)}
    for round_id, kind, area, rank, reason in rows:
        found[round_id, kind][area] = rank, reason
    before = found[earlier.pk, AGREED if earlier.is_agreed else CHOSEN] if earlier else {}
    return found[assessment.pk, CHOSEN], found[assessment.pk, AGREED], before


def _targets(model, ids, kind):
    rows = model.objects.filter(assessment_id__in=ids).order_by().annotate(kind=Value(kind, CharField()))
    return rows.values_list("assessment_id", "kind", "area_id", "rank", "reason")


def read_goals(assessment: Assessment) -> tuple[tuple, ...]:
    """The goals that the report of a round shows: agreed with it, or open while it is shared. No query for another state.

    Read once for a round as it was fetched, so that a report and its digest speak of the same ones.
    """
    if not hasattr(assessment, "goals_to_report"):
        if assessment.is_agreed:
            assessment.goals_to_report = _agreed_goals(assessment)
        else:
            assessment.goals_to_report = _open_goals(assessment) if assessment.is_shared else ()
    return assessment.goals_to_report


def _agreed_goals(assessment):
    goals = AgreedGoal.objects.filter(assessment_id=assessment.pk).order_by("order")
    rows = goals.values_list("pk", "what", "measure", "kind", "due_on", "aims")
    return tuple((*goal, tuple((code, rank) for code, rank in aims)) for *goal, aims in rows)


def _open_goals(assessment):
    found, codes_here = {}, version_tree(assessment.version).codes_by_lineage
    goals = Goal.objects.open().filter(assessment_id=assessment.pk).order_by("due_on", "pk", "aims__statement_id")
    for *goal, lineage, rank in goals.values_list(
        *("pk", "what", "measure", "kind", "due_on"), *("aims__statement__lineage", "aims__rank")
    ):
        aims = found.setdefault(goal[0], (goal, []))[1]
        if lineage in codes_here:
            aims.append((codes_here[lineage], rank))
    return tuple((*goal, tuple(aims)) for goal, aims in found.values())


def _held(assessment):
    held = getattr(assessment, "conversation", None)
    return held and Held(
        held.held_on,
        held.points,
        held.look_again_on,
        held.disagreement,
        _day(held.owner_confirmed_at),
        _day(held.line_manager_confirmed_at),
    )


def _earlier(earlier, targets, ratings, version):
    return Earlier(
        title=earlier.title,
        is_agreed=earlier.is_agreed,
        over_on=_day(earlier.agreed_at or earlier.closed_at),
        targets=tuple((area, *target) for area, target in sorted(targets.items())),
        ratings=ratings,
        tree=version_tree(earlier.version),
        kept=kept(version, earlier.version),
    )
