"""Keeping the rollup: organisations whose figures changed are counted anew (docs/decisions/rollup.md).

Exact while others go on, because of the order. Who changes something leaves a mark in the same transaction. Who counts locks the
organisation, then takes its marks away, and reads after that: what a mark that was taken stands for is committed, and is read; what
is committed later leaves a mark that was not taken. On PostgreSQL each query reads what is committed when it begins (READ
COMMITTED); on SQLite nobody else writes in between (IMMEDIATE).
"""

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Count, Exists, OuterRef

from people.actions import recount
from people.models import Organisation, Recount

from ..models import StageCount
from ..tally import KEYS, counted_frameworks, counted_people, tally

# What is counted in one transaction, so that nobody waits long for it and it takes little memory.
MOST_ORGANISATIONS = 100
MOST_PEOPLE = 5_000
# Rows of one statement.
_ROWS = 1_000


def count_again(organisation_ids: Iterable[int] | None = None) -> int:
    """Count these organisations anew, or all of them, marked or not; returns how many. A batch is a transaction of its own."""
    found = Organisation.objects.order_by("pk").values_list("pk", flat=True)
    if organisation_ids is not None:
        found = sorted(set(organisation_ids))
    return sum(_count(batch) for batch in _batches(list(found)))


def follow_marks() -> int:
    """Count every organisation that is marked, or was never counted, until none is left; returns how many were counted.

    It may be killed at any moment and run again; two at once share the work.
    """
    _mark_uncounted()
    counted = 0
    while marked := list(
        Recount.objects.order_by("organisation_id").values_list("organisation_id", flat=True).distinct()
    ):
        counted += sum(_count(batch, only_marked=True) for batch in _batches(marked))
    return counted


def _mark_uncounted():
    """Mark organisations that have people and no count of them, as when the first version of a framework is published."""
    people = counted_people(Organisation.objects.values("pk")).filter(organisation=OuterRef("pk"))
    for framework in counted_frameworks():
        stages = StageCount.objects.filter(organisation=OuterRef("pk"), framework=framework)
        found = Organisation.objects.filter(Exists(people), ~Exists(stages)).order_by()
        recount(*found.values_list("pk", flat=True))


def _batches(organisation_ids) -> Iterator[list[int]]:
    """In the order of their keys, of at most ``MOST_PEOPLE`` each; an organisation with more is a batch by itself."""
    sizes = dict(counted_people(organisation_ids).values_list("organisation").annotate(count=Count("pk")))
    batch, people = [], 0
    for pk in organisation_ids:
        size = sizes.get(pk, 0)
        if batch and (people + size > MOST_PEOPLE or len(batch) == MOST_ORGANISATIONS):
            yield batch
            batch, people = [], 0
        batch.append(pk)
        people += size
    if batch:
        yield batch


@transaction.atomic
def _count(organisation_ids, *, only_marked=False) -> int:
    # In the order of their keys, as whoever moves organisations or makes a release locks them. Who leaves a mark does not wait.
    locked = Organisation.objects.filter(pk__in=organisation_ids).select_for_update(no_key=True).order_by("pk")
    keys = list(locked.values_list("pk", flat=True))
    marks = Recount.objects.filter(organisation__in=keys).order_by()
    if only_marked:
        # Another worker may have been faster: what it took, it has counted.
        keys = sorted(set(marks.values_list("organisation_id", flat=True)))
    if not keys:
        return 0
    Recount.objects.filter(organisation__in=keys).delete()
    counts = tally(keys)
    for model, fields in KEYS.items():
        _write(model, fields, keys, counts[model])
    return len(keys)


def _write(model, fields, organisation_ids, counts):
    """Make the rows of a table what was counted: only what differs is written. What was released stays until the next release."""
    rows = model.objects.filter(organisation__in=organisation_ids)
    standing = {}
    for pk, people, released, *key in rows.values_list("pk", "people", "released", *fields).iterator():
        standing[tuple(key)] = (pk, people, released)
    made = [
        model(**dict(zip(fields, key, strict=True)), people=people)
        for key, people in counts.items()
        if key not in standing
    ]
    changed = [
        model(pk=pk, **dict(zip(fields, key, strict=True)), people=counts[key], released=released)
        for key, (pk, people, released) in standing.items()
        if counts[key] != people
    ]
    model.objects.bulk_create(made, batch_size=_ROWS)
    # In a few statements, however many rows there are: each exists, and none is made.
    model.objects.bulk_create(
        changed, batch_size=_ROWS, update_conflicts=True, unique_fields=["pk"], update_fields=["people"]
    )
    rows.filter(people=0, released=0).delete()
