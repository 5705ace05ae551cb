"""What is counted. Labels are names of routes, tasks and states that the source holds: a closed set, and none of anybody's.

Imported only where PORTAL_METRICS_PORT, or the worker's, is set. Under gunicorn prometheus_client keeps what each process counts
in files of one folder, which one process adds up (``service.watching.exporting``).
"""

from functools import lru_cache
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram

from .routes import method_of, route_of

REGISTRY = CollectorRegistry()
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SECONDS_OF_RENDERS = (0.25, 0.5, 1, 2, 4, 8, 16, 32)

requests = Counter(
    "portal_requests_total", "Requests answered, but for health", ["route", "method", "status"], registry=REGISTRY
)
request_seconds = Histogram(
    "portal_request_seconds", "Time until an answer was ready", ["route"], registry=REGISTRY, buckets=SECONDS
)
renders = Counter("portal_renders_total", "PDFs made, or not", ["outcome"], registry=REGISTRY)
render_seconds = Histogram(
    "portal_render_seconds", "Time that a PDF took", registry=REGISTRY, buckets=SECONDS_OF_RENDERS
)
tasks = Counter("portal_tasks_total", "Tasks that a worker ended", ["task", "outcome"], registry=REGISTRY)


def counted_requests(get_response):
    """Count each request, and the time until its answer."""

    def middleware(request):
        began = perf_counter()
        response = get_response(request)
        route = route_of(request)
        _counter(route, method_of(request), response.status_code).inc()
        _histogram(route).observe(perf_counter() - began)
        return response

    return middleware


@lru_cache(maxsize=4096)
def _counter(route, method, status):
    return requests.labels(route, method, str(status))


@lru_cache(maxsize=1024)
def _histogram(route):
    return request_seconds.labels(route)


def count_render(seconds: float, made: bool):
    """A PDF was made, or could not be."""
    renders.labels("made" if made else "failed").inc()
    if made:
        render_seconds.observe(seconds)


def count_task(sender, task_result, **kwargs):
    """A task ended: done, to be tried again, or dead."""
    outcome = {"SUCCESSFUL": "done", "FAILED": "dead"}.get(task_result.status, "again")
    tasks.labels(task_result.task.name, outcome).inc()
