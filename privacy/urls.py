"""The pages about one's own data, and the one way to somebody else's round."""

from django.urls import path

from .views import openings, readings

urlpatterns = [
    path("assessments/<uuid:assessment_id>/seen/", readings.reading_list, name="reading-list"),
    # Under the admin's address, where a second factor is asked for.
    path("admin/break-glass/", openings.break_glass_list, name="break-glass-list"),
    path("admin/break-glass/new/", openings.break_glass_create, name="break-glass-create"),
    path("admin/break-glass/<int:opening_id>/", openings.break_glass_detail, name="break-glass-detail"),
]
