from django.urls import path

from .views import campaigns, cover, needs, organisation_files, organisations, team, team_files

urlpatterns = [
    path("team/", team.team_list, name="team-list"),
    path("team/needs/", needs.team_needs, name="team-needs"),
    path("team/cover/", cover.cover_edit, name="cover-edit"),
    path("team/people/", team.team_people, name="team-people"),
    path("team/levels.pdf", team_files.team_pdf, name="team-pdf"),
    path("team/levels.xlsx", team_files.team_excel, name="team-excel"),
    path("organisations/", organisations.organisation_list, name="organisation-list"),
    path("organisations/<int:organisation_id>/", organisations.organisation_detail, name="organisation-detail"),
    path(
        "organisations/<int:organisation_id>/figures.xlsx",
        organisation_files.organisation_excel,
        name="organisation-excel",
    ),
    path(
        "organisations/<int:organisation_id>/figures.csv", organisation_files.organisation_csv, name="organisation-csv"
    ),
    path(
        "organisations/<int:organisation_id>/figures.pdf", organisation_files.organisation_pdf, name="organisation-pdf"
    ),
    path("organisations/<int:organisation_id>/campaigns/", campaigns.campaign_list, name="campaign-list"),
    path("organisations/<int:organisation_id>/campaigns/start/", campaigns.campaign_start, name="campaign-start"),
    path("campaigns/<int:campaign_id>/", campaigns.campaign_detail, name="campaign-detail"),
    path("campaigns/<int:campaign_id>/end/", campaigns.campaign_end, name="campaign-end"),
]
