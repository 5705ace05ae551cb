"""Who has seen a round, as its owner reads it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.models import Reading
from privacy.actions.opening import open_round
from privacy.models import BreakGlass
from tests.assessments.pages import links_of, words_of
from tests.factories import close, make_assessment, rate_all, share

pytestmark = pytest.mark.django_db
What = Reading.What
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def draft(contract_manager, published_version):
    return make_assessment(contract_manager)


@pytest.fixture
def page(manager_client, draft):
    """The words of the page, as its owner reads it."""
    return lambda query="": words_of(manager_client.get(path_of(draft) + query))


def path_of(assessment):
    return reverse("reading-list", args=[assessment.pk])


def at(day, hour, minute=0):
    return datetime(2026, 10, day, hour, minute, tzinfo=LONDON)


def note(assessment, reader, what, *moments):
    for moment in moments:
        Reading.objects.create(assessment=assessment, reader=reader, what=what, at=moment)


def test_a_round_that_nobody_has_opened(page):
    said = page()
    assert "Nobody but you has opened this assessment." in said
    assert "It is a draft, so only you can." in said
    assert "Opened by an administrator" not in said


def test_readings_stand_by_day_the_newest_first(draft, line_manager, stranger, manager_client):
    note(draft, line_manager, What.REVIEW, at(1, 9, 5), at(1, 9, 30), at(1, 10))
    note(draft, line_manager, What.EVIDENCE, at(1, 9, 10))
    note(draft, stranger, What.OVERVIEW, at(2, 23, 59), at(2, 23, 59))
    # In summer time the day begins an hour earlier than in UTC.
    note(draft, stranger, What.REPORT_PDF, at(3, 0, 10))
    said = words_of(manager_client.get(path_of(draft)))
    lines = [
        "3 October 2026",
        "Zofia Dąbrówka The gap report as PDF 00:10",
        "2 October 2026",
        "Zofia Dąbrówka The overview 23:59, two times",
        "1 October 2026",
        "Tomasz Quillfeather The review 09:05 to 10:00, three times",
        "Tomasz Quillfeather Work examples 09:10",
    ]
    places = [said.index(line) for line in lines]
    assert places == sorted(places)


def test_two_hundred_readings_take_pages_and_no_more_queries(draft, line_manager, manager_client, page):
    note(draft, line_manager, What.PLAN, at(1, 9))
    counts = []
    for _ in range(2):
        manager_client.get(path_of(draft))
        with CaptureQueriesContext(connection) as queries:
            assert manager_client.get(path_of(draft)).status_code == 200
        counts.append(len(queries))
        rows = [
            Reading(assessment=draft, reader=line_manager, what=What.PLAN, at=at(1, 12) - timedelta(days=number))
            for number in range(200)
        ]
        Reading.objects.bulk_create(rows)
    assert counts[0] == counts[1] <= 6
    assert "Older" in page()
    assert page("?page=2") != page()
    assert "Newer" in page("?page=4")
    assert "Older" not in page("?page=4")
    assert page("?page=99") == page("?page=4")
    assert page("?page=none") == page()


def test_an_opening_stands_with_its_reason(draft, superuser, page):
    open_round(assessment=draft, by=superuser, reason="Asked for by <b>Nia</b> herself,\nin case 4711.")
    said = page()
    assert "Opened by an administrator" in said
    assert "Owain Bellweather" in said
    assert "Asked for by <b>Nia</b> herself, in case 4711." in said
    assert "Open until" in said
    assert "Nobody else has opened a page of it." in said
    BreakGlass.objects.update(opened_at=timezone.now() - BreakGlass.OPEN_FOR)
    assert "Open until" not in page()


def test_somebody_who_was_erased_has_no_name(draft, line_manager, superuser, page):
    note(draft, line_manager, What.PLAN, at(1, 9))
    open_round(assessment=draft, by=superuser, reason="A reason that is long enough")
    line_manager.erased_at = superuser.erased_at = timezone.now()
    line_manager.save(), superuser.save()
    said = page()
    assert "Somebody whose account is erased The development plan 09:00" in said
    assert "Tomasz" not in said
    assert "Owain" not in said


def test_only_the_readings_of_this_round_are_listed(draft, line_manager, stranger, page):
    note(make_assessment(stranger), line_manager, What.PLAN, at(1, 9))
    assert "Nobody but you has opened this assessment." in page()


def test_it_is_there_for_the_owner_alone(draft, line_manager, stranger, superuser, sign_in):
    rate_all(draft)
    shared = share(draft, line_manager)
    for person in (line_manager, stranger, superuser):
        assert sign_in(person).get(path_of(shared)).status_code == 404
    assert sign_in().get(path_of(shared)).status_code == 302
    assert not Reading.objects.exists()


def test_the_round_leads_to_it(draft, line_manager, manager_client, sign_in):
    detail = reverse("assessment-detail", args=[draft.pk])
    assert links_of(manager_client.get(detail))["Who has seen this assessment"] == path_of(draft)
    rate_all(draft)
    share(draft, line_manager)
    assert path_of(draft) not in links_of(sign_in(line_manager).get(detail)).values()
    said = words_of(manager_client.get(reverse("who-can-see-what")))
    assert "You find the list under the history of the assessment, as “Who has seen this assessment”." in said


def test_the_line_manager_reads_and_the_owner_sees_it(draft, line_manager, sign_in, page):
    rate_all(draft)
    share(draft, line_manager)
    sign_in(line_manager).get(reverse("evidence-list", args=[draft.pk]))
    assert "Tomasz Quillfeather Work examples" in page()


def test_a_closed_round_that_nobody_has_opened(draft, page):
    close(draft)
    assert "It is closed, so only you can." in page()
