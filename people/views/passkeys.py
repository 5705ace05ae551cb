"""Doing without a passkey. All else about second factors is allauth's, on pages of ours (``templates/mfa``)."""

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.flows import remove_authenticator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ..forms import RemovePasskeyForm
from ..reauthentication import proof_required


@require_http_methods(["GET", "HEAD", "POST"])
@proof_required
def passkey_remove(request, authenticator_id):
    """Remove one's own passkey. It stands at the address of allauth's page, which would let staff be without a second factor."""
    theirs = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN)
    passkey = get_object_or_404(theirs, pk=authenticator_id)
    form = RemovePasskeyForm(request.POST if request.method == "POST" else None, authenticator=passkey)
    if request.method == "POST" and form.is_valid():
        remove_authenticator(request, passkey)
        return redirect("mfa_index")
    status = 422 if form.is_bound else 200
    return render(request, "people/passkey_remove.html", {"form": form, "passkey": passkey}, status=status)
