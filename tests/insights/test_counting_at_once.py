"""Two workers count while people come, go, begin and delete rounds at the same moment: nothing is lost and nothing is doubled."""

import pytest

from tests.conftest import HEAVY

CHANGES = 400 if HEAVY else 8

AT_ONCE = """
from random import Random
from threading import Event, Thread
from time import sleep
from django.db import connection
from assessments.actions import delete_assessment, start_assessment
from assessments.models import Assessment
from insights.actions import counting
from insights.exact import counted
from insights.raw_counts import raw_counts
from people.actions import add_organisation, place_person
from people.models import Organisation, Recount, User
from standards.models import Version
version = Version.objects.latest_published()
places = [add_organisation(name=f"Place {{number}} {name}") for number in range(3)]
people = [User.objects.create_user(f"{name}{{number}}@example.com", name="Counted") for number in range(8)]
tally = counting.tally
def forgetful(keys):
    # Takes away marks of what was committed after it read.
    counts = tally(keys)
    sleep(0.05)
    Recount.objects.filter(organisation__in=keys).delete()
    return counts
if {planted}:
    counting.tally = forgetful
wrong, over, batches = [], Event(), []
def change(number):
    draw = Random(number)
    for _ in range({changes}):
        person = User.objects.get(pk=draw.choice(people).pk)
        place_person(person=person, organisation=draw.choice(places))
        own = draw.choice(people[number::2])
        draft = Assessment.objects.with_version().filter(owner=own).first()
        if draft:
            delete_assessment(assessment=draft)
        else:
            start_assessment(owner=own, version=version)
def count(number):
    while not over.is_set():
        batches.append(counting.follow_marks())
def alone(work, number):
    try:
        work(number)
    except Exception as error:
        wrong.append(repr(error))
    finally:
        connection.close()
writers = [Thread(target=alone, args=(change, number)) for number in range(2)]
counters = [Thread(target=alone, args=(count, number)) for number in range(2)]
for each in writers + counters: each.start()
for each in writers: each.join()
over.set()
for each in counters: each.join()
counting.follow_marks()
keys = [each.pk for each in places]
stands, right = counted(keys), raw_counts(keys)
differences = [key for model in right for key in stands[model] | right[model] if stands[model][key] != right[model][key]]
print(len(wrong), Recount.objects.filter(organisation__in=keys).count(), len(differences), sum(batches), *wrong[:1])
"""


def at_once(portal, *, name, planted=False):
    """How many threads failed, how many marks and differences are left, and how often an organisation was counted."""
    printed = portal.python(AT_ONCE.format(changes=CHANGES, name=name, planted=planted)).split()
    return tuple(map(int, printed[:4])), printed[4:]


def test_two_workers_count_exactly_while_others_write(busy_portal):
    (failed, marks, differences, counted), error = at_once(busy_portal, name="counted")
    print(f"{4 * CHANGES} changes, counted {counted} times, {differences} differences")  # noqa: T201
    assert (failed, marks, differences, error) == (0, 0, 0, [])
    assert counted >= 3


@pytest.mark.skipif(not HEAVY, reason="takes chance: script/test --heavy")
def test_a_worker_that_takes_marks_after_it_has_read_is_found_out(busy_portal):
    if not busy_portal.database_url.startswith("postgres"):
        pytest.skip("On SQLite nobody else writes while somebody counts")
    (failed, marks, differences, _), _ = at_once(busy_portal, name="forgotten", planted=True)
    assert (failed, marks) == (0, 0)
    assert differences > 0
