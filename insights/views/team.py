"""A line manager's team."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from people.models import ReportingLine

from ..team.members import team_of


@require_safe
def team_list(request):
    """Who is in the team, where each stands, and what waits for whom."""
    team = team_of(request.user)
    frameworks = {each.assessment.framework_id for member in team for each in member.rounds}
    context = {
        "team": team,
        "names_standards": len(frameworks) > 1,
        "waiting": sum(member.waits for member in team),
        "line_requests": list(ReportingLine.objects.waiting_for(request.user).with_people()),
    }
    return render(request, "insights/team_list.html", context)
