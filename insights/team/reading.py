"""What is asked of the database about a team: two queries, whose SQL is written once."""

from datetime import datetime
from functools import partial

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Aggregate, Exists, OuterRef, Subquery, TextField
from django.utils import timezone

from assessments.models import Assessment, Reading, Summary
from people.models import ReportingLine, User
from people.written_queries import WrittenQuery
from standards.models import Version

ROUND = (
    *("pk", "owner_id", "state", "role_profile_id", "rates_first"),
    *("started_at", "shared_at", "acted_at", "reviewed_at", "agreed_at", "noted_lately"),
)
TALK = ("pk", "held_on", "owner_confirmed_at", "line_manager_confirmed_at", "changed_at")
# In the order of the model, as ``from_db`` wants them; what else a version has is read when somebody asks for it.
_OF_A_VERSION = {"id", "framework_id", "number", "state", "issued", "published_at", "edited_at"}
VERSION = tuple(field.attname for field in Version._meta.concrete_fields if field.attname in _OF_A_VERSION)
FIELDS = (
    *ROUND,
    *(f"conversation__{field}" for field in TALK),
    *(f"version__{field}" for field in VERSION),
    "version__framework__title",
    "sums",
)


class _AsLines(Aggregate):
    """The values of all rows as one text: a row on each line, its values apart by spaces, nothing for NULL.

    A row of its own for each area would take longer to read, and so does JSON.
    """

    output_field = TextField()

    def as_sqlite(self, compiler, connection, **context):
        template = "GROUP_CONCAT(IFNULL(%(expressions)s, ''), CHAR(10))"
        return self.as_sql(compiler, connection, template=template, arg_joiner=", '') || ' ' || IFNULL(", **context)

    def as_postgresql(self, compiler, connection, **context):
        template = "STRING_AGG(CONCAT(%(expressions)s), CHR(10))"
        return self.as_sql(compiler, connection, template=template, arg_joiner=", ' ', ", **context)


def _lines(user_pk):
    """Who reports to somebody, and who asks to."""
    user = User(pk=user_pk)
    person = ("person__name", "person__email", "person__job_title")
    fields = ("pk", "person_id", *person, "accepted_at", "asked_at")
    live = ReportingLine.objects.live().filter(line_manager=user).order_by().values_list(*fields)
    waiting = ReportingLine.objects.waiting_for(user).order_by().values_list(*fields)
    return live.union(waiting, all=True)


def _rounds(user_pk, since, sums_of):
    user = User(pk=user_pk)
    sums = (
        Summary.objects.filter(assessment=OuterRef("pk"))
        .order_by()
        .values("assessment")
        .annotate(sums=_AsLines(*sums_of))
    )
    noted = Reading.objects.lately(user, Reading.What.TEAM, since).filter(assessment=OuterRef("pk"))
    return (
        Assessment.objects.read_by(user)
        .annotate(sums=Subquery(sums.values("sums")), noted_lately=Exists(noted))
        .order_by("-shared_at", "pk")
        .values_list(*FIELDS)
    )


_written_lines = WrittenQuery(_lines, int)
_LEVELS = ("area_id", "level", "target")
_written_rounds = WrittenQuery(partial(_rounds, sums_of=_LEVELS), int, datetime)
_written_rounds_with_missed = WrittenQuery(partial(_rounds, sums_of=(*_LEVELS, "missed")), int, datetime)


def read_lines(line_manager) -> list[tuple]:
    """Live lines to ``line_manager``, and pending ones that they may answer, which have no day on which they were accepted.

    A row is (line's pk, person's pk, name, address, job title, accepted, asked).
    """
    return _written_lines.rows(line_manager.pk)


def read_rounds(line_manager, *, with_missed) -> list[tuple]:
    """The rounds that are ``read_by`` ``line_manager``, the one shared last first.

    A row has the values of ``ROUND``, ``TALK`` and ``VERSION``, the framework's title, and the summaries in one text, None where
    there are none: a line for each area, of its pk, the level, the target and, ``with_missed``, the statements missed in JSON.
    """
    query = _written_rounds_with_missed if with_missed else _written_rounds
    return query.rows(line_manager.pk, timezone.now() - Reading.NOTED_ONCE_IN)


def version_of(values) -> Version:
    """The version that the values of ``VERSION`` are of."""
    return Version.from_db(DEFAULT_DB_ALIAS, VERSION, values)
