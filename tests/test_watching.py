"""Who may watch is named in the environment, or nobody does; what is named and cannot be is said at the start."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from standards_portal import watching
from tests.test_settings import PRODUCTION, stopped_by

NAMES = {
    "PORTAL_METRICS_ADDRESS": "10.0.0.7",
    "PORTAL_METRICS_PORT": "9100",
    "PORTAL_WORKER_METRICS_PORT": "9101",
    "SENTRY_DSN": "https://secret@sentry.example.gov.uk/1",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318/",
}
NOBODY = watching.Watching("127.0.0.1", 0, 0, "", "")


@pytest.fixture
def read(monkeypatch):
    def read(**environment):
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return watching.read_watching()

    return read


def test_nobody_watches_unless_named(read):
    assert read() == NOBODY
    assert read(**dict.fromkeys(NAMES, "") | {"PORTAL_METRICS_PORT": "0", "PORTAL_WORKER_METRICS_PORT": "0"}) == NOBODY
    assert NOBODY.middleware == []


def test_each_may_be_named(read):
    found = read(**NAMES)
    assert found == watching.Watching("10.0.0.7", 9100, 9101, NAMES["SENTRY_DSN"], "http://127.0.0.1:4318")
    assert found.middleware == ["service.watching.metrics.counted_requests", "service.watching.traces.traced"]


@pytest.mark.parametrize(
    ("change", "mend"),
    [
        ({"PORTAL_METRICS_PORT": "70000"}, "PORTAL_METRICS_PORT is '70000'. Set it to a whole number from 0 to 65535."),
        ({"PORTAL_METRICS_PORT": "9101"}, "PORTAL_WORKER_METRICS_PORT is the same as PORTAL_METRICS_PORT."),
        ({"SENTRY_DSN": "secret"}, "SENTRY_DSN is no address. Set it to such as https://"),
        ({"SENTRY_DSN": "https://"}, "SENTRY_DSN is no address."),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317"}, "OTEL_EXPORTER_OTLP_ENDPOINT is no address."),
    ],
)
def test_what_cannot_be_read_stops_the_start(read, change, mend):
    with pytest.raises(ImproperlyConfigured) as stopped:
        read(**NAMES | change)
    assert str(stopped.value).startswith(mend)
    assert "secret" not in str(stopped.value)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("PORTAL_METRICS_PORT", "prometheus_client"),
        ("PORTAL_WORKER_METRICS_PORT", "prometheus_client"),
        ("SENTRY_DSN", "sentry_sdk"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry"),
    ],
)
def test_a_package_that_is_not_there_stops_the_start_and_says_how_to_get_it(read, monkeypatch, name, package):
    there = watching.find_spec
    monkeypatch.setattr(watching, "find_spec", lambda asked: None if asked == package else there(asked))
    assert read() == NOBODY
    with pytest.raises(
        ImproperlyConfigured, match=f"^{name} is set, .* {package}, is not installed. .*requirements-extras"
    ):
        read(**{name: NAMES[name]})


def test_the_settings_read_it(monkeypatch):
    assert stopped_by(**PRODUCTION, SENTRY_DSN="nowhere").startswith("SENTRY_DSN is no address.")
