"""One round for one person: what is found, one at a time, is what the query sets say."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Assessment
from people.actions import lines
from people.models import ReportingLine, User
from tests.factories import agree, close, make_assessment, make_line, make_user, rate_all, reread, review, share

RELATED = ("version__framework", "line_manager", "conversation")
STATES = ("draft", "shared", "reviewed", "agreed", "closed", "left")


def _round(state):
    owner, line_manager = make_user(), make_user()
    make_line(owner, line_manager)
    found = make_assessment(owner)
    if state == "closed":
        close(found)
    if state in ("draft", "closed"):
        return found
    rate_all(found)
    if state == "agreed":
        return agree(found, line_manager)
    found = share(found, line_manager)
    if state == "reviewed":
        return review(found)
    if state == "left":
        lines.end_line(line=ReportingLine.objects.live().get(person=owner), ended_by=owner)
    return found


@pytest.fixture(scope="module")
def kept(kept_for_the_module):
    return {state: _round(state) for state in STATES}


@pytest.fixture
def rounds(db, kept):
    return {state: reread(each) for state, each in kept.items()}


@pytest.mark.parametrize("related", [(), RELATED])
def test_a_round_is_found_by_whom_the_query_sets_name(rounds, related):
    superuser = make_user(is_staff=True, is_superuser=True)
    cast = [*User.objects.all(), superuser, AnonymousUser()]
    rules = (
        ("find_owned", "owned_by"),
        ("find_read", "read_by"),
        ("find_visible", "visible_to"),
        ("find_between", "visible_to"),
    )
    seen = set()
    for person in cast:
        for each in rounds.values():
            for find, rule in rules:
                expected = getattr(Assessment.objects, rule)(person).filter(pk=each.pk).first()
                assert getattr(Assessment.objects, find)(person, each.pk, *related) == expected
                seen.add((find, expected is None))
    assert len(seen) == 8


def test_a_round_is_found_by_nobody_whose_account_is_closed(rounds):
    shared = rounds["shared"]
    for person in (shared.owner, shared.line_manager):
        person.is_active = False
        assert Assessment.objects.find_visible(person, shared.pk) is None


def test_a_round_comes_with_both_people_and_what_was_asked_for(rounds):
    talked = rounds["reviewed"]
    stands = (talked.owner, talked.line_manager, talked.framework, talked.conversation)
    for person, queries in ((talked.owner, 1), (talked.line_manager, 2)):
        with CaptureQueriesContext(connection) as asked:
            found = Assessment.objects.find_visible(person, talked.pk, *RELATED)
            both = (found.owner, found.line_manager)
            assert (*both, found.version.framework, found.conversation) == stands
        assert len(asked) == queries
        assert next(each for each in both if each == person) is person
        with CaptureQueriesContext(connection) as asked:
            found = Assessment.objects.find_between(person, talked.pk, "version__framework", "conversation")
            assert (found.owner, found.line_manager, found.version.framework, found.conversation) == stands
        assert len(asked) == 1
