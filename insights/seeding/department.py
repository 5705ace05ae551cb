"""The demo's department: some 290 made-up people around the demo's own, and two releases of its figures."""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from people.actions import place_person
from people.models import Organisation, User

from ..actions.counting import count_again
from ..actions.cover import set_needed_cover
from ..actions.releasing import make_release
from .plans import Place, Somebody, plan_department, plan_people
from .writing import Standings, Writer, write_places

PEOPLE, TEAM = 225, 18
# Between the two releases so many have come to each team, and most of them have shared.
CAME = 4
BEFORE, SINCE = Standings(15, 15, 45), Standings(5, 30, 55)
RELEASED_BEFORE = timedelta(days=41)
# The line manager among the demo's own people, by a number that no plan has, and where they and their people work.
LINE_MANAGER, WORK_IN, MORE = 0, "Facilities contracts", 6
# A team too small for figures of its own.
SMALL, FEW = "Legal contracts", 3
# What that line manager's team needs, as (rank, people) by area; elsewhere it is what the targets say.
NEEDED = {"A1": (2, 2), "A2": (2, 4), "B1": (2, 2), "B3": (2, 1)}


def make_department(*, top: Organisation, line_manager: User, version) -> None:
    """Put directorates and teams below ``top`` and people into them, all but once; release figures of last month and of today.

    What the team of ``line_manager`` needs is set in some areas, so that its cover says what would be lost with one person.
    """
    if top.parts.exists():
        return
    directorates = tuple(plan_department(top.code, PEOPLE, TEAM))
    small = Place(f"{top.code}-small", SMALL, "team", directorates[-1].parent, FEW)
    places = (Place(top.code, top.name, top.kind, "", 0), *directorates, small)
    organisations = write_places(places)
    team = next(each for each in organisations.values() if each.name == WORK_IN)
    for person in (line_manager, *User.objects.filter(reporting_lines__line_manager=line_manager)):
        place_person(person=person, organisation=team)
    writer = Writer(version, ratings_for=10**6, known={LINE_MANAGER: line_manager})
    people = list(plan_people(places))
    writer.write(_report_to(LINE_MANAGER, people, team.code), organisations, BEFORE)
    _release(top, version, timezone.now() - RELEASED_BEFORE)
    writer.write(_newcomers([each for each in people if each.place != small.code]), organisations, SINCE)
    _release(top, version, timezone.now())
    needed = {(version.framework_id, code): wanted for code, wanted in NEEDED.items()}
    set_needed_cover(line_manager=line_manager, needed=needed)


def _report_to(number, people, code):
    """The same people, of whom the last ``MORE`` of one team report to somebody of another plan."""
    own = [each.number for each in people if each.place == code][-MORE:]
    return [replace(each, line_manager=number) if each.number in own else each for each in people]


def _newcomers(people) -> list[Somebody]:
    heads = {}
    for each in people:
        heads.setdefault(each.place, each.number)
    found = plan_people(
        [Place(code, "", "", "", CAME) for code in heads], first=people[-1].number + 1 + FEW, reports=CAME
    )
    return [replace(each, line_manager=heads[each.place], job_title="Contract Manager") for each in found]


def _release(top, version, at):
    count_again(list(Organisation.objects.within(top).values_list("pk", flat=True)))
    make_release(organisation=top, framework=version.framework, at=at)
