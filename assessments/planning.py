"""Under which frameworks somebody plans, and which statements a goal may be for."""

from dataclasses import dataclass
from urllib.parse import urlencode

from standards.models import Version

from .models import Assessment, Goal


@dataclass(frozen=True, slots=True)
class Plan:
    """Somebody's plan under one framework.

    version     whose statements a goal may be for
    assessment  the round that a new goal belongs to (``Goal.objects.plan_round``); None before there is one
    framework   what names it in an address; empty where there is only one
    """

    version: Version
    assessment: Assessment | None
    framework: str

    @property
    def query(self) -> str:
        """The query of an address that names it."""
        return f"?{urlencode({'framework': self.framework})}" if self.framework else ""


def plans_of(owner) -> tuple[Plan, ...]:
    """A plan for each framework that is published or that ``owner`` has a round in: those with a round first, in two queries."""
    rounds = Goal.objects.plan_rounds(owner)
    begun = {each.framework_id for each in rounds}
    published = Version.objects.published().select_related("framework").order_by("published_at", "pk")
    newest = {each.framework_id: each for each in published if each.framework_id not in begun}
    others = sorted(newest.values(), key=lambda version: version.framework.title)
    pairs = [*((each.version, each) for each in rounds), *((version, None) for version in others)]
    return tuple(
        Plan(version, assessment, version.framework.slug if len(pairs) > 1 else "") for version, assessment in pairs
    )


def version_for(goal) -> Version:
    """The version whose statements a goal without any may be for: its round's, else the newest of its framework."""
    if goal.assessment:
        return goal.assessment.version
    frozen = Version.objects.filter(framework=goal.framework_id, state__in=Version.FROZEN_STATES)
    return frozen.select_related("framework").order_by("-published_at").first()
