"""What time brings about: goals that fall due, a year since the last round, and versions that come and go."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from people.actions import notify
from people.models import Notice
from standards.models import Version

from ..models import Assessment, Goal

AHEAD = timedelta(days=14)
YEAR = timedelta(days=365)
BATCH = 200
_KINDS = (Notice.Kind.GOAL_DUE, Notice.Kind.GOAL_OVERDUE, Notice.Kind.YEAR_PASSED)
_OF_VERSIONS = (Notice.Kind.VERSION_PUBLISHED, Notice.Kind.VERSION_RETIRES)


def remind_of_goals(*, today: date) -> int:
    """Tell the owners of open goals that are due within ``AHEAD`` of ``today``, or were due before it; returns how many were told.

    Each goal is told of once before its day and once after it, and again when it is put off.
    """
    goals = Goal.objects.open().filter(due_on__lte=today + AHEAD, owner__is_active=True).select_related("owner")
    return _tell_once(
        {
            f"{kind}:{goal.pk}:{goal.due_on.isoformat()}": {
                "recipient": goal.owner,
                "kind": kind,
                "path": reverse("goal-detail", args=[goal.pk]),
                "due_on": goal.due_on,
            }
            for goal in goals
            for kind in [Notice.Kind.GOAL_OVERDUE if goal.due_on < today else Notice.Kind.GOAL_DUE]
        }
    )


def remind_of_years(*, today: date) -> int:
    """Tell people whose last round was agreed a year or longer before ``today``, unless another one is open; returns how many."""
    rounds = Assessment.objects.filter(owner=OuterRef("owner"), framework=OuterRef("framework"))
    later = rounds.filter(state=Assessment.State.AGREED, agreed_at__gt=OuterRef("agreed_at"))
    past = Assessment.objects.filter(
        ~Exists(later),
        ~Exists(rounds.open()),
        state=Assessment.State.AGREED,
        agreed_at__date__lte=today - YEAR,
        owner__is_active=True,
    )
    return _tell_once(
        {
            f"{Notice.Kind.YEAR_PASSED}:{assessment.pk}": {
                "recipient": assessment.owner,
                "kind": Notice.Kind.YEAR_PASSED,
                "path": reverse("assessment-list"),
                "due_on": timezone.localtime(assessment.agreed_at).date(),
            }
            for assessment in past.select_related("owner")
        }
    )


def remind_of_versions() -> int:
    """Tell people midway of a later version, and of the day on which theirs retires, whom the worker missed or who began since.

    Returns how many were told.
    """
    before = Notice.objects.filter(kind__in=_OF_VERSIONS).count()
    for version in Version.objects.latest_of_each_framework():
        _all_batches(tell_of_publication, version)
    for version in Version.objects.published().filter(retires_on__isnull=False):
        _all_batches(tell_of_retirement, version)
    return Notice.objects.filter(kind__in=_OF_VERSIONS).count() - before


def _all_batches(tell, version):
    after = tell(version=version)
    while after:
        after = tell(version=version, after=after)


def tell_of_publication(*, version, after="") -> str:
    """Tell the next owners of drafts under earlier versions that ``version`` is published, each once.

    Shared rounds stay under their version. Begins after the draft with the key ``after``; returns the key of the last draft, "" at
    the end.
    """
    earlier = Version.objects.filter(framework=version.framework_id, published_at__lt=version.published_at)
    return _tell_midway(
        Assessment.objects.filter(version__in=earlier),
        after,
        lambda draft: f"{Notice.Kind.VERSION_PUBLISHED}:{draft.pk}:{version.pk}",
        "assessment-carry-over",
        kind=Notice.Kind.VERSION_PUBLISHED,
    )


def tell_of_retirement(*, version, after="") -> str:
    """Tell the next owners of drafts under ``version`` when it retires, as ``tell_of_publication`` does; again for another day."""
    if version.retires_on is None or version.state != Version.State.PUBLISHED:
        return ""
    return _tell_midway(
        Assessment.objects.filter(version=version),
        after,
        lambda draft: f"{Notice.Kind.VERSION_RETIRES}:{draft.pk}:{version.retires_on.isoformat()}",
        "assessment-detail",
        kind=Notice.Kind.VERSION_RETIRES,
        due_on=version.retires_on,
    )


def _tell_midway(rounds, after, key_of, leads_to, **said):
    drafts = rounds.filter(state=Assessment.State.DRAFT).select_related("owner").order_by("pk")
    drafts = list((drafts.filter(pk__gt=after) if after else drafts)[:BATCH])
    keys = {key_of(draft): draft for draft in drafts}
    made = set(Notice.objects.filter(key__in=list(keys)).values_list("key", flat=True))
    for key, draft in keys.items():
        if key not in made:
            notify(recipient=draft.owner, path=reverse(leads_to, args=[draft.pk]), key=key, **said)
    return str(drafts[-1].pk) if len(drafts) == BATCH else ""


def _tell_once(notices):
    """Make the notices, by their keys, that were not made before; returns how many. Most are old ones, on most days."""
    made = set(Notice.objects.filter(kind__in=_KINDS).values_list("key", flat=True))
    return sum(notify(**said, key=key) is not None for key, said in notices.items() if key not in made)
