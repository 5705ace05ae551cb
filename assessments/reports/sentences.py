"""The sentences of a gap report. Plain values from `scoring` in, text out; level names come from the version.

`names` is a function from a rank to its name, where rank 0 is "Not yet at" the lowest level.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from govuk.environment import plural, words

from ..scoring import AreaScore, AreaState, Score, StatementScore

Names = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Voice:
    """How a report speaks of the person that it is about."""

    subject: str
    possessive: str
    pronoun: str
    now: str


YOU = Voice("You are", "your", "you", "You are at")


def speaking_of(name: str) -> Voice:
    """To somebody else, of the person with this name."""
    return Voice(f"{name} is", "their", "them", "Now at")


def listed(items: Sequence[str], last: str = "and") -> str:
    """Join items as running text does: "B6.4, B6.5 and B6.7"."""
    return f" {last} ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def counted(number: int, one: str, many: str = "") -> str:
    """A number in words with its noun: "seven statements"."""
    return f"{words(number)} {plural(number, one, many)}"


def every(number: int, noun: str, one: str) -> str:
    """All of a number of things: "all seven statements", "both statements", or `one` for a single thing."""
    if number <= 2:
        return f"both {noun}s" if number == 2 else one
    return f"all {words(number)} {noun}s"


def sentence(text: str) -> str:
    """The text with a capital at its start, the rest as it is."""
    return text[:1].upper() + text[1:]


def level_words(area: AreaScore, names: Names) -> str:
    """What stands where an area's level is shown."""
    if area.state == AreaState.FINISHED:
        return names(area.level)
    return "Not finished" if area.state == AreaState.NOT_FINISHED else "Not in the role"


def gap_words(area: AreaScore, names: Names) -> str:
    """How far an area is from its target: "One level to Practitioner"."""
    if area.state == AreaState.NOT_IN_ROLE:
        return "None"
    if area.gap is None:
        return "Not known yet"
    if area.gap:
        return f"{sentence(counted(area.gap, 'level'))} to {names(area.target)}"
    return "None: above target" if area.level > area.target else "None: at target"


def explanation(area: AreaScore, names: Names) -> tuple[str, tuple[str, ...]]:
    """Why an area is at its level, and the codes of the statements that hold it there below its target.

    The codes, where there are any, belong after the sentence and a colon.
    """
    if area.state == AreaState.NOT_IN_ROLE:
        if area.target is None:
            return "Not in the role", ()
        return "Every statement is marked as not relevant, so the area is not in the role", ()
    if area.state == AreaState.NOT_FINISHED:
        return f"{area.answered} of {area.in_scope} answered: no level yet", ()
    if area.gap:
        return _held(area, names)
    return _at_target(area, names), ()


def _held(area, names):
    held = len(area.held_by)
    if held == area.in_scope:
        return _all_held(area, names), ()
    reached = _reached(area, area.next_level, names)
    if area.level:
        holds = f"{plural(held, 'holds', 'hold')} this area at {names(area.level)}"
    else:
        holds = f"{plural(held, 'is', 'are')} not yet at {names(area.next_level)}"
    return f"{reached}; {counted(held, 'statement')} {holds}", area.held_by


def _all_held(area, names):
    if area.level:
        count = every(area.in_scope, "statement", "its one statement")
        return sentence(f"{count} {plural(area.in_scope, 'is', 'are')} at {names(area.level)}")
    if area.in_scope == 1:
        return f"Its one statement is not yet at {names(area.next_level)}"
    none = "Neither" if area.in_scope == 2 else "None"
    return f"{none} of its {words(area.in_scope)} statements is at {names(area.next_level)} yet"


def _at_target(area, names):
    above = area.at_or_above[area.next_level] if area.next_level else 0
    count = every(area.in_scope, "statement", "its one statement")
    text = f"{names(area.level)}{' or above' if above else ''} in {count}"
    return f"{text}; {_reached(area, area.next_level, names)}" if above else text


def _reached(area, rank, names):
    higher = area.at_or_above[rank + 1] if rank + 1 < len(area.at_or_above) else 0
    return f"{names(rank)}{' or above' if higher else ''} in {area.at_or_above[rank]} of {area.in_scope}"


def why_here(statement: StatementScore, area: AreaScore, names: Names) -> str:
    """Why a gap has its place among the others: its size, and whether it holds its area back."""
    size = f"{sentence(counted(statement.gap, 'level'))} below target"
    if not statement.holding:
        return size
    where = f"{area.code} at {names(area.level)}" if area.level else f"{area.code} below {names(1)}"
    if statement.alone:
        return f"{size}; it alone {'holds' if area.level else 'keeps'} {where}"
    return f"{size}; one of {words(statement.holding)} that {'hold' if area.level else 'keep'} {where}"


def chart_words(code: str, area: AreaScore, names: Names) -> str:
    """What a row of the chart says."""
    if area.state == AreaState.NOT_IN_ROLE:
        return f"{code}: not in the role."
    counts = [f"{names(rank)} {count}" for rank, count in enumerate(area.at_or_above) if rank]
    unanswered = area.in_scope - area.answered
    rest = f" {sentence(words(unanswered))} not answered." if unanswered else ""
    total = counted(area.in_scope, "statement")
    return f"{code}, of {total}: {listed(counts)}; target {names(area.target)}.{rest}"


def summary(score: Score, voice: Voice = YOU) -> str:
    """The report in one or two sentences."""
    their = voice.possessive
    if not score.in_scope:
        return f"No statement is in {their} role, so there is nothing to report."
    if not score.answered:
        nothing = f"None of {their} {words(score.in_scope)} statements is answered yet"
        if voice is YOU:
            return f"{nothing}. Levels, gaps and strengths appear here as you answer."
        return f"{nothing}."
    if not score.is_finished:
        return _unfinished(score, their)
    below = score.areas_in_role - score.areas_at_target
    if not below:
        return (
            f"{voice.subject} at or above {their} target in {every(score.areas_in_role, 'area', f'{their} one area')}."
        )
    gaps = f"{counted(len(score.gaps), 'statement')} {plural(len(score.gaps), 'stands', 'stand')}"
    between = f"{sentence(gaps)} between {voice.pronoun} and {their} {plural(below, 'target')}"
    if not score.areas_at_target:
        where = f"any of {their} areas" if below > 1 else f"{their} one area"
        return f"{voice.subject} not at {their} target in {where} yet. {between}."
    others = f"the other {words(below)}" if below > 1 else "the other area"
    at_target = counted(score.areas_at_target, "area")
    return f"{voice.subject} at {their} target in {at_target}. {between} in {others}."


def _unfinished(score, their):
    answered = f"{score.answered} of the {score.in_scope} statements that count are answered."
    below = len(score.gaps)
    gaps = (
        f" {sentence(counted(below, 'answered statement'))} {plural(below, 'is', 'are')} below target." if below else ""
    )
    return f"{answered} {_levels_so_far(score, their)}{gaps}"


def _levels_so_far(score, their):
    if not score.areas_finished:
        return "No area has a level yet."
    finished = sentence(words(score.areas_finished))
    has = plural(score.areas_finished, "has", "have")
    return f"{finished} of {their} {words(score.areas_in_role)} areas {has} a level so far."


def given_under(number: str, codes: Sequence[str], answered: Sequence[str]) -> str:
    """How many answers came along from an earlier version, and which: `codes` of all that are `answered`."""
    rest = [code for code in answered if code not in codes]
    if not rest:
        who = every(len(codes), "answer", "the one answer")
        return f"{sentence(who)} {plural(len(codes), 'was', 'were')} given under version {number} of the standards."
    count = f"{len(codes)} of {len(answered)} {plural(len(answered), 'answer')} {plural(len(codes), 'was', 'were')}"
    said = f"{count} given under version {number} of the standards"
    return f"{said}: all but {listed(rest)}." if len(rest) < len(codes) else f"{said}: {listed(codes)}."
