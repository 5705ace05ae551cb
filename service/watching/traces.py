"""Where the time of a request or a task goes, to whatever takes OpenTelemetry's traces.

Made here rather than by OpenTelemetry's own instrumentation, which writes addresses, whole paths and messages of exceptions into
spans. A span has names and patterns of routes, methods, states, and statements with a placeholder for every value.
"""

import re
from contextlib import ExitStack

from django.db import connections
from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode

from ..logging import current_id
from .routes import method_of, pattern_of, route_of

MOST_CHARACTERS = 2000
# Values that a statement may hold itself, though Django gives nearly all of them apart from it: texts, numbers.
_VALUE = re.compile(r"\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'|(?<![\w$.\"%])\d+(?:\.\d+)?\b", re.DOTALL)
# An exception is told by its class alone.
_QUIET = {"record_exception": False, "set_status_on_exception": False}


class _Now:
    """Of this process: who makes spans, and the span of the task in hand."""

    provider = tracer = task = token = None


def begin(address: str, *, part: str):
    """Make spans from now on. ``part`` is "server" or "worker". To be called after a fork, not before it."""
    _Now.provider = TracerProvider(resource=Resource({"service.name": "portal", "service.namespace": part}))
    _Now.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{address}/v1/traces", timeout=5)))
    _Now.tracer = _Now.provider.get_tracer("portal")


def end():
    """Send what is left. Spans that are made after it go nowhere."""
    if _Now.provider is not None:
        _Now.provider.shutdown()


def traced(get_response):
    """Make a span of each request, and within it one of each query."""

    def middleware(request):
        if _Now.tracer is None:
            return get_response(request)
        with _Now.tracer.start_as_current_span("request", kind=SpanKind.SERVER, **_QUIET) as span, _queries():
            response = get_response(request)
            span.update_name(f"{method_of(request)} {route_of(request)}")
            span.set_attributes(
                {
                    "http.request.method": method_of(request),
                    "http.route": pattern_of(request),
                    "http.response.status_code": response.status_code,
                    "portal.id": getattr(request, "request_id", ""),
                }
            )
            if response.status_code >= 500:
                span.set_status(StatusCode.ERROR)
            return response

    return middleware


def begin_task(sender, task_result, **kwargs):
    """A span of a task, open until ``end_task``."""
    _Now.task = _Now.tracer.start_span(f"task {task_result.task.name}", kind=SpanKind.CONSUMER)
    _Now.task.set_attribute("portal.id", current_id.get())
    _Now.token = context.attach(trace.set_span_in_context(_Now.task))


def end_task(sender, task_result, **kwargs):
    """The task ended, well or not."""
    if _Now.task is None:
        return
    if task_result.status != "SUCCESSFUL":
        _Now.task.set_status(StatusCode.ERROR)
    context.detach(_Now.token)
    _Now.task.end()
    _Now.task = None


def statement_of(sql) -> str:
    """A statement with a placeholder for each value, cut after ``MOST_CHARACTERS``."""
    return _VALUE.sub("?", sql)[:MOST_CHARACTERS] if isinstance(sql, str) else type(sql).__name__


def _queries():
    wrapped = ExitStack()
    for alias in connections:
        wrapped.enter_context(connections[alias].execute_wrapper(_query))
    return wrapped


def _query(execute, sql, params, many, context):
    statement = statement_of(sql)
    verb = statement.partition(" ")[0][:20].upper()
    with _Now.tracer.start_as_current_span(verb, kind=SpanKind.CLIENT, **_QUIET) as span:
        span.set_attributes({"db.system.name": context["connection"].vendor, "db.query.text": statement})
        try:
            return execute(sql, params, many, context)
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise
