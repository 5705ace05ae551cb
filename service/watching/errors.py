"""Errors to a Sentry: of each event only what is written anew here from the exception, which is what a line of the log holds."""

import logging
import sys

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from ..logging import LEFT_OUT, TRUSTED, current_id, exceptions_of, phrase_of

# Of what the library puts together: when, and how it is told from others.
KEPT = ("event_id", "timestamp", "level", "platform", "logger")
# What anybody outside can cause as often as they like, and nobody is to mend.
NOISE = {"django.security.DisallowedHost"}
# How long what is not sent yet is waited for as a process ends, in seconds.
LAST_WAIT = 2


def begin(address: str):
    """Send what is logged as an error from now on, from this process. To be called after a fork, not before it."""
    sentry_sdk.init(dsn=address, **OPTIONS)


def tell_of_task(sender, task_result, **kwargs):
    """Send why a try failed that another one follows; the last one is logged as an error, and so is sent anyhow."""
    error = sys.exc_info()[1]
    if error is not None and task_result.status != "FAILED":
        # Whoever wrote the task's lines has ended its id by now.
        before = current_id.set(f"task-{task_result.id}")
        sentry_sdk.capture_exception(error)
        current_id.reset(before)


def end():
    """Send what is left."""
    sentry_sdk.flush(LAST_WAIT)


def written_anew(event: dict, hint: dict) -> dict | None:
    """The event that is sent, None for ``NOISE``: classes, codes and places of exceptions, or the constant part of a message.

    No message of an exception, no variable, request, header, cookie, form, user, breadcrumb, host or argument: they are not taken
    out but never taken over, so that what a later release of the library adds stays here as well.
    """
    if event.get("logger") in NOISE:
        return None
    sent = {name: event[name] for name in KEPT if name in event}
    sent["tags"] = {"id": current_id.get()}
    error = (hint.get("exc_info") or (None, None))[1]
    if error is not None:
        sent["exception"] = {"values": [_exception(each) for each in reversed(exceptions_of(error))]}
    record = hint.get("log_record")
    if record is not None:
        sent["logentry"] = {"message": _constant(record)}
    return sent


def _exception(found):
    module, _, name = found["class"].rpartition(".")
    frames = [_frame(each) for each in found["frames"]]
    codes = {key: value for key, value in found.items() if key not in ("class", "frames")}
    return {
        "type": name,
        "module": module,
        "value": " ".join(f"{key} {value}" for key, value in codes.items()),
        "stacktrace": {"frames": frames},
    }


def _frame(place):
    """``assessments/views/ratings.py:12 rating_edit`` as Sentry has it."""
    where, _, function = place.partition(" ")
    file, _, line = where.rpartition(":")
    is_ours = file.partition("/")[0] in TRUSTED
    return {"filename": file, "function": function, "lineno": int(line or 0), "in_app": is_ours}


def _constant(record):
    """The message before any value is put into it; of a request the pattern of its route, which has no id."""
    request = getattr(record, "request", None)
    if request is not None and hasattr(record, "status_code"):
        match = getattr(request, "resolver_match", None)
        return f"{phrase_of(record.status_code)}: {f'/{match.route}' if match else '(no page)'}"
    return str(record.msg).partition("\n")[0] if record.name.partition(".")[0] in TRUSTED else LEFT_OUT


OPTIONS = {
    "before_send": written_anew,
    "before_breadcrumb": lambda crumb, hint: None,
    "max_breadcrumbs": 0,
    "default_integrations": False,
    "auto_enabling_integrations": False,
    "integrations": [
        LoggingIntegration(level=None, event_level=logging.ERROR),
        AtexitIntegration(callback=lambda waiting, seconds: None),
    ],
    "include_local_variables": False,
    "include_source_context": False,
    "max_request_body_size": "never",
    "send_default_pii": False,
    "auto_session_tracking": False,
    "send_client_reports": False,
    "traces_sample_rate": None,
    "enable_logs": False,
    "spotlight": False,
    # What the library would find out by itself about the machine and the checkout.
    "server_name": "",
    "release": "",
    "environment": "portal",
    "shutdown_timeout": LAST_WAIT,
}
