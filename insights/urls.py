from django.urls import path

from .views import organisations, team

urlpatterns = [
    path("team/", team.team_list, name="team-list"),
    path("organisations/", organisations.organisation_list, name="organisation-list"),
    path("organisations/<int:organisation_id>/", organisations.organisation_detail, name="organisation-detail"),
]
