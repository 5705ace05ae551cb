"""What happens to rounds as versions of the standards come and go: the follower that the standards tell (``STANDARDS_FOLLOWER``).

It answers in totals: no person, and no round, is named.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from people.actions import notify
from people.models import Notice
from standards.models import Version

from .actions import NotStopped, start_again, start_run, way_between
from .answers import Answered
from .carrying import OWN, Fate, plan
from .models import Assessment, CarryOverRun, Rating
from .tasks import carry_on, tell_of_published_version, tell_of_retiring_version


@dataclass(frozen=True, slots=True)
class Impact:
    """What publishing a version would mean for the rounds that are open under earlier ones.

    The last four add up to the answers of all drafts: those that would come along, be asked again, be proposed for confirmation,
    and be kept without being asked any more. Shared rounds stay under their version.
    """

    open_rounds: int
    drafts: int
    shared: int
    carried: int
    asked_again: int
    proposed: int
    archived: int

    @property
    def answers(self) -> int:
        """How many answers there are in all drafts."""
        return self.carried + self.asked_again + self.proposed + self.archived


def impact(version) -> Impact:
    """The impact of publishing ``version``: exact totals, in a number of queries that depends on the versions only."""
    rounds = Assessment.objects.open().filter(framework=version.framework_id).exclude(version=version)
    counts = Counter()
    drafts = []
    for older, state, count in rounds.order_by().values_list("version", "state").annotate(count=Count("pk")):
        counts[state] += count
        if state == Assessment.State.DRAFT:
            drafts.append(older)
    fates = Counter()
    for older in Version.objects.filter(pk__in=drafts):
        fates += _fates(older, version)
    return Impact(
        open_rounds=counts.total(),
        drafts=counts[Assessment.State.DRAFT],
        shared=counts[Assessment.State.SHARED],
        carried=fates[Fate.CARRIED],
        asked_again=fates[Fate.ASKED_AGAIN],
        proposed=fates[Fate.PROPOSED],
        archived=fates[Fate.ARCHIVED],
    )


def _fates(older, newer) -> Counter:
    """What would become of the owners' answers in all drafts under ``older``, in two queries."""
    way = way_between(older, newer)
    ratings = Rating.objects.filter(
        assessment__version=older, assessment__state=Assessment.State.DRAFT, view=OWN
    ).order_by()
    # What becomes of an answer depends on others only where statements were merged.
    merged = [old for path in way.paths.back.values() if len(path.olds) > 1 for old in path.olds]
    fates = Counter()
    alone = ratings.exclude(statement__in=merged).values_list("statement", "rank", "not_relevant")
    for *said, count in alone.annotate(count=Count("pk")):
        _add(fates, way, [said], count)
    together = ratings.filter(statement__in=merged).order_by("assessment", "statement")
    rows = together.values_list("assessment", "statement", "rank", "not_relevant").iterator()
    alike = Counter(tuple(row[1:] for row in group) for _, group in groupby(rows, key=lambda row: row[0]))
    for said, count in alike.items():
        _add(fates, way, said, count)
    return fates


def _add(fates, way, said, count):
    answers = {(statement, OWN): Answered(rank, not_relevant) for statement, rank, not_relevant in said}
    for fate, each in plan(way, answers).counts.items():
        fates[fate] += each * count


def midway(version) -> int:
    """How many open rounds there are under ``version``."""
    return Assessment.objects.open().filter(version=version).count()


@transaction.atomic
def review_asked(version, by, reviewers):
    """Tell ``reviewers`` that ``by`` asks them to sign ``version`` off."""
    path = reverse("admin:standards_version_sign_off", args=[version.pk])
    for reviewer in reviewers:
        notify(recipient=reviewer, kind=Notice.Kind.SIGN_OFF_ASKED, actor=by, path=path)


def review_answered(version, by, editor):
    """Tell ``editor`` that the reviewer ``by`` has answered; what they said stands on the page of the review."""
    path = reverse("admin:standards_version_review", args=[version.pk])
    notify(recipient=editor, kind=Notice.Kind.SIGN_OFF_ANSWERED, actor=by, path=path)


@transaction.atomic
def published(version, by):
    """Tell people midway under an earlier version, and carry over the drafts that one left behind as it retired."""
    tell_of_published_version.enqueue(version.pk)
    for older in Version.objects.filter(framework=version.framework_id, state=Version.State.RETIRED):
        _start(older, version)


@transaction.atomic
def retiring(version):
    """Tell people midway under ``version`` when it retires."""
    if version.retires_on:
        tell_of_retiring_version.enqueue(version.pk)


@transaction.atomic
def retired(version):
    """Carry over the drafts that are left under ``version``, where a later one is published."""
    later = Version.objects.published().filter(framework=version.framework_id, published_at__gt=version.published_at)
    newest = later.order_by("published_at").last()
    if newest:
        _start(version, newest)


def _start(from_version, to_version):
    if not Assessment.objects.filter(version=from_version, state=Assessment.State.DRAFT).exists():
        return
    run, is_new = start_run(from_version=from_version, to_version=to_version)
    if is_new:
        carry_on.enqueue(run.pk)


@transaction.atomic
def go_on(run: CarryOverRun) -> CarryOverRun:
    """Give the worker a run that has stopped, or a new one for the rounds that failed in one that has ended; returns it.

    Raises ``NotStopped`` for one that is at work, or that has nothing left.
    """
    if run.finished_at and run.failed:
        run, is_new = start_run(from_version=run.from_version, to_version=run.to_version)
        if not is_new:
            return run
    else:
        start_again(run=run)
    carry_on.enqueue(run.pk)
    return run


def wake_runs() -> int:
    """Give the worker every run that has stopped and has no task; returns how many. Harmless at any time."""
    stopped = [run for run in CarryOverRun.objects.filter(finished_at=None) if run.has_stopped]
    if stopped:
        known = carry_on.get_backend().known(carry_on)
        stopped = [run for run in stopped if known is not None and run.pk not in {args[0] for args in known}]
    for run in stopped:
        try:
            go_on(run)
        except NotStopped:
            continue  # somebody was faster
    return len(stopped)
