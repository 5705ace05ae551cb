"""Every change of state of a version, one file per noun."""

from .editing import start_next_version, touch_version
from .fixtures import load_fixture
from .publishing import publish_unreviewed, publish_version
from .refusals import FixtureDiffers, NotEditable, NotNext, NotPublishable
from .retiring import plan_retirement, retire_due_versions, retire_version
from .reviewing import ask_for_review, back_to_draft, sign_off

__all__ = [
    "FixtureDiffers",
    "NotEditable",
    "NotNext",
    "NotPublishable",
    "ask_for_review",
    "back_to_draft",
    "load_fixture",
    "plan_retirement",
    "publish_unreviewed",
    "publish_version",
    "retire_due_versions",
    "retire_version",
    "sign_off",
    "start_next_version",
    "touch_version",
]
