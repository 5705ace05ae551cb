"""A site for the tests of what is told to those who watch: a page and a task that fail over texts that nobody is to read.

Run by itself it fails in both ways, with the portal's settings and all of its middleware, and then ends as its processes do.
"""

import sys
from types import SimpleNamespace

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

# Each comes by another way, and stands in nothing that is sent.
PLANTED = {
    way: f"Planted{way.title()}Text"
    for way in ("body", "query", "cookie", "agent", "referrer", "header", "path", "literal", "parameter", "local")
}
PLANTED |= {"message": "Planted message text", "address": "planted.person@example.gov.uk", "client": "203.0.113.77"}
NUMBER = 918273645


@csrf_exempt
@login_not_required
def planted_page(request, word, number):
    """Ask the database what it does not know, and fail over what was sent."""
    local = PLANTED["local"]  # noqa: F841 an error report may show the variables of a frame
    statement = f"SELECT note FROM nowhere WHERE note = '{PLANTED['literal']}' AND other = %s"
    try:
        connection.cursor().execute(statement, [PLANTED["parameter"]])
    except DatabaseError as error:
        raise ValueError(f"{PLANTED['message']}: {request.POST['note']}") from error


urlpatterns = [path("planted/<str:word>/<int:number>/", planted_page, name="planted-page")]


def fail_with_a_page():
    """Somebody sends a form to the page."""
    from django.core.wsgi import get_wsgi_application
    from django.test import RequestFactory

    headers = {"User-Agent": PLANTED["agent"], "Referer": PLANTED["referrer"], "X-Anything": PLANTED["header"]}
    browser = RequestFactory(headers=headers, SERVER_NAME="127.0.0.1", REMOTE_ADDR=PLANTED["client"])
    browser.cookies["seen"] = PLANTED["cookie"]
    address = f"/planted/{PLANTED['path']}/{NUMBER}/?q={PLANTED['query']}"
    request = browser.post(address, {"note": PLANTED["body"], "email": PLANTED["address"]})
    answer = get_wsgi_application()(request.environ, lambda status, headers: sys.stdout.write(f"{status}\n"))
    answer.close()


def fail_with_a_task():
    """A worker tries a task, which fails, and will be tried again."""
    from django_tasks.signals import task_finished, task_started

    task = SimpleNamespace(name="send_notice", module_path="people.tasks.send_notice")
    result = SimpleNamespace(id="0b9c8c1c", task=task, status="READY", backend="default")
    task_started.send(sender=None, task_result=result)
    try:
        raise LookupError(f"{PLANTED['message']} {PLANTED['address']}")
    except LookupError:
        task_finished.send(sender=None, task_result=result)


def reveal():
    """Take away what keeps the texts back, to see whether they would be found."""
    from sentry_sdk.integrations.django import DjangoIntegration

    from service.watching import errors, traces

    errors.OPTIONS.update(
        before_send=None,
        before_breadcrumb=None,
        max_breadcrumbs=100,
        include_local_variables=True,
        max_request_body_size="always",
        send_default_pii=True,
        integrations=[*errors.OPTIONS["integrations"], DjangoIntegration()],
    )
    traces._QUIET.clear()
    traces.statement_of = lambda sql: sql
    traces.pattern_of = lambda request: request.get_full_path()


if __name__ == "__main__":
    import django

    django.setup()

    from django.conf import settings

    from service.watching import beginning

    settings.ROOT_URLCONF = "tests.watched_site"
    if "revealed" in sys.argv:
        reveal()
    beginning.begin_in_worker(lasts=False)
    fail_with_a_page()
    fail_with_a_task()
    beginning.end()
