"""People who write all the time, whatever becomes of the servers, and enter in a ``Ledger`` what they sent and what they were told.

Each is a thread with HTTP clients of its own and is the only one who writes to the places that it writes to.
"""

import http.client
import json
import random
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import NamedTuple

from assessments.answers import Answered
from tests.pages import Page
from tests.windows import Window, drawn_fields, hidden

from .ledger import Outcome

DAY = {"held_on_day": "1", "held_on_month": "9", "held_on_year": "2026"}
MOST_EXAMPLES = 15
MOST_REFUSALS = 30
_writers = count()


class CutOff(Exception):
    """No answer, an error, or another answer than the one that says that it is done: whoever asked looks again.

    ``sent`` is what was sent, ``status`` that of the answer, 0 for none.
    """

    def __init__(self, sent=(), status=0):
        super().__init__(status)
        self.sent, self.status = list(sent), status


class Level(NamedTuple):
    """An answer as its row has it."""

    revision: int
    rank: int
    note: str

    @property
    def drawn(self):
        """What a page remembers of it."""
        return f"{self.revision}.{Answered(rank=self.rank, note=self.note).mark()}"


class Visitor:
    """A window in which somebody is signed in, whose every sending is entered in the ledger."""

    def __init__(self, address, session, ledger):
        self.window = Window(SimpleNamespace(address=address), {"session": session})
        self.ledger = ledger

    def get(self, path):
        """The page, a redirect or a refusal. Raises ``CutOff``."""
        try:
            answer = self.window.get(path)
        except (OSError, http.client.HTTPException):
            self.window.close()
            raise CutOff from None
        if self._is_signed_out(answer, path) or answer.status >= 500:
            raise CutOff
        return answer

    def post(self, path, fields, *, cells=None, history=None, to="", as_json=False):
        """The answer to a form; ``to`` is the address that it leads on to when it is done, if there is one. Raises ``CutOff``."""
        sent = self.ledger.send(cells, history)
        try:
            answer = self.window.post(path, fields, json=as_json)
        except (OSError, http.client.HTTPException):
            self.window.close()
            self.ledger.settle(sent, Outcome.UNKNOWN)
            raise CutOff(sent) from None
        is_done = answer.status < 400 and to in ("", answer.location) and not self._is_signed_out(answer, path)
        # Of a page with several values some may be saved where another is refused.
        is_refused = not is_done and answer.status < 500 and len(sent) == 1
        outcome = Outcome.DONE if is_done else Outcome.REFUSED if is_refused else Outcome.UNKNOWN
        self.ledger.settle(sent, outcome)
        if not is_done:
            raise CutOff(sent, answer.status)
        return answer

    def close(self):
        self.window.close()

    def _is_signed_out(self, answer, path):
        is_out = answer.location.startswith("/accounts/")
        if is_out:
            self.ledger.note_strange(f"signed out at {path}")
        return is_out


class Actor(threading.Thread):
    """Acts until ``stopping`` is set, with ``pause`` seconds between two acts, more or less."""

    def __init__(self, number, address, ledger, stopping, pause):
        super().__init__(daemon=True)
        self.address, self.ledger, self.stopping, self.pause = address, ledger, stopping, pause
        self.chance = random.Random(number)
        self.texts = map(f"Writer {next(_writers)}, text {{}}".format, count(1))

    def run(self):
        while not self.stopping.is_set():
            try:
                self.act()
            except CutOff:
                self.stopping.wait(0.1)
            except Exception:  # whatever it is, the test is to fail by it
                self.ledger.note_strange(traceback.format_exc())
                return
            self.stopping.wait(self.chance.uniform(0, 2 * self.pause))

    def act(self):
        raise NotImplementedError

    def text(self):
        """A text that nobody sends a second time."""
        return next(self.texts)

    def visitor(self, session):
        return Visitor(self.address, session, self.ledger)


class Answering(Actor):
    """Answers a draft of their own: one statement, a page, targets, work examples, goals."""

    def __init__(self, number, address, ledger, stopping, pause, *, person, areas, proposed):
        super().__init__(number, address, ledger, stopping, pause)
        self.me = self.visitor(person["session"])
        self.round = person["assessment"]
        self.path = f"/assessments/{self.round}/"
        self.areas, self.proposed = areas, proposed
        self.standing = {}
        self.added = 0
        self.first = [self.save_page, self.add_example, self.set_target, self.add_goal]

    def act(self):
        acts = (self.save_one, self.save_page, self.set_target, self.add_example, self.add_goal)
        if self.first:
            # One of each, however short the run is.
            self.first[-1]()
            self.first.pop()
            return
        weights = (76, 14, 4, *((3, 3) if self.added < MOST_EXAMPLES else (0, 0)))
        (act,) = self.chance.choices(acts, weights)
        act()

    def save_one(self):
        code = self.area()
        statement = self.chance.choice(self.areas[code])
        cells, fields = self.changed([statement])
        path = f"{self.path}rate/{code}/save/"
        told = json.loads(self.saved(code, path, fields, cells, as_json=True).text)["drawn"]
        if told != {str(pk): level.drawn for (*_, pk), level in cells.items()}:
            self.ledger.note_strange(f"{cells}: said to be saved as {told}")

    def save_page(self):
        code = self.area()
        cells, fields = self.changed(self.areas[code])
        path = f"{self.path}rate/{code}/"
        self.saved(code, path, fields | {"next_area": code}, cells, to=path)

    def set_target(self):
        code = self.chance.choice(sorted(self.proposed))
        page = _fields(self.me.get(f"{self.path}targets/"), f"target-{code}")
        offered = [rank for rank in (1, 2, 3) if rank != self.proposed[code]]
        rank, reason = self.chance.choice(offered), self.text()
        fields = page | {f"target-{code}": str(rank), f"reason-{code}": reason}
        self.me.post(f"{self.path}targets/", fields, cells={("target", self.round, code): (rank, reason)}, to=self.path)

    def add_example(self):
        title = self.text()
        pk, *_ = self.chance.choice(self.areas[self.area()])
        fields = hidden(self.me.get(f"{self.path}evidence/new/").text) | {"title": title, "statements": pk}
        self.added += 1
        self.me.post(f"{self.path}evidence/new/", fields, cells={("example", title): 1}, to=f"{self.path}evidence/")

    def add_goal(self):
        what, due = self.text(), datetime.now(UTC) + timedelta(days=90)
        day = {"due_on_day": due.day, "due_on_month": due.month, "due_on_year": due.year}
        fields = hidden(self.me.get("/goals/new/").text) | {"what": what, "kind": "formal", **day}
        self.added += 1
        self.me.post("/goals/new/", fields, cells={("goal", what): 1})

    # Answers

    def area(self):
        """One whose answers are known as they stand."""
        code = self.chance.choice(sorted(self.areas))
        if code not in self.standing:
            drawn = drawn_fields(self.me.get(f"{self.path}rate/{code}/").text)
            for pk, value in drawn.items():
                self.ledger.see(self.cell(pk), lambda level, value=value: level.drawn == value)
            self.standing[code] = True
            self.standing.update(drawn)
        return code

    def changed(self, statements):
        """New answers: their cells, and the fields of the form."""
        cells, fields = {}, {}
        for pk, ranks, *_ in statements:
            base = self.standing[pk]
            level = Level(int(base.partition(".")[0]) + 1, self.chance.choice(ranks), self.text())
            cells[self.cell(pk)] = level
            fields |= {f"drawn-{pk}": base, f"level-{pk}": level.rank, f"note-{pk}": level.note}
        return cells, fields

    def saved(self, code, path, fields, cells, **options):
        # Until it is known, the page has to be opened again.
        del self.standing[code]
        answer = self.me.post(path, fields, cells=cells, **options)
        self.standing[code] = True
        self.standing.update({pk: level.drawn for (*_, pk), level in cells.items()})
        return answer

    def cell(self, pk):
        return ("answer", self.round, pk)


@dataclass
class Step:
    """A form of a round that ``visitor`` sends, and whether a page shows that it was sent (``is_taken``).

    A form whose second sending changes nothing need not be asked for.
    """

    visitor: Visitor
    path: str
    page: str
    fields: dict = field(default_factory=dict)
    cells: dict = field(default_factory=dict)
    events: tuple = ()
    to: str = ""
    is_taken: Callable[[], bool] = lambda: False


class Pair(Actor):
    """Two people bring one round after another from draft to agreed: shared, now and then given back, reviewed, talked about.

    ``people`` yields those to go on with; ``pks`` are statements' keys and codes by area.
    """

    def __init__(self, number, address, ledger, stopping, pause, *, people, areas):
        super().__init__(number, address, ledger, stopping, pause)
        self.people, self.areas = people, areas
        self.steps = iter(())
        self.laps = 0

    def act(self):
        make = next(self.steps, None)
        if make is not None:
            self.take(make())
            return
        person = next(self.people, None)
        if person is None:
            self.stopping.wait(1)
            return
        self.owner, self.other = self.visitor(person["session"]), self.visitor(person["other"])
        self.round = person["assessment"]
        self.path = f"/assessments/{self.round}/"
        self.steps = self.lap()
        self.laps += 1

    def lap(self):
        """What makes each step, one after the other."""
        yield self.share
        if self.chance.random() < 0.25:
            yield self.give_back
            yield self.share
        yield from (self.note, self.agree_with_rest, self.finish, self.record)
        yield partial(self.confirm, self.owner, ("confirmed",))
        yield partial(self.confirm, self.other, ("confirmed", "agreed"))

    def take(self, step):
        """Send the form until it is known to be sent: after each doubt a page is opened that shows it."""
        unknown, refused = [], 0
        history = {("events", self.round): step.events} if step.events else {}
        while not self.stopping.is_set():
            try:
                if unknown and step.is_taken():
                    self.ledger.settle(unknown, Outcome.DONE)
                    return
                drawn = hidden(step.visitor.get(step.page).text)
                fields = {name: value for name, value in drawn.items() if not name.startswith("drawn-")} | step.fields
                fields |= {name: drawn.get(name, "") for name in fields if name.startswith("drawn-")}
                step.visitor.post(step.path, fields, cells=step.cells, history=history, to=step.to)
                return
            except CutOff as cut:
                unknown = cut.sent if any(each.outcome == Outcome.UNKNOWN for each in cut.sent) else unknown
                refused += cut.status in range(300, 500)
                if refused > MOST_REFUSALS:
                    raise AssertionError(f"{step.path} is refused again and again: {cut.status}") from None
                self.stopping.wait(0.1)

    def share(self):
        path = f"{self.path}share/"
        return Step(
            *(self.owner, path, path),
            events=("shared",),
            to=self.path,
            is_taken=lambda: self.owner.get(path).status != 200,
        )

    def give_back(self):
        path = f"{self.path}return/"
        return Step(
            *(self.other, path, path, {"reason": self.text()}),
            events=("returned",),
            is_taken=lambda: self.other.get(path).status != 200,
        )

    def note(self):
        """The line manager says the same as the owner, so that nothing is left to agree on, and something to it."""
        code = self.chance.choice(sorted(self.areas))
        pk, _, statement, rated = self.chance.choice(self.areas[code])
        path, text = f"{self.path}review/{code}/", self.text()
        fields = {f"drawn-{pk}": "", f"level-{pk}": rated, f"note-{pk}": text}
        cells = {("note", self.round, pk): text}
        return Step(self.other, path, f"{path}?change={statement}", fields, cells)

    def agree_with_rest(self):
        return Step(self.other, f"{self.path}review/agree/", f"{self.path}review/")

    def finish(self):
        return Step(
            *(self.other, f"{self.path}review/finish/", f"{self.path}review/"),
            events=("reviewed",),
            is_taken=lambda: self.other.get(f"{self.path}conversation/").status == 200,
        )

    def record(self, events=()):
        path, text = f"{self.path}conversation/record/", self.text()
        cells = {("points", self.round): text}
        return Step(
            *(self.owner, path, path, DAY | {"points": text}, cells, events),
            is_taken=lambda: text in self.owner.get(path).text,
        )

    def confirm(self, visitor, events):
        path = f"{self.path}conversation/confirm/"

        def is_taken():
            answer = visitor.get(path)
            return answer.status != 200 or "You confirmed this on" in answer.text

        return Step(visitor, path, path, events=events, is_taken=is_taken)


class Talking(Pair):
    """Two people who record their conversation, confirm, change it, confirm again: each time somebody is told by e-mail."""

    def lap(self):
        yield self.record
        while True:
            yield partial(self.confirm, self.other, ("confirmed",))
            yield partial(self.record, ("unconfirmed",))


def _fields(answer, name):
    """What the form with a field of that name would send as it stands. Raises ``CutOff`` where there is none."""
    page = Page(SimpleNamespace(content=answer.text.encode()))
    found = next((form for form in page.forms if name in form.fields), None)
    if found is None:
        raise CutOff
    return found.fields
