"""Where people leave for a provider and come back to, beneath the address of allauth's pages. allauth knows the names."""

from django.urls import path

from . import views

urlpatterns = [
    path("oidc/<slug:provider_id>/login/", views.openid_connect_login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", views.openid_connect_callback, name="openid_connect_callback"),
    path("oidc/<slug:provider_id>/prove/", views.openid_connect_prove, name="openid_connect_prove"),
]
