"""Two windows at once, on a real server and a real database: nothing is overwritten unseen, and nobody is told "locked"."""

import json
import random
import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Barrier, Timer
from uuid import UUID

import psycopg2
import pytest

from assessments.answers import NOT_RELEVANT, Answered
from tests.conftest import HEAVY
from tests.servers import connect
from tests.windows import Window, drawn_fields

OWNER, OTHER, NEW = "nia.penwydd@example.com", "zofia.dabrowka@example.com", "callum.inverwick@example.com"
SAVES_PER_WINDOW = 400 if HEAVY else 7
STARTS = 60 if HEAVY else 4
LEVELS = "0123"


@dataclass(frozen=True)
class Save:
    """A save that the portal said was done: what its page was drawn with, and what is saved since (revision and mark)."""

    statement: int
    base: str
    result: str


def unseen_overwrites(saves, first, last):
    """Saves that replaced something which their window had not seen, or that were lost without a word.

    Each statement's saves must form one chain from what ``first`` says of it to what ``last`` says.
    """
    by_statement = defaultdict(list)
    for save in saves:
        by_statement[save.statement].append(save)
    wrong = []
    for statement, done in by_statement.items():
        left = {save.base: save for save in done}
        if len(left) < len(done):
            wrong.append(f"{statement}: two saves replaced the same answer")
        at = first[statement]
        while at in left:
            at = left.pop(at).result
        wrong += [
            f"{statement}: {save.result} replaced {save.base}, which was never saved or no longer stood"
            for save in left.values()
        ]
        if at != last[statement]:
            wrong.append(f"{statement}: {at} was said to be saved, and {last[statement]} is")
    return wrong


@pytest.mark.parametrize(
    ("saves", "last", "wrong"),
    [
        ([("0.a", "1.b"), ("1.b", "2.c")], "2.c", 0),
        ([("1.b", "2.c"), ("0.a", "1.b")], "2.c", 0),
        ([("0.a", "1.b"), ("0.a", "1.c")], "1.c", 1),
        ([("0.a", "1.b"), ("0.a", "2.c")], "2.c", 1),
        ([("0.a", "1.b"), ("1.x", "2.c")], "2.c", 2),
        ([("0.a", "1.b")], "0.a", 1),
    ],
)
def test_overwrites_are_found_in_what_happened(saves, last, wrong):
    assert len(unseen_overwrites([Save(1, *each) for each in saves], {1: "0.a"}, {1: last})) == wrong


def rating_page(portal, email):
    """The path of the page of A1 in somebody's round."""
    ((found,),) = portal.rows(
        f"SELECT r.id FROM assessments_assessment r JOIN people_user u ON u.id = r.owner_id WHERE u.email = '{email}'"
    )
    return f"/assessments/{UUID(str(found))}/rate/A1/"


def type_and_save(window, path, *, number, barrier, statements):
    """Changes answers again and again, on what the window saw last; returns the saves, the conflicts and the other statuses."""
    random_of_window = random.Random(number)
    saves, conflicts, strange = [], 0, []
    seen = drawn_fields(window.get(path).text)
    barrier.wait(timeout=60)
    for count in range(SAVES_PER_WINDOW):
        pk = random_of_window.choice(statements)
        level = random_of_window.choice(LEVELS)
        note = f"Window {number}, change {count}"
        fields = {f"drawn-{pk}": seen[pk], f"level-{pk}": level, f"note-{pk}": note}
        one_by_one = random_of_window.random() < 0.7
        answer = window.post(f"{path}save/" if one_by_one else path, fields, json=one_by_one)
        result = f"{int(seen[pk].partition('.')[0]) + 1}.{Answered(rank=int(level), note=note).mark()}"
        if answer.status in (200, 302):
            if one_by_one:
                result = json.loads(answer.text)["drawn"][str(pk)]
            saves.append(Save(pk, seen[pk], result))
            seen[pk] = result
        elif answer.status in (409, 422):
            conflicts += 1
            if not one_by_one:
                assert note in answer.text
            seen = drawn_fields(window.get(path).text)
        else:
            strange.append(f"{answer.status} {answer.text[:200]}")
    return saves, conflicts, strange


def all_at_once(portal):
    """Three windows of one person and one of another type at the same time; returns what was wrong, and (saves, conflicts)."""
    with closing(Window(portal)) as first, closing(Window(portal)) as other:
        first.sign_in(OWNER)
        other.sign_in(OTHER)
        windows = [first, first.second(portal), first.second(portal), other]
        pages = [rating_page(portal, email) for email in (OWNER, OWNER, OWNER, OTHER)]
        before = [drawn_fields(window.get(page).text) for window, page in zip(windows, pages, strict=True)]
        barrier = Barrier(len(windows))
        with ThreadPoolExecutor(len(windows)) as pool:
            running = [
                pool.submit(type_and_save, window, page, number=number, barrier=barrier, statements=sorted(drawn)[:2])
                for number, (window, page, drawn) in enumerate(zip(windows, pages, before, strict=True))
            ]
            done = [each.result() for each in running]
        after = [drawn_fields(window.get(page).text) for window, page in zip(windows, pages, strict=True)]
    wrong = [line for *_, strange in done for line in strange]
    for who in (slice(0, 3), slice(3, 4)):
        saves = [save for saves, *_ in done[who] for save in saves]
        wrong += unseen_overwrites(saves, before[who][0], after[who][0])
    saved, conflicts = sum(len(saves) for saves, *_ in done), sum(conflicts for _, conflicts, _ in done)
    return wrong, saved, conflicts


def test_no_save_overwrites_what_its_window_has_not_seen(busy_portal):
    wrong, saved, conflicts = all_at_once(busy_portal)
    printed = busy_portal.printed()
    print(f"{saved} saves, {conflicts} conflicts, {len(wrong)} wrong, {printed.count('SQLITE_BUSY')} locked")  # noqa: T201
    assert wrong == []
    assert saved + conflicts == 4 * SAVES_PER_WINDOW
    assert saved > SAVES_PER_WINDOW
    assert conflicts > 0
    assert "SQLITE_BUSY" not in printed
    assert "Internal Server Error" not in printed


@contextmanager
def another_writer(portal, *, seconds):
    """Somebody who holds what a save needs to write, and lets go after some seconds."""
    connection = connect(portal.database_url)
    with closing(connection):
        if isinstance(connection, psycopg2.extensions.connection):
            connection.cursor().execute("SELECT id FROM assessments_assessment FOR UPDATE")
        else:
            connection.execute("BEGIN IMMEDIATE")
        timer = Timer(seconds, connection.rollback)
        timer.start()
        yield
        timer.join()


def change_of_a_note(portal, window, path):
    """The status of a save that is made while somebody else writes."""
    pk, drawn = max(drawn_fields(window.get(path).text).items())
    fields = {f"drawn-{pk}": drawn, f"level-{pk}": NOT_RELEVANT, f"reason-{pk}": f"Because {drawn}"}
    with another_writer(portal, seconds=1):
        return window.post(f"{path}save/", fields, json=True).status


def test_a_save_waits_for_another_writer(busy_portal):
    with closing(Window(busy_portal)) as window:
        window.sign_in(OWNER)
        path = rating_page(busy_portal, OWNER)
        assert change_of_a_note(busy_portal, window, path) == 200
    assert "SQLITE_BUSY" not in busy_portal.printed()


@pytest.fixture(scope="module")
def faulty_portal(portals):
    """A portal that saves without looking, and that does not wait for another writer on SQLite."""
    with portals.serve(plant="blind impatient cold", workers=1) as portal:
        yield portal


def test_a_portal_that_saves_without_looking_is_found_out(faulty_portal):
    wrong, _, conflicts = all_at_once(faulty_portal)
    assert any("replaced" in line for line in wrong)
    assert conflicts == 0


def test_a_portal_that_does_not_wait_is_found_out(faulty_portal):
    if faulty_portal.database_url.startswith("postgres"):
        pytest.skip("PostgreSQL always waits for another writer")
    with closing(Window(faulty_portal)) as window:
        window.sign_in(OWNER)
        path = rating_page(faulty_portal, OWNER)
        assert change_of_a_note(faulty_portal, window, path) == 503
    assert "SQLITE_BUSY" in faulty_portal.printed()


def test_two_starts_at_once_make_one_round(busy_portal):
    with closing(Window(busy_portal)) as first:
        first.sign_in(NEW)
        first.get("/assessments/new/")
        second = first.second(busy_portal)
        start = partial(at_the_same_time, Barrier(2))
        with ThreadPoolExecutor(2) as pool:
            running = [pool.submit(start, window) for window in (first, second)]
            answers = [each.result() for each in running]
        assert [answer.status for answer in answers] == [302, 302]
        onward = sorted(answer.location for answer in answers)
        assert onward[0] == "/assessments/"
        assert re.fullmatch(r"/assessments/[0-9a-f-]{36}/targets/", onward[1])
        loser = (first, second)[[answer.location for answer in answers].index("/assessments/")]
        assert "You have an assessment under way" in loser.get("/assessments/").text
        second.close()
    assert busy_portal.rows(
        f"SELECT COUNT(*) FROM assessments_assessment r JOIN people_user u ON u.id = r.owner_id WHERE u.email = '{NEW}'"
    ) == [(1,)]


def at_the_same_time(barrier, window):
    barrier.wait(timeout=60)
    return window.post("/assessments/new/", {"role_profile": "contract-manager"})


START_TWICE = """
from threading import Barrier, Thread
from django.db import connection
from assessments.actions import AlreadyOpen, start_assessment
from people.models import User
from standards.models import Version
version = Version.objects.latest_published()
ended = []
def start(owner, barrier):
    barrier.wait(60)
    try:
        start_assessment(owner=owner, version=version)
        ended.append("started")
    except AlreadyOpen:
        ended.append("already open")
    finally:
        connection.close()
for number in range({starts}):
    owner = User.objects.create_user(f"starter{{number}}@example.com", name="Starter")
    barrier = Barrier(2)
    threads = [Thread(target=start, args=(owner, barrier)) for _ in range(2)]
    for each in threads: each.start()
    for each in threads: each.join()
print(ended.count("started"), ended.count("already open"), len(ended))
"""


def test_of_two_starts_one_is_told_that_a_round_is_open(busy_portal):
    printed = busy_portal.python(START_TWICE.format(starts=STARTS))
    assert printed.split() == [str(STARTS), str(STARTS), str(2 * STARTS)]
