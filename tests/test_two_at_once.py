"""Two people in one round, or one of them twice, at the same moment on a real server: nothing is overwritten unseen.

Who comes second is told, and the page that tells them holds what they typed and what was saved.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.browser.cast import Cast
from tests.conftest import HEAVY
from tests.test_concurrency import Save, unseen_overwrites
from tests.windows import Window, drawn_fields, hidden

TURNS = 60 if HEAVY else 2
PAIRS = 12 if HEAVY else 1
DAY = {"held_on_day": "1", "held_on_month": "9", "held_on_year": "2026"}


@pytest.fixture(scope="module")
def cast(busy_portal):
    called = Cast(busy_portal)
    called.call({"shared": 1, "ready": PAIRS + 1, "reviewing": 1, "talking": 2})
    return called


@pytest.fixture
def window(busy_portal):
    """``window(session)``: a window in which the person of that session is signed in."""
    opened = []

    def open_window(session):
        opened.append(Window(busy_portal, {"session": session}))
        return opened[-1]

    yield open_window
    for each in opened:
        each.close()
    printed = busy_portal.printed()
    assert "SQLITE_BUSY" not in printed
    assert "Internal Server Error" not in printed


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as running:
        yield running


def without_levels(drawn) -> dict[str, str]:
    """The hidden fields of a page without those of its statements: where they are not sent, no level is changed."""
    return {name: value for name, value in drawn.items() if not name.startswith("drawn-")}


def at_once(pool, *posts):
    """Send forms at the same moment: each post is a window, a path and fields. Returns the answers in their order."""
    barrier = Barrier(len(posts))

    def send(window, path, fields):
        barrier.wait(timeout=60)
        return window.post(path, fields)

    answers = [each.result() for each in [pool.submit(send, *post) for post in posts]]
    assert [answer.status for answer in answers if answer.status >= 500] == []
    return answers


def state_of(portal, assessment):
    """The state of a round, and when its line manager acted."""
    key = f"'{assessment}'" if portal.database_url.startswith("postgres") else f"'{assessment.replace('-', '')}'"
    return portal.rows(f"SELECT state, acted_at FROM assessments_assessment WHERE id = {key}")[0]


def events_of(portal, assessment, kind):
    key = f"'{assessment}'" if portal.database_url.startswith("postgres") else f"'{assessment.replace('-', '')}'"
    ((count,),) = portal.rows(f"SELECT COUNT(*) FROM assessments_event WHERE assessment_id = {key} AND kind = '{kind}'")
    return count


def test_the_owner_takes_back_what_the_line_manager_saves(busy_portal, cast, window, pool):
    """One of the two is done, never both: what a line manager saved is never taken back with what it is about."""
    person = cast.take("shared")
    path = f"/assessments/{person.assessment}/"
    owner, line_manager = window(person.session), window(person.other)
    ended = []
    for turn in range(TURNS):
        drawn = hidden(line_manager.get(f"{path}review/A1/?change=A1.1").text)
        pk = min(name for name in drawn if name.startswith("drawn-")).removeprefix("drawn-")
        owner.get(f"{path}withdraw/")
        note = f"Typed in turn {turn}"
        fields = drawn | {f"level-{pk}": "123"[turn % 3], f"note-{pk}": note}
        taken, saved = at_once(pool, (owner, f"{path}withdraw/", {}), (line_manager, f"{path}review/A1/", fields))
        state, acted_at = state_of(busy_portal, person.assessment)
        if taken.status == 302:
            assert saved.status in (403, 404)
            assert (state, acted_at) == ("draft", None)
            # It is saved nowhere, so that the page that says no holds it.
            assert note in saved.text
        else:
            assert (taken.status, saved.status) == (403, 302)
            assert state == "shared"
            assert acted_at
            assert "has added something" in taken.text
            line_manager.get(f"{path}return/")
            assert line_manager.post(f"{path}return/", {"reason": "For the next turn"}).status == 302
        ended.append(taken.status)
        seen = hidden(owner.get(f"{path}share/").text)
        assert owner.post(f"{path}share/", seen).status == 302
    print(f"{ended.count(302)} taken back, {ended.count(403)} saved first")  # noqa: T201


def test_both_confirm_at_once(busy_portal, cast, window, pool):
    for _ in range(PAIRS):
        person = cast.take("ready")
        path = f"/assessments/{person.assessment}/conversation/confirm/"
        windows = [window(person.session), window(person.other)]
        posts = [(each, path, hidden(each.get(path).text)) for each in windows]
        answers = at_once(pool, *posts)
        assert [answer.status for answer in answers] == [302, 302]
        assert sorted(answer.location.rpartition("/conversation")[0] != "" for answer in answers) == [False, True]
        assert state_of(busy_portal, person.assessment)[0] == "agreed"
        counts = [events_of(busy_portal, person.assessment, kind) for kind in ("confirmed", "agreed", "unconfirmed")]
        assert counts == [2, 1, 0]


def test_one_confirms_twice_and_the_other_changes_what_is_confirmed(busy_portal, cast, window, pool):
    person = cast.take("ready")
    path = f"/assessments/{person.assessment}/conversation/"
    owner, again, line_manager = window(person.session), window(person.session), window(person.other)
    confirmed = 0
    for turn in range(TURNS):
        posts = [(each, f"{path}confirm/", hidden(each.get(f"{path}confirm/").text)) for each in (owner, again)]
        assert [answer.status for answer in at_once(pool, *posts)] == [302, 302]
        confirmed += 1
        assert events_of(busy_portal, person.assessment, "confirmed") == confirmed

        # Takes the confirmation away, so that the next one can meet a change at the same moment.
        drawn = hidden(line_manager.get(f"{path}record/").text)
        assert line_manager.post(f"{path}record/", drawn | DAY | {"points": f"Before turn {turn}"}).status == 302
        seen = hidden(owner.get(f"{path}confirm/").text)
        points = f"Changed in turn {turn} while it was confirmed"
        fields = hidden(line_manager.get(f"{path}record/").text) | DAY | {"points": points}
        answer, change = at_once(pool, (owner, f"{path}confirm/", seen), (line_manager, f"{path}record/", fields))
        assert change.status == 302
        assert answer.status in (302, 422)
        if answer.status == 302:
            confirmed += 1
        else:
            assert points in answer.text
        # Nothing is confirmed that was not read.
        assert "You confirmed on" not in owner.get(path).text
        assert points in owner.get(path).text
    assert events_of(busy_portal, person.assessment, "confirmed") == confirmed


def rate_in_two_windows(person, windows, pool):
    """Two windows of a line manager rate the same statements again and again; returns what was wrong, saves and conflicts."""
    path = f"/assessments/{person.assessment}/review/A1/"
    codes = ("A1.1", "A1.2")
    pages = {code: drawn_fields(windows[0].get(f"{path}?change={code}").text) for code in codes}
    keys = dict(zip(codes, sorted(pages["A1.1"])[:2], strict=True))
    first = {pk: pages[code][pk] for code, pk in keys.items()}
    saves, conflicts, wrong, mark_of = [], 0, [], dict(first)
    for turn in range(TURNS * 2):
        code = codes[turn % 2]
        pk = keys[code]
        notes = [f"Window {number}, turn {turn}" for number in range(2)]
        posts = []
        for number, window in enumerate(windows):
            drawn = hidden(window.get(f"{path}?change={code}").text)
            base = drawn[f"drawn-{pk}"]
            fields = {"shared": drawn["shared"], f"drawn-{pk}": base, f"level-{pk}": "01"[number]}
            posts.append((window, path, fields | {f"note-{pk}": notes[number]}))
        answers = at_once(pool, *posts)
        stands = drawn_fields(windows[0].get(f"{path}?change={code}").text)[pk]
        for number, answer in enumerate(answers):
            if answer.status == 302:
                result = stands if answers[1 - number].status == 422 else f"unknown {turn} {number}"
                saves.append(Save(pk, posts[number][2][f"drawn-{pk}"], result))
            elif answer.status == 422:
                conflicts += 1
                wrong += [f"{note} is not on the page of who came second" for note in notes if note not in answer.text]
            else:
                wrong.append(f"{answer.status}: {answer.text[:200]}")
        mark_of[pk] = stands
    return wrong + unseen_overwrites(saves, first, mark_of), len(saves), conflicts


def test_two_windows_of_a_line_manager_rate(cast, window, pool):
    person = cast.take("reviewing")
    wrong, saved, conflicts = rate_in_two_windows(person, [window(person.session) for _ in range(2)], pool)
    print(f"{saved} ratings saved, {conflicts} conflicts, {len(wrong)} wrong")  # noqa: T201
    assert wrong == []
    assert saved == conflicts == TURNS * 2


def record_at_once(person, windows, pool):
    """The two record what they talked about at the same moment, then one level, again and again; returns what was wrong, and
    conflicts.
    """
    path = f"/assessments/{person.assessment}/conversation/"
    wrong, conflicts = [], 0
    for turn in range(TURNS):
        points = [f"Points of person {number} in turn {turn}" for number in range(2)]
        reasons = [f"Reason of person {number} in turn {turn}" for number in range(2)]
        drawn = [hidden(window.get(f"{path}record/").text) for window in windows]
        typed = [DAY | {"points": text} for text in points]
        answers = _sent_at_once(windows, f"{path}record/", drawn, typed, pool)
        drawn = [hidden(window.get(f"{path}differences/").text) for window in windows]
        pk = min(name for name in drawn[0] if name.startswith("drawn-")).removeprefix("drawn-")
        typed = [{f"agreed-{pk}": "not-relevant", f"reason-{pk}": text} for text in reasons]
        kept = [without_levels(each) | {f"drawn-{pk}": each[f"drawn-{pk}"]} for each in drawn]
        pairs = ((points, answers), (reasons, _sent_at_once(windows, f"{path}differences/", kept, typed, pool)))
        stands = "".join(windows[0].get(f"{path}{page}/").text for page in ("record", "differences"))
        for texts, answers in pairs:
            standing = [number for number in range(2) if texts[number] in stands]
            if len(standing) != 1:
                wrong.append(f"turn {turn}: of {texts}, {len(standing)} stand")
                continue
            lost = 1 - standing[0]
            conflicts += 1
            if answers[lost].status != 422:
                wrong.append(f"turn {turn}: “{texts[lost]}” is lost, and its answer was {answers[lost].status}")
            wrong += [
                f"turn {turn}: “{text}” is not on the page of who came second"
                for text in texts
                if text not in answers[lost].text
            ]
            if {answer.status for answer in answers} - {302, 422}:
                wrong.append(f"turn {turn}: {[answer.status for answer in answers]}")
    return wrong, conflicts


def _sent_at_once(windows, path, drawn, typed, pool):
    posts = [(window, path, fields | more) for window, fields, more in zip(windows, drawn, typed, strict=True)]
    return at_once(pool, *posts)


def test_two_people_record_a_conversation(cast, window, pool):
    person = cast.take("talking")
    wrong, conflicts = record_at_once(person, [window(person.session), window(person.other)], pool)
    print(f"{conflicts} texts came second, {len(wrong)} wrong")  # noqa: T201
    assert wrong == []
    assert conflicts == 2 * TURNS


def test_two_people_change_a_goal(cast, window, pool):
    person = cast.take("talking")
    path = f"/goals/{person.goal}/edit/"
    windows = [window(person.session), window(person.other)]
    for turn in range(TURNS):
        texts = [f"Goal of person {number} in turn {turn}" for number in range(2)]
        posts = []
        for each, text in zip(windows, texts, strict=True):
            fields = {"kind": "formal", "due_on_day": "1", "due_on_month": "6", "due_on_year": "2027", "measure": ""}
            posts.append((each, path, hidden(each.get(path).text) | fields | {"what": text}))
        answers = at_once(pool, *posts)
        assert sorted(answer.status for answer in answers) == [302, 422]
        lost = [answer.status for answer in answers].index(422)
        assert all(text in answers[lost].text for text in texts)
        stands = windows[0].get(f"/goals/{person.goal}/").text
        assert texts[1 - lost] in stands
        assert texts[lost] not in stands


@pytest.fixture(scope="module")
def blind_portal(portals):
    """A portal that saves without looking."""
    with portals.serve(plant="blind cold", workers=1) as portal:
        yield portal


def test_a_portal_that_saves_without_looking_is_found_out(blind_portal, pool):
    cast = Cast(blind_portal)
    cast.call({"reviewing": 1, "talking": 1})
    person = cast.take("reviewing")
    windows = [Window(blind_portal, {"session": person.session}) for _ in range(2)]
    wrong, _, conflicts = rate_in_two_windows(person, windows, pool)
    assert any("replaced" in line for line in wrong)
    assert conflicts == 0
    person = cast.take("talking")
    windows += [Window(blind_portal, {"session": session}) for session in (person.session, person.other)]
    wrong, _ = record_at_once(person, windows[2:], pool)
    assert any("is lost" in line for line in wrong)
    for each in windows:
        each.close()
