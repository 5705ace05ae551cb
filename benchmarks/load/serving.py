"""The processes of that Monday: gunicorn, the worker, those who come. Each ends with what started it."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.server import free_port

ROOT = Path(__file__).resolve().parents[2]
HOST = "load.example.org"
# With rendering left out the worker does all that it would, and keeps an empty file as long: what is compared is the rendering.
PDF_SIZE = 98_000
WORKER = (
    "import sys; from django.core.management import execute_from_command_line as run; run(['manage.py', 'run_worker'])"
)
WITHOUT_RENDERING = (
    f"import documents.pdf; documents.pdf.render_pdf = lambda *a, **k: b'%PDF-' + bytes({PDF_SIZE}); {WORKER}"
)


class Portal:
    """Starts processes of a portal in production, on the database of the environment; ``folder`` holds what they print."""

    def __init__(self, folder: Path, mail_port: int):
        self.folder = folder
        kept = {
            n: v for n, v in os.environ.items() if not n.startswith(("PORTAL_", "EMAIL_", "SECRET_", "BENCH_", "OIDC_"))
        }
        kept.pop("DEBUG", None)
        self.environment = kept | {
            "DJANGO_SETTINGS_MODULE": "standards_portal.settings",
            # The one that sessions were signed with as they were prepared.
            "SECRET_KEY": os.environ["PORTAL_DEMO_SECRET_KEY"],
            "PORTAL_ORIGIN": f"https://{HOST}",
            "PORTAL_CONTACT_EMAIL": "help@example.org",
            "TRUST_PROXY": "1",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mail_port),
            "PYTHONPATH": str(ROOT),
        }

    @contextmanager
    def process(self, name, *arguments, **options):
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *map(str, arguments)], cwd=ROOT, env=self.environment, stderr=log, **options
            )
            try:
                yield process
            finally:
                process.terminate()
                try:
                    process.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    @contextmanager
    def gunicorn(self, processes, threads):
        """Serves on two ports, the second for forms, as nginx.conf sends them; gives (ports, process id)."""
        ports = [free_port(), free_port()]
        arguments = ["-m", "gunicorn", "standards_portal.wsgi", "--log-level", "warning"]
        arguments += [part for port in ports for part in ("--bind", f"127.0.0.1:{port}")]
        arguments += ["--workers", processes, "--threads", threads]
        with self.process("gunicorn", *arguments, stdout=subprocess.DEVNULL) as process:
            self._wait(process, ports[0])
            yield ports, process.pid

    @contextmanager
    def worker(self, *, draws):
        code = WORKER if draws else WITHOUT_RENDERING
        with self.process("worker", "-c", code, stdout=subprocess.DEVNULL) as process:
            yield process.pid

    def _wait(self, process, port, seconds=60):
        latest = time.monotonic() + seconds
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/help/", headers={"Host": HOST, "X-Forwarded-Proto": "https"}
        )
        while True:
            try:
                # The address is ours, on the loopback interface.
                urllib.request.urlopen(asked, timeout=5).close()
                return
            except OSError as refused:
                if process.poll() is not None or time.monotonic() > latest:
                    raise RuntimeError(f"gunicorn does not serve: {refused}. {self.printed('gunicorn')}") from None
                time.sleep(0.1)

    def errors(self, name) -> list[str]:
        """The first lines of a log that tell of an error."""
        path = self.folder / f"{name}.log"
        lines = path.read_text("utf-8", "replace").splitlines() if path.exists() else []
        return [line[:300] for line in lines if '"ERROR"' in line or line.startswith("Traceback")][:5]

    def bytes_a_line(self, name) -> float:
        """How long a line of a log is."""
        path = self.folder / f"{name}.log"
        lines = path.read_bytes().count(b"\n") if path.exists() else 0
        return path.stat().st_size / lines if lines else 0.0

    def printed(self, name, lines=12):
        path = self.folder / f"{name}.log"
        return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:]) if path.exists() else ""


class Coming:
    """The process of those who come (``driving``)."""

    def __init__(self, portal, stack: ExitStack, plan: Path, ports: list[int]):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        arguments = ["-m", "benchmarks.load.driving", plan, HOST, *ports]
        self.process = stack.enter_context(portal.process("coming", *arguments, **pipes))
        self._heard()

    def order(self, **order):
        print(json.dumps(order), file=self.process.stdin, flush=True)
        self._heard()

    def _heard(self):
        if not self.process.stdout.readline():
            raise RuntimeError("those who come have gone: see coming.log")
