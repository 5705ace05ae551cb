"""A network of its own, with loopback addresses only: ports that nobody else has, and nothing else to reach."""

import ctypes
import os
import subprocess
from contextlib import contextmanager

# An address of another machine, as far as nginx can tell (RFC 5737 keeps it for examples).
OUTSIDE = "192.0.2.10"
_NEW_NETWORK = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Network:
    """A network namespace that goes with this process."""

    def __init__(self):
        self.own = os.open("/proc/self/ns/net", os.O_RDONLY)
        _call(_libc.unshare, _NEW_NETWORK)
        self.apart = os.open("/proc/self/ns/net", os.O_RDONLY)
        for words in ("link set lo up", f"address add {OUTSIDE}/32 dev lo"):
            subprocess.run(["ip", *words.split()], check=True)
        _call(_libc.setns, self.own, _NEW_NETWORK)

    @contextmanager
    def entered(self):
        """This process, and those that it starts meanwhile, are within."""
        _call(_libc.setns, self.apart, _NEW_NETWORK)
        try:
            yield
        finally:
            _call(_libc.setns, self.own, _NEW_NETWORK)


def _call(function, *arguments):
    if function(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{function.__name__}: {os.strerror(number)}")
