"""What a version offers to be found: an entry for each thing that has a name, with its texts and the page where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.text import slugify

from .library import VersionLibrary
from .tree import VersionTree

# The kinds of entry in the order in which they are shown, each with what one is called and what many are.
KINDS = {
    "areas": ("section or area", "sections and areas"),
    "statements": ("statement", "statements"),
    "levels": ("level", "levels"),
    "glossary": ("glossary term", "glossary terms"),
    "roles": ("role", "roles"),
    "texts": ("text of the document", "texts of the document"),
    "people": ("people profile", "people profiles"),
    "case-studies": ("case study", "case studies"),
    "insights": ("insight or guide section", "insights and guide sections"),
    "sources": ("source", "sources"),
    "learning": ("learning resource", "learning resources"),
}


@dataclass(frozen=True)
class Passage:
    """A text of an entry; ``label`` says which ("Practitioner"), ``anchor`` where on the page it stands."""

    text: str
    label: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Entry:
    """Something that can be found.

    kind       one of ``KINDS``
    page       the name of the URL of its page, which takes ``arguments`` beside the version
    name       what it is called
    code       its own code; "" where it has none
    passages   its texts
    anchor     where on the page it stands; "" for the whole page
    parts      codes of parts of it: these are its own too
    within     codes of what it is a part of
    also       other names, by which it is found but which are not shown
    """

    kind: str
    page: str
    name: str
    passages: tuple[Passage, ...]
    arguments: Mapping[str, str | int] = field(default_factory=dict)
    anchor: str = ""
    code: str = ""
    parts: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def version_entries(tree: VersionTree, library: VersionLibrary, notes: Mapping[str, str]) -> tuple[Entry, ...]:
    """Every entry of a version, in the order of ``KINDS`` and of the standards. ``notes`` are those of glossary terms."""
    return (
        *_areas(tree),
        *_statements(tree),
        *_levels(tree),
        *_terms(tree, notes),
        *_roles(tree),
        *_texts(library),
        *_people(library),
        *_case_studies(library),
        *_insights(library),
        *(Entry("sources", "source-list", source.title, ()) for source in library.sources),
        *_resources(library),
    )


def _passages(*pairs) -> tuple[Passage, ...]:
    """A passage for each (text, label) that has words; each line of a text is one."""
    return tuple(Passage(line, label) for text, label in pairs for line in text.splitlines() if line.strip())


def _areas(tree) -> Iterator[Entry]:
    for section in tree.sections:
        yield Entry(
            *("areas", "version-detail", f"Section {section.code}: {section.title}"),
            _passages((section.summary, "")),
            anchor=f"section-{section.code}",
        )
        for area in section.areas:
            yield Entry(
                *("areas", "area-detail", area.title),
                _passages(
                    (area.summary, ""),
                    *((f"{part.code} {part.title}", "Part") for part in area.parts),
                    *((attribute, "Attribute") for attribute in area.attributes),
                    *((variant.title, f"Also called, in {variant.where}") for variant in area.variants),
                ),
                {"area_code": area.code},
                code=area.code,
                parts=tuple(part.code for part in area.parts),
                also=(area.short_title,),
            )


def _statements(tree) -> Iterator[Entry]:
    for statement in tree.statements:
        yield Entry(
            *("statements", "statement-detail", statement.topic),
            _passages(*((cell.text, cell.name) for cell in statement.cells)),
            {"statement_code": statement.code},
            code=statement.code,
            within=tuple(code for code in (statement.area_code, statement.part_code) if code),
        )


def _terms(tree, notes) -> Iterator[Entry]:
    for term in sorted(tree.terms, key=lambda term: term.term.casefold()):
        yield Entry(
            *("glossary", "glossary-list", term.term),
            _passages((term.definition, ""), (notes.get(term.term, ""), "Note")),
            anchor=slugify(term.term),
            also=term.other_forms,
        )


def _levels(tree) -> Iterator[Entry]:
    for level in tree.levels:
        yield Entry(
            *("levels", "level-detail", level.name),
            _passages((level.definition, ""), (level.summary, "In short")),
            {"rank": level.rank},
        )


def _roles(tree) -> Iterator[Entry]:
    for role in tree.role_profiles:
        yield Entry(
            *("roles", "role-detail", role.name),
            _passages((role.description, ""), (role.pathway, "Pathway")),
            {"slug": role.slug},
        )


def _texts(library) -> Iterator[Entry]:
    for page in library.pages:
        yield Entry("texts", "page-detail", page.title, _passages((page.body.words, "")), {"slug": page.slug})
    for stage in library.stages:
        yield Entry(
            *("texts", "lifecycle-detail", stage.title), _passages((stage.involvement.words, "")), anchor="stages"
        )


def _people(library) -> Iterator[Entry]:
    for person in library.people:
        yield Entry(
            *("people", "people-detail", f"{person.job_title}, {person.organisation}"),
            _passages((person.quote, "In their words"), (person.body.words, ""), (person.level, "Level")),
            {"slug": person.slug},
        )


def _case_studies(library) -> Iterator[Entry]:
    for study in library.case_studies:
        stages = tuple(
            Passage(line, stage.title, f"stage-{number}")
            for number, stage in enumerate(study.stages, start=1)
            for line in (stage.title, *stage.text.words.splitlines())
        )
        yield Entry(
            *("case-studies", "casestudy-detail", study.title),
            (*_passages((study.introduction.words, ""), (study.organisation, "Organisation")), *stages),
            {"slug": study.slug},
        )


def _insights(library) -> Iterator[Entry]:
    for insight in library.insights:
        yield Entry(
            *("insights", "insight-list", f"Insight {insight.number}: {insight.text}"),
            _passages((insight.group, "National Audit Office"), *_mapping(insight.area_codes)),
            anchor="insights",
        )
    for section in library.guide_sections:
        yield Entry(
            *("insights", "insight-list", f"Guide section {section.code}: {section.title}"),
            _passages(*_mapping(section.area_codes)),
            anchor="guide",
        )


def _resources(library) -> Iterator[Entry]:
    for resource in library.resources:
        yield Entry(
            *("learning", "learning-list", resource.title),
            _passages((resource.provider, "Provider"), (resource.level, "Level"), *_mapping([resource.area_code])),
        )


def _mapping(area_codes) -> list[tuple[str, str]]:
    codes = ", ".join(code for code in area_codes if code)
    return [(codes, "Goes with")] if codes else []
