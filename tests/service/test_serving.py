"""Gunicorn as its file has it: it stops and begins again without losing a request, and believes nobody who passes something on."""

import http.client
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from standards_portal import serving
from standards_portal.web_worker import PATIENCE, may_step_back
from tests.conftest import HEAVY

ROOT = Path(__file__).parents[2]
NAMES = (
    "WEB_CONCURRENCY",
    "PORTAL_THREADS",
    "PORTAL_BIND",
    "PORTAL_STOPS_WITHIN",
    "PORTAL_KEEPALIVE",
    "PORTAL_MAX_REQUESTS",
)


@contextmanager
def served(tmp_path, **environment):
    """A gunicorn with the portal's file and a small site: its port and process, stopped at the end."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if name not in NAMES and not name.startswith("PORTAL_")}
    kept |= {"PORTAL_DEMO": "1", "PORTAL_BIND": f"127.0.0.1:{port}", "WEB_CONCURRENCY": "2", "PORTAL_THREADS": "2"}
    log = tmp_path / "gunicorn.log"
    with log.open("wb") as printed:
        environment = kept | environment
        environment["PORTAL_BIND"] = environment["PORTAL_BIND"].replace("%s", str(port))
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "tests.slow_site"],
            cwd=ROOT,
            env=environment,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        give_up = time.monotonic() + 60
        while True:
            try:
                ask(port, "/")
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < give_up, log.read_text()
                time.sleep(0.05)
        yield port, process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def ask(port, path, headers=None):
    """The status and the text of an answer, over a connection of its own."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def in_hand(port):
    """A slow request that has begun, and the list that its answer is put into."""
    found = []

    def wait():
        try:
            found.append(ask(port, "/slow")[0])
        except (OSError, http.client.HTTPException) as error:
            found.append(type(error).__name__)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.5)
    return thread, found


def process_of(answer):
    return answer[1].split()[0]


def is_refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_server_that_is_asked_to_stop_answers_what_it_has_in_hand(tmp_path):
    with served(tmp_path) as (port, process):
        thread, found = in_hand(port)
        process.terminate()
        time.sleep(0.7)
        assert is_refused(port)
        thread.join()
        assert found == [200]
        assert process.wait(timeout=10) == 0


def test_a_server_that_has_waited_long_enough_stops_all_the_same(tmp_path):
    with served(tmp_path, PORTAL_STOPS_WITHIN="1") as (port, process):
        thread, found = in_hand(port)
        began = time.monotonic()
        process.terminate()
        assert process.wait(timeout=10) == 0
        assert 0.9 < time.monotonic() - began < 1.9
        thread.join()
        assert found == ["RemoteDisconnected"] or found == ["ConnectionResetError"]


def test_a_server_that_begins_again_loses_no_request(tmp_path):
    with served(tmp_path) as (port, process):
        statuses, workers, stop = [], set(), threading.Event()

        def go_on():
            while not stop.is_set():
                status, text = ask(port, "/")
                statuses.append(status)
                workers.add(text.split()[0])

        threads = [threading.Thread(target=go_on) for _ in range(2)]
        for thread in threads:
            thread.start()
        for _ in range(5 if HEAVY else 1):
            time.sleep(0.3)
            process.send_signal(signal.SIGHUP)
            time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join()
        assert set(statuses) == {200}
        assert len(statuses) > 100
        assert len(workers) >= 4  # two of before, two of after


def test_a_process_leaves_newcomers_to_one_that_is_free(tmp_path):
    busy, others, quickly = [], [], False
    with served(tmp_path, PORTAL_THREADS="4") as (port, _):
        while not quickly:
            slow = threading.Thread(target=lambda: busy.append(process_of(ask(port, "/slow"))))
            began = time.monotonic()
            slow.start()
            time.sleep(0.05)
            others = [process_of(ask(port, "/")) for _ in range(5)]
            quickly = time.monotonic() - began < PATIENCE
            slow.join()
    assert {*others, busy[-1]} == {others[0], busy[-1]}
    assert others[0] != busy[-1]


def test_a_process_whose_request_takes_long_takes_another_beside_it(tmp_path):
    with served(tmp_path, WEB_CONCURRENCY="1", PORTAL_THREADS="3") as (port, _):
        slow = [threading.Thread(target=ask, args=(port, "/slow")) for _ in range(2)]
        for thread in slow:
            thread.start()
        time.sleep(0.05)
        began = time.monotonic()
        assert ask(port, "/")[0] == 200
        # Once the first has been in hand for as long, and then the second.
        assert PATIENCE < time.monotonic() - began < 2
        for thread in slow:
            thread.join()


def test_as_many_as_there_are_threads_and_no_more(tmp_path):
    with served(tmp_path, WEB_CONCURRENCY="1", PORTAL_THREADS="1") as (port, _):
        slow = threading.Thread(target=ask, args=(port, "/slow"))
        began = time.monotonic()
        slow.start()
        time.sleep(0.05)
        assert ask(port, "/")[0] == 200
        assert time.monotonic() - began > 2
        slow.join()


def test_what_comes_at_the_last_address_is_taken_first(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        forms = free.getsockname()[1]
    bound = {"PORTAL_BIND": f"127.0.0.1:%s,127.0.0.1:{forms}", "WEB_CONCURRENCY": "1", "PORTAL_THREADS": "1"}
    with served(tmp_path, **bound) as (pages, _):
        answered, threads = [], []
        for port, path in ((pages, "/slow"), (pages, "/page"), (pages, "/another"), (forms, "/form")):
            asking = threading.Thread(target=lambda *of: answered.append(ask(*of)[1].split()[-1]), args=(port, path))
            asking.start()
            threads.append(asking)
            time.sleep(0.1)
        for thread in threads:
            thread.join()
    assert answered == ["/slow", "/form", "/page", "/another"]


@pytest.mark.skipif(not may_step_back(), reason="this machine lets nobody take a priority back (RLIMIT_NICE)")
def test_what_is_read_leaves_the_processor_to_what_is_sent(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        forms = free.getsockname()[1]
    bound = {"PORTAL_BIND": f"127.0.0.1:%s,127.0.0.1:{forms}", "WEB_CONCURRENCY": "1", "PORTAL_THREADS": "1"}
    with served(tmp_path, **bound) as (pages, _):
        assert [ask(port, "/priority")[1] for port in (pages, forms, pages, forms)] == ["10", "0", "10", "0"]


def test_nobody_steps_back_where_all_come_to_one_address(tmp_path):
    with served(tmp_path) as (port, _):
        assert ask(port, "/priority")[1] == "0"


def test_nobody_steps_back_who_cannot_come_forward_again(monkeypatch):
    def refused(which, who, priority):
        if priority == 0:
            raise PermissionError

    monkeypatch.setattr(os, "setpriority", refused)
    assert not may_step_back()


def test_somebody_who_does_not_hang_up_keeps_nobody_waiting(tmp_path):
    with (
        served(tmp_path, WEB_CONCURRENCY="1") as (port, _),
        socket.create_connection(("127.0.0.1", port)) as open_still,
    ):
        open_still.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert open_still.recv(15) == b"HTTP/1.1 200 OK"
        began = time.monotonic()
        assert ask(port, "/")[0] == 200
        assert time.monotonic() - began < 1


def test_nobody_is_believed_about_https_or_paths(tmp_path):
    with served(tmp_path) as (port, _):
        forged = {"X-Forwarded-Proto": "https", "SCRIPT_NAME": "/evil", "PATH_INFO": "/evil", "Script-Name": "/evil"}
        status, text = ask(port, "/page", forged)
        assert (status, text.split()[1:]) == (200, ["http", "/page"])


def test_headers_have_their_limits(tmp_path):
    with served(tmp_path) as (port, _):
        assert ask(port, "/", {"Cookie": "a" * 8000})[0] == 200
        assert ask(port, "/", {"Cookie": "a" * 9000})[0] == 431
        assert ask(port, "/", {f"X-{number}": "1" for number in range(70)})[0] == 431
        assert ask(port, "/" + "a" * 8200)[0] == 414


# What the file takes from the environment


@pytest.fixture
def bare(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_without_settings_it_fits_the_machine(bare):
    bare.setattr(os, "sched_getaffinity", lambda process: {0, 1})
    assert serving.read_serving() == serving.Serving(
        workers=4, threads=4, bind=["127.0.0.1:8000"], stops_within=30, keepalive=75, max_requests=0
    )


def test_each_may_be_set(bare):
    for name, value in zip(NAMES, ("5", "8", "unix:/run/portal.sock, [::1]:9000", "10", "0", "20000"), strict=True):
        bare.setenv(name, value)
    assert serving.read_serving() == serving.Serving(
        workers=5,
        threads=8,
        bind=["unix:/run/portal.sock", "[::1]:9000"],
        stops_within=10,
        keepalive=0,
        max_requests=20000,
    )
    file = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    assert (file["workers"], file["threads"], file["max_requests_jitter"]) == (5, 8, 2000)


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("WEB_CONCURRENCY", "0", "from 1 to 64"),
        ("PORTAL_THREADS", "many", "from 1 to 32"),
        ("PORTAL_STOPS_WITHIN", "0", "from 1 to 600"),
        ("PORTAL_KEEPALIVE", "-1", "from 0 to 600"),
        ("PORTAL_MAX_REQUESTS", "1.5", "from 0 to 100000000"),
    ],
)
def test_what_cannot_be_read_stops_the_start(bare, name, value, mend):
    bare.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=f"^{name} is .*{mend}"):
        serving.read_serving()


def test_heartbeats_are_written_into_memory_where_there_is_some(monkeypatch, tmp_path):
    monkeypatch.setattr(serving, "SHARED_MEMORY", tmp_path)
    assert serving.folder_for_heartbeats() == str(tmp_path)
    monkeypatch.setattr(serving, "SHARED_MEMORY", tmp_path / "not-there")
    assert serving.folder_for_heartbeats() is None


def test_no_connection_to_the_database_is_handed_to_a_worker(monkeypatch):
    closed = []
    monkeypatch.setattr("django.db.connections.close_all", lambda: closed.append("all"))
    runpy.run_path(str(ROOT / "gunicorn.conf.py"))["pre_fork"](None, None)
    assert closed == ["all"]
