"""The tree of organisations, who works where, and what is to be counted again because of it."""

import secrets
from itertools import islice

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from ..models import Descent, Organisation, Recount, User
from ..organisation_import import plan_organisations

# As many as one statement is given at once.
BATCH = 2000


class WithinItself(Exception):
    """An organisation was to lie within itself, or within what lies below it: nothing was changed."""


class NotImportable(Exception):
    """A row of the file has an error, perhaps since another change was made meanwhile: nothing was changed."""


def _lock_tree():
    # One at a time: two moves at once could put each of two organisations within the other.
    list(Organisation.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _batches(values):
    values = iter(values)
    while some := list(islice(values, BATCH)):
        yield some


@transaction.atomic
def add_organisation(*, name, kind=Organisation.Kind.DEPARTMENT, parent=None, code=""):
    """A new organisation, within ``parent`` where there is one; without a ``code`` it gets one."""
    if parent:
        # It is not moved before what it lies within is read.
        list(Organisation.objects.select_for_update(no_key=True).filter(pk=parent.pk).values_list("pk"))
    organisation = Organisation(name=name, kind=kind, parent=parent, **({"code": code} if code else {}))
    organisation.full_clean()
    organisation.save(force_insert=True)
    _hang(organisation)
    return organisation


def _hang(organisation):
    """Write the descents of an organisation that has none yet and nothing below it."""
    above = Descent.objects.filter(descendant=organisation.parent_id).values_list("ancestor_id", "depth")
    Descent.objects.bulk_create(
        [
            Descent(ancestor=organisation, descendant=organisation, depth=0),
            *(Descent(ancestor_id=pk, descendant=organisation, depth=depth + 1) for pk, depth in above),
        ]
    )


@transaction.atomic
def move_organisation(*, organisation, parent, name=""):
    """Put an organisation, with all that lies below it, within ``parent``; None is the top. Raises ``WithinItself``.

    Where it gets another ``name`` as well, both in one step: each by itself may clash with what is there.
    """
    _lock_tree()
    if parent and Descent.objects.filter(ancestor=organisation, descendant=parent).exists():
        raise WithinItself
    below = list(Descent.objects.filter(ancestor=organisation).values_list("descendant_id", "depth"))
    inside = [pk for pk, _ in below]
    Descent.objects.filter(descendant__in=inside).exclude(ancestor__in=inside).delete()
    above = Descent.objects.filter(descendant=parent).values_list("ancestor_id", "depth") if parent else []
    Descent.objects.bulk_create(
        Descent(ancestor_id=ancestor, descendant_id=pk, depth=up + down + 1)
        for ancestor, up in above
        for pk, down in below
    )
    renamed = {"name": name} if name else {}
    Organisation.objects.filter(pk=organisation.pk).update(parent=parent, **renamed)
    organisation.parent = parent


@transaction.atomic
def import_organisations(*, rows):
    """Add, rename and move organisations as the rows of a file say (``organisation_import``), all of them or none.

    Returns how many were added and how many changed. Raises ``NotImportable``.
    """
    _lock_tree()
    planned = plan_organisations(rows)
    if any(row.error for row in planned):
        raise NotImportable
    changing = [row for row in planned if row.changes]
    new = [row.code for row in changing if row.is_new]
    # Until all have what they are to have, none stands in the way of another by its name.
    token = f"{secrets.token_hex(8)} "
    Organisation.objects.bulk_create([Organisation(code=code, name=token + code) for code in new], batch_size=BATCH)
    for some in _batches(row.code for row in changing if not row.is_new):
        mark = Concat(Value(token), Cast("pk", CharField()))
        Organisation.objects.filter(code__in=some).update(name=mark)
    keys = dict(Organisation.objects.values_list("code", "pk"))
    Organisation.objects.bulk_create(
        [
            Organisation(code=row.code, name=row.name, kind=row.kind, parent_id=keys.get(row.parent_code))
            for row in changing
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "kind", "parent"],
    )
    _hang_again(
        [keys[row.code] for row in changing if row.is_new], [keys[row.code] for row in changing if row.is_moved]
    )
    return len(new), len(changing) - len(new)


def _hang_again(new, moved):
    """Write the descents of what is new, and those of what was moved and of all below it anew."""
    below = {
        pk
        for some in _batches(moved)
        for pk in Descent.objects.filter(ancestor__in=some).values_list("descendant_id", flat=True)
    }
    for some in _batches(below):
        Descent.objects.filter(descendant__in=some).delete()
    parents = dict(Organisation.objects.values_list("pk", "parent_id"))
    descents = []
    for pk in [*new, *below]:
        depth, ancestor = 0, pk
        while ancestor is not None:
            descents.append(Descent(ancestor_id=ancestor, descendant_id=pk, depth=depth))
            depth, ancestor = depth + 1, parents[ancestor]
    Descent.objects.bulk_create(descents, batch_size=BATCH)


@transaction.atomic
def place_person(*, person, organisation):
    """Say where somebody works; None is nowhere. The figures of both organisations are to be counted again.

    Whoever was erased stays nowhere.
    """
    found = User.objects.select_for_update(no_key=True).values_list("organisation_id", "erased_at")
    before, erased_at = found.get(pk=person.pk)
    after = organisation.pk if organisation else None
    if before == after or (erased_at and after):
        return
    User.objects.filter(pk=person.pk).update(organisation=organisation)
    person.organisation = organisation
    recount(before, after)


@transaction.atomic
def place_people(*, places):
    """Say where many people work: ``places`` maps a person's key to that of an organisation, or to None for nowhere.

    As ``place_person`` for each, in few steps; returns of how many it changed. Whoever is gone or erased meanwhile is left out,
    and so is who was to go to an organisation that is no more.
    """
    there = {None}
    for some in _batches(sorted({pk for pk in places.values() if pk is not None})):
        locked = Organisation.objects.filter(pk__in=some).select_for_update(no_key=True).order_by("pk")
        there.update(locked.values_list("pk", flat=True))
    movers, touched = {}, set()
    for some in _batches(sorted(places)):
        locked = User.objects.filter(pk__in=some, erased_at=None).select_for_update(no_key=True).order_by("pk")
        for pk, before in locked.values_list("pk", "organisation_id"):
            after = places[pk]
            if after != before and after in there:
                movers.setdefault(after, []).append(pk)
                touched |= {before, after}
    for after, people in movers.items():
        for some in _batches(people):
            User.objects.filter(pk__in=some).update(organisation=after)
    recount(*touched)
    return sum(map(len, movers.values()))


def recount(*organisation_ids):
    """Note that the figures of organisations are to be counted again; nothing for None. Within the transaction of the change."""
    Recount.objects.bulk_create(Recount(organisation_id=pk) for pk in sorted({*organisation_ids} - {None}))


def recount_of(*person_ids):
    """The same of the organisations in which people work. Locks them, so that they are not moved elsewhere meanwhile."""
    where = User.objects.filter(pk__in=person_ids).select_for_update(no_key=True).order_by("pk")
    recount(*where.values_list("organisation_id", flat=True))
