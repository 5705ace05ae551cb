"""Every change of state of a version, one file per noun."""

from .editing import start_next_version, touch_version
from .fixtures import load_fixture
from .publishing import publish_unreviewed
from .refusals import FixtureDiffers, NotEditable, NotNext, NotPublishable

__all__ = [
    "FixtureDiffers",
    "NotEditable",
    "NotNext",
    "NotPublishable",
    "load_fixture",
    "publish_unreviewed",
    "start_next_version",
    "touch_version",
]
