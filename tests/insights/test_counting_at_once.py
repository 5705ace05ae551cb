"""Two workers count while people come, go, begin and delete rounds at the same moment: nothing is lost and nothing is doubled."""

import pytest

from tests.conftest import HEAVY

CHANGES = 400 if HEAVY else 8

AT_ONCE = """
from random import Random
from threading import Event, Thread
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


IN_BETWEEN = """
from threading import Thread
from django.db import connection
from insights.actions import counting
from insights.models import StageCount
from people.actions import add_organisation, place_person
from people.models import Recount, User
place = add_organisation(name="Place of {name}")
people = [User.objects.create_user(f"{name}{{number}}@example.com", name="Counted") for number in range(2)]
place_person(person=people[0], organisation=place)
def come():
    place_person(person=people[1], organisation=place)
    connection.close()
tally = counting.tally
def and_somebody_comes(keys):
    counts = tally(keys)
    if User.objects.filter(pk=people[1].pk, organisation=None).exists():
        other = Thread(target=come)
        other.start()
        other.join()
    if {planted}:
        # Too late: this takes the mark of who came after it was read.
        Recount.objects.filter(organisation__in=keys).delete()
    return counts
counting.tally = and_somebody_comes
counting.follow_marks()
print(*StageCount.objects.filter(organisation=place).values_list("people", flat=True))
"""


def at_once(portal):
    """How many threads failed, how many marks and differences are left, and how often an organisation was counted."""
    printed = portal.python(AT_ONCE.format(changes=CHANGES, name="counted")).split()
    return tuple(map(int, printed[:4])), printed[4:]


def test_two_workers_count_exactly_while_others_write(busy_portal):
    (failed, marks, differences, counted), error = at_once(busy_portal)
    print(f"{4 * CHANGES} changes, counted {counted} times, {differences} differences")  # noqa: T201
    assert (failed, marks, differences, error) == (0, 0, 0, [])
    assert counted >= 3


@pytest.mark.parametrize(("planted", "people"), [(False, "2"), (True, "1")], ids=["as it is", "marks taken too late"])
def test_whoever_comes_while_an_organisation_is_counted_is_counted(busy_portal, planted, people):
    if not busy_portal.database_url.startswith("postgres"):
        pytest.skip("On SQLite nobody else writes while somebody counts")
    name = "late" if planted else "soon"
    assert busy_portal.python(IN_BETWEEN.format(name=name, planted=planted)).split() == [people]
