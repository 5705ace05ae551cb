"""Who has seen a round, as its owner reads it: what somebody read on one day is a line, however often they opened it."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import Count, Max, Min
from django.db.models.functions import TruncDate

from assessments.models import Reading


@dataclass(frozen=True, slots=True)
class ReadLine:
    """What one person read of a round on one day, so many ``times`` from ``first`` to ``last``.

    ``who`` is "" of somebody who was erased.
    """

    day: date
    who: str
    what: str
    times: int
    first: datetime
    last: datetime


def lines_of(assessment):
    """The readings of a round, one row for each day, reader and kind of page, the newest first; to be cut into pages."""
    return (
        Reading.objects.filter(assessment=assessment)
        .annotate(day=TruncDate("at"))
        .values("day", "reader__name", "reader__email", "reader__erased_at", "reader_id", "what")
        .annotate(times=Count("pk"), first=Min("at"), last=Max("at"))
        .order_by("-day", "-last", "reader_id", "what")
    )


def by_day(rows) -> list[tuple[date, list[ReadLine]]]:
    """Rows of ``lines_of`` as lines under their days."""
    return [(day, list(lines)) for day, lines in groupby(map(_line, rows), key=lambda line: line.day)]


def _line(row):
    who = "" if row["reader__erased_at"] else row["reader__name"] or row["reader__email"]
    what = Reading.What(row["what"]).label
    return ReadLine(row["day"], who, what, row["times"], row["first"], row["last"])
