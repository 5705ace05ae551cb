"""The walls of a systemd unit that a process can put up around itself: what it may write, see, call and become.

Called in the new process, as root, just before the command takes its place. systemd does the same and more.
"""

import ctypes
import json
import os
from pathlib import Path

DONE = {
    *(
        "NoNewPrivileges",
        "CapabilityBoundingSet",
        "ProtectSystem",
        "ProtectHome",
        "PrivateTmp",
        "ProtectProc",
        "ProcSubset",
    ),
    *("MemoryDenyWriteExecute", "SystemCallFilter", "SystemCallErrorNumber"),
}
# Written by who made this Debian, from systemd-analyze syscall-filter; without it the filter is not tried.
SYSTEM_CALLS = Path("/usr/local/lib/trial/system-calls.json")

_libc = ctypes.CDLL(None, use_errno=True)
_NEW_MOUNTS = 0x00020000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = (
    1,
    2,
    4,
    8,
    32,
    4096,
    16384,
    1 << 18,
)
_NO_NEW_PRIVILEGES, _DROP_CAPABILITY, _DENY_WRITE_EXECUTE = 38, 24, 65
_LAST_CAPABILITY = 40
_ALLOW, _ANSWER_EPERM = 0x7FFF0000, 0x00050001


def make_folders(unit, account):
    """Make the folders that are the unit's own; all that it may write to."""
    made = []
    for name, above, mode in (("State", "/var/lib", "0755"), ("Runtime", "/run", "0755")):
        for folder in " ".join(unit.all(f"{name}Directory")).split():
            path = Path(above) / folder
            path.mkdir(exist_ok=True)
            os.chown(path, account.pw_uid, account.pw_gid)
            path.chmod(int(unit.value(f"{name}DirectoryMode", mode), 8))
            made.append(path)
    named = " ".join(unit.all("ReadWritePaths")).split()
    return [*made, *(Path(path.removeprefix("-")) for path in named if path[0] == "/" or Path(path[1:]).is_dir())]


def enter(unit, account, writable):
    """Put up what the unit asks for, and become its account. Raises ``OSError``."""
    if unit.value("ProtectSystem") == "strict":
        _hold_files(unit, writable)
    if unit.value("NoNewPrivileges") == "yes":
        _call(_libc.prctl, _NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if unit.directives.get("CapabilityBoundingSet") == []:
        for capability in range(_LAST_CAPABILITY + 1):
            _call(_libc.prctl, _DROP_CAPABILITY, capability, 0, 0, 0)
    if account.pw_uid:
        os.initgroups(account.pw_name, account.pw_gid)
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    if unit.value("MemoryDenyWriteExecute") == "yes":
        _call(_libc.prctl, _DENY_WRITE_EXECUTE, 1, 0, 0, 0)
    if unit.all("SystemCallFilter") and SYSTEM_CALLS.is_file():
        _hold_system_calls(unit.all("SystemCallFilter"))


def _hold_files(unit, writable):
    """Everything read-only but what is the unit's own."""
    _call(_libc.unshare, _NEW_MOUNTS)
    _mount(None, "/", None, _RECURSIVE | _PRIVATE)
    for path in writable:
        _mount(path, path, None, _BIND)
    _mount(None, "/", None, _REMOUNT | _BIND | _READ_ONLY)
    if unit.value("PrivateTmp") == "yes":
        for path in ("/tmp", "/var/tmp"):
            _mount("tmpfs", path, "tmpfs", _NO_SUID | _NO_DEVICES)
    if unit.value("ProtectHome") == "yes":
        for path in ("/home", "/root"):
            _mount("tmpfs", path, "tmpfs", _READ_ONLY | _NO_SUID | _NO_DEVICES)
    if unit.value("ProcSubset") == "pid":
        _mount("proc", "/proc", "proc", _NO_SUID | _NO_DEVICES | _NO_PROGRAMS, "hidepid=invisible,subset=pid")


def _hold_system_calls(filters):
    groups = json.loads(SYSTEM_CALLS.read_text())
    allowed = set(groups["@default"])
    for line in filters:
        named = {call for word in line.removeprefix("~").split() for call in groups.get(word, [word])}
        allowed = allowed - named if line.startswith("~") else allowed | named
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(_ANSWER_EPERM))
    for call in sorted(allowed):
        number = seccomp.seccomp_syscall_resolve_name(call.encode())
        if number >= 0:
            seccomp.seccomp_rule_add_array(context, ctypes.c_uint32(_ALLOW), number, 0, None)
    if seccomp.seccomp_load(context):
        raise OSError("The filter of system calls was not taken.")


def _mount(source, target, kind, flags, options=""):
    words = [None if word is None else str(word).encode() for word in (source, target, kind)]
    _call(_libc.mount, *words, ctypes.c_ulong(flags), options.encode())


def _call(function, *arguments):
    if function(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{function.__name__}: {os.strerror(number)}")
