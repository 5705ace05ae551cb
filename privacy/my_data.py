"""Everything about one person, read for them: one list for both files, in a number of queries that does not grow with it.

What their line manager wrote about them is theirs once the review is finished, as on the pages; what they wrote in the records of
others is there as long as they may read those (docs/decisions/my-data.md).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.apps import apps
from django.db.models import F, Q
from django.utils import timezone

from assessments.models import Assessment, Goal, Rating
from documents.workbook import LONGEST_TEXT, Column, Sheet, make_workbook
from govuk.environment import day, time_of_day
from people.notice_words import SAID
from standards.models import Level

from .headings import heading, in_order
from .register import RECORDS, Record, Way
from .traces import addresses_of, lasting_sessions_of, log_entries_about

_REVIEWED = Q(assessment__reviewed_at__isnull=False)
# What is read along, so that a row can say in words what its key leads to.
_ALONG = {
    "statement": "statement__area__section",
    "about": "about",
    "area": "area__section",
    "version": "version__framework",
    "carried_from": "carried_from__framework",
    "from_version": "from_version__framework",
    "to_version": "to_version__framework",
    "given_under": "given_under__framework",
    "assessment": "assessment__owner",
}
# Whose kind is that of a notice.
_TOLD = ("people.Notice", "people.NoticeChoice")
# What people look for first.
_FIRST = {"people.User": 0, "assessments.Assessment": 1, "assessments.Rating": 2}


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of record as the download has it: ``rows`` map the names of fields to values that JSON has, or to times."""

    key: str
    title: str
    rows: list[dict]


def _rows(record: Record, way: Way, person):
    """The rows of a model that belong to ``person`` in one way, as far as the download has them."""
    if not way.path:
        return log_entries_about(person)
    named = {f"{way.path[1:]}__in": addresses_of(person)} if way.path.startswith("@") else {way.path: person.pk}
    rows = apps.get_model(record.model)._base_manager.filter(**named)
    if way.only == "reviewed":
        rows = rows.filter(_REVIEWED)
    elif way.only == "reviewed_or_own":
        rows = rows.filter(_REVIEWED | Q(view=Rating.View.SELF))
    elif way.only == "of_others":
        rows = rows.exclude(assessment__owner=person)
    elif way.only == "not_accepted":
        rows = rows.filter(line_manager=None)
    elif way.only == "of_other_people":
        rows = rows.exclude(person=person)
    elif way.only == "readable" and record.model == "assessments.GoalNote":
        rows = rows.filter(goal__in=Goal.objects.visible_to(person)).exclude(goal__owner=person)
    elif way.only == "readable":
        named = "pk__in" if record.model == "assessments.Assessment" else "assessment__in"
        rows = rows.filter(**{named: Assessment.objects.read_by(person)})
    return rows


def _exported() -> Iterator[tuple[Record, Way]]:
    for record in sorted(RECORDS, key=lambda record: _FIRST.get(record.model, len(_FIRST))):
        for way in record.ways:
            if way.title:
                yield record, way


def _is_of_sessions(record):
    # Whose they are stands inside.
    return record.model == "sessions.Session"


def counts(person) -> list[tuple[str, int]]:
    """How many rows of each kind there are about ``person``, without those that there are none of."""
    found = []
    for record, way in _exported():
        number = len(lasting_sessions_of(person)) if _is_of_sessions(record) else _rows(record, way, person).count()
        if number:
            found.append((way.title, number))
    return found


def read_sections(person) -> list[Section]:
    """Everything about ``person``, in the order of the register but for what comes ``_FIRST``."""
    reader = _Reader(person)
    return [Section(way.key, way.title, reader.read(record, way)) for record, way in _exported()]


class _Reader:
    """Puts rows into words for one person."""

    def __init__(self, person):
        self.person = person
        # The version published last comes last, so that its levels name what is said of a framework.
        named = Level.objects.order_by(F("version__published_at").asc(nulls_first=True), "version")
        named = list(named.values_list("version", "version__framework", "rank", "name"))
        self.levels = {(version, rank): name for version, _, rank, name in named}
        self.latest = {framework: version for version, framework, _, _ in named}

    def read(self, record, way):
        if _is_of_sessions(record):
            return [{"ends_at": _plain(each.expire_date)} for each in lasting_sessions_of(self.person)]
        rows = _rows(record, way, self.person)
        model = rows.model
        left_out = {*record.secrets.split()}
        fields = [each for each in model._meta.concrete_fields if each.name not in left_out]
        if way.fields:
            fields = [each for each in fields if each.name in way.fields]
        keys = [each for each in fields if each.is_relation]
        along = {_ALONG.get(each.name, each.name) for each in keys}
        lists = [] if way.fields else record.lists.split()
        rows = rows.select_related(*along).prefetch_related(*lists).order_by("pk")
        return [self._row(each, fields, lists, record) for each in rows]

    def _row(self, row, fields, lists, record):
        said = {}
        hidden = {*record.hidden.split()} if record.hidden and row.assessment.reviewed_at is None else ()
        for field in fields:
            if field.name in hidden:
                continue
            value = getattr(row, field.name)
            if field.is_relation:
                said[field.name] = None if value is None else self._named(value)
            elif field.name == "rank":
                said["level"] = self._level(self._version_of(row), value)
            elif field.name == "aims":
                said["aims"] = [
                    f"{code} at {self._level(row.assessment.version_id, rank)}" for code, rank in value or ()
                ]
            elif field.name == "kind" and row._meta.label in _TOLD:
                said["kind"] = SAID[value].title
            elif field.choices:
                said[field.name] = str(dict(field.flatchoices).get(value, value))
            else:
                said[field.name] = _plain(value)
        for name in lists:
            said[name] = [self._named(each) for each in getattr(row, name).all()]
        return said

    def _version_of(self, row):
        if row._meta.label == "insights.NeededCover":
            return self.latest.get(row.framework_id)
        standing = getattr(row, "area", None) or row.statement.area
        return standing.section.version_id

    def _level(self, version_id, rank):
        if rank is None:
            return None
        name = self.levels.get((version_id, rank))
        return name or ("Not yet" if rank == 0 else str(rank))

    def _named(self, value):
        """What a key leads to, in words; nobody's address but one's own."""
        label = value._meta.label
        if label == "people.User":
            return "You" if value.pk == self.person.pk else value.name or "Somebody without a name"
        if label == "standards.Statement":
            return f"{value.code} {value.topic}".strip()
        if label == "standards.Area":
            return f"{value.code} {value.title}"
        if label == "standards.RoleProfile":
            return value.title
        if label == "assessments.Assessment":
            if value.owner_id == self.person.pk:
                return f"{value.title}, started {day(value.started_at)}"
            return f"{value.title} of {value.owner.name}" if value.owner else str(value)
        if label in ("assessments.Goal", "assessments.Evidence"):
            return getattr(value, "what", None) or value.title
        return str(value)


def _plain(value):
    if isinstance(value, bytes | memoryview):
        return f"{len(value)} bytes"
    if value is None or isinstance(value, str | int | bool | list | dict | date):
        return value
    return str(value)


def _iso(value):
    return timezone.localtime(value).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def as_json(person, sections, *, made_at) -> bytes:
    """The sections as one JSON file."""
    whole = {
        "person": person.name,
        "made_on": timezone.localdate(made_at),
        **{each.key: each.rows for each in sections},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, default=_iso).encode()


def as_workbook(sections, *, made_at) -> bytes:
    """The sections as one Excel workbook: a sheet for each that has rows, after one that lists them all."""
    filled = [each for each in sections if each.rows]
    names = {each.key: f"{number} {each.title}"[:31] for number, each in enumerate(filled, 1)}
    contents = Sheet(
        "Contents",
        [Column("Sheet", 34), Column("What it is", 60), Column("Rows", 8)],
        [[names[each.key], each.title, len(each.rows)] for each in filled],
    )
    sheets = [contents, *(_sheet(names[each.key], each) for each in filled)]
    return make_workbook(sheets, title="Your data", author="", made_at=made_at)


def _sheet(name, section):
    # A column in which nothing stands says nothing.
    keys = in_order(list(dict.fromkeys(key for row in section.rows for key in row if row[key] not in (None, "", []))))
    columns = [Column(heading(key), 40 if _is_long(section, key) else 18) for key in keys]
    rows = [each for row in section.rows for each in _cut([_cell(row.get(key)) for key in keys])]
    return Sheet(name, columns, rows)


def _is_long(section, key):
    return any(len(str(row.get(key) or "")) > 30 for row in section.rows)


def _cell(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return f"{day(value)} at {time_of_day(value)}"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "\n".join(value)
    return value if isinstance(value, int) else json.dumps(value, ensure_ascii=False)


def _cut(cells):
    """A row, and beneath it as many more as its longest text needs: a cell holds no more than Excel's own limit."""
    longest = max((len(each) for each in cells if isinstance(each, str)), default=0)
    for start in range(0, max(longest, 1), LONGEST_TEXT):
        yield [
            each[start : start + LONGEST_TEXT] if isinstance(each, str) else (None if start else each) for each in cells
        ]
