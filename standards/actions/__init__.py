"""Every change of state of a version, one file per noun."""

from .editing import start_next_version, touch_version
from .fixtures import load_fixture
from .linking import Decision, NotLinkable, decide_link, decide_links, decide_obvious, propose_links
from .publishing import publish_unreviewed, publish_version, signing_problems
from .refusals import FixtureDiffers, NotEditable, NotNext, NotPublishable
from .retiring import plan_retirement, retire_due_versions, retire_version
from .reviewing import ask_for_review, back_to_draft, sign_off

__all__ = [
    "Decision",
    "FixtureDiffers",
    "NotEditable",
    "NotLinkable",
    "NotNext",
    "NotPublishable",
    "ask_for_review",
    "back_to_draft",
    "decide_link",
    "decide_links",
    "decide_obvious",
    "load_fixture",
    "plan_retirement",
    "propose_links",
    "publish_unreviewed",
    "publish_version",
    "retire_due_versions",
    "retire_version",
    "sign_off",
    "signing_problems",
    "start_next_version",
    "touch_version",
]
