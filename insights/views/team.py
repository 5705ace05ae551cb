"""A line manager's team: the levels of its people, and who they are."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from people.models import ReportingLine

from ..models import NeededCover
from ..team.choosing import choice_of, choices_in, chosen_of
from ..team.cover import cover_of
from ..team.drawing import drawn_of
from ..team.levels import read_team
from ..team.members import team_of
from ..team.shown import shows_team
from ..team.standing_out import standing_out


@require_safe
def team_list(request):
    """The level of each person in each area, as far as it was shared, and what stands out."""
    # The statements missed are counted beside the levels of one area, and nowhere else.
    team = read_team(request.user, with_missed="area" in request.GET)
    choice = choice_of(request.GET, team)
    shows_team(request, team)
    context = {
        "team": team,
        "choice": choice,
        "choices": choices_in(team),
        "drawn": [drawn_of(each, alone=bool(choice.area)) for each in chosen_of(team, choice)],
        "findings": standing_out(team, cover_of(team, NeededCover.objects.set_by(request.user))),
        "rounds": {row.person.pk: row.round for table in team.tables for row in table.rows},
        "waiting": len(team.waiting),
    }
    return render(request, "insights/team_list.html", context)


@require_safe
def team_people(request):
    """Who is in the team, where each stands, and what waits for whom."""
    team = team_of(request.user)
    frameworks = {each.assessment.framework_id for member in team for each in member.rounds}
    context = {
        "team": team,
        "names_standards": len(frameworks) > 1,
        "waiting": sum(member.waits for member in team),
        "line_requests": list(ReportingLine.objects.waiting_for(request.user).with_people()),
    }
    return render(request, "insights/team_people.html", context)
