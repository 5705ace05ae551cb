"""Errors of every kind, each with what people wrote in its message, its variables or its request; and the search for it.

Who has a planted text in every personal field is ``tests.privacy.plants.Cast``.
"""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import warnings
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlsplit

import jinja2
from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Value
from django.test import Client
from django_tasks_db.models import DBTaskResult

from assessments.actions import make_report_files
from people import tasks
from people.actions import notify
from people.models import Notice, User
from service.error_reports import DiscreetReporter
from service.logging import JsonLines
from service.worker.rows import DatabaseWorker
from tests.privacy.plants import plant, plants_in
from tests.servers import ROOT


class Written(logging.Handler):
    """Every line that production would write, and the report that would be made of every error in one."""

    def __init__(self):
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines, self.reports = [], []

    def emit(self, record):
        self.lines.append(self.format(record))
        if record.exc_info and record.exc_info[1]:
            report = DiscreetReporter(getattr(record, "request", None), *record.exc_info)
            self.reports += [report.get_traceback_text(), report.get_traceback_html()]

    @property
    def classes(self):
        """The classes of all errors that were written."""
        said = [json.loads(line) for line in self.lines]
        return {each["class"].rpartition(".")[2] for line in said for each in line.get("exception", ())}


@contextmanager
def written_down(monkeypatch):
    """What is written meanwhile, the line of each request included."""
    handler, root, access = Written(), logging.getLogger(), logging.getLogger("service.access")
    level = access.level
    access.setLevel(logging.INFO)
    root.addHandler(handler)
    monkeypatch.setattr("threading.excepthook", lambda what: _logged(what))
    logging.captureWarnings(True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            yield handler
    finally:
        logging.captureWarnings(False)
        root.removeHandler(handler)
        access.setLevel(level)


def _logged(what):
    from service.logging import _ended

    _ended(what.exc_type, what.exc_value, what.exc_traceback)


def left_behind(written) -> dict:
    """Where plants are found of all that is no place for them: log lines, reports, rows of tasks, keys of the cache, notices."""
    rows = DBTaskResult.objects.values()
    # The address of somebody without an account is where the e-mail goes to; the plant of a key is not of the portal's making.
    notices = Notice.objects.exclude(key=plant("notice-key")).values("path", "key", "kind")
    places = {
        "log": written.lines,
        "error reports": written.reports,
        "task rows": map(str, rows),
        "cache": map(str, getattr(cache, "_cache", {}).items()),
        "notices": map(str, notices),
    }
    found = {name: sorted(set().union(*map(plants_in, texts))) for name, texts in places.items()}
    return {name: texts for name, texts in found.items() if texts}


# Errors of views: each is raised by the page of somebody's account, whose rows and names are at hand


def one_of_a_value(request, person):
    name, said = person.name, plant("said")
    raise ValueError(f"{name} wrote {said}, {request.POST}, {request.COOKIES}")


def a_chain(request, person):
    try:
        one_of_a_value(request, person)
    except ValueError as error:
        raise LookupError(plant("note")) from error


def a_row_that_is_there_twice(request, person):
    User.objects.create(email=person.email, name=person.name, job_title=person.job_title)


def a_row_that_a_check_refuses(request, person):
    with transaction.atomic():
        person.evidence_link = plant("link")
        notice = notify(recipient=person, kind="shared", path="/account/")
        Notice.objects.filter(pk=notice.pk).update(address=Value(f"{plant('refused')}@example.com"))


def a_row_that_a_type_refuses(request, person):
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(session_generation=Value(plant("not-a-number")))
        # SQLite takes what PostgreSQL refuses.
        raise TypeError(plant("not-a-number"))


def a_text_that_is_refused(request, person):
    raise ValidationError(f"{plant('said')} is too long", params={"value": person.name})


def a_suspicion(request, person):
    raise SuspiciousOperation(f"{person.name} sent {plant('sent')}")


def a_template_that_fails(request, person):
    template = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string("{{ person.name + none }}")
    return template.render(person=person)


def a_group(request, person):
    raise ExceptionGroup(person.name, [ValueError(plant("said")), KeyError(person.email)])


def a_thread(request, person):
    thread = threading.Thread(target=one_of_a_value, args=(request, person))
    thread.start()
    thread.join()
    raise RuntimeError(person.name)


def a_warning(request, person):
    warnings.warn(f"DateTimeField received {plant('said')} of {person.email}", RuntimeWarning, stacklevel=1)
    logging.getLogger("allauth").error(f"Refused {person.email}")
    logging.getLogger("import_export").error("Row %s", {"email": person.email})
    logging.getLogger("django.db.backends").error("INSERT %s", (person.name,), extra={"sql": plant("said")})
    raise UnicodeEncodeError("ascii", person.name, 0, 1, plant("said"))


ERRORS = (
    *(one_of_a_value, a_chain, a_row_that_is_there_twice, a_row_that_a_check_refuses, a_row_that_a_type_refuses),
    *(a_text_that_is_refused, a_suspicion, a_template_that_fails, a_group, a_thread, a_warning),
)


def ask(browser, **options):
    """Ask for the page of the account with plants wherever a request may have any."""
    return browser.get(
        "/account/",
        {"q": plant("query")},
        headers={
            "User-Agent": plant("agent"),
            "Referer": f"http://testserver/?{plant('referrer')}",
            "X-Forwarded-For": plant("forwarded"),
            "X-Request-ID": plant("request-id"),
            "Cookie": f"{browser.cookies.output(header='', sep=';')}; other={plant('cookie')}",
        },
        **options,
    )


def refused_requests(person):
    """Requests that the portal refuses before or within a view, each with plants in what is sent."""
    typed = {"login": person.email, "password": plant("password"), "note": plant("typed")}
    browser, strict = Client(raise_request_exception=False), Client(enforce_csrf_checks=True)
    yield strict.post("/accounts/login/", typed, headers={"Origin": f"https://{plant('origin')}.example"})
    yield browser.get(f"/{plant('typed')}/{person.email}")
    yield browser.get(f"/standards/{plant('typed')}/2.0/")
    yield browser.get(f"/accounts/confirm-email/{plant('key')}/")
    yield browser.get(f"/accounts/password/reset/key/1-{plant('key')}/")
    yield browser.get("/help/", headers={"Host": f"{plant('host')}.example"})
    yield browser.post("/accounts/login/", typed)
    yield browser.post("/accounts/signup/", {"email": person.email, "name": person.name, "password1": plant("short")})
    yield browser.post("/accounts/password/reset/", {"email": person.email})
    yield browser.post("/accounts/login/", {f"{plant('field')}-{number}": "" for number in range(2001)})
    yield browser.post("/accounts/login/", plant("body"), content_type="application/json; charset=utf-7")
    yield browser.generic(plant("method").upper(), "/help/")
    yield browser.get("/admin/", {"q": plant("query")})


# Errors of a portal that is served, and of a process that ends by one


def breaking(get_response):
    """A middleware that fails as a header says, in a portal that is served to be broken (``tests.live_settings``)."""
    ways = {each.__name__: each for each in (*ERRORS, killed, failing_page_of_errors)}

    def middleware(request):
        way = request.headers.get("X-Break")
        return ways[way](request, request.user) if way else get_response(request)

    return middleware


def killed(request, person):
    os.kill(os.getpid(), signal.SIGKILL)


def failing_page_of_errors(request, person):
    """What fails is the page that says that something failed, so that the server itself has to write it down."""
    from service import views

    views.render = lambda *args, **kwargs: one_of_a_value(request, person)
    one_of_a_value(request, person)


def break_portal(portal, session) -> str:
    """Break a portal in every way, signed in as somebody with plants; returns what a process prints that ends by an error."""
    statuses = set()
    for name in (*(each.__name__ for each in ERRORS), "failing_page_of_errors", "killed"):
        asked = urllib.request.Request(f"{portal.address}/account/?q={plant('query')}")
        for header, value in {"X-Break": name, "User-Agent": plant("agent"), "Cookie": f"session={session}"}.items():
            asked.add_header(header, value)
        try:
            statuses.add(urllib.request.urlopen(asked, timeout=20).status)
        except urllib.error.HTTPError as refused:
            statuses.add(refused.code)
        except OSError:
            statuses.add("cut off")
    assert statuses == {400, 500, "cut off"}, statuses
    for path in (f"/{plant('typed')}/", f"/accounts/confirm-email/{plant('key')}/", f"/{plant('bad')}%"):
        with suppress(OSError):
            urllib.request.urlopen(f"{portal.address}{path}?q={plant('query')}", timeout=20)
    with closing(socket.create_connection(("127.0.0.1", urlsplit(portal.address).port), timeout=20)) as rude:
        rude.sendall(f"GET /{plant('line')} {plant('protocol')}\r\nX: {plant('header')}\r\n\r\n".encode())
        rude.recv(100)
    code = f"""
import django
django.setup()
from people.models import User
person = User.objects.get(name="{plant("name")}")
User.objects.create(email=person.email, name=person.name)
"""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=portal.environment, capture_output=True, text=True, timeout=60).stderr


# Errors of the worker


def work():
    """Let a worker do the tasks that wait, but for PDFs, which take long; returns their rows."""
    DBTaskResult.objects.filter(task_path=make_report_files.module_path).delete()
    worker = DatabaseWorker(batch=True)
    while (row := worker.take()) is not None:
        with transaction.atomic():
            worker.run_task(row)
    return list(DBTaskResult.objects.all())


def a_task_that_fails(monkeypatch, person):
    """A task whose own code fails, past what it expects to go wrong."""

    def fail(notice):
        try:
            with transaction.atomic():
                a_row_that_is_there_twice(None, person)
        except DatabaseError as error:
            raise ValueError(f"{person.name} of {person.email}") from error

    monkeypatch.setattr(tasks, "_send", fail)
    notify(recipient=person, kind="shared", actor=person, path="/assessments/")
