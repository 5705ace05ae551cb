"""What stands between a version and its publication. Reads, and changes nothing."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from .codes import AREA_CODE, STATEMENT_CODE
from .fingerprint import version_rows
from .models import (
    Area,
    Attribute,
    CaseStudy,
    CaseStudyStage,
    GuideSection,
    Insight,
    LearningResource,
    Level,
    LevelDescriptor,
    PeopleProfile,
    RoleProfile,
    RoleTarget,
    Section,
    Statement,
    StatementLink,
    Version,
)
from .publication_texts import text_problems
from .version_numbers import is_higher, is_version_number


@dataclass(frozen=True)
class Problem:
    """A sentence, and the row on whose page it is mended: the name of its model and its key.

    ``model`` is "links" for the page on which it is decided what became of each statement; there and for "version", ``pk`` is
    the version's.
    """

    text: str
    model: str
    pk: int

    def __str__(self):
        return self.text


def publication_problems(version) -> list[Problem]:
    """What stands between ``version`` and publication; nothing when it can be published."""
    rows = {model: list(found) for model, found in version_rows(version)}
    return [
        *_number_problems(version),
        *_title_problems(version),
        *_level_problems(version, rows),
        *_statement_problems(version, rows),
        *_code_problems(rows),
        *_role_problems(rows),
        *_reference_problems(version, rows),
        *(Problem(*found) for found in text_problems(version, rows)),
        *_link_problems(version, rows),
    ]


def _of(row, text):
    return Problem(text, row._meta.model_name, row.pk)


def _number_problems(version):
    if not is_version_number(version.number):
        yield _of(version, f"The version number {version.number} is not digits with full stops between, such as 3.0.")
    frozen = Version.objects.filter(framework=version.framework_id, state__in=Version.FROZEN_STATES)
    for number in frozen.exclude(pk=version.pk).order_by("published_at").values_list("number", flat=True):
        if not is_higher(version.number, number):
            yield _of(version, f"Version {number} is published already: give this one a higher number.")


def _title_problems(version):
    """A title that was copied with the version before names that one."""
    named = re.search(r"\bversion\s+(\d+(?:\.\d+)*)", version.source_title, re.IGNORECASE)
    if named and named[1] != version.number:
        yield _of(version, f"The title of the source names version {named[1]}, and this is version {version.number}.")


def _level_problems(version, rows):
    levels = sorted(rows[Level], key=lambda level: level.rank)
    if not levels:
        yield _of(version, "The version has no level.")
    elif [level.rank for level in levels] != list(range(1, len(levels) + 1)):
        ranks = ", ".join(str(level.rank) for level in levels)
        yield _of(version, f"The levels have the ranks {ranks}: number them from 1, without a gap.")
    for level in _repeated(levels, lambda level: level.name):
        yield _of(level, f"More than one level is called {level.name}.")


def _statement_problems(version, rows):
    if not rows[Statement]:
        yield _of(version, "The version has no statement.")
        return
    filled = {statement.area_id for statement in rows[Statement]}
    for area in rows[Area]:
        if area.pk not in filled:
            yield _of(area, f"Area {area.code} has no statement.")
    with_areas = {area.section_id for area in rows[Area]}
    for section in rows[Section]:
        if section.pk not in with_areas:
            yield _of(section, f"Section {section.code} has no area.")
    yield from _words_problems(version, rows)


def _words_problems(version, rows):
    levels = {level.pk for level in rows[Level]}
    by_pk = {statement.pk: statement for statement in rows[Statement]}
    worded = Counter(row.statement_id for row in rows[LevelDescriptor] if row.text.strip())
    least = 1 if version.framework.allows_undefined_levels else len(levels)
    for statement in sorted(rows[Statement], key=lambda each: each.code):
        words = worded[statement.pk]
        if words < least:
            yield _of(statement, f"{statement.code} has words at {words} of {len(levels)} levels.")
    for descriptor in rows[LevelDescriptor]:
        if descriptor.level_id not in levels:
            statement = by_pk[descriptor.statement_id]
            yield _of(statement, f"{statement.code} has words at a level of another version.")


def _code_problems(rows):
    for model, shape, example in (
        (Section, None, ""),
        (Area, AREA_CODE, "B4"),
        (Statement, STATEMENT_CODE, "B4.3"),
    ):
        what = model._meta.verbose_name
        for row in _repeated(rows[model], lambda row: row.code):
            yield _of(row, f"More than one {what} has the code {row.code}.")
        for row in rows[model]:
            if shape and not re.fullmatch(shape, row.code):
                yield _of(row, f"The {what} code {row.code} cannot stand in an address: write it like {example}.")


def _repeated(rows, key):
    """One row for each key, in whichever case, that several rows have."""
    by_key = defaultdict(list)
    for row in rows:
        by_key[key(row).strip().casefold()].append(row)
    return [same[0] for same in by_key.values() if len(same) > 1]


def _role_problems(rows):
    areas = {area.pk: area for area in rows[Area]}
    levels = {level.pk for level in rows[Level]}
    targets = defaultdict(set)
    for target in rows[RoleTarget]:
        if target.area_id in areas and target.level_id in levels:
            targets[target.profile_id].add(target.area_id)
    for profile in rows[RoleProfile]:
        missing = [area.code for pk, area in areas.items() if pk not in targets[profile.pk]]
        if missing:
            yield _of(profile, f"Role profile “{profile}” names no level for {', '.join(missing)}.")
    strange = {row.profile_id for row in rows[RoleTarget] if row.area_id not in areas or row.level_id not in levels}
    for profile in rows[RoleProfile]:
        if profile.pk in strange:
            yield _of(profile, f"Role profile “{profile}” refers to an area or a level of another version.")


def _reference_problems(version, rows):
    told = {stage.case_study_id for stage in rows[CaseStudyStage]}
    for study in rows[CaseStudy]:
        if study.pk not in told:
            yield _of(study, f"Case study “{study}” has no stage.")
    areas, levels = Area.objects.exclude(section__version=version), Level.objects.exclude(version=version)
    for model, name, foreign in (
        (Attribute, "areas", areas),
        (Insight, "areas", areas),
        (GuideSection, "areas", areas),
        (LearningResource, "area", areas),
        (LearningResource, "level", levels),
        (PeopleProfile, "level", levels),
    ):
        what = "an area" if foreign is areas else "a level"
        for row in model.objects.filter(version=version, **{f"{name}__in": foreign}).distinct():
            yield _of(row, f"{model._meta.verbose_name.capitalize()} “{row}” refers to {what} of another version.")


def _link_problems(version, rows):
    """Of a version that follows another: what became of each statement must be recorded, and decided by an editor."""
    if version.follows_id is None:
        return
    links = list(StatementLink.objects.filter(version=version))
    olds = dict(Statement.objects.filter(area__section__version=version.follows_id).values_list("pk", "code"))
    news = {statement.pk: statement.code for statement in rows[Statement]}
    undecided = sum(not link.is_decided for link in links)
    if undecided:
        what = "link between the versions is" if undecided == 1 else "links between the versions are"
        yield Problem(f"{undecided} {what} proposed and not decided.", "links", version.pk)
    for codes, ends, says in (
        (olds, {link.old_id for link in links}, f"of version {version.follows.number} has no link to this version"),
        (news, {link.new_id for link in links}, f"has no link to version {version.follows.number}"),
    ):
        for pk, code in sorted(codes.items(), key=lambda item: item[1]):
            if pk not in ends:
                yield Problem(f"{code} {says}.", "links", version.pk)
    if any((link.old_id and link.old_id not in olds) or (link.new_id and link.new_id not in news) for link in links):
        yield Problem("A link leads to a statement of another version.", "links", version.pk)
