"""The way into the admin. It has none of its own: whoever enters signs in like anybody else, with the same limits on tries."""

from allauth.account.utils import get_next_redirect_url
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache


@never_cache
@login_not_required
def admin_login(request, extra_context=None):
    """Lead to the portal's sign-in page. The admin's own would try any password that is posted to it, also by staff."""
    if not request.user.is_authenticated:
        return redirect_to_login(get_next_redirect_url(request) or reverse("admin:index"))
    if not request.user.is_staff:
        raise PermissionDenied
    return redirect("admin:index")


def admin_password_change(request, extra_context=None):
    """Lead to the portal's page, for the same reason."""
    return redirect("account_change_password")


admin.site.login = admin_login
admin.site.password_change = admin_password_change
