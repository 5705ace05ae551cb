"""The access table as people read it: what ``tests/test_access.py`` checks, and nothing else."""

import csv
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from .framework import ACCOUNTS, ADMIN
from .policy import POLICY
from .rows import LOGIN, ON, ROLES, SIGNED_OUT, STATES, Row

SECTIONS = (("The portal", POLICY), ("Accounts and signing in (allauth)", ACCOUNTS), ("The admin", ADMIN))
ANSWERS = {
    LOGIN: "led to sign in",
    ON: "led on (302)",
    200: "200",
    403: "403 refused",
    404: "404 not there",
    405: "405",
}
# Who stands for whoever has nothing to do with a round.
ANYBODY = "colleague"
LEGEND = (
    "A 404 does not tell whether there is such a row. “Led on” goes to the page that comes first or next; a POST that is "
    "accepted ends like that. In “hidden” the line manager rates first; in “left” the line to the line manager has ended; "
    "“returned” is a draft that was given back. What stands after a colon says which of several rows the address names."
)


class Cell(NamedTuple):
    """One request and what it is answered with: a status, or that somebody is led to sign in."""

    key: str
    role: str
    state: str
    method: str
    answer: object


def cells() -> Iterator[Cell]:
    """Every cell of the table."""
    for _, table in SECTIONS:
        for key, row in table.items():
            for role in ROLES:
                for state in STATES:
                    pair = row.wanted(role, state)
                    yield Cell(key, role, state, "GET", pair.get)
                    yield Cell(key, role, state, "POST", pair.post)


def write_csv(file):
    """Every cell as a line of CSV."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["route", "role", "state", "method", "answer"])
    writer.writerows(cells())


def markdown() -> Iterator[str]:
    """The lines of a Markdown text: routes that are answered alike together, and so roles and states."""
    yield "# Who gets what"
    yield ""
    yield LEGEND
    for title, table in SECTIONS:
        yield ""
        yield f"## {title}"
        yield ""
        yield "| Page | Who | State of the round | GET | POST |"
        yield "| --- | --- | --- | --- | --- |"
        for keys, row in _alike(table):
            yield from _lines(keys, row)


def _alike(table):
    """Rows that stand together and are equal, with their keys."""
    for row, found in groupby(table.items(), key=lambda item: item[1]):
        yield [key for key, _ in found], row


def _lines(keys, row: Row):
    page = ", ".join(f"`{key}`".replace("|", r"\|") for key in keys)
    by_answers = {}
    for role in ROLES:
        by_answers.setdefault(tuple(row.wanted(role, state) for state in STATES), []).append(role)
    for answers, roles in by_answers.items():
        by_pair = {}
        for state, pair in zip(STATES, answers, strict=True):
            by_pair.setdefault(pair, []).append(state)
        for pair, states in by_pair.items():
            who = _named(roles)
            when = "any" if len(states) == len(STATES) else ", ".join(states)
            yield f"| {page} | {who} | {when} | {_said(pair.get)} | {_said(pair.post)} |"


def _named(roles):
    if len(roles) == len(ROLES):
        return "everybody"
    signed_in = [role for role in roles if role not in SIGNED_OUT]
    named = [] if len(signed_in) == len(roles) else ["whoever is not signed in, or inactive"]
    if len(signed_in) == len(ROLES) - len(SIGNED_OUT):
        return "; ".join(["everybody signed in", *named])
    if ANYBODY in roles:
        apart = [role for role in ROLES if role not in {*roles, *SIGNED_OUT}]
        return "; ".join([f"everybody signed in but: {', '.join(apart)}", *named])
    return "; ".join(([", ".join(signed_in)] if signed_in else []) + named)


def _said(answer):
    return ANSWERS.get(answer, str(answer))
