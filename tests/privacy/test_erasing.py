"""Asking to be erased, changing one's mind, and what is left afterwards: nothing."""

import pytest

from privacy.actions import erase_person
from tests.privacy.plants import IN_OTHERS_RECORDS, Cast, plants_in_cache, plants_in_database

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def cast(kept_for_the_module):
    return Cast()


def test_the_plants_are_everywhere(cast):
    found = plants_in_database()
    columns = {column for each in found.values() for column in each}
    print(sorted(found), sorted(columns))
    assert len(found) > 45


def test_nothing_of_somebody_is_left(cast):
    erase_person(person=cast.person)
    assert plants_in_database().keys() == IN_OTHERS_RECORDS
    assert plants_in_cache() == set()
