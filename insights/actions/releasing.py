"""Making releases: the dated figures that analysts see, at most one a month and only of what enough people changed.

Nothing live is ever shown, so that nobody learns what one person did by looking twice (docs/decisions/disclosure-control.md).
"""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.utils import timezone

from people.models import Organisation
from standards.models import Framework, Version

from ..counts import Counts
from ..exact import below, exact_counts, least_changed, note_released
from ..models import Figure, Release
from ..rounding import rounded
from ..tally import counted_frameworks

logger = logging.getLogger(__name__)

_ROWS = 500


class NotAtTheTop(Exception):
    """The organisation lies within another one, with which its figures are released: nothing was done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a release: the one that was made, or None and a ``reason`` to show, the end of a sentence."""

    organisation: Organisation
    framework: Framework
    release: Release | None = None
    reason: str = ""
    failed: bool = False


@transaction.atomic
def make_release(*, organisation, framework, at=None) -> Outcome:
    """Release the figures of an organisation at the top, and of all below it, as they are counted now, dated ``at``.

    None is made while the last one is younger than ``Release.RESTS``, or while fewer than ``settings.PORTAL_FIGURES_CHANGED``
    people have certainly changed since. Raises ``NotAtTheTop``.
    """
    at = at or timezone.now()
    parents = _lock(organisation)
    if parents[organisation.pk] is not None:
        raise NotAtTheTop
    last = Release.objects.filter(organisation=organisation, framework=framework).first()
    reason = _too_early(last, at) or _too_little(organisation, framework, last)
    if reason:
        return Outcome(organisation, framework, reason=reason)
    exact = exact_counts(below(organisation), framework)
    base = settings.PORTAL_FIGURES_BASE
    figures = rounded(parents, {pk: exact.get(pk) or Counts() for pk in parents}, base=base, ranks=_ranks(framework))
    release = Release.objects.create(organisation=organisation, framework=framework, made_at=at, base=base)
    Figure.objects.bulk_create(
        (Figure(release=release, organisation_id=pk, numbers=each.as_numbers()) for pk, each in figures.items()),
        batch_size=_ROWS,
    )
    note_released(below(organisation), framework)
    return Outcome(organisation, framework, release)


def release_due() -> list[Outcome]:
    """Make the releases that are due, of every organisation at the top and every framework, each in a transaction of its own."""
    outcomes = []
    for organisation in Organisation.objects.filter(parent=None):
        for framework in counted_frameworks():
            try:
                outcomes.append(make_release(organisation=organisation, framework=framework))
            except Exception as error:  # whatever is wrong with one, the others are still due
                logger.error(
                    "Release of organisation %s under framework %s failed (%s)",
                    *(organisation.pk, framework.pk, type(error).__name__),
                )
                reason = "something went wrong, and the log names the kind of error"
                outcomes.append(Outcome(organisation, framework, reason=reason, failed=True))
    return outcomes


def _lock(organisation) -> dict:
    """Lock the organisations of a tree in the order of their keys; returns what each lies within.

    Whoever counts any of them is waited for, and waits; a second release finds the first. Who was moving some when they were locked
    is done by then, and the next who would has to wait.
    """
    locked = set()
    while True:
        tree = Organisation.objects.filter(pk__in=below(organisation)).order_by("pk")
        parents = dict(tree.values_list("pk", "parent_id"))
        if parents.keys() <= locked:
            return parents
        locked.update(tree.select_for_update(no_key=True).values_list("pk", flat=True))


def _too_early(last, at):
    if last is None or last.made_at <= at - Release.RESTS:
        return ""
    return (
        f"the last one is of {timezone.localtime(last.made_at):%-d %B %Y}, less than {Release.RESTS.days} days before"
    )


def _too_little(organisation, framework, last):
    least = settings.PORTAL_FIGURES_CHANGED
    if least_changed(_comparable(organisation, framework, last), framework) >= least:
        return ""
    since = "have changed since the last one" if last else "are counted"
    return f"fewer than {least} people {since}, or not certainly so many"


def _comparable(organisation, framework, last):
    """The organisations of a tree of which it is known what changed since ``last``, as a query.

    One that was released with another tree since is not: what it was then says nothing of this tree's last figures.
    """
    released = Figure.objects.filter(organisation=OuterRef("pk"), release__framework=framework).order_by()
    latest = released.values("organisation").annotate(latest=Max("release")).values("latest")
    tree = Organisation.objects.filter(pk__in=below(organisation)).annotate(latest=Subquery(latest)).order_by()
    return tree.filter(Q(latest=None) | Q(latest=last and last.pk)).values("pk")


def _ranks(framework):
    """How many levels each version has."""
    rows = Version.objects.filter(framework=framework).order_by().values_list("pk").annotate(count=Count("levels"))
    return dict(rows)
