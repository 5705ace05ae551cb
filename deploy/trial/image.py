"""Does what the Dockerfile says in empty Debians, where no Docker runs; then serves from the result with its root read-only."""

import fnmatch
import http.client
import os
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

from . import dockerfile
from .room import Failed, Room

SETTINGS = {
    "SECRET_KEY": "a key of this trial only, which nobody is served with: 0123456789",
    "PORTAL_ORIGIN": "https://standards.example.gov.uk",
    "PORTAL_CONTACT_EMAIL": "standards-help@example.gov.uk",
    "TRUST_PROXY": "1",
    "DATABASE_URL": "sqlite:////var/lib/portal/portal.sqlite3",
}


class Image:
    """The result of a Dockerfile: the room of its last stage, and what CMD, USER, ENV and VOLUME say."""

    def __init__(self, room: Room, stage: dockerfile.Stage, environment: dict, folder: str):
        self.room, self.environment, self.folder = room, environment | SETTINGS, folder
        self.user = stage.last("USER")
        self.volumes = dockerfile.words(stage.last("VOLUME"))
        self.command = dockerfile.words(stage.last("CMD"))
        self.health = dockerfile.words(stage.last("HEALTHCHECK"))

    def lock(self):
        """Make the root read-only, with what an engine puts in its place for the volumes."""
        for volume in self.volumes:
            inside = self.room.path / volume[1:]
            kept = inside.stat()
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", inside], check=True)
            os.chown(inside, kept.st_uid, kept.st_gid)
            inside.chmod(kept.st_mode & 0o7777)
        subprocess.run(["mount", "-o", "remount,bind,ro", self.room.path], check=True)

    def start(self, *words) -> subprocess.Popen:
        """A process as an engine begins one: as the image's account, without any capability, never to gain one."""
        user, _, group = self.user.partition(":")
        become = (
            f"setpriv --reuid {user} --regid {group} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all"
        )
        command = f"cd {self.folder} && exec {become} -- {shlex.join(words)}"
        return subprocess.Popen(
            [shutil.which("chroot"), self.room.path, "/bin/sh", "-c", command],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, *words) -> str:
        """What a process writes that ends by itself. Raises ``Failed``."""
        process = self.start(*words)
        written = process.communicate(timeout=600)[0].decode("utf-8", "replace")
        if process.returncode:
            raise Failed(f"{shlex.join(words)} ended with {process.returncode}:\n{written[-3000:]}")
        return written


def build(project: Path, folder: Path, base: Path, cache: Path, made: list[Room]) -> Image:
    """Do each step of ``project``'s Dockerfile in rooms beneath ``folder``, added to ``made``. Raises ``Failed``."""
    rooms = {}
    found = dockerfile.stages((project / "deploy/Dockerfile").read_text())
    for number, stage in enumerate(found):
        room = rooms[stage.name] = Room(folder / f"stage-{number}", base, cache)
        made.append(room)
        environment, inside = dict(room.environment), "/"
        for instruction, argument in stage.steps:
            if instruction in ("ARG", "ENV"):
                environment |= dockerfile.assignments(argument)
            elif instruction == "WORKDIR":
                inside = argument
                (room.path / inside[1:]).mkdir(parents=True, exist_ok=True)
            elif instruction == "RUN":
                room.run(f"cd {inside}\n{argument.replace(' --no-cache-dir', '')}", environment=environment)
            elif instruction == "COPY":
                copy(shlex.split(argument), project, rooms, room.path / inside[1:], room.path)
    last = {
        name: value for name, value in environment.items() if name not in room.environment or name in ("PATH", "HOME")
    }
    return Image(room, stage, last, inside)


def copy(words: list[str], project: Path, rooms: dict[str, Room], inside: Path, root: Path):
    """Do a COPY, of the project without what .dockerignore names, or from another stage."""
    if words[0].startswith("--from="):
        source = rooms[words[0].removeprefix("--from=")].path
        _, wanted, to = words
        shutil.copytree(source / wanted[1:], root / to[1:], symlinks=True, dirs_exist_ok=True)
        return
    *wanted, to = words
    patterns = dockerfile.ignored((project / ".dockerignore").read_text())

    def left_out(folder, names):
        places = {name: str((Path(folder) / name).relative_to(project)) for name in names}
        return {name for name, place in places.items() if any(matches(place, pattern) for pattern in patterns)}

    for each in wanted:
        if (project / each).is_dir():
            shutil.copytree(project / each, inside / to, ignore=left_out, symlinks=True, dirs_exist_ok=True)
        elif not any(matches(each, pattern) for pattern in patterns):
            shutil.copy(project / each, inside / to)
        else:
            raise Failed(f"{each} is copied into the image and named in .dockerignore.")


def matches(place: str, pattern: str) -> bool:
    """Whether a pattern of a .dockerignore names a place itself; what lies within goes with it."""
    return fnmatch.fnmatch(place, pattern) or (
        pattern.startswith("**/") and fnmatch.fnmatch(Path(place).name, pattern[3:])
    )


def serve(image: Image):
    """Migrate, serve, be asked, do what is put off and what is done once a day, and end when told to. Raises ``Failed``."""
    for words in (["migrate"], ["load_standards"]):
        image.run("python", "manage.py", *words)
    server = image.start(*image.command)
    try:
        for path, status, marks in (
            ("/healthz", 200, b"alive"),
            ("/", 200, b"Contract management"),
            ("/accounts/login/", 200, b"form"),
        ):
            answer, body = _ask(path, server)
            if answer != status or marks not in body:
                raise Failed(f"{path} was answered with {answer}:\n{body[:500]!r}")
        image.run(*image.health)
        image.run("python", "manage.py", "run_worker", "--batch")
        image.run("python", "manage.py", "run_daily")
        pdf = "from documents.pdf import warm; warm()"
        image.run("python", "manage.py", "shell", "--no-imports", "-c", pdf)
        server.send_signal(signal.SIGTERM)
        if server.wait(60):
            raise Failed(f"gunicorn ended with {server.returncode}.")
    finally:
        if server.poll() is None:
            server.kill()


def _ask(path, server):
    give_up = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=20)
        headers = {"Host": "standards.example.gov.uk", "X-Forwarded-Proto": "https"}
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            if server.poll() is not None:
                raise Failed(f"It ended at once:\n{server.stdout.read()[-3000:].decode()}") from None
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
        finally:
            connection.close()
