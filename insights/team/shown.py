"""Whose rounds the team's pages and files show: their owners can read that (docs/decisions/who-has-seen.md)."""

from assessments.models import Reading
from assessments.shown import shows_all


def shows_team(request, team, what=Reading.What.TEAM):
    """Say that the answer being made shows the levels of ``team``, or what is made of them.

    A page is noted once an hour for each round; a file (``What.TEAM_FILE``) each time.
    """
    rounds = team.rounds
    if what == Reading.What.TEAM:
        rounds = [each for each in rounds if not each.noted_lately]
    shows_all(request, rounds, what)
