"""The tables of a version: how a row of each leads to its version, in an order in which they can be filled."""

from .models import (
    Area,
    AreaVariant,
    Attribute,
    CaseStudy,
    CaseStudyStage,
    GlossaryTerm,
    GuideSection,
    Insight,
    LearningResource,
    Level,
    LevelDescriptor,
    LifecycleStage,
    Part,
    PeopleProfile,
    ReferencePage,
    RoleProfile,
    RoleTarget,
    Section,
    Source,
    Statement,
    Version,
)

# Each table stands after those that its rows point at. Version itself is at the end of the empty path.
VERSION_PATHS = {
    Version: "",
    Level: "version",
    Section: "version",
    Area: "section__version",
    AreaVariant: "area__section__version",
    Part: "area__section__version",
    Attribute: "version",
    Statement: "area__section__version",
    LevelDescriptor: "statement__area__section__version",
    GlossaryTerm: "version",
    RoleProfile: "version",
    RoleTarget: "profile__version",
    ReferencePage: "version",
    LifecycleStage: "version",
    Source: "version",
    PeopleProfile: "version",
    CaseStudy: "version",
    CaseStudyStage: "case_study__version",
    Insight: "version",
    GuideSection: "version",
    LearningResource: "version",
}


def parent_name(model):
    """The name of the field by which a row of ``model`` belongs to another row, such as "area"; "" for a version."""
    return VERSION_PATHS[model].partition("__")[0]


def parent_model(model):
    """The model of the row that a row of ``model`` belongs to; None for a version."""
    name = parent_name(model)
    return model._meta.get_field(name).related_model if name else None


def owned_models(model):
    """The models whose rows belong to rows of ``model`` and go with them."""
    return [each for each in VERSION_PATHS if parent_model(each) is model]


def version_of(row):
    """The version that ``row`` belongs to."""
    for name in filter(None, VERSION_PATHS[type(row)].split("__")):
        row = getattr(row, name)
    return row
