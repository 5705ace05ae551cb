"""Who may watch the portal from outside: Prometheus, a Sentry, whatever takes OpenTelemetry's traces. Nobody, unless named."""

from dataclasses import dataclass
from importlib.util import find_spec
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from .environment import env_number, env_text


@dataclass(frozen=True, slots=True)
class Watching:
    """Where figures, errors and traces go; 0 and "" are nowhere, and then nothing of it is even imported.

    metrics_port  where gunicorn shows figures to Prometheus, at ``metrics_address``; a worker at ``worker_metrics_port``
    errors_to     the address (DSN) of a project in Sentry
    traces_to     the address of a collector that speaks OTLP over HTTP
    """

    metrics_address: str
    metrics_port: int
    worker_metrics_port: int
    errors_to: str
    traces_to: str

    @property
    def middleware(self) -> list[str]:
        """What goes around every request."""
        names = {
            "service.watching.metrics.counted_requests": self.metrics_port,
            "service.watching.traces.traced": self.traces_to,
        }
        return [name for name, wanted in names.items() if wanted]


def read_watching() -> Watching:
    """Raises ``ImproperlyConfigured`` for what cannot be read, and for what needs a package that is not installed."""
    found = Watching(
        metrics_address=env_text("PORTAL_METRICS_ADDRESS") or "127.0.0.1",
        metrics_port=env_number("PORTAL_METRICS_PORT", 0, most=65535),
        worker_metrics_port=env_number("PORTAL_WORKER_METRICS_PORT", 0, most=65535),
        errors_to=_address("SENTRY_DSN", env_text("SENTRY_DSN"), "https://key@sentry.example.gov.uk/1"),
        traces_to=_address(
            "OTEL_EXPORTER_OTLP_ENDPOINT", env_text("OTEL_EXPORTER_OTLP_ENDPOINT"), "http://127.0.0.1:4318"
        ).rstrip("/"),
    )
    needed = {
        "PORTAL_METRICS_PORT": (found.metrics_port, "prometheus_client"),
        "PORTAL_WORKER_METRICS_PORT": (found.worker_metrics_port, "prometheus_client"),
        "SENTRY_DSN": (found.errors_to, "sentry_sdk"),
        "OTEL_EXPORTER_OTLP_ENDPOINT": (found.traces_to, "opentelemetry"),
    }
    for name, (wanted, package) in needed.items():
        if wanted and find_spec(package) is None:
            raise ImproperlyConfigured(
                f"{name} is set, and the package that it needs, {package}, is not installed. "
                "Install it with: pip install --require-hashes -r requirements-extras.txt, or unset it."
            )
    if found.metrics_port and found.metrics_port == found.worker_metrics_port:
        raise ImproperlyConfigured(
            "PORTAL_WORKER_METRICS_PORT is the same as PORTAL_METRICS_PORT. Give the worker a port of its own."
        )
    return found


def _address(name, value, example):
    """An address of a service; what it holds may be a secret, so that no message repeats it."""
    if value and not (value.startswith(("http://", "https://")) and urlsplit(value).hostname):
        raise ImproperlyConfigured(f"{name} is no address. Set it to such as {example}, or unset it.")
    return value
