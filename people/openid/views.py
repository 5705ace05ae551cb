"""Leaving for a provider, coming back from one, and proving there once more who one is."""

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from ..reauthentication import ask_for_proof, proved_recently
from .provider import CONNECT, LOGIN, PROVE, OpenIDAdapter
from .refusals import Refused


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def openid_connect_login(request, provider_id):
    """Ask whether to leave for a provider, and leave for it: to sign in there, or to connect an account there."""
    process = request.POST.get("process") or request.GET.get("process")
    is_connecting = process == CONNECT and request.user.is_authenticated
    if is_connecting and request.method == "POST" and not proved_recently(request):
        return ask_for_proof(request)
    return _leave(request, provider_id, CONNECT if is_connecting else LOGIN)


@require_http_methods(["GET", "HEAD", "POST"])
def openid_connect_prove(request, provider_id):
    """Ask to sign in at the provider once more, and lead there (``people.reauthentication``)."""
    return _leave(request, provider_id, PROVE)


@login_not_required
@require_safe
def openid_connect_callback(request, provider_id):
    """Whoever comes back from a provider: let in, connected or refused."""
    return CallbackView.adapter_view(_adapter(request, provider_id))(request)


class CallbackView(OAuth2CallbackView):
    """allauth's, whose adapter gets to know what was kept while somebody was away, and which ends nothing in an error of ours."""

    def _get_state(self, request, provider):
        state, refusal = super()._get_state(request, provider)
        self.adapter.state = state
        return state, refusal

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except (Refused, IntegrityError) as refused:
            # Two who came at once with one address, or one who came twice.
            return render_authentication_error(request, self.adapter.provider, exception=refused)


def _adapter(request, provider_id):
    if provider_id not in {each.key for each in settings.SIGN_ON_PROVIDERS}:
        raise Http404
    return OpenIDAdapter(request, provider_id)


def _leave(request, provider_id, process):
    provider = _adapter(request, provider_id).provider
    onward = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME)
    if request.method != "POST":
        found = {"provider": provider, "process": process, "redirect_field_value": onward}
        return render(request, "socialaccount/login.html", found)
    try:
        return provider.redirect_from_request(request, process)
    except Refused as refused:
        return render_authentication_error(request, provider, exception=refused)
    except ImmediateHttpResponse as answer:
        return answer.response
