"""The whole version as an Excel workbook, a sheet for each kind of thing that it holds."""

from documents.workbook import Column, Sheet, make_workbook

from ..models import Area
from .material import Material

CODE, NAME, TEXT = 10, 30, 60


def make_version_workbook(material: Material) -> bytes:
    """Return every part of the version; sheets beside the statements that would be empty are left out."""
    first = [_about(material), _statements(material), _areas(material)]
    sheets = first + [sheet for make in _OTHERS if (sheet := make(material)).rows]
    return make_workbook(sheets, title=material.name, author=material.framework.owner, made_at=material.fixed_at)


def _sheet(name, columns, rows):
    return Sheet(name, tuple(Column(title, width) for title, width in columns), tuple(rows))


def _about(material):
    sizes = f"{len(material.tree.statements)} statements in {len(material.tree.areas)} areas"
    rows = [fact for fact in material.facts if fact[1]]
    rows += [
        ("Holds", sizes),
        (
            "Wording",
            "The words of the document as published, slips included. Codes, topics and links to areas are the portal’s.",
        ),
    ]
    return _sheet("About", (("About", NAME), ("", 100)), rows)


def _statements(material):
    levels = material.tree.levels
    columns = (("Area", CODE), ("Area title", NAME), ("Part", CODE), ("Statement", CODE), ("Topic", NAME))
    rows = (
        (
            *(area.code, area.title, statement.part_code, statement.code, statement.topic),
            *(material.words.get(statement.pk, {}).get(level.rank, "") for level in levels),
            str(statement.lineage),
        )
        for area in material.tree.areas
        for statement in area.statements
    )
    return _sheet("Statements", (*columns, *((level.name, TEXT) for level in levels), ("Lineage", 38)), rows)


def _areas(material):
    columns = (
        *(("Section", CODE), ("Section title", NAME), ("Section summary", TEXT), ("Area", CODE), ("Title", NAME)),
        *(("Short title", NAME), ("Kind", NAME), ("Summary", TEXT), ("Parts", NAME), ("Attributes", NAME)),
        ("Other titles", NAME),
    )
    rows = (
        (
            *(section.code, section.title, section.summary, area.code, area.title, area.short_title),
            *(Area.Kind(area.kind).label if area.kind else "", area.summary),
            "\n".join(f"{part.code} {part.title}" for part in area.parts),
            "\n".join(area.attributes),
            "\n".join(f"{variant.title} ({variant.where})" for variant in area.variants),
        )
        for section in material.tree.sections
        for area in section.areas
    )
    return _sheet("Areas", columns, rows)


def _levels(material):
    columns = (("Rank", CODE), ("Level", NAME), ("Definition", TEXT), ("In short", TEXT))
    return _sheet(
        "Levels", columns, ((level.rank, level.name, level.definition, level.summary) for level in material.tree.levels)
    )


def _glossary(material):
    columns = (("Term", NAME), ("Definition", 90), ("Note", TEXT))
    return _sheet(
        "Glossary", columns, ((term.term, term.definition, material.notes[term.term]) for term in material.tree.terms)
    )


def _roles(material):
    tree = material.tree
    columns = (("Pathway", NAME), ("Role", NAME), ("Setting", NAME), ("Description", TEXT))
    rows = (
        (
            *(profile.pathway, profile.title, profile.setting, profile.description),
            *(tree.level_name(profile.targets[a.code]) if a.code in profile.targets else "" for a in tree.areas),
        )
        for profile in tree.role_profiles
    )
    return _sheet("Role profiles", (*columns, *((f"{area.code}", 14) for area in tree.areas)), rows)


def _pages(material):
    columns = (("Group", CODE), ("Title", NAME), ("Text", 120))
    return _sheet("Texts", columns, ((page.group, page.title, page.body.words) for page in material.library.pages))


def _stages(material):
    columns = (("Stage", NAME), ("Who is involved", 90))
    return _sheet(
        "Commercial stages", columns, ((each.title, each.involvement.words) for each in material.library.stages)
    )


def _people(material):
    columns = (("Job title", NAME), ("Organisation", NAME), ("Level", 14), ("Quote", TEXT), ("Profile", 100))
    return _sheet(
        "People",
        columns,
        (
            (person.job_title, person.organisation, person.level, person.quote, person.body.words)
            for person in material.library.people
        ),
    )


def _case_studies(material):
    columns = (("Case study", NAME), ("Organisation", NAME), ("Part", NAME), ("Text", 100))
    rows = []
    for study in material.library.case_studies:
        rows.append((study.title, study.organisation, "Introduction", study.introduction.words))
        rows += [(study.title, study.organisation, stage.title, stage.text.words) for stage in study.stages]
    return _sheet("Case studies", columns, rows)


def _insights(material):
    columns = (("Number", CODE), ("Group", NAME), ("Insight", 90), ("Areas", NAME))
    return _sheet(
        "Insights",
        columns,
        ((each.number, each.group, each.text, ", ".join(each.area_codes)) for each in material.library.insights),
    )


def _guide(material):
    columns = (("Section", CODE), ("Title", TEXT), ("Areas", NAME))
    return _sheet(
        "Guide sections",
        columns,
        ((each.code, each.title, ", ".join(each.area_codes)) for each in material.library.guide_sections),
    )


def _sources(material):
    return _sheet(
        "Sources", (("Title", TEXT), ("Address", 90)), ((each.title, each.url) for each in material.library.sources)
    )


def _resources(material):
    columns = (("Title", TEXT), ("Provider", NAME), ("Address", 90), ("Area", CODE), ("Level", 14))
    return _sheet(
        "Learning resources",
        columns,
        ((each.title, each.provider, each.link, each.area_code, each.level) for each in material.library.resources),
    )


_OTHERS = (_levels, _glossary, _roles, _pages, _stages, _people, _case_studies, _insights, _guide, _sources, _resources)
