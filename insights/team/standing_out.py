"""What stands out in a team, in sentences: its cover, and the areas in which most people are below their target. Pure."""

from govuk.environment import plural, words

from .cover import Sentence, cover_sentences

MOST_SENTENCES, MOST_NAMED = 5, 3


def standing_out(team, cover) -> tuple[Sentence, ...]:
    """At most five sentences: up to three about ``cover``, then one for each version in which people are below their targets."""
    several = len(team.tables) > 1
    found = (_below_target(table, several) for table in team.tables)
    return (*cover_sentences(cover), *(each for each in found if each))[:MOST_SENTENCES]


def _below_target(table, says_version):
    """Where half of the people with a level or more are below their target; else the area in which most are, if several are."""
    found = [
        (area, count) for area, count in zip(table.areas, table.counts, strict=True) if count.below and count.of > 1
    ]
    found.sort(key=lambda each: -each[1].below / each[1].of)
    wide = [each for each in found if 2 * each[1].below >= each[1].of]
    wide = wide or [each for each in found[:1] if each[1].below > 1]
    if not wide:
        return None
    named, more = wide[:MOST_NAMED], len(wide) - MOST_NAMED
    lead = _listed([f"{area.code} {area.short_title or area.title}" for area, _ in named])
    under = f" of {table.framework}, version {table.number}," if says_version else ""
    are = plural(len(named), "is the widest need", "are the widest needs")
    rest = f"{under} {are}: {_how_many(named)}."
    if more > 0:
        rest += f" So {plural(more, 'is', 'are')} {words(more)} more {plural(more, 'area')}."
    return Sentence(lead, rest)


def _how_many(named):
    numbers = {(count.below, count.of) for _, count in named}
    if len(numbers) == 1:
        below, of = numbers.pop()
        each = "in each, " if len(named) > 1 else ""
        return f"{each}{words(below)} of {words(of)} people {plural(below, 'is', 'are')} below their target"
    each = [f"{words(count.below)} of {words(count.of)} in {area.code}" for area, count in named]
    return f"{_listed(each)} are below their target"


def _listed(texts):
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last
