#!/usr/bin/python3
"""Stands in for systemctl where no systemd runs: starts what units name, as they name it, within an empty Debian.

Not a general one. Of a unit of the portal's each directive is either done here or listed in ``NOT_DONE`` as one that only a
real systemd does; any other stops it, so that no unit says what nobody tried. What is written to the journal is in /var/log/trial.
"""

import json
import os
import pwd
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

if __package__:
    from . import sandbox
else:
    import sandbox

RUN, LOG = Path("/run/trial"), Path("/var/log/trial")
FOLDERS = (Path("/etc/systemd/system"), Path("/lib/systemd/system"))
DONE = {
    *("Type", "User", "Group", "WorkingDirectory", "EnvironmentFile", "Environment", "UMask", "Nice"),
    *(
        "ExecStart",
        "ExecStartPre",
        "ExecReload",
        "ExecStop",
        "PIDFile",
        "KillMode",
        "TimeoutStopSec",
        "TimeoutStartSec",
    ),
    *("StateDirectory", "StateDirectoryMode", "RuntimeDirectory", "RuntimeDirectoryMode", "RuntimeDirectoryPreserve"),
    *("ReadWritePaths", "NotifyAccess", "ListenStream", "Backlog", "Requires", *sandbox.DONE),
}
# Said to systemd only: what it does over time, and walls that cannot be put up here.
NOT_DONE = {
    *("Restart", "RestartSec", "CPUWeight", "LimitNICE", "OnCalendar", "RandomizedDelaySec", "Persistent"),
    *("Description", "After", "Wants", "WantedBy", "Also"),
    *("AmbientCapabilities", "PrivateDevices", "DevicePolicy", "ProtectKernelTunables", "ProtectKernelModules"),
    *("ProtectKernelLogs", "ProtectControlGroups", "ProtectClock", "ProtectHostname", "RestrictAddressFamilies"),
    *("RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "RemoveIPC", "KeyringMode", "LockPersonality"),
    "SystemCallArchitectures",
}


class Failed(Exception):
    """What was asked for could not be done; the message says why."""


def read_unit(text: str) -> dict[str, list[str]]:
    """The directives of a unit file, whatever their section: each a list of values, which an empty one begins anew."""
    found = {}
    for line in text.replace("\\\n", " ").splitlines():
        name, equals, value = line.strip().partition("=")
        if not equals or line.lstrip().startswith(("#", ";", "[")):
            continue
        found[name] = [*found.get(name, []), value.strip()] if value.strip() else []
    return found


def read_environment(text: str) -> dict[str, str]:
    """A file of settings as systemd reads it: no variables in values, quotes around the whole of one taken off."""
    found = {}
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if not equals or name.startswith(("#", ";")):
            continue
        value = value.strip()
        found[name.strip()] = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
    return found


class Unit:
    """A unit by its name, read from where Debian and the guide put it."""

    def __init__(self, name):
        self.name = name if name.endswith((".service", ".socket", ".timer")) else f"{name}.service"
        stem, at, rest = self.name.partition("@")
        self.instance = rest.rpartition(".")[0] if at else ""
        file = f"{stem}@.service" if at else self.name
        path = next((folder / file for folder in FOLDERS if (folder / file).is_file()), None)
        if path is None:
            raise Failed(f"There is no unit {self.name}.")
        self.directives = read_unit(path.read_text())
        self.kept = RUN / f"{self.name}.json"
        if name.startswith("portal") and (unknown := set(self.directives) - DONE - NOT_DONE):
            raise Failed(f"{self.name} says what nobody here can try: {', '.join(sorted(unknown))}.")

    def value(self, name, default=""):
        return (self.directives.get(name) or [default])[-1].replace("%i", self.instance)

    def all(self, name):
        return [value.replace("%i", self.instance) for value in self.directives.get(name, [])]

    @property
    def pid(self):
        """The main process, where it runs; else 0."""
        if self.value("PIDFile"):
            file = Path(self.value("PIDFile"))
            written = file.read_text().split() if file.is_file() else []
            pid = int(written[0]) if written else 0
        else:
            pid = json.loads(self.kept.read_text())["pid"] if self.kept.is_file() else 0
        return pid if pid and is_running(pid) else 0

    def start(self):
        if self.name.endswith(".timer") or self.pid:
            return
        if self.name.endswith(".socket"):
            self._keep(hold_sockets(self))
            return
        for other in " ".join(self.all("Requires")).split():
            Unit(other).start()
        for command in self.all("ExecStartPre"):
            self._wait(command)
        kind = self.value("Type", "simple")
        if kind in ("oneshot", "forking"):
            self._wait(self.value("ExecStart"))
        elif kind == "notify":
            self._start_and_hear()
        else:
            self._keep(self._spawn(self.value("ExecStart")))
            time.sleep(1)
        if kind != "oneshot" and not self.pid:
            raise Failed(f"{self.name} did not stay:\n{self.written()}")

    def stop(self):
        pid = self.pid
        if not pid:
            return
        limit = int(self.value("TimeoutStopSec", "90").removesuffix("h") or 90)
        if self.value("ExecStop"):
            self._wait(self.value("ExecStop"))
        else:
            os.kill(pid, signal.SIGTERM)
        give_up = time.monotonic() + limit
        while is_running(pid):
            if time.monotonic() > give_up:
                os.kill(pid, signal.SIGKILL)
                raise Failed(f"{self.name} had not ended {limit} seconds after it was asked to.")
            time.sleep(0.05)

    def reload(self):
        for command in self.all("ExecReload"):
            self._wait(command.replace("$MAINPID", str(self.pid)))

    def written(self):
        """The end of what it wrote."""
        log = LOG / f"{self.name}.log"
        return log.read_text("utf-8", "replace")[-4000:] if log.is_file() else ""

    def _keep(self, pid):
        self.kept.write_text(json.dumps({"pid": pid}))

    def _wait(self, command):
        _, status = os.waitpid(self._spawn(command), 0)
        if status and not command.startswith("-"):
            raise Failed(f"{self.name}: {command} ended with {os.waitstatus_to_exitcode(status)}:\n{self.written()}")

    def _start_and_hear(self):
        """Start it and wait until it says that it is ready."""
        address = RUN / f"{self.name}.notify"
        address.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hearing:
            hearing.bind(str(address))
            address.chmod(0o666)
            hearing.settimeout(1)
            pid = self._spawn(self.value("ExecStart"), NOTIFY_SOCKET=str(address))
            self._keep(pid)
            for _ in range(90):
                try:
                    if hearing.recv(4096).startswith(b"READY=1"):
                        return
                except TimeoutError:
                    if not is_running(pid):
                        break
        raise Failed(f"{self.name} did not get ready:\n{self.written()}")

    def _spawn(self, command, **more):
        """Start a command as the unit says; the number of its process."""
        sockets = [Unit(name) for name in " ".join(self.all("Requires")).split() if ".socket" in name]
        listening = [held for unit in sockets for held in fetch_sockets(unit)]
        pid = os.fork()
        if pid:
            for held in listening:
                os.close(held)
            return pid
        try:
            self._become(command.lstrip("-+!@"), listening, more)
        except BaseException as error:
            os.write(2, f"{self.name}: {type(error).__name__}: {error}\n".encode())
        os._exit(203)

    def _become(self, command, listening, more):
        os.setsid()
        LOG.mkdir(exist_ok=True)
        written = os.open(LOG / f"{self.name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(written, 1)
        os.dup2(written, 2)
        account = pwd.getpwnam(self.value("User", "root"))
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8"}
        if account.pw_uid:
            environment |= {"HOME": account.pw_dir, "USER": account.pw_name, "LOGNAME": account.pw_name}
        for assignment in shlex.split(" ".join(self.all("Environment"))):
            environment |= read_environment(assignment)
        for file in self.all("EnvironmentFile"):
            environment |= read_environment(Path(file).read_text())
        if listening:
            for number, held in enumerate(listening, 3):
                os.dup2(held, number, inheritable=True)
            environment |= {"LISTEN_FDS": str(len(listening)), "LISTEN_PID": str(os.getpid())}
        folders = sandbox.make_folders(self, account)
        os.umask(int(self.value("UMask", "0022"), 8))
        os.nice(int(self.value("Nice", "0")))
        sandbox.enter(self, account, folders)
        os.chdir(self.value("WorkingDirectory", "/"))
        words = shlex.split(command)
        os.execve(words[0], words, environment | more)


def is_running(pid):
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def hold_sockets(unit):
    """Listen as a socket unit says, in a process of its own that hands the sockets to whoever asks; its number."""
    addresses = [stream.rpartition(":") for stream in unit.all("ListenStream")]
    backlog = int(unit.value("Backlog", "128"))
    listening = [socket.create_server((host, int(port)), backlog=backlog) for host, _, port in addresses]
    door = RUN / f"{unit.name}.held"
    door.unlink(missing_ok=True)
    asked = socket.socket(socket.AF_UNIX)
    asked.bind(str(door))
    asked.listen()
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    silent = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(silent, number)
    while True:
        connection, _ = asked.accept()
        socket.send_fds(connection, [b"sockets"], [each.fileno() for each in listening])
        connection.close()


def fetch_sockets(unit):
    """The sockets that a socket unit holds, as file descriptors, in the order of its lines."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(RUN / f"{unit.name}.held"))
        return socket.recv_fds(asking, 64, 16)[1]


def units_of(name):
    """PostgreSQL's unit stands for one for each of its clusters."""
    if name.removesuffix(".service") != "postgresql":
        return [Unit(name)]
    return [Unit(f"postgresql@{path.parent.name}-{path.name}.service") for path in Path("/etc/postgresql").glob("*/*")]


def main(words):
    verb, names = words[0], [word for word in words[1:] if not word.startswith("-")]
    RUN.mkdir(exist_ok=True)
    units = [unit for name in names for unit in units_of(name)]
    for unit in units:
        if verb in ("stop", "restart"):
            unit.stop()
        if verb in ("start", "restart") or (verb == "enable" and "--now" in words):
            unit.start()
        if verb == "reload":
            unit.reload()
        if verb == "is-active":
            print("active" if unit.pid else "inactive")
    if verb not in ("start", "stop", "restart", "reload", "enable", "is-active", "daemon-reload"):
        raise Failed(f"Nobody here knows systemctl {verb}.")
    return 3 if verb == "is-active" and not all(unit.pid for unit in units) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Failed, subprocess.SubprocessError, OSError) as error:
        sys.exit(f"systemctl {' '.join(sys.argv[1:])}: {error}")
