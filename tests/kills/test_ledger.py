"""What the checker of killed servers calls lost, older, refused or made up; and what it lets pass because nobody can know."""

import pytest

from .ledger import Ledger, Outcome, Sent, fits

DONE, REFUSED, UNKNOWN, WAITING = Outcome.DONE, Outcome.REFUSED, Outcome.UNKNOWN, Outcome.WAITING
CELL = ("answer", "round", 1)


def ledger_of(*sent, first=None):
    """A ledger with one cell, to which values were sent with these outcomes."""
    ledger = Ledger()
    ledger.begin({} if first is None else {CELL: first}, {})
    for value, outcome in sent:
        ledger.settle(ledger.send({CELL: value}), outcome)
    return ledger


@pytest.mark.parametrize(
    ("sent", "found", "wrong"),
    [
        ([("b", DONE)], "b", ""),
        ([("b", DONE)], "a", "the older a instead of the acknowledged b"),
        ([("b", DONE)], None, "nothing instead of the acknowledged b"),
        ([("b", DONE)], "x", "x, which nobody sent instead of the acknowledged b"),
        ([("b", REFUSED)], "a", ""),
        ([("b", REFUSED)], "b", "the refused b instead of the acknowledged a"),
        ([("b", UNKNOWN)], "a", ""),
        ([("b", UNKNOWN)], "b", ""),
        ([("b", WAITING)], "b", ""),
        ([("b", UNKNOWN), ("c", UNKNOWN)], "b", ""),
        ([("b", UNKNOWN), ("c", DONE)], "b", "the older b instead of the acknowledged c"),
        ([("b", DONE), ("c", UNKNOWN), ("d", UNKNOWN)], "a", "the older a instead of the acknowledged b"),
        ([("b", DONE), ("c", UNKNOWN), ("d", UNKNOWN)], "c", ""),
    ],
)
def test_a_cell_holds_what_was_acknowledged_last_or_something_later(sent, found, wrong):
    ledger = ledger_of(*sent, first="a")
    faults = ledger.faults({} if found is None else {CELL: found}, {}, ledger.now())
    assert faults == ([f"{CELL}: {wrong}"] if wrong else [])


def test_a_cell_that_nothing_was_known_to_be_in_may_be_empty():
    ledger = ledger_of(("b", UNKNOWN))
    assert ledger.faults({}, {}, ledger.now()) == []
    assert ledger.faults({CELL: 2}, {}, ledger.now()) == [
        f"{CELL}: 2, which nobody sent instead of the acknowledged None"
    ]


def test_a_cell_that_nobody_sent_to_is_found():
    ledger = ledger_of()
    assert ledger.faults({CELL: "a"}, {}, ledger.now()) == [
        f"{CELL}: a, which nobody sent instead of the acknowledged None"
    ]


def test_what_is_acknowledged_while_the_database_is_read_may_be_there_or_not():
    ledger = ledger_of(first="a")
    since = ledger.now()
    ledger.settle(ledger.send({CELL: "b"}), DONE)
    assert [ledger.faults({CELL: value}, {}, since) for value in ("a", "b")] == [[], []]
    assert len(ledger.faults({CELL: "a"}, {}, ledger.now())) == 1


def test_what_a_page_shows_is_acknowledged_by_it():
    ledger = ledger_of(("b", UNKNOWN), first="a")
    ledger.see(CELL, lambda value: value == "b")
    assert len(ledger.faults({CELL: "a"}, {}, ledger.now())) == 1
    ledger.see(CELL, lambda value: value == "a")
    assert ledger.faults({CELL: "b"}, {}, ledger.now()) == [f"{CELL}: a page shows none of ['b']"]


@pytest.mark.parametrize(
    ("sent", "found", "is_right"),
    [
        ([("shared", DONE), ("returned", DONE)], ["shared", "returned"], True),
        ([("shared", DONE), ("returned", DONE)], ["returned", "shared"], False),
        ([("shared", DONE), ("returned", DONE)], ["shared"], False),
        ([("shared", DONE)], ["shared", "shared"], False),
        ([("shared", UNKNOWN), ("shared", DONE)], ["shared"], True),
        ([("shared", UNKNOWN), ("shared", DONE)], ["shared", "shared"], True),
        ([("shared", REFUSED), ("shared", DONE)], ["shared", "shared"], False),
        ([("shared", UNKNOWN)], [], True),
        ([("shared", WAITING)], ["shared"], True),
        ([("shared", DONE)], ["shared", "agreed"], False),
        ([("confirmed agreed", UNKNOWN)], ["confirmed", "agreed"], True),
        ([("confirmed agreed", UNKNOWN)], ["confirmed"], False),
    ],
)
def test_a_history_has_all_that_was_acknowledged_in_its_order(sent, found, is_right):
    made = [Sent(("events",), tuple(value.split()), outcome) for value, outcome in sent]
    assert fits(made, [each.outcome for each in made], found) is is_right


def test_values_are_counted_by_what_became_of_them():
    ledger = ledger_of(("b", DONE), ("c", UNKNOWN), ("d", REFUSED), ("e", UNKNOWN), first="a")
    assert ledger.counts() == {DONE: 1, UNKNOWN: 2, REFUSED: 1}
