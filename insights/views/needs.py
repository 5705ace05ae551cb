"""What a team could learn together, and the goals that it has."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.models import Reading
from assessments.shown import shows

from ..team.goals import choose_goals, read_goals
from ..team.levels import read_team
from ..team.needs import read_tables
from ..team.shown import shows_team

GOALS_ON_A_PAGE = 50
NEEDS_AT_FIRST = 10


@require_safe
def team_needs(request):
    """The statements that several people are below target in, and the open goals, by the day that they are due."""
    team, goals = read_team(request.user), read_goals(request.user)
    tables = read_tables(team, goals, most=None if request.GET.get("needs") == "all" else NEEDS_AT_FIRST)
    chosen = choose_goals(team, goals, person=request.GET.get("person", ""), statement=request.GET.get("statement", ""))
    page = Paginator(chosen.goals, GOALS_ON_A_PAGE).get_page(request.GET.get("page"))
    _note(request, team, page)
    context = {
        "team": team,
        "tables": tables,
        "chosen": chosen,
        "page": page,
        "plans": {goal.round.pk for goal in page} if chosen.person else set(),
        "names_standards": len({table.framework_id for table in team.tables}) > 1,
    }
    return render(request, "insights/team_needs.html", context)


def _note(request, team, goals):
    """Say what the page shows of each round, unless that was noted a short time ago."""
    shows_team(request, team)
    for each in dict.fromkeys(goal.round for goal in goals if not goal.noted_lately):
        shows(request, each, Reading.What.PLAN)
