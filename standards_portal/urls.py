"""Every address of the portal begins here."""

from django.contrib import admin
from django.urls import include, path

from assessments.urls import goal_patterns

urlpatterns = [
    path("", include("service.urls")),
    path("", include("people.urls")),
    path("standards/", include("standards.urls")),
    path("assessments/", include("assessments.urls")),
    path("goals/", include(goal_patterns)),
    path("", include("insights.urls")),
    path("", include("privacy.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "service.views.bad_request"
handler403 = "service.views.permission_denied"
handler404 = "service.views.page_not_found"
handler500 = "service.views.server_error"
