"""Measures that Monday: ``script/bench --load``, or ``--load --quick`` for a look of a minute that is no measurement.

The portal serves as in production, with PostgreSQL's durable defaults, and the worker makes PDFs of what people share. The rate at
which people come is set, with as many processes as the portal has of itself, so that both cores are at about 80 %. The same rate
is then kept for other numbers of processes, and, to see what drawing PDFs takes from pages, for a worker that does all but that
and for one that draws without a break. One process that cannot carry that rate is measured at what it can.
"""

import json
import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib.auth.hashers import check_password
from django.db.models import Min
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from assessments.actions.report_files import make_report_files
from assessments.models import Assessment, ReportFile
from documents import pdf
from insights.actions.campaigns import start_campaign
from insights.tasks import invite_people
from people.models import Notice, Organisation, User
from standards.models import Version
from tests.smtp import listening

from ..machine import commit, described, load_average
from ..server import TICKS, tree_ticks
from . import figures
from .cpu import Usage, sync_ms
from .population import PASSWORD, make_people
from .serving import PDF_SIZE, Coming, Portal

BUSY = 0.8
TAIL = 2
FIRST_RATE = 1.1
# Seconds from one answer to the next where it is asked how many can be answered at most.
HURRY = 0.2
# Where half of the answers took longer to save than so many milliseconds, the load was not carried; it is measured again at a
# share of what was answered.
FAR_BEHIND = 500
CARRIED = 0.85
MAILS_WITHIN = 60
PREPARED_WITHIN = 30
INVITED = 3


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many people, and how many seconds of each thing."""

    people: int
    warm: float
    look: float
    looks: int
    stretch: float
    flood: float
    processes: tuple[int, ...]


# People begin an area and are busy with it for some 45 seconds: it takes as long until all are in the midst of one.
WHOLE = Lengths(people=4000, warm=45, look=15, looks=2, stretch=40, flood=6, processes=(4, 1, 2, 3))
QUICK = Lengths(people=700, warm=15, look=5, looks=1, stretch=10, flood=2, processes=(4,))


class Measuring:
    """One run. ``say`` is told how it goes on; ``floor`` is F in seconds of CPU."""

    def __init__(self, stack, plan, lengths, threads, folder, say):
        self.stack, self.plan, self.lengths, self.threads = stack, plan, lengths, threads
        self.folder, self.say = folder, say
        self.sink, mail_port = stack.enter_context(listening())
        self.portal = Portal(folder, mail_port)
        self.postgres = int(os.environ["POSTGRES_PID"])
        self.coming, self.roots = None, {}
        self.a_person = 0.0

    def all(self, rate=None) -> list[figures.Stretch]:
        """Every stretch, at ``rate`` people a second, or at the rate that keeps both cores busy as far as they should be."""
        found = []
        for processes in self.lengths.processes:
            with self.portal.gunicorn(processes, self.threads) as (ports, pid):
                self.say(f"gunicorn: {processes} × {self.threads}")
                self._meet(ports, pid)
                is_main = processes == self.lengths.processes[0]
                if rate is None:
                    rate = self._find_rate(processes)
                elif is_main:
                    # A review takes two minutes: until then fewer are under way than later on.
                    self.coming.order(rate=rate)
                    time.sleep(2 * self.lengths.warm)
                found.append(self._as_they_come(processes, rate))
                if self.lengths.flood:
                    found[-1] = replace(found[-1], asked=self._flood(rate))
                if is_main:
                    found += self._with_and_without(processes, found[-1].rate)
                self.coming.order(rate=0)
        return sorted(found, key=lambda each: each.processes)

    def invite(self, departments) -> float:
        """Invite the people of so many departments, as the worker sends it; returns e-mails a second."""
        version, top = Version.objects.latest_published(), Organisation.objects.get(code="monday")
        analyst = User.objects.get(email="analyst@example.org")
        for organisation in top.parts.order_by("pk")[:departments]:
            due = timezone.localdate() + timedelta(days=30)
            start_campaign(
                organisation=organisation, framework=version.framework, due_on=due, remind_days=(7,), by=analyst
            )
        ends = time.monotonic() + MAILS_WITHIN
        waiting = Notice.objects.filter(delivery__in=(Notice.Delivery.WAITING, Notice.Delivery.SENDING))
        with self.portal.worker(draws=False):
            while not self.sink.accepted and time.monotonic() < ends:
                time.sleep(0.05)
            began = time.monotonic()
            # The first are sent while the others are still written.
            while (self.tasks_of_invitations() or waiting.exists()) and time.monotonic() < ends:
                time.sleep(0.1)
        return len(self.sink.accepted) / max(0.1, time.monotonic() - began)

    def tasks_of_invitations(self):
        return DBTaskResult.objects.ready().filter(task_path=invite_people.module_path).exists()

    def _meet(self, ports, pid):
        """Let people come to a server, once it has prepared what it prepares beside its first requests."""
        ends = time.monotonic() + PREPARED_WITHIN
        before, now = -TICKS, tree_ticks(pid)
        while now - before > TICKS / 20 and time.monotonic() < ends:
            time.sleep(1)
            before, now = now, tree_ticks(pid)
        if self.coming is None:
            self.coming = Coming(self.portal, self.stack, self.folder / "plan.json", ports)
        else:
            self.coming.order(ports=ports)
        self.roots = {"server": pid, "PostgreSQL": self.postgres, "load": self.coming.process.pid}

    def _find_rate(self, processes):
        """People a second at which both cores are busy as far as they should be."""
        rate = FIRST_RATE
        with self.portal.worker(draws=True) as worker:
            for _ in range(self.lengths.looks):
                seen = self._stretch("look", processes, rate, worker, seconds=self.lengths.look)
                busy = seen.shares["all"]
                self.a_person = seen.a_second / rate
                self.say(f"{rate:.2f} people a second: {seen.a_second:.0f} requests, cores at {busy:.0%}")
                rate *= min(2.5, max(0.3, BUSY / busy))
        return rate

    def _as_they_come(self, processes, rate):
        """Everything as in production; less of it where it cannot be carried."""
        with self.portal.worker(draws=True) as worker:
            seen = self._stretch(figures.AS_IT_COMES, processes, rate, worker)
            self.a_person = self.a_person or seen.a_second / rate
            save = seen.kinds.get(figures.SAVE)
            if save and save.p50 > FAR_BEHIND:
                carried = CARRIED * seen.a_second / self.a_person
                self.say(f"{processes} carry no {rate:.2f} people a second; at {carried:.2f} instead")
                self.coming.order(rate=0, forget=True)
                time.sleep(3 * TAIL)
                seen = self._stretch(figures.AS_IT_COMES, processes, carried, worker)
        return seen

    def _with_and_without(self, processes, rate):
        """The same load without the drawing of PDFs, and with nothing but; then pages alone, as many as keep the cores busy."""
        with self.portal.worker(draws=False) as worker:
            without = self._stretch(figures.UNDRAWN, processes, rate, worker)
        self._give_pdfs()
        with self.portal.worker(draws=True) as worker:
            beside = self._stretch(figures.WITHOUT_A_BREAK, processes, rate, worker)
        self._take_pdfs_back()
        more = rate * min(2.5, BUSY / without.shares["all"])
        with self.portal.worker(draws=False) as worker:
            alone = self._stretch(figures.ALONE, processes, more, worker)
        return [without, beside, alone]

    def _stretch(self, name, processes, rate, worker, *, seconds=0):
        seconds = seconds or self.lengths.stretch
        path = self.folder / "seen.json"
        roots = self.roots | {"worker": worker}
        self.coming.order(rate=rate)
        time.sleep(self.lengths.warm)
        self.coming.order(save=str(path))
        began, sent, made = timezone.now(), len(self.sink.accepted), timezone.now()
        before, lag = Usage.of(roots), (0.0, 0)
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            time.sleep(min(2, left))
            lag = max(lag, queue_lag())
        shares = Usage.of(roots).since(before)
        time.sleep(TAIL)
        self.coming.order(save=str(path))
        seen = json.loads(path.read_text("utf-8"))
        window = (seen["began"], seen["began"] + seconds)
        failed, refused = figures.answers_of(seen["requests"])
        found = figures.Stretch(
            name=name,
            processes=processes,
            threads=self.threads,
            rate=rate,
            seconds=seconds,
            kinds=figures.kinds_of(seen["requests"], *window),
            shares=shares,
            wrong=seen["refused"],
            late=figures.late_of(seen["behind"]),
            lag=lag,
            made=(pdfs_since(made), len(self.sink.accepted) - sent),
            failed=failed,
            refused=refused,
            missing=seen["missing"],
        )
        save = found.kinds.get(figures.SAVE)
        if name != "look" and save:
            self.say(
                f"{name}: {rate:.2f} people, {found.a_second:.0f} requests a second, cores at {shares['all']:.0%}, "
                f"a save {save.p50:.1f}, {save.p95:.1f}, {save.p99:.1f} ms; {failed} failed, {refused} refused "
                f"({(timezone.now() - began).total_seconds():.0f} s)"
            )
        for wrong, times in list(found.wrong.items())[:5]:
            self.say(f"  {times} × {wrong}")
        return found

    def _flood(self, rate):
        """Requests a second at most: more come than can be answered."""
        path = self.folder / "flood.json"
        self.coming.order(rate=2.5 * rate, thinks=HURRY)
        time.sleep(2)
        self.coming.order(save=str(path))
        time.sleep(self.lengths.flood)
        self.coming.order(rate=0, thinks=None, forget=True, save=str(path))
        seen = json.loads(path.read_text("utf-8"))
        most = sum(1 for *_, status in seen["requests"] if status) / seen["seconds"]
        self.say(f"at most {most:.0f} requests a second")
        time.sleep(self.lengths.flood)
        return most

    def _give_pdfs(self):
        """Give the worker more PDFs to make than it can: those of every round but the readers'."""
        readers = [each["assessment"] for each in self.plan["readers"]]
        ReportFile.objects.exclude(assessment__in=readers).delete()
        rounds = Assessment.objects.exclude(state=Assessment.State.DRAFT).exclude(pk__in=readers)
        for pk in rounds.values_list("pk", flat=True):
            make_report_files.enqueue(str(pk))

    def _take_pdfs_back(self):
        path = make_report_files.module_path
        DBTaskResult.objects.filter(task_path=path, status=TaskResultStatus.READY).delete()


def measure(measurer, *, quick, processes, threads, rate, say):
    """Measure that Monday and return the report as lines of Markdown. ``measurer`` has the floor's server."""
    lengths = QUICK if quick else WHOLE
    if processes:
        lengths = replace(lengths, processes=tuple(processes))
    load = load_average()
    floors = [measurer.floor_seconds() * 1000]
    say(f"F is {floors[0]:.2f} ms")
    with TemporaryDirectory(prefix="portal-load-") as name, ExitStack() as stack:
        folder = Path(name)
        sync = sync_ms(folder)
        plan = make_people(lengths.people)
        keep_pdfs(plan["readers"])
        (folder / "plan.json").write_text(json.dumps(plan), "utf-8")
        new, midway = (
            sum("session" not in each for each in plan["people"]),
            sum("assessment" in each for each in plan["people"]),
        )
        say(f"{new} people who have not begun, {midway} midway, {len(plan['line_managers'])} line managers")
        measuring = Measuring(stack, plan, lengths, threads, folder, say)
        sign_in_ms = sign_in_cost(measuring)
        say(f"A sign-in by password: {sign_in_ms:.0f} ms of CPU")
        mails = measuring.invite(INVITED)
        say(f"{mails:.0f} e-mails a second")
        try:
            found = measuring.all(rate)
            floors.append(measurer.floor_seconds() * 1000)
        except Exception:
            for log in ("gunicorn", "worker", "coming"):
                print(f"-- {log}\n{measuring.portal.printed(log)}", file=sys.stderr)
            raise
        for log in ("gunicorn", "worker", "coming"):
            for line in measuring.portal.errors(log):
                say(f"{log}: {line}")
        line = measuring.portal.bytes_a_line("gunicorn")
    # A machine that others share is not as fast at the end as at the beginning.
    floor_ms = sum(floors) / len(floors)
    head = (
        f"`script/bench --load{' --quick' if quick else ''}` on {timezone.localtime():%-d %B %Y}, {described()}, load {load:.1f} "
        f"at the start, commit {commit()}; F = {floor_ms:.2f} ms ({floors[0]:.2f} before, {floors[1]:.2f} after). "
        "Times are counted from when a request was due. “Load” is those who come and the mail server, on the same cores."
    )
    return figures.report(found, figures.Costs(floor_ms, sign_in_ms, mails, sync, line), head)


def keep_pdfs(readers):
    """Keep a PDF of the usual size for each round of the readers, as the worker would, but for its rendering."""
    rendered, pdf.render_pdf = pdf.render_pdf, lambda *args, **options: b"%PDF-" + bytes(PDF_SIZE)
    try:
        for each in readers:
            make_report_files.func(each["assessment"])
    finally:
        pdf.render_pdf = rendered


def sign_in_cost(measuring) -> float:
    """Milliseconds of CPU that it takes to evaluate a password, which is nearly all that a sign-in costs."""
    user = User.objects.filter(email__endswith="made-up.example.com").first()
    began = time.process_time()
    check_password(PASSWORD, user.password)
    return (time.process_time() - began) * 1000


def queue_lag() -> tuple[float, int]:
    """How many seconds the oldest task that could be done has waited, and how many such tasks there are."""
    ready = DBTaskResult.objects.ready()
    oldest = ready.aggregate(Min("enqueued_at"))["enqueued_at__min"]
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0, ready.count()


def pdfs_since(moment) -> int:
    return ReportFile.objects.filter(made_at__gt=moment).count()
