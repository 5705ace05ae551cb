"""Every change of state of a version, one file per noun."""

from .editing import touch_version
from .fixtures import load_fixture
from .publishing import publish_unreviewed
from .refusals import FixtureDiffers, NotPublishable

__all__ = ["FixtureDiffers", "NotPublishable", "load_fixture", "publish_unreviewed", "touch_version"]
