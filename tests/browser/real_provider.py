"""npm's oidc-provider on this machine: fetched once into var/, started for a test session and stopped with it."""

import fcntl
import json
import platform
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSION = "9.13.3"
FOLDER = ROOT / "var" / f"oidc-provider-{VERSION}"
# It wants a newer Node than Debian 12 has; npm has one for Linux as a package.
OLDEST_NODE = 20
NODE = f"node-linux-{'arm64' if platform.machine() in ('aarch64', 'arm64') else 'x64'}"


def is_installed():
    return (FOLDER / "installed").exists()


def install():
    """Fetch the provider, and a Node where this machine's is too old; returns the program that runs it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        packages = [f"oidc-provider@{VERSION}", *([] if _node_is_new_enough() else [f"{NODE}@{OLDEST_NODE}"])]
        if not is_installed():
            command = ["npm", "install", "--silent", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]
            subprocess.run([*command, "--ignore-scripts", "--prefix", FOLDER, *packages], check=True, timeout=300)
            (FOLDER / "installed").touch()
    return "node" if len(packages) == 1 else str(FOLDER / "node_modules" / NODE / "bin" / "node")


def _node_is_new_enough():
    if not shutil.which("node"):
        return False
    found = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True, timeout=60).stdout
    return int(found.strip().removeprefix("v").partition(".")[0]) >= OLDEST_NODE


@dataclass
class RealProvider:
    """One that runs, at ``issuer``, and sends people back to ``redirect``."""

    issuer: str
    process: subprocess.Popen
    redirect: str = ""

    @classmethod
    def start(cls):
        node = install()
        process = subprocess.Popen(
            [node, str(Path(__file__).with_name("provider.mjs")), str(FOLDER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        issuer = process.stdout.readline().strip()
        if not issuer:
            raise RuntimeError("The provider did not start.")
        return cls(issuer, process)

    def tell(self, people, **faults):
        """Name the people there are, by their keys, and what is to go wrong until it is told again."""
        said = json.dumps({"people": people, "redirect": self.redirect, **faults}).encode()
        # The address is ours, on this machine.
        urllib.request.urlopen(urllib.request.Request(f"{self.issuer}/tell", said), timeout=10).close()

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
