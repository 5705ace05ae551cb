"""The rollup as it stands, for whoever makes a release of it or compares it. Nobody is ever shown any of it."""

from collections import Counter

from django.db.models import F, IntegerField, Sum, Value
from django.db.models.functions import Greatest

from people.models import Descent

from .counts import Counts, VersionCounts
from .figures import NO_PROFILE
from .models import LevelCount, MissCount, ReadyCount, StageCount
from .tally import KEYS, Tally

# Of each table: the column that its rows are of one framework by, and the ones that tell its attributes apart. Under one attribute
# everybody is in one row at most.
_FRAMEWORK = {
    StageCount: "framework",
    LevelCount: "version__framework",
    ReadyCount: "version__framework",
    MissCount: "version__framework",
}
_ATTRIBUTES = {StageCount: (), LevelCount: ("area",), ReadyCount: (), MissCount: ("statement",)}


def below(organisation):
    """The keys of an organisation and of all that lies below it, as a query."""
    return Descent.objects.filter(ancestor=organisation).order_by().values("descendant")


def counted(organisation_ids) -> Tally:
    """What stands in the rollup of these organisations, as ``tally`` has it."""
    return {
        model: Counter(
            {
                tuple(key): people
                for people, *key in model.objects.filter(organisation__in=organisation_ids, people__gt=0)
                .order_by()
                .values_list("people", *fields)
                .iterator()
            }
        )
        for model, fields in KEYS.items()
    }


def exact_counts(organisation_ids, framework) -> dict[int, Counts]:
    """The exact counts of each organisation's own people under one framework; organisations without people are left out."""
    found = {}
    # Thousands of organisations have the same few keys.
    known = {}
    for model, add in _ADD.items():
        rows = model.objects.filter(
            organisation__in=organisation_ids, people__gt=0, **{_FRAMEWORK[model]: framework}
        ).order_by()
        for organisation, people, *key in rows.values_list("organisation_id", "people", *_columns(model)).iterator():
            counts = found.get(organisation)
            if counts is None:
                counts = found[organisation] = Counts()
            add(counts, key, people, known)
    return found


def _columns(model):
    fields = [each for each in KEYS[model] if each not in ("organisation_id", "framework_id")]
    return [*fields, "statement__area_id"] if model is MissCount else fields


def _add_stage(counts, key, people, known):
    key = tuple(key)
    counts.stages[known.setdefault(key, key)] = people


def _add_level(counts, key, people, known):
    version, role_profile, area, level, target = key
    key = (area, role_profile or NO_PROFILE, level, target)
    _version(counts, version).levels[known.setdefault(key, key)] = people


def _add_ready(counts, key, people, known):
    version, role_profile, rank = key
    key = (role_profile or NO_PROFILE, rank)
    _version(counts, version).ready[known.setdefault(key, key)] = people


def _add_miss(counts, key, people, known):
    version, statement, area = key
    key = (area, statement)
    _version(counts, version).missed[known.setdefault(key, key)] = people


_ADD = {StageCount: _add_stage, LevelCount: _add_level, ReadyCount: _add_ready, MissCount: _add_miss}


def _version(counts, version):
    found = counts.versions.get(version)
    if found is None:
        found = counts.versions[version] = VersionCounts()
    return found


def least_changed(organisation_ids, framework) -> int:
    """How many people in these organisations changed since their figures were released last, at least.

    Under an attribute whoever changes leaves one row at most and comes to one at most, so that they are as many as all rows
    together have gained, and as many as they have lost. It takes no record of any person.
    """
    return max(each or 0 for model in KEYS for each in _gained_and_lost(model, organisation_ids, framework))


def _gained_and_lost(model, organisation_ids, framework):
    """Two numbers for each attribute of a table."""
    rows = model.objects.filter(organisation__in=organisation_ids, **{_FRAMEWORK[model]: framework}).order_by()
    sums = {
        "gained": Sum(Greatest(F("people") - F("released"), Value(0), output_field=IntegerField())),
        "lost": Sum(Greatest(F("released") - F("people"), Value(0), output_field=IntegerField())),
    }
    attributes = _ATTRIBUTES[model]
    if not attributes:
        return rows.aggregate(**sums).values()
    return [each for found in rows.values(*attributes).annotate(**sums).values_list(*sums) for each in found]


def note_released(organisation_ids, framework):
    """Keep that the figures of these organisations are released as they stand now."""
    for model, column in _FRAMEWORK.items():
        rows = model.objects.filter(organisation__in=organisation_ids, **{column: framework})
        # Through the keys: an UPDATE cannot join.
        model.objects.filter(pk__in=rows.exclude(people=F("released")).values("pk")).update(released=F("people"))
        model.objects.filter(pk__in=rows.filter(people=0).values("pk")).delete()
