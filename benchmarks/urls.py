from django.urls import include, path

from . import floor

urlpatterns = [
    path("floor/hello/", floor.hello, name="floor-hello"),
    path("floor/one-line.pdf", floor.one_line_pdf, name="floor-one-line-pdf"),
    path("", include("standards_portal.urls")),
]

handler400 = "service.views.bad_request"
handler403 = "service.views.permission_denied"
handler404 = "service.views.page_not_found"
handler500 = "service.views.server_error"
