"""The pages about one's own data, and the one way to somebody else's round."""

from django.urls import path

from .views import erasures, my_data, notice, openings, readings

urlpatterns = [
    path("my-data/", my_data.my_data_detail, name="my-data-detail"),
    path("my-data/json/", my_data.my_data_json, name="my-data-json"),
    path("my-data/workbook/", my_data.my_data_workbook, name="my-data-workbook"),
    path("erase-me/", erasures.erasure_ask, name="erasure-ask"),
    path("erase-me/cancel/", erasures.erasure_cancel, name="erasure-cancel"),
    path("privacy/", notice.privacy, name="privacy"),
    path("assessments/<uuid:assessment_id>/seen/", readings.reading_list, name="reading-list"),
    # Under the admin's address, where a second factor is asked for.
    path("admin/break-glass/", openings.break_glass_list, name="break-glass-list"),
    path("admin/break-glass/new/", openings.break_glass_create, name="break-glass-create"),
    path("admin/break-glass/<int:opening_id>/", openings.break_glass_detail, name="break-glass-detail"),
]
