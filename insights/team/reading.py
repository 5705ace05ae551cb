"""What is asked of the database about a team: two queries, whose SQL is written once."""

from datetime import datetime

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Aggregate, Exists, OuterRef, Subquery, TextField
from django.db.models.functions import Cast
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


class _AsList(Aggregate):
    """The values of all rows as one text: a list of lists in JSON. A row of its own for each area would take longer to read."""

    output_field = TextField()

    def as_sqlite(self, compiler, connection, **context):
        template = "JSON_GROUP_ARRAY(JSON_ARRAY(%(expressions)s))"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler, connection, **context):
        template = "JSON_AGG(JSON_BUILD_ARRAY(%(expressions)s))::text"
        return self.as_sql(compiler, connection, template=template, **context)


def _lines(user_pk):
    """Who reports to somebody, and who asks to."""
    user = User(pk=user_pk)
    person = ("person__name", "person__email", "person__job_title")
    fields = ("pk", "person_id", *person, "accepted_at", "asked_at")
    live = ReportingLine.objects.live().filter(line_manager=user).order_by().values_list(*fields)
    waiting = ReportingLine.objects.waiting_for(user).order_by().values_list(*fields)
    return live.union(waiting, all=True)


def _rounds(user_pk, since):
    user = User(pk=user_pk)
    sums = (
        Summary.objects.filter(assessment=OuterRef("pk"))
        .order_by()
        .values("assessment")
        .annotate(sums=_AsList("area_id", "level", "target", Cast("missed", TextField())))
    )
    noted = Reading.objects.lately(user, Reading.What.TEAM, since).filter(assessment=OuterRef("pk"))
    return (
        Assessment.objects.read_by(user)
        .annotate(sums=Subquery(sums.values("sums")), noted_lately=Exists(noted))
        .order_by("-shared_at", "pk")
        .values_list(*FIELDS)
    )


_written_lines = WrittenQuery(_lines, int)
_written_rounds = WrittenQuery(_rounds, int, datetime)


def read_lines(line_manager) -> list[tuple]:
    """Live lines to ``line_manager``, and pending ones that they may answer, which have no day on which they were accepted.

    A row is (line's pk, person's pk, name, address, job title, accepted, asked).
    """
    return _written_lines.rows(line_manager.pk)


def read_rounds(line_manager) -> list[tuple]:
    """The rounds that are ``read_by`` ``line_manager``, the one shared last first.

    A row has the values of ``ROUND``, ``TALK`` and ``VERSION``, the framework's title, and the summaries in JSON: [area's pk,
    level, target, statements missed in JSON] of each area; None where there are none.
    """
    return _written_rounds.rows(line_manager.pk, timezone.now() - Reading.NOTED_ONCE_IN)


def version_of(values) -> Version:
    """The version that the values of ``VERSION`` are of."""
    return Version.from_db(DEFAULT_DB_ALIAS, VERSION, values)
