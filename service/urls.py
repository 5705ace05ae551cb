from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("help/", views.help, name="help"),
    path("who-can-see-what/", views.who_can_see_what, name="who-can-see-what"),
    path("how-scoring-works/", views.scoring_explained, name="scoring-explained"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("cookies/", views.cookies, name="cookies"),
    path("held/<uuid:heldpost_id>/", views.heldpost_detail, name="heldpost-detail"),
]
