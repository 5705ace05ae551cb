"""Empty Debians: made once by debootstrap and kept, copied for each use, with this machine's way to packages lent to them."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

RELEASE = "bookworm"
ENVIRONMENT = {
    "HOME": "/root",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
}
# What pip may be told of the way to its registry; folders of this machine are not there in another Debian.
_OF_PIP = {"index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries"}
_CERTIFICATES = "/usr/local/share/trial-certificates.crt"


class Failed(Exception):
    """A command failed; the message is the end of what it wrote."""


def make_base(cache: Path) -> Path:
    """The folder of an empty Debian, made where there is none yet; its packages come from where this machine's do."""
    base = cache / RELEASE
    if base.is_dir():
        return base
    half, packages = cache / f"{RELEASE}.half", cache / "packages"
    shutil.rmtree(half, ignore_errors=True)
    packages.mkdir(parents=True, exist_ok=True)
    sources = "".join(path.read_text() for path in sorted(Path("/etc/apt").glob("sources.list*/*.sources")))
    sources += "".join(path.read_text() for path in _lists())
    address = re.search(r"^(?:URIs:|deb(?: \[[^]]*\])?)\s+(\S+)", sources, re.MULTILINE)
    if address is None:
        raise Failed("This machine's apt has no sources.")
    command = ["debootstrap", "--variant=minbase", f"--cache-dir={packages}", RELEASE, half, address[1]]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Failed(done.stdout[-2000:] + done.stderr[-2000:])
    half.rename(base)
    return base


def _lists():
    return [
        path
        for path in (Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*.list"))
        if path.is_file()
    ]


class Room:
    """A Debian at ``path``, a copy of ``base`` (another room's folder, or an empty one's). Mounts go with this process's own."""

    def __init__(self, path: Path, base: Path, cache: Path):
        self.path = path
        subprocess.run(["cp", "--archive", "--reflink=auto", base, path], check=True)
        _mount("--bind", path, path)
        _mount("-t", "proc", "proc", path / "proc")
        _mount("-t", "sysfs", "sysfs", path / "sys", "-o", "ro")
        _mount("--rbind", "/dev", path / "dev")
        _mount("-t", "tmpfs", "tmpfs", path / "dev/shm", "-o", "mode=1777")
        self._lend(cache)

    def _lend(self, cache):
        """This machine's way to packages: sources and keys of apt, pip's registry, certificates; and what was fetched before."""
        for name in ("resolv.conf", "hosts"):
            shutil.copyfile(f"/etc/{name}", self.path / "etc" / name)
        for path in [*_lists(), *Path("/etc/apt/sources.list.d").glob("*.sources")]:
            self._copy(path)
        if not Path("/etc/apt/sources.list").is_file():
            (self.path / "etc/apt/sources.list").unlink(missing_ok=True)
        for folder in ("/etc/apt/auth.conf.d", "/etc/apt/keyrings", "/etc/apt/trusted.gpg.d", "/usr/share/keyrings"):
            for path in Path(folder).glob("*"):
                self._copy(path)
        for path in Path("/etc/apt/apt.conf.d").glob("*"):
            if "Acquire" in path.read_text() and "docker" not in path.name:
                self._copy(path)
        self.environment = ENVIRONMENT | _proxies() | self._registry()
        for name, inside in (("packages", "/var/cache/apt/archives"), ("wheels", "/var/cache/trial-wheels")):
            (cache / name / "partial").mkdir(parents=True, exist_ok=True)
            (self.path / inside[1:]).mkdir(parents=True, exist_ok=True)
            _mount("--bind", cache / name, self.path / inside[1:])
        self.environment["PIP_CACHE_DIR"] = "/var/cache/trial-wheels"
        # What is thrown away soon need not be safe from a power cut.
        (self.path / "etc/dpkg/dpkg.cfg.d/trial").write_text("force-unsafe-io\n")
        # Debian starts a server as it installs it; here they are started by what the units say.
        policy = self.path / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)

    def _copy(self, path):
        inside = self.path / str(path)[1:]
        inside.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            shutil.copy(path, inside)

    def _registry(self):
        found = {}
        listed = subprocess.run(
            [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
        ).stdout
        for name, value in re.findall(r"^(?:global|install|:env:)\.([a-z-]+)='(.*)'$", listed, re.MULTILINE):
            reachable = " ".join(word for word in value.split() if "file:" not in word)
            if name in _OF_PIP and reachable:
                found[f"PIP_{name.upper().replace('-', '_')}"] = reachable
            if name == "cert" and Path(value).is_file():
                shutil.copyfile(value, self.path / _CERTIFICATES[1:])
                found["PIP_CERT"] = _CERTIFICATES
        return found

    def run(self, command: str, *, environment: dict | None = None) -> str:
        """What a shell writes that runs ``command`` as root and stops at the first failure. Raises ``Failed``."""
        done = subprocess.run(
            ["chroot", self.path, "bash", "-euo", "pipefail", "-c", command],
            env=self.environment if environment is None else environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if done.returncode:
            raise Failed(f"{command.strip()}\nended with {done.returncode}:\n{done.stdout[-4000:]}")
        return done.stdout

    def converse(self, command: str, answers: list[tuple[str, str]]):
        """Run a command at a terminal and answer what it asks: pairs of the end of a question, and what is typed then. Raises
        ``Failed``."""
        ours, theirs = pty.openpty()
        words = ["chroot", self.path, "setsid", "--ctty", "--wait", "bash", "-c", command]
        process = subprocess.Popen(words, env=self.environment, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        written, waiting = "", list(answers)
        try:
            while select.select([ours], [], [], 120)[0] and (read := os.read(ours, 4096)):
                written += read.decode("utf-8", "replace")
                if waiting and written.rstrip().endswith(waiting[0][0]):
                    os.write(ours, f"{waiting.pop(0)[1]}\n".encode())
        except OSError:
            pass  # the terminal ends with who wrote to it
        finally:
            os.close(ours)
        if process.poll() is None:
            time.sleep(1)
        if process.poll() != 0 or waiting:
            process.kill()
            raise Failed(f"{command.strip()}\nended with {process.returncode}:\n{written[-4000:]}")

    def processes(self) -> list[int]:
        """Whatever still runs in it."""
        found = []
        for link in Path("/proc").glob("[0-9]*/root"):
            try:
                if os.readlink(link).startswith(str(self.path)):
                    found.append(int(link.parent.name))
            except OSError:
                continue
        return found

    def remove(self):
        """Take everything away, for which nothing may run in it any more."""
        subprocess.run(["umount", "--recursive", "--lazy", self.path], check=True, capture_output=True)
        if any(str(self.path) in line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()):
            raise Failed(f"Something is mounted in {self.path} still; it is not removed.")
        shutil.rmtree(self.path)


def _proxies():
    names = ("http_proxy", "https_proxy", "no_proxy")
    return {name: os.environ[name] for each in names for name in (each, each.upper()) if name in os.environ}


def _mount(*words):
    subprocess.run(["mount", *words], check=True)
