from django.conf import settings
from django.urls import path

from . import views

urlpatterns = [path("account/", views.account_detail, name="account-detail")]

if settings.PORTAL_DEMO:
    urlpatterns += [path("demo-sign-in/", views.demo_sign_in, name="demo-sign-in")]
