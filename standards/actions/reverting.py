"""Going back: rows of a draft as they were, and rows that were removed."""

from contextlib import contextmanager

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from ..edits import CHANGED, REMOVED, histories_of, key_of, read_histories, steps_back
from ..models import Version, one_change
from ..version_tables import VERSION_PATHS, version_of
from .editing import touch_version
from .linking import propose_links
from .recording import keep_before
from .refusals import NotEditable

GONE = "What it belonged to was removed too. Bring that back first."


def go_back(*, row, key, names, by):
    """Let ``row`` and what belongs to it stand as they did after the change ``key``; returns the steps that it took.

    Raises ``NotEditable`` where the version is no draft, there was no such change, or another row is in the way.
    """
    with transaction.atomic(), _refused_clearly(), one_change(by):
        version = _lock_draft(version_of(row).pk)
        histories = histories_of(row)
        # What the histories do not say yet they have to say before anything is compared.
        keep_before([row, *_live(histories)])
        steps = steps_back(histories_of(row), key, names)
        if steps is None:
            raise NotEditable("There is no such change of it.")
        for step in sorted(steps, key=lambda step: step.kind != REMOVED):
            if step.kind == REMOVED:
                step.history.model.objects.get(pk=step.history.pk).delete()
            elif step.kind == CHANGED:
                _set(step.history, step.record)
            elif not step.history.model.objects.filter(pk=step.history.pk).exists():
                # It may be back with another one by now.
                _put_back(step.history, step.record)
        touch_version(version_id=version.pk)
        return steps


def bring_back(*, model, history_id, version, by):
    """Put a row back that was removed, with all that was removed together with it; returns the row.

    ``history_id`` is that of the record of its removal. Raises ``NotEditable`` where the version is no draft, the row is there,
    what it belonged to is not, or another row is in its place.
    """
    with transaction.atomic(), _refused_clearly(), one_change(by):
        version = _lock_draft(version.pk)
        record = model.history.filter(history_id=history_id, history_type=REMOVED).first()
        if record is None or model.objects.filter(pk=record.id).exists():
            raise NotEditable("It is there already.")
        if version_of(record.instance) != version:
            raise NotEditable("It was not removed from this version.")
        [history] = read_histories(model, model.history.filter(id=record.id))
        row = _put_back(history, record)
        propose_links(version=version)
        touch_version(version_id=version.pk)
        return row


@contextmanager
def _refused_clearly():
    """What the models and the database refuse becomes ``NotEditable``."""
    try:
        yield
    except ValidationError as error:
        raise NotEditable(" ".join(error.messages)) from error
    except ProtectedError as error:
        raise NotEditable("Something that has to go is still needed elsewhere.") from error
    except IntegrityError as error:
        raise NotEditable("Another row is in its place by now. Change or remove that one first.") from error
    except ObjectDoesNotExist as error:
        raise NotEditable(GONE) from error


def _lock_draft(pk):
    version = Version.objects.select_for_update().get(pk=pk)
    if version.is_frozen:
        raise NotEditable("This version is published, so its words can no longer change.")
    if version.state != Version.State.DRAFT:
        raise NotEditable("This version is in review. Send it back to draft first.")
    return version


def _live(histories):
    return [history.records[-1].instance for history in histories if history.records[-1].history_type != REMOVED]


def _put_back(history, record):
    """Make the row of ``record`` again under its own key, and what was removed in the same change and hangs on it."""
    row = _filled(history, record, history.model(pk=history.pk))
    row.full_clean()
    row.save(force_insert=True)
    _join(history, record, row)
    removal = next((each for each in reversed(history.records) if each.history_type == REMOVED), None)
    if removal is not None:
        _put_back_what_hangs_on(row, key_of(removal))
    return row


def _put_back_what_hangs_on(row, key):
    for model in VERSION_PATHS:
        for field in model._meta.concrete_fields:
            if field.related_model is not type(row):
                continue
            gone = model.history.filter(
                history_type=REMOVED, history_change_reason=key, **{field.attname: row.pk}
            ).exclude(id__in=model.objects.filter(**{field.name: row}).values("pk"))
            for history in read_histories(model, model.history.filter(id__in=gone.values("id"))):
                # What also hangs on another row that is not back yet comes with that one.
                if _has_all_it_points_at(history):
                    _put_back(history, history.records[-1])


def _has_all_it_points_at(history):
    fields = [field for field in history.model._meta.concrete_fields if field.related_model]
    pointed_at = [(field.related_model, getattr(history.records[-1], field.attname)) for field in fields]
    return all(pk is None or model.objects.filter(pk=pk).exists() for model, pk in pointed_at)


def _set(history, record):
    row = _filled(history, record, history.model.objects.get(pk=history.pk))
    row.full_clean()
    row.save()
    _join(history, record, row)


def _filled(history, record, row):
    for name, value in history.values(record).items():
        field = history.model._meta.get_field(name)
        if field.many_to_many:
            continue
        if field.related_model and field.null and value and not field.related_model.objects.filter(pk=value).exists():
            value = None
        setattr(row, field.attname, value)
    return row


def _join(history, record, row):
    """Let ``row`` point at the rows that it pointed at, as far as they are there."""
    for field in history.model._meta.many_to_many:
        wanted = history.values(record)[field.name]
        getattr(row, field.name).set(field.related_model.objects.filter(pk__in=wanted))
