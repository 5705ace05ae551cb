"""The register names every model, every way from one to a person, and every field that people fill."""

from dataclasses import replace

import pytest
from django.apps import apps
from django.db import models

from people.models import User
from privacy.register import RECORDS, Fate
from privacy.retention import KINDS

TEXTUAL = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)


def text_fields(model):
    """The fields in which text may stand: all but those whose choices are given."""
    return {field.name for field in model._meta.concrete_fields if isinstance(field, TEXTUAL) and not field.choices}


def ways_to_people(model, of_people):
    """The names of the foreign keys that lead to a person: directly, and through rows that belong to one."""
    keys = [field for field in model._meta.concrete_fields if field.is_relation]
    direct = {field.name for field in keys if field.related_model is User}
    through = {field.name for field in keys if field.related_model._meta.label in of_people}
    return direct, through


def faults(records):
    """A sentence for each thing that the register does not have, or has although it is not there."""
    by_model = {record.model: record for record in records}
    there = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}
    for label in sorted(there.keys() ^ by_model.keys()):
        yield f"{label} is {'a model' if label in there else 'no model'}, and {'in' if label in by_model else 'not in'} it"
    owned = (Fate.DELETED, Fate.EMPTIED)
    of_people = {each.model for each in records if any(way.fate in owned and way.path for way in each.ways)}
    for label, model in there.items():
        if label not in by_model:
            continue
        record = by_model[label]
        for name in sorted(text_fields(model) ^ record.named):
            yield f"{label}.{name} is {'a' if name in text_fields(model) else 'no'} text field"
        for name in sorted({*record.lists.split()} - {field.name for field in model._meta.many_to_many}):
            yield f"{label}.{name} is no list"
        direct, through = ways_to_people(model, of_people - {label, "people.User"})
        known = {way.path.lstrip("@").split("__")[0] for way in record.ways}
        for name in sorted(direct - known):
            yield f"{label}.{name} leads to a person"
        if through and not known & (direct | through):
            yield f"{label} hangs on what belongs to a person"


def test_the_register_has_every_model_way_and_field():
    assert list(faults(RECORDS)) == []
    assert len({record.model for record in RECORDS}) == len(RECORDS)


def test_every_way_is_a_lookup_and_every_title_is_used_once():
    for record in RECORDS:
        for way in record.ways:
            if way.path and not way.path.startswith("@"):
                apps.get_model(record.model)._default_manager.filter(**{way.path: 0}).query  # noqa: B018 raises FieldError
    keys = [way.key for record in RECORDS for way in record.ways if way.title]
    assert len(set(keys)) == len(keys)


def test_every_period_that_the_register_names_is_kept():
    named = {word for record in RECORDS for word in record.kept.split() if word.isupper() and len(word) > 2}
    assert named == {kind.name for kind in KINDS}


def without(model, **changes):
    return [replace(each, **changes) if each.model == model else each for each in RECORDS]


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (
            [each for each in RECORDS if each.model != "assessments.GoalNote"],
            "assessments.GoalNote is a model, and not in it",
        ),
        (without("assessments.Rating", texts="reason"), "assessments.Rating.note is a text field"),
        (without("service.HeldPost", ways=()), "service.HeldPost.user leads to a person"),
        (without("assessments.Evidence", ways=()), "assessments.Evidence hangs on what belongs to a person"),
    ],
)
def test_what_is_left_out_is_found(planted, found):
    assert found in list(faults(planted))


def test_a_field_added_later_is_found(monkeypatch):
    known = apps.get_model("assessments.Goal")._meta
    later = models.TextField(name="mood")
    later.set_attributes_from_name("mood")
    monkeypatch.setattr(known, "concrete_fields", (*known.concrete_fields, later), raising=False)
    assert list(faults(RECORDS)) == ["assessments.Goal.mood is a text field"]
