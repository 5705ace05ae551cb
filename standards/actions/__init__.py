"""Every change of state of a version, one file per noun."""

from .commenting import add_comment, resolve_comment
from .editing import start_next_version, touch_version
from .fixtures import load_fixture
from .importing import carry_out_import, drop_import, hold_import
from .linking import Decision, NotLinkable, decide_link, decide_links, decide_obvious, propose_links
from .notes import remove_readers_note, write_readers_note
from .ordering import last_place, move_row
from .publishing import publish_unreviewed, publish_version, signing_problems
from .recording import keep_before
from .refusals import FixtureDiffers, NotEditable, NotNext, NotPublishable
from .retiring import plan_retirement, retire_due_versions, retire_version
from .reverting import bring_back, go_back
from .reviewing import ask_for_review, back_to_draft, sign_off

__all__ = [
    "Decision",
    "FixtureDiffers",
    "NotEditable",
    "NotLinkable",
    "NotNext",
    "NotPublishable",
    "add_comment",
    "ask_for_review",
    "back_to_draft",
    "bring_back",
    "carry_out_import",
    "decide_link",
    "decide_links",
    "decide_obvious",
    "drop_import",
    "go_back",
    "hold_import",
    "keep_before",
    "last_place",
    "load_fixture",
    "move_row",
    "plan_retirement",
    "propose_links",
    "publish_unreviewed",
    "publish_version",
    "remove_readers_note",
    "resolve_comment",
    "retire_due_versions",
    "retire_version",
    "sign_off",
    "signing_problems",
    "start_next_version",
    "touch_version",
    "write_readers_note",
]
