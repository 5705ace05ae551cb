"""The tree of organisations, who works where, and what is to be counted again because of it."""

from django.db import transaction

from ..models import Descent, Organisation, Recount, User


class WithinItself(Exception):
    """An organisation was to lie within itself, or within what lies below it: nothing was changed."""


@transaction.atomic
def add_organisation(*, name, kind=Organisation.Kind.DEPARTMENT, parent=None, code=""):
    """A new organisation, within ``parent`` where there is one; without a ``code`` it gets one."""
    organisation = Organisation(name=name, kind=kind, parent=parent, **({"code": code} if code else {}))
    organisation.full_clean()
    organisation.save(force_insert=True)
    hang(organisation)
    return organisation


def hang(organisation):
    """Write the descents of an organisation that has none yet and nothing below it."""
    above = Descent.objects.filter(descendant=organisation.parent_id).values_list("ancestor_id", "depth")
    Descent.objects.bulk_create(
        [
            Descent(ancestor=organisation, descendant=organisation, depth=0),
            *(Descent(ancestor_id=pk, descendant=organisation, depth=depth + 1) for pk, depth in above),
        ]
    )


@transaction.atomic
def move_organisation(*, organisation, parent):
    """Put an organisation, with all that lies below it, within ``parent``; None is the top. Raises ``WithinItself``."""
    # One at a time: two moves at once could put each of two organisations within the other.
    list(Organisation.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
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
    Organisation.objects.filter(pk=organisation.pk).update(parent=parent)
    organisation.parent = parent


@transaction.atomic
def place_person(*, person, organisation):
    """Say where somebody works; None is nowhere. The figures of both organisations are to be counted again."""
    before = User.objects.select_for_update(no_key=True).values_list("organisation_id", flat=True).get(pk=person.pk)
    after = organisation.pk if organisation else None
    if before == after:
        return
    User.objects.filter(pk=person.pk).update(organisation=organisation)
    person.organisation = organisation
    recount(before, after)


def recount(*organisation_ids):
    """Note that the figures of organisations are to be counted again; nothing for None. Within the transaction of the change."""
    Recount.objects.bulk_create(Recount(organisation_id=pk) for pk in sorted({*organisation_ids} - {None}))


def recount_of(*person_ids):
    """The same of the organisations in which people work. Locks them, so that they are not moved elsewhere meanwhile."""
    where = User.objects.filter(pk__in=person_ids).select_for_update(no_key=True).order_by("pk")
    recount(*where.values_list("organisation_id", flat=True))
