"""Every change to people that touches more than one row, changes a state or sends anything: one file per noun."""

from .accounts import EDITORS, make_editor, make_person
from .notices import NotSendable, choose_notices, notify, read_notice, read_notices, send_again, sweep_notices

__all__ = [
    "EDITORS",
    "NotSendable",
    "choose_notices",
    "make_editor",
    "make_person",
    "notify",
    "read_notice",
    "read_notices",
    "send_again",
    "sweep_notices",
]
