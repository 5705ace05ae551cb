"""Making a version."""

import re

from django.db import transaction
from django.utils import timezone

from ..models import Framework, Version
from ..version_numbers import is_higher, is_version_number
from ..version_tables import VERSION_PATHS
from .linking import propose_links
from .refusals import NotNext


def touch_version(*, version_id):
    """Say that something of a version changed, so that what is remembered of it is read again (``standards.tree``)."""
    Version.objects.filter(pk=version_id).update(edited_at=timezone.now())


@transaction.atomic
def start_next_version(*, version, number, by, issued=""):
    """Begin a draft as a copy of ``version``, every row of it, under ``number``; returns the draft.

    The statements keep their lineages, so that what became of each is known. The number of queries does not depend on how many
    rows there are, but for the size of what a database takes at once. Raises ``NotNext`` where ``version`` is not
    published, ``number`` is not a higher one or is taken, or another draft of the framework is open.
    """
    framework = Framework.objects.select_for_update().get(pk=version.framework_id)
    version = Version.objects.get(pk=version.pk)
    _refuse_unless_next(framework, version, number)
    draft = Version(
        framework=framework,
        follows=version,
        number=number,
        issued=issued or version.issued,
        source_title=_title_of_next(version, number, issued),
        source_url=version.source_url,
        licence=version.licence,
    )
    draft._history_user = by
    draft.save()
    copies = {Version: {version.pk: draft.pk}}
    for model, path in VERSION_PATHS.items():
        if path:
            copies[model] = _copied(model, model.objects.filter(**{path: version.pk}).order_by("pk"), copies)
    for model in copies:
        for field in model._meta.many_to_many:
            _copy_pairs(version, model, getattr(model, field.name).through, copies)
    propose_links(version=draft)
    return draft


def _title_of_next(version, number, issued):
    """What the source of ``version`` is called, with the number and the day of the next one where its title says its own."""
    title = re.sub(rf"(?i)(\bversion )\b{re.escape(version.number)}(?![\w.])", rf"\g<1>{number}", version.source_title)
    return title.replace(version.issued, issued) if version.issued and issued else title


def _refuse_unless_next(framework, version, number):
    if not version.is_frozen:
        raise NotNext(f"Version {version.number} is not published: go on with it as it is.")
    if not is_version_number(number):
        raise NotNext("Write the number of the version with digits and full stops, such as 2.1.")
    others = list(framework.versions.values_list("number", "state"))
    under_way = next((each for each, state in others if state not in Version.FROZEN_STATES), None)
    if under_way:
        raise NotNext(f"Version {under_way} is being made already. Publish it or delete it first.")
    if any(not is_higher(number, each) and not is_higher(each, number) for each, _ in others):
        raise NotNext(f"There is a version {number} already. Choose a higher number.")
    if not is_higher(number, version.number):
        raise NotNext(f"Choose a number that is higher than {version.number}, which it follows.")


def _copied(model, rows, copies):
    """Copy ``rows`` of ``model``, pointing at the copies of what they point at; maps their keys to those of their copies."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    olds, news = [], []
    for row in rows:
        values = {}
        for field in fields:
            value = getattr(row, field.attname)
            values[field.attname] = (
                copies[field.related_model][value] if field.related_model and value is not None else value
            )
        olds.append(row.pk)
        news.append(model(**values))
    return dict(zip(olds, (row.pk for row in model.objects.bulk_create(news)), strict=True))


def _copy_pairs(version, model, through, copies):
    """Copy the rows of a table that joins ``model`` to another one whose rows were copied."""
    ends = [field for field in through._meta.concrete_fields if not field.primary_key]
    whose = next(end.name for end in ends if end.related_model is model)
    pairs = through.objects.filter(**{f"{whose}__{VERSION_PATHS[model]}": version.pk}).order_by("pk")
    through.objects.bulk_create(
        through(**{end.attname: copies[end.related_model][getattr(pair, end.attname)] for end in ends})
        for pair in pairs
    )
