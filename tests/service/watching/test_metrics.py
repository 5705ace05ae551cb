"""What Prometheus is shown: counted over all processes, by names that the source holds, at a port that is there when asked for."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from prometheus_client.parser import text_string_to_metric_families

from documents import pdf
from people.models import Notice
from service.watching import exporting, figures, metrics
from tests.factories import make_user
from tests.routes import routes
from tests.servers import ROOT, LivePortal, _wait_until_it_answers, listen, start_gunicorn
from tests.service.watching.sinks import events_in, named, sink, spans_in


def free_port():
    with closing(listen()) as free:
        return free.getsockname()[1]


def shown(port):
    """What is shown at the port: value by name and labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        return {(each.name, *sorted(each.labels.items())): each.value for family in families for each in family.samples}


def value(found, name, **labels):
    return found.get((name, *sorted(labels.items())), 0)


def get(address, **headers):
    """Status, headers and body of an answer, whatever it is."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read().decode("utf-8", "replace")


@pytest.fixture(scope="module")
def watched(portals):
    """A portal of two processes that writes its log as in production and is watched in every way: the portal, the port with its
    figures, and what is sent to a Sentry and to a collector of traces."""
    with sink() as (sunk, taken):
        yield from served(portals, named(sunk), taken)


def served(portals, watchers, taken):
    port = free_port()
    environment = portals.served_environment() | watchers
    environment |= {"PORTAL_TESTS_PLANT": "cold breaking", "PORTAL_METRICS_PORT": str(port)}
    log = portals.folder / "watched.log"
    with closing(listen()) as listening:
        process = start_gunicorn(listening, environment, log, workers=2, threads=2)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        portal = LivePortal(address, environment["DATABASE_URL"], environment, log, process)
        try:
            _wait_until_it_answers(portal)
            yield portal, port, taken
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)


def test_requests_are_counted_by_route_over_all_processes(watched):
    portal, port, _ = watched
    before = shown(port)
    for _ in range(8):
        assert get(f"{portal.address}/help/")[0] == 200
    assert get(f"{portal.address}/standards/contract-management/7.5/")[0] == 404
    assert get(f"{portal.address}/PlantedPathText/")[0] == 404
    for path in ("/healthz", "/readyz"):
        assert get(portal.address + path)[0] == 200
    after = shown(port)
    grown = {key: number - before.get(key, 0) for key, number in after.items() if number != before.get(key, 0)}
    counted = {key[1:]: number for key, number in grown.items() if key[0] == "portal_requests_total"}
    get_help, no_version, nowhere = (
        (("method", "GET"), ("route", route), ("status", status))
        for route, status in (("help", "200"), ("version-detail", "404"), ("(none)", "404"))
    )
    assert counted == {get_help: 8, no_version: 1, nowhere: 1}
    assert value(grown, "portal_request_seconds_count", route="help") == 8
    assert value(grown, "portal_request_seconds_bucket", route="help", le="+Inf") == 8
    assert 0 < value(grown, "portal_request_seconds_sum", route="help") < 60


def test_the_lines_of_requests_are_json_with_the_id_that_the_answer_names(watched):
    portal, *_ = watched
    status, headers, _ = get(f"{portal.address}/help/?q=PlantedQueryText")
    assert status == 200
    lines = [json.loads(line) for line in portal.printed().splitlines()]
    (line,) = [each for each in lines if each["id"] == headers["X-Request-ID"]]
    assert (line["logger"], line["message"], line["status"]) == ("service.access", "GET /help/ 200", 200)
    assert [each for each in lines if "healthz" in str(each) or "readyz" in str(each)] == []
    assert "Planted" not in portal.printed()


def test_static_files_named_by_content_may_be_kept_for_ever(watched):
    portal, *_ = watched
    named = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', get(f"{portal.address}/help/")[2])[1]
    status, headers, _ = get(portal.address + named)
    assert (status, headers["Cache-Control"]) == (200, "max-age=315360000, public, immutable")


def test_what_waits_is_shown_and_a_worker_shows_what_it_did(watched):
    portal, port, _ = watched
    found = shown(port)
    (waiting,) = portal.rows(f"SELECT count(*) FROM {DBTaskResult._meta.db_table} WHERE status = 'READY'")[0]
    assert waiting > 5
    assert value(found, "portal_tasks_waiting") == waiting
    assert value(found, "portal_notices", delivery="waiting") > 5
    assert value(found, "portal_figures_read") == 1
    workers = free_port()
    with (portal.log.parent / "worker.log").open("w+b") as printed:
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "run_worker"],
            cwd=ROOT,
            env=portal.environment | {"PORTAL_WORKER_METRICS_PORT": str(workers)},
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        try:
            done = 0
            give_up = time.monotonic() + 60
            while done < 5 and time.monotonic() < give_up:
                time.sleep(0.3)
                try:
                    found = shown(workers)
                except OSError:
                    continue
                done = value(found, "portal_tasks_total", task="send_notice", outcome="done")
        finally:
            worker.terminate()
            assert worker.wait(timeout=30) == 0
        assert done >= 5
        assert value(found, "portal_worker_seen_seconds") < 60
        printed.seek(0)
        lines = [json.loads(line) for line in printed.read().decode().splitlines()]
    assert sum(each["id"].startswith("task-") for each in lines) >= 5


def test_an_error_reaches_a_sentry_from_each_process_with_the_id_that_the_answer_names(watched):
    portal, _, taken = watched
    ids = set()
    for _ in range(6):
        status, headers, _ = get(f"{portal.address}/help/", **{"X-Break": "PlantedWay"})
        assert status == 500
        ids.add(headers["X-Request-ID"])
    give_up = time.monotonic() + 20
    while not ids <= {each["tags"]["id"] for each in events_in(taken)}:
        assert time.monotonic() < give_up
        time.sleep(0.1)
    assert {each["exception"]["values"][-1]["type"] for each in events_in(taken)} == {"KeyError"}
    assert b"PlantedWay" not in b"".join(body for *_, body in taken)


def test_a_reload_forgets_nothing_and_the_end_leaves_nothing(watched):
    portal, port, taken = watched
    folders = folders_of(portal.process.pid)
    assert len(folders) == 1
    before = shown(port)
    workers = children_of(portal.process.pid)
    portal.process.send_signal(signal.SIGHUP)
    give_up = time.monotonic() + 30
    while len(set(workers) & set(children_of(portal.process.pid))) > 1:
        assert time.monotonic() < give_up
        time.sleep(0.1)
    assert get(f"{portal.address}/help/")[0] == 200
    after, labels = shown(port), {"route": "help", "method": "GET", "status": "200"}
    assert value(after, "portal_requests_total", **labels) == value(before, "portal_requests_total", **labels) + 1
    portal.process.terminate()
    assert portal.process.wait(timeout=10) == 0
    with pytest.raises(OSError, match="refused"):
        shown(port)
    assert [each for each in folders if each.exists()] == []
    # What was not sent yet was sent as the processes ended.
    assert "GET help" in spans_in(taken)[0]


def folders_of(process):
    """Where the processes of a gunicorn count: the folders of the files that they have mapped."""
    maps = "".join(Path(f"/proc/{child}/maps").read_text() for child in children_of(process))
    return {Path(each) for each in re.findall(r"(/\S+/portal-metrics-[^/]+)/", maps)}


def children_of(process):
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_a_port_that_is_taken_stops_the_start_and_is_said():
    with closing(listen()) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "gunicorn", "tests.slow_site", "--bind", "127.0.0.1:0"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PORTAL_DEMO": "1", "PORTAL_METRICS_PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert done.returncode == 1
    said = f"Figures cannot be shown at port {port} of 127.0.0.1: Address already in use. Stop what listens there, or change "
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_somebody_else_named_is_left_alone(monkeypatch, tmp_path):
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    for each in (theirs, ours):
        each.mkdir()
    monkeypatch.setenv(exporting.FOLDER, str(theirs))
    exporting.make_folder(str(ours))
    exporting.make_folder(str(ours))
    (made,) = ours.iterdir()
    assert os.environ[exporting.FOLDER] == str(made)
    exporting.remove_folder()
    assert (list(ours.iterdir()), theirs.exists()) == ([], True)


def test_unless_asked_for_nothing_of_it_is_imported(portals):
    code = (
        "import sys, standards_portal.wsgi, service.watching.beginning as b; b.begin_in_server(); b.begin_in_worker(lasts=True);"
        "print(*sorted({'prometheus_client', 'sentry_sdk', 'opentelemetry'} & set(sys.modules)), 'and nothing else')"
    )
    environment = {"PATH": os.environ["PATH"], "DEBUG": "1", "DATABASE_URL": "sqlite://"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "and nothing else\n", done.stderr


# Within this process


def counted(name, **labels):
    return metrics.REGISTRY.get_sample_value(name, labels) or 0


@pytest.mark.django_db
def test_labels_are_a_closed_set_whatever_is_asked(settings):
    settings.MIDDLEWARE = ["service.watching.metrics.counted_requests", *settings.MIDDLEWARE]
    names = {each.name for each in routes()} | {"(none)", "(static)"}
    browser = Client(raise_request_exception=False)
    for path in (
        "/help/",
        "/a/b/PlantedText/",
        "/static/none.css",
        "/assessments/0b9c8c1c-0000-4000-8000-000000000000/",
    ):
        for method in ("GET", "POST", "PROPFIND", "PLANTED"):
            browser.generic(method, path)
    labels = [each.labels for family in metrics.REGISTRY.collect() for each in family.samples]
    assert {each["route"] for each in labels if "route" in each} <= names
    assert {each["method"] for each in labels if "method" in each} == {"GET", "POST", "other"}
    assert not re.search("Planted|PLANTED|0b9c8c1c", str(labels))


def test_static_files_are_one_route():
    assert metrics.route_of(SimpleNamespace(resolver_match=None, path_info="/static/a.css")) == "(static)"
    assert metrics.route_of(SimpleNamespace(resolver_match=None, path_info="/a")) == "(none)"


def test_pdfs_are_counted_and_those_that_could_not_be_made(monkeypatch):
    monkeypatch.setattr(pdf, "AFTER_EACH", [metrics.count_render])
    before = counted("portal_renders_total", outcome="made"), counted("portal_renders_total", outcome="failed")
    monkeypatch.setattr(pdf, "_engine", lambda: SimpleNamespace(render=lambda *args: (b"%PDF", True)))
    assert pdf.render_pdf("<html>") == b"%PDF"
    monkeypatch.setattr(pdf, "_engine", None)
    with pytest.raises(TypeError):
        pdf.render_pdf("<html>")
    after = counted("portal_renders_total", outcome="made"), counted("portal_renders_total", outcome="failed")
    assert after == (before[0] + 1, before[1] + 1)


@pytest.mark.parametrize(("status", "outcome"), [("SUCCESSFUL", "done"), ("READY", "again"), ("FAILED", "dead")])
def test_tasks_are_counted_by_what_became_of_them(status, outcome):
    labels = {"task": "send_notice", "outcome": outcome}
    before = counted("portal_tasks_total", **labels)
    metrics.count_task(None, SimpleNamespace(status=status, task=SimpleNamespace(name="send_notice")))
    assert counted("portal_tasks_total", **labels) == before + 1


@pytest.mark.django_db
def test_notices_are_counted_by_what_is_to_become_of_them():
    person = make_user()
    for delivery in ("waiting", "failed", "failed", "portal"):
        Notice.objects.create(recipient=person, kind="shared", delivery=delivery)
    (family,) = figures._notices()
    assert {each.labels["delivery"]: each.value for each in family.samples} == {
        "waiting": 1,
        "sending": 0,
        "not-known": 0,
        "failed": 2,
    }


@pytest.mark.django_db
def test_figures_are_read_seldom_and_what_cannot_be_read_is_left_out(monkeypatch):
    collector = figures.Figures()
    first = collector.collect()
    assert collector.collect() is first
    assert {each.name for each in first} >= {"portal_tasks_waiting", "portal_oldest_task_seconds", "portal_notices"}
    monkeypatch.setattr(figures, "STANDS_FOR", 0)
    monkeypatch.setattr(figures, "_notices", lambda: 1 / 0)
    found = {each.name: each.samples[0].value for each in collector.collect()}
    assert "portal_notices" not in found
    assert (found["portal_figures_read"], found["portal_tasks_waiting"]) == (0, 0)
