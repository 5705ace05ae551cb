"""The fingerprint of a version: a hash over everything that publishing freezes, equal for equal words.

It is computed from entries in the shape of Django's JSON fixtures, so that a fixture and the database can be compared.
"""

import hashlib
import json

from django.core import serializers

from .models import (
    Area,
    AreaVariant,
    CaseStudyStage,
    LearningResource,
    LevelDescriptor,
    Part,
    PeopleProfile,
    RoleTarget,
    Statement,
)
from .version_tables import VERSION_PATHS

FROZEN_FIELDS = {
    "standards.version": ("framework", "number", "issued", "source_title", "source_url", "licence"),
    "standards.level": ("version", "rank", "name", "definition", "summary"),
    "standards.section": ("version", "code", "title", "summary", "chosen_by_role", "order"),
    "standards.area": ("section", "code", "title", "summary", "kind", "order"),
    "standards.areavariant": ("area", "title", "where"),
    "standards.part": ("area", "code", "title", "order"),
    "standards.attribute": ("version", "areas", "name", "order"),
    "standards.statement": ("area", "lineage", "code", "order"),
    "standards.leveldescriptor": ("statement", "level", "text"),
    "standards.glossaryterm": ("version", "term", "definition", "note", "order"),
    "standards.roleprofile": ("version", "slug", "title", "setting", "pathway", "description", "order"),
    "standards.roletarget": ("profile", "area", "level"),
    "standards.referencepage": ("version", "slug", "title", "body", "group", "order"),
    "standards.lifecyclestage": ("version", "title", "involvement", "order"),
    "standards.source": ("version", "title", "url", "order"),
    "standards.peopleprofile": (
        "version",
        "slug",
        "job_title",
        "organisation",
        "level",
        "quote",
        "body",
        "order",
    ),
    "standards.casestudy": ("version", "slug", "title", "organisation", "introduction", "order"),
    "standards.casestudystage": ("case_study", "title", "text", "order"),
    "standards.insight": ("version", "number", "group", "text"),
    "standards.guidesection": ("version", "code", "title", "order"),
}

_FOLLOW = {
    Area: ["section__version__framework"],
    AreaVariant: ["area__section__version__framework"],
    Part: ["area__section__version__framework"],
    Statement: ["area__section__version__framework"],
    LevelDescriptor: ["statement__area__section__version__framework", "level__version__framework"],
    RoleTarget: ["profile__version__framework", "area__section__version__framework", "level__version__framework"],
    PeopleProfile: ["version__framework", "level__version__framework"],
    CaseStudyStage: ["case_study__version__framework"],
    LearningResource: ["version__framework", "area__section__version__framework", "level__version__framework"],
}


def version_rows(version):
    """Every model of what a version says, with its rows in ``version``."""
    for model, path in VERSION_PATHS.items():
        follow = _FOLLOW.get(model, ["version__framework"] if path else ["framework"])
        yield model, model.objects.filter(**{path or "pk": version.pk}).select_related(*follow)


def version_entries(version):
    """Every row of ``version`` as fixture entries with natural keys."""
    entries = []
    for _, rows in version_rows(version):
        entries += serializers.serialize("python", rows, use_natural_foreign_keys=True, use_natural_primary_keys=True)
    return entries


def fingerprint(entries) -> str:
    """SHA-256, in hexadecimal, of the frozen fields of ``entries``; their order and their other fields do not matter."""
    lines = []
    for entry in entries:
        names = FROZEN_FIELDS.get(entry["model"])
        if names is None:
            continue
        values = {}
        for name in names:
            value = entry["fields"].get(name, "")
            values[name] = sorted(value) if name == "areas" else value
        lines.append(json.dumps([entry["model"], values], sort_keys=True, default=str, ensure_ascii=False))
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
