"""What may stand in a log line: who did what is no business of a log, nor is what anybody wrote.

A line has a constant message of some programmer's and values that cannot be anybody's words: numbers, ids, codes, names of classes,
places in the source. Other values are left out unless it is the portal's own code that names them. It reads no settings and
no models, so that gunicorn and the settings can begin with it.
"""

import json
import logging
import re
import sys
import threading
import traceback
from contextvars import ContextVar
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

# The id of the request, or of the worker's task, that the lines are written for; "" outside of both.
current_id: ContextVar[str] = ContextVar("current_id", default="")

ROOT = Path(__file__).resolve().parent.parent
# Those who name ids and kinds only, in every message.
TRUSTED = {
    *("assessments", "documents", "govuk", "insights", "people", "privacy", "service", "standards", "standards_portal"),
    *("django_tasks", "django_tasks_db"),
}
# What gunicorn says of its own processes. Of requests it says more than a log may have, all from one place in its source.
OF_GUNICORN = (
    *(
        "Starting gunicorn",
        "Listening at: ",
        "Using worker: ",
        "Handling signal: ",
        "Shutting down: ",
        "Control socket ",
    ),
    *("Booting worker ", "Worker (pid:", "Worker exiting ", "WORKER TIMEOUT "),
)
LEFT_OUT = "…"
ADDRESS_LEFT_OUT = "[address]"
MOST_CHARACTERS = 500
MOST_FRAMES = 40
MOST_CAUSES = 10

_ADDRESS = re.compile(r"[^\s@<>()\[\]\",;:/=?&]+(?:@|%40)[^\s@<>()\[\]\"',;:/=?&]+", re.IGNORECASE)
# PostgreSQL prints the failing row, notes and all, after DETAIL; it ends where the next traceback of the chain begins.
_DETAIL = re.compile(
    r"\n[ \t|+]*(DETAIL|CONTEXT|HINT|QUERY|WHERE):.*?(?=\n\n[ |]*(?:The above exception|During handling)|\Z)", re.DOTALL
)
_INSTALLED = re.compile(r"^.*/(?:site-packages|dist-packages|lib/python3\.\d+)/")
_WARNING = re.compile(r"^(?P<file>.+?):(?P<line>\d+): (?P<category>\w+):")


def configuration(*, debug: bool, demo: bool) -> dict:
    """The setting LOGGING: lines in JSON, plain ones for the demo, and plain ones with all that developers want for development.

    The line of each request is written in production only; the server of development writes its own.
    """
    if debug:
        handler = {"class": "logging.StreamHandler", "formatter": "whole", "filters": ["no_personal_text"]}
    else:
        handler = {"class": "logging.StreamHandler", "formatter": "plain" if demo else "json"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "whole": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
            "plain": {"()": "service.logging.PlainLines"},
            "json": {"()": "service.logging.JsonLines"},
        },
        "filters": {"no_personal_text": {"()": "service.logging.NoPersonalText"}},
        "handlers": {"stderr": handler},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # Its lines at a lower level hold SQL with its values.
            "django.db": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},
            "service.access": {"level": "WARNING" if debug or demo else "INFO"},
            "weasyprint": {"level": "WARNING"},
        },
    }


class JsonLines(logging.Formatter):
    """A line of JSON: time (UTC), level, logger, message, id of the request or task, place, exceptions and what else is named."""

    def format(self, record):
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            "id": _id_of(record),
        }
        line |= getattr(record, "figures", {})
        if record.levelno >= logging.WARNING:
            line["at"] = f"{_place(record.pathname)}:{record.lineno}"
        if record.exc_info and record.exc_info[1]:
            line["exception"] = exceptions_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)


class PlainLines(logging.Formatter):
    """The same for people who read it in a terminal: the demo's."""

    def format(self, record):
        when = f"{datetime.fromtimestamp(record.created, UTC):%H:%M:%S}"
        lines = [f"{when} {record.levelname} {record.name} {message_of(record)} {_id_of(record)}".rstrip()]
        if record.exc_info and record.exc_info[1]:
            lines += plainly(exceptions_of(record.exc_info[1]))
        return "\n".join(lines)


class NoPersonalText(logging.Filter):
    """For development, where messages and tracebacks are printed whole: takes out addresses and the row that PostgreSQL quotes."""

    def filter(self, record):
        if record.exc_info and record.exc_info[0]:
            whole = "".join(traceback.format_exception(*record.exc_info)).rstrip()
            record.exc_text = without_addresses(_DETAIL.sub("", whole))
        record.msg = without_addresses(_DETAIL.sub("", record.getMessage()))
        record.args = ()
        return True


def without_addresses(text: str) -> str:
    """The text without what looks like an e-mail address: the last resort, for what should not have come so far."""
    return _ADDRESS.sub(ADDRESS_LEFT_OUT, text)


def message_of(record: logging.LogRecord) -> str:
    """What a record says, on one line, without any value that may be somebody's words."""
    if hasattr(record, "request") and hasattr(record, "status_code"):
        # Django's messages of requests quote the path, which may hold anything, the reason and the host that was asked for.
        message = f"{phrase_of(record.status_code)}: {path_of(record.request, record.status_code)}"
    elif record.name == "py.warnings":
        found = _WARNING.match(record.getMessage())
        message = f"{found['category']} in {_place(found['file'])}:{found['line']}" if found else LEFT_OUT
    elif record.name.partition(".")[0] in TRUSTED or (
        record.name == "gunicorn.error" and str(record.msg).startswith(OF_GUNICORN)
    ):
        message = record.getMessage().partition("\n")[0]
    elif record.args:
        message = _without_words(record)
    else:
        # It may have been put together from anything.
        message = LEFT_OUT
    return without_addresses(message)[:MOST_CHARACTERS]


def path_of(request, status: int) -> str:
    """The path of a request as a log may have it; for a path with words in it, the pattern of its route, without any word typed.

    Numbers and UUIDs are ids. Other parts are kept where the page is public and there. A path without a route is not written.
    """
    match = getattr(request, "resolver_match", None)
    is_there = status < 300 or status == HTTPStatus.NOT_MODIFIED
    if match is None:
        return request.path if is_there and request.path.startswith("/static/") else "(no page)"
    values = [*match.args, *match.captured_kwargs.values()]
    is_public = is_there and match.route.startswith("standards/")
    if is_public or all(isinstance(value, int | UUID) for value in values):
        return request.path
    return f"/{match.route}"


def exceptions_of(error: BaseException) -> list[dict]:
    """An exception and what led to it, the last one raised first: class, codes and frames, and never a message.

    The code of a database's error says what its message says without quoting the row. The frames name no value.
    """
    found, waiting, known = [], [error], set()
    while waiting and len(found) < MOST_CAUSES:
        each = waiting.pop(0)
        if id(each) in known:
            continue
        known.add(id(each))
        kind = type(each)
        frames = [
            f"{_place(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
            for frame, line in traceback.walk_tb(each.__traceback__)
        ]
        found.append(
            {"class": f"{kind.__module__}.{kind.__qualname__}", **_codes(each), "frames": frames[-MOST_FRAMES:]}
        )
        waiting += [*getattr(each, "exceptions", ()), *filter(None, [each.__cause__ or each.__context__])]
    return found


def plainly(exceptions: list[dict]) -> list[str]:
    """The lines that say it to people."""
    lines = []
    for each in exceptions:
        lines.append(" ".join(str(value) for name, value in each.items() if name != "frames"))
        lines += [f"    {frame}" for frame in each["frames"]]
    return lines


def write_what_nobody_catches():
    """Send warnings, and exceptions that end a process or a thread, the same way as every other line."""
    logging.captureWarnings(True)
    sys.excepthook = _ended
    threading.excepthook = lambda what: _ended(what.exc_type, what.exc_value, what.exc_traceback)


def _id_of(record):
    # Django writes of an answer that refuses something once it has left the middleware.
    return current_id.get() or getattr(getattr(record, "request", None), "request_id", "")


def _ended(kind, error, trace):
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    logging.getLogger("service.logging").critical("Ended by an error", exc_info=(kind, error, trace))


def _without_words(record):
    values = record.args if isinstance(record.args, dict) else tuple(map(_value, record.args))
    if isinstance(values, dict):
        values = {name: _value(value) for name, value in values.items()}
    try:
        return (str(record.msg) % values).partition("\n")[0]
    except (TypeError, ValueError, KeyError):
        return LEFT_OUT


def _value(value):
    if value is None or isinstance(value, int | float | UUID | date):
        return value
    return type(value).__name__ if isinstance(value, BaseException) else LEFT_OUT


def phrase_of(status: int) -> str:
    """The name of a status of HTTP, or its number."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return str(status)


def _codes(error):
    """Codes and names from the database's own vocabulary: a number of an error, a constraint, never a value."""
    diagnosis = getattr(error, "diag", None)
    codes = {
        "code": getattr(error, "pgcode", None) or getattr(error, "sqlite_errorname", None),
        "constraint": getattr(diagnosis, "constraint_name", None),
        "errno": getattr(error, "errno", None),
        "smtp": getattr(error, "smtp_code", None),
    }
    return {name: code for name, code in codes.items() if isinstance(code, int | str) and code != ""}


def _place(path):
    """A file as the project, or the package that it came with, names it."""
    path = str(path)
    if path.startswith(f"{ROOT}/") and "site-packages" not in path:
        return path.removeprefix(f"{ROOT}/")
    return _INSTALLED.sub("", path)
