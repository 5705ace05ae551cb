"""The organisations of a made-up population, and who is in them. The same numbers give the same people."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_NAMES = json.loads((Path(__file__).parents[2] / "fixtures" / "made_up_names.json").read_text("utf-8"))
GIVEN, FIRST, LAST = _NAMES["given"], _NAMES["surnames"]["first"], _NAMES["surnames"]["last"]

TEAM = 104
# A department has as many directorates as make the one of 5,000 people that figures are asked about.
DIRECTORATES = 5
DEPARTMENTS = 20


DIRECTORATE_NAMES = ("Commercial", "Estates", "Digital", "Operations", "Corporate Services")
TEAM_NAMES = (
    "Facilities",
    "Construction",
    "Cloud",
    "Networks",
    "Logistics",
    "Training",
    "Research",
    "Fleet",
    "Security",
)
JOB_TITLES = (
    "Contract Manager",
    "Senior Contract Manager",
    "Assistant Contract Manager",
    "Category Manager",
    "Head of Team",
)


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation: ``parent`` is the code of the one that it lies within, "" at the top; ``people`` work directly in it."""

    code: str
    name: str
    kind: str
    parent: str
    people: int


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person, by number. ``line_manager`` is another one's number, or None."""

    number: int
    name: str
    job_title: str
    place: str
    line_manager: int | None


def plan_service(people: int, code: str = "made-up") -> tuple[Place, ...]:
    """Departments, directorates and teams for so many people, in a tree of the same breadth whatever their number."""
    top = Place(code, f"Made-up Civil Service ({code})", "department", "", 0)
    places = [top]
    for number, size in enumerate(_shares(people, DEPARTMENTS), start=1):
        name = f"Department for {FIRST[number % len(FIRST)]}{LAST[number % len(LAST)]}"
        places.append(Place(f"{code}-{number}", name, "department", top.code, 0))
        places += plan_department(places[-1].code, size)
    return tuple(places)


def plan_department(code: str, people: int, team: int = TEAM) -> Iterator[Place]:
    """The directorates of the department with this code, and their teams."""
    for place, (name, size) in enumerate(zip(DIRECTORATE_NAMES, _shares(people, DIRECTORATES), strict=True), start=1):
        directorate = Place(f"{code}-{place}", name, "directorate", code, 0)
        yield directorate
        for number, own in enumerate(_shares(size, max(1, round(size / team))), start=1):
            round_of_names, which = divmod(number - 1, len(TEAM_NAMES))
            team_name = f"{TEAM_NAMES[(which + 2 * place - 4) % len(TEAM_NAMES)]} contracts"
            if round_of_names:
                team_name += f" {round_of_names + 1}"
            yield Place(f"{directorate.code}-{number}", team_name, "team", directorate.code, own)


def _shares(whole, parts):
    return [whole * (number + 1) // parts - whole * number // parts for number in range(parts)]


def plan_people(places, *, first=1, reports=9) -> Iterator[Somebody]:
    """Everybody, place by place. Each place has a head, whom those report to who have ``reports`` people of their own."""
    number = first
    for place in places:
        head = line_manager = None
        for position in range(place.people):
            draw = random.Random(number)
            leads = position % (reports + 1) == 0
            yield Somebody(
                number,
                f"{draw.choice(GIVEN)} {draw.choice(FIRST)}{draw.choice(LAST)}",
                JOB_TITLES[-1] if position == 0 else draw.choices(JOB_TITLES[:-1], (10, 4, 3, 2))[0],
                place.code,
                head if leads else line_manager,
            )
            if leads:
                line_manager = number
                head = head or number
            number += 1
