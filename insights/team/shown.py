"""Whose rounds the team's pages and files show: their owners can read that (docs/decisions/who-has-seen.md)."""

from assessments.models import Reading
from assessments.shown import shows


def shows_team(request, team, what=Reading.What.TEAM):
    """Say that the answer being made shows the levels of ``team``, or what is made of them.

    A page is noted once an hour for each round; a file (``What.TEAM_FILE``) each time.
    """
    for each in team.rounds:
        if what != Reading.What.TEAM or not each.noted_lately:
            shows(request, each, what)
