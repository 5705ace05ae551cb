"""Small versions of standards, made row by row: an editor's draft has no action of its own."""

import uuid

from standards.models import (
    Area,
    AreaVariant,
    Attribute,
    CaseStudy,
    CaseStudyStage,
    Framework,
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
    StatementLink,
    Version,
)

WORDS = ("Knows", "Does", "Leads")


def make_version(*statements, levels=("First", "Second", "Third")):
    """A draft with one area; each of ``statements`` is a tuple of its words, None where a level has no row."""
    framework = Framework.objects.create(slug=f"small-{uuid.uuid4()}", title="Small standards", owner="Someone")
    version = Version.objects.create(
        framework=framework, number="1", issued="Today", source_title="Small standards", licence="None"
    )
    rows = [
        Level.objects.create(version=version, rank=n, name=name, definition=name, summary=name)
        for n, name in enumerate(levels, start=1)
    ]
    section = Section.objects.create(version=version, code="A", title="Section", summary="Summary", order=1)
    area = Area.objects.create(
        section=section, code="A1", title="Area", short_title="Area", summary="Summary", kind="behaviour", order=1
    )
    for number, texts in enumerate(statements, start=1):
        statement = Statement.objects.create(area=area, code=f"A1.{number}", topic="Topic", order=number)
        for level, text in zip(rows, texts, strict=True):
            if text is not None:
                LevelDescriptor.objects.create(statement=statement, level=level, text=text)
    return version


def make_whole_version():
    """A draft with at least one row in every table of a version."""
    version = make_version(WORDS, ("Reads", "Writes", "Teaches"))
    area = Area.objects.get(section__version=version)
    AreaVariant.objects.create(area=area, title="Area of old", where="Page 1")
    Part.objects.create(area=area, code="A1a", title="Part", order=1)
    Attribute.objects.create(version=version, name="Patience", order=1).areas.add(area)
    GlossaryTerm.objects.create(version=version, term="Plan", definition="What is meant to be done.", order=1)
    profile = RoleProfile.objects.create(
        version=version, slug="clerk", title="Clerk", pathway="Office", description="Writes.", order=1
    )
    RoleTarget.objects.create(profile=profile, area=area, level=version.levels.get(rank=1))
    add_reference_material(version, area)
    for statement in Statement.objects.filter(area=area):
        StatementLink.objects.create(version=version, new=statement, kind=StatementLink.Kind.NEW)
    return version


def add_reference_material(version, area):
    """What stands beside the areas of a version: a row in each of its tables, and a mapping to ``area``."""
    level = version.levels.get(rank=2)
    ReferencePage.objects.create(
        version=version, slug="foreword", title="Foreword", body="## Why\n\nBecause.", group="about", order=1
    )
    LifecycleStage.objects.create(version=version, title="Buying", involvement="Buyers", order=1)
    Source.objects.create(version=version, title="A book", url="https://example.com/book", order=1)
    PeopleProfile.objects.create(
        version=version,
        slug="baker",
        job_title="Baker",
        organisation="Bakery",
        level=level,
        quote="Bread",
        body="## My day\n\nLong.",
        order=1,
    )
    study = CaseStudy.objects.create(
        version=version, slug="bridge", title="A bridge", organisation="Roads", introduction="It stands.", order=1
    )
    CaseStudyStage.objects.create(case_study=study, title="Buying", text="Bought.", order=1)
    Insight.objects.create(version=version, number=1, group="Strategy", text="Make time").areas.add(area)
    GuideSection.objects.create(version=version, code="A", title="Before", order=1).areas.add(area)
    LearningResource.objects.create(
        version=version,
        title="A course",
        provider="A college",
        link="https://example.com/course",
        area=area,
        level=level,
        order=1,
    )
