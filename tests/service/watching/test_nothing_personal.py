"""What goes to a Sentry and to a collector of traces, taken down by a server on this machine while texts are planted everywhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.watching import errors
from tests.service.watching.sinks import events_in, named, sink, spans_in
from tests.test_settings import KEY
from tests.watched_site import NUMBER, PLANTED

ROOT = Path(__file__).parents[3]


def sent_by(tmp_path, *arguments):
    """All that a process which fails in both ways sends."""
    with sink() as (port, taken):
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        done = subprocess.run(
            [sys.executable, "-Wignore", "-m", "tests.watched_site", *arguments],
            cwd=ROOT,
            env=kept
            | named(port)
            | {
                "DJANGO_SETTINGS_MODULE": "standards_portal.settings",
                "PORTAL_DEMO": "1",
                "PORTAL_DEMO_SECRET_KEY": KEY,
                "DATABASE_URL": f"sqlite:///{tmp_path}/portal.sqlite3",
                # What the libraries read by themselves is not for them to read.
                "SENTRY_SPOTLIGHT": "1",
                "SENTRY_RELEASE": "PlantedRelease",
                "OTEL_RESOURCE_ATTRIBUTES": "host.name=planted-host",
            },
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "500 Internal Server Error"
    return taken


def found_in(taken):
    """The planted texts that stand somewhere in what was sent."""
    whole = "\n".join(f"{path}\n{headers}\n{body.decode('utf-8', 'replace')}" for path, headers, body in taken)
    return sorted(way for way, text in PLANTED.items() if text in whole)


def attributes(thing):
    return {each.key: each.value.string_value or each.value.int_value for each in thing.attributes}


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    return sent_by(tmp_path_factory.mktemp("sent"))


def test_the_planted_texts_are_in_nothing(sent):
    assert {path for path, *_ in sent} == {"/api/1/envelope/", "/v1/traces"}
    assert found_in(sent) == []
    whole = b"".join(body for *_, body in sent)
    assert [
        text for text in (str(NUMBER), "PlantedRelease", "planted-host", os.uname().nodename) if text.encode() in whole
    ] == []


def test_they_are_found_where_nothing_keeps_them_back(tmp_path):
    """So that a text which is not found is not there."""
    assert found_in(sent_by(tmp_path, "revealed")) == sorted(PLANTED)


def test_a_sentry_is_told_class_place_and_id(sent):
    page, task = events_in(sent)
    always = {"event_id", "timestamp", "level", "platform", "tags", "exception"}
    assert (set(page), set(task)) == (always | {"logger", "logentry"}, always)
    assert page["logentry"]["message"] == "Internal Server Error: /planted/<str:word>/<int:number>/"
    assert len(page["tags"]["id"]) == 16
    error = page["exception"]["values"][-1]
    assert (error["module"], error["type"], error["value"]) == ("builtins", "ValueError", "")
    last = error["stacktrace"]["frames"][-1]
    assert (last["filename"], last["function"]) == ("tests/watched_site.py", "planted_page")
    assert task["exception"]["values"][-1]["type"] == "LookupError"
    assert task["tags"] == {"id": "task-0b9c8c1c"}


def test_traces_have_routes_and_statements_with_placeholders(sent):
    spans, groups = spans_in(sent)
    assert {name for name in spans if name.startswith(("POST", "task", "request"))} == {
        "POST planted-page",
        "task send_notice",
    }
    page = attributes(spans["POST planted-page"])
    assert page.pop("portal.id")
    assert page == {
        "http.request.method": "POST",
        "http.route": "/planted/<str:word>/<int:number>/",
        "http.response.status_code": 500,
    }
    query = spans["SELECT"]
    assert query.parent_span_id == spans["POST planted-page"].span_id
    assert attributes(query) == {
        "db.system.name": "sqlite",
        "db.query.text": "SELECT note FROM nowhere WHERE note = ? AND other = %s",
        "error.type": "OperationalError",
    }
    assert all(list(span.events) == [] and not span.status.message for span in spans.values())
    assert [attributes(group.resource) for group in groups] == [
        {"service.name": "portal", "service.namespace": "worker"}
    ]


def test_whoever_asks_for_another_host_fills_no_sentry():
    assert errors.written_anew({"logger": "django.security.DisallowedHost", "level": "error"}, {}) is None
    assert errors.written_anew({"logger": "gunicorn.error", "level": "error"}, {}) == {
        "logger": "gunicorn.error",
        "level": "error",
        "tags": {"id": ""},
    }
