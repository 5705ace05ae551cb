"""Every change to people that touches more than one row, changes a state or sends anything: one file per noun."""

from .accounts import EDITORS, make_editor, make_person
from .lines import (
    MOST_ASKED_IN_A_DAY,
    AlreadyAsked,
    AskedTooOften,
    NotAsked,
    NotLive,
    NotPending,
    NotTheirs,
    OwnAddress,
    accept_line,
    decline_line,
    end_line,
    import_lines,
    name_line_manager,
    withdraw_line,
)
from .notices import NotSendable, choose_notices, notify, read_notice, read_notices, send_again, sweep_notices

__all__ = [
    "EDITORS",
    "MOST_ASKED_IN_A_DAY",
    "AlreadyAsked",
    "AskedTooOften",
    "NotAsked",
    "NotLive",
    "NotPending",
    "NotSendable",
    "NotTheirs",
    "OwnAddress",
    "accept_line",
    "choose_notices",
    "decline_line",
    "end_line",
    "import_lines",
    "make_editor",
    "make_person",
    "name_line_manager",
    "notify",
    "read_notice",
    "read_notices",
    "send_again",
    "sweep_notices",
    "withdraw_line",
]
