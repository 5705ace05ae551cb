"""The rollup is what the answers come to, whatever people and administrators have done: nothing forgets its mark."""

import pytest

from assessments.actions import events
from assessments.models import Event
from insights.actions.counting import follow_marks
from insights.exact import counted
from insights.raw_counts import raw_counts
from people.models import Organisation, Recount
from tests.conftest import HEAVY
from tests.insights.crowd import TRIES, Crowd

pytestmark = pytest.mark.django_db

ACTIONS = 10_000 if HEAVY else 60
# How often all answers are scored anew on the way.
COMPARED = 100 if HEAVY else 30


def differences():
    """What stands in the rollup once marks are followed, and what is right, by table and key, wherever the two differ."""
    follow_marks()
    assert not Recount.objects.exists()
    keys = list(Organisation.objects.values_list("pk", flat=True))
    stands, is_right = counted(keys), raw_counts(keys)
    return {
        (model.__name__, key): (stands[model][key], is_right[model][key])
        for model in is_right
        for key in stands[model] | is_right[model]
        if stands[model][key] != is_right[model][key]
    }


def test_the_rollup_is_what_the_answers_come_to(monkeypatch):
    crowd = Crowd(7, monkeypatch)
    for times in range(COMPARED, ACTIONS + 1, COMPARED):
        crowd.act(times)
        assert differences() == {}
    print(f"{crowd.done.total()} actions, 0 differences: {dict(crowd.done)}")  # noqa: T201
    assert not HEAVY or crowd.done.keys() == TRIES.keys()


def test_a_mark_that_is_forgotten_is_found_out(monkeypatch):
    crowd = Crowd(7, monkeypatch)
    monkeypatch.setattr(events, "COUNTED", events.COUNTED - {Event.Kind.SHARED})
    found = {}
    while not found and crowd.done.total() < 200:
        crowd.act(crowd.done.total() + 1)
        found = crowd.share() and differences()
    assert found
