"""What the process remembers of versions that no longer change, so that a page need not read them again.

Each change to a published version moves its ``edited_at`` (``actions.touch_version``), and what was read of it is read anew.
"""

from collections import OrderedDict
from threading import Lock


class Remembered:
    """What was read of the versions that were asked for last, at most ``most`` of them."""

    def __init__(self, most):
        self.most = most
        self._kept = OrderedDict()
        self._lock = Lock()

    def get(self, version, read, beside=()):
        """What ``read`` makes of ``version``. Only what is published or retired is remembered, until it is touched.

        ``beside`` are other versions that it is made of too; none of them may be a draft.
        """
        if not version.is_frozen:
            return read(version)
        key = (version.pk, version.edited_at, *((other.pk, other.edited_at) for other in beside))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = read(version)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return found

    def has(self, version):
        """Whether something is remembered of ``version`` as it is now."""
        with self._lock:
            return version.is_frozen and (version.pk, version.edited_at) in self._kept

    def forget(self):
        """Read everything again when it is next asked for."""
        with self._lock:
            self._kept.clear()
