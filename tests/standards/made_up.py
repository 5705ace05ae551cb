"""The made-up version 3.0 (``tests/data/made-up-3.0``): a version that follows 2.0, with every kind of link in it."""

import json
import uuid
from pathlib import Path

from standards.actions import Decision, decide_links, propose_links, publish_unreviewed, start_next_version
from standards.models import (
    Area,
    LevelDescriptor,
    ReferencePage,
    RoleProfile,
    RoleTarget,
    Section,
    Statement,
    StatementLink,
    Version,
)

FOLDER = Path(__file__).parents[1] / "data" / "made-up-3.0"
EDITS = json.loads((FOLDER / "edits.json").read_text("utf-8"))
NUMBER = EDITS["version"]["number"]
# What became of the statements that did not stay the same: the kind, the codes in 2.0, the codes in 3.0.
BECAME = tuple((link["kind"], tuple(link["from"]), tuple(link["to"])) for link in EDITS["links"])
# By the code in 3.0 of each statement that moved without another word, the code that it had.
MOVED = {each["code"]: each["was"] for each in EDITS["statements"] if "code" in each and "words" not in each}
_NAMESPACE = uuid.UUID("4c1f1d0e-6a3b-5d5c-9a58-0b7a3f3c9d10")


def make_made_up_version(published_version, *, by=None, is_published=False, is_linked=True):
    """Version 3.0 as a draft that follows ``published_version`` (2.0), every link decided by ``by``; published if wanted.

    ``is_linked=False`` leaves the links out, as for an editor who has not looked at them yet.
    """
    version = start_next_version(version=published_version, number=NUMBER, by=by)
    edit(version)
    if is_linked:
        link(published_version, version, by=by)
    return publish_unreviewed(version=version) if is_published else version


def edit(version, *, but=()):
    """Make the edits of 3.0 to a draft that is a copy of 2.0; ``but`` are the codes in 3.0 of what was made already."""
    Version.objects.filter(pk=version.pk).update(**EDITS["version"])
    version.refresh_from_db()
    ReferencePage.objects.create(version=version, order=ReferencePage.objects.count() + 1, **EDITS["page"])
    for added in EDITS["areas_added"]:
        section = Section.objects.get(version=version, code=added["section"])
        Area.objects.create(section=section, **{name: value for name, value in added.items() if name != "section"})
    for code, fields in EDITS["areas_changed"].items():
        Area.objects.filter(section__version=version, code=code).update(**fields)
    _edit_statements(version, [each for each in EDITS["statements"] if each.get("code", each.get("was")) not in but])
    Area.objects.filter(section__version=version, code__in=EDITS["areas_removed"]).delete()
    _edit_role_profiles(version)


def link(older, version, *, by=None, but=()):
    """Record what became of every statement of ``older`` in ``version``, as an editor decides it; ``but`` are those of ``BECAME``
    that have been decided already."""
    olds, news = (_by_code(each) for each in (older, version))
    propose_links(version=version)
    decisions = []
    for kind, was, now in (each for each in BECAME if each not in but):
        ends = [olds[code].pk for code in was], [news[code].pk for code in now]
        decisions.append(Decision(StatementLink.Kind(kind), *map(tuple, ends), frozenset([*ends[0], *ends[1]])))
    decide_links(version=version, by=by, decisions=decisions)


def _edit_statements(version, edits):
    Statement.objects.filter(area__section__version=version, code__in=EDITS["removed"]).delete()
    statements = _by_code(version)
    areas = {area.code: area for area in Area.objects.filter(section__version=version)}
    levels = {str(level.rank): level for level in version.levels.all()}
    # Codes are given that others still have.
    for each in edits:
        if "was" in each and "code" in each:
            Statement.objects.filter(pk=statements[each["was"]].pk).update(code=f"was {each['was']}")
    for each in edits:
        code = each.get("code", each.get("was"))
        statement = statements.get(each.get("was")) or Statement(lineage=uuid.uuid5(_NAMESPACE, code))
        area, number = code.split(".")
        statement.code, statement.area, statement.order = code, areas[area], int(number)
        statement.topic = each.get("topic", statement.topic)
        statement.save()
        for rank, text in each.get("words", {}).items():
            LevelDescriptor.objects.update_or_create(statement=statement, level=levels[rank], defaults={"text": text})


def _edit_role_profiles(version):
    for slug, fields in EDITS["role_profiles"].items():
        RoleProfile.objects.filter(version=version, slug=slug).update(**fields)
    levels = {level.rank: level for level in version.levels.all()}
    profiles = {profile.slug: profile for profile in version.role_profiles.all()}
    for code, ranks in EDITS["role_targets"].items():
        area = Area.objects.get(section__version=version, code=code)
        for slug, rank in ranks.items():
            RoleTarget.objects.create(profile=profiles[slug], area=area, level=levels[rank])


def _by_code(version):
    return {each.code: each for each in Statement.objects.filter(area__section__version=version)}
