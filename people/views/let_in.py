"""The way in by a one-time link."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from ..actions import holder_of, spend_one_time_link


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def let_in(request):
    """Ask whether to use a link that ``manage.py let_in`` made, and sign its person in. Opening it alone spends nothing."""
    key = request.POST.get("key") or request.GET.get("key", "")
    user = spend_one_time_link(key=key) if request.method == "POST" else holder_of(key)
    if user is None:
        return render(request, "people/let_in.html", {"key": ""}, status=403)
    if request.method != "POST":
        return render(request, "people/let_in.html", {"key": key})
    record_authentication(request, user, "one_time_link")
    # A second factor is asked for as after any other sign-in.
    return perform_login(request, user, email_verification="none", redirect_url=reverse("account-detail"))
