"""What a version says beside its areas, in a few queries and remembered by the process: what the reference pages draw.

Markdown is rendered here, once: ``html`` is safe markup of the design system, ``words`` the same without any mark.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby

from markupsafe import Markup

from .models import (
    CaseStudy,
    GuideSection,
    Insight,
    LearningResource,
    LifecycleStage,
    PeopleProfile,
    ReferencePage,
    Source,
    Version,
)
from .prose import prose_html, prose_words
from .remembering import Remembered


@dataclass(frozen=True)
class Prose:
    """A text written in Markdown: ``source`` as it was written, ``html``, and its ``words`` alone."""

    source: str
    html: Markup
    words: str

    def __bool__(self):
        return bool(self.source.strip())


def read_prose(source: str) -> Prose:
    """The text with its HTML and its words."""
    return Prose(source, prose_html(source), prose_words(source))


@dataclass(frozen=True)
class LibraryPage:
    """A reference page; ``group`` is "about" or "annex"."""

    pk: int
    slug: str
    title: str
    group: str
    body: Prose

    @property
    def html(self) -> Markup:
        return self.body.html


@dataclass(frozen=True)
class LibraryPerson:
    """A people profile. ``rank`` and ``level`` (its name) are None and "" for a senior responsible owner, who has no level."""

    pk: int
    slug: str
    job_title: str
    organisation: str
    rank: int | None
    level: str
    quote: str
    body: Prose

    @property
    def html(self) -> Markup:
        return self.body.html


@dataclass(frozen=True)
class LibraryCaseStudyStage:
    """What happened in one stage of a case study."""

    title: str
    text: Prose

    @property
    def html(self) -> Markup:
        return self.text.html


@dataclass(frozen=True)
class LibraryCaseStudy:
    """A case study with its stages in order."""

    pk: int
    slug: str
    title: str
    organisation: str
    introduction: Prose
    stages: tuple[LibraryCaseStudyStage, ...]

    @property
    def html(self) -> Markup:
        return self.introduction.html


@dataclass(frozen=True)
class LibraryInsight:
    """An insight of the National Audit Office, and the codes of the areas that it is mapped to."""

    pk: int
    number: int
    group: str
    text: str
    area_codes: tuple[str, ...]


@dataclass(frozen=True)
class LibraryInsightGroup:
    """Insights under one heading."""

    title: str
    insights: tuple[LibraryInsight, ...]


@dataclass(frozen=True)
class LibraryGuideSection:
    """A section of the best practice guide, and the codes of the areas that it is mapped to."""

    pk: int
    code: str
    title: str
    area_codes: tuple[str, ...]


@dataclass(frozen=True)
class LibrarySource:
    """A publication that the standards were developed from; ``url`` may be empty."""

    pk: int
    title: str
    url: str


@dataclass(frozen=True)
class LibraryLifecycleStage:
    """A stage of the commercial lifecycle. ``involvement`` is empty where the document names nobody from there."""

    pk: int
    title: str
    involvement: Prose

    @property
    def html(self) -> Markup:
        return self.involvement.html


@dataclass(frozen=True)
class LibraryResource:
    """A learning resource. ``area_code`` and ``level`` are "", ``rank`` None where it is for all; ``link`` may be empty."""

    pk: int
    title: str
    provider: str
    link: str
    area_code: str
    rank: int | None
    level: str


@dataclass(frozen=True)
class VersionLibrary:
    """The reference material of a version as it was at ``edited_at``, in published order throughout."""

    pk: int
    edited_at: datetime
    pages: tuple[LibraryPage, ...]
    people: tuple[LibraryPerson, ...]
    case_studies: tuple[LibraryCaseStudy, ...]
    insights: tuple[LibraryInsight, ...]
    guide_sections: tuple[LibraryGuideSection, ...]
    sources: tuple[LibrarySource, ...]
    stages: tuple[LibraryLifecycleStage, ...]
    resources: tuple[LibraryResource, ...]

    @cached_property
    def insight_groups(self) -> tuple[LibraryInsightGroup, ...]:
        """The insights under their headings."""
        return tuple(
            LibraryInsightGroup(title, tuple(group)) for title, group in groupby(self.insights, key=lambda i: i.group)
        )

    def page(self, slug: str) -> LibraryPage:
        """Raises KeyError when the version has no such page."""
        return _by_slug(self.pages, slug)

    def person(self, slug: str) -> LibraryPerson:
        """Raises KeyError when the version has no such people profile."""
        return _by_slug(self.people, slug)

    def case_study(self, slug: str) -> LibraryCaseStudy:
        """Raises KeyError when the version has no such case study."""
        return _by_slug(self.case_studies, slug)

    def pages_in(self, group: str) -> tuple[LibraryPage, ...]:
        """The pages of a group."""
        return tuple(page for page in self.pages if page.group == group)

    def people_at(self, rank: int | None) -> tuple[LibraryPerson, ...]:
        """The people profiles at a level; those of senior responsible owners for None."""
        return tuple(person for person in self.people if person.rank == rank)

    def insights_of(self, area_code: str) -> tuple[LibraryInsight, ...]:
        """The insights that are mapped to an area."""
        return tuple(insight for insight in self.insights if area_code in insight.area_codes)

    def guide_sections_of(self, area_code: str) -> tuple[LibraryGuideSection, ...]:
        """The sections of the best practice guide that are mapped to an area."""
        return tuple(section for section in self.guide_sections if area_code in section.area_codes)

    def resources_of(self, area_code: str) -> tuple[LibraryResource, ...]:
        """The learning resources for an area: its own first, then those for all areas."""
        own = [resource for resource in self.resources if resource.area_code == area_code]
        return (*own, *(resource for resource in self.resources if not resource.area_code))


def _by_slug(rows: Iterable, slug: str):
    for row in rows:
        if row.slug == slug:
            return row
    raise KeyError(slug)


_libraries = Remembered(8)


def version_library(version: Version) -> VersionLibrary:
    """The library of ``version``. One that is published or retired is remembered until the version is touched."""
    return _libraries.get(version, read_library)


def forget_libraries():
    """Read every library again when it is next asked for."""
    _libraries.forget()


def read_library(version: Version) -> VersionLibrary:
    """Read the library of ``version`` from the database, in eight queries whatever its size."""

    def rows(model, *order, then=()):
        return model.objects.filter(version=version).order_by(*order, "pk", *then)

    by_area = ("areas__section__order", "areas__order", "areas__pk")

    return VersionLibrary(
        pk=version.pk,
        edited_at=version.edited_at,
        pages=tuple(
            LibraryPage(*fields, read_prose(body))
            for *fields, body in rows(ReferencePage, "order").values_list("pk", "slug", "title", "group", "body")
        ),
        people=tuple(
            LibraryPerson(pk, slug, job_title, organisation, rank, name or "", quote, read_prose(body))
            for pk, slug, job_title, organisation, rank, name, quote, body in rows(PeopleProfile, "order").values_list(
                *("pk", "slug", "job_title", "organisation", "level__rank", "level__name", "quote", "body")
            )
        ),
        case_studies=_read_case_studies(rows(CaseStudy, "order", then=("stages__order", "stages__pk"))),
        insights=_read_mapped(LibraryInsight, rows(Insight, "number", then=by_area), "number", "group", "text"),
        guide_sections=_read_mapped(LibraryGuideSection, rows(GuideSection, "order", then=by_area), "code", "title"),
        sources=tuple(LibrarySource(*row) for row in rows(Source, "order").values_list("pk", "title", "url")),
        stages=tuple(
            LibraryLifecycleStage(pk, title, read_prose(involvement))
            for pk, title, involvement in rows(LifecycleStage, "order").values_list("pk", "title", "involvement")
        ),
        resources=tuple(
            LibraryResource(pk, title, provider, link, area or "", rank, name or "")
            for pk, title, provider, link, area, rank, name in rows(LearningResource, "order", "title").values_list(
                *("pk", "title", "provider", "link", "area__code", "level__rank", "level__name")
            )
        ),
    )


def _read_case_studies(rows) -> tuple[LibraryCaseStudy, ...]:
    fields = ("pk", "slug", "title", "organisation", "introduction")
    return tuple(
        LibraryCaseStudy(
            *study[:-1],
            read_prose(study[-1]),
            tuple(LibraryCaseStudyStage(title, read_prose(text)) for *_, title, text in stages if title is not None),
        )
        for study, stages in groupby(
            rows.values_list(*fields, "stages__title", "stages__text"), key=lambda row: row[: len(fields)]
        )
    )


def _read_mapped(make, rows, *fields) -> tuple:
    """What ``make`` makes of the ``fields`` of each row and the codes of the areas that it is mapped to."""
    return tuple(
        make(*row, tuple(code for *_, code in areas if code))
        for row, areas in groupby(rows.values_list("pk", *fields, "areas__code"), key=lambda row: row[:-1])
    )
