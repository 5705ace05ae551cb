"""What was sent to a portal, what became of each sending as far as anybody outside can know, and what may therefore stand in it.

Pure: knows no portal and no database. A *cell* is a place for one value, such as one answer of one round. A *history* is a place
to which every sending adds something. Whoever sends to a place sends one thing at a time.
"""

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """Of a sending: no answer yet; acknowledged; refused; cut off, or answered by an error, so that nobody knows."""

    WAITING = "waiting"
    DONE = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "not known"


@dataclass(slots=True)
class Sent:
    """A value on its way to a place."""

    place: tuple
    value: object
    outcome: Outcome = Outcome.WAITING


class Ledger:
    """Keeps every value sent, in the order in which each place was sent to. For several threads.

    ``acknowledged`` rises with each answer that says done; ``strange`` are faults of another kind, as sentences.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._cells, self._histories = defaultdict(list), defaultdict(list)
        self._begun = set()
        self.strange = []
        self.acknowledged = 0

    def begin(self, cells, histories):
        """Take over what stands before anything is sent."""
        for place, value in cells.items():
            self._cells[place].append(Sent(place, value, Outcome.DONE))
        for place, value in histories.items():
            self._histories[place].append(Sent(place, tuple(value), Outcome.DONE))
        self._begun = {id(sent[0]) for kept in (self._cells, self._histories) for sent in kept.values()}

    def __contains__(self, cell):
        return cell in self._cells

    def send(self, cells=None, history=None) -> list[Sent]:
        """Note what is about to be sent: values by their cell, tuples of additions by their history."""
        with self._lock:
            made = []
            for kept, values in ((self._cells, cells or {}), (self._histories, history or {})):
                for place, value in values.items():
                    made.append(Sent(place, value))
                    kept[place].append(made[-1])
        return made

    def settle(self, sent, outcome):
        """Note what became of what was sent. What is known stays known."""
        with self._lock:
            for each in sent:
                each.outcome = outcome
                self.acknowledged += outcome == Outcome.DONE

    def see(self, cell, is_it):
        """A page shows a cell: the value that ``is_it`` says yes to is acknowledged by that. It is a fault where there is none."""
        with self._lock:
            sent = self._cells[cell]
            possible = [each for each in sent[max(_last_done(sent), 0) :] if each.outcome != Outcome.REFUSED]
            shown = [each for each in possible if is_it(each.value)]
            if shown:
                shown[-1].outcome = Outcome.DONE
            elif sent:
                self.strange.append(f"{cell}: a page shows none of {[each.value for each in possible]}")

    def note_strange(self, text):
        """Something that must not happen, whatever is killed: a fault in the end."""
        with self._lock:
            self.strange.append(text)

    def now(self):
        """How much is acknowledged at this moment: to be taken before the database is read, for ``faults``."""
        with self._lock:
            cells = {place: _last_done(sent) for place, sent in self._cells.items()}
            histories = {place: [each.outcome for each in sent] for place, sent in self._histories.items()}
        return cells, histories

    def counts(self) -> Counter:
        """How many values were sent, by outcome; what stood before does not count."""
        with self._lock:
            kept = [*self._cells.values(), *self._histories.values()]
            return Counter(str(each.outcome) for sent in kept for each in sent if id(each) not in self._begun)

    def known(self, kind) -> list[list]:
        """Of each cell of some ``kind`` that was sent to, what was acknowledged, in order, where that is the last of it."""
        with self._lock:
            found = [
                sent for place, sent in self._cells.items() if place[0] == kind and id(sent[-1]) not in self._begun
            ]
            return [
                [each for each in sent if each.outcome == Outcome.DONE]
                for sent in found
                if sent[-1].outcome == Outcome.DONE
            ]

    def faults(self, cells, histories, since):
        """A sentence for each place that does not hold what it must, as read from the database after ``since`` = ``now()``.

        In a cell stands what was acknowledged last as of then, or something that was sent later and not refused. A history has
        all that was acknowledged by then and nothing that nobody sent, in the order of sending.
        """
        done, outcomes = since
        with self._lock:
            found = list(self.strange)
            for place in self._cells.keys() | cells.keys():
                found += _faults_of_cell(place, self._cells.get(place, []), cells.get(place), done.get(place, -1))
            added_to = {place: list(sent) for place, sent in self._histories.items()}
        for place in added_to.keys() | histories.keys():
            known = outcomes.get(place, [])
            if not fits(added_to.get(place, []), known, histories.get(place, [])):
                said = [(each.value, str(each.outcome)) for each in added_to.get(place, [])]
                found.append(f"{place}: {histories.get(place, [])} is no outcome of {said}")
        return found


def _last_done(sent):
    return next((index for index in range(len(sent) - 1, -1, -1) if sent[index].outcome == Outcome.DONE), -1)


def _faults_of_cell(place, sent, found, last):
    allowed = [each.value for each in sent[max(last, 0) :] if each.outcome != Outcome.REFUSED]
    if last < 0:
        allowed.append(None)
    if found in allowed:
        return
    wanted = sent[last].value if last >= 0 else None
    if found is None:
        what = "nothing"
    elif found in [each.value for each in sent[: max(last, 0)]]:
        what = f"the older {found}"
    elif found in [each.value for each in sent]:
        what = f"the refused {found}"
    else:
        what = f"{found}, which nobody sent"
    yield f"{place}: {what} instead of the acknowledged {wanted}"


def fits(sent, known, found) -> bool:
    """Whether ``found`` can have come of what was ``sent``, in its order; ``known`` are the first outcomes, as of the reading.

    What was acknowledged is in it, what was refused is not, of the rest each may be.
    """
    reached = {0}
    for index, each in enumerate(sent):
        taken, size = set(), len(each.value)
        if each.outcome != Outcome.REFUSED:
            taken = {at + size for at in reached if tuple(found[at : at + size]) == tuple(each.value)}
        must = index < len(known) and known[index] == Outcome.DONE
        reached = taken if must else taken | reached
    return len(found) in reached
