"""What editors did to the rows of a version, read from the history of each: who, when, and which words became which.

A change is everything that one save or one deletion did (``one_change``); what has no change of its own stands for itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q
from markupsafe import Markup

from .marking import marked_html
from .models import (
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
    Version,
)
from .version_tables import VERSION_PATHS, owned_models, parent_model, parent_name

# When a row is first recorded as it stood before anybody changed it here, nobody knows since when it stood so.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
BEFORE = "before"
ADDED, CHANGED, REMOVED = "+", "~", "-"
EMPTY = "(empty)"

# What a row is called in a sentence about it.
_CALLED = {
    Version: ("number",),
    Level: ("name",),
    Section: ("code", "title"),
    Area: ("code", "title"),
    AreaVariant: ("title",),
    Part: ("code", "title"),
    Attribute: ("name",),
    Statement: ("code", "topic"),
    LevelDescriptor: ("statement", "level"),
    GlossaryTerm: ("term",),
    RoleProfile: ("title", "setting"),
    RoleTarget: ("profile", "area"),
    ReferencePage: ("title",),
    LifecycleStage: ("title",),
    Source: ("title",),
    PeopleProfile: ("job_title",),
    CaseStudy: ("title",),
    CaseStudyStage: ("title",),
    Insight: ("number", "text"),
    GuideSection: ("code", "title"),
    LearningResource: ("title",),
}
# The rows that others point at, whose names stand in what is told of these.
_POINTED_AT = (Level, Section, Area, Part, Statement, RoleProfile, CaseStudy)


@dataclass(frozen=True)
class Difference:
    """A field whose value changed; words that went are marked in ``before``, words that came in ``after``."""

    label: str
    before: Markup
    after: Markup


@dataclass(frozen=True)
class Edit:
    """What one change did to one row. ``kind`` is ADDED, CHANGED or REMOVED; ``record`` the last one made of it then."""

    model: type[models.Model]
    kind: str
    name: str
    differences: tuple[Difference, ...]
    record: Any

    @property
    def noun(self) -> str:
        return self.model._meta.verbose_name


@dataclass(frozen=True)
class Change:
    """What was done at once. ``who`` is "" where nobody is known: before the first change, or by no editor's hand."""

    key: str
    at: datetime
    who: str
    edits: tuple[Edit, ...]

    @property
    def is_beginning(self) -> bool:
        return self.key == _BEGINNING_KEY


_BEGINNING_KEY = "beginning"


def key_of(record) -> str:
    """The key of the change in which ``record`` was made."""
    if record.history_date == BEGINNING:
        return _BEGINNING_KEY
    if record.history_change_reason and record.history_change_reason != BEFORE:
        return record.history_change_reason
    return f"{record.instance_type._meta.model_name}-{record.history_id}"


# Names


class Names:
    """What the rows of a version are called, removed ones too; two queries for each table that others point at."""

    def __init__(self, version):
        self._version = version

    @cached_property
    def _known(self) -> Mapping[type, Mapping[int, str]]:
        known = {}
        for model in _POINTED_AT:
            rows = [
                *model.history.filter(ever_in(model, self._version)).order_by("history_date", "history_id"),
                *model.objects.filter(**{VERSION_PATHS[model]: self._version}).select_related(None),
            ]
            known[model] = {row.id: self._joined(model, row) for row in rows}
        return known

    def _joined(self, model, row) -> str:
        return " ".join(str(getattr(row, name)) for name in _CALLED[model] if getattr(row, name))

    def of(self, model, row) -> str:
        """What ``row``, a row of ``model`` or a record of one, is called."""
        fields = [model._meta.get_field(name) for name in _CALLED[model]]
        if fields[0].related_model is None:
            return self._joined(model, row)
        return ", ".join(self.shown(field, getattr(row, field.attname)) for field in fields)

    def shown(self, field, value) -> str:
        """A value of ``field`` as editors read it."""
        if isinstance(value, frozenset):
            return ", ".join(sorted(self._known[field.related_model].get(each, EMPTY) for each in value)) or EMPTY
        if value is None or value == "":
            return EMPTY
        if field.related_model is not None:
            return self._known.get(field.related_model, {}).get(value) or str(value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(dict(field.flatchoices).get(value, value))


def ever_in(model, version) -> Q:
    """The records of ``model`` whose rows are or were in ``version``, whose parents may be gone by now."""
    parent, name = parent_model(model), parent_name(model)
    if parent is None:
        return Q(id=version.pk)
    if parent is Version:
        return Q(version_id=version.pk)
    live = parent.objects.filter(**{VERSION_PATHS[parent]: version.pk}).order_by().values("pk")
    gone = parent.history.filter(ever_in(parent, version)).order_by().values("id")
    return Q(**{f"{name}_id__in": live}) | Q(**{f"{name}_id__in": gone})


# The history of a row


@dataclass(frozen=True)
class RowHistory:
    """The records of one row, the oldest first, with the rows that it points at by each."""

    model: type[models.Model]
    pk: int
    records: Sequence[Any]
    joined: Mapping[int, Mapping[str, frozenset[int]]]

    def values(self, record) -> dict[str, Any]:
        """What the row said by ``record``: by field name, keys for rows and frozensets of keys for several."""
        if record is None:
            return {}
        fields = [field for field in record.tracked_fields if not field.primary_key]
        return {field.name: getattr(record, field.attname) for field in fields} | dict(
            self.joined.get(record.history_id, {})
        )

    def at(self, moment):
        """The record of the row as it stood at ``moment``; None where it was not there."""
        until = [record for record in self.records if record.history_date <= moment]
        record = until[-1] if until else self.records[0]
        is_there = record.history_type != (REMOVED if until else ADDED)
        return record if is_there else None


def read_histories(model, records) -> list[RowHistory]:
    """The histories of the rows that ``records``, a queryset, are of; a query for each field with several rows besides."""
    records = list(records.select_related("history_user").order_by("history_date", "history_id"))
    joined = {}
    for field in model._meta.many_to_many:
        if not records:
            break
        target = field.m2m_reverse_field_name()
        pairs = getattr(records[0], field.name).model.objects.filter(history__in=[each.pk for each in records])
        for record, pointed_at in pairs.values_list("history", target):
            joined.setdefault(record, {}).setdefault(field.name, set()).add(pointed_at)
    by_row = {}
    for record in records:
        of_row = by_row.setdefault(record.id, [])
        # As a row is removed, what it pointed at is gone before it is recorded.
        source = of_row[-1] if record.history_type == REMOVED and of_row else record
        pointed_at = joined.get(source.pk, {})
        joined[record.pk] = {
            field.name: frozenset(pointed_at.get(field.name, ())) for field in model._meta.many_to_many
        }
        of_row.append(record)
    return [RowHistory(model, pk, of_row, joined) for pk, of_row in by_row.items()]


def histories_of(row) -> list[RowHistory]:
    """The histories of ``row`` and of every row that belongs or belonged to it."""
    model = type(row)
    found = read_histories(model, model.history.filter(id=row.pk))
    for child in owned_models(model) if model is not Version else ():
        once = child.history.filter(**{f"{parent_name(child)}_id": row.pk}).order_by().values("id")
        found += read_histories(child, child.history.filter(id__in=once))
    return found


def changes_of(histories: Sequence[RowHistory], names: Names) -> list[Change]:
    """What was done to these rows, the latest first; a fixed number of queries."""
    found = {}
    for history in histories:
        before = None
        for key, records in _by_change(history.records):
            last = records[-1]
            kind = ADDED if records[0].history_type == ADDED else last.history_type
            told = () if key == _BEGINNING_KEY or kind != CHANGED else differences(history, before, last, names)
            edit = Edit(history.model, kind, names.of(history.model, last), told, last)
            # A record that only keeps what is known already tells nothing.
            if before is None or kind != CHANGED or told:
                found.setdefault(key, []).append(edit)
            before = last
    changes = []
    for key, edits in found.items():
        last = max((edit.record for edit in edits), key=lambda record: record.history_date)
        who = last.history_user.name if last.history_user_id else ""
        changes.append(Change(key, last.history_date, who, tuple(edits)))
    return sorted(changes, key=lambda change: change.at, reverse=True)


def _by_change(records):
    """The records of a row in runs that were made in the same change."""
    runs = []
    for record in records:
        if runs and runs[-1][0] == key_of(record):
            runs[-1][1].append(record)
        else:
            runs.append((key_of(record), [record]))
    return runs


def differences(history, before, after, names) -> tuple[Difference, ...]:
    """The fields that ``after`` has otherwise than ``before``, two records of one row."""
    old, new = history.values(before), history.values(after)
    found = []
    for name, value in new.items():
        field = history.model._meta.get_field(name)
        if old and old[name] != value and name != "lineage":
            label = "place in the order" if name == "order" else field.verbose_name
            found.append(Difference(label, *_marked(names.shown(field, old[name]), names.shown(field, value))))
    return tuple(found)


def _marked(before, after):
    [before], [after] = marked_html([before], [after])
    return before, after


# Going back


@dataclass(frozen=True)
class Step:
    """What going back does to one row: CHANGED to ``record``, put back (ADDED) from it, or REMOVED."""

    kind: str
    history: RowHistory
    name: str
    differences: tuple[Difference, ...]
    record: Any


def steps_back(histories: Sequence[RowHistory], key: str, names: Names) -> list[Step] | None:
    """What has to be done so that these rows stand as they did after the change ``key``; None where there was no such change.

    A row of which nothing is recorded did not change.
    """
    moments = [each.history_date for history in histories for each in history.records if key_of(each) == key]
    if not moments:
        return None
    steps = []
    for history in histories:
        now = history.records[-1] if history.records[-1].history_type != REMOVED else None
        then = history.at(max(moments))
        if then is None and now is not None:
            steps.append(Step(REMOVED, history, names.of(history.model, now), (), now))
        elif then is not None and now is None:
            steps.append(Step(ADDED, history, names.of(history.model, then), (), then))
        elif then is not None and (told := differences(history, now, then, names)):
            steps.append(Step(CHANGED, history, names.of(history.model, then), told, then))
    return steps
