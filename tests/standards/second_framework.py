"""A second framework, made up for tests: another profession's, larger, with four levels, three sections and undefined levels.

150 statements in 30 areas, always the same. Its words are made of a few lists, so that neighbouring levels differ by some words
only, as published ones do. Codes, sizes of areas and gaps in the levels are on purpose unlike those of contract management.
"""

import uuid

from django.db import transaction

from standards.actions import carry_out_import, hold_import, publish_unreviewed
from standards.fingerprint import fingerprint, version_entries
from standards.importing import make_editors_workbook, read_upload
from standards.models import (
    Area,
    Framework,
    GlossaryTerm,
    Level,
    LevelDescriptor,
    RoleProfile,
    RoleTarget,
    Section,
    Statement,
    Version,
)

SLUG = "records-keeping"
TITLE = "Records Keeping Framework (made up for tests)"
LEVELS = ("Awareness", "Working", "Practised", "Leading")
SECTIONS = (("R", "Records", False), ("S", "Systems", True), ("T", "Trust", True))
AREAS_IN_SECTION = 10
# How many statements each area has, in turn: 5 on average.
SIZES = (1, 5, 9, 3, 7)
# Which ranks of a statement have no words, in turn; None: the words of rank 2 stand at rank 3 again.
UNDEFINED = ((), (), (), (1,), (), (4,), (), (2,), (1, 2), None, (2, 3), (1, 4))
VERBS = ("know where to find", "apply", "adapt", "set the direction for")
THINGS = (
    *("retention schedules", "file plans", "access reviews", "transfer lists", "scanning orders", "disposal logs"),
    *("naming rules", "metadata sets", "finding aids", "storage plans", "loan registers", "appraisal reports"),
)
PLACES = ("a single team", "several teams", "the whole organisation", "organisations that work together")
ENDS = (
    "so that what is kept can be found again",
    "so that nothing is kept longer than its schedule says",
    "so that people who ask get an answer in time",
    "so that what was decided can be shown years later",
)
PROFILES = (("keeper", "Records keeper", (2, 1, 1)), ("head-of-records", "Head of records", (4, 3, 3)))


def make_second_framework():
    """The framework with its version 1.0 in draft."""
    framework = Framework.objects.create(
        slug=SLUG, title=TITLE, owner="Nobody: it is made up for tests", allows_undefined_levels=True
    )
    version = Version.objects.create(
        framework=framework,
        number="1.0",
        issued="made up in 2026",
        source_title=f"{TITLE}, version 1.0",
        licence="Made up for tests, free to use",
    )
    levels = {
        rank: Level.objects.create(
            version=version, rank=rank, name=name, definition=f"You {VERBS[rank - 1]} records.", summary=name
        )
        for rank, name in enumerate(LEVELS, start=1)
    }
    areas = _make_areas(version)
    _make_statements(areas, levels)
    _make_profiles(version, areas, levels)
    GlossaryTerm.objects.create(
        version=version, term="finding aids", definition="Lists that say what is kept where.", order=1
    )
    return version


def publish_second_framework():
    """The same, published; loaded anew by each test that asks for it, in a few dozen queries."""
    return publish_unreviewed(version=make_second_framework())


def second_framework_as_workbook():
    """The workbook by which an editor brings it in, and the fingerprint of its words; nothing of it stays in the database."""
    with transaction.atomic():
        version = make_second_framework()
        content, wanted = make_editors_workbook(version), fingerprint(version_entries(version))
        transaction.set_rollback(True)
    return content, wanted


def bring_in_second_framework(content, by):
    """The framework as an editor brings it in with its workbook: version 1.0, in draft."""
    upload = read_upload(content, "records-keeping.xlsx")
    held = hold_import(upload=upload, version=None, file_name="records-keeping.xlsx", is_whole=False, by=by)
    version, _ = carry_out_import(held=held, state="", by=by)
    return version


def words(number, rank):
    """What the statement with this number, counted from 0 over the whole version, says at ``rank``; "" where nothing."""
    gaps = UNDEFINED[number % len(UNDEFINED)]
    if gaps is None:
        rank = 2 if rank == 3 else rank
    elif rank in gaps:
        return ""
    thing, end = THINGS[number % len(THINGS)], ENDS[number % len(ENDS)]
    return f"You {VERBS[rank - 1]} {thing} (no. {number + 1}) in {PLACES[rank - 1]}, {end}."


def _make_areas(version):
    areas = []
    for place, (code, title, chosen_by_role) in enumerate(SECTIONS, start=1):
        section = Section.objects.create(
            version=version,
            code=code,
            title=title,
            summary=f"What concerns {title.lower()}.",
            chosen_by_role=chosen_by_role,
            order=place,
        )
        for number in range(1, AREAS_IN_SECTION + 1):
            thing = THINGS[(number * 5 + place) % len(THINGS)].capitalize()
            areas.append(
                Area(
                    section=section,
                    code=f"{code}{number}",
                    title=f"{thing} and how {title.lower()} are looked after, part {number}",
                    short_title=f"{thing} {number}",
                    summary=f"{thing} in {PLACES[number % 4]}.",
                    order=number,
                )
            )
    return Area.objects.bulk_create(areas)


def _make_statements(areas, levels):
    statements = []
    for place, area in enumerate(areas):
        for number in range(1, SIZES[place % len(SIZES)] + 1):
            statements.append(
                Statement(
                    area=area,
                    code=f"{area.code}.{number}",
                    topic=f"{THINGS[len(statements) % len(THINGS)].capitalize()}, no. {len(statements) + 1}",
                    lineage=uuid.uuid5(uuid.NAMESPACE_URL, f"{SLUG}/{area.code}.{number}"),
                    order=number,
                )
            )
    Statement.objects.bulk_create(statements)
    LevelDescriptor.objects.bulk_create(
        LevelDescriptor(statement=statement, level=level, text=text)
        for number, statement in enumerate(statements)
        for rank, level in levels.items()
        if (text := words(number, rank))
    )


def _make_profiles(version, areas, levels):
    for order, (slug, title, ranks) in enumerate(PROFILES, start=1):
        profile = RoleProfile.objects.create(
            version=version,
            slug=slug,
            title=title,
            pathway="Records",
            description=f"{title} of an office.",
            order=order,
        )
        by_section = dict(zip((code for code, *_ in SECTIONS), ranks, strict=True))
        RoleTarget.objects.bulk_create(
            RoleTarget(profile=profile, area=area, level=levels[by_section[area.section.code]]) for area in areas
        )
