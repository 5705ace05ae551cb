"""What a team needs in each area, as its line manager sets it."""

import re
from dataclasses import dataclass, field

MOST_PEOPLE = 999
_NUMBER = re.compile(r"[0-9]{1,3}")


@dataclass(slots=True)
class CoverRow:
    """One area on the page: what is chosen and typed, and what is said beside it.

    name        what its fields are called by: the framework's pk and the area's code
    cover       its ``AreaCover``
    level       the rank chosen, as its option has it; empty for as the targets say
    people      the number as it was typed
    drawn       what stands, as the hidden field has it that remembers what a page was drawn with
    conflict    something else than what is typed was set in another window since: ``elsewhere``, as (rank, people) or None
    """

    name: str
    cover: object
    level: str
    people: str
    drawn: str
    problems: dict = field(default_factory=dict)
    conflict: bool = False
    elsewhere: tuple | None = None


class NeededCoverForm:
    """The level and the number of people that a team needs in each area of ``cover``; empty means as the targets say.

    ``standing`` is what is set, as (rank, people) by framework's pk and area's code. Once posted, ``is_valid()`` says whether
    ``needed`` can be set where ``drawn`` still stands. An area that was not touched shows what stands, and is in neither. Where
    something was set elsewhere meanwhile, that is said once: sent again, what is typed replaces it.
    """

    def __init__(self, cover, standing, data=None):
        self.needed = {}
        self.drawn = {}
        self.rows = {}
        for area in cover:
            key = (area.framework_id, area.code)
            if key not in self.rows:
                self.rows[key] = self._row(area, standing.get(key), data)

    def _row(self, area, stands, data):
        name = f"{area.framework_id}-{area.code}"
        level, people = stands or ("", "")
        row = CoverRow(name, area, str(level), str(people), mark(stands))
        if data is None or f"drawn-{name}" not in data:
            return row
        typed = data.get(f"level-{name}", ""), data.get(f"people-{name}", "").strip()
        drawn = data.get(f"drawn-{name}", "")
        if typed == _parts(drawn):
            return row
        row.level, row.people = typed
        row.problems = _problems(area, *typed)
        if drawn != row.drawn and typed != _parts(row.drawn):
            row.conflict, row.elsewhere = True, stands
        if not row.problems:
            key = (area.framework_id, area.code)
            self.needed[key] = (int(typed[0]), int(typed[1])) if typed[0] else None
            self.drawn[key] = stands
        return row

    def is_valid(self):
        return not any(row.problems or row.conflict for row in self.rows.values())

    @property
    def summary(self):
        """What is wrong, in the order of the page, as the error summary's list of text and link."""
        found = []
        for row in self.rows.values():
            if row.conflict:
                text = f"{row.cover.code} was changed in another window. Choose what the team needs."
                found.append({"text": text, "href": f"#level-{row.name}"})
            found += [{"text": text, "href": f"#{each}-{row.name}"} for each, text in row.problems.items()]
        return found


def mark(stands) -> str:
    """What a hidden field remembers of (rank, people), or of None."""
    return "" if stands is None else f"{stands[0]}-{stands[1]}"


def _parts(drawn):
    level, _, people = drawn.partition("-")
    return level, people


def _problems(area, level, people):
    code = area.code
    if level and level not in {str(each.rank) for each in area.held}:
        return {"level": f"Choose a level for {code}, or “As the targets say”"}
    if not level:
        return (
            {"level": f"Choose the level that the team needs in {code}, or empty the number beside it"}
            if people
            else {}
        )
    if not people:
        return {"people": f"Enter how many people {code} needs, such as 1 or 2"}
    if not _NUMBER.fullmatch(people) or int(people) < 1:
        return {"people": f"The number of people for {code} must be a whole number from 1 to {MOST_PEOPLE}"}
    return {}
