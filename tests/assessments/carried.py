"""Looking at a round that was carried over, and small versions to carry rounds between."""

from assessments.models import (
    AgreedTarget,
    Assessment,
    CarryOver,
    EarlierAnswer,
    EarlierTarget,
    Event,
    Evidence,
    Rating,
    Target,
)
from standards.actions import publish_unreviewed, start_next_version
from standards.models import Area, LevelDescriptor, RoleProfile, RoleTarget, Section, Statement
from tests.standards.versions import make_version

SUPPORTS = Evidence.statements.through
KEPT_SUPPORTS = EarlierAnswer.evidence.through


def everything(assessment):
    """Every row of a round."""
    supports = SUPPORTS.objects.filter(evidence__assessment=assessment)
    kept = KEPT_SUPPORTS.objects.filter(earlieranswer__assessment=assessment)
    rows = {
        "round": list(Assessment.objects.filter(pk=assessment.pk).values()),
        "supports": sorted(supports.values_list("evidence", "statement")),
        "kept": sorted(kept.values_list("earlieranswer", "evidence")),
    }
    for model in (Rating, EarlierAnswer, Target, AgreedTarget, EarlierTarget, CarryOver, Event, Evidence):
        rows[model.__name__] = list(model.objects.filter(assessment=assessment).order_by("pk").values())
    return rows


def make_small_versions():
    """Three published versions of a framework, each begun as a copy of the one before: nine statements in three areas, of which
    one does not tell Second from Third."""
    version = make_version(*[(f"Knows {n}", f"Does {n}", f"Leads {n}") for n in range(9)])
    section = Section.objects.create(
        version=version, code="B", title="By role", summary="Summary", chosen_by_role=True, order=2
    )
    for order, code in enumerate(("B1", "B2"), start=1):
        area = Area.objects.create(
            section=section, code=code, title=code, short_title=code, summary="Summary", kind="behaviour", order=order
        )
        Statement.objects.filter(area__section__version=version, order__in=range(order * 3, order * 3 + 3)).update(
            area=area
        )
    LevelDescriptor.objects.filter(statement__area__section__version=version, statement__order=1, level__rank=3).update(
        text="Does 0"
    )
    profile = RoleProfile.objects.create(
        version=version, slug="clerk", title="Clerk", pathway="Office", description="Writes.", order=1
    )
    level = version.levels.get(rank=2)
    for area in Area.objects.filter(section__version=version):
        RoleTarget.objects.create(profile=profile, area=area, level=level)
    versions = [publish_unreviewed(version=version)]
    for number in ("2", "3"):
        following = start_next_version(version=versions[-1], number=number, by=None)
        versions.append(publish_unreviewed(version=following))
    return versions
