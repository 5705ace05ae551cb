"""Two worlds that differ in something that a person must not know: every page of theirs is the same, byte for byte."""

import re
from contextlib import contextmanager

from django.db import transaction
from django.urls import reverse

from service.access.policy import POLICY
from service.access.rows import ON
from tests.routes import routes

from .cells import tried

# What differs each time a page is drawn: tokens, the moment, and when a cookie was signed.
_TOKEN = re.compile(
    rb"""(?<=csrfmiddlewaretoken" value=")[^"]*|(?<=data-left=")[0-9]+|(?<=csrf=)[^;]*"""
    rb"""|(?<="left": )[0-9]+|(?<="token": ")\w+|:[0-9A-Za-z]{6}:[\w-]{43}(?=[";])"""
    rb"""|(?<=expires=)[^;]*|(?<=Expires': ')[^']*|(?<=Content-Length': ')\d+|(?<=DTSTAMP:)\w+"""
    rb"""|(?<=X-Request-ID': ')\w+"""
)
_IN_THE_ADMIN = ("user", "reportingline", "notice")


def pages_of(run, role, state, keys=(), *, posts=None, of=None):
    """What this person is answered: on every page that is theirs whatever the round, and on those of ``keys`` about the round.

    ``posts`` maps keys to what is sent there instead; ``of`` is somebody whose pages in the admin are read too. Status, headers
    and content by method and address.
    """
    if posts is None:
        asked = [*_pages_of_their_own(), *_pages_of_the_admin(role, of), *(run.path(key, state) for key in keys)]
        requests = [("get", address, None) for address in asked]
    else:
        requests = [("post", run.path(key, state), data) for key, data in posts.items()]
    return {request[:2]: _answer(run.world.client(role, state), *request) for request in requests}


def _answer(client, method, address, data):
    response, _ = tried(client, method, address, data)
    said = f"{response.status_code} {response.headers} {response.cookies.output()}".encode()
    return tuple(_TOKEN.sub(b"", text) for text in (said, response.content))


def _pages_of_their_own():
    """The pages without a parameter that are behind the sign-in."""
    by_name = {route.name: route for route in routes()}
    # The workbook says what the JSON file says, and takes as long again.
    for key, row in POLICY.items():
        if key == "my-data-workbook":
            continue
        if key in by_name and not by_name[key].parameters and not row.is_public and row.others.get in (200, ON):
            yield reverse(key)


def _pages_of_the_admin(role, of):
    if role not in ("editor", "superuser"):
        return []
    about = (
        [reverse(f"admin:people_user_{what}", args=[of.pk]) for what in ("change", "history", "delete")] if of else []
    )
    return [reverse("admin:index"), *(reverse(f"admin:people_{noun}_changelist") for noun in _IN_THE_ADMIN), *about]


def changed(one, other):
    """The addresses at which two answers differ."""
    assert one.keys() == other.keys()
    return sorted(request[1] for request in one if one[request] != other[request])


@contextmanager
def another_world():
    """What is written within is undone."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
