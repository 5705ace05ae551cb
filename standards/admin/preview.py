"""Where readers find what an editor has before them."""

from django.urls import NoReverseMatch, reverse

from ..models import (
    Area,
    CaseStudy,
    GlossaryTerm,
    GuideSection,
    Insight,
    LearningResource,
    Level,
    LevelDescriptor,
    LifecycleStage,
    PeopleProfile,
    ReferencePage,
    RoleProfile,
    Source,
    Statement,
)
from ..version_tables import version_of

_PAGES = {
    Level: lambda row: ("level-detail", {"rank": row.rank}),
    Area: lambda row: ("area-detail", {"area_code": row.code}),
    Statement: lambda row: ("statement-detail", {"statement_code": row.code}),
    LevelDescriptor: lambda row: ("statement-detail", {"statement_code": row.statement.code}),
    GlossaryTerm: lambda row: ("glossary-list", {}),
    RoleProfile: lambda row: ("role-detail", {"slug": row.slug}),
    ReferencePage: lambda row: ("page-detail", {"slug": row.slug}),
    LifecycleStage: lambda row: ("lifecycle-detail", {}),
    Source: lambda row: ("source-list", {}),
    PeopleProfile: lambda row: ("people-detail", {"slug": row.slug}),
    CaseStudy: lambda row: ("casestudy-detail", {"slug": row.slug}),
    Insight: lambda row: ("insight-list", {}),
    GuideSection: lambda row: ("insight-list", {}),
    LearningResource: lambda row: ("learning-list", {}),
}


def readers_page(row) -> str:
    """The address at which readers find ``row``: its own page, that of its kind, or the version's."""
    version = version_of(row)
    address = {"framework": version.framework.slug, "version": version.number}
    name, more = _PAGES.get(type(row), lambda row: ("version-detail", {}))(row)
    try:
        return reverse(name, kwargs=address | more)
    except NoReverseMatch:
        # A code that is being made up may not be one that an address can have.
        return reverse("version-detail", kwargs=address)
