"""The tables of an editors' file in the order in which they build on one another, each with its columns.

Together they hold everything that is frozen when a version is published, and what of it is the portal's own: topics, short titles,
other forms, mappings and learning resources.
"""

from ..models import (
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
    LifecycleStage,
    Part,
    PeopleProfile,
    ReferencePage,
    Section,
    Source,
)
from .asked import RoleProfiles, Statements
from .cells import Choice, Code, One, Several, WholeNumber, YesNo
from .resources import Column, Order, Table

CODE, NAME, TEXT = 10, 30, 60
SLUG = "Name in addresses"


class Levels(Table):
    """The ladder of levels."""

    sheet = "Levels"
    keys = ("Rank",)
    rank = Column("Rank", "rank", WholeNumber(1), width=CODE, needed=True)
    name = Column("Name", "name", width=NAME)
    definition = Column("Definition", "definition", width=TEXT)
    summary = Column("In short", "summary", width=TEXT)

    class Meta:
        model = Level


class Sections(Table):
    """Groups of areas."""

    sheet = "Sections"
    code = Column("Code", "code", Code(), width=CODE)
    title = Column("Title", "title", width=NAME)
    summary = Column("Summary", "summary", width=TEXT)
    chosen_by_role = Column("Areas chosen by role", "chosen_by_role", YesNo())
    order = Order()

    class Meta:
        model = Section


class Areas(Table):
    """Capability areas."""

    sheet = "Areas"
    path = "section__version"
    section = Column("Section", "section", One("Sections"), width=CODE, needed=True)
    code = Column("Code", "code", Code(), width=CODE)
    title = Column("Title", "title", width=NAME)
    short_title = Column("Short title", "short_title", width=NAME)
    kind = Column("Kind", "kind", Choice(Area.Kind), width=NAME)
    summary = Column("Summary", "summary", width=TEXT)
    order = Order()

    class Meta:
        model = Area


class Parts(Table):
    """Named parts of areas."""

    sheet = "Parts"
    path = "area__section__version"
    area = Column("Area", "area", One("Areas"), width=CODE, needed=True)
    code = Column("Code", "code", Code(), width=CODE)
    title = Column("Title", "title", width=TEXT)
    order = Order()

    class Meta:
        model = Part


class OtherTitles(Table):
    """What else the document calls an area."""

    sheet = "Other titles"
    path = "area__section__version"
    keys = ("Area", "Title")
    area = Column("Area", "area", One("Areas"), width=CODE, needed=True)
    title = Column("Title", "title", Code(), width=TEXT)
    where = Column("Where", "where", width=TEXT)

    class Meta:
        model = AreaVariant


class WithAreas(Table):
    """Rows that are mapped to areas: ``area_codes`` has their codes."""

    def queryset(self):
        return super().queryset().prefetch_related("areas")

    def attach(self, rows):
        for row in rows:
            row.area_codes = self.book.in_order("Areas", {area.code for area in row.areas.all()})

    def attach_nothing(self, instance):
        instance.area_codes = ()

    def store_beneath(self, instance):
        areas = [self.book.find("Areas", code) for code in instance.area_codes]
        if {area.pk for area in areas} != set(instance.areas.order_by().values_list("pk", flat=True)):
            instance.areas.set(areas)


class Attributes(WithAreas):
    """Personal attributes."""

    sheet = "Attributes"
    keys = ("Name",)
    name = Column("Name", "name", Code(), width=NAME)
    areas = Column("Areas", "area_codes", Several("Areas"), width=NAME)
    order = Order()

    class Meta:
        model = Attribute


class Glossary(Table):
    """Defined terms."""

    sheet = "Glossary"
    keys = ("Term",)
    term = Column("Term", "term", Code(), width=NAME)
    definition = Column("Definition", "definition", width=TEXT)
    note = Column("Note", "note", width=NAME)
    other_forms = Column("Other forms", "other_forms", width=NAME)
    order = Order()

    class Meta:
        model = GlossaryTerm


class Texts(Table):
    """Texts that stand beside the areas."""

    sheet = "Texts"
    keys = (SLUG,)
    slug = Column(SLUG, "slug", Code(), width=NAME)
    title = Column("Title", "title", width=NAME)
    group = Column("Group", "group", Choice(ReferencePage.Group), width=NAME, needed=True)
    body = Column("Text", "body", width=100)
    order = Order()

    class Meta:
        model = ReferencePage


class CommercialStages(Table):
    """Stages of the commercial lifecycle."""

    sheet = "Commercial stages"
    keys = ("Title",)
    title = Column("Title", "title", Code(), width=NAME)
    involvement = Column("Who is involved", "involvement", width=TEXT)
    order = Order()

    class Meta:
        model = LifecycleStage


class People(Table):
    """How people's working days meet the standards."""

    sheet = "People"
    keys = (SLUG,)
    slug = Column(SLUG, "slug", Code(), width=NAME)
    job_title = Column("Job title", "job_title", width=NAME)
    organisation = Column("Organisation", "organisation", width=NAME)
    level = Column("Level", "level", One("Levels", is_needed=False))
    quote = Column("Quote", "quote", width=TEXT)
    body = Column("Profile", "body", width=100)
    order = Order()

    class Meta:
        model = PeopleProfile


class CaseStudies(Table):
    """Contracts that the document tells of."""

    sheet = "Case studies"
    keys = (SLUG,)
    slug = Column(SLUG, "slug", Code(), width=NAME)
    title = Column("Title", "title", width=NAME)
    organisation = Column("Organisation", "organisation", width=NAME)
    introduction = Column("Introduction", "introduction", width=100)
    order = Order()

    class Meta:
        model = CaseStudy


class CaseStudyStages(Table):
    """What happened in each stage of a case study."""

    sheet = "Case study stages"
    path = "case_study__version"
    keys = ("Case study", "Title")
    case_study = Column("Case study", "case_study", One("Case studies"), width=NAME, needed=True)
    title = Column("Title", "title", Code(), width=NAME)
    text = Column("Text", "text", width=100)
    order = Order()

    class Meta:
        model = CaseStudyStage


class Insights(WithAreas):
    """Insights of others, and the areas that refer to them."""

    sheet = "Insights"
    keys = ("Number",)
    number = Column("Number", "number", WholeNumber(), width=CODE, needed=True)
    group = Column("Group", "group", width=NAME)
    text = Column("Insight", "text", width=TEXT)
    areas = Column("Areas", "area_codes", Several("Areas"), width=NAME)

    class Meta:
        model = Insight


class GuideSections(WithAreas):
    """Sections of the guide, and the areas of which they say more."""

    sheet = "Guide sections"
    code = Column("Code", "code", Code(), width=CODE)
    title = Column("Title", "title", width=TEXT)
    areas = Column("Areas", "area_codes", Several("Areas"), width=NAME)
    order = Order()

    class Meta:
        model = GuideSection


class Sources(Table):
    """Publications that the standards were made from."""

    sheet = "Sources"
    keys = ("Title",)
    title = Column("Title", "title", Code(), width=TEXT)
    url = Column("Address", "url", width=TEXT)
    order = Order()

    class Meta:
        model = Source


class LearningResources(Table):
    """What to learn from; the portal's own."""

    sheet = "Learning resources"
    keys = ("Title", "Provider")
    title = Column("Title", "title", Code(), width=TEXT)
    provider = Column("Provider", "provider", Code(), width=NAME)
    link = Column("Address", "link", width=TEXT)
    area = Column("Area", "area", One("Areas", is_needed=False), width=CODE)
    level = Column("Level", "level", One("Levels", is_needed=False))
    order = Order()

    class Meta:
        model = LearningResource


TABLES = (
    *(Levels, Sections, Areas, Parts, OtherTitles, Attributes, Statements, Glossary, RoleProfiles),
    *(
        Texts,
        CommercialStages,
        People,
        CaseStudies,
        CaseStudyStages,
        Insights,
        GuideSections,
        Sources,
        LearningResources,
    ),
)
