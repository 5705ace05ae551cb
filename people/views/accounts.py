"""One's own account, and the demo's way in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from ..actions import change_details
from ..demo import demo_people
from ..forms import AccountForm
from ..models import Notice, Organisation, User
from ..second_factors import second_factors_of


@require_http_methods(["GET", "HEAD", "POST"])
def account_detail(request):
    """What a person says of themselves, and the ways to another address or password."""
    # A refused form has already changed the instance; the navigation keeps the saved name.
    person = User.objects.get(pk=request.user.pk)
    form = AccountForm(request.POST if request.method == "POST" else None, instance=person)
    if request.method == "POST" and form.is_valid():
        change_details(person=form.instance, organisation=form.cleaned_data["organisation"])
        messages.success(request, "Your details are saved")
        return redirect("account-detail")
    unread = Notice.objects.visible_to(request.user).unread().count()
    context = {"form": form, "unread_notices": unread, "second_factors": second_factors_of(request.user)}
    context["takes_passwords"] = settings.PORTAL_LOCAL_PASSWORDS
    if settings.SIGN_ON_PROVIDERS:
        context["sign_ons"] = [each.get_provider().name for each in request.user.socialaccount_set.order_by("pk")]
    context["analyst_of"] = Organisation.objects.filter(analyst_grants__analyst=request.user).paths()
    # Kept by privacy, which this app does not know: asked through the person.
    context["erasure"] = request.user.erasures.standing().first()
    return render(request, "people/account_detail.html", context)


@login_not_required
@require_POST
def demo_sign_in(request):
    """Sign in as one of the demo's made-up people, without a password. Its route exists in demo mode only."""
    if not settings.PORTAL_DEMO or request.POST.get("email") not in {person.email for person in demo_people()}:
        raise Http404
    user = get_object_or_404(User, email=request.POST["email"], is_active=True)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    onward = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return redirect(onward if is_ours else settings.LOGIN_REDIRECT_URL)
