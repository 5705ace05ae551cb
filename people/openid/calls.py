"""Asking a provider: with a limit to how long it may take and to how much it may say, and without following it elsewhere."""

import json
import time

import requests
import urllib3

from .refusals import Refused

# Seconds until it answers at all, between two pieces of its answer, and for the whole of it; and bytes.
PATIENCE = (4, 5)
MOST_SECONDS = 10
MOST_BYTES = 256 * 1024


def ask(method: str, address: str, **what) -> dict:
    """The JSON object with which a provider answers. ``what`` are requests' options. Raises ``Refused``."""
    give_up = time.monotonic() + MOST_SECONDS
    what["headers"] = {"Accept": "application/json"} | what.get("headers", {})
    try:
        with (
            requests.Session() as session,
            session.request(method, address, timeout=PATIENCE, allow_redirects=False, stream=True, **what) as answer,
        ):
            body = _read(answer, give_up)
    except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError):
        # The error's text may hold the address, and so what was asked with it.
        raise Refused("no-answer") from None
    if answer.status_code != 200:
        raise Refused("refused-by-the-provider")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused("unreadable-answer")
    return found


def _read(answer, give_up):
    body = b""
    for piece in answer.iter_content(16 * 1024):
        body += piece
        if len(body) > MOST_BYTES or time.monotonic() > give_up:
            raise Refused("endless-answer")
    return body
