"""What becomes of each answer of a round that moves to another version. Plain values in, a plan out; makes no query.

``paths`` are those of ``standards.links.version_paths``, all keys are primary keys, and docs/decisions/carrying-over.md has the
rules with their reasons.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .answers import Answered

OWN = "self"
NOTE_LIMIT = 2000
REASON_LIMIT = 500
_KEEPS_MEANING = ("same", "editorial")
_PROPOSES = ("split", "merged")


class Fate(StrEnum):
    """What became of an answer. Of several (an answer to a statement that was split), the one that stands first counts."""

    CARRIED = "carried"
    PROPOSED = "proposed"
    ASKED_AGAIN = "asked-again"
    ARCHIVED = "archived"


_ORDER = tuple(Fate)


@dataclass(frozen=True, slots=True)
class Way:
    """From one version to a later one. ``choices`` are the ranks that each statement of the later one offers."""

    paths: object
    choices: Mapping[int, Sequence[int]]

    def onward(self, old: int) -> tuple[int, ...]:
        """The statements that one of the earlier version became; none where it was removed."""
        return self.paths.onward.get(old, ())

    def same(self, old: int) -> int | None:
        """The statement that asks the same as ``old`` did, on the same ladder of levels; None where there is none."""
        if self.paths.same_levels:
            for new in self.onward(old):
                path = self.paths.back[new]
                if path.kind in _KEEPS_MEANING and path.olds == (old,):
                    return new
        return None

    def offers(self, new: int, answer: Answered) -> bool:
        """Whether an answer given on the earlier ladder is one that ``new`` offers."""
        if not self.paths.same_levels:
            return False
        return answer.rank is None or answer.rank in self.choices[new]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer to ``statement``, shown beside the statement ``about`` of the round's version; None once archived."""

    statement: int
    view: str
    about: int | None
    outcome: Fate


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the answers of a round.

    carried   by (statement, view) of those that come along, the statement that they stand at then
    earlier   those that do not, each once for every statement that it is shown beside
    notes     the owner's notes that come along without their answers, by the statement that they stand at then: the note, and
              the statements that it was written to
    fates     by statement, what became of the owner's answer
    """

    carried: Mapping[tuple[int, str], int]
    earlier: tuple[Earlier, ...]
    notes: Mapping[int, tuple[str, tuple[int, ...]]]
    fates: Mapping[int, Fate]

    @property
    def counts(self) -> Counter:
        """How many of the owner's answers met each fate; the sum is how many there were."""
        return Counter(self.fates.values())


def plan(way: Way, answers: Mapping[tuple[int, str], Answered]) -> Plan:
    """The plan for the ``answers`` of every view, by (statement, view).

    What another view says of a statement comes along only where the owner's answer does: it was given about that one.
    """
    own = {pk: answer for (pk, view), answer in answers.items() if view == OWN}
    carried, earlier = {}, []
    for (pk, view), answer in answers.items():
        new = way.same(pk)
        if new is not None and all(way.offers(new, each) for each in (answer, own.get(pk, answer))):
            carried[pk, view] = new
        elif answer.is_answer or answer.note:
            earlier += _beside(way, pk, view, own)
    earlier = tuple(earlier)
    return Plan(carried, earlier, _notes(earlier, own), _fates(own, carried, earlier))


def _beside(way, pk, view, own) -> Iterator[Earlier]:
    news = way.onward(pk)
    for new in news:
        proposed = view == OWN and proposal(way, new, own) is not None
        yield Earlier(pk, view, new, Fate.PROPOSED if proposed else Fate.ASKED_AGAIN)
    if not news:
        yield Earlier(pk, view, None, Fate.ARCHIVED)


def proposal(way: Way, new: int, own: Mapping[int, Answered]) -> Answered | None:
    """What is proposed for a statement that was split off or merged, from the owner's answers; None for others.

    Nothing either while one of several merged ones was not answered, or where ``new`` does not offer the answer.
    """
    path = way.paths.back[new]
    if path.kind not in _PROPOSES:
        return None
    answer = combined([own.get(old, Answered()) for old in path.olds])
    return answer if answer is not None and way.offers(new, answer) else None


def combined(answers: Iterable[Answered]) -> Answered | None:
    """One answer from those to several statements: the lowest level; not relevant where all are. None while one is missing.

    Their notes come together where there is room for all of them.
    """
    answers = list(answers)
    if not answers or not all(answer.is_answer for answer in answers):
        return None
    note = joined((answer.note for answer in answers), NOTE_LIMIT)
    ranks = [answer.rank for answer in answers if answer.rank is not None]
    if ranks:
        return Answered(rank=min(ranks), note=note)
    reasons = [answer.reason for answer in answers]
    return Answered(not_relevant=True, reason=joined(reasons, REASON_LIMIT) or reasons[0], note=note)


def proposals(rows: Iterable[tuple[int, Answered]]) -> dict[int, Answered]:
    """What is proposed for each statement, from the answers that are proposed beside it, as pairs of statement and answer."""
    beside = {}
    for about, answer in rows:
        beside.setdefault(about, []).append(answer)
    return {about: answer for about, answers in beside.items() if (answer := combined(answers)) is not None}


def joined(texts: Iterable[str], limit: int) -> str:
    """The texts, each once, with an empty line between them; "" where they do not fit into ``limit`` characters."""
    text = "\n\n".join(dict.fromkeys(filter(None, texts)))
    return text if len(text) <= limit else ""


def _notes(earlier, own):
    sources = {}
    for each in earlier:
        if each.view == OWN and each.outcome == Fate.ASKED_AGAIN and own[each.statement].note:
            sources.setdefault(each.about, []).append(each.statement)
    notes = {new: (joined((own[pk].note for pk in pks), NOTE_LIMIT), tuple(pks)) for new, pks in sources.items()}
    return {new: (note, pks) for new, (note, pks) in notes.items() if note}


def _fates(own, carried, earlier):
    outcomes = {}
    for each in earlier:
        if each.view == OWN:
            outcomes.setdefault(each.statement, []).append(each.outcome)
    return {
        pk: Fate.CARRIED if (pk, OWN) in carried else min(outcomes[pk], key=_ORDER.index)
        for pk, answer in own.items()
        if answer.is_answer
    }


def moved_on(
    way: Way, earlier: Mapping[int, tuple[Earlier, Answered]], made: Plan, own: Mapping[int, Answered]
) -> dict[int, tuple[Earlier, ...]]:
    """Where the answers of a carry-over before this one are shown now, by the key that each has in ``earlier``.

    ``made`` is the plan for the answers of the round, ``own`` the owner's. What was proposed stays so only while its statement is
    not answered and goes on by itself; an archived one stays as it is, and is not among those returned. Of two that would be the
    same, the second has no place.
    """
    proposed = proposals((each.about, answer) for each, answer in earlier.values() if each.outcome == Fate.PROPOSED)
    taken = {(each.statement, each.view) for each, _ in earlier.values() if each.about is None}
    taken |= {(each.statement, each.view, each.about) for each in made.earlier if each.about is not None}
    places = {}
    for key, (each, _) in earlier.items():
        if each.about is None:
            continue
        places[key] = []
        for new in way.onward(each.about) or (None,):
            place = (each.statement, each.view) if new is None else (each.statement, each.view, new)
            if place in taken:
                continue
            taken.add(place)
            outcome = Fate.ARCHIVED if new is None else _outcome(way, each, new, proposed, made, own)
            places[key].append(Earlier(each.statement, each.view, new, outcome))
    return {key: tuple(each) for key, each in places.items()}


def _outcome(way, each, new, proposed, made, own):
    if each.outcome != Fate.PROPOSED:
        return Fate.ASKED_AGAIN
    path = way.paths.back[new]
    if own.get(each.about, Answered()).is_answer:
        return Fate.PROPOSED if made.carried.get((each.about, OWN)) == new else Fate.ASKED_AGAIN
    goes_on = path.kind in (*_KEEPS_MEANING, "split") and path.olds == (each.about,)
    answer = proposed.get(each.about)
    return Fate.PROPOSED if goes_on and answer and way.offers(new, answer) else Fate.ASKED_AGAIN


Target = tuple[int | None, str]


def carry_targets(
    paths, targets: Mapping[int, Target], proposed: Mapping[int, int], may_leave_out: Iterable[int]
) -> tuple[dict[int, Target], dict[int, Target]]:
    """The targets, as (rank or None, reason), by area of the later version; and by area of the earlier one those that have no
    place there.

    ``proposed`` is the rank that the role profile proposes for areas of the later version: one that is new, or whose target is of
    another ladder of levels, gets it. ``may_leave_out`` are the areas that may be "not in my role".
    """
    may_leave_out = set(may_leave_out)
    carried, used = {}, set()
    for area, before in paths.areas.items():
        target = targets.get(before) if paths.same_levels else None
        if target is not None and (target[0] is not None or area in may_leave_out):
            carried[area] = target
            used.add(before)
        elif area in proposed:
            carried[area] = (proposed[area], "")
    return carried, {area: target for area, target in targets.items() if area not in used}
