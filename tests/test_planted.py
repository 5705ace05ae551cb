"""Nothing that people wrote stands in logs, error reports, rows of tasks, keys of the cache or notices, whatever goes wrong.

Somebody has a planted text in every field in which anything of a person may stand. Then errors of every kind are brought about, and
each place is searched. With script/test --heavy a portal that runs as in production is broken too, and its processes killed.
"""

import logging
import traceback

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django_tasks_db.models import DBTaskResult

from people.actions import notify
from people.models import Notice
from tests import planted, smtp
from tests.conftest import HEAVY
from tests.planted import ERRORS, ask, left_behind, plant, refused_requests, work, written_down
from tests.privacy.plants import Cast, plants_in, plants_in_database

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def cast(kept_for_the_module, log_watch):
    """Somebody with a plant in every field; making them has written none of it down."""
    with pytest.MonkeyPatch.context() as monkeypatch, written_down(monkeypatch) as written:
        made = Cast()
        assert left_behind(written) == {}
    return made


@pytest.fixture
def person(cast):
    return cast.person


@pytest.fixture
def written(monkeypatch):
    with written_down(monkeypatch) as written:
        yield written


@pytest.fixture
def browser(person):
    browser = Client(raise_request_exception=False)
    browser.force_login(person)
    return browser


def test_the_plants_are_there(cast):
    assert len(plants_in_database()) > 45


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_an_error_of_a_page_leaves_nothing(person, browser, written, monkeypatch, error):
    monkeypatch.setattr("people.views.accounts.render", lambda request, *args, **kwargs: error(request, person))
    with transaction.atomic():
        response = ask(browser)
        transaction.set_rollback(True)
    assert response.status_code in (400, 500)
    assert written.classes
    assert written.reports
    assert left_behind(written) == {}
    # Their own name is on every page of theirs.
    assert plants_in(response.content.decode()) <= {plant("name")}


def test_requests_that_are_refused_leave_nothing(person, written, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    statuses = [response.status_code for response in refused_requests(person)]
    assert {200, 302, 400, 403, 404, 405} <= set(statuses)
    assert len(written.lines) > len(statuses)
    assert left_behind(written) == {}


def test_a_task_that_fails_leaves_nothing(person, written, monkeypatch):
    planted.a_task_that_fails(monkeypatch, person)
    assert "builtins.ValueError" in {row.exception_class_path for row in work()}
    assert {"TaskFailed", "ValueError", "IntegrityError"} <= written.classes
    assert left_behind(written) == {}


def test_a_mail_server_that_quotes_the_address_leaves_nothing(person, written, settings):
    with smtp.listening() as (sink, port):
        settings.EMAIL_BACKEND = "people.post.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
        for refusal in ({"RCPT": f"550 no such person {person.email}"}, {"TEXT": f"552 {plant('said')} is too much"}):
            sink.refuses = refusal
            notify(recipient=person, kind="shared", actor=person, path="/assessments/")
            work()
    assert Notice.objects.filter(recipient=person, tries__gte=1).exists()
    assert left_behind(written) == {}


def test_pages_that_work_leave_nothing(browser, written):
    for path in (
        "/account/",
        "/assessments/",
        "/notices/",
        "/team/",
        "/goals/",
        "/standards/contract-management/2.0/search/",
    ):
        assert browser.get(path, {"q": plant("query")}, follow=True).status_code == 200
    assert left_behind(written) == {}


# The check on planted faults


def test_a_text_is_found_in_each_place(person, written, log_watch):
    logging.getLogger("people").warning("Not sent: %s", person.name)
    cache.set("tries", plant("said"))
    planted_task = DBTaskResult.objects.create(
        args_kwargs={"args": [plant("said")], "kwargs": {}},
        task_path="a",
        backend_name="default",
        run_after=person.date_joined,
    )
    notify(recipient=person, kind="shared", path=f"/assessments/?{plant('said')}")
    written.reports.append(plant("said"))
    assert set(left_behind(written)) == {"log", "cache", "task rows", "notices", "error reports"}
    assert planted_task.pk
    assert len(log_watch.take()) == 1


def test_an_address_in_any_line_of_the_suite_is_found(log_watch):
    logging.getLogger("people").warning("Sent to %s", "nia@example.com")
    logging.getLogger("people").warning("Sent to %s", "Zofia Dąbrówka")
    logging.getLogger("people").warning("Sent to notice %s", 7)
    assert len(log_watch.take()) == 2


def test_a_task_with_errors_of_its_own_is_found(person, written, monkeypatch):
    def whole(error):
        return "a.B", "".join(traceback.format_exception(error.__context__))

    monkeypatch.setattr("service.worker.rows.class_and_places", whole)
    planted.a_task_that_fails(monkeypatch, person)
    work()
    assert set(left_behind(written)) == {"task rows"}


def test_messages_of_exceptions_are_found(person, browser, written, monkeypatch, log_watch):
    monkeypatch.setattr(
        "service.logging.exceptions_of", lambda error: [{"class": "a.B", "text": str(error), "frames": []}]
    )
    monkeypatch.setattr("people.views.accounts.render", lambda request, *rest: planted.one_of_a_value(request, person))
    ask(browser)
    assert left_behind(written)["log"]
    assert log_watch.take()


# A portal that runs as in production


@pytest.mark.heavy
@pytest.mark.skipif(not HEAVY, reason="takes a portal of its own")
def test_a_portal_that_breaks_and_is_killed_prints_nothing(portals):
    make = "from tests.privacy.plants import Cast\nfrom tests.browser.cast import session_of\nprint(session_of(Cast().person))"
    with portals.serve(plant="cold breaking") as portal:
        session = portal.python(make).split()[-1]
        ended = planted.break_portal(portal, session)
    printed = portal.printed() + ended
    assert plants_in(printed) == set()
    for name in ("ValueError", "IntegrityError", "RuntimeWarning", "SIGKILL", "Ended by an error"):
        assert name in printed, name
